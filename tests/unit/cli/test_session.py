"""A chat with a person, who types at something that is no terminal of ours."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import pytest
from tests.unit.chatting.speaking import SOUND, Speaker, answer, talk_with

from azserve.chatting import Answered, Question, Talk
from azserve.chatting.attachments import TextFile
from azserve.cli.screen import Screen
from azserve.cli.session import Session
from azserve.cli.streams import Streams, Terminated
from azserve.errors import ConfigurationError, Problem
from azserve.model.chat import ChatAnswer
from azserve.verifying.ports import ModelFailed


class Keyboard(io.StringIO):
    """Lines as they are typed; an exception comes where one is."""

    def __init__(self, *typed: str | BaseException) -> None:
        super().__init__()
        self._typed = list(typed)

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]  # typeshed has it both ways
        if not self._typed:
            return ""
        line = self._typed.pop(0)
        if isinstance(line, BaseException):
            raise line
        return line


@dataclass
class Sitting:
    """One session, and all that came of it."""

    out: io.StringIO = field(default_factory=io.StringIO)
    err: io.StringIO = field(default_factory=io.StringIO)
    problems: list[Problem] = field(default_factory=list)
    told: list[Answered] = field(default_factory=list)
    saved: int = 0
    full: int = 0
    """How often there is no room to save."""

    def run(self, talk: Talk, *typed: str | BaseException, first: Question | None = None) -> None:
        streams = Streams(self.out, self.err, {}, Keyboard(*typed))
        Session(
            streams,
            talk,
            first=first or Question(""),
            screen=lambda: Screen(streams, colour=False),
            remark=self.problems.extend,
            told=self.told.append,
            save=self.save,
        ).run()

    def save(self) -> tuple[Problem, ...]:
        self.saved += 1
        if self.saved <= self.full:
            raise ConfigurationError("no room")
        return ()


def test_each_line_is_answered_until_the_input_ends() -> None:
    speaker, sitting = Speaker([SOUND, answer("Yes.")]), Sitting()

    sitting.run(talk_with(speaker), "One?\n", "Two?\n")

    assert sitting.out.getvalue() == "About 7,000.\nYes.\n"
    assert sitting.err.getvalue() == "> > > \n"
    assert (len(sitting.told), sitting.saved) == (2, 2)


@pytest.mark.parametrize("typed", ["\n", "   \n", "/help\n", "/clear\n", "/exit\n"])
def test_what_is_not_for_the_model_does_not_reach_it(typed: str) -> None:
    speaker = Speaker([])

    Sitting().run(talk_with(speaker), typed)

    assert speaker.asked == []


def test_a_question_may_begin_with_a_slash() -> None:
    speaker = Speaker()

    Sitting().run(talk_with(speaker), "/etc/hosts is what?\n")

    assert speaker.asked[0].messages[-1].content == "/etc/hosts is what?"


def test_a_backslash_goes_on_in_the_next_line() -> None:
    speaker = Speaker()

    Sitting().run(talk_with(speaker), "One\\\n", "and two?\n")

    assert speaker.asked[0].messages[-1].content == "One\nand two?"


def test_clear_forgets_and_exit_leaves() -> None:
    speaker, sitting = Speaker([SOUND, SOUND]), Sitting()

    sitting.run(talk_with(speaker), "One?\n", "/clear\n", "Two?\n", "/exit\n", "Three?\n")

    assert [len(each.messages) for each in speaker.asked] == [1, 1]


def test_files_go_with_the_first_question_that_is_answered() -> None:
    speaker, sitting = Speaker([ModelFailed("broken"), SOUND, SOUND]), Sitting()
    first = Question("", (TextFile("a.txt", "A"),))

    sitting.run(talk_with(speaker), "One?\n", "One?\n", "Two?\n", first=first)

    asked = [str(each.messages[-1].content) for each in speaker.asked]
    assert ["a.txt" in each for each in asked] == [True, True, False]
    assert [each.message for each in sitting.problems] == ["broken"]


def test_files_stay_for_the_next_question_where_ctrl_c_came_before_any_answer() -> None:
    speaker, sitting = Speaker([KeyboardInterrupt(), SOUND]), Sitting()
    first = Question("", (TextFile("a.txt", "A"),))

    sitting.run(talk_with(speaker), "One?\n", "One?\n", first=first)

    assert ["a.txt" in str(each.messages[-1].content) for each in speaker.asked] == [True, True]
    assert sitting.saved == 1


def test_a_talk_goes_on_where_it_cannot_be_saved_and_is_saved_with_the_next_answer() -> None:
    speaker, sitting = Speaker([SOUND, SOUND]), Sitting(full=1)

    sitting.run(talk_with(speaker), "One?\n", "Two?\n")

    assert (len(speaker.asked), sitting.saved) == (2, 2)
    assert [each.message for each in sitting.problems] == ["no room"]


def test_leaving_tries_to_save_once_more_and_fails_where_that_fails() -> None:
    speaker, sitting = Speaker([SOUND]), Sitting(full=9)

    with pytest.raises(ConfigurationError, match="no room"):
        sitting.run(talk_with(speaker), "One?\n", "/exit\n")

    assert sitting.saved == 2


def test_ctrl_c_while_the_first_is_still_being_told_of_leaves() -> None:
    sitting = Sitting()

    class Slow(io.StringIO):
        def write(self, text: str, /) -> int:
            if "again" in text:
                raise KeyboardInterrupt
            return super().write(text)

    sitting.err = Slow()
    sitting.run(talk_with(Speaker([])), KeyboardInterrupt(), "One?\n")

    assert sitting.err.getvalue() == "> \n"


def test_what_is_odd_about_an_answer_is_told_after_it() -> None:
    sitting = Sitting()

    sitting.run(talk_with(Speaker([answer(model="Phi-4")])), "One?\n")

    assert [each.code for each in sitting.problems] == ["other-model"]


def test_ctrl_c_at_the_prompt_leaves_the_second_time() -> None:
    speaker, sitting = Speaker([SOUND]), Sitting()

    sitting.run(talk_with(speaker), KeyboardInterrupt(), "One?\n", KeyboardInterrupt(), KeyboardInterrupt(), "Two?\n")

    assert len(speaker.asked) == 1
    assert sitting.err.getvalue().count("(Ctrl-C again, or Ctrl-D, leaves)") == 2


def test_ctrl_c_stops_an_answer_and_the_next_leaves() -> None:
    speaker, sitting = Speaker([KeyboardInterrupt()], broken_after="About"), Sitting()
    talk = talk_with(speaker)

    sitting.run(talk, "One?\n", KeyboardInterrupt(), "Two?\n")

    assert sitting.out.getvalue() == "About\n"
    assert "(stopped)" in sitting.err.getvalue()
    assert (len(talk.transcript.turns), sitting.saved) == (1, 1)


def test_ctrl_c_between_answer_and_prompt_does_not_leave() -> None:
    speaker, sitting = Speaker([SOUND, SOUND]), Sitting()
    told: list[Answered] = []

    def pressed(answered: Answered) -> None:
        told.append(answered)
        if len(told) == 1:
            raise KeyboardInterrupt

    streams = Streams(sitting.out, sitting.err, {}, Keyboard("One?\n", "Two?\n"))
    Session(
        streams, talk_with(speaker), first=Question(""), screen=lambda: Screen(streams, colour=False),
        remark=sitting.problems.extend, told=pressed, save=sitting.save,
    ).run()  # fmt: skip

    assert len(told) == 2


@pytest.mark.parametrize("said", [SOUND, Terminated()], ids=["at-the-prompt", "while-answering"])
def test_a_pipelines_signal_ends_it_all(said: ChatAnswer | BaseException) -> None:
    speaker = Speaker([said])
    typed: tuple[str | BaseException, ...] = (Terminated(),) if said is SOUND else ("One?\n",)

    with pytest.raises(Terminated):
        Sitting().run(talk_with(speaker), *typed)


def test_bytes_that_are_no_text_do_not_end_it() -> None:
    speaker = Speaker()

    Sitting().run(talk_with(speaker), "caf\udce9?\n")

    assert speaker.asked[0].messages[-1].content == "caf\ufffd?"
