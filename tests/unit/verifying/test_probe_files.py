"""The probes there are, and files that do not fit."""

from __future__ import annotations

import math
import re
from importlib.resources import files
from typing import Any

import pytest

from azserve.errors import Bug
from azserve.model.catalogue import Trait
from azserve.model.settings import PROBES
from azserve.verifying import Probe, probes
from azserve.verifying.expectations import AnswerMatches, CompletionAtMost, FinishReason, StreamChunks
from azserve.verifying.ports import Signing
from azserve.verifying.probe import ChatQuestion, InfoQuestion, most_tokens
from azserve.verifying.reading import packaged_probe, probe_of

CHECK = {"name": "answer-given", "expects": "answer-given"}
SOUND: dict[str, Any] = {
    "asks": "does it answer?",
    "needs": ["chat"],
    "chat": {"messages": [{"role": "user", "content": "hello"}], "max_tokens": 16, "checks": [CHECK]},
}


def changed(path: str, value: object) -> dict[str, Any]:
    """Return the sound file with one member set; None takes it away."""
    copy: dict[str, Any] = {**SOUND, "chat": {**SOUND["chat"]}}
    holder = copy
    *parents, name = path.split(".")
    for parent in parents:
        holder = holder[parent]
    if value is None:
        del holder[name]
    else:
        holder[name] = value
    return copy


def test_the_probes_come_in_a_stable_order() -> None:
    assert tuple(probe.name for probe in probes()) == PROBES
    assert PROBES[:3] == ("info", "auth", "chat")


def test_every_packaged_file_is_one_of_them() -> None:
    folder = files("azserve.verifying") / "probes"

    assert sorted(each.name for each in folder.iterdir()) == sorted(f"{name}.json" for name in PROBES)


@pytest.mark.parametrize("probe", probes(), ids=lambda probe: probe.name)
def test_each_probe_says_what_it_asks_and_checks_something(probe: Probe) -> None:
    assert probe.asks.endswith("?")
    assert all(question.checks or getattr(question, "refusal", None) for question in probe.questions)


@pytest.mark.parametrize("probe", probes(), ids=lambda probe: probe.name)
def test_a_probe_leaves_room_for_thinking_and_none_beyond(probe: Probe) -> None:
    for question in probe.questions:
        if isinstance(question, ChatQuestion) and question.refusal is None and question.signing is Signing.USUAL:
            limit = question.request.max_tokens or 0
            cut = any(isinstance(check.expects, CompletionAtMost) for check in question.checks)
            assert cut or 1024 <= limit <= 4096
            assert most_tokens(question) > limit
        elif isinstance(question, InfoQuestion):
            assert most_tokens(question) == 0


def test_reasoning_asks_the_tutorials_question_and_carries_the_answer() -> None:
    (probe,) = (probe for probe in probes() if probe.name == "reasoning")

    (question,) = probe.questions
    assert isinstance(question, ChatQuestion)
    assert question.request.messages[0].content == "How many languages are in the world?"
    assert probe.shows_answer
    assert {check.shows for check in question.checks} == {None, Trait.REASONING}


def test_a_sound_file_is_a_probe() -> None:
    probe = probe_of("hello", SOUND)

    assert (probe.name, probe.needs, probe.shows_answer) == ("hello", (Trait.CHAT,), False)


def test_an_expectation_may_take_a_value() -> None:
    checks = [
        {"name": "a", "expects": {"answer-matches": "[0-9]+"}, "shows": "reasoning"},
        {"name": "b", "expects": {"stream-chunks": 3}},
    ]

    (question,) = probe_of("hello", changed("chat.checks", checks)).questions

    assert isinstance(question, ChatQuestion)
    assert isinstance(question.checks[0].expects, AnswerMatches)
    assert question.checks[0].shows is Trait.REASONING
    assert question.checks[1].expects == StreamChunks(3)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ([], "`probe` must be an object"),
        (changed("asks", None), "`asks` is missing or not a text"),
        (changed("needs", "chat"), "`needs` is missing or not a list"),
        (changed("needs", ["flying"]), "`needs` names a trait that there is not: `flying`"),
        (changed("colour", "red"), "unknown member `colour`"),
        (changed("chat", None), "`info`, `chat` or `embeddings` must say what to ask"),
        (changed("info", {"checks": []}), "`info` and `chat` exclude each other"),
        (changed("chat", "hello"), "`chat` must be an object"),
        (changed("chat.max_tokens", None), "`max_tokens` is missing or not a whole number"),
        (changed("chat.max_tokens", True), "`max_tokens` is missing or not a whole number"),
        (changed("chat.max_tokens", "many"), "`max_tokens` is missing or not a whole number"),
        (changed("chat.max_tokens", 0), "`max_tokens` must be a whole number of at least 1"),
        (changed("chat.messages", []), "`messages` must hold one at least"),
        (changed("chat.colour", "red"), "unknown member `colour` in `chat`"),
        (changed("chat.messages", [{"role": "king", "content": "x"}]), "`role` cannot be `king`"),
        (changed("chat.messages", [{"role": "user"}]), "`content` is missing or not a text or a list"),
        (changed("chat.checks", [{**CHECK, "expects": "love"}]), "there is no expectation `love` here"),
        (changed("chat.checks", [{**CHECK, "expects": 7}]), "`expects` cannot be `7`"),
        (changed("chat.checks", [{**CHECK, "expects": {}}]), "`expects` cannot be `{}`"),
        (changed("chat.checks", [{**CHECK, "expects": {"answer-matches": "("}}]), "`answer-matches` does not take `(`"),
        (changed("chat.checks", [{**CHECK, "expects": {"stream-chunks": "x"}}]), "`stream-chunks` does not take `x`"),
        *(
            (changed("chat.checks", [{**CHECK, "expects": {kind: given}}]), f"`{kind}` does not take `{given}`: {why}")
            for kind, given, why in (
                ("completion-at-most", 0, "this must be a whole number of at least 1"),
                ("stream-chunks", 1.5, "this must be a whole number of at least 1"),
                ("first-token-within", -1, "seconds are a number above 0"),
                ("whole-within", math.inf, "seconds are a number above 0"),
                ("finish-reason", 7, "a text or a list of them is expected"),
                ("finish-reason", [7], "`7` is no text"),
            )
        ),
        (changed("chat.checks", [{**CHECK, "shows": "flying"}]), "`shows` names a trait that there is not: `flying`"),
        (changed("chat.checks", [{**CHECK, "expects": "info-model"}]), "there is no expectation `info-model` here"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_does_not_fit_says_where(raw: Any, message: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        probe_of("hello", raw)


def test_one_reason_may_stand_for_itself() -> None:
    """A text is a sequence too: of letters, none of which an answer ever ends with."""
    raw = changed("chat.checks", [{**CHECK, "expects": {"finish-reason": "stop"}}])

    (question,) = probe_of("hello", raw).questions

    assert isinstance(question, ChatQuestion)
    assert question.checks[0].expects == FinishReason(("stop",))


def test_what_a_library_draws_of_a_fault_is_told_in_one_line() -> None:
    raw = changed("chat.checks", [{**CHECK, "expects": {"json-path": {"path": "a[", "matches": "x"}}}])

    with pytest.raises(ValueError, match=r"^[^\n]+Incomplete expression[^\n]+$"):
        probe_of("hello", raw)


@pytest.mark.parametrize("text", ["{", "{}"])
def test_a_packaged_file_that_does_not_fit_is_our_bug(text: str) -> None:
    with pytest.raises(Bug, match="the packaged probe `hello` does not fit"):
        packaged_probe("hello", text)
