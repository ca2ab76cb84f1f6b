"""Keeping under a deployment's own rates, so that no probe is throttled for the sake of the others.

A deployment of a few units has few requests a minute (50 units of DeepSeek-R1: 50 requests, 50,000 tokens), and a run
of all probes asks some thirty. What is left is modelled as a bucket that refills evenly; what the answers' headers tell
replaces the model's idea of it. Where neither catalogue nor header names a limit, nothing waits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

MINUTE_S = 60.0
LONGEST_S = 60.0
"""No pause is longer: after a minute every bucket is full."""


class Bucket:
    """What is left of one limit."""

    def __init__(self, per_minute: float | None, now_s: float) -> None:
        self._per_minute = per_minute
        self._left = per_minute or 0.0
        self._as_of_s = now_s

    def told(self, per_minute: float | None, left: float | None, now_s: float) -> None:
        """Take what headers say; a service says -1 where it does not limit."""
        if per_minute is not None:
            self._per_minute = per_minute if per_minute > 0 else None
        if left is not None and left >= 0:
            self._left, self._as_of_s = left, now_s

    def pause_s(self, amount: float, now_s: float) -> float:
        """Return the seconds until so much is there; more than the bucket holds waits until it is full."""
        if not self._per_minute:
            return 0.0
        missing = min(amount, self._per_minute) - self._refilled(self._per_minute, now_s)
        return max(0.0, missing * MINUTE_S / self._per_minute)

    def take(self, amount: float, now_s: float) -> None:
        """Take what is about to be used."""
        if self._per_minute:
            self._left, self._as_of_s = self._refilled(self._per_minute, now_s) - amount, now_s

    def _refilled(self, per_minute: float, now_s: float) -> float:
        return min(per_minute, self._left + (now_s - self._as_of_s) * per_minute / MINUTE_S)


class Pace:
    """The two limits of one deployment. Not shared by threads: an endpoint is asked one question at a time."""

    def __init__(
        self, requests_per_minute: float | None, tokens_per_minute: float | None, monotonic: Callable[[], float]
    ) -> None:
        self._monotonic = monotonic
        self._requests = Bucket(requests_per_minute, monotonic())
        self._tokens = Bucket(tokens_per_minute, monotonic())

    def pause_s(self, tokens: int) -> float:
        """Return how long to wait before a question that may take so many tokens."""
        now_s = self._monotonic()
        return min(LONGEST_S, max(self._requests.pause_s(1, now_s), self._tokens.pause_s(tokens, now_s)))

    def asked(self, tokens: int) -> None:
        """Count a question that is being asked."""
        now_s = self._monotonic()
        self._requests.take(1, now_s)
        self._tokens.take(tokens, now_s)

    def told(self, headers: Mapping[str, str]) -> None:
        """Take what the headers of an answer say; names in lower case."""
        now_s = self._monotonic()
        for bucket, what in ((self._requests, "requests"), (self._tokens, "tokens")):
            limit, left = (_number(headers.get(f"x-ratelimit-{which}-{what}")) for which in ("limit", "remaining"))
            bucket.told(limit, left, now_s)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None
