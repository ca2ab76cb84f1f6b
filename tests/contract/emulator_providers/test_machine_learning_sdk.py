"""The real machine learning client of 2020, and the generic ARM client for what it does not know."""

from __future__ import annotations

from typing import Any

from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
from azure.mgmt.machinelearningservices.models import Identity, Workspace
from tests.contract.emulator_arm.arm_client import ArmClient

VERSION = "2025-09-01"
GROUP = "/resourceGroups/rg/providers"
WORKSPACES = f"{GROUP}/Microsoft.MachineLearningServices/workspaces"
STORAGE = f"{GROUP}/Microsoft.Storage/storageAccounts/stabc"
VAULT = f"{GROUP}/Microsoft.KeyVault/vaults/kv-abc"
R1 = "azureml://registries/azureml-deepseek/models/DeepSeek-R1"
SYSTEM = {"type": "SystemAssigned"}


def _dependencies(arm: ArmClient) -> dict[str, str]:
    root = arm.root[arm.root.index("/subscriptions/") :]
    storage = {"location": "eastus2", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
    arm.ask("PUT", STORAGE, storage, version="2023-05-01").raise_for_status()
    sku = {"family": "A", "name": "standard"}
    vault = {"location": "eastus2", "properties": {"tenantId": "t", "sku": sku}}
    arm.ask("PUT", VAULT, vault, version="2023-07-01").raise_for_status()
    return {"storageAccount": f"{root}{STORAGE}", "keyVault": f"{root}{VAULT}"}


def _project(arm: ArmClient) -> str:
    root = arm.root[arm.root.index("/subscriptions/") :]
    hub = {"location": "eastus2", "kind": "Hub", "identity": SYSTEM, "properties": _dependencies(arm)}
    arm.finish("PUT", f"{WORKSPACES}/hub", hub, version=VERSION)
    properties = {"hubResourceId": f"{root}{WORKSPACES}/hub"}
    project = {"location": "eastus2", "kind": "Project", "identity": SYSTEM, "properties": properties}
    made = arm.finish("PUT", f"{WORKSPACES}/proj", project, version=VERSION)
    assert made["properties"]["provisioningState"] == "Succeeded"
    return f"{WORKSPACES}/proj"


def _endpoint(**properties: Any) -> dict[str, Any]:
    own = {"authMode": "Key", "modelSettings": {"modelId": R1}, **properties}
    return {"location": "eastus2", "sku": {"name": "Consumption"}, "properties": own}


def test_the_sdk_makes_lists_and_deletes_a_workspace(
    learning: MachineLearningServicesMgmtClient, arm: ArmClient
) -> None:
    needs = _dependencies(arm)
    workspace = Workspace(
        location="eastus2",
        identity=Identity(type="SystemAssigned"),
        storage_account=needs["storageAccount"],
        key_vault=needs["keyVault"],
    )
    made = learning.workspaces.begin_create_or_update("rg", "plain", workspace).result()
    assert made.provisioning_state == "Succeeded"
    assert [one.name for one in learning.workspaces.list_by_resource_group("rg")] == ["plain"]
    learning.workspaces.begin_delete("rg", "plain").result()
    assert list(learning.workspaces.list_by_subscription()) == []


def test_the_sdk_reads_usages_of_cores_and_quotas(learning: MachineLearningServicesMgmtClient) -> None:
    cores = {one.name.value: one.limit for one in learning.usages.list("eastus2") if one.name is not None}
    assert cores["standardNCADSA100v4Family"] == 24
    quotas = {one.name.value for one in learning.quotas.list("eastus2") if one.name is not None}
    assert quotas == set(cores)


def test_an_endpoint_is_made_listed_and_hands_out_its_keys(arm: ArmClient) -> None:
    path = f"{_project(arm)}/serverlessEndpoints/r1"
    made = arm.finish("PUT", path, _endpoint(), version=VERSION)
    assert made["properties"]["provisioningState"] == "Succeeded"
    assert "/_hosts/r1.eastus2.models.ai.azure.com" in made["properties"]["inferenceEndpoint"]["uri"]
    keys = arm.ask("POST", f"{path}/listKeys", version=VERSION).json()
    assert len({keys["primaryKey"], keys["secondaryKey"]}) == 2
    listed = arm.pages(path.rpartition("/")[0], version=VERSION)
    assert [one["name"] for page in listed for one in page] == ["r1"]


def test_a_refusal_has_the_code_that_matters_inside(arm: ArmClient) -> None:
    path = f"{_project(arm)}/serverlessEndpoints/r1"
    body = _endpoint(modelSettings={"modelId": "azureml://registries/azureml/models/Nobody"})
    answer = arm.ask("PUT", path, body, version=VERSION)
    error = answer.json()["error"]
    infos = {one["type"]: one["info"]["value"] for one in error["additionalInfo"]}
    assert (answer.status_code, error["code"]) == (400, "UserError")
    assert infos["InnerError"]["innerError"]["code"] == "ServerlessModelNotAvailableInRegion"


def test_a_deleted_endpoint_is_gone_and_its_group_takes_the_rest(arm: ArmClient) -> None:
    path = f"{_project(arm)}/serverlessEndpoints/r1"
    arm.finish("PUT", path, _endpoint(), version=VERSION)
    arm.finish("DELETE", path, version=VERSION)
    assert arm.ask("GET", path, version=VERSION).status_code == 404
    arm.finish("DELETE", "/resourceGroups/rg")
    arm.ask("PUT", "/resourceGroups/rg", {"location": "eastus2"}).raise_for_status()
    assert arm.pages("/resourceGroups/rg/resources") == [[]]
