"""Thinking set apart from the answer, while the text comes in pieces of any size."""

from __future__ import annotations

from enum import Enum

from azserve.model.chat import AnswerDelta, ThinkingDelta

OPENING = "<think>"
CLOSING = "</think>"

Piece = ThinkingDelta | AnswerDelta


class _Part(Enum):
    START = "start"
    THINKING = "thinking"
    ANSWER = "answer"


class ThinkingSplitter:
    """Splits a text at its `<think>` tags, however it is cut into pieces.

    Only a text that begins with the tag thinks; a tag further on is part of the answer, as it would be in a text
    about tags. The first closing tag ends the thinking, and without one all of it is thinking. White space just inside
    and just after the tags is dropped, everything else is kept. Takes time in proportion to the text.
    """

    def __init__(self) -> None:
        self._part = _Part.START
        self._held = ""
        """The end of what came, where it may be the beginning of a tag."""
        self._space: list[str] = []
        """White space before that: kept where text follows, dropped where a tag does."""
        self._begun = True
        """Whether something of this part was given out, so that white space matters."""

    def feed(self, text: str) -> list[Piece]:
        """Take the next piece; return what is certain by now."""
        text, self._held = self._held + text, ""
        pieces: list[Piece] = []
        if self._part is _Part.START:
            text = self._start(text)
        if self._part is _Part.THINKING:
            text = self._think(text, pieces)
        if self._part is _Part.ANSWER:
            self._answer(text, pieces)
        return pieces

    def finish(self) -> list[Piece]:
        """Return what was held back, the text having ended."""
        held, self._held = "".join(self._space) + self._held, ""
        self._space.clear()
        match self._part:
            case _Part.THINKING:
                held = held.rstrip() if self._begun else held.strip()
                return [ThinkingDelta(held)] if held else []
            case _Part.START | _Part.ANSWER:
                return [AnswerDelta(held)] if held else []

    def _start(self, text: str) -> str:
        """Find out whether the text thinks; return what of it the next part may have."""
        begun = text.lstrip()
        self._space.append(text[: len(text) - len(begun)])
        if begun.startswith(OPENING):
            self._part, self._begun = _Part.THINKING, False
            self._space.clear()
            return begun[len(OPENING) :]
        if OPENING.startswith(begun):
            self._held = begun
            return ""
        self._part = _Part.ANSWER
        before = "".join(self._space)
        self._space.clear()
        return before + begun

    def _think(self, text: str, pieces: list[Piece]) -> str:
        """Give out thinking; return what follows its closing tag."""
        thought, closing, rest = text.partition(CLOSING)
        if not closing:
            certain = len(text) - _beginning_of_closing(text)
            thought, self._held = text[:certain], text[certain:]
        if not self._begun:
            thought = thought.lstrip()
        if words := thought.rstrip():
            pieces.append(ThinkingDelta("".join(self._space) + words))
            self._space.clear()
            self._begun = True
        if closing:
            self._part, self._begun = _Part.ANSWER, False
            self._space.clear()
        else:
            self._space.append(thought[len(words) :])
        return rest

    def _answer(self, text: str, pieces: list[Piece]) -> None:
        if not self._begun:
            text = text.lstrip()
        if text:
            pieces.append(AnswerDelta(text))
            self._begun = True


def _beginning_of_closing(text: str) -> int:
    """Return how many characters at the end of a text may begin a closing tag."""
    longest = min(len(CLOSING) - 1, len(text))
    return next((size for size in range(longest, 0, -1) if CLOSING.startswith(text[-size:])), 0)
