"""What the emulator answers about groups and places has the form of recorded traffic."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from tests.contract.emulator_arm.arm_client import ArmClient

pytestmark = pytest.mark.reference
RECORDINGS = Path(os.environ.get("AZSERVE_REFERENCE") or Path(__file__).parents[3] / "../shared/azure") / "recordings"

NOT_MODELLED = {"availabilityZoneMappings"}
"""Zones play no part in what azserve deploys."""


def _recorded(name: str, method: str, tail: str) -> dict[str, Any]:
    """The response of the first exchange whose path, without its query, ends in the pattern `tail`."""
    path = RECORDINGS / name
    if not path.is_file():
        pytest.skip(f"the reference material is not there: {path}")
    for exchange in json.loads(path.read_text(encoding="utf-8"))["exchanges"]:
        request = exchange["request"]
        if request["method"] == method and re.search(f"{tail}$", request["url"].partition("?")[0]):
            response: dict[str, Any] = exchange["response"]
            return response
    raise AssertionError(f"{name} has no {method} {tail}")


def _missing(recorded: Any, ours: Any, at: str = "") -> list[str]:
    """Where our value lacks a member or has one of another type; the items of lists are compared to the first."""
    if type(recorded) is not type(ours):
        return [f"{at}: {type(recorded).__name__} became {type(ours).__name__}"]
    if isinstance(recorded, dict):
        absent = [f"{at}.{name} is missing" for name in recorded.keys() - ours.keys() - NOT_MODELLED]
        shared = [name for name in recorded if name in ours]
        return absent + [problem for name in shared for problem in _missing(recorded[name], ours[name], f"{at}.{name}")]
    if isinstance(recorded, list) and recorded and ours:
        return _missing(recorded[0], ours[0], f"{at}[0]")
    return []


def _headers(recorded: dict[str, Any], ours: Any) -> set[str]:
    there = {key.lower() for key in ours.headers}
    if "retry-after-ms" in there:  # what a clock of another speed sends
        there.add("retry-after")
    return set(recorded["headers"]) - there


@pytest.mark.parametrize(
    ("name", "method", "tail", "path", "body", "version"),
    [
        ("resourcegroups-list-create-get.json", "PUT", "/resourcegroups/[^/]+", "/resourcegroups/new",
         {"location": "eastus2", "tags": {"azd-env-name": "x"}}, "2021-04-01"),
        ("resourcegroups-list-create-get.json", "GET", "/resourcegroups/rg[^/]+", "/resourcegroups/rg", None,
         "2021-04-01"),
        ("rg-deployment-lifecycle.json", "HEAD", "/resourceGroups/[^/]+", "/resourceGroups/rg", None, "2025-03-01"),
        ("rg-deployment-lifecycle.json", "DELETE", "/resourcegroups/[^/]+", "/resourcegroups/rg", None, "2021-04-01"),
        ("subscription-locations.json", "GET", "/locations", "/locations", None, "2022-12-01"),
    ],
    ids=["put", "get", "head", "delete", "locations"],
)  # fmt: skip
def test_an_answer_has_what_the_recorded_one_has(
    arm: ArmClient, name: str, method: str, tail: str, path: str, body: Any, version: str
) -> None:
    recorded = _recorded(name, method, tail)
    arm.ask("PUT", "/resourceGroups/rg", {"location": "eastus2", "tags": {"azd-env-name": "x"}})
    ours = arm.ask(method, path, body, version=version)

    assert ours.status_code == recorded["status"]
    assert _headers(recorded, ours) == set()
    assert _missing(recorded["body"], ours.json() if ours.text() else None) == []


def test_a_deleted_group_ends_as_recorded(arm: ArmClient) -> None:
    recorded = _recorded("rg-deployment-lifecycle.json", "GET", "/operationresults/[^/]+")
    arm.ask("PUT", "/resourceGroups/rg", {"location": "eastus2"})

    assert (arm.finish("DELETE", "/resourceGroups/rg"), arm.polls[-1]) == (recorded["body"], recorded["status"])


def test_dropping_or_retyping_a_recorded_member_is_noticed() -> None:
    recorded = {"a": {"b": [{"c": 1}]}, "d": None}

    assert _missing(recorded, recorded) == []
    assert _missing(recorded, {"a": {"b": [{}]}, "d": None}) == [".a.b[0].c is missing"]
    assert _missing(recorded, {"a": {"b": [{"c": "1"}]}, "d": None}) == [".a.b[0].c: int became str"]
    assert _missing(recorded, {"a": {"b": []}}) == [".d is missing"]
