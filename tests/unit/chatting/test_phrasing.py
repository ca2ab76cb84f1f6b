"""What is sent, as the model takes it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.chatting.speaking import NOBODY, PARTNER, TAKES_ALL, Speaker, asking, talk_with

from azserve.chatting import Question, Wishes
from azserve.chatting.attachments import TextFile
from azserve.chatting.phrasing import IN_JSON, request_of
from azserve.model.catalogue import Support, Trait
from azserve.model.chat import Message
from azserve.model.talk import Transcript, Turn

BRIEF = Wishes(system="Be brief.")
REFUSES = {Trait.SYSTEM_PROMPT: Support.REFUSED}
PICTURE = "data:image/png;base64,anNvbg=="


def sent(question: Question, wishes: Wishes, abilities: Any = TAKES_ALL, before: Transcript = NOBODY) -> list[Message]:
    return list(request_of(before, question, wishes, abilities).messages)


def test_a_system_prompt_goes_ahead() -> None:
    assert sent(asking("Hi"), BRIEF) == [Message("system", "Be brief."), Message("user", "Hi")]


def test_where_one_is_refused_it_goes_at_the_head_of_the_first_question() -> None:
    before = NOBODY.with_turn(Turn("One?", "1"))

    assert sent(asking("Two?"), BRIEF, REFUSES, before) == [
        Message("user", "Be brief.\n\nOne?"),
        Message("assistant", "1"),
        Message("user", "Two?"),
    ]


def test_it_goes_before_an_image_too() -> None:
    (message,) = sent(Question("What?", images=(PICTURE,)), BRIEF, REFUSES)

    content: Any = message.content
    assert [each.get("text") for each in content] == ["Be brief.", "What?", None]


@pytest.mark.parametrize(
    ("support", "codes"),
    [
        (Support.ACCEPTED, []),
        (Support.UNKNOWN, []),
        (Support.REFUSED, ["system-prompt-moved"]),
        (Support.IGNORED, ["system-prompt-ignored"]),
    ],
)
def test_a_person_is_told_what_becomes_of_a_system_prompt(support: Support, codes: list[str]) -> None:
    talk = talk_with(Speaker(), wishes=BRIEF, abilities={Trait.SYSTEM_PROMPT: support})

    assert [note.code for note in talk.notes] == codes


def test_a_json_mode_that_is_ignored_is_told() -> None:
    talk = talk_with(Speaker(), wishes=Wishes(json_object=True), abilities={Trait.JSON_OBJECT: Support.IGNORED})

    assert [note.code for note in talk.notes] == ["json-ignored"]


def test_json_is_asked_for_in_words_as_well() -> None:
    request = request_of(NOBODY, asking("Three colours."), Wishes(json_object=True), TAKES_ALL)

    assert request.response_format == {"type": "json_object"}
    assert request.messages[0] == Message("system", IN_JSON)


@pytest.mark.parametrize(
    ("question", "wishes", "first"),
    [
        ("Three colours as JSON.", Wishes(json_object=True), "Three colours as JSON."),
        ("Three colours.", Wishes("Speak json.", json_object=True), "Speak json."),
        ("Three colours.", Wishes("Be brief.", json_object=True), f"Be brief.\n{IN_JSON}"),
    ],
)
def test_a_person_who_spoke_of_json_is_not_corrected(question: str, wishes: Wishes, first: str) -> None:
    assert sent(asking(question), wishes)[0].content == first


def test_letters_of_an_image_do_not_speak_of_json() -> None:
    messages = sent(Question("What?", images=("data:image/png;base64,JSON",)), Wishes(json_object=True))

    assert messages[0] == Message("system", IN_JSON)


def test_a_file_goes_ahead_of_its_question_under_its_name() -> None:
    question = Question("What is this?", (TextFile("a.md", "# A\n"), TextFile("b.txt", "B")))

    assert question.content == "File `a.md`:\n```\n# A\n```\n\nFile `b.txt`:\n```\nB\n```\n\nWhat is this?"


def test_an_image_follows_the_words() -> None:
    assert Question("What?", images=(PICTURE,)).content == [
        {"type": "text", "text": "What?"},
        {"type": "image_url", "image_url": {"url": PICTURE}},
    ]


@given(st.text(alphabet="`a\n", max_size=60))
def test_no_file_ends_its_own_fence(text: str) -> None:
    content = str(Question("What?", (TextFile("f", text),)).content)

    fence = content.splitlines()[1]
    assert set(fence) == {"`"}
    assert fence not in text


def test_a_conversation_with_somebody_else_is_sent_just_the_same() -> None:
    before = Transcript(PARTNER, None, (Turn("One?", "1", "hmm"),))

    assert [each.content for each in sent(asking("Two?"), Wishes(), {}, before)] == ["One?", "1", "Two?"]
