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


@dataclass(frozen=True, slots=True)
class _Amount:
    """Tokens, and what they cost."""

    tokens: int = 0
    usd: float = 0.0

    def __add__(self, other: _Amount) -> _Amount:
        return _Amount(self.tokens + other.tokens, self.usd + other.usd)

    def __sub__(self, other: _Amount) -> _Amount:
        return _Amount(self.tokens - other.tokens, self.usd - other.usd)


class Purse:
    """What a run has spent and may still spend. Shared by threads.

    A question's most is set aside before it is asked, so that questions asked at the same moment cannot overrun the
    ceiling together. Most answers take a small part of it: who finds the purse too empty for now waits for what the
    others bring back. What was asked and not counted stays held to its most, since it may have cost as much.
    """

    def __init__(self, ceiling: int | None, ceiling_usd: float | None = None) -> None:
        self._ceiling = ceiling
        self._ceiling_usd = ceiling_usd
        self._settled = threading.Condition()
        self._asking = 0
        """Questions for which something is set aside right now."""
        self._set_aside = _Amount()
        self._held = _Amount()
        self._spent = Usage(0, 0, 0)
        self._spent_usd = 0.0

    @property
    def spent(self) -> Usage:
        """What the models counted so far."""
        with self._settled:
            return self._spent

    @property
    def spent_usd(self) -> float:
        """What that cost, as far as prices are known."""
        with self._settled:
            return self._spent_usd

    def set_aside(self, most: int, rate: Rate = FREE) -> bool:
        """Set tokens aside, once others have settled where that makes room; False where a ceiling leaves none."""
        amount = _Amount(most, rate.most(most))
        with self._settled:
            while not self._has_room(amount, beside=self._set_aside):
                if not self._asking or not self._has_room(amount, beside=_Amount()):
                    return False
                self._settled.wait()
            self._asking += 1
            self._set_aside += amount
            return True

    def settle(self, most: int, usage: Usage | None, rate: Rate = FREE, *, counted: bool = True) -> None:
        """Give back what was set aside and count what was used; not `counted`: it may have used more than that."""
        with self._settled:
            self._asking -= 1
            self._set_aside -= _Amount(most, rate.most(most))
            used = _Amount(usage.total_tokens, rate.of(usage)) if usage else _Amount()
            if usage is not None:
                self._spent += usage
                self._spent_usd += used.usd
            if not counted:
                self._held += _Amount(max(0, most - used.tokens), max(0.0, rate.most(most) - used.usd))
            self._settled.notify_all()

    def _has_room(self, wanted: _Amount, *, beside: _Amount) -> bool:
        all_of_it = wanted + beside + self._held + _Amount(self._spent.total_tokens, self._spent_usd)
        if self._ceiling is not None and all_of_it.tokens > self._ceiling:
            return False
        return self._ceiling_usd is None or wanted.usd <= 0 or all_of_it.usd <= self._ceiling_usd
