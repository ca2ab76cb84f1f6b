"""What a view is made of: a few kinds of block, free of any terminal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias


class Mark(Enum):
    """A sign that reads without colour; the colour only repeats it."""

    YES = ("✓", "ok", "green")
    NO = ("✗", "no", "red")
    UNKNOWN = ("?", "?", "yellow")
    WARNING = ("!", "!", "yellow")
    PLUS = ("+", "+", "green")
    CHANGE = ("~", "~", "yellow")
    MINUS = ("-", "-", "red")
    SAME = ("=", "=", "dim")
    NONE = (" ", " ", "")

    @property
    def sign(self) -> str:
        """For a terminal that has Unicode."""
        return self.value[0]

    @property
    def ascii(self) -> str:
        """For one that has not."""
        return self.value[1]

    @property
    def style(self) -> str:
        """A rich style."""
        return self.value[2]


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell."""

    text: str
    mark: Mark = Mark.NONE
    raw: str | None = None
    """What `-o tsv` prints instead of `text`: the bare number or state."""


class Narrow(Enum):
    """What becomes of a column where the table is wider than the terminal."""

    KEEP = "keep"
    """Shown whole: names, states, numbers."""
    FOLD = "fold"
    """Text that may wrap at words."""
    DROP = "drop"
    """Left out, the rightmost first: nice to know, and in `-o json`."""
    SPILL = "spill"
    """Shown in lines of its own below: addresses, which must stay in one piece to be copied."""
    HEAD = "head"
    """Shown once above the rows that have it in common, where leaving out what may be dropped is not enough."""


@dataclass(frozen=True, slots=True)
class Column:
    """One table column."""

    title: str
    align: Literal["left", "right"] = "left"
    narrow: Narrow = Narrow.KEEP


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that line up."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, marked or not."""

    text: str
    mark: Mark = Mark.NONE
    indent: int = 0
    tone: Literal["plain", "dim", "bold"] = "plain"


Block: TypeAlias = Table | Line


def cell(value: object, mark: Mark = Mark.NONE, *, raw: object = None) -> Cell:
    """Return a cell; None shows as a dash."""
    return Cell("–" if value is None else str(value), mark, None if raw is None else str(raw))


def seconds(value: float | None) -> str:
    """Return a duration in words: `40 ms`, `1.4 s`, `12 s`, `3 min 05 s`; a dash for None."""
    if value is None:
        return "–"
    if value < 0.9995:
        return f"{value * 1000:.0f} ms"
    if value < 10:
        return f"{value:.1f} s"
    if value < 60:
        return f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s"


def count(number: float, singular: str, plural: str | None = None) -> str:
    """Return a number with its noun: `1 region`, `1,200 tokens`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
