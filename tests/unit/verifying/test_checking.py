"""One answer against one expectation, in both directions."""

from __future__ import annotations

import re

import pytest
from tests.unit.inference.endpoints import foundry, serverless
from tests.unit.verifying.fakes import INFO, answer

from azserve.model.chat import ChatAnswer, ModelInfo, Usage
from azserve.model.endpoint import Endpoint
from azserve.verifying.checking import CLIP, Heard, check_answer, check_info, clipped
from azserve.verifying.expectations import (
    AnswerExpectation,
    AnswerGiven,
    AnswerMatches,
    FinishReason,
    InfoExpectation,
    InfoModel,
    InfoProvider,
    InfoType,
    ModelNamed,
    StreamChunks,
    StreamEnded,
    ThinkingApart,
    UsageAddsUp,
)
from azserve.verifying.probe import AnswerCheck, InfoCheck

SEVEN = AnswerMatches(re.compile("7,000"))


@pytest.mark.parametrize(
    ("expects", "found"),
    [
        (AnswerGiven(), answer("x")),
        (SEVEN, answer("about 7,000 of them")),
        (ThinkingApart(), answer(thinking="Okay.")),
        (FinishReason(("stop", "length")), answer(finish_reason="length")),
        (UsageAddsUp(), answer(usage=Usage(11, 886, 897))),
        (ModelNamed(), answer(model="deepseek-r1")),
        (StreamEnded(), answer(done=True)),
        (StreamChunks(3), answer(chunks=3)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_expected_holds(expects: AnswerExpectation, found: ChatAnswer) -> None:
    assert check_answer(AnswerCheck("c", expects), Heard(found, serverless())).passed


@pytest.mark.parametrize(
    ("expects", "given", "said"),
    [
        (AnswerGiven(), answer(" \n"), "nothing"),
        (SEVEN, answer("I am a teapot."), "I am a teapot."),
        (SEVEN, answer("8,000", thinking="7,000"), "8,000"),
        (ThinkingApart(), answer(thinking=None), "no thinking"),
        (ThinkingApart(), answer(thinking=" "), "no thinking"),
        (ThinkingApart(), answer("</think>7,000", thinking="Okay."), "`</think>` in the answer"),
        (FinishReason(("stop",)), answer(finish_reason="content_filter"), "content_filter"),
        (FinishReason(("stop",)), answer(finish_reason=None), "no finish reason"),
        (UsageAddsUp(), answer(usage=None), "no usage"),
        (UsageAddsUp(), answer(usage=Usage(11, 886, 900)), "11 + 886, total 900"),
        (UsageAddsUp(), answer(usage=Usage(0, 5, 5)), "0 + 5, total 5"),
        (UsageAddsUp(), answer(usage=Usage(5, 0, 5)), "5 + 0, total 5"),
        (ModelNamed(), answer(model="gpt-4o"), "gpt-4o"),
        (ModelNamed(), answer(model=""), "no model"),
        (StreamEnded(), answer(done=False), "an end without it"),
        (StreamChunks(3), answer(chunks=1), "1"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_does_not_hold_says_what_was_found(expects: AnswerExpectation, given: ChatAnswer, said: str) -> None:
    check = check_answer(AnswerCheck("c", expects), Heard(given, serverless()))

    assert (check.passed, check.found) == (False, said)
    assert check.expected


@pytest.mark.parametrize(
    ("model", "endpoint", "same"),
    [
        ("DeepSeek-V3.2", foundry(), True),
        ("deepseek-v3.2", foundry(), True),
        ("chat", foundry("chat"), True),
        ("gpt-4o-2024-11-20", foundry(model="gpt-4o", version="2024-11-20"), True),
        ("gpt-4o-2024-08-06", foundry(model="gpt-4o", version="2024-11-20"), False),
        ("DeepSeek-V3.2-Speciale", foundry(), False),
        ("DeepSeek-R1-0528", serverless(), False),
    ],
)
def test_a_model_may_go_by_its_names_and_no_other(model: str, endpoint: Endpoint, same: bool) -> None:
    assert check_answer(AnswerCheck("c", ModelNamed()), Heard(answer(model=model), endpoint)).passed is same


@pytest.mark.parametrize(
    ("expects", "info", "passed", "found"),
    [
        (InfoModel(), INFO, True, "DeepSeek-R1"),
        (InfoModel(), ModelInfo("Phi-4", "", "", "/info"), False, "Phi-4"),
        (InfoModel(), ModelInfo("", "", "", "/info"), False, "no name"),
        (InfoType(("chat-completion", "chat-completions")), INFO, True, "chat-completions"),
        (InfoType(("embeddings",)), INFO, False, "chat-completions"),
        (InfoType(("embeddings",)), ModelInfo("", "", "", "/info"), False, "no type"),
        (InfoProvider(), INFO, True, "DeepSeek"),
        (InfoProvider(), ModelInfo("x", "y", " ", "/info"), False, " "),
        (InfoProvider(), ModelInfo("x", "y", "", "/info"), False, "none"),
    ],
)
def test_what_info_says_is_checked(expects: InfoExpectation, info: ModelInfo, passed: bool, found: str) -> None:
    check = check_info(InfoCheck("c", expects), info, serverless())

    assert (check.passed, check.found) == (passed, found)


def test_a_long_text_is_told_by_its_beginning() -> None:
    assert len(clipped("word " * 100)) <= CLIP + 2
    assert clipped("word " * 100).endswith("word …")
    assert clipped("a\n b") == "a b"
