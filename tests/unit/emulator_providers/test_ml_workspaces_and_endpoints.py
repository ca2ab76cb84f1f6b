"""Hubs, projects, serverless endpoints and marketplace subscriptions."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.emulator_providers.bench import (
    COMMAND_R,
    GROUP,
    R1,
    SYSTEM,
    WORKSPACE,
    Bench,
    endpoint,
    hub,
    inner_code,
    project,
)

from azserve.emulator.arm import engine
from azserve.emulator.kernel.kinds import Style
from azserve.emulator.kernel.wire import ArmError

PROJ = f"{WORKSPACE}/proj"
R1_PATH = f"{PROJ}/serverlessEndpoints/r1"
BOUGHT = f"{PROJ}/marketplaceSubscriptions/command-r"
PURCHASE = {"properties": {"modelId": COMMAND_R}}


@pytest.fixture
def ready(bench: Bench) -> Bench:
    """A hub with a project in eastus2."""
    bench.project()
    return bench


# workspaces


def test_a_hub_is_created_behind_a_location_and_shows_what_is_filled_in(bench: Bench) -> None:
    bench.hub("hub")
    shown = bench.get(f"{WORKSPACE}/hub")
    assert (shown["kind"], shown["properties"]["provisioningState"]) == ("Hub", "Succeeded")
    assert (shown["identity"]["tenantId"], shown["properties"]["friendlyName"]) == (bench.world.tenant, "hub")


def test_a_new_workspace_answers_202_and_a_replacement_200(ready: Bench) -> None:
    body = project(f"{WORKSPACE}/hub-proj")
    fresh = ready.begin(f"{WORKSPACE}/fresh", body)
    assert (fresh.status, fresh.style, ready.get(f"{WORKSPACE}/fresh")["properties"]["provisioningState"]) == (
        202,
        Style.LOCATION,
        "Creating",
    )
    assert ready.begin(PROJ, body).status == 200


@pytest.mark.parametrize("missing", ["storageAccount", "keyVault"])
def test_a_hub_without_what_it_refers_to_is_refused(bench: Bench, missing: str) -> None:
    bench.hub("hub")
    body = hub("sthub", "kv-hub")
    del body["properties"][missing]
    assert missing in bench.refused(f"{WORKSPACE}/hub2", body).message


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"storageAccount": f"{GROUP}/providers/Microsoft.Storage/storageAccounts/nobody"}, "does not exist"),
        ({"storageAccount": f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-hub"}, "is not the id of a"),
        ({"keyVault": "kv-hub"}, "is not the id of a"),
        ({"containerRegistry": "somewhere"}, "is not the id of a"),
    ],
)
def test_a_hub_that_refers_to_something_else_is_refused(bench: Bench, change: dict[str, str], part: str) -> None:
    bench.hub("hub")
    body = hub("sthub", "kv-hub")
    body["properties"] |= change
    error = bench.refused(f"{WORKSPACE}/hub2", body)
    assert error.code == "ValidationError"
    assert part in error.message


@pytest.mark.parametrize(
    ("name", "change", "part"),
    [
        ("ab", {}, "name 'ab' is invalid"),
        ("x" * 34, {}, "is invalid"),
        ("hub2", {"kind": "Lake"}, "kind 'Lake'"),
        ("hub2", {"identity": None}, "identity"),
        ("hub", {"kind": "Default"}, "cannot be changed"),
    ],
)
def test_a_workspace_that_cannot_be_is_refused(bench: Bench, name: str, change: dict[str, Any], part: str) -> None:
    bench.hub("hub")
    assert part in bench.refused(f"{WORKSPACE}/{name}", hub("sthub", "kv-hub") | change).message


def test_validation_does_not_ask_for_what_the_same_template_will_make(bench: Bench) -> None:
    for name, body in (("hub", hub("stnobody", "kv-nobody")), ("proj", project(f"{WORKSPACE}/nobody"))):
        address = bench.address(f"{WORKSPACE}/{name}")
        put = engine.wish(bench.world, address, body, api_version="2025-09-01", principal=None, base="http://here")
        assert engine.check_put(bench.world, put).type == WORKSPACE


def test_a_project_needs_an_existing_hub_of_its_region(ready: Bench) -> None:
    refusals = [
        ready.refused(f"{WORKSPACE}/other", body).message
        for body in (
            project(f"{WORKSPACE}/nobody"),
            project(PROJ),
            project(f"{WORKSPACE}/hub-proj", location="westus3"),
            project(f"{WORKSPACE}/hub-proj") | {"properties": {}},
        )
    ]
    assert ["does not exist" in refusals[0], "does not exist" in refusals[1]] == [True, True]
    assert "region of its hub" in refusals[2]
    assert "hubResourceId" in refusals[3]


def test_a_project_waits_for_its_hub_to_be_done(bench: Bench) -> None:
    bench.hub("hub")
    bench.begin(f"{WORKSPACE}/hub2", hub("sthub", "kv-hub"))
    error = bench.refused(f"{WORKSPACE}/proj", project(f"{WORKSPACE}/hub2"))
    assert (error.status, error.code) == (409, "Conflict")


def test_a_hub_lists_its_projects_and_is_deleted_after_them(ready: Bench) -> None:
    hub_path = f"{WORKSPACE}/hub-proj"
    assert ready.get(hub_path)["properties"]["associatedWorkspaces"] == [f"{GROUP}/providers/{PROJ}"]
    with pytest.raises(ArmError, match="has projects"):
        ready.delete(hub_path)
    ready.delete(PROJ)
    assert ready.get(hub_path)["properties"]["associatedWorkspaces"] == []
    assert ready.delete(hub_path).status == 202
    assert not ready.has(hub_path)


def test_a_groups_deletion_takes_a_hub_whatever_is_in_it(ready: Bench) -> None:
    ready.delete(f"{WORKSPACE}/hub-proj", with_group=True)
    assert not ready.has(f"{WORKSPACE}/hub-proj")


def test_a_workspace_is_not_written_while_it_is_being_made(bench: Bench) -> None:
    bench.hub("hub")
    bench.begin(f"{WORKSPACE}/hub2", hub("sthub", "kv-hub"))
    assert bench.refused(f"{WORKSPACE}/hub2", hub("sthub", "kv-hub")).status == 409


def test_a_patched_workspace_keeps_what_is_not_named(ready: Bench) -> None:
    before = ready.get(PROJ)
    ready.begin(PROJ, {"tags": {"a": "b"}}, patch=True)
    after = ready.get(PROJ)
    assert after["tags"] == {"a": "b"}
    assert after["properties"] == before["properties"]


def test_a_plain_workspace_of_the_old_sdk_has_no_kind_and_is_a_default_one(bench: Bench) -> None:
    bench.hub("hub")
    body = hub("sthub", "kv-hub")
    del body["kind"]
    assert bench.put(f"{WORKSPACE}/plain", body, version="2020-08-01")["kind"] == "Default"
    assert bench.act(f"{WORKSPACE}/plain", "listKeys")["userStorageResourceId"].endswith("/sthub")
    kind = bench.world.registry.kind(WORKSPACE)
    assert kind is not None
    stored = bench.world.get(bench.address(f"{WORKSPACE}/plain"))
    assert stored is not None
    assert kind.actions["resynckeys"](bench.world, stored, bench.call("POST", "x")).status == 200


# serverless endpoints


def test_an_endpoint_is_succeeded_before_it_is_online(ready: Bench) -> None:
    seen = []
    work = ready.begin(R1_PATH, endpoint())
    for wait in (0, work.seconds, 1):
        ready.wait(wait)
        shown = ready.get(R1_PATH)["properties"]
        seen.append((shown["provisioningState"], shown["endpointState"], "inferenceEndpoint" in shown))
    assert (work.status, work.style) == (201, Style.AZURE_ASYNC)
    assert seen == [("Creating", "Creating", False), ("Succeeded", "Creating", True), ("Succeeded", "Online", True)]


def test_an_endpoint_shows_an_address_of_the_emulator_and_safe_defaults(ready: Bench) -> None:
    shown = ready.put(R1_PATH, endpoint())
    assert shown["properties"]["inferenceEndpoint"]["uri"] == "http://here/_hosts/r1.eastus2.models.ai.azure.com"
    assert shown["properties"]["contentSafety"] == {"contentSafetyStatus": "Enabled"}
    assert shown["sku"] == {"name": "Consumption"}


@pytest.mark.parametrize(
    ("body", "status", "inner"),
    [
        (endpoint(R1 + "/versions/1"), 400, "InvalidModelId"),
        (endpoint("DeepSeek-R1"), 400, "InvalidModelId"),
        (endpoint() | {"properties": {"authMode": "Key"}}, 400, "InvalidModelId"),
        (endpoint("azureml://registries/azureml/models/Nobody"), 400, "ServerlessModelNotAvailableInRegion"),
        (endpoint(authMode=None), 400, "InvalidAuthMode"),
        (endpoint(authMode="AAD"), 400, "InvalidAuthMode"),
        (endpoint(contentSafety={"contentSafetyStatus": "Maybe"}), 400, "InvalidContentSafety"),
        (endpoint(contentSafety={"contentSafetyStatus": {}}), 400, "InvalidContentSafety"),
        (endpoint(contentSafety="Enabled"), 400, "InvalidContentSafety"),
        (endpoint(offer="mistral-ai-large-2407-offer"), 404, "ServerlessOfferNotFound"),
        (endpoint(location="westus3"), 400, "InvalidWorkspace"),
        (endpoint(COMMAND_R), 400, "MarketplaceSubscriptionRequired"),
    ],
)
def test_an_endpoint_that_cannot_be_is_refused(ready: Bench, body: dict[str, Any], status: int, inner: str) -> None:
    error = ready.refused(R1_PATH, body)
    assert (error.status, inner_code(error)) == (status, inner)
    assert not ready.has(R1_PATH)


def test_a_region_without_the_model_is_refused_in_the_words_of_the_service(bench: Bench) -> None:
    bench.project(location="swedencentral")
    error = bench.refused(R1_PATH, endpoint(location="swedencentral"))
    assert inner_code(error) == "ServerlessModelNotAvailableInRegion"
    assert error.message == f"The requested model {R1} is not available in region Sweden Central."


@pytest.mark.parametrize("name", ["1abc", "under_score", "x" * 53, "dot.ted"])
def test_an_endpoint_name_that_cannot_be_a_host_name_is_refused(ready: Bench, name: str) -> None:
    assert inner_code(ready.refused(f"{PROJ}/serverlessEndpoints/{name}", endpoint())) == "InvalidEndpointName"


def test_a_name_of_52_letters_is_taken(ready: Bench) -> None:
    path = f"{PROJ}/serverlessEndpoints/{'x' * 52}"
    assert ready.put(path, endpoint())["properties"]["provisioningState"] == "Succeeded"


def test_entra_sign_in_came_with_an_api_version(ready: Bench) -> None:
    assert ready.put(R1_PATH, endpoint(authMode="AAD"), version="2025-12-01")["properties"]["authMode"] == "AAD"
    target = ready.target("r1.eastus2.models.ai.azure.com")
    assert target is not None
    assert (target.keys, "https://ml.azure.com" in target.audiences) == ((), True)
    assert ready.act(R1_PATH, "listKeys") == {"primaryKey": None, "secondaryKey": None}


def test_the_previews_of_2024_know_a_usual_way_of_signing_in(ready: Bench) -> None:
    body = endpoint()
    del body["properties"]["authMode"]

    assert ready.put(R1_PATH, body, version="2024-04-01-preview")["properties"]["authMode"] == "Key"


def test_a_name_is_taken_in_the_whole_region_and_free_in_the_next(ready: Bench) -> None:
    ready.put(R1_PATH, endpoint())
    ready.project("proj2")
    ready.project("proj3", location="westus3")
    error = ready.refused(f"{WORKSPACE}/proj2/serverlessEndpoints/R1", endpoint())
    assert (error.status, error.message) == (
        409,
        "Serverless endpoint name 'R1' is not available. Please select a different name.",
    )
    elsewhere = f"{WORKSPACE}/proj3/serverlessEndpoints/r1"
    assert ready.put(elsewhere, endpoint(location="westus3"))["properties"]["provisioningState"] == "Succeeded"


def test_a_name_is_free_again_once_its_endpoint_is_gone(ready: Bench) -> None:
    ready.put(R1_PATH, endpoint())
    work = ready.delete(R1_PATH, wait=False)
    assert (work.status, work.style, ready.get(R1_PATH)["properties"]["endpointState"]) == (
        202,
        Style.LOCATION,
        "Deleting",
    )
    ready.wait(work.seconds)
    ready.project("proj2")
    path = f"{WORKSPACE}/proj2/serverlessEndpoints/r1"
    assert ready.put(path, endpoint())["properties"]["provisioningState"] == "Succeeded"


def test_a_project_has_one_endpoint_per_model(ready: Bench) -> None:
    ready.put(R1_PATH, endpoint())
    error = ready.refused(f"{PROJ}/serverlessEndpoints/again", endpoint())
    assert inner_code(error) == "ServerlessEndpointLimitReached"
    other = endpoint("azureml://registries/azureml/models/Phi-4")
    assert ready.put(f"{PROJ}/serverlessEndpoints/phi", other)["properties"]["provisioningState"] == "Succeeded"


def test_an_endpoint_is_not_made_in_a_hub(ready: Bench) -> None:
    path = f"{WORKSPACE}/hub-proj/serverlessEndpoints/r1"
    assert inner_code(ready.refused(path, endpoint())) == "InvalidWorkspace"


def test_the_model_of_an_endpoint_cannot_be_changed(ready: Bench) -> None:
    ready.put(R1_PATH, endpoint())
    other = endpoint("azureml://registries/azureml/models/Phi-4")
    assert inner_code(ready.refused(R1_PATH, other)) == "ServerlessEndpointModelImmutable"


def test_a_write_on_an_endpoint_under_way_is_refused(ready: Bench) -> None:
    ready.begin(R1_PATH, endpoint())
    assert inner_code(ready.refused(R1_PATH, endpoint())) == "ServerlessEndpointBusy"


def test_a_replacement_keeps_address_keys_and_state(ready: Bench) -> None:
    before = ready.put(R1_PATH, endpoint())
    keys = ready.act(R1_PATH, "listKeys")
    assert ready.begin(R1_PATH, endpoint() | {"tags": {"a": "b"}}).status == 200
    after = ready.get(R1_PATH)
    assert after["properties"]["inferenceEndpoint"] == before["properties"]["inferenceEndpoint"]
    assert (ready.act(R1_PATH, "listKeys"), after["tags"]) == (keys, {"a": "b"})


def test_a_patch_takes_tags_and_no_properties(ready: Bench) -> None:
    ready.put(R1_PATH, endpoint())
    ready.begin(R1_PATH, {"tags": {"a": "b"}}, patch=True)
    assert ready.get(R1_PATH)["tags"] == {"a": "b"}
    assert inner_code(ready.refused(R1_PATH, {"properties": {}}, patch=True)) == "InvalidPatch"


def test_keys_are_regenerated_one_at_a_time_or_set(ready: Bench) -> None:
    ready.put(R1_PATH, endpoint())
    before = ready.act(R1_PATH, "listKeys")
    after = ready.act(R1_PATH, "regenerateKeys", {"keyType": "Primary"})
    assert before["primaryKey"] != after["primaryKey"]
    assert before["secondaryKey"] == after["secondaryKey"]
    given = ready.act(R1_PATH, "regenerateKeys", {"keyType": "Secondary", "keyValue": "mine"})
    assert given["secondaryKey"] == "mine"
    with pytest.raises(ArmError, match="key type 'Third'"):
        ready.act(R1_PATH, "regenerateKeys", {"keyType": "Third"})


def test_a_host_leads_to_the_one_model_with_its_keys_and_limits(ready: Bench) -> None:
    ready.put(R1_PATH, endpoint())
    target = ready.target("R1.eastus2.models.ai.azure.com")
    assert target is not None
    (model,) = target.models.values()
    assert (target.hosting, target.region, target.usable, target.audiences) == ("serverless", "eastus2", True, ())
    assert (model.model, model.tokens_per_minute, model.requests_per_minute) == ("DeepSeek-R1", 200000, 1000)
    assert set(target.keys) == set(ready.act(R1_PATH, "listKeys").values())


def test_an_endpoint_lets_in_whom_its_hub_lets_in(ready: Bench) -> None:
    ready.put(R1_PATH, endpoint())
    host = "r1.eastus2.models.ai.azure.com"
    before = ready.target(host)
    hub = engine.existing(ready.world, ready.address(f"{WORKSPACE}/hub-proj"))
    hub.properties["publicNetworkAccess"] = "Disabled"
    after = ready.target(host)
    assert before is not None
    assert after is not None
    assert (before.public, after.public) == (True, False)


def test_nothing_stands_behind_the_host_of_an_endpoint_that_is_being_made(ready: Bench) -> None:
    ready.begin(R1_PATH, endpoint())
    assert ready.target("r1.eastus2.models.ai.azure.com") is None


def test_content_safety_that_is_off_reaches_the_data_plane(ready: Bench) -> None:
    ready.put(R1_PATH, endpoint(contentSafety={"contentSafetyStatus": "Disabled"}))
    target = ready.target("r1.eastus2.models.ai.azure.com")
    assert target is not None
    assert not target.models["r1"].content_filter


def test_a_failing_region_ends_in_creation_failed() -> None:
    bench = Bench("late-failure")
    bench.project(location="westus3")
    shown = bench.put(R1_PATH, endpoint(location="westus3"))["properties"]
    assert (shown["provisioningState"], shown["endpointState"]) == ("Failed", "CreationFailed")


def test_r1_can_no_longer_be_deployed_after_its_retirement() -> None:
    bench = Bench("retired-model")
    bench.project()
    assert inner_code(bench.refused(R1_PATH, endpoint())) == "ServerlessModelNotAvailableInRegion"


# marketplace subscriptions


def test_a_purchase_fills_in_its_plan_and_is_subscribed_in_the_end(ready: Bench) -> None:
    work = ready.begin(BOUGHT, PURCHASE)
    assert work.status == 201
    assert ready.get(BOUGHT)["properties"]["marketplaceSubscriptionStatus"] == "Unsubscribed"
    ready.wait(work.seconds)
    shown = ready.get(BOUGHT)["properties"]
    assert (shown["marketplaceSubscriptionStatus"], shown["marketplacePlan"]["publisherId"]) == ("Subscribed", "cohere")
    assert ready.begin(BOUGHT, PURCHASE).status == 200


def test_a_partners_model_is_deployed_once_its_subscription_is_through(ready: Bench) -> None:
    path = f"{PROJ}/serverlessEndpoints/cmd"
    ready.begin(BOUGHT, PURCHASE)
    assert inner_code(ready.refused(path, endpoint(COMMAND_R))) == "MarketplaceSubscriptionRequired"
    ready.wait(2)
    shown = ready.put(path, endpoint(COMMAND_R))["properties"]
    assert shown["marketplaceSubscriptionId"].endswith("/marketplaceSubscriptions/command-r")


@pytest.mark.parametrize(
    ("name", "model_id", "inner"),
    [
        ("r1", R1, "MarketplaceSubscriptionNotRequired"),
        ("nobody", "azureml://registries/azureml/models/Nobody", "ServerlessOfferNotFound"),
        ("-x", COMMAND_R, "InvalidName"),
        ("again", COMMAND_R, "MarketplaceSubscriptionAlreadyExists"),
        (
            "command-r",
            "azureml://registries/azureml-mistral/models/Ministral-3B",
            "MarketplaceSubscriptionModelImmutable",
        ),
    ],
)
def test_a_purchase_that_cannot_be_is_refused(ready: Bench, name: str, model_id: str, inner: str) -> None:
    ready.put(BOUGHT, PURCHASE)
    error = ready.refused(f"{PROJ}/marketplaceSubscriptions/{name}", {"properties": {"modelId": model_id}})
    assert inner_code(error) == inner


def test_a_subscription_that_may_not_buy_is_told_so() -> None:
    bench = Bench({"machineLearning": {"marketplaceRefusal": "no valid payment method"}})
    bench.project()
    error = bench.refused(BOUGHT, PURCHASE)
    assert "eligibility check failed, error message [no valid payment method]" in error.message


def test_without_its_subscription_an_endpoint_is_of_no_use_until_there_is_one_again(ready: Bench) -> None:
    path, host = f"{PROJ}/serverlessEndpoints/cmd", "cmd.eastus2.models.ai.azure.com"
    ready.put(BOUGHT, PURCHASE)
    ready.put(path, endpoint(COMMAND_R))
    ready.wait(1)
    ready.delete(BOUGHT)
    suspended = ready.target(host)
    states = [ready.get(path)["properties"]["endpointState"]]
    ready.put(BOUGHT, PURCHASE)
    states.append(ready.get(path)["properties"]["endpointState"])
    ready.wait(1)
    states.append(ready.get(path)["properties"]["endpointState"])
    again = ready.target(host)
    assert states == ["Suspended", "Reinstating", "Online"]
    assert suspended is not None
    assert again is not None
    assert (suspended.usable, again.usable) == (False, True)


def test_a_purchase_is_not_written_while_it_is_being_made_or_undone(ready: Bench) -> None:
    work = ready.begin(BOUGHT, PURCHASE)
    assert inner_code(ready.refused(BOUGHT, PURCHASE)) == "MarketplaceSubscriptionBusy"
    ready.wait(work.seconds)
    ready.delete(BOUGHT, wait=False)
    assert inner_code(ready.refused(BOUGHT, PURCHASE)) == "MarketplaceSubscriptionBusy"


def test_a_second_deletion_joins_the_first(ready: Bench) -> None:
    ready.put(R1_PATH, endpoint())
    works = [ready.delete(R1_PATH, wait=False), ready.delete(R1_PATH, wait=False)]
    assert [work.finish() for work in works if work.finish] == [None, None]
    assert not ready.has(R1_PATH)


# connections and usages


def test_a_connection_is_stored_and_its_credentials_are_not_shown(ready: Bench) -> None:
    path = f"{PROJ}/connections/search"
    body = {
        "properties": {"category": "ApiKey", "target": "http://x", "authType": "ApiKey", "credentials": {"key": "hush"}}
    }
    assert "hush" not in str(ready.put(path, body))
    assert ready.act(path, "listsecrets")["properties"]["credentials"] == {"key": "hush"}
    del body["properties"]["category"]
    assert "category" in ready.refused(path, body).message
    ready.delete(path)
    assert not ready.has(path)


def test_usages_and_quotas_count_cores_and_differ_per_region(bench: Bench) -> None:
    def limits(what: str, location: str) -> dict[str, int]:
        route = f"MachineLearningServices/locations/{{location}}/{what}"
        listed = bench.ask("GET", route, location=location).body["value"]
        return {one["name"]["value"]: one["limit"] for one in listed}

    assert limits("usages", "eastus2")["standardNCADSA100v4Family"] == 24
    assert limits("quotas", "westus")["standardNCADSA100v4Family"] == 0


def test_an_identity_is_kept_when_a_project_is_replaced(ready: Bench) -> None:
    before = ready.get(PROJ)["identity"]
    assert before["type"] == SYSTEM["type"]
    assert ready.put(PROJ, project(f"{WORKSPACE}/hub-proj"))["identity"] == before
