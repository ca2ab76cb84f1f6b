"""The emulator's own time."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime


class Clock:
    """Seconds that pass like the wall's, times `speed`, and can be advanced. Never goes back.

    A speed other than 1 is for tests: clients are then told to wait in milliseconds of the wall.
    """

    def __init__(self, *, speed: float = 1.0, start: datetime | None = None) -> None:
        self.speed = speed
        self._zero = (start or datetime.now(UTC)).timestamp()
        self._wall_zero = time.monotonic()
        self._advanced_s = 0.0

    def now(self) -> float:
        """Emulated seconds since the epoch."""
        return self._zero + (time.monotonic() - self._wall_zero) * self.speed + self._advanced_s

    def set_speed(self, speed: float) -> None:
        """Go faster or slower from now on; zero and less are refused with ValueError."""
        if speed <= 0:
            raise ValueError("speed is above zero")
        self._zero, self._wall_zero, self._advanced_s = self.now(), time.monotonic(), 0.0
        self.speed = speed

    def wall(self, seconds: float) -> float:
        """Emulated seconds as seconds of the wall's clock: what a client has to wait."""
        return seconds / self.speed

    def pause(self, seconds: float) -> dict[str, str]:
        """Return the header that asks a client to wait emulated seconds.

        `Retry-After` is whole seconds, one at least: management SDKs read it as an integer and fail on a fraction. At
        another speed the pause is said in milliseconds, by the header that azure-core and openai know beside it.
        """
        if self.speed == 1:
            return {"Retry-After": str(max(1, math.ceil(seconds)))}
        return {"retry-after-ms": str(max(1, round(self.wall(seconds) * 1000)))}

    def advance(self, seconds: float) -> None:
        """Skip ahead; negative is refused with ValueError."""
        if seconds < 0:
            raise ValueError("time does not go back")
        self._advanced_s += seconds


class Stopped(Clock):
    """A clock that does not run."""

    def __init__(self, at: float, *, speed: float = 1.0) -> None:
        super().__init__(speed=speed)
        self._at = at

    def now(self) -> float:
        """Return the one time it knows."""
        return self._at

    def advance(self, seconds: float) -> None:
        """Skip ahead."""
        self._at += seconds


def timestamp(seconds: float) -> str:
    """Azure's form of a time: `2026-04-09T19:15:38.439824Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
