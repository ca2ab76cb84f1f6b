"""Tokens and money of a run: counted, and held under a ceiling."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from azserve.model.chat import Usage


@dataclass(frozen=True, slots=True)
class Rate:
    """What a token costs, in US dollars."""

    input: float
    output: float

    def of(self, usage: Usage) -> float:
        """Return what was spent; tokens of the total that are neither asked nor written count as written."""
        written = max(usage.completion_tokens, usage.total_tokens - usage.prompt_tokens)
        return usage.prompt_tokens * self.input + written * self.output

    def most(self, tokens: int) -> float:
        """Return what so many tokens cost at most."""
        return tokens * max(self.input, self.output)


FREE = Rate(0.0, 0.0)


class Purse:
    """What a run has spent and may still spend. Shared by threads.

    A question's most is set aside before it is asked, so that questions asked at the same moment cannot overrun the
    ceiling together.
    """

    def __init__(self, ceiling: int | None, ceiling_usd: float | None = None) -> None:
        self._ceiling = ceiling
        self._ceiling_usd = ceiling_usd
        self._set_aside_usd = 0.0
        self._spent_usd = 0.0
        self._lock = threading.Lock()
        self._set_aside = 0
        self._spent = Usage(0, 0, 0)

    @property
    def spent(self) -> Usage:
        """What the models counted so far."""
        with self._lock:
            return self._spent

    @property
    def spent_usd(self) -> float:
        """What that cost, as far as prices are known."""
        with self._lock:
            return self._spent_usd

    def set_aside(self, most: int, rate: Rate = FREE) -> bool:
        """Set tokens aside; False where a ceiling leaves no room for them."""
        most_usd = rate.most(most)
        with self._lock:
            tokens = self._spent.total_tokens + self._set_aside + most
            usd = self._spent_usd + self._set_aside_usd + most_usd
            if self._ceiling is not None and tokens > self._ceiling:
                return False
            if self._ceiling_usd is not None and most_usd > 0 and usd > self._ceiling_usd:
                return False
            self._set_aside += most
            self._set_aside_usd += most_usd
            return True

    def settle(self, most: int, usage: Usage | None, rate: Rate = FREE) -> None:
        """Give back what was set aside and count what was used."""
        with self._lock:
            self._set_aside -= most
            self._set_aside_usd -= rate.most(most)
            if usage is not None:
                self._spent += usage
                self._spent_usd += rate.of(usage)
