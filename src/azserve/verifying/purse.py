"""Tokens of a run: counted, and held under a ceiling."""

from __future__ import annotations

import threading

from azserve.model.chat import Usage


class Purse:
    """What a run has spent and may still spend. Shared by threads.

    A question's most is set aside before it is asked, so that questions asked at the same moment cannot overrun the
    ceiling together.
    """

    def __init__(self, ceiling: int | None) -> None:
        self._ceiling = ceiling
        self._lock = threading.Lock()
        self._set_aside = 0
        self._spent = Usage(0, 0, 0)

    @property
    def spent(self) -> Usage:
        """What the models counted so far."""
        with self._lock:
            return self._spent

    def set_aside(self, most: int) -> bool:
        """Set tokens aside; False where the ceiling leaves no room for them."""
        with self._lock:
            if self._ceiling is not None and self._spent.total_tokens + self._set_aside + most > self._ceiling:
                return False
            self._set_aside += most
            return True

    def settle(self, most: int, usage: Usage | None) -> None:
        """Give back what was set aside and count what was used."""
        with self._lock:
            self._set_aside -= most
            if usage is not None:
                self._spent += usage
