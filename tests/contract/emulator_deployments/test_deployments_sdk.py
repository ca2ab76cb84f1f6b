"""Template deployments through the real client."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from tests.contract.emulator_arm.arm_client import ArmClient
from tests.contract.emulator_deployments.quickstarts import (
    ACCOUNT_WITH_MODELS,
    HUB_AND_ENDPOINT,
    NEW_GROUP,
    document,
    wish,
)

R1 = "azureml://registries/azureml-deepseek/models/DeepSeek-R1"
NOTHING = document([])


def test_an_account_and_its_models_are_deployed_into_a_group(client: DeploymentsMgmtClient) -> None:
    found = client.deployments.begin_create_or_update("rg", "ai", wish(ACCOUNT_WITH_MODELS)).result()
    assert found.properties is not None
    assert found.properties.provisioning_state == "Succeeded"
    outputs: Any = found.properties.outputs
    assert outputs["names"] == {"type": "Array", "value": ["DeepSeek-V3.2", "gpt-4o-mini"]}
    assert outputs["key"] == {"type": "SecureString"}
    assert outputs["endpoint"]["value"].startswith("http://127.0.0.1:")


def test_what_was_deployed_is_there(client: DeploymentsMgmtClient, arm: ArmClient) -> None:
    found = client.deployments.begin_create_or_update("rg", "ai", wish(ACCOUNT_WITH_MODELS)).result()
    assert found.properties is not None
    name = found.properties.outputs["accounT_NAME"]["value"]  # type: ignore[index]
    account = f"/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/{name}"
    listed = arm.ask("GET", f"{account}/deployments", version="2025-06-01").json()["value"]
    assert [one["properties"]["provisioningState"] for one in listed] == ["Succeeded", "Succeeded"]


def test_models_of_one_account_at_once_conflict(client: DeploymentsMgmtClient) -> None:
    with pytest.raises(HttpResponseError) as caught:
        client.deployments.begin_create_or_update("rg", "ai", wish(ACCOUNT_WITH_MODELS, batch=2)).result()
    error = caught.value.error
    assert error is not None
    assert error.code == "DeploymentFailed"
    assert [detail.code for detail in error.details] == ["RequestConflict"]


def test_a_serverless_endpoint_is_deployed_by_symbolic_names(client: DeploymentsMgmtClient) -> None:
    body = wish(HUB_AND_ENDPOINT, endpointName="r1-test", modelId=R1)
    found = client.deployments.begin_create_or_update("rg", "r1", body).result()
    assert found.properties is not None
    assert "r1-test.eastus2.models.ai.azure.com" in found.properties.outputs["uri"]["value"]  # type: ignore[index]


def test_a_model_that_is_not_offered_in_the_region_fails_while_running(client: DeploymentsMgmtClient) -> None:
    body = wish(HUB_AND_ENDPOINT, endpointName="r1-test", modelId="azureml://registries/azureml/models/No-Such-Model")
    with pytest.raises(HttpResponseError) as caught:
        client.deployments.begin_create_or_update("rg", "r1", body).result()
    assert caught.value.error is not None
    assert caught.value.error.code in ("DeploymentFailed", "InvalidTemplateDeployment")


def test_a_group_and_what_is_in_it_are_deployed_together(client: DeploymentsMgmtClient, arm: ArmClient) -> None:
    body = wish(NEW_GROUP, location="westus3", group="rg-new")
    found = client.deployments.begin_create_or_update_at_subscription_scope("all", body).result()
    assert found.properties is not None
    assert next(str(one.id).rpartition("/")[2] for one in found.properties.output_resources or []) == "rg-new"
    group = arm.ask("GET", "/resourceGroups/rg-new").json()
    assert (group["location"], group["tags"]) == ("westus3", {"made-by": "template", "count": "2"})
    inner = client.deployments.get("rg-new", "models")
    assert inner.properties is not None
    assert inner.properties.provisioning_state == "Succeeded"


def test_a_client_polls_states_until_the_end(client: DeploymentsMgmtClient) -> None:
    seen: list[Any] = []

    def note(answer: Any) -> None:
        if answer.http_request.method == "GET":
            seen.append(answer.http_response.json().get("status"))

    client.deployments.begin_create_or_update("rg", "nothing", wish(NOTHING), raw_response_hook=note).result()
    states = [state for state in seen if state]
    assert states[-1] == "Succeeded"
    assert set(states[:-1]) <= {"Accepted", "Running"}


def test_the_second_time_the_name_is_found(client: DeploymentsMgmtClient) -> None:
    codes: list[int] = []
    for _ in range(2):
        client.deployments.begin_create_or_update(
            "rg",
            "again",
            wish(NOTHING),
            raw_response_hook=lambda answer: codes.append(answer.http_response.status_code),
        ).result()
    assert [code for code in codes if code == 201] == [201]


def test_validate_names_all_that_would_be_written(client: DeploymentsMgmtClient) -> None:
    body = wish(NEW_GROUP, location="eastus2", group="rg-new")
    found = client.deployments.begin_validate_at_subscription_scope("all", body).result()
    assert found.properties is not None
    kinds = [str(one.id).split("/")[-2] for one in found.properties.validated_resources or []]
    assert kinds == ["resourceGroups", "deployments", "accounts", "deployments", "deployments"]


def test_validate_finds_a_quota_that_is_too_small(client: DeploymentsMgmtClient) -> None:
    with pytest.raises(HttpResponseError) as caught:
        client.deployments.begin_validate("rg", "ai", wish(ACCOUNT_WITH_MODELS, capacity=1_000_000)).result()
    assert caught.value.error is not None
    assert caught.value.error.code == "InvalidTemplateDeployment"
    assert {detail.code for detail in caught.value.error.details} <= {"InsufficientQuota", "InvalidCapacity"}


def test_what_if_tells_what_changes(client: DeploymentsMgmtClient) -> None:
    client.deployments.begin_create_or_update("rg", "ai", wish(ACCOUNT_WITH_MODELS)).result()
    found = client.deployments.begin_what_if("rg", "ai", wish(ACCOUNT_WITH_MODELS, capacity=2)).result()
    assert found.status == "Succeeded"
    changes = {str(one.resource_id).split("/")[-1]: one for one in found.changes or []}
    assert changes["gpt-4o-mini"].change_type == "Modify"
    assert [(one.path, one.property_change_type) for one in changes["gpt-4o-mini"].delta or []] == [
        ("sku.capacity", "Modify")
    ]
    assert [one.change_type for name, one in changes.items() if name.startswith("ai-")] == ["NoChange"]


def test_what_if_at_subscription_scope_tells_what_is_created(client: DeploymentsMgmtClient) -> None:
    body = wish(NEW_GROUP, location="eastus2", group="rg-new")
    found = client.deployments.begin_what_if_at_subscription_scope("all", body).result()
    assert {one.change_type for one in found.changes or []} == {"Create"}
    assert len(found.changes or []) == 4


def test_operations_are_listed(client: DeploymentsMgmtClient) -> None:
    client.deployments.begin_create_or_update("rg", "ai", wish(ACCOUNT_WITH_MODELS)).result()
    steps = [one.properties for one in client.deployment_operations.list("rg", "ai") if one.properties]
    assert [step.provisioning_operation for step in steps] == ["EvaluateDeploymentOutput", "Create", "Create", "Create"]
    assert {step.provisioning_state for step in steps} == {"Succeeded"}


def test_a_deployment_is_found_listed_and_deleted(client: DeploymentsMgmtClient) -> None:
    client.deployments.begin_create_or_update("rg", "one", wish(NOTHING)).result()
    assert client.deployments.check_existence("rg", "one")
    assert [one.name for one in client.deployments.list_by_resource_group("rg")] == ["one"]
    client.deployments.begin_delete("rg", "one").result()
    assert not client.deployments.check_existence("rg", "one")
    with pytest.raises(ResourceNotFoundError, match="DeploymentNotFound"):
        client.deployments.get("rg", "one")


def test_a_deployment_can_be_cancelled(unhurried: DeploymentsMgmtClient) -> None:
    client = unhurried
    client.deployments.begin_create_or_update("rg", "ai", wish(ACCOUNT_WITH_MODELS), polling=False)
    client.deployments.cancel("rg", "ai")
    found = client.deployments.get("rg", "ai")
    assert found.properties is not None
    assert found.properties.provisioning_state == "Canceled"


def test_another_template_under_a_name_in_flight_is_refused(unhurried: DeploymentsMgmtClient) -> None:
    client = unhurried
    client.deployments.begin_create_or_update("rg", "ai", wish(ACCOUNT_WITH_MODELS), polling=False)
    with pytest.raises(HttpResponseError, match="DeploymentActive"):
        client.deployments.begin_create_or_update("rg", "ai", wish(NOTHING), polling=False)


def test_a_wrong_template_is_refused_at_once(client: DeploymentsMgmtClient) -> None:
    wrong = document([], parameters={"needed": {"type": "string"}})
    with pytest.raises(HttpResponseError, match="The value for the template parameter 'needed' is not provided"):
        client.deployments.begin_create_or_update("rg", "x", wish(wrong))


def test_complete_mode_empties_a_group(client: DeploymentsMgmtClient, arm: ArmClient) -> None:
    client.deployments.begin_create_or_update("rg", "ai", wish(ACCOUNT_WITH_MODELS)).result()
    client.deployments.begin_create_or_update("rg", "none", wish(NOTHING, mode="Complete")).result()
    assert arm.ask("GET", "/resourceGroups/rg/resources").json()["value"] == []
