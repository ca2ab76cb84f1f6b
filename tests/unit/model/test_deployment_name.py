"""Template deployments have one stable name per fleet, environment and phase."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azserve.model.deployment_name import LONGEST, deployment_name
from azserve.model.names import FleetId

WORD = st.from_regex(r"[a-z][a-z0-9-]{0,40}", fullmatch=True)
FLEETS = st.builds(FleetId, WORD, st.none() | WORD)


@pytest.mark.parametrize(
    ("fleet", "environment", "name"),
    [
        ("r1-chat", None, "azserve-r1-chat-eastus2"),
        ("support", "prod", "azserve-support-prod-eastus2"),
    ],
)
def test_a_plain_name_says_fleet_environment_and_phase(fleet: str, environment: str | None, name: str) -> None:
    assert deployment_name(FleetId(fleet, environment), "eastus2") == name


@given(FLEETS, FLEETS, st.sampled_from(["models", "eastus2"]))
def test_names_are_short_and_two_fleets_share_none(one: FleetId, other: FleetId, phase: str) -> None:
    names = {deployment_name(each, phase) for each in (one, other)}

    assert all(len(name) <= LONGEST for name in names)
    joined = {f"{each.fleet}-{each.environment}" if each.environment else each.fleet for each in (one, other)}
    assert len(names) == len(joined) or one == other or None not in {one.environment, other.environment}


def test_a_hyphen_does_not_let_two_fleets_share_a_name() -> None:
    assert deployment_name(FleetId("a-b", "c"), "models") != deployment_name(FleetId("a", "b-c"), "models")
