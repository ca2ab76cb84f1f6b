"""Where a run reads from and writes to, and what its terminal can do."""

from __future__ import annotations

import codecs
import io
import os
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from azserve.errors import ConfigurationError

LOG_WIDTH = 200
"""Columns assumed where output goes to a file or a CI log, which scroll sideways and should not wrap."""

INSTEAD = {
    "–": "-", "—": "-", "─": "-", "…": "...", "•": "*", "→": "->", "×": "x", "✓": "+", "✗": "x", "“": '"', "”": '"',
}  # fmt: skip
"""Spellings for a terminal or a log that cannot show the sign itself."""


class Terminated(KeyboardInterrupt):
    """SIGTERM: ends whatever goes on, also where Ctrl-C would stop only a part of it."""


def _spelled(error: UnicodeError) -> tuple[str, int]:
    """Say in other signs what an encoding lacks; a question mark where there is no other."""
    assert isinstance(error, UnicodeEncodeError)
    lacking = error.object[error.start : error.end]
    return "".join(INSTEAD.get(sign, "?") for sign in lacking), error.end


codecs.register_error("azserve.spelled", _spelled)


@dataclass(frozen=True, slots=True)
class Streams:
    """Data goes to `out`, talk and progress to `err`."""

    out: TextIO
    err: TextIO
    environ: Mapping[str, str]
    inp: TextIO = field(default_factory=io.StringIO)
    """Nobody asks at it unless a person sits there."""

    @classmethod
    def of_process(cls) -> Streams:
        """Return the process's own; a stream that was closed from outside leads nowhere."""
        return cls(_usable(sys.stdout), _usable(sys.stderr), os.environ, sys.stdin or io.StringIO())

    def write(self, text: str) -> None:
        """Write data. A reader who has left is no failure: the work goes on, and keeps its exit code.

        Raises ConfigurationError where it cannot be written, on a full disk for one.
        """
        try:
            self.out.write(text)
            self.out.flush()
        except BrokenPipeError:
            _lead_nowhere(self.out)
        except OSError as error:
            _lead_nowhere(self.out)
            raise ConfigurationError(
                f"the answer could not be written: {(error.strerror or str(error)).lower()}",
                code="output-unwritable",
                hint="make room, or send stdout elsewhere; what the command had to do is done",
            ) from error

    def say(self, text: str) -> None:
        """Talk. Where nobody can be talked to, nothing happens: work must not end for want of a listener."""
        try:
            self.err.write(text)
            self.err.flush()
        except OSError:
            _lead_nowhere(self.err)

    def read(self, most: int) -> bytes:
        """Return what is piped in, at most so many bytes of it."""
        raw = getattr(self.inp, "buffer", None)
        found: bytes = self.inp.read(most).encode() if raw is None else raw.read(most)
        return found

    def is_terminal(self, stream: TextIO) -> bool:
        """Whether a person watches this stream."""
        return stream.isatty() and self.environ.get("TERM") != "dumb"

    def colour(self, stream: TextIO, *, wanted: bool) -> bool:
        """Whether to colour: asked for, on a terminal, and without NO_COLOR."""
        return wanted and self.is_terminal(stream) and not self.environ.get("NO_COLOR")

    def unicode(self, stream: TextIO) -> bool:
        """Whether marks like ✓ can be written."""
        return (getattr(stream, "encoding", None) or "").lower().replace("-", "").startswith("utf8")

    def width(self, stream: TextIO) -> int:
        """Columns to lay out for."""
        if self.is_terminal(stream):
            return shutil.get_terminal_size().columns
        columns = self.environ.get("COLUMNS", "")
        return int(columns) if columns.isdecimal() and int(columns) >= 20 else LOG_WIDTH


def _usable(stream: TextIO | None) -> TextIO:
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="azserve.spelled")
    return stream


def _lead_nowhere(stream: TextIO) -> None:
    """Point a stream at nothing, so that nothing complains about it again, the interpreter at its end included."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
