"""An Azure of values: as much of the three ports as their contract speaks of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from azserve.deploying.ports import DeploymentRequest, DeploymentState
from azserve.errors import AzserveError, AzureFailed, Refused
from azserve.model.facts import LiveResource, OfferedModel, OfferedSku, QuotaPool
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

    def models(self, region: Region) -> tuple[OfferedModel, ...]:
        return (R1,)

    def pools(self, region: Region) -> tuple[QuotaPool, ...]:
        return tuple(QuotaPool(sku.usage_name, "pool", 0.0, 1000.0) for sku in R1.skus)

    def fleet(self, fleet_id: FleetId) -> tuple[LiveResource, ...]:
        return tuple(live for live in self._live.values() if live.tags.get(FLEET_TAG) == str(fleet_id))

    def read(self, resource: ResourceId, api_version: str) -> LiveResource | None:
        return self._live.get(resource.key)

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

    def purge_account(self, account: ResourceId, region: Region, *, deadline_s: float) -> bool:
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
