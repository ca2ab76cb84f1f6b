"""Steps: from what is live to what is rendered, nothing deleted unasked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from tests.unit.planning.worlds import (
    LIVE,
    TODAY,
    catalogue,
    described,
    facts,
    live_deployment,
    live_endpoint,
    region_facts,
    settings,
)

from azserve.errors import Refused
from azserve.model.artifact import RegionArtifact
from azserve.model.estate import RegionEstate, Resource
from azserve.model.facts import Fact, LiveResource
from azserve.model.names import ENDPOINT_TAG, FLEET_TAG, EndpointKey, FleetId, Region
from azserve.model.plan import Action, Change, PhaseName, Placement, Plan, Step
from azserve.model.resource_id import ResourceId
from azserve.model.settings import ExistingHost, HostSettings, Settings
from azserve.planning.choosing import OnUnknown, place
from azserve.planning.phases import make_plan

R1 = {"model": "DeepSeek-R1", "hosting": "serverless"}
V3 = {"model": "DeepSeek-V3-0324", "hosting": "serverless"}
COHERE = {"model": "Cohere-command-r-08-2024", "hosting": "serverless"}
V32 = {"model": "DeepSeek-V3.2", "version": "1", "capacity": 50}


def placement(wanted: Settings) -> Placement:
    found = facts(region_facts(region) for region in wanted.regions.of)
    return place(wanted, catalogue(), found, TODAY, on_unknown=OnUnknown.TRY)


def artifacts(placed: Placement) -> list[RegionArtifact]:
    return [RegionArtifact(estate, (), None, {}, {}, described(estate)) for estate in placed.estates]


def standing(resource: Resource, region: str = "eastus2") -> LiveResource:
    return LiveResource(resource.id, Region(region), {"id": str(resource.id), **resource.body})


def world(wanted: Settings) -> list[LiveResource]:
    """Return all that a finished deployment of these settings leaves."""
    return [standing(one, artifact.region) for artifact in artifacts(placement(wanted)) for one in artifact.resources]


def plan(wanted: Settings, live: list[LiveResource], **more: Any) -> Plan:
    placed = placement(wanted)
    return make_plan(placed, artifacts(placed), Fact(LIVE, tuple(live)), **more)


def told(made: Plan) -> dict[str, Action]:
    return {step.resource.name: step.action for step in made.steps}


def endpoints(made: Plan) -> list[Step]:
    return [step for step in made.steps if step.endpoint]


def changed(resource: LiveResource, **body: Any) -> LiveResource:
    return replace(resource, body={**resource.body, **body})


def test_nothing_live_creates_everything_in_the_templates_order() -> None:
    made = plan(settings({"r1": R1}), [])
    assert [step.resource.type.rpartition("/")[2] for step in made.steps] == [
        "resourceGroups",
        "workspaces",
        "workspaces",
        "serverlessEndpoints",
    ]
    assert {step.action for step in made.steps} == {Action.CREATE}


def test_what_is_as_rendered_is_unchanged() -> None:
    wanted = settings({"r1": R1, "v32": V32})
    assert not plan(wanted, world(wanted)).writes


def test_an_endpoint_step_names_its_endpoint() -> None:
    assert [step.endpoint for step in endpoints(plan(settings({"r1": R1, "v32": V32}), []))] == ["r1", "v32"]


def test_a_changed_capacity_is_an_update_from_old_to_new() -> None:
    before, after = settings({"v32": {**V32, "capacity": 20}}), settings({"v32": V32})
    (step,) = [one for one in plan(after, world(before)).steps if one.action.writes]
    assert (step.action, step.changes, step.because) == (
        Action.UPDATE,
        (Change("sku.capacity", 20, 50),),
        "`sku.capacity` differs",
    )


def test_a_new_tag_updates_what_carries_tags() -> None:
    wanted = settings({"v32": V32}, tags={"owner": "ml"})
    steps = [one for one in plan(wanted, world(settings({"v32": V32}))).steps if one.action.writes]
    assert {step.action for step in steps} == {Action.UPDATE}
    assert {change.path for step in steps for change in step.changes} == {"tags.owner"}


def test_a_changed_serverless_model_comes_up_beside_the_old_one() -> None:
    before, after = settings({"r1": R1}), settings({"r1": V3})
    made = plan(after, world(before))
    new, old = endpoints(made)
    assert (new.action, old.action) == (Action.REPLACE, Action.EXTRA)
    assert new.changes[0].path == "properties.modelSettings.modelId"
    assert old.resource.name in new.because
    assert old.because == f"`{new.resource.name}` takes `r1` over with another model"


def test_a_model_changed_by_hand_is_replaced() -> None:
    wanted = settings({"r1": R1})
    other = {"modelSettings": {"modelId": "azureml://registries/azureml-meta/models/Llama"}}
    live = [
        changed(one, properties=other) if one.id.type.endswith("serverlessEndpoints") else one for one in world(wanted)
    ]
    (step,) = endpoints(plan(wanted, live))
    assert (step.action, step.because) == (
        Action.REPLACE,
        "`properties.modelSettings.modelId` cannot be changed in place",
    )


def test_a_changed_deployment_version_is_an_update_and_a_changed_model_a_replace() -> None:
    wanted = settings({"v32": V32})
    (version,) = endpoints(
        plan(
            wanted,
            [*world(wanted)[:-1], live_deployment(wanted, "eastus2", {"key": "v32", "capacity": 50, "version": "0"})],
        )
    )
    (model,) = endpoints(
        plan(
            wanted,
            [
                *world(wanted)[:-1],
                live_deployment(wanted, "eastus2", {"key": "v32", "capacity": 50, "model": "DeepSeek-V3.1"}),
            ],
        )
    )
    assert (version.action, model.action) == (Action.UPDATE, Action.REPLACE)


@pytest.mark.parametrize(
    ("state", "because"),
    [
        ("Failed", "is as rendered, but its last deployment ended as Failed"),
        ("Creating", "is as rendered, but is still Creating"),
    ],
)
def test_what_has_not_come_to_a_good_end_is_written_again(state: str, because: str) -> None:
    wanted = settings({"r1": R1})
    live = world(wanted)
    unsettled = {**live[-1].body["properties"], "provisioningState": state}  # type: ignore[dict-item]
    (step,) = endpoints(plan(wanted, [*live[:-1], changed(live[-1], properties=unsettled)]))
    assert (step.action, step.because) == (Action.UPDATE, because)


def test_an_endpoint_no_longer_asked_for_is_extra_and_not_deleted() -> None:
    before, after = settings({"r1": R1, "v3": V3}), settings({"r1": R1})
    made = plan(after, world(before))
    (step,) = [one for one in made.steps if one.action is Action.EXTRA]
    assert (step.endpoint, made.writes) == (EndpointKey("v3"), False)
    assert step.because == "serves `v3`, no longer asked for here"


def test_prune_deletes_it() -> None:
    before, after = settings({"r1": R1, "v3": V3}), settings({"r1": R1})
    made = plan(after, world(before), prune=True)
    assert [step.action for step in made.steps if step.action.writes] == [Action.DELETE]
    assert made.phases[-1].name is PhaseName.PRUNE


def test_a_connection_that_nothing_asks_for_is_extra_and_deleted_when_pruning() -> None:
    wanted = settings({"r1": R1})
    project = ResourceId("s", "theirs", "Microsoft.MachineLearningServices/workspaces", ("proj",))
    metadata = {"metadata": {FLEET_TAG: str(wanted.fleet_id)}}
    connection = LiveResource(project.child("connections", "r1-old"), Region("eastus2"), {"properties": metadata})
    live = [*world(wanted), connection]

    assert told(plan(wanted, live))["r1-old"] is Action.EXTRA
    assert told(plan(wanted, live, prune=True))["r1-old"] is Action.DELETE


def test_a_region_that_left_is_one_extra_group() -> None:
    before, after = settings({"r1": R1}, ["eastus2", "westus3"]), settings({"r1": R1}, ["eastus2"])
    (step,) = [one for one in plan(after, world(before)).steps if one.action is Action.EXTRA]
    assert step.resource.type == "Microsoft.Resources/resourceGroups"
    assert (step.region, step.because) == ("westus3", "`westus3` is no longer chosen; holds `r1`")


def test_a_host_that_left_is_extra_with_what_is_in_it() -> None:
    before, after = settings({"r1": R1, "v32": V32}), settings({"r1": R1})
    (step,) = [one for one in plan(after, world(before)).steps if one.action is Action.EXTRA]
    assert (step.resource.type, step.because) == (
        "Microsoft.CognitiveServices/accounts",
        "serves `v32`, no longer asked for here",
    )


def test_projects_are_deleted_before_their_hub() -> None:
    before, after = settings({"r1": R1, "v32": V32}), settings({"v32": V32})
    deleted = [one.resource.name for one in plan(after, world(before), prune=True).steps if one.action is Action.DELETE]
    assert [name.partition("-")[0] for name in deleted] == ["proj", "hub"]


def test_what_others_made_in_our_account_is_left_alone() -> None:
    wanted = settings({"v32": V32})
    stray = live_deployment(wanted, "eastus2", {"key": "theirs", "capacity": 1})
    assert "theirs" not in told(plan(wanted, [*world(wanted), changed(stray, tags={})], prune=True))


def test_another_environments_resources_are_left_alone() -> None:
    wanted = settings({"v32": V32})
    stray = live_deployment(wanted, "eastus2", {"key": "prod", "capacity": 1})
    tags = {FLEET_TAG: "copilot/prod", ENDPOINT_TAG: "prod"}
    assert "prod" not in told(plan(wanted, [*world(wanted), changed(stray, tags=tags)], prune=True))


def test_a_marketplace_subscription_goes_with_its_last_endpoint() -> None:
    before, after = settings({"r1": R1, "cmd": COHERE}), settings({"r1": R1})
    made = plan(after, world(before), prune=True)
    assert [step.resource.type.rpartition("/")[2] for step in made.steps if step.action is Action.DELETE] == [
        "serverlessEndpoints",
        "marketplaceSubscriptions",
    ]


def test_a_marketplace_subscription_that_another_endpoint_uses_is_kept() -> None:
    before, after = settings({"r1": R1, "cmd": COHERE}), settings({"r1": R1})
    theirs = changed(
        live_endpoint(after, "eastus2", {"key": "theirs", "name": "theirs"}),
        tags={},
        properties={
            "modelSettings": {"modelId": "azureml://registries/azureml-cohere/models/Cohere-command-r-08-2024"}
        },
    )
    made = plan(after, [*world(before), theirs], prune=True)
    assert [step.endpoint for step in made.steps if step.action is Action.DELETE] == ["cmd"]


def test_a_marketplace_subscription_somebody_else_named_is_left_alone() -> None:
    wanted = settings({"r1": R1})
    project = next(one.id for one in world(wanted) if one.id.name.startswith("proj"))
    stray = LiveResource(
        project.child("marketplaceSubscriptions", "mine"), Region("eastus2"), {"properties": {"modelId": "x"}}
    )
    assert "mine" not in told(plan(wanted, [*world(wanted), stray], prune=True))


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ({}, "the group `rg-copilot-eastus2` exists and was not made by azserve"),
        ({FLEET_TAG: "other"}, "the group `rg-copilot-eastus2` exists and belongs to the fleet `other`"),
    ],
)
def test_a_group_of_somebody_elses_is_refused(tags: dict[str, str], message: str) -> None:
    wanted = settings({"r1": R1})
    group = world(wanted)[0]
    with pytest.raises(Refused) as refused:
        plan(wanted, [changed(group, tags=tags)])
    assert (refused.value.code, refused.value.message) == ("name-taken", message)


def test_an_existing_group_may_be_anybodys() -> None:
    wanted = settings({"r1": R1}, serverless=HostSettings(existing=ExistingHost(group="rg-theirs")))
    assert {step.action for step in plan(wanted, []).steps} == {Action.CREATE}


def test_what_could_not_be_read_is_no_ground_for_a_plan() -> None:
    placed = placement(settings({"r1": R1}))
    with pytest.raises(Refused) as refused:
        make_plan(placed, artifacts(placed), Fact(LIVE, unreadable="AuthorizationFailed: no"))
    assert refused.value.code == "unreadable"


def test_the_canary_is_a_phase_of_its_own() -> None:
    wanted = settings({"r1": R1}, ["eastus2", "westus3", "westus"])
    made = plan(wanted, [], canary=Region("westus3"))
    assert [(phase.name, phase.regions) for phase in made.phases] == [
        (PhaseName.CANARY, ("westus3",)),
        (PhaseName.DEPLOY, ("eastus2", "westus")),
    ]


FLEETS = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from([V32, {**V32, "capacity": 20}]) | st.sampled_from([R1, V3, COHERE]),
    min_size=1,
).filter(
    lambda ends: (
        len({one["model"] for one in ends.values() if "hosting" in one})
        == sum("hosting" in one for one in ends.values())
    )
)
PLACES = st.lists(st.sampled_from(["eastus2", "westus3"]), min_size=1, unique=True)


def carried_out(made: Plan, placed: Placement, live: list[LiveResource]) -> dict[str, Any]:
    """Return the bodies that are left when every writing step is carried out."""
    rendered = {one.id.key: one for artifact in artifacts(placed) for one in artifact.resources}
    left = {one.id.key: dict(one.body) for one in live}
    for step in made.steps:
        if step.action is Action.DELETE:
            start = step.resource.key + "/"
            left = {key: body for key, body in left.items() if key != step.resource.key and not key.startswith(start)}
        elif step.action.writes:
            left[step.resource.key] = {"id": str(step.resource), **rendered[step.resource.key].body}
    return left


@effort(max_examples=40)
@given(FLEETS, PLACES, FLEETS, PLACES)
def test_carrying_out_a_pruning_plan_reaches_what_was_rendered(
    before: Any, places_before: list[str], after: Any, places_after: list[str]
) -> None:
    live = world(settings(before, places_before))
    wanted = settings(after, places_after)
    made = plan(wanted, live, prune=True)
    reached = carried_out(made, placement(wanted), live)
    assert reached == {one.id.key: one.body for one in world(wanted)}


@effort(max_examples=40)
@given(FLEETS, PLACES, FLEETS, PLACES)
def test_a_plan_without_prune_deletes_nothing(
    before: Any, places_before: list[str], after: Any, places_after: list[str]
) -> None:
    made = plan(settings(after, places_after), world(settings(before, places_before)))
    assert Action.DELETE not in {step.action for step in made.steps}


def test_an_estates_group_in_another_spelling_is_the_same_group() -> None:
    wanted = settings({"r1": R1})
    live = [
        replace(one, id=ResourceId(one.id.subscription, (one.id.group or "").upper(), one.id.type, one.id.names))
        for one in world(wanted)
    ]
    assert not plan(wanted, live).writes


def test_a_fleet_owns_only_what_carries_its_whole_identity() -> None:
    wanted = settings({"r1": R1}, fleet=FleetId("copilot", "dev"))
    estate: RegionEstate = placement(wanted).estates[0]
    assert estate.tags[FLEET_TAG] == "copilot/dev"
