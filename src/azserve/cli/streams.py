"""Where a run reads from and writes to, and what its terminal can do."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

LOG_WIDTH = 200
"""Columns assumed where output goes to a file or a CI log, which scroll sideways and should not wrap."""


@dataclass(frozen=True, slots=True)
class Streams:
    """Data goes to `out`, talk and progress to `err`."""

    out: TextIO
    err: TextIO
    environ: Mapping[str, str]

    @classmethod
    def of_process(cls) -> Streams:
        """Return the process's own."""
        return cls(sys.stdout, sys.stderr, os.environ)

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
