"""The pieces of an answer as text: characters made whole, thinking set apart."""

from __future__ import annotations

import re

from azserve.inference.thinking import Piece, ThinkingSplitter
from azserve.model.chat import AnswerDelta, ThinkingDelta

SURROGATE = re.compile("[\ud800-\udfff]")
HIGH = ("\ud800", "\udbff")


class Characters:
    """Joins halves of characters. JSON may cut an emoji into two escapes, and a stream may cut between them.

    A half that stays alone becomes U+FFFD, for nothing could write it down.
    """

    def __init__(self) -> None:
        self._half = ""

    def feed(self, text: str) -> str:
        """Take the next piece; return it with its characters whole."""
        if not self._half and not SURROGATE.search(text):
            return text
        text, self._half = self._half + text, ""
        if text and HIGH[0] <= text[-1] <= HIGH[1]:
            text, self._half = text[:-1], text[-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def finish(self) -> str:
        """Return what was held back."""
        return "\ufffd" if self._half else ""


class AnswerText:
    """Thinking and answer, from `content` and `reasoning_content` as they come."""

    def __init__(self) -> None:
        self._content = Characters()
        self._aside = Characters()
        self._splitter = ThinkingSplitter()
        self._thinking: list[str] = []
        self._answer: list[str] = []

    def feed(self, *, content: object, aside: object) -> list[Piece]:
        """Take the next pieces; what is no text counts as none. Return what is certain by now."""
        pieces: list[Piece] = []
        if isinstance(aside, str) and (text := self._aside.feed(aside)):
            pieces.append(ThinkingDelta(text))
        if isinstance(content, str) and (text := self._content.feed(content)):
            pieces += self._splitter.feed(text)
        return self._kept(pieces)

    def finish(self) -> list[Piece]:
        """Return what was held back, the answer having ended."""
        pieces: list[Piece] = [ThinkingDelta(text)] if (text := self._aside.finish()) else []
        pieces += self._splitter.feed(self._content.finish())
        pieces += self._splitter.finish()
        return self._kept(pieces)

    @property
    def thinking(self) -> str | None:
        """All thinking so far; None where there is none, be it in empty tags."""
        return "".join(self._thinking).strip() or None

    @property
    def answer(self) -> str:
        """All of the visible answer so far."""
        return "".join(self._answer)

    def _kept(self, pieces: list[Piece]) -> list[Piece]:
        for piece in pieces:
            (self._thinking if isinstance(piece, ThinkingDelta) else self._answer).append(piece.text)
        return pieces


def split_thinking(content: str) -> tuple[str | None, str]:
    """Return (thinking, answer) of a whole content."""
    text = AnswerText()
    text.feed(content=content, aside=None)
    text.finish()
    return text.thinking, text.answer


def is_visible(piece: Piece) -> bool:
    """Whether a piece is of the visible answer."""
    return isinstance(piece, AnswerDelta)
