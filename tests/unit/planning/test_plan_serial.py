"""A plan survives being written down."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from tests.unit.planning.worlds import LIVE, TODAY, catalogue, described, facts, region_facts, settings

from azserve.errors import ConfigurationError
from azserve.model.estate import RegionEstate
from azserve.model.facts import Fact
from azserve.model.names import FleetId, Region
from azserve.model.plan import Action, Change, NotChosen, Phase, PhaseName, Placement, Plan, Step
from azserve.model.resource_id import ResourceId
from azserve.model.settings import AccessGrant, HostSettings, NetworkSettings
from azserve.model.verdict import Evidence, Rank, Reason, ReasonCode
from azserve.planning.choosing import OnUnknown, place
from azserve.planning.phases import make_plan
from azserve.planning.serial import SCHEMA, plan_from_json, plan_to_json


def a_plan() -> Plan:
    from azserve.model.artifact import RegionArtifact

    network = NetworkSettings(public=False, subnet="/subscriptions/x/{region}", dns=("/a", "/b"))
    wanted = settings(
        {
            "r1": {"model": "DeepSeek-R1", "hosting": "serverless"},
            "v32": {"model": "DeepSeek-V3.2", "version": "1", "capacity": 50},
        },
        ["eastus2", "westus3"],
        FleetId("support", "prod"),
        tags={"owner": "ml"},
        foundry=HostSettings(network=network, access=(AccessGrant("call", self_=True),)),
    )
    found = facts([region_facts("eastus2"), region_facts("westus3", pools="TooManyRequests")])
    placed = place(wanted, catalogue(), found, TODAY, on_unknown=OnUnknown.WARN)
    rendered = [RegionArtifact(estate, (), None, {}, {}, described(estate)) for estate in placed.estates]
    return make_plan(placed, rendered, Fact(LIVE, ()), canary=Region("eastus2"))


def through_text(plan: Plan) -> Plan:
    return plan_from_json(json.loads(json.dumps(plan_to_json(plan))))


def test_a_whole_plan_comes_back_equal() -> None:
    assert through_text(a_plan()) == a_plan()


def test_a_plan_file_says_its_schema() -> None:
    assert plan_to_json(a_plan())["schema"] == SCHEMA


TEXT = st.text(max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True)
STEPS = st.builds(
    Step,
    st.sampled_from(Action),
    st.builds(lambda one, other: ResourceId("s", one, "Microsoft.X/a/b", (one, other)), NAMES, NAMES),
    NAMES.map(Region),
    TEXT,
    st.none() | NAMES,
    st.lists(st.builds(Change, TEXT, JSON, JSON), max_size=2).map(tuple),
)
REASONS = st.builds(
    Reason,
    st.sampled_from(ReasonCode),
    TEXT,
    st.none() | TEXT,
    st.dictionaries(TEXT, st.floats(allow_nan=False, allow_infinity=False), max_size=2),
    st.booleans(),
)
PLANS = st.builds(
    Plan,
    st.builds(
        Placement,
        st.builds(FleetId, NAMES, st.none() | NAMES),
        st.just(()),
        st.just(()),
        st.lists(st.builds(NotChosen, NAMES.map(Region), TEXT), max_size=2).map(tuple),
        st.lists(REASONS, max_size=2).map(tuple),
    ),
    st.lists(st.builds(Phase, st.sampled_from(PhaseName), st.lists(STEPS, max_size=3).map(tuple)), max_size=2).map(
        tuple
    ),
)


@effort(max_examples=40)
@given(PLANS)
def test_any_plan_comes_back_equal(plan: Plan) -> None:
    assert through_text(plan) == plan


def edited(change: dict[str, Any]) -> Any:
    document = json.loads(json.dumps(plan_to_json(a_plan())))
    document["plan"]["phases"][0]["steps"][0].update(change)
    return document


@pytest.mark.parametrize(
    ("document", "where"),
    [
        (edited({"action": "explode"}), "plan.phases[0].steps[0].action"),
        (edited({"because": 7}), "plan.phases[0].steps[0].because"),
        (edited({"resource": "nonsense"}), "plan.phases[0].steps[0].resource"),
        (edited({"changes": "x"}), "plan.phases[0].steps[0].changes"),
        ({"schema": SCHEMA, "plan": []}, "`plan`"),
        ({"schema": SCHEMA, "plan": {"phases": []}}, "`plan`"),
    ],
)
def test_a_damaged_plan_is_one_clear_error(document: Any, where: str) -> None:
    with pytest.raises(ConfigurationError) as damaged:
        plan_from_json(document)
    assert damaged.value.code == "plan-file"
    assert where in damaged.value.message


@pytest.mark.parametrize("document", [None, [], {}, {"schema": "azserve/plan-file/v0"}])
def test_what_is_no_plan_is_refused_by_its_schema(document: Any) -> None:
    with pytest.raises(ConfigurationError) as other:
        plan_from_json(document)
    assert SCHEMA in other.value.message


def test_a_member_that_a_later_version_added_is_passed_over() -> None:
    assert plan_from_json(edited({"added-later": True})) == a_plan()


def test_dates_come_back_as_dates() -> None:
    plan = a_plan()
    evidence = Evidence(Rank.DOCUMENTED, "a page", date(2026, 8, 13))
    verdicts = tuple(replace(one, evidence=evidence) for one in plan.placement.verdicts)
    dated = replace(plan, placement=replace(plan.placement, verdicts=verdicts))
    assert through_text(dated).placement.verdicts[0].evidence.as_of == date(2026, 8, 13)


def test_what_a_plan_cannot_hold_is_our_own_mistake() -> None:
    plan = a_plan()
    estate: RegionEstate = replace(plan.placement.estates[0], tags={"a": object()})  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        plan_to_json(replace(plan, placement=replace(plan.placement, estates=(estate,))))
