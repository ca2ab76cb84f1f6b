"""An Azure of values: as much of the three ports as their contract speaks of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from azserve.deploying.ports import DeploymentRequest, DeploymentState
from azserve.errors import AzserveError, AzureFailed, Refused
from azserve.model.facts import (
    DeletedResource,
    LiveResource,
    Location,
    ModelVersion,
    NameAvailability,
    OfferedModel,
    OfferedSku,
    Permissions,
    PermissionSet,
    PolicyFinding,
    ProviderRegistration,
    QuotaPool,
    ResourceType,
    ServiceCapacity,
    SubscriptionState,
)
from azserve.model.json import JsonObject
from azserve.model.names import FLEET_TAG, FleetId, Region
from azserve.model.receipt import Failure
from azserve.model.resource_id import ResourceId

R1 = OfferedModel(
    format="DeepSeek",
    name="DeepSeek-R1",
    version="1",
    kind="AIServices",
    lifecycle="Stable",
    skus=(OfferedSku("GlobalStandard", "AIServices.GlobalStandard.DeepSeek-R1"),),
)
KNOWN_NAMESPACES = frozenset({"Microsoft.Resources", "Microsoft.MachineLearningServices"})
POLLS = 3


class InMemoryAzure:
    """Groups and deployments; a project cannot be made, because its hub is never there."""

    def __init__(self) -> None:
        self._live: dict[str, LiveResource] = {}
        self._deployments: dict[tuple[str | None, str], DeploymentState] = {}

    def models(self, region: Region, names: Collection[str] | None = None) -> tuple[OfferedModel, ...]:
        return (R1,)

    def pools(self, region: Region) -> tuple[QuotaPool, ...]:
        return tuple(QuotaPool(sku.usage_name, "pool", 0.0, 1000.0) for sku in R1.skus)

    def fleet(self, fleet_id: FleetId) -> tuple[LiveResource, ...]:
        return tuple(live for live in self._live.values() if live.tags.get(FLEET_TAG) == str(fleet_id))

    def read(self, resource: ResourceId, api_version: str) -> LiveResource | None:
        return self._live.get(resource.key)

    def compute_pools(self, region: Region) -> tuple[QuotaPool, ...]:
        return (QuotaPool("standardDSv2Family", "cores", 0.0, 100.0),)

    def capacities(self, subscription: str, model: ModelVersion) -> tuple[ServiceCapacity, ...]:
        known = model == ModelVersion(R1.format, R1.name, R1.version)
        return (ServiceCapacity(model, Region("eastus2"), "GlobalStandard", 1000.0),) if known else ()

    def hosts(self, subscription: str) -> tuple[LiveResource, ...]:
        return ()

    def subscription(self, subscription: str) -> SubscriptionState:
        return SubscriptionState(subscription, "in memory", "Enabled")

    def locations(self, subscription: str) -> tuple[Location, ...]:
        return (Location(Region("eastus2"), "East US 2"),)

    def provider(self, subscription: str, namespace: str) -> ProviderRegistration:
        return ProviderRegistration(namespace, "Registered", (ResourceType("accounts", (Region("eastus2"),)),))

    def permissions(self, scope: ResourceId | str) -> Permissions:
        return Permissions(f"/subscriptions/{scope}", (PermissionSet(("*",)),))

    def deleted_accounts(self, subscription: str) -> tuple[DeletedResource, ...]:
        return ()

    def deleted_vaults(self, subscription: str) -> tuple[DeletedResource, ...]:
        return ()

    def subdomain(self, subscription: str, name: str) -> NameAvailability:
        return NameAvailability(name, free=True)

    def free_name(self, subscription: str, kind: str, name: str) -> NameAvailability:
        return NameAvailability(name, free=True, kind=kind)

    def policy(self, subscription: str, resource: JsonObject, api_version: str) -> tuple[PolicyFinding, ...]:
        return ()

    def find(self, request: DeploymentRequest) -> DeploymentState | None:
        return self._deployments.get((request.group, request.name))

    def validate(self, request: DeploymentRequest) -> None:
        self._check(request, Refused)

    def carry_out(
        self, request: DeploymentRequest, *, watch: Callable[[DeploymentState], None], deadline_s: float
    ) -> DeploymentState:
        self._check(request, AzureFailed)
        scope = f"/subscriptions/{request.subscription}"
        scope += f"/resourceGroups/{request.group}" if request.group else ""
        for poll in range(1, POLLS + 1):
            state = DeploymentState(request.name, scope, "Running", "correlation", polls=poll, seconds=0.0)
            if poll == POLLS:
                state = self._end(request, state)
            watch(state)
            if deadline_s <= 0:
                break
        self._deployments[request.group, request.name] = state
        return state

    def delete(self, resource: ResourceId, api_version: str, *, deadline_s: float) -> bool:
        return self._live.pop(resource.key, None) is not None

    def purge(self, resource: ResourceId, region: Region, *, deadline_s: float) -> bool:
        return False

    def soft_deleted(self, fleet_id: FleetId) -> tuple[tuple[ResourceId, Region], ...]:
        return ()

    def _check(self, request: DeploymentRequest, kind: type[AzserveError]) -> None:
        for resource in _resources(request):
            namespace = resource["type"].partition("/")[0]
            if namespace not in KNOWN_NAMESPACES:
                raise kind(f"the namespace `{namespace}` is invalid", code="InvalidResourceNamespace")

    def _end(self, request: DeploymentRequest, state: DeploymentState) -> DeploymentState:
        for resource in _resources(request):
            if resource.get("kind") == "Project":
                failure = Failure("ValidationError", "the hub does not exist")
                return DeploymentState(state.name, state.scope, "Failed", "correlation", failure, polls=POLLS)
            identity = ResourceId.of_group(request.subscription, resource["name"])
            self._live[identity.key] = LiveResource(identity, Region(resource["location"]), resource)
        return DeploymentState(state.name, state.scope, "Succeeded", "correlation", polls=POLLS, seconds=0.0)


def _resources(request: DeploymentRequest) -> list[Mapping[str, Any]]:
    found: Any = request.template["resources"]
    return list(found)
