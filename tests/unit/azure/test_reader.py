"""What the reader asks of ARM, and what it makes of the answers."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.azure.scripted import MANAGER, SUBSCRIPTION, Answer, ScriptedAdapter, azure_with, error

from azserve.azure.reader import Reader, Subscriptions
from azserve.errors import AzserveError, AzureFailed, PermissionDenied
from azserve.model.names import FLEET_TAG, FleetId, Region
from azserve.model.resource_id import ResourceId

FLEET = FleetId("r1-chat", "dev")
OURS = {FLEET_TAG: "r1-chat/dev"}
S = f"/subscriptions/{SUBSCRIPTION}"
GROUP = f"{S}/resourceGroups/rg-r1"
COGNITIVE = "Microsoft.CognitiveServices/accounts"
LEARNING = "Microsoft.MachineLearningServices/workspaces"
EASTUS2 = Region("eastus2")


def resource(identity: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "name": identity.rpartition("/")[2], "location": "East US 2", **more}


def listed(*items: dict[str, Any]) -> Answer:
    return Answer(200, {"value": list(items)})


def arm_with_a_fleet() -> ScriptedAdapter:
    """A tagged group with a hub, a project with an endpoint, and an account with a deployment."""
    account, hub = f"{GROUP}/providers/{COGNITIVE}/acc", f"{GROUP}/providers/{LEARNING}/hub"
    project, storage = f"{GROUP}/providers/{LEARNING}/proj", f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st"
    adapter = ScriptedAdapter()
    adapter.on("GET", f"{S}/resourcegroups", listed(resource(GROUP, tags=OURS)))
    adapter.on("GET", f"{S}/resources", listed(resource(account, tags=OURS)))
    adapter.on("GET", f"{GROUP}/resources", listed(*(resource(one) for one in (account, hub, storage))))
    workspaces = f"{GROUP}/providers/{LEARNING}"
    adapter.on("GET", workspaces, listed(resource(hub), resource(project)))
    adapter.on("GET", hub, Answer(200, resource(hub, kind="Hub")))
    adapter.on("GET", project, Answer(200, resource(project, kind="Project")))
    adapter.on("GET", storage, Answer(200, resource(storage)))
    adapter.on("GET", account, Answer(200, resource(account, kind="AIServices", tags=OURS)))
    adapter.on("GET", f"{project}/serverlessEndpoints", listed(resource(f"{project}/serverlessEndpoints/r1")))
    adapter.on("GET", f"{project}/marketplaceSubscriptions", listed())
    adapter.on("GET", f"{account}/projects", listed())
    adapter.on("GET", f"{account}/deployments", listed({"id": f"{account}/deployments/v32"}))
    return adapter


def reader_of(adapter: ScriptedAdapter, **more: Any) -> Reader:
    return azure_with(adapter).reader(Subscriptions(SUBSCRIPTION), **more)


def names(adapter: ScriptedAdapter, **more: Any) -> list[str]:
    return [live.id.name for live in reader_of(adapter, **more).fleet(FLEET)]


def test_a_fleet_is_read_whole_hosts_before_children() -> None:
    assert names(arm_with_a_fleet()) == ["rg-r1", "acc", "v32", "hub", "proj", "r1", "st"]


def test_a_workspace_that_arms_list_does_not_show_yet_is_found() -> None:
    assert "proj" in names(arm_with_a_fleet())


def test_a_hub_is_not_asked_for_endpoints() -> None:
    adapter = arm_with_a_fleet()
    names(adapter)
    assert not [path for path in adapter.paths("GET") if path.endswith("/hub/serverlessEndpoints")]


def test_a_child_without_a_location_is_where_its_host_is() -> None:
    found = {live.id.name: live.region for live in reader_of(arm_with_a_fleet()).fleet(FLEET)}
    assert found["v32"] == "eastus2"


def test_only_the_fleets_own_tag_counts() -> None:
    adapter = ScriptedAdapter()
    adapter.on("GET", f"{S}/resourcegroups", listed(resource(GROUP, tags={FLEET_TAG: "R1-CHAT/dev"})))
    adapter.on("GET", f"{S}/resources", listed(resource(f"{GROUP}/providers/{COGNITIVE}/acc", tags={})))
    assert names(adapter) == []


def test_the_tag_is_asked_for_by_name_and_value() -> None:
    adapter = arm_with_a_fleet()
    names(adapter)
    assert adapter.asked[0].query["$filter"] == "tagName eq 'azserve-fleet' and tagValue eq 'r1-chat/dev'"


def test_what_carries_the_tag_in_a_group_of_others_is_found() -> None:
    endpoint = f"{S}/resourceGroups/theirs/providers/{LEARNING}/p/serverlessEndpoints/r1"
    adapter = ScriptedAdapter().on("GET", f"{S}/resourcegroups", listed())
    adapter.on("GET", f"{S}/resources", listed(resource(endpoint, tags=OURS)))
    adapter.on("GET", endpoint, Answer(200, resource(endpoint, tags=OURS)))
    assert names(adapter) == ["r1"]


def test_ours_in_an_existing_host_is_found_and_theirs_is_not() -> None:
    account = f"{S}/resourceGroups/theirs/providers/{COGNITIVE}/acc"
    adapter = ScriptedAdapter().on("GET", f"{S}/resourcegroups", listed()).on("GET", f"{S}/resources", listed())
    adapter.on("GET", f"{account}/projects", listed())
    mine, other = resource(f"{account}/deployments/mine", tags=OURS), resource(f"{account}/deployments/other")
    adapter.on("GET", f"{account}/deployments", listed(mine, other))
    assert names(adapter, existing=[ResourceId.parse(account)]) == ["mine"]


def test_our_connections_in_a_project_of_others_are_found_with_the_region_of_their_endpoint() -> None:
    project = f"{S}/resourceGroups/theirs/providers/{LEARNING}/proj"
    adapter = ScriptedAdapter().on("GET", f"{S}/resourcegroups", listed()).on("GET", f"{S}/resources", listed())
    metadata = {**OURS, "azserve-region": "eastus2"}
    mine = {"id": f"{project}/connections/mine", "properties": {"metadata": metadata}}
    other = {"id": f"{project}/connections/other", "properties": {"metadata": {"azserve-fleet": "theirs"}}}
    bare = {"id": f"{project}/connections/bare", "properties": {}}
    adapter.on("GET", f"{project}/connections", listed(mine, other, bare))

    found = reader_of(adapter, existing=[ResourceId.parse(project)]).fleet(FLEET)

    assert [(one.id.name, one.region) for one in found] == [("mine", "eastus2")]


def test_what_is_gone_between_two_answers_is_left_out() -> None:
    adapter = ScriptedAdapter().on("GET", f"{S}/resourcegroups", listed(resource(GROUP, tags=OURS)))
    adapter.on("GET", f"{S}/resources", listed())
    adapter.on("GET", f"{GROUP}/resources", listed(resource(f"{GROUP}/providers/{COGNITIVE}/acc")))
    adapter.on("GET", f"{GROUP}/providers/{LEARNING}", listed())
    assert names(adapter) == ["rg-r1"]


def test_an_existing_host_that_is_not_there_holds_nothing() -> None:
    account = f"{S}/resourceGroups/theirs/providers/{COGNITIVE}/acc"
    adapter = ScriptedAdapter().on("GET", f"{S}/resourcegroups", listed()).on("GET", f"{S}/resources", listed())
    assert names(adapter, existing=[ResourceId.parse(account)]) == []


def test_a_host_that_may_not_be_looked_into_is_an_error() -> None:
    account = f"{S}/resourceGroups/theirs/providers/{COGNITIVE}/acc"
    adapter = ScriptedAdapter().on("GET", f"{S}/resourcegroups", listed()).on("GET", f"{S}/resources", listed())
    adapter.on("GET", f"{account}/projects", error("AuthorizationFailed", status=403))
    with pytest.raises(PermissionDenied):
        names(adapter, existing=[ResourceId.parse(account)])


def test_a_type_nobody_knows_is_left_out() -> None:
    adapter = ScriptedAdapter().on("GET", f"{S}/resourcegroups", listed(resource(GROUP, tags=OURS)))
    adapter.on("GET", f"{S}/resources", listed())
    adapter.on("GET", f"{GROUP}/resources", listed(resource(f"{GROUP}/providers/Some.Thing/else/x")))
    adapter.on("GET", f"{GROUP}/providers/{LEARNING}", listed())
    assert names(adapter) == ["rg-r1"]


def test_a_fleet_in_two_subscriptions_is_read_in_both() -> None:
    other = "00000000-0000-0000-0000-00000000000b"
    adapter = ScriptedAdapter()
    for subscription in (SUBSCRIPTION, other):
        adapter.on("GET", f"/subscriptions/{subscription}/resourcegroups", listed())
        adapter.on("GET", f"/subscriptions/{subscription}/resources", listed())
    azure_with(adapter).reader(Subscriptions(SUBSCRIPTION, {EASTUS2: other})).fleet(FLEET)
    assert f"/subscriptions/{other}/resourcegroups" in adapter.paths("GET")


def test_a_refusal_says_what_was_being_read() -> None:
    adapter = ScriptedAdapter().on("GET", f"{S}/resourcegroups", error("AuthorizationFailed", status=403))
    with pytest.raises(AzserveError) as caught:
        reader_of(adapter).fleet(FLEET)
    assert caught.value.message.startswith("could not read what fleet `r1-chat/dev` has")


def test_models_are_asked_for_in_the_regions_own_subscription() -> None:
    other = "00000000-0000-0000-0000-00000000000b"
    path = f"/subscriptions/{other}/providers/Microsoft.CognitiveServices/locations/eastus2/models"
    adapter = ScriptedAdapter().on("GET", path, listed({"kind": "MaaS", "model": {"name": "m"}}))
    models = azure_with(adapter).reader(Subscriptions(SUBSCRIPTION, {EASTUS2: other})).models(EASTUS2)
    assert [model.name for model in models] == ["m"]


def test_pools_are_read_over_pages() -> None:
    path = f"{S}/providers/Microsoft.CognitiveServices/locations/eastus2/usages"
    adapter = ScriptedAdapter()
    adapter.on(
        "GET",
        path,
        Answer(200, {"value": [{"name": {"value": "a"}, "currentValue": 0, "limit": 1}], "nextLink": f"{MANAGER}/2"}),
    )
    adapter.on("GET", "/2", listed({"name": {"value": "b"}, "currentValue": 0, "limit": 2}))
    assert [pool.name for pool in reader_of(adapter).pools(EASTUS2)] == ["a", "b"]


def test_a_region_that_cannot_be_read_is_named() -> None:
    path = f"{S}/providers/Microsoft.CognitiveServices/locations/eastus2/models"
    with pytest.raises(AzureFailed) as caught:
        reader_of(ScriptedAdapter().on("GET", path, error("NoRegisteredProviderFound"))).models(EASTUS2)
    assert (caught.value.where, caught.value.code) == ("eastus2", "NoRegisteredProviderFound")


def test_a_list_that_is_not_there_is_an_error_and_not_empty() -> None:
    with pytest.raises(AzureFailed):
        reader_of(ScriptedAdapter()).models(EASTUS2)


def test_compute_quota_is_read_through_the_machine_learning_sdk() -> None:
    path = f"{S}/providers/Microsoft.MachineLearningServices/locations/eastus2/usages"
    usage = {"name": {"value": "cores", "localizedValue": "Cores"}, "currentValue": 3, "limit": 24, "unit": "Count"}
    pools = reader_of(ScriptedAdapter().on("GET", path, listed(usage))).compute_pools(EASTUS2)
    assert [(pool.name, pool.current, pool.limit) for pool in pools] == [("cores", 3.0, 24.0)]


def test_one_resource_is_read_at_the_version_asked_for() -> None:
    adapter = ScriptedAdapter().on("GET", GROUP, Answer(200, resource(GROUP)))
    live = reader_of(adapter).read(ResourceId.parse(GROUP), "2021-04-01")
    assert live is not None
    assert (live.region, adapter.asked[0].query["api-version"]) == ("eastus2", "2021-04-01")


def test_one_resource_that_is_not_there_is_none() -> None:
    assert reader_of(ScriptedAdapter()).read(ResourceId.parse(GROUP), "2021-04-01") is None
