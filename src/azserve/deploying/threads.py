"""Work side by side that nobody has to wait for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar, cast

K = TypeVar("K")
R = TypeVar("R")

LOOK_S = 0.5
"""How often the main thread looks up from waiting, so that Ctrl-C is heard on every platform."""


class _Done(Generic[K, R]):
    """One piece of work that ended: with a value, or with what it raised."""

    def __init__(self, key: K, value: R | None, error: BaseException | None) -> None:
        self.key = key
        self.value = value
        self.error = error


def side_by_side(work: Mapping[K, Callable[[], R]], *, look_s: float = LOOK_S) -> Iterator[tuple[K, R]]:
    """Yield each result as it comes. The first exception of a piece is raised here, and the others are left alone.

    The threads are daemons: whoever stops iterating, or is interrupted, leaves them behind, and they do not keep the
    process alive.
    """
    done: queue.SimpleQueue[_Done[K, R]] = queue.SimpleQueue()
    for key, piece in work.items():
        name = f"azserve-{key}"
        threading.Thread(target=_run, args=(key, piece, done), name=name, daemon=True).start()
    for _ in work:
        ended = _next(done, look_s)
        if ended.error is not None:
            raise ended.error
        yield ended.key, cast("R", ended.value)


def _next(done: queue.SimpleQueue[_Done[K, R]], look_s: float) -> _Done[K, R]:
    while True:
        try:
            return done.get(timeout=look_s)
        except queue.Empty:
            continue


def _run(key: K, piece: Callable[[], R], done: queue.SimpleQueue[_Done[K, R]]) -> None:
    try:
        done.put(_Done(key, piece(), None))
    except BaseException as error:  # noqa: BLE001  carried to the thread that waits, and raised there
        done.put(_Done(key, None, error))
