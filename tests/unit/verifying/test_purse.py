"""Tokens counted, under a ceiling."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from azserve.model.chat import Usage
from azserve.verifying.purse import FREE, Purse, Rate


def test_what_was_used_is_counted() -> None:
    purse = Purse(None)
    for usage in (Usage(11, 5, 16), None, Usage(1, 2, 3)):
        purse.set_aside(100)
        purse.settle(100, usage)

    assert purse.spent == Usage(12, 7, 19)


def test_without_a_ceiling_there_is_always_room() -> None:
    assert Purse(None).set_aside(10**12)


def test_what_is_set_aside_leaves_less_room_until_it_is_settled() -> None:
    purse = Purse(100)

    assert purse.set_aside(60)
    assert not purse.set_aside(101)
    purse.settle(60, Usage(10, 10, 20))
    assert not purse.set_aside(81)
    assert purse.set_aside(80)


def test_many_at_once_cannot_overrun_the_ceiling() -> None:
    purse = Purse(1000)

    def ask(_: int) -> bool:
        granted = purse.set_aside(30)
        if granted:
            purse.settle(30, Usage(10, 20, 30))
        return granted

    with ThreadPoolExecutor(16) as pool:
        granted = sum(pool.map(ask, range(200)))

    assert (granted, purse.spent.total_tokens) == (33, 990)


def test_whoever_finds_too_little_waits_for_what_others_bring_back() -> None:
    purse = Purse(100)
    assert purse.set_aside(90)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(purse.set_aside, 80)
        with pytest.raises(TimeoutError):
            waiting.result(0.05)
        purse.settle(90, Usage(5, 5, 10))

        assert waiting.result(10)


def test_what_was_not_counted_stays_held_to_its_most() -> None:
    purse, rate = Purse(100, 1.0), Rate(0.01, 0.01)
    purse.set_aside(60, rate)
    purse.settle(60, Usage(5, 5, 10), rate, counted=False)

    assert purse.spent == Usage(5, 5, 10)
    assert not purse.set_aside(41)
    assert purse.set_aside(40, rate)


def test_money_is_counted_by_what_was_asked_and_written() -> None:
    purse, rate = Purse(None), Rate(0.001, 0.01)
    purse.set_aside(100, rate)
    purse.settle(100, Usage(10, 20, 30), rate)

    assert purse.spent_usd == pytest.approx(0.21)


def test_a_ceiling_in_money_counts_the_dearer_of_both_until_it_is_settled() -> None:
    purse, rate = Purse(None, 1.0), Rate(0.001, 0.01)

    assert purse.set_aside(90, rate)
    assert not purse.set_aside(101, rate)
    purse.settle(90, Usage(10, 0, 10), rate)
    assert purse.set_aside(90, rate)


def test_what_has_no_known_price_is_not_held_by_a_ceiling_in_money() -> None:
    assert Purse(None, 0.0).set_aside(10**6, FREE)
