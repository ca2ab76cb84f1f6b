"""A chat with a person at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from azserve.chatting import Answered, Question, Talk
from azserve.cli.screen import Screen
from azserve.cli.streams import Streams, Terminated
from azserve.errors import AzserveError, Problem

PROMPT = "> "
MORE = "… "
HELP = """\
/help   this
/clear  forget what was said, in the file of `--save` too
/exit   leave; so does Ctrl-D
A line that ends in \\ goes on in the next. Ctrl-C stops an answer.
"""


class Session:
    """Questions and answers until the person leaves. Each answer's spending is told by `told`, problems by `remark`."""

    def __init__(
        self,
        streams: Streams,
        talk: Talk,
        *,
        first: Question,
        screen: Callable[[], Screen],
        remark: Callable[[tuple[Problem, ...]], None],
        told: Callable[[Answered], None],
        save: Callable[[], tuple[Problem, ...]],
    ) -> None:
        self._streams = streams
        self._talk = talk
        self._attached = first
        """What goes along with the first question that is answered: files and images."""
        self._screen = screen
        self._remark = remark
        self._told = told
        self._save = save
        self._leaving = False
        """Whether Ctrl-C was the last thing that happened: the next one leaves."""
        self._unsaved = False
        """Whether what was said could not be kept so far."""

    def run(self) -> None:
        """Talk until Ctrl-D, `/exit`, or Ctrl-C twice. Raises AzserveError where what was said could not be kept."""
        try:
            while self._goes_on():
                pass
        except Terminated:
            raise
        except (EOFError, KeyboardInterrupt):
            self._streams.say("\n")
        if self._unsaved:
            self._remark(self._save())

    def _goes_on(self) -> bool:
        """Take one line. Raises KeyboardInterrupt for Ctrl-C right after another, EOFError for Ctrl-D."""
        try:
            text = self._line()
            self._leaving = False
            if text == "/exit":
                return False
            if not self._told_itself(text):
                self._ask(text)
        except Terminated:
            raise
        except KeyboardInterrupt:
            if self._leaving:
                raise
            self._leaving = True
            self._streams.say("\n(Ctrl-C again, or Ctrl-D, leaves)\n")
        return True

    def _told_itself(self, text: str) -> bool:
        """Carry out what is meant for us and not for the model; nothing at all is, too."""
        match text:
            case "":
                pass
            case "/help":
                self._streams.say(HELP)
            case "/clear":
                self._talk.forget()
                self._keep()
                self._streams.say("forgotten\n")
            case _:
                return False
        return True

    def _ask(self, text: str) -> None:
        screen, before = self._screen(), self._talk.transcript
        answered: Answered | None = None
        try:
            answered = self._talk.say(replace(self._attached, text=text), screen.show)
        except Terminated:
            screen.end()
            self._keep()
            raise
        except KeyboardInterrupt:
            screen.end()
            self._leaving = True
            self._streams.say("(stopped)\n")
        except AzserveError as error:
            screen.end()
            self._remark(error.problems)
        else:
            screen.end()
        if self._talk.transcript is not before:
            self._attached = Question("")
            self._keep()
        if answered:
            self._told(answered)
            self._remark(answered.remarks)

    def _keep(self) -> None:
        """Save. Where that fails the talk goes on all the same: the next answer tries again, and so does leaving."""
        self._unsaved = True
        try:
            self._remark(self._save())
            self._unsaved = False
        except AzserveError as error:
            self._remark(error.problems)

    def _line(self) -> str:
        """Return what the person types. Raises EOFError at the end of the input."""
        lines = [self._typed(PROMPT)]
        while lines[-1].endswith("\\"):
            lines[-1] = lines[-1][:-1]
            lines.append(self._typed(MORE if self._streams.unicode(self._streams.err) else "  "))
        return "\n".join(lines).strip()

    def _typed(self, prompt: str) -> str:
        streams = self._streams
        if streams.inp is sys.stdin and streams.out.isatty():
            with suppress(ImportError):
                import readline  # noqa: F401  imported for what it does to `input`
            return _whole(input(prompt))
        streams.say(prompt)
        line = streams.inp.readline()
        if not line:
            raise EOFError
        return _whole(line.rstrip("\n"))


def _whole(text: str) -> str:
    """Return a line whose bytes were no text as text, the odd ones replaced."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
