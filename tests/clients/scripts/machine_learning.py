"""azure-ai-ml: a hub by its own template, then endpoints and marketplace subscriptions in a project."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

import requests
from azure.ai.ml import MLClient
from azure.ai.ml._restclient.arm_ml_service.models import RegenerateEndpointKeysRequest
from azure.ai.ml.entities import Hub, MarketplaceSubscription, ServerlessEndpoint
from azure.identity import DefaultAzureCredential
from tests.clients.scripts.telling import tell, tell_refusal

GROUP, PROJECT = "rg-ml", "proj-ml"
R1 = "azureml://registries/azureml-deepseek/models/DeepSeek-R1"
COHERE = "azureml://registries/azureml-cohere/models/Cohere-command-r-08-2024"
SUBSCRIPTION = os.environ["AZURE_SUBSCRIPTION_ID"]
ROOT = f"{os.environ['AZSERVE_EMULATOR_TLS']}/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
HUB = "/providers/Microsoft.MachineLearningServices/workspaces/hub-ml"


def put(credential: Any, path: str, version: str, body: dict[str, Any]) -> None:
    """Make a resource and wait for it, as azure-ai-ml itself cannot: it has no groups, and see `project`."""
    token = credential.get_token("https://management.azure.com/.default").token
    asking: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token}"}, "params": {"api-version": version}}
    requests.put(ROOT + path, json=body, timeout=30, **asking).raise_for_status()
    state = "Creating"
    while state not in {"Succeeded", "Failed"}:
        time.sleep(0.1)
        state = requests.get(ROOT + path, timeout=30, **asking).json()["properties"]["provisioningState"]


def project(credential: Any) -> None:
    """A project in the hub. `begin_create(Project(…))` of 1.35 sends an enum's Python name and is refused for it."""
    body = {
        "location": "eastus2",
        "kind": "Project",
        "identity": {"type": "SystemAssigned"},
        "properties": {"hubResourceId": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}{HUB}"},
    }
    put(credential, HUB.replace("hub-ml", PROJECT), "2024-10-01", body)


def endpoints(client: MLClient) -> None:
    """Create, get, list, keys, delete."""
    serverless = client.serverless_endpoints
    made = serverless.begin_create_or_update(ServerlessEndpoint(name="r1-ml", model_id=R1)).result()
    tell("created", {"state": made.provisioning_state, "location": made.location})
    tell("uri", serverless.get("r1-ml").scoring_uri)
    tell("listed", [one.name for one in serverless.list()])
    before = serverless.get_keys("r1-ml")
    # The public method fails before it sends anything, with a TypeError: it passes an argument that the client below it
    # does not have. azure-ai-ml 1.27.1 and 1.35.2 were tried.
    tell_refusal("regenerate", lambda: serverless.begin_regenerate_keys("r1-ml", key_type="primary"))
    request = RegenerateEndpointKeysRequest(key_type="Primary")
    serverless._service_client.begin_regenerate_keys(GROUP, PROJECT, "r1-ml", body=request).result()
    after = serverless.get_keys("r1-ml")
    tell("keys", [before.primary_key != after.primary_key, before.secondary_key == after.secondary_key])


def subscriptions(client: MLClient) -> None:
    """A partner's model needs one, a model sold by Azure must not have one."""
    marketplace, serverless = client.marketplace_subscriptions, client.serverless_endpoints
    command = ServerlessEndpoint(name="cmd-ml", model_id=COHERE)
    tell_refusal("unsubscribed", lambda: serverless.begin_create_or_update(command).result())
    bought = marketplace.begin_create_or_update(MarketplaceSubscription(name="cohere", model_id=COHERE)).result()
    tell("subscribed", bought.status)
    tell("subscriptions", [one.name for one in marketplace.list()])
    tell("plan", marketplace.get("cohere").marketplace_plan.publisher_id)
    tell("subscribed model", serverless.begin_create_or_update(command).result().provisioning_state)
    needless = MarketplaceSubscription(name="deepseek", model_id=R1)
    tell_refusal("needless", lambda: marketplace.begin_create_or_update(needless).result())
    for name in ("cmd-ml", "r1-ml"):
        serverless.begin_delete(name).result()
    marketplace.begin_delete("cohere").result()
    tell("left", [one.name for one in (*serverless.list(), *marketplace.list())])


logging.disable(logging.WARNING)
with DefaultAzureCredential() as signed_in:
    put(signed_in, "", "2021-04-01", {"location": "eastus2"})
    whole = MLClient(signed_in, SUBSCRIPTION, GROUP, enable_telemetry=False)
    tell("hub", whole.workspaces.begin_create(Hub(name="hub-ml", location="eastus2")).result().name)
    project(signed_in)
    within = MLClient(signed_in, SUBSCRIPTION, GROUP, PROJECT, enable_telemetry=False)
    tell("project", within.workspaces.get(PROJECT).name)
    endpoints(within)
    subscriptions(within)
