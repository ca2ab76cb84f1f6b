"""Many reads at once, and what the process is like meanwhile and afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from azserve.errors import SignInError
from azserve.model.progress import silent
from azserve.surveying.reads import Question, Reads


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    yield
    gc.enable()


def reads() -> Reads:
    return Reads(lambda: datetime(2026, 11, 1, tzinfo=UTC), silent, deadline_s=5)


def asked(read: object) -> dict[str, Question]:
    assert callable(read)
    return {"one": Question(read, "GET …", "eastus2", "survey")}


def test_the_search_for_cycles_rests_while_lists_come_in() -> None:
    facts = reads().ask(asked(gc.isenabled))

    assert facts["one"].value is False


def test_the_search_for_cycles_goes_on_afterwards() -> None:
    reads().ask(asked(list))

    assert gc.isenabled()


def test_the_search_for_cycles_goes_on_after_a_read_that_nobody_may_make() -> None:
    def refused() -> None:
        raise SignInError("nobody is signed in")

    with pytest.raises(SignInError):
        reads().ask(asked(refused))

    assert gc.isenabled()


def test_a_search_that_somebody_switched_off_stays_off() -> None:
    gc.disable()

    reads().ask(asked(list))

    assert not gc.isenabled()


def test_a_survey_inside_another_does_not_wake_the_search() -> None:
    def inner() -> bool:
        reads().ask(asked(list))
        return gc.isenabled()

    facts = reads().ask(asked(inner))

    assert facts["one"].value is False


def test_what_somebody_has_frozen_stays_frozen() -> None:
    gc.freeze()
    try:
        reads().ask(asked(list))

        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
