"""A fleet of two or three regions, and an Azure of values to deploy it to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from azserve.deploying.ports import DeploymentRequest, DeploymentState
from azserve.errors import AzserveError
from azserve.model.artifact import RegionArtifact
from azserve.model.catalogue import Hosting
from azserve.model.endpoint import Endpoint, EndpointKeys
from azserve.model.estate import RegionEstate
from azserve.model.facts import LiveResource
from azserve.model.names import FLEET_TAG, EndpointKey, FleetId, ModelName, Region, SubscriptionId
from azserve.model.plan import Action, Phase, PhaseName, Placement, Plan, Step
from azserve.model.progress import Event
from azserve.model.receipt import Failure
from azserve.model.resource_id import ResourceId
from azserve.model.secret import Secret
from azserve.model.settings import Cloud, CloudSettings, RegionChoice, Rollout, Settings, SignIn

FLEET = FleetId("f", "dev")
SUBSCRIPTION = "00000000-0000-0000-0000-00000000000a"
EASTUS2, WESTUS3, UKSOUTH = Region("eastus2"), Region("westus3"), Region("uksouth")
START = datetime(2026, 8, 1, tzinfo=UTC)
OURS = {FLEET_TAG: "f/dev"}


def group_of(region: Region) -> ResourceId:
    return ResourceId.of_group(SUBSCRIPTION, f"rg-{region}")


def account_in(region: Region, name: str = "acc") -> ResourceId:
    return ResourceId(SUBSCRIPTION, f"rg-{region}", "Microsoft.CognitiveServices/accounts", (name,))


def step(region: Region, action: Action, resource: ResourceId | None = None) -> Step:
    return Step(action, resource or account_in(region), region, "because")


def creating(region: Region) -> list[Step]:
    return [step(region, Action.CREATE, group_of(region)), step(region, Action.CREATE)]


def artifact(region: Region, *, wrapped: bool = True) -> RegionArtifact:
    return RegionArtifact(
        estate=RegionEstate(FLEET, SUBSCRIPTION, region, f"rg-{region}", OURS, group_exists=not wrapped),
        files=(),
        wrapper={"parameters": {"location": {}}, "resources": ["wrapper"]} if wrapped else None,
        template={"parameters": {"tags": {}}, "resources": ["region"]},
        parameters={"location": {"value": region}, "tags": {"value": {}}},
        resources=(),
    )


def plan_of(*phases: Phase, regions: Sequence[Region]) -> Plan:
    return Plan(Placement(FLEET, (), tuple(artifact(region).estate for region in regions)), phases)


def deploying(*steps: Step) -> Phase:
    return Phase(PhaseName.DEPLOY, tuple(steps))


def settings(*, on_failure: str = "keep") -> Settings:
    return Settings(
        fleet_id=FLEET,
        file=Path("azserve.yaml"),
        endpoints={},
        regions=RegionChoice((EASTUS2, WESTUS3)),
        cloud=CloudSettings(Cloud.LOCAL, "http://127.0.0.1:4190", "https://management.azure.com"),
        subscription=SubscriptionId(SUBSCRIPTION),
        rollout=Rollout(on_failure=on_failure),
    )


class Ticking:
    """A clock that moves on by a second whenever it is looked at."""

    def __init__(self, tick_s: float = 1.0) -> None:
        self._now, self._tick = START, timedelta(seconds=tick_s)
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            self._now += self._tick
            return self._now


Reaction = str | Failure | AzserveError | Callable[[], object]
"""How a region's deployment goes: ends in a state, fails, is refused, or does something first and succeeds."""


@dataclass
class FakeDeployments:
    """deploying.ports.Deployments over values. Reactions are used up one by one, the last again."""

    reactions: Mapping[Region, list[Reaction]] = field(default_factory=dict)
    requests: list[DeploymentRequest] = field(default_factory=list)
    deadlines: list[float] = field(default_factory=list)

    def find(self, request: DeploymentRequest) -> DeploymentState | None:
        return None

    def validate(self, request: DeploymentRequest) -> None:
        return None

    def carry_out(
        self, request: DeploymentRequest, *, watch: Callable[[DeploymentState], None], deadline_s: float
    ) -> DeploymentState:
        self.requests.append(request)
        self.deadlines.append(deadline_s)
        watch(DeploymentState(request.name, "scope", "Running", polls=1))
        reactions = self.reactions.get(request.region, ["Succeeded"])
        reaction = reactions.pop(0) if len(reactions) > 1 else reactions[0]
        match reaction:
            case AzserveError():
                raise reaction
            case Failure():
                return DeploymentState(request.name, "scope", "Failed", "c", failure=reaction, polls=2)
            case str():
                return DeploymentState(request.name, "scope", reaction, "c", polls=2, seconds=3.0)
        reaction()
        return DeploymentState(request.name, "scope", "Succeeded", "c", polls=2)

    @property
    def regions(self) -> list[Region]:
        return [request.region for request in self.requests]


@dataclass
class FakeEndpoints:
    """deploying.ports.Endpoints: one endpoint in each region, unless reading it is refused."""

    refuses: Mapping[Region, AzserveError] = field(default_factory=dict)

    def in_region(self, estate: RegionEstate) -> tuple[Endpoint, ...]:
        if estate.region in self.refuses:
            raise self.refuses[estate.region]
        return (endpoint_in(estate.region),)

    def keys(self, endpoint: Endpoint) -> EndpointKeys:
        return EndpointKeys(Secret("a"), Secret("b"))


@dataclass
class FakeRemoval:
    """deploying.ports.Removal over a list of what was deleted."""

    gone: frozenset[ResourceId] = frozenset()
    refuses: Mapping[ResourceId, AzserveError] = field(default_factory=dict)
    soft: tuple[tuple[ResourceId, Region], ...] = ()
    purgeable: frozenset[ResourceId] = frozenset()
    deleted: list[ResourceId] = field(default_factory=list)
    purged: list[ResourceId] = field(default_factory=list)

    def delete(self, resource: ResourceId, api_version: str, *, deadline_s: float) -> bool:
        if resource in self.refuses:
            raise self.refuses[resource]
        self.deleted.append(resource)
        return resource not in self.gone

    def purge(self, resource: ResourceId, region: Region, *, deadline_s: float) -> bool:
        if resource in self.refuses:
            raise self.refuses[resource]
        self.purged.append(resource)
        return resource in self.purgeable or (resource, region) in self.soft

    def soft_deleted(self, fleet_id: FleetId) -> tuple[tuple[ResourceId, Region], ...]:
        return self.soft


@dataclass
class FakeInventory:
    """deploying.ports.Inventory over values."""

    live: Sequence[LiveResource] = ()

    def fleet(self, fleet_id: FleetId) -> tuple[LiveResource, ...]:
        return tuple(self.live)


@dataclass
class Told:
    """Progress, kept."""

    events: list[Event] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        self.events.append(event)

    def of(self, subject: str) -> list[str]:
        return [f"{event.stage} {event.detail}".strip() for event in self.events if event.subject == subject]


def endpoint_in(region: Region) -> Endpoint:
    resource = account_in(region).child("deployments", "v32")
    return Endpoint(
        EndpointKey("v32"), region, Hosting.FOUNDRY, ModelName("DeepSeek-V3.2"), resource, "https://x", SignIn.KEY, "1"
    )


def live(resource: ResourceId, region: Region = EASTUS2, tags: Mapping[str, str] | None = None) -> LiveResource:
    return LiveResource(resource, region, {"id": str(resource), "tags": dict(tags or {})})
