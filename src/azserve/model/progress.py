"""What is happening, told while it happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Stage(StrEnum):
    """Where a piece of work stands."""

    STARTED = "started"
    GOING = "going"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing worth a line: the subject (`eastus2`, `eastus2/r1`), what is being done, how far it is."""

    subject: str
    doing: str
    """`deploy`, `smoke chat`, `survey`: together with the subject it names one line of the display."""
    stage: Stage
    detail: str = ""
    done: int | None = None
    """With `total`: how many of how many, where that is known."""
    total: int | None = None


Progress: TypeAlias = Callable[[Event], None]
"""Told from several threads at once; it returns at once and never raises."""


def silent(event: Event) -> None:
    """Tell nobody."""
