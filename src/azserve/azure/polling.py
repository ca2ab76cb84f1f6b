"""Waiting for Azure: the SDKs' polling, watched, with a cap on each pause and an end to the whole."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from azure.mgmt.core.polling.arm_polling import ARMPolling

from azserve.azure.pipeline import Answer, Patience, asked_pause_s


class WaitEnded(Exception):
    """The deadline passed before the operation ended. Stays inside this room."""


def unwatched(state: str, polls: int) -> None:
    """Tell nobody."""


class Wait:
    """One deadline, in seconds from when it was made, and the pauses before it."""

    def __init__(self, patience: Patience, deadline_s: float, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._patience = patience
        self._ends = time.monotonic() + deadline_s
        self._sleep = sleep

    def pause(self, asked_s: float | None) -> None:
        """Sleep as long as asked, as far as cap and deadline allow. Raises WaitEnded where no time is left."""
        wanted = self._patience.poll_exactly_s
        if wanted is None:
            wanted = min(asked_s or self._patience.poll_s, self._patience.longest_pause_s)
        left = self._ends - time.monotonic()
        if left <= 0:
            raise WaitEnded
        self._sleep(min(wanted, left))


class WatchedPolling(ARMPolling):
    """Polls as ARM asks for: `Azure-AsyncOperation`, `Location`, or the body's own state; tells of every poll."""

    def __init__(self, wait: Wait, watch: Callable[[str, int], None] = unwatched) -> None:
        super().__init__()
        self._wait = wait
        self._watch = watch
        self.polls = 0
        self.first: Any = None
        """The answer to the request that started it: its status and its body are of use to the caller."""

    def initialize(self, client: Any, initial_response: Answer, deserialization_callback: Any) -> None:  # noqa: ANN401
        """Keep the first answer, then begin as the SDK does."""
        self.first = initial_response.http_response
        super().initialize(client, initial_response, deserialization_callback)

    def update_status(self) -> None:
        """Poll once, and tell."""
        super().update_status()
        self.polls += 1
        self._watch(str(self.status()), self.polls)

    def _delay(self) -> None:
        """Pause before the next poll; called by the SDK between two polls."""
        self._wait.pause(asked_pause_s(self._pipeline_response))
