"""A plan on file is carried out only while files and facts are as they were."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.planning.worlds import (
    LIVE,
    NOW,
    TODAY,
    V32_POOL,
    catalogue,
    described,
    facts,
    region_facts,
    settings,
)  # fmt: skip

from azserve.cli.plans import read_plan, write_plan
from azserve.errors import ConfigurationError, Refused
from azserve.model.artifact import Artifact, RegionArtifact
from azserve.model.facts import Fact, LiveResource
from azserve.model.names import FleetId
from azserve.model.settings import Settings
from azserve.planning.choosing import OnUnknown, place
from azserve.planning.phases import make_plan
from azserve.verbs.plan import PlanRequest, Prepared
from azserve.verbs.saved_plan import SavedPlan, check_unmoved, saved, saved_plan

V32 = {"model": "DeepSeek-V3.2", "version": "1", "capacity": 50}


def prepared(
    wanted: Settings, *, template: str = "one", used: float = 0, live: tuple[LiveResource, ...] = ()
) -> Prepared:
    found = facts([region_facts(region, pools={V32_POOL: (used, 1000)}) for region in wanted.regions.of], live)
    placed = place(wanted, catalogue(), found, TODAY, on_unknown=OnUnknown.WARN)
    regions = tuple(
        RegionArtifact(estate, (), None, {"x": template}, {}, described(estate)) for estate in placed.estates
    )
    plan = make_plan(placed, regions, Fact(LIVE, live))
    return Prepared(found, Artifact(placed.fleet_id, regions), plan)


WANTED = settings({"v32": V32}, ["eastus2"])
BEFORE = prepared(WANTED)
REQUEST = PlanRequest(WANTED, catalogue(), OnUnknown.FAIL, prune=True, strict=True)


def through_file(tmp_path: Path) -> SavedPlan:
    write_plan(tmp_path / "plan.json", saved(BEFORE, REQUEST))
    return saved_plan(read_plan(tmp_path / "plan.json"))


def refusal(now: Prepared, tmp_path: Path) -> Refused:
    with pytest.raises(Refused) as raised:
        check_unmoved(through_file(tmp_path), now)
    return raised.value


def test_a_plan_comes_back_with_how_it_was_made(tmp_path: Path) -> None:
    found = through_file(tmp_path)
    assert (found.plan, found.taken_at, found.on_unknown) == (BEFORE.plan, NOW, OnUnknown.FAIL)
    assert (found.prune, found.strict) == (True, True)
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_what_has_not_moved_is_let_through(tmp_path: Path) -> None:
    check_unmoved(through_file(tmp_path), prepared(WANTED))


def test_others_using_a_quota_that_still_suffices_is_no_reason_to_refuse(tmp_path: Path) -> None:
    check_unmoved(through_file(tmp_path), prepared(WANTED, used=900))


def test_another_template_is_a_file_that_moved(tmp_path: Path) -> None:
    error = refusal(prepared(WANTED, template="two"), tmp_path)
    assert error.code == "plan-moved"
    assert [problem.code for problem in error.problems] == ["plan-moved", "file-moved"]


def test_a_resource_that_has_come_since_is_a_fact_that_moved(tmp_path: Path) -> None:
    estate = BEFORE.plan.placement.estates[0]
    there = tuple(LiveResource(one.id, estate.region, one.body) for one in described(estate)[:2])
    error = refusal(prepared(WANTED, live=there), tmp_path)
    assert "create was planned, unchanged it would be now (and 1 more steps)" in error.problems[1].message


def test_another_choice_of_regions_is_told_region_by_region(tmp_path: Path) -> None:
    error = refusal(prepared(settings({"v32": V32}, ["westus3"])), tmp_path)
    told = " ".join(problem.message for problem in error.problems)
    assert "`eastus2` is no longer chosen" in told
    assert "`westus3` was not chosen then" in told


def test_a_verdict_that_turned_is_told(tmp_path: Path) -> None:
    wanted = settings({"v32": V32}, {"need": 1, "of": ["eastus2", "westus3"]})
    before = saved_plan(json.loads(json.dumps(saved(prepared(wanted), REQUEST))))
    found = facts([region_facts("eastus2"), region_facts("westus3", models=())])
    placed = place(wanted, catalogue(), found, TODAY)
    now = prepared(wanted)
    with pytest.raises(Refused) as raised:
        check_unmoved(before, replace(now, plan=replace(now.plan, placement=placed)))
    assert raised.value.problems[1].message == "`v32` in `westus3` was yes, and is no now"


def test_the_plan_of_another_fleet_is_refused_for_that_alone(tmp_path: Path) -> None:
    other = prepared(settings({"v32": V32}, ["eastus2"], FleetId("other")))
    assert len(refusal(other, tmp_path).problems) == 2


@pytest.mark.parametrize("text", ["", "[", "[]", "{}", '{"schema": "azserve/plan-file/v1"}', "[" * 100_000])
def test_what_is_no_plan_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(ConfigurationError) as raised:
        saved_plan(read_plan(tmp_path / "plan.json"))
    assert raised.value.code == "plan-file"


@pytest.mark.parametrize("spoilt", [{"taken_at": "yesterday"}, {"on_unknown": "shrug"}])
def test_a_damaged_plan_is_told(spoilt: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="damaged"):
        saved_plan(json.loads(json.dumps({**saved(BEFORE, REQUEST), **spoilt})))


def test_a_plan_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_plan(tmp_path / "none.json")


def test_a_plan_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "plan.json").mkdir()
    with pytest.raises(ConfigurationError) as raised:
        write_plan(tmp_path / "plan.json", saved(BEFORE, REQUEST))
    assert raised.value.code == "plan-unwritable"
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
