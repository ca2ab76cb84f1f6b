"""Two hosts of a running emulator, made through ARM as anyone would make them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from azserve.emulator.server import Emulator

REGION = "eastus2"
DEPLOYMENTS = {
    "r1": ("DeepSeek", "DeepSeek-R1", "1", 20),
    "chat": ("DeepSeek", "DeepSeek-V3.2", "1", 20),
    "eyes": ("Microsoft", "Phi-4-multimodal-instruct", "1", 1),
    "vectors": ("Cohere", "embed-v-4-0", "1", 10),
}


@dataclass(frozen=True)
class Hosts:
    """Addresses and keys, as ARM hands them out."""

    serverless: str
    serverless_key: str
    foundry: str
    foundry_key: str
    emulator: Emulator

    def token(self, resource: str) -> str:
        """Return a token of the managed identity."""
        found = httpx2.get(
            self.emulator.identity_endpoint,
            params={"api-version": "2019-08-01", "resource": resource},
            headers={"X-IDENTITY-HEADER": self.emulator.identity_header},
        )
        return str(found.raise_for_status().json()["access_token"])


class Arm:
    """Just enough of an ARM client: writes, and waits until what was written is there."""

    def __init__(self, emulator: Emulator) -> None:
        hosts = Hosts("", "", "", "", emulator)
        self._http = httpx2.Client(
            base_url=emulator.url, headers={"authorization": f"Bearer {hosts.token('https://management.azure.com/')}"}
        )
        self._group = f"/subscriptions/{emulator.subscription}/resourceGroups/rg"

    def close(self) -> None:
        self._http.close()

    def id(self, path: str) -> str:
        return f"{self._group}/providers/{path}"

    def put(self, path: str, version: str, body: dict[str, Any]) -> dict[str, Any]:
        where = self.id(path) if path else self._group
        self._http.put(where, params={"api-version": version}, json=body).raise_for_status()
        while True:
            found: dict[str, Any] = self._http.get(where, params={"api-version": version}).raise_for_status().json()
            properties = found["properties"]
            if properties.get("endpointState", "Online") == "Online" and properties["provisioningState"] == "Succeeded":
                return found
            assert properties["provisioningState"] != "Failed", found
            time.sleep(0.02)

    def post(self, path: str, version: str) -> dict[str, Any]:
        found = self._http.post(self.id(path), params={"api-version": version}).raise_for_status()
        return dict(found.json())


@pytest.fixture(scope="session")
def hosts() -> Iterator[Hosts]:
    """A serverless DeepSeek-R1 and a Foundry resource with four deployments."""
    with Emulator(speed=200) as emulator:
        yield _made(emulator)


def _made(emulator: Emulator) -> Hosts:
    with closing(Arm(emulator)) as arm:
        return _deployed(arm, emulator)


def _deployed(arm: Arm, emulator: Emulator) -> Hosts:
    located: dict[str, Any] = {"location": REGION}
    arm.put("", "2024-03-01", located)
    hub, project = (
        "Microsoft.MachineLearningServices/workspaces/hub",
        "Microsoft.MachineLearningServices/workspaces/proj",
    )
    vault = {**located, "properties": {"tenantId": emulator.tenant, "sku": {"family": "A", "name": "standard"}}}
    arm.put("Microsoft.KeyVault/vaults/vaultforhub", "2023-07-01", vault)
    storage = {**located, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": {}}
    arm.put("Microsoft.Storage/storageAccounts/storeforhub", "2023-05-01", storage)
    refers = {
        "storageAccount": arm.id("Microsoft.Storage/storageAccounts/storeforhub"),
        "keyVault": arm.id("Microsoft.KeyVault/vaults/vaultforhub"),
    }
    identity = {"type": "SystemAssigned"}
    arm.put(hub, "2024-10-01", {**located, "kind": "Hub", "identity": identity, "properties": refers})
    properties: dict[str, Any] = {"hubResourceId": arm.id(hub)}
    arm.put(project, "2024-10-01", {**located, "kind": "Project", "identity": identity, "properties": properties})
    endpoint = f"{project}/serverlessEndpoints/r1"
    model = {"modelId": "azureml://registries/azureml-deepseek/models/DeepSeek-R1"}
    body = {**located, "sku": {"name": "Consumption"}, "properties": {"authMode": "Key", "modelSettings": model}}
    made = arm.put(endpoint, "2024-10-01", body)
    account = "Microsoft.CognitiveServices/accounts/hub-for-tests"
    settings = {"customSubDomainName": "hub-for-tests"}
    sku = {"sku": {"name": "S0"}, "kind": "AIServices", "identity": identity}
    found = arm.put(account, "2025-06-01", {**located, **sku, "properties": settings})
    for name, (form, model_name, version, capacity) in DEPLOYMENTS.items():
        wanted = {"model": {"format": form, "name": model_name, "version": version}}
        sized = {"sku": {"name": "GlobalStandard", "capacity": capacity}, "properties": wanted}
        arm.put(f"{account}/deployments/{name}", "2025-06-01", sized)
    hosts = Hosts(
        serverless=made["properties"]["inferenceEndpoint"]["uri"],
        serverless_key=arm.post(f"{endpoint}/listKeys", "2024-10-01")["primaryKey"],
        foundry=found["properties"]["endpoints"]["Azure AI Model Inference API"].rstrip("/"),
        foundry_key=arm.post(f"{account}/listKeys", "2025-06-01")["key1"],
        emulator=emulator,
    )
    _wait_until_all_answer(hosts)
    return hosts


def _wait_until_all_answer(hosts: Hosts) -> None:
    """A deployment that succeeded does not answer yet."""
    with httpx2.Client(headers={"api-key": hosts.foundry_key}) as http:
        while len(http.get(f"{hosts.foundry}/openai/v1/models").raise_for_status().json()["data"]) < len(DEPLOYMENTS):
            time.sleep(0.02)
