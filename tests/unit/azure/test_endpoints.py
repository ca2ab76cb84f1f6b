"""Endpoints as ARM tells of them: addresses read, states kept, keys masked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.azure.scripted import SUBSCRIPTION, Answer, ScriptedAdapter, azure_with, error

from azserve.azure.endpoints import LiveEndpoints
from azserve.errors import AzserveError, AzureFailed, PermissionDenied, Refused
from azserve.model.catalogue import Hosting
from azserve.model.endpoint import ConnectionTarget, DeployedModel, Endpoint, EndpointKeys
from azserve.model.estate import (
    FoundryDeployment,
    FoundryHost,
    RegionEstate,
    ServerlessEndpoint,
    ServerlessHost,
)
from azserve.model.names import EndpointKey, FleetId, ModelName, Region
from azserve.model.resource_id import ResourceId
from azserve.model.secret import Secret
from azserve.model.settings import ContentFilter, NetworkSettings, SignIn

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
PROJECT = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/proj"
ACCOUNT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/acc"
URI = "https://r1-x.eastus2.models.ai.azure.com"
INFERENCE = "https://acc.services.ai.azure.com/"


def serverless(*keys: str) -> ServerlessHost:
    endpoints = tuple(
        ServerlessEndpoint(EndpointKey(key), f"{key}-x", ModelName("DeepSeek-R1"), "azureml://x", ContentFilter.DEFAULT)
        for key in keys
    )
    return ServerlessHost("hub", "proj", "st", "kv", SignIn.KEY, NetworkSettings(), endpoints)


def foundry(*keys: str) -> FoundryHost:
    deployments = tuple(
        FoundryDeployment(
            EndpointKey(key),
            key,
            ModelName("DeepSeek-V3.2"),
            "DeepSeek",
            "1",
            "GlobalStandard",
            10,
            ContentFilter.DEFAULT,
        )
        for key in keys
    )
    return FoundryHost("acc", "acc", "proj", SignIn.KEY, NetworkSettings(), deployments)


ESTATE = RegionEstate(FleetId("f"), SUBSCRIPTION, Region("eastus2"), "rg", {}, serverless=serverless("r1"))
FOUNDRY = replace(ESTATE, serverless=None, foundry=foundry("v32"))


def live_endpoint(**properties: Any) -> Answer:
    known = {
        "authMode": "Key",
        "provisioningState": "Succeeded",
        "endpointState": "Online",
        "inferenceEndpoint": {"uri": URI + "/"},
    }
    return Answer(200, {"id": f"{PROJECT}/serverlessEndpoints/r1-x", "properties": {**known, **properties}})


def account(**properties: Any) -> Answer:
    known = {"endpoints": {"Azure AI Model Inference API": INFERENCE}, "disableLocalAuth": False}
    return Answer(200, {"id": ACCOUNT, "name": "acc", "kind": "AIServices", "properties": {**known, **properties}})


def deployed(*names: str) -> Answer:
    properties = {
        "provisioningState": "Succeeded",
        "model": {"format": "DeepSeek", "name": "m", "version": "1"},
        "capabilities": {"responses": "false", "maxContextToken": "128000", "chatCompletion": "true", "area": "US"},
    }
    items = [{"id": f"{ACCOUNT}/deployments/{name}", "name": name, "properties": properties} for name in names]
    return Answer(200, {"value": items})


def in_region(adapter: ScriptedAdapter, estate: RegionEstate = ESTATE) -> tuple[Endpoint, ...]:
    with azure_with(adapter) as azure:
        return LiveEndpoints(azure).in_region(estate)


def with_endpoint(answer: Answer) -> ScriptedAdapter:
    return ScriptedAdapter().on("GET", f"{PROJECT}/serverlessEndpoints/r1-x", answer)


def with_account(answer: Answer, *names: str) -> ScriptedAdapter:
    return ScriptedAdapter().on("GET", ACCOUNT, answer).on("GET", f"{ACCOUNT}/deployments", deployed(*names))


def test_a_serverless_address_is_read_and_not_built() -> None:
    (endpoint,) = in_region(with_endpoint(live_endpoint()))
    assert (endpoint.uri, endpoint.hosting, endpoint.endpoint_state) == (URI, Hosting.SERVERLESS, "Online")


@pytest.mark.parametrize("value", [None, {}, {"uri": None}])
def test_an_endpoint_still_being_made_has_no_address(value: object) -> None:
    (endpoint,) = in_region(with_endpoint(live_endpoint(inferenceEndpoint=value, provisioningState="Creating")))
    assert (endpoint.uri, endpoint.provisioning_state) == ("", "Creating")


@pytest.mark.parametrize(
    ("mode", "sign_in"), [("Key", SignIn.KEY), ("AAD", SignIn.ENTRA), ("KeyAndAAD", SignIn.BOTH), (None, SignIn.KEY)]
)
def test_how_a_serverless_endpoint_signs_in_is_what_arm_says(mode: str | None, sign_in: SignIn) -> None:
    (endpoint,) = in_region(with_endpoint(live_endpoint(authMode=mode)))
    assert endpoint.sign_in is sign_in


def test_an_endpoint_that_does_not_exist_is_left_out() -> None:
    estate = replace(ESTATE, serverless=serverless("gone", "r1"))
    assert [endpoint.key for endpoint in in_region(with_endpoint(live_endpoint()), estate)] == ["r1"]


def test_a_foundry_address_is_the_accounts_inference_host() -> None:
    (endpoint,) = in_region(with_account(account(), "v32"), FOUNDRY)
    assert (endpoint.uri, endpoint.version, endpoint.deployment) == (INFERENCE.rstrip("/"), "1", "v32")


def test_the_model_behind_a_deployment_is_the_one_that_arm_names() -> None:
    (endpoint,) = in_region(with_account(account(), "v32"), FOUNDRY)
    assert endpoint.deployed == DeployedModel("m", "DeepSeek", ("chatCompletion",))


def test_a_deployment_that_names_no_model_is_an_endpoint_all_the_same() -> None:
    bare = Answer(200, {"value": [{"id": f"{ACCOUNT}/deployments/v32", "name": "v32", "properties": {}}]})
    adapter = ScriptedAdapter().on("GET", ACCOUNT, account()).on("GET", f"{ACCOUNT}/deployments", bare)
    (endpoint,) = in_region(adapter, FOUNDRY)
    assert endpoint.deployed is None


def test_foundry_endpoints_come_in_the_estates_order() -> None:
    estate = replace(FOUNDRY, foundry=foundry("b", "a", "gone"))
    found = in_region(with_account(account(), "a", "b", "other"), estate)
    assert [endpoint.key for endpoint in found] == ["b", "a"]


def test_an_account_without_local_sign_in_takes_tokens_only() -> None:
    (endpoint,) = in_region(with_account(account(disableLocalAuth=True), "v32"), FOUNDRY)
    assert endpoint.sign_in is SignIn.ENTRA


def test_an_account_that_names_no_inference_host_has_no_address() -> None:
    (endpoint,) = in_region(with_account(account(endpoints=None), "v32"), FOUNDRY)
    assert endpoint.uri == ""


def test_an_account_that_does_not_exist_has_no_endpoints() -> None:
    assert in_region(ScriptedAdapter(), FOUNDRY) == ()


def keys_of(adapter: ScriptedAdapter, estate: RegionEstate = ESTATE, **changes: Any) -> EndpointKeys:
    with azure_with(adapter) as azure:
        port = LiveEndpoints(azure)
        return port.keys(replace(port.in_region(estate)[0], **changes))


def test_serverless_keys_are_primary_and_secondary() -> None:
    listed = Answer(200, {"primaryKey": "one", "secondaryKey": "two"})
    adapter = with_endpoint(live_endpoint()).on("POST", f"{PROJECT}/serverlessEndpoints/r1-x/listKeys", listed)
    assert keys_of(adapter) == EndpointKeys(Secret("one"), Secret("two"))


def test_foundry_keys_are_key1_and_key2() -> None:
    listed = Answer(200, {"key1": "one", "key2": "two"})
    adapter = with_account(account(), "v32").on("POST", f"{ACCOUNT}/listKeys", listed)
    assert keys_of(adapter, FOUNDRY) == EndpointKeys(Secret("one"), Secret("two"))


def test_keys_that_are_null_are_not_there_yet() -> None:
    listed = Answer(200, {"primaryKey": None, "secondaryKey": None})
    adapter = with_endpoint(live_endpoint()).on("POST", f"{PROJECT}/serverlessEndpoints/r1-x/listKeys", listed)
    with pytest.raises(AzureFailed) as caught:
        keys_of(adapter)
    assert caught.value.code == "keys-missing"


def test_keys_switched_off_are_refused_without_asking() -> None:
    with pytest.raises(Refused) as caught:
        keys_of(with_endpoint(live_endpoint(authMode="AAD")))
    assert caught.value.code == "keys-switched-off"


def test_keys_that_may_not_be_read_are_a_missing_permission() -> None:
    path = f"{PROJECT}/serverlessEndpoints/r1-x/listKeys"
    adapter = with_endpoint(live_endpoint()).on("POST", path, error("AuthorizationFailed", status=403))
    with pytest.raises(PermissionDenied):
        keys_of(adapter)


def test_no_key_is_in_what_is_printed_or_raised() -> None:
    listed = Answer(200, {"primaryKey": "hunter2hunter2hunter2", "secondaryKey": "x"})
    adapter = with_endpoint(live_endpoint()).on("POST", f"{PROJECT}/serverlessEndpoints/r1-x/listKeys", listed)
    assert "hunter2" not in repr(keys_of(adapter))


def test_a_region_that_cannot_be_read_is_named() -> None:
    with pytest.raises(AzserveError) as caught:
        in_region(with_endpoint(error("AuthorizationFailed", status=403)))
    assert caught.value.where == "eastus2"


CONNECTION = ResourceId.parse(f"{PROJECT}/connections/r1-eastus2-x")


def connected(**properties: Any) -> ConnectionTarget:
    known = {"target": URI + "/", "credentials": {"key": "k1"}}
    answer = Answer(200, {"properties": {**known, **properties}})
    with azure_with(ScriptedAdapter().on("POST", f"{CONNECTION}/listSecrets", answer)) as azure:
        return LiveEndpoints(azure).connection(CONNECTION)


def test_a_connection_tells_where_it_leads_and_its_key() -> None:
    assert connected() == ConnectionTarget(URI, Secret("k1"))


@pytest.mark.parametrize("properties", [{"target": None}, {"credentials": None}, {"credentials": {"key": ""}}])
def test_a_connection_without_address_or_key_cannot_be_used(properties: dict[str, Any]) -> None:
    with pytest.raises(AzureFailed) as caught:
        connected(**properties)

    assert caught.value.code == "connection-unusable"
