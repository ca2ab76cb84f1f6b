"""Work side by side that nobody has to wait for.

The executor of the standard library is not used as it is: leaving it, and leaving the process, waits for its threads.
One hung connection would then hold up Ctrl-C until it times out, which takes minutes. Here the threads are daemons, and
whoever is interrupted, or meets an exception, leaves them behind.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from functools import partial
from types import TracebackType
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K")
R = TypeVar("R")

LOOK_S = 0.5
"""How often a waiting thread looks up, so that Ctrl-C is heard on every platform."""


class _Answer(Future[T]):
    """A future whose waiter looks up now and then."""

    def result(self, timeout: float | None = None) -> T:
        """Return or raise what the call came to. Without a timeout, waits for as long as it takes."""
        while timeout is None and not self.done():
            wait((self,), LOOK_S)
        return super().result(timeout)


class Crew(Executor):
    """An executor of so many daemon threads at most; `with` waits for them unless an exception is on its way out."""

    def __init__(self, at_once: int, name: str = "azserve") -> None:
        self._at_once = max(1, at_once)
        self._name = name
        self._todo: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._left = threading.Event()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have a call made as soon as a thread is free."""
        answer: _Answer[T] = _Answer()
        self._todo.put(partial(self._answer, answer, partial(fn, *args, **kwargs)))
        with self._lock:
            if len(self._threads) < self._at_once:
                name = f"{self._name}-{len(self._threads)}"
                self._threads.append(threading.Thread(target=self._work, name=name, daemon=True))
                self._threads[-1].start()
        return answer

    def leave(self) -> None:
        """Wait for nothing any more, and begin nothing."""
        self.shutdown(wait=False, cancel_futures=True)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002  Executor's
        """Let the threads end; with `cancel_futures`, before what they have not begun."""
        if cancel_futures:
            self._left.set()
        for _ in self._threads:
            self._todo.put(None)
        for thread in self._threads if wait else ():
            while thread.is_alive():
                thread.join(LOOK_S)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> bool | None:
        if self._left.is_set():
            return None
        if kind is None:
            try:
                self.shutdown()
            except BaseException:
                self._left.set()
                raise
        else:
            self.leave()
        return None

    def _work(self) -> None:
        while (call := self._todo.get()) is not None:
            call()

    def _answer(self, answer: Future[T], call: Callable[[], T]) -> None:
        if self._left.is_set():
            answer.cancel()
        if not answer.set_running_or_notify_cancel():
            return
        try:
            answer.set_result(call())
        except BaseException as error:  # noqa: BLE001  carried to the thread that waits, and raised there
            answer.set_exception(error)


def as_they_end(
    work: Mapping[K, Callable[[], R]],
    at_once: int | None = None,
    *,
    name: str = "azserve",
    enough: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[K, R]]:
    """Yield each result as it comes. The first exception of a piece is raised here, and the others are left alone.

    `enough` is asked now and then, and where it says so, what has not ended is left to itself.
    """
    with Crew(at_once or len(work), name) as crew:
        going = {crew.submit(piece): key for key, piece in work.items()}
        left = set(going)
        while left:
            ended, left = wait(left, LOOK_S, FIRST_COMPLETED)
            for future in ended:
                yield going[future], future.result()
            if left and enough():
                crew.leave()
                return


def side_by_side(do: Callable[[T], R], items: Sequence[T], at_once: int = 16, *, name: str = "azserve") -> list[R]:
    """Return `[do(item) for item in items]`, so many at a time; the first exception is raised."""
    work = {index: partial(do, item) for index, item in enumerate(items)}
    results = dict(as_they_end(work, at_once, name=name))
    return [results[index] for index in range(len(items))]
