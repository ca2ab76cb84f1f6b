"""Work side by side that nobody has to wait for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar, cast

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 32
"""Endpoints asked at the same time: they mostly wait for a model."""
LOOK_S = 0.5
"""How often the waiting thread looks up, so that Ctrl-C is heard on every platform."""


def side_by_side(do: Callable[[T], R], items: Sequence[T], at_once: int = AT_ONCE) -> list[R]:
    """Return `[do(item) for item in items]`, so many at a time; the first exception is raised here.

    The threads are daemons: a model that thinks for half an hour keeps neither the caller, who was interrupted or met
    an exception, nor the process.
    """
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, R | None, BaseException | None]] = queue.SimpleQueue()
    for index in range(len(items)):
        todo.put(index)

    def work() -> None:
        while True:
            try:
                index = todo.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((index, do(items[index]), None))
            except BaseException as error:  # noqa: BLE001  carried to the thread that waits, and raised there
                done.put((index, None, error))
                return

    for number in range(min(at_once, len(items))):
        threading.Thread(target=work, name=f"azserve-smoke-{number}", daemon=True).start()
    results: dict[int, R] = {}
    while len(results) < len(items):
        try:
            index, result, error = done.get(timeout=LOOK_S)
        except queue.Empty:
            continue
        if error is not None:
            raise error
        results[index] = cast("R", result)
    return [results[index] for index in range(len(items))]
