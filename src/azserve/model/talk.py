"""A conversation: what was asked and what was answered, in order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from azserve.model.chat import Timings, Usage
from azserve.model.json import JsonValue
from azserve.model.names import EndpointKey, ModelName, Region


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer."""

    question: JsonValue
    """Text, or a list of content items in the API's own form where there are images."""
    answer: str
    """As far as it came, where it was stopped."""
    thinking: str | None = None
    """Kept for the reader; never sent again."""
    stopped: bool = False
    """Whether somebody stopped the answer."""
    finish_reason: str | None = None
    usage: Usage | None = None
    timings: Timings | None = None


@dataclass(frozen=True, slots=True)
class Partner:
    """Who answered."""

    endpoint: EndpointKey
    region: Region
    model: ModelName


@dataclass(frozen=True, slots=True)
class Transcript:
    """All that was said, and to whom."""

    partner: Partner
    system: str | None = None
    turns: tuple[Turn, ...] = ()

    def with_turn(self, turn: Turn) -> Transcript:
        """Return the conversation with one turn more."""
        return replace(self, turns=(*self.turns, turn))
