"""How long to wait for what, and how often to ask again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

GROWTH = 1.5
LEAST_S = 1.0
"""What a wait costs of the patience at least, so that a service that asks for none is not asked for ever."""


class Again(Enum):
    """Why a probe may be asked again."""

    NO = "no"
    """Asking again would get the same."""
    ONCE_MORE = "once-more"
    """It may have been a hiccup."""
    WHEN_VISIBLE = "when-visible"
    """A fresh deployment answers 404 for a while."""
    WHEN_ALLOWED = "when-allowed"
    """A fresh role does not work at once."""
    WHEN_QUIET = "when-quiet"
    """Requests or tokens are used up for now."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait per endpoint, all its probes together."""

    visible_s: float = 180.0
    """Until a fresh deployment answers: some minutes (issue reports, 2025)."""
    allowed_s: float = 600.0
    """Until a fresh role works: up to ten minutes (documentation)."""
    quiet_s: float = 120.0
    """Until throttling ends: limits are per minute."""
    first_pause_s: float = 2.0
    longest_pause_s: float = 15.0
    tries: int = 2
    """How often a probe that may have hit a hiccup is asked."""


class Waiting:
    """What is left of the patience with one endpoint."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._left = {
            Again.WHEN_VISIBLE: patience.visible_s,
            Again.WHEN_ALLOWED: patience.allowed_s,
            Again.WHEN_QUIET: patience.quiet_s,
        }
        self._pause_s = patience.first_pause_s

    def pause_s(self, again: Again, tries: int, asked_for_s: float | None) -> float | None:
        """Return how long to wait before asking again, None where it is not to be asked again.

        `tries` is how often this probe had its chance; `asked_for_s` is the service's own wish, which is kept to the
        full or not at all.
        """
        match again:
            case Again.NO:
                return None
            case Again.ONCE_MORE:
                return self._patience.first_pause_s if tries < self._patience.tries else None
            case Again.WHEN_VISIBLE | Again.WHEN_ALLOWED | Again.WHEN_QUIET:
                left_s = self._left[again]
                pause_s = asked_for_s if asked_for_s is not None else min(self._growing(), left_s)
                if left_s <= 0 or pause_s > left_s:
                    return None
                self._left[again] = left_s - max(pause_s, LEAST_S)
                return pause_s

    def _growing(self) -> float:
        pause_s = self._pause_s
        self._pause_s = min(pause_s * GROWTH, self._patience.longest_pause_s)
        return pause_s
