"""The real azure-mgmt-cognitiveservices believes the emulator's accounts, deployments and lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.cognitiveservices.models import (
    Account,
    AccountProperties,
    Deployment,
    DeploymentModel,
    DeploymentProperties,
    Identity,
    Project,
    ProjectProperties,
    RaiPolicy,
    RaiPolicyProperties,
    Sku,
)
from tests.contract.emulator_arm.arm_client import ArmClient

ACCOUNT = "/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/acc"


def _account(name: str = "acc", location: str = "eastus2", **properties: Any) -> Account:
    return Account(
        location=location,
        kind="AIServices",
        sku=Sku(name="S0"),
        identity=Identity(type="SystemAssigned"),
        properties=AccountProperties(custom_sub_domain_name=name, allow_project_management=True, **properties),
    )


def _deployment(name: str = "DeepSeek-V3.2", capacity: int = 10) -> Deployment:
    model = DeploymentModel(format="DeepSeek", name=name, version="1")
    return Deployment(sku=Sku(name="GlobalStandard", capacity=capacity), properties=DeploymentProperties(model=model))


def test_an_account_is_created_read_listed_and_its_keys_handed_out(
    cognitive: CognitiveServicesManagementClient,
) -> None:
    made = cognitive.accounts.begin_create("rg", "acc", _account()).result()
    assert made.properties is not None
    assert made.properties.provisioning_state == "Succeeded"
    assert made.properties.endpoints is not None
    assert "/_hosts/acc.services.ai.azure.com/" in made.properties.endpoints["Azure AI Model Inference API"]
    assert [one.name for one in cognitive.accounts.list()] == ["acc"]
    assert [one.name for one in cognitive.accounts.list_by_resource_group("rg")] == ["acc"]
    before = cognitive.accounts.list_keys("rg", "acc")
    after = cognitive.accounts.regenerate_key("rg", "acc", "Key1")
    assert (before.key1 != after.key1, before.key2 == after.key2) == (True, True)


def test_a_client_that_does_not_wait_sees_creating(
    cognitive: CognitiveServicesManagementClient, arm: ArmClient, set_scenario: Callable[[Any], None]
) -> None:
    set_scenario({"seconds": {"account": 10_000}})
    body = _account().as_dict()
    arm.ask("PUT", ACCOUNT, body, version="2025-06-01").raise_for_status()
    seen = cognitive.accounts.get("rg", "acc")
    assert seen.properties is not None
    assert seen.properties.provisioning_state == "Creating"


def test_a_deployment_is_created_listed_changed_and_deleted(cognitive: CognitiveServicesManagementClient) -> None:
    cognitive.accounts.begin_create("rg", "acc", _account()).result()
    made = cognitive.deployments.begin_create_or_update("rg", "acc", "v3", _deployment()).result()
    assert made.properties is not None
    assert made.properties.rate_limits is not None
    assert (made.properties.provisioning_state, made.properties.rate_limits[1].count) == ("Succeeded", 10000)
    again = cognitive.deployments.begin_create_or_update("rg", "acc", "v3", _deployment(capacity=20)).result()
    assert again.sku is not None
    assert again.sku.capacity == 20
    assert [one.name for one in cognitive.deployments.list("rg", "acc")] == ["v3"]
    cognitive.deployments.begin_delete("rg", "acc", "v3").result()
    assert list(cognitive.deployments.list("rg", "acc")) == []


def test_a_refusal_arrives_as_code_and_message(cognitive: CognitiveServicesManagementClient) -> None:
    cognitive.accounts.begin_create("rg", "acc", _account()).result()
    with pytest.raises(HttpResponseError) as refusal:
        cognitive.deployments.begin_create_or_update("rg", "acc", "v3", _deployment(capacity=5000))
    assert refusal.value.error is not None
    assert (refusal.value.status_code, refusal.value.error.code) == (400, "InsufficientQuota")


def test_two_deployments_at_once_conflict(
    cognitive: CognitiveServicesManagementClient, arm: ArmClient, set_scenario: Callable[[Any], None]
) -> None:
    cognitive.accounts.begin_create("rg", "acc", _account()).result()
    set_scenario({"seconds": {"deployment": 10_000}})
    body = _deployment().as_dict()
    arm.ask("PUT", f"{ACCOUNT}/deployments/one", body, version="2025-06-01").raise_for_status()
    with pytest.raises(ResourceExistsError) as refusal:
        cognitive.deployments.begin_create_or_update("rg", "acc", "two", _deployment())
    assert refusal.value.error is not None
    assert (refusal.value.status_code, refusal.value.error.code) == (409, "RequestConflict")


def test_an_account_is_soft_deleted_listed_purged_and_made_again(
    cognitive: CognitiveServicesManagementClient,
) -> None:
    cognitive.accounts.begin_create("rg", "acc", _account()).result()
    cognitive.accounts.begin_delete("rg", "acc").result()
    with pytest.raises(ResourceNotFoundError):
        cognitive.accounts.get("rg", "acc")
    with pytest.raises(HttpResponseError, match="soft-deleted"):
        cognitive.accounts.begin_create("rg", "acc", _account())
    assert [one.name for one in cognitive.deleted_accounts.list()] == ["acc"]
    assert cognitive.deleted_accounts.get("eastus2", "rg", "acc").name == "acc"
    cognitive.deleted_accounts.begin_purge("eastus2", "rg", "acc").result()
    assert cognitive.accounts.begin_create("rg", "acc", _account()).result().name == "acc"


def test_a_deleted_account_is_restored(cognitive: CognitiveServicesManagementClient) -> None:
    cognitive.accounts.begin_create("rg", "acc", _account()).result()
    cognitive.accounts.begin_delete("rg", "acc").result()
    restored = cognitive.accounts.begin_create("rg", "acc", _account(restore=True)).result()
    assert restored.properties is not None
    assert restored.properties.provisioning_state == "Succeeded"


def test_a_project_and_a_content_filter_are_made(cognitive: CognitiveServicesManagementClient) -> None:
    cognitive.accounts.begin_create("rg", "acc", _account()).result()
    project = Project(
        location="eastus2", identity=Identity(type="SystemAssigned"), properties=ProjectProperties(description="d")
    )
    made = cognitive.projects.begin_create("rg", "acc", "proj", project).result()
    assert made.name == "acc/proj"
    policy = RaiPolicy(properties=RaiPolicyProperties(mode="Blocking", base_policy_name="Microsoft.Default"))
    cognitive.rai_policies.create_or_update("rg", "acc", "strict", policy)
    assert [one.name for one in cognitive.rai_policies.list("rg", "acc")] == ["strict"]


def test_the_lists_of_a_region_are_read(cognitive: CognitiveServicesManagementClient) -> None:
    models = [one.model for one in cognitive.models.list("eastus2") if one.kind == "AIServices"]
    (r1,) = (one for one in models if one is not None and one.name == "DeepSeek-R1")
    assert r1.skus is not None
    usages = {one.name.value: one for one in cognitive.usages.list("eastus2") if one.name is not None}
    pool = usages[r1.skus[0].usage_name]
    assert (r1.is_default_version, pool.limit, pool.current_value) == (False, 1000, 0)


def test_capacities_skus_and_names_are_asked_for(cognitive: CognitiveServicesManagementClient) -> None:
    everywhere = cognitive.model_capacities.list("DeepSeek", "DeepSeek-R1", "1")
    here = cognitive.location_based_model_capacities.list("eastus2", "DeepSeek", "DeepSeek-R1", "1")
    assert "WestUS3" in {one.location for one in everywhere}
    assert {one.location for one in here} == {"EastUS2"}
    assert "AIServices" in {one.kind for one in cognitive.resource_skus.list()}
    checked = cognitive.check_domain_availability("acc", "Microsoft.CognitiveServices/accounts")
    assert checked.is_subdomain_available is True


def test_lists_below_an_account_are_read(cognitive: CognitiveServicesManagementClient) -> None:
    cognitive.accounts.begin_create("rg", "acc", _account()).result()
    cognitive.deployments.begin_create_or_update("rg", "acc", "v3", _deployment()).result()
    assert "DeepSeek-V3.2" in {one.name for one in cognitive.accounts.list_models("rg", "acc")}
    usages = cognitive.accounts.list_usages("rg", "acc").value or []
    assert "AccountCount" in {one.name.value for one in usages if one.name is not None}
    assert [one.sku.name for one in cognitive.accounts.list_skus("rg", "acc").value or [] if one.sku] == ["S0"]
    assert [one.sku.name for one in cognitive.deployments.list_skus("rg", "acc", "v3") if one.sku] == ["GlobalStandard"]
