"""Small template deployments for the contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from azserve.deploying.ports import DeploymentRequest
from azserve.model.names import FLEET_TAG, FleetId, Region

EASTUS2 = Region("eastus2")
SCHEMA = "https://schema.management.azure.com/schemas/{}#"
AT_SUBSCRIPTION = SCHEMA.format("2018-05-01/subscriptionDeploymentTemplate.json")
IN_GROUP = SCHEMA.format("2019-04-01/deploymentTemplate.json")


def a_group(subscription: str, fleet: FleetId) -> DeploymentRequest:
    """A tagged group, at subscription scope."""
    name = f"rg-{fleet.fleet}-{fleet.environment}"
    group: dict[str, Any] = {"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2021-04-01", "name": name}
    group |= {"location": "eastus2", "tags": {FLEET_TAG: str(fleet)}}
    return _request(subscription, None, AT_SUBSCRIPTION, [group])


def a_project_without_its_hub(subscription: str, group: str) -> DeploymentRequest:
    """Valid as far as a template goes; fails when the provider looks for the hub."""
    hub = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices"
    project = {
        "type": "Microsoft.MachineLearningServices/workspaces",
        "apiVersion": "2025-12-01",
        "name": "proj-contract",
        "location": "eastus2",
        "kind": "Project",
        "identity": {"type": "SystemAssigned"},
        "properties": {"hubResourceId": f"{hub}/workspaces/hub-contract"},
    }
    return _request(subscription, group, IN_GROUP, [project])


def nonsense(subscription: str) -> DeploymentRequest:
    """Of a provider that does not exist: ARM refuses it before anything starts."""
    resource = {"type": "Microsoft.Nonsense/things", "apiVersion": "2021-04-01", "name": "x", "location": "eastus2"}
    return _request(subscription, None, AT_SUBSCRIPTION, [resource])


def _request(
    subscription: str, group: str | None, schema: str, resources: Sequence[dict[str, Any]]
) -> DeploymentRequest:
    template: dict[str, Any] = {"$schema": schema, "contentVersion": "1.0.0.0", "resources": resources}
    return DeploymentRequest(f"azserve-contract-{group or 'top'}", subscription, EASTUS2, group, template, {})
