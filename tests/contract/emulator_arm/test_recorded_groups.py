"""What the emulator answers about groups and places has the form of recorded traffic."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from tests.contract.emulator_arm.arm_client import ArmClient
from tests.contract.emulator_conformance.checker import unlike

pytestmark = pytest.mark.reference
RECORDINGS = Path(os.environ.get("AZSERVE_REFERENCE") or Path(__file__).parents[3] / "../shared/azure") / "recordings"

NOT_MODELLED = frozenset({"$.value[].availabilityZoneMappings", "$.value[].metadata.pairedRegion"})
"""Zones and pairs play no part in what azserve deploys."""


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
    assert list(unlike(recorded["body"], ours.json() if ours.text() else None, but=NOT_MODELLED)) == []


def test_a_deleted_group_ends_as_recorded(arm: ArmClient) -> None:
    recorded = _recorded("rg-deployment-lifecycle.json", "GET", "/operationresults/[^/]+")
    arm.ask("PUT", "/resourceGroups/rg", {"location": "eastus2"})

    assert (arm.finish("DELETE", "/resourceGroups/rg"), arm.polls[-1]) == (recorded["body"], recorded["status"])
