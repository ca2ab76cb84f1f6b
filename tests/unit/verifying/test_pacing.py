"""Under a deployment's own rates, as they are published or told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.verifying.fakes import FakeTime

from azserve.verifying.pacing import LONGEST_S, Pace


def test_without_limits_nothing_waits() -> None:
    pace = Pace(None, None, FakeTime().monotonic)
    pace.asked(10**9)

    assert pace.pause_s(10**9) == 0


def test_requests_beyond_the_minute_wait_for_their_share() -> None:
    time = FakeTime()
    pace = Pace(2, None, time.monotonic)
    pauses = []
    for _ in range(4):
        pauses.append(pace.pause_s(1))
        time.wait(pauses[-1])
        pace.asked(1)

    assert pauses == [0, 0, 30, 30]


def test_tokens_count_as_requests_do() -> None:
    pace = Pace(None, 600, FakeTime().monotonic)
    pace.asked(500)

    assert pace.pause_s(200) == 10


def test_headers_are_believed_over_what_was_counted() -> None:
    time = FakeTime()
    pace = Pace(None, None, time.monotonic)
    pace.told({"x-ratelimit-limit-tokens": "1000", "x-ratelimit-remaining-tokens": "0"})

    assert pace.pause_s(500) == 30
    time.wait(30)
    assert pace.pause_s(500) == 0


def test_a_service_that_does_not_limit_says_minus_one() -> None:
    pace = Pace(1, None, FakeTime().monotonic)
    pace.asked(1)
    pace.told({"x-ratelimit-limit-requests": "-1", "x-ratelimit-remaining-requests": "-1"})

    assert pace.pause_s(1) == 0


@given(st.text(max_size=12), st.text(max_size=12), st.integers(0, 10**7))
def test_whatever_headers_say_no_pause_is_longer_than_a_minute(limit: str, left: str, tokens: int) -> None:
    pace = Pace(5, 100, FakeTime().monotonic)
    pace.told({"x-ratelimit-limit-tokens": limit, "x-ratelimit-remaining-tokens": left})
    pace.asked(tokens)

    assert 0 <= pace.pause_s(tokens) <= LONGEST_S
