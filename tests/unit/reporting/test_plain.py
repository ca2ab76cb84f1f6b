"""Results as JSON values."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePosixPath

import pytest

from azserve.errors import Problem
from azserve.model.endpoint import EndpointKeys
from azserve.model.names import FleetId
from azserve.model.resource_id import ResourceId
from azserve.model.secret import Secret
from azserve.model.verdict import Answer
from azserve.reporting.plain import envelope, plain

KEY = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (FleetId("support", "prod"), "support/prod"),
        (ResourceId.of_group("s", "rg"), "/subscriptions/s/resourceGroups/rg"),
        (PurePosixPath("a/b"), "a/b"),
        (datetime(2026, 8, 13, 1, 2, tzinfo=UTC), "2026-08-13T01:02:00+00:00"),
        (date(2026, 8, 13), "2026-08-13"),
        (timedelta(hours=72), 259200.0),
        (Answer.UNKNOWN, "unknown"),
        (frozenset({"b", "a"}), ["a", "b"]),
        ({Answer.YES: (1, None)}, {"yes": [1, None]}),
    ],
)
def test_each_noun_has_one_json_form(value: object, expected: object) -> None:
    assert plain(value) == expected


def test_keys_stay_masked() -> None:
    assert KEY not in json.dumps(plain(EndpointKeys(Secret(KEY), Secret(KEY))))


def test_keys_are_shown_only_on_purpose() -> None:
    assert plain(EndpointKeys(Secret(KEY), Secret(KEY)), reveal=True) == {"primary": KEY, "secondary": KEY}


def test_a_stranger_is_refused() -> None:
    with pytest.raises(TypeError, match="no JSON form for object"):
        plain(object())


def test_a_field_named_around_a_keyword_loses_the_underscore() -> None:
    @dataclass
    class Grant:
        self_: bool

    assert plain(Grant(self_=True)) == {"self": True}


def test_the_document_has_exactly_the_promised_members() -> None:
    document = envelope("plan", {"a": 1}, (Problem("quota-short", "too little"),), ok=False)

    assert list(document) == ["schema", "ok", "result", "problems"]
    assert document["schema"] == "azserve/plan/v1"
    assert document["problems"] == [
        {"code": "quota-short", "message": "too little", "severity": "error", "hint": None, "where": None}
    ]


@pytest.mark.parametrize("show", [str, repr, "{}".format, lambda secret: f"{secret:>40}", lambda secret: secret.tail()])
def test_a_secret_shows_its_mask(show: Callable[[Secret], str]) -> None:
    assert KEY not in show(Secret(KEY))
    assert KEY[:8] not in show(Secret(KEY))


def test_a_short_secret_shows_no_tail() -> None:
    assert "hush" not in Secret("hush").tail()


def test_a_secret_does_not_leave_the_process() -> None:
    with pytest.raises(TypeError, match="does not leave"):
        pickle.dumps(Secret(KEY))


def test_secrets_compare_by_value() -> None:
    assert Secret(KEY) == Secret(KEY)
    assert len({Secret(KEY), Secret(KEY), Secret("other")}) == 2
    assert not Secret("")
