"""A conversation as a document, and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.chatting.speaking import NOBODY, PARTNER

from azserve.chatting.transcript import document_of, transcript_of
from azserve.errors import ConfigurationError
from azserve.model.chat import Timings, Usage
from azserve.model.talk import Transcript, Turn

numbers = st.integers(0, 10**9)
seconds = st.none() | st.floats(0, 10**6)
items = st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": st.text()}), min_size=1)
turns = st.builds(
    Turn,
    question=st.text() | items,
    answer=st.text(),
    thinking=st.none() | st.text(),
    stopped=st.booleans(),
    finish_reason=st.none() | st.text(),
    usage=st.none() | st.builds(Usage, numbers, numbers, numbers),
    timings=st.none() | st.builds(Timings, seconds, seconds, seconds, seconds),
)
transcripts = st.builds(Transcript, st.just(PARTNER), st.none() | st.text(), st.lists(turns, max_size=4).map(tuple))


@given(transcripts)
def test_a_conversation_comes_back_as_it_was(transcript: Transcript) -> None:
    assert transcript_of(json.loads(json.dumps(document_of(transcript))), "t.json") == transcript


def document(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(json.dumps(document_of(NOBODY.with_turn(Turn("One?", "1")))))
    return {**whole, **changes}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "it is not an object"),
        ({"fleet": "f"}, "its `schema` is not `azserve/transcript/v1`"),
        (document(turns=None), "`turns` is not a list"),
        (document(turns=["x"]), "`turns[0]` is not an object"),
        (document(turns=[{"question": 1, "answer": "x"}]), "`turns[0].question` is neither text nor a list"),
        (document(turns=[{"question": [], "answer": "x"}]), "`turns[0].question` is neither text nor a list"),
        (document(turns=[{"question": "x"}]), "`turns[0].answer` is not text"),
        (document(turns=[{"question": "x", "answer": "y", "thinking": 1}]), "`turns[0].thinking` is not text"),
        (document(model=None), "`model` is not text"),
        (document(system=["x"]), "`system` is not text"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_holds_no_conversation_is_told_with_its_place(body: Any, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        transcript_of(body, "t.json")

    assert caught.value.code == "transcript-unfit"
    assert words in caught.value.message
    assert "left as it is" in (caught.value.hint or "")


@pytest.mark.parametrize("odd", [None, 7, {}, {"prompt_tokens": "x"}, {"total_s": "x"}])
def test_odd_numbers_are_no_reason_to_lose_a_conversation(odd: Any) -> None:
    body = document(turns=[{"question": "x", "answer": "y", "usage": odd, "timings": odd}])

    (turn,) = transcript_of(body, "t.json").turns

    assert (turn.question, turn.answer, turn.usage) == ("x", "y", None)
