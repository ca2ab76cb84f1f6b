"""Tokens counted, under a ceiling."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from azserve.model.chat import Usage
from azserve.verifying.purse import Purse


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
    assert not purse.set_aside(60)
    purse.settle(60, Usage(10, 10, 20))
    assert purse.set_aside(80)
    assert not purse.set_aside(1)


def test_many_at_once_cannot_overrun_the_ceiling() -> None:
    purse = Purse(1000)

    with ThreadPoolExecutor(16) as pool:
        granted = sum(pool.map(lambda _: purse.set_aside(30), range(200)))

    assert granted == 33
