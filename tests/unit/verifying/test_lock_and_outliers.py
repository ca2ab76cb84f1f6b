"""What is kept of a run and held against later ones, and which regions differ from the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from azserve.errors import ConfigurationError
from azserve.model.chat import Timings
from azserve.model.finding import Finding, Outcome
from azserve.model.names import EndpointKey, Region
from azserve.verifying.comparing import outliers
from azserve.verifying.locking import changes, lock_of, read_lock, seen_now, text_of

SOUND = Finding("chat", EndpointKey("r1"), Region("eastus2"), Outcome.PASSED, True, "held", model="DeepSeek-R1")


def finding(region: str = "eastus2", probe: str = "chat", **others: object) -> Finding:
    return replace(SOUND, region=Region(region), probe=probe, **others)  # type: ignore[arg-type]


def told(*found: Finding) -> list[tuple[str, str]]:
    return [(each.region, each.message) for each in outliers(found)]


def test_a_lock_keeps_what_is_known_and_nothing_else() -> None:
    found = [
        finding(),
        finding(probe="tools", outcome=Outcome.UNSUPPORTED),
        finding(probe="json", outcome=Outcome.UNEXPECTED),
        finding(probe="stream", outcome=Outcome.FAILED),
        finding(probe="image", outcome=Outcome.UNKNOWN),
    ]

    assert lock_of(found) == {
        "eastus2/r1": {"model": "DeepSeek-R1", "chat": "supported", "tools": "unsupported", "json": "supported"}
    }


def test_a_lock_is_read_as_it_was_written() -> None:
    lock = lock_of([finding()])

    assert read_lock(text_of(lock), "lock.json") == lock
    assert list(changes(lock, lock, "lock.json")) == []


def test_an_endpoint_that_is_gone_is_a_change_where_none_was_left_out_on_purpose() -> None:
    before, now = lock_of([finding(), finding("westus3")]), lock_of([finding()])

    assert [each.message for each in changes(before, now, "l.json", whole=True)] == [
        "`westus3/r1` is in `l.json` and no longer stands"
    ]
    assert list(changes(before, now, "l.json")) == []


def test_what_changed_is_a_problem_and_what_was_not_found_out_is_none() -> None:
    before = lock_of([finding(), finding(probe="tools"), finding(probe="json")])
    now = lock_of([finding(model="Phi-4"), finding(probe="tools", outcome=Outcome.UNSUPPORTED), finding("westus3")])

    assert [(each.where, each.message) for each in changes(before, now, "l.json")] == [
        ("eastus2/r1", "`model` was `DeepSeek-R1` and is `Phi-4`"),
        ("eastus2/r1", "`tools` was `supported` and is `unsupported`"),
        ("westus3/r1", "`westus3/r1` is not in `l.json`"),
    ]


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.UNKNOWN])
def test_what_was_supported_and_is_asked_for_in_vain_has_changed(outcome: Outcome) -> None:
    before = lock_of([finding(), finding(probe="json"), finding(probe="tools", outcome=Outcome.UNSUPPORTED)])
    vain = [finding(probe=name, outcome=outcome, lacking=True) for name in ("json", "tools")]
    out_of_reach = finding(outcome=outcome)

    found = list(changes(before, seen_now([out_of_reach, *vain]), "l.json"))

    assert [each.message for each in found] == ["`json` was `supported` and is `failing`"]
    assert set(lock_of([out_of_reach, *vain])["eastus2/r1"]) == {"model"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"schema": "azserve/smoke-lock/v1"}',
        '{"schema": "azserve/smoke-lock/v1", "endpoints": {"a": 1}}',
        "[" * 100_000,
    ],
)
def test_what_is_no_lock_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is no lock"):
        read_lock(text, "lock.json")


def test_regions_alike_are_no_outliers() -> None:
    assert told(*[finding(region) for region in ("eastus2", "westus3", "uksouth")]) == []


def test_another_model_in_one_region_is_told() -> None:
    found = [finding("eastus2"), finding("westus3"), finding("uksouth", model="Phi-4")]

    assert told(*found) == [("uksouth", "answers as `Phi-4`, elsewhere as `DeepSeek-R1`")]


def test_a_missing_capability_in_one_region_is_told() -> None:
    found = [finding("eastus2", outcome=Outcome.UNSUPPORTED, model=""), *(finding(region) for region in ("a", "b"))]

    assert ("eastus2", "unsupported here, supported elsewhere") in told(*found)


def test_another_filter_in_one_region_is_told() -> None:
    found = [
        finding("eastus2", filters=("hate", "violence")),
        *(finding(each, filters=("hate",)) for each in ("a", "b")),
    ]

    assert told(*found) == [("eastus2", "the filter judges hate, violence, elsewhere hate")]


def test_a_much_slower_first_token_is_told() -> None:
    seconds = {"eastus2": 0.4, "westus3": 0.5, "uksouth": 9.0}
    found = [finding(region, timings=Timings(first_token_s=took)) for region, took in seconds.items()]

    assert told(*found) == [("uksouth", "first token after 9.0 s, elsewhere after 0.5 s")]


@pytest.mark.parametrize("slow", [0.9, 2.0])
def test_milliseconds_do_not_count(slow: float) -> None:
    found = [
        finding(region, timings=Timings(first_token_s=took)) for region, took in {"a": 0.1, "b": 0.1, "c": slow}.items()
    ]

    assert told(*found) == []


def test_two_regions_say_nothing_of_which_is_odd() -> None:
    assert told(finding("eastus2"), finding("westus3", model="Phi-4")) == []


def test_what_failed_is_not_compared() -> None:
    assert told(finding("a"), finding("b"), finding("c", outcome=Outcome.FAILED, model="")) == []
