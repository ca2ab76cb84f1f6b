"""Work side by side, and who waits for it."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import CancelledError

import pytest

from azserve.threads import Crew, as_they_end, side_by_side

LONG_S = 30
"""Longer than any of this takes; a wait that ends by it is a failure."""


def test_results_come_as_they_are_ready() -> None:
    ready = threading.Event()

    def slow() -> str:
        ready.wait(LONG_S)
        return "done"

    results = as_they_end({"slow": slow, "fast": lambda: "at once"})

    assert next(results) == ("fast", "at once")
    ready.set()
    assert next(results) == ("slow", "done")


def test_results_keep_the_order_of_what_was_given() -> None:
    gates = [threading.Event() for _ in range(3)]
    gates[2].set()

    def do(number: int) -> int:
        gates[number].wait(LONG_S)
        if number:
            gates[number - 1].set()
        return number * 10

    assert side_by_side(do, [0, 1, 2]) == [0, 10, 20]


def test_no_more_than_so_many_run_at_once() -> None:
    running, most, lock = 0, 0, threading.Lock()
    both = threading.Barrier(2)

    def do(_: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        both.wait(LONG_S)
        with lock:
            running -= 1

    side_by_side(do, list(range(8)), at_once=2)

    assert most == 2


def test_what_takes_longer_than_a_look_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("azserve.threads.LOOK_S", 0.001)
    never = threading.Event()

    assert side_by_side(never.wait, [0.05]) == [False]
    with Crew(1) as crew:
        assert crew.submit(never.wait, 0.05).result() is False


def test_what_takes_longer_than_enough_is_left_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("azserve.threads.LOOK_S", 0.001)
    never = threading.Event()

    results = dict(as_they_end({"never": never.wait, "soon": lambda: True}, enough=lambda: True))

    never.set()
    assert "never" not in results


def test_nothing_to_do_is_done_at_once() -> None:
    assert list(as_they_end({})) == []
    assert side_by_side(str, []) == []


def test_leaving_waits_for_what_was_begun() -> None:
    with Crew(2) as crew:
        answers = [crew.submit(threading.Event().wait, 0.02) for _ in range(4)]

    assert all(answer.done() for answer in answers)


def test_the_first_exception_is_raised_and_nobody_waits_for_the_others() -> None:
    never = threading.Event()

    def do(number: int) -> None:
        if number:
            never.wait(LONG_S)
        raise LookupError(f"number {number}")

    with pytest.raises(LookupError, match="number 0"):
        side_by_side(do, [0, 1])
    never.set()


def test_a_timeout_that_a_piece_raises_is_the_pieces_own() -> None:
    def do(_: int) -> None:
        raise TimeoutError("the piece's")

    with pytest.raises(TimeoutError, match="the piece's"):
        side_by_side(do, [0])


def test_what_was_not_begun_when_the_crew_was_left_is_never_done() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        go_on.wait(LONG_S)

    crew = Crew(1)
    crew.submit(first)
    second = crew.submit(str)
    begun.wait(LONG_S)
    crew.__exit__(LookupError, LookupError(), None)
    go_on.set()

    with pytest.raises(CancelledError):
        second.result()


@pytest.mark.parametrize(
    "waiting",
    [
        "side_by_side(lambda _: threading.Event().wait(), range(4), 4)",
        "with Crew(4) as crew: [crew.submit(threading.Event().wait) for _ in range(4)]",
        "with Crew(4) as crew: list(crew.map(lambda _: threading.Event().wait(), range(4)))",
    ],
    ids=["side by side", "leaving", "map"],
)
def test_an_interrupt_ends_a_process_whose_threads_all_hang(waiting: str) -> None:
    """The standard library's executor would join them, here and again when the process ends."""
    program = (
        "import _thread, threading\n"
        "from azserve.threads import Crew, side_by_side\n"
        "threading.Timer(0.2, _thread.interrupt_main).start()\n"
        f"{waiting}\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=LONG_S)

    assert "KeyboardInterrupt" in done.stderr
