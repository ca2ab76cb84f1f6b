"""Endpoints side by side, results in order."""

from __future__ import annotations

import threading

import pytest

from azserve.verifying.threads import side_by_side


def test_results_keep_the_order_of_what_was_given() -> None:
    gates = [threading.Event() for _ in range(3)]
    gates[2].set()

    def do(number: int) -> int:
        gates[number].wait(5)
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
        both.wait(5)
        with lock:
            running -= 1

    side_by_side(do, list(range(8)), at_once=2)

    assert most == 2


def test_nothing_to_do_is_done() -> None:
    assert side_by_side(lambda item: item, []) == []


def test_the_first_exception_is_raised_and_nobody_waits_for_the_others() -> None:
    never = threading.Event()

    def do(number: int) -> None:
        if number:
            never.wait(30)
        raise LookupError(f"number {number}")

    with pytest.raises(LookupError, match="number 0"):
        side_by_side(do, [0, 1])
    never.set()
