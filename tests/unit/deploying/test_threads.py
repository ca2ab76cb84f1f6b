"""Work side by side that nobody has to wait for."""

from __future__ import annotations

import threading

import pytest

from azserve.deploying.threads import side_by_side


def test_results_come_as_they_are_ready() -> None:
    ready = threading.Event()

    def slow() -> str:
        ready.wait(5)
        return "slow"

    results = side_by_side({"slow": slow, "fast": lambda: "fast"})
    assert next(results) == ("fast", "fast")
    ready.set()
    assert next(results) == ("slow", "slow")


def test_what_takes_longer_than_a_look_is_waited_for() -> None:
    never = threading.Event()
    assert dict(side_by_side({"a": lambda: never.wait(0.05)}, look_s=0.001)) == {"a": False}


def test_nothing_to_do_is_done_at_once() -> None:
    assert list(side_by_side({})) == []


def test_what_a_piece_raises_is_raised_where_it_is_waited_for() -> None:
    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(side_by_side({"a": broken}))


def test_nobody_is_kept_alive_by_work_that_goes_on() -> None:
    go_on = threading.Event()
    results = side_by_side({"forever": go_on.wait, "fast": lambda: True})
    next(results)
    (left,) = [thread for thread in threading.enumerate() if thread.name == "azserve-forever"]
    assert left.daemon
    go_on.set()
    left.join(5)
