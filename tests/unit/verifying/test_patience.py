"""How long is waited for what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azserve.verifying.patience import Again, Patience, Waiting

SHORT = Patience(visible_s=10.0, allowed_s=20.0, quiet_s=8.0, first_pause_s=2.0, longest_pause_s=5.0, tries=3)
WAITED_FOR = [Again.WHEN_VISIBLE, Again.WHEN_ALLOWED, Again.WHEN_QUIET]


def pauses(waiting: Waiting, again: Again, asked_for_s: float | None = None) -> list[float]:
    """Return the pauses until patience is at an end."""
    found: list[float] = []
    while (pause_s := waiting.pause_s(again, len(found) + 1, asked_for_s)) is not None:
        found.append(pause_s)
    return found


def test_what_would_stay_the_same_is_not_asked_again() -> None:
    assert pauses(Waiting(SHORT), Again.NO) == []


def test_a_hiccup_has_so_many_tries() -> None:
    assert pauses(Waiting(SHORT), Again.ONCE_MORE) == [2.0, 2.0]


def test_pauses_grow_up_to_a_limit_and_end_with_the_patience() -> None:
    assert pauses(Waiting(SHORT), Again.WHEN_ALLOWED) == [2.0, 3.0, 4.5, 5.0, 5.0, 0.5]


def test_what_the_service_asks_for_is_kept_to_the_full_or_not_at_all() -> None:
    assert pauses(Waiting(SHORT), Again.WHEN_QUIET, asked_for_s=3.0) == [3.0, 3.0]
    assert pauses(Waiting(SHORT), Again.WHEN_QUIET, asked_for_s=9.0) == []


def test_a_service_that_asks_for_no_wait_at_all_is_not_asked_for_ever() -> None:
    assert pauses(Waiting(SHORT), Again.WHEN_QUIET, asked_for_s=0.0) == [0.0] * 8


def test_patience_for_one_thing_is_not_spent_on_another() -> None:
    waiting = Waiting(SHORT)
    pauses(waiting, Again.WHEN_VISIBLE)

    assert sum(pauses(waiting, Again.WHEN_ALLOWED)) == pytest.approx(20.0)


@given(st.sampled_from(WAITED_FOR), st.none() | st.floats(0, 200))
def test_no_wait_goes_beyond_the_patience(again: Again, asked_for_s: float | None) -> None:
    allowed = {Again.WHEN_VISIBLE: 10.0, Again.WHEN_ALLOWED: 20.0, Again.WHEN_QUIET: 8.0}[again]

    found = pauses(Waiting(SHORT), again, asked_for_s)

    assert sum(found) <= allowed + 1e-9
    assert len(found) <= 20
