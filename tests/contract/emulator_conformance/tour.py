"""A local Azure with one of everything, and the request that each published operation stands for."""

from __future__ import annotations

from typing import Any

from tests.unit.emulator.things import BASE, StoppedClock
from tests.unit.emulator_providers import bench

from azserve.emulator.identity.clients import managed_identity
from azserve.emulator.identity.tokens import issue
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply
from azserve.emulator.kernel.world import SUBSCRIPTION
from azserve.emulator.server import default_parts
from azserve.emulator.site import Asking, Site

ROOT = f"/subscriptions/{SUBSCRIPTION}"
GROUP = f"{ROOT}/resourceGroups/rg"
COGNITIVE = f"{GROUP}/providers/{bench.ACCOUNT}"
LEARNING = f"{GROUP}/providers/{bench.WORKSPACE}"
DEPLOYMENTS = "providers/Microsoft.Resources/deployments"
TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [],
    "outputs": {"out": {"type": "string", "value": "x"}},
}
DEPLOYED = {"properties": {"mode": "Incremental", "template": TEMPLATE}}
_PARTS = default_parts()


class Azure:
    """A Site, and requests to it that are signed in."""

    def __init__(self) -> None:
        self.clock = StoppedClock()
        self.site = Site(parts=_PARTS, clock=self.clock)
        client = managed_identity(self.site.world)
        self._token = issue(self.site.world, audience=BASE, client=client, lifetime_s=1e9)

    def ask(self, method: str, path: str, body: Json = None, *, version: str, **query: str) -> Reply:
        """Send one request; a refusal comes back as its Reply."""
        headers = {"authorization": f"Bearer {self._token}"}
        call = Call(method, path, {"api-version": version, **query}, headers, body, BASE)
        try:
            found = self.site.answer(call, Asking(0.0, method, path, {}, self.site.host_of(path)))
        except ArmError as error:
            found = error.reply()
        assert isinstance(found, Reply)
        return found

    def make(self, path: str, body: Json, version: str) -> None:
        """PUT, and wait for its end."""
        made = self.ask("PUT", path, body, version=version)
        assert made.status < 300, made.body
        self.clock.advance(60)

    @classmethod
    def furnished(cls) -> Azure:
        """With one of everything that the operations ask for."""
        made = cls()
        cognitive, learning, resources = "2024-10-01", "2024-04-01", "2024-07-01"
        made.make(GROUP, {"location": "eastus2"}, resources)
        for name in ("acc", "gone"):
            made.make(f"{COGNITIVE}/{name}", bench.account(name), cognitive)
        made.make(f"{COGNITIVE}/acc/deployments/dep", bench.deployment(), cognitive)
        assert made.ask("DELETE", f"{COGNITIVE}/gone", version=cognitive).status < 300
        storage, vault = (f"{GROUP}/providers/{one}" for one in
                          ("Microsoft.Storage/storageAccounts/sthub", "Microsoft.KeyVault/vaults/kv-hub"))  # fmt: skip
        made.make(storage, bench.storage_account(), "2023-05-01")
        made.make(vault, bench.key_vault(), "2023-07-01")
        made.make(f"{LEARNING}/hub", bench.hub("sthub", "kv-hub"), learning)
        made.make(f"{LEARNING}/proj", bench.project(f"{bench.WORKSPACE}/hub"), learning)
        made.make(f"{LEARNING}/empty", bench.project(f"{bench.WORKSPACE}/hub"), learning)
        made.make(f"{LEARNING}/proj/serverlessEndpoints/r1", bench.endpoint(), learning)
        offer = {"properties": {"modelId": bench.COMMAND_R}}
        made.make(f"{LEARNING}/proj/marketplaceSubscriptions/r1", offer, learning)
        made.make(f"{GROUP}/{DEPLOYMENTS}/main", DEPLOYED, resources)
        made.make(f"{ROOT}/{DEPLOYMENTS}/main", {**DEPLOYED, "location": "eastus2"}, resources)
        return made

    def filled_in(self, method: str, template: str) -> str:
        """The path of a template's own thing."""
        ends_workspace = method == "DELETE" and template.endswith("{workspaceName}")
        names = {
            "subscriptionId": SUBSCRIPTION,
            "resourceGroupName": "rg",
            "accountName": "gone" if "deletedAccounts" in template else "acc",
            "workspaceName": "empty" if ends_workspace else "proj",
            "name": "r1",
            "location": "eastus2",
            "deploymentName": "dep" if "CognitiveServices" in template else "main",
            "resourceProviderNamespace": "Microsoft.CognitiveServices",
        }
        if "{operationId}" in template:
            scope = template.partition("/operations/")[0]
            listed = self.ask("GET", f"{self.filled_in('GET', scope)}/operations", version="2024-07-01").body["value"]
            names["operationId"] = listed[0]["operationId"]
        for name, value in names.items():
            template = template.replace(f"{{{name}}}", value)
        return template


PROJECT = bench.project(f"{bench.WORKSPACE}/hub")
BODIES: dict[str, Any] = {
    "PUT accounts/{accountName}": bench.account("acc"),
    "PATCH accounts/{accountName}": {"tags": {"a": "b"}},
    "POST regenerateKey": {"keyName": "Key1"},
    "POST regenerateKeys": {"keyType": "Primary"},
    "POST checkSkuAvailability": {"skus": ["S0"], "kind": "AIServices", "type": bench.ACCOUNT},
    "POST checkDomainAvailability": {"subdomainName": "acc", "type": bench.ACCOUNT},
    "POST calculateModelCapacity": {
        "model": {"format": "DeepSeek", "name": "DeepSeek-V3.2", "version": "1"},
        "skuName": "GlobalStandard",
        "workloads": [{"requestPerMinute": 10, "requestParameters": {"avgPromptTokens": 10, "avgGeneratedTokens": 10}}],
    },
    "PUT accounts/{accountName}/deployments/{deploymentName}": bench.deployment(),
    "PATCH deployments/{deploymentName}": {"tags": {"a": "b"}},
    "PUT serverlessEndpoints/{name}": bench.endpoint(),
    "PATCH serverlessEndpoints/{name}": {"tags": {"a": "b"}},
    "PUT marketplaceSubscriptions/{name}": {"properties": {"modelId": bench.COMMAND_R}},
    "PUT workspaces/{workspaceName}": PROJECT,
    "PATCH workspaces/{workspaceName}": {"tags": {"a": "b"}},
    "POST updateQuotas": {"location": "eastus2", "value": []},
    "PUT resourcegroups/{resourceGroupName}": {"location": "eastus2"},
    "PATCH resourcegroups/{resourceGroupName}": {"tags": {"a": "b"}},
    "PUT Microsoft.Resources/deployments/{deploymentName}": DEPLOYED,
    "POST validate": DEPLOYED,
    "POST whatIf": DEPLOYED,
}
"""By method and the end of the path, the longest that fits."""
QUERY = {"modelCapacities": {"modelformat": "DeepSeek", "modelname": "DeepSeek-V3.2", "modelversion": "1"}}


def body_for(method: str, path: str) -> Json:
    """The body that an operation is asked with; None for most."""
    fits = [end for end in BODIES if end.startswith(f"{method} ") and path.endswith(end.partition(" ")[2])]
    body = BODIES[max(fits, key=len)] if fits else None
    at_subscription = "resourcegroups" not in path.lower() and "Microsoft.Resources/deployments" in path
    return {**body, "location": "eastus2"} if body is not None and at_subscription else body
