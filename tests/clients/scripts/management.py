"""Azure's management SDKs, sync and aio: what each makes of the local Azure at the address it is given.

Over http the SDKs refuse to send a token, so the policy that adds it is the one thing replaced there, by the keyword
the SDKs have for that.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.identity import ManagedIdentityCredential
from azure.identity.aio import ManagedIdentityCredential as AsyncManagedIdentityCredential
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.cognitiveservices.aio import CognitiveServicesManagementClient as AsyncCognitive
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
from azure.mgmt.machinelearningservices.aio import MachineLearningServicesMgmtClient as AsyncLearning
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.deployments.aio import DeploymentsMgmtClient as AsyncDeployments
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.resources.aio import ResourceManagementClient as AsyncResources
from tests.clients.scripts.telling import tell, tell_refusal

URL, NAME = sys.argv[1:]
SCOPE = "https://management.azure.com/.default"
ACCOUNT: Any = {
    "location": "eastus2",
    "kind": "AIServices",
    "sku": {"name": "S0"},
    "identity": {"type": "SystemAssigned"},
}
MODEL: Any = {
    "sku": {"name": "GlobalStandard", "capacity": 5},
    "properties": {"model": {"format": "DeepSeek", "name": "DeepSeek-V3.2", "version": "1"}},
}
TEMPLATE: Any = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [],
    "outputs": {"said": {"type": "string", "value": "[resourceGroup().location]"}},
}
DEPLOYMENT: Any = {"properties": {"mode": "Incremental", "template": TEMPLATE}}


class Bearer(SansIOHTTPPolicy[Any, Any]):
    """Adds a token whatever the scheme is."""

    def __init__(self, token: str) -> None:
        self._token = token

    def on_request(self, request: Any) -> None:
        """Add it."""
        request.http_request.headers["Authorization"] = f"Bearer {self._token}"


def settings(credential: Any, token: str) -> dict[str, Any]:
    """What every client is made with."""
    found: dict[str, Any] = {
        "credential": credential,
        "subscription_id": os.environ["AZURE_SUBSCRIPTION_ID"],
        "base_url": URL,
        "credential_scopes": [SCOPE],
    }
    return found if URL.startswith("https") else {**found, "authentication_policy": Bearer(token)}


def drive() -> None:
    """All four clients, one after the other."""
    with ManagedIdentityCredential() as credential:
        made = settings(credential, credential.get_token(SCOPE).token)
        with ResourceManagementClient(**made) as resources:
            tell("group", resources.resource_groups.create_or_update(f"rg-{NAME}", {"location": "eastus2"}).location)
        with CognitiveServicesManagementClient(**made) as cognitive:
            account = {**ACCOUNT, "properties": {"customSubDomainName": f"acc-{NAME}"}}
            tell(
                "account",
                cognitive.accounts.begin_create(f"rg-{NAME}", f"acc-{NAME}", account).result().name == f"acc-{NAME}",
            )
            deployed = cognitive.deployments.begin_create_or_update(f"rg-{NAME}", f"acc-{NAME}", "v32", MODEL).result()
            tell("deployment", deployed.properties.provisioning_state)
            tell("models", any(one.model.name == "DeepSeek-R1" for one in cognitive.models.list("eastus2")))
            tell("usages", len(list(cognitive.usages.list("eastus2"))))
            tell_refusal("missing", lambda: cognitive.accounts.get(f"rg-{NAME}", "nobody"))
        with DeploymentsMgmtClient(**made) as deployments:
            run = deployments.deployments.begin_create_or_update(f"rg-{NAME}", "main", DEPLOYMENT).result()
            tell("template", run.properties.outputs["said"]["value"])
            changes = deployments.deployments.begin_what_if(f"rg-{NAME}", "main", DEPLOYMENT).result()
            tell("what-if", changes.status)
        with MachineLearningServicesMgmtClient(**made) as learning:
            tell("workspaces", [one.name for one in learning.workspaces.list_by_resource_group(f"rg-{NAME}")])
        with ResourceManagementClient(**made) as resources:
            tell("resources", len(list(resources.resources.list_by_resource_group(f"rg-{NAME}"))))
            resources.resource_groups.begin_delete(f"rg-{NAME}").result()
            tell("gone", not resources.resource_groups.check_existence(f"rg-{NAME}"))


async def drive_async() -> None:
    """The same through aiohttp."""
    async with AsyncManagedIdentityCredential() as credential:
        made = settings(credential, (await credential.get_token(SCOPE)).token)
        async with AsyncResources(**made) as resources:
            group = await resources.resource_groups.create_or_update(f"rg-{NAME}-aio", {"location": "eastus2"})
            tell("aio group", group.location)
        async with AsyncCognitive(**made) as cognitive:
            account = {**ACCOUNT, "properties": {"customSubDomainName": f"acc-{NAME}-aio"}}
            poller = await cognitive.accounts.begin_create(f"rg-{NAME}-aio", f"acc-{NAME}-aio", account)
            tell("aio account", (await poller.result()).name == f"acc-{NAME}-aio")
            tell("aio models", any([one.model.name == "DeepSeek-R1" async for one in cognitive.models.list("eastus2")]))
        async with AsyncDeployments(**made) as deployments:
            poller = await deployments.deployments.begin_create_or_update(f"rg-{NAME}-aio", "main", DEPLOYMENT)
            tell("aio template", (await poller.result()).properties.outputs["said"]["value"])
        async with AsyncLearning(**made) as learning:
            found = [one.name async for one in learning.workspaces.list_by_resource_group(f"rg-{NAME}-aio")]
            tell("aio workspaces", found)
        async with AsyncResources(**made) as resources:
            await (await resources.resource_groups.begin_delete(f"rg-{NAME}-aio")).result()
            tell("aio gone", not await resources.resource_groups.check_existence(f"rg-{NAME}-aio"))


drive()
asyncio.run(drive_async())
