"""Thinking set apart from the answer, while the text comes in pieces of any size."""

from __future__ import annotations

from enum import Enum

from azserve.model.chat import AnswerDelta, ThinkingDelta

OPENING = "<think>"
CLOSING = "</think>"

Piece = ThinkingDelta | AnswerDelta


class _Where(Enum):
    START = "start"
    THINKING_START = "thinking-start"
    THINKING = "thinking"
    ANSWER_START = "answer-start"
    ANSWER = "answer"


class ThinkingSplitter:
    """Splits a text at its `<think>` tags, however it is cut into pieces.

    Only a text that begins with the tag thinks; a tag further on is part of the answer, as it would be in a text
    about tags. Without a closing tag all of it is thinking. White space just inside and just after the tags is
    dropped, everything else is kept.
    """

    def __init__(self) -> None:
        self._where = _Where.START
        self._held = ""

    def feed(self, text: str) -> list[Piece]:
        """Take the next piece; return what is certain by now."""
        self._held += text
        pieces: list[Piece] = []
        while (piece := self._next()) is not None:
            if piece.text:
                pieces.append(piece)
        return pieces

    def finish(self) -> list[Piece]:
        """Return what was held back, the text having ended."""
        held, self._held = self._held, ""
        match self._where:
            case _Where.THINKING:
                return [ThinkingDelta(held)] if held else []
            case _Where.START | _Where.ANSWER:
                return [AnswerDelta(held)] if held else []
            case _Where.THINKING_START | _Where.ANSWER_START:
                return []

    def _next(self) -> Piece | None:
        """Return one piece and move on, an empty one for a mere step; None where more text is needed."""
        match self._where:
            case _Where.START:
                return self._start()
            case _Where.THINKING_START:
                return self._skip_space(_Where.THINKING)
            case _Where.THINKING:
                return self._think()
            case _Where.ANSWER_START:
                return self._skip_space(_Where.ANSWER)
            case _Where.ANSWER:
                held, self._held = self._held, ""
                return AnswerDelta(held) if held else None

    def _start(self) -> Piece | None:
        begun = self._held.lstrip()
        if begun.startswith(OPENING):
            self._held = begun[len(OPENING) :]
            self._where = _Where.THINKING_START
        elif OPENING.startswith(begun):
            return None
        else:
            self._where = _Where.ANSWER
        return AnswerDelta("")

    def _skip_space(self, then: _Where) -> Piece | None:
        self._held = self._held.lstrip()
        if not self._held:
            return None
        self._where = then
        return AnswerDelta("")

    def _think(self) -> Piece | None:
        thought, closing, rest = self._held.partition(CLOSING)
        if closing:
            self._held = rest
            self._where = _Where.ANSWER_START
            return ThinkingDelta(thought.rstrip())
        safe = len(self._held) - self._maybe_closing()
        if not safe:
            return None
        self._held, certain = self._held[safe:], self._held[:safe]
        return ThinkingDelta(certain)

    def _maybe_closing(self) -> int:
        """Return how many characters at the end may belong to a closing tag, the space before it included."""
        longest = min(len(CLOSING) - 1, len(self._held))
        tag = next((n for n in range(longest, 0, -1) if CLOSING.startswith(self._held[-n:])), 0)
        before = self._held[: len(self._held) - tag]
        return tag + len(before) - len(before.rstrip())


def split_thinking(text: str) -> tuple[str | None, str]:
    """Return (thinking, answer) of a whole text; thinking is None where the text does not begin with the tag."""
    splitter = ThinkingSplitter()
    pieces = splitter.feed(text) + splitter.finish()
    thinking = "".join(piece.text for piece in pieces if isinstance(piece, ThinkingDelta)).rstrip()
    answer = "".join(piece.text for piece in pieces if isinstance(piece, AnswerDelta))
    return (thinking if text.lstrip().startswith(OPENING) else None), answer
