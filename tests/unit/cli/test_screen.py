"""An answer as it comes, on a terminal and elsewhere."""

from __future__ import annotations

import io

import pytest

from azserve.cli.screen import Screen
from azserve.cli.streams import Streams
from azserve.model.chat import AnswerDelta, ThinkingDelta

PIECES = (ThinkingDelta("Okay,\n"), ThinkingDelta("so."), AnswerDelta("7,"), AnswerDelta("000"))


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class OldTerminal(Terminal):
    encoding = "latin-1"


def shown(out: io.StringIO, *pieces: ThinkingDelta | AnswerDelta, colour: bool = False) -> str:
    screen = Screen(Streams(out, io.StringIO(), {}), colour=colour)
    for piece in pieces:
        screen.show(piece)
    screen.end()
    return out.getvalue()


def test_in_a_pipe_there_is_the_answer_alone() -> None:
    assert shown(io.StringIO(), *PIECES) == "7,000\n"


def test_on_a_terminal_thinking_is_dim_and_apart() -> None:
    assert shown(Terminal(), *PIECES, colour=True) == "\x1b[2mOkay,\n\x1b[22m\x1b[2mso.\x1b[22m\n\n7,000\n"


@pytest.mark.parametrize(("terminal", "bar"), [(Terminal, "│"), (OldTerminal, "|")])
def test_without_colour_thinking_stands_behind_a_bar(terminal: type[Terminal], bar: str) -> None:
    assert shown(terminal(), *PIECES) == f"{bar} Okay,\n{bar} so.\n\n7,000\n"


@pytest.mark.parametrize("text", ["7,000", "7,000\n"])
def test_the_last_line_is_ended_once(text: str) -> None:
    assert shown(io.StringIO(), AnswerDelta(text)) == "7,000\n"


def test_an_answer_stopped_while_thinking_ends_its_line() -> None:
    assert shown(Terminal(), PIECES[1], colour=True) == "\x1b[2mso.\x1b[22m\n"


def test_nothing_is_nothing() -> None:
    assert shown(Terminal()) == ""
    assert shown(Terminal(), AnswerDelta(""), AnswerDelta("\r")) == ""


def test_thinking_that_comes_after_the_answer_is_apart_as_well() -> None:
    assert shown(Terminal(), PIECES[2], PIECES[1]) == "7,\n\n│ so.\n"


@pytest.mark.parametrize("piece", [AnswerDelta, ThinkingDelta])
def test_no_piece_moves_the_cursor_or_turns_the_line(piece: type[AnswerDelta]) -> None:
    assert shown(Terminal(), piece("\x1b[2J\u202e")).strip("│ \n") == "\\u001b[2J\\u202e"


def test_each_piece_is_there_before_the_next_comes() -> None:
    out = Terminal()
    screen = Screen(Streams(out, io.StringIO(), {}), colour=False)

    screen.show(AnswerDelta("7,"))

    assert out.getvalue() == "7,"


def test_a_line_is_ended_when_somebody_stops_it_while_it_is_written() -> None:
    class Stopped(io.StringIO):
        def flush(self) -> None:
            if self.getvalue() == "7,":
                raise KeyboardInterrupt

    out = Stopped()
    screen = Screen(Streams(out, io.StringIO(), {}), colour=False)

    with pytest.raises(KeyboardInterrupt):
        screen.show(AnswerDelta("7,"))
    screen.end()

    assert out.getvalue() == "7,\n"
