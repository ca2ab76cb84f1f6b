"""An answer as it comes: thinking apart from it where a person looks, the answer alone anywhere else."""

from __future__ import annotations

from enum import Enum

from azserve.cli.streams import Streams
from azserve.model.chat import AnswerDelta, ThinkingDelta
from azserve.model.visible import visible


class _Part(Enum):
    NOTHING = "nothing"
    THINKING = "thinking"
    ANSWER = "answer"


class Screen:
    """Shows one answer on stdout, each piece at once. Nothing of it can move the cursor or turn a line round.

    On a terminal thinking is dim, or, where there is no colour, behind a bar at the head of each line; anywhere else it
    is left out.
    """

    def __init__(self, streams: Streams, *, colour: bool) -> None:
        self._streams = streams
        self._thinks = streams.is_terminal(streams.out)
        self._colour = colour
        self._bar = "│ " if streams.unicode(streams.out) else "| "
        self._part = _Part.NOTHING
        self._ended = True
        """Whether what was written last ended its line."""

    def show(self, piece: ThinkingDelta | AnswerDelta) -> None:
        """Write one piece."""
        text = visible(piece.text)
        if not text:
            return
        match piece:
            case ThinkingDelta():
                if self._thinks:
                    self._think(text)
            case AnswerDelta():
                if self._part is _Part.THINKING:
                    self._write("\n\n")
                self._part = _Part.ANSWER
                self._write(text)

    def end(self) -> None:
        """End the last line, be the answer whole or not."""
        if not self._ended:
            self._write("\n")
        self._part = _Part.NOTHING

    def _think(self, text: str) -> None:
        if self._part is _Part.ANSWER:
            self._write("\n\n")
        if self._colour:
            self._write(f"\x1b[2m{text}\x1b[22m", ended=text.endswith("\n"))
        else:
            start = "" if self._part is _Part.THINKING else self._bar
            self._write(start + text.replace("\n", f"\n{self._bar}"), ended=False)
        self._part = _Part.THINKING

    def _write(self, text: str, *, ended: bool | None = None) -> None:
        # First, since Ctrl-C may come while the text is on its way: a line too many is better than half a one.
        self._ended = text.endswith("\n") if ended is None else ended
        self._streams.write(text)
