"""A conversation: what is sent, what is remembered, and what is no answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.chatting.speaking import NOBODY, SOUND, TAKES_ALL, Speaker, answer, asking, talk_with

from azserve.chatting import Question, Wishes
from azserve.errors import ConfigurationError, Severity, UsageError
from azserve.model.catalogue import Support, Trait
from azserve.model.chat import AnswerDelta, ChatAnswer, ChatRequest, Message, StreamEvent, ThinkingDelta
from azserve.model.json import JsonValue
from azserve.model.talk import Turn
from azserve.verifying.ports import BrokenAnswer, ContentFiltered, ModelError, Throttled


def test_each_piece_is_shown_as_it_comes() -> None:
    shown: list[ThinkingDelta | AnswerDelta] = []

    answered = talk_with(Speaker()).say(asking(), shown.append)

    assert shown == [ThinkingDelta("Okay, so…"), AnswerDelta("About 7,000.")]
    assert answered.answer is SOUND


def test_history_goes_out_without_the_thinking() -> None:
    speaker = Speaker([SOUND, SOUND])
    talk = talk_with(speaker)

    talk.say(asking("One?"))
    talk.say(asking("Two?"))

    assert speaker.asked[1].messages == (
        Message("user", "One?"),
        Message("assistant", "About 7,000."),
        Message("user", "Two?"),
    )


def test_the_thinking_is_kept_for_the_reader() -> None:
    talk = talk_with(Speaker())

    talk.say(asking())

    (turn,) = talk.transcript.turns
    assert (turn.thinking, turn.usage, turn.timings) == ("Okay, so…", SOUND.usage, SOUND.timings)


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (answer("", thinking=None), BrokenAnswer, "the model answered nothing"),
        (answer(" \n", thinking=None), BrokenAnswer, "the model answered nothing"),
        (answer(""), BrokenAnswer, "the model thought, and answered nothing"),
        (answer("", finish_reason="length"), BrokenAnswer, "limit of tokens before it answered"),
        (answer("About", done=False, finish_reason=None), BrokenAnswer, "broke off before its end"),
        (answer("About", finish_reason="content_filter"), ContentFiltered, "the content filter stopped the answer"),
    ],
    ids=["empty", "blank", "thinking-only", "too-short", "broken-off", "filtered"],
)
def test_an_answer_that_is_none_is_an_error_and_leaves_no_trace(
    said: ChatAnswer, kind: type[ModelError], words: str
) -> None:
    talk = talk_with(Speaker([said]))

    with pytest.raises(kind, match=words) as caught:
        talk.say(asking())

    assert caught.value.where == "eastus2/r1"
    assert caught.value.hint
    assert talk.transcript == NOBODY


def test_an_end_without_done_is_an_end_where_a_reason_is_given() -> None:
    assert talk_with(Speaker([answer(done=False)])).say(asking()).remarks == ()


def test_what_a_model_refuses_leaves_no_trace() -> None:
    talk = talk_with(Speaker([Throttled("throttled", retry_after_s=3.0)]))

    with pytest.raises(Throttled):
        talk.say(asking())

    assert talk.transcript == NOBODY


def test_a_stopped_answer_stays_as_far_as_it_came() -> None:
    speaker = Speaker([KeyboardInterrupt(), SOUND], broken_after="There are about")
    talk = talk_with(speaker)

    with pytest.raises(KeyboardInterrupt):
        talk.say(asking("One?"))
    talk.say(asking("Go on."))

    assert talk.transcript.turns[0] == Turn("One?", "There are about", stopped=True)
    assert [each.content for each in speaker.asked[1].messages] == ["One?", "There are about", "Go on."]


def test_a_models_name_for_itself_begins_no_line_of_a_log() -> None:
    told = talk_with(Speaker([answer(model="gpt\n::error::x")])).say(asking())

    assert [each.message for each in told.remarks] == ["`gpt ::error::x` answered, not `DeepSeek-R1`"]


def test_an_answer_that_cannot_be_shown_stays_as_far_as_it_came() -> None:
    talk = talk_with(Speaker())

    def full(piece: ThinkingDelta | AnswerDelta) -> None:
        if isinstance(piece, AnswerDelta):
            raise ConfigurationError("no room")

    with pytest.raises(ConfigurationError):
        talk.say(asking("One?"), full)

    assert talk.transcript.turns == (Turn("One?", "About 7,000.", "Okay, so…", stopped=True),)


def test_an_answer_stopped_before_it_began_is_forgotten_with_its_question() -> None:
    talk = talk_with(Speaker([KeyboardInterrupt()]))

    with pytest.raises(KeyboardInterrupt):
        talk.say(asking())

    assert talk.transcript == NOBODY


def test_the_connection_is_closed_when_somebody_has_heard_enough() -> None:
    speaker = Speaker()

    def enough(piece: ThinkingDelta | AnswerDelta) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        talk_with(speaker).say(asking(), enough)

    assert speaker.closed == 1


def test_a_stream_that_ends_without_an_end_is_no_answer() -> None:
    class Silent(Speaker):
        def stream(self, request: ChatRequest) -> Iterator[StreamEvent]:
            return iter(())

    with pytest.raises(BrokenAnswer):
        talk_with(Silent()).say(asking())


@pytest.mark.parametrize("name", ["", "deepseek-r1", "DeepSeek-R1"])
def test_a_model_may_spell_its_name_as_hosts_do(name: str) -> None:
    assert talk_with(Speaker([answer(model=name)])).say(asking()).remarks == ()


def test_another_models_answer_is_remarked_on() -> None:
    (remark,) = talk_with(Speaker([answer(model="Phi-4")])).say(asking()).remarks

    assert (remark.code, remark.severity) == ("other-model", Severity.WARNING)
    assert "`Phi-4` answered, not `DeepSeek-R1`" in remark.message


def test_an_answer_cut_at_its_limit_is_remarked_on() -> None:
    (remark,) = talk_with(Speaker([answer(finish_reason="length")])).say(asking()).remarks

    assert (remark.code, remark.severity) == ("answer-cut", Severity.WARNING)


@pytest.mark.parametrize("said", ["Sure!", "[1]", "7", "[" * 100_000, '```json\n{"a": 1}\n```'])
def test_what_is_no_json_object_is_an_error_where_one_was_wanted(said: str) -> None:
    (remark,) = talk_with(Speaker([answer(said)]), wishes=Wishes(json_object=True)).say(asking()).remarks

    assert (remark.code, remark.severity) == ("answer-not-json", Severity.ERROR)


def test_a_json_object_is_what_was_wanted() -> None:
    assert talk_with(Speaker([answer('{"a": 1}')]), wishes=Wishes(json_object=True)).say(asking()).remarks == ()


@pytest.mark.parametrize(
    ("lacking", "question", "wishes", "words"),
    [
        (Trait.IMAGES, Question("What?", images=("https://x/y.png",)), Wishes(), "reads text only"),
        (Trait.JSON_OBJECT, Question("What?"), Wishes(json_object=True), "has no JSON mode"),
        (Trait.CHAT, Question("What?"), Wishes(), "does not chat"),
    ],
    ids=str,
)
def test_what_a_model_is_published_not_to_take_is_said_before_it_is_asked(
    lacking: Trait, question: Question, wishes: Wishes, words: str
) -> None:
    speaker = Speaker()
    talk = talk_with(speaker, wishes=wishes, abilities={**TAKES_ALL, lacking: Support.REFUSED})

    with pytest.raises(UsageError, match=words):
        talk.say(question)

    assert speaker.asked == []


def test_what_nothing_is_published_about_is_tried() -> None:
    speaker = Speaker()

    talk_with(speaker, abilities={}).say(Question("What?", images=("https://x/y.png",)))

    assert len(speaker.asked) == 1


def test_an_image_of_an_earlier_question_counts() -> None:
    items: JsonValue = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]
    before = NOBODY.with_turn(Turn(items, "A cat."))

    with pytest.raises(UsageError, match="reads text only"):
        talk_with(Speaker(), before=before, abilities={Trait.IMAGES: Support.REFUSED}).say(asking())


def test_forgetting_begins_anew() -> None:
    speaker = Speaker([SOUND, SOUND])
    talk = talk_with(speaker, wishes=Wishes(system="Be brief."))

    talk.say(asking("One?"))
    talk.forget()
    talk.say(asking("Two?"))

    assert [each.content for each in speaker.asked[1].messages] == ["Be brief.", "Two?"]
