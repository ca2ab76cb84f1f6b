"""What deploying needs of Azure. `azure/` implements it; tests use fakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from azserve.model.endpoint import Endpoint, EndpointKeys
from azserve.model.estate import RegionEstate
from azserve.model.facts import LiveResource
from azserve.model.json import JsonObject
from azserve.model.names import FleetId, Region
from azserve.model.receipt import Failure
from azserve.model.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class DeploymentRequest:
    """A template deployment to make."""

    name: str
    """Stable: `azserve-<fleet>-<env>-<phase>`."""
    subscription: str
    region: Region
    """Where ARM keeps the deployment; sent as `location` at subscription scope only."""
    group: str | None
    """None: subscription scope."""
    template: JsonObject
    parameters: JsonObject
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeploymentState:
    """A template deployment as ARM tells of it."""

    name: str
    scope: str
    """ARM id it lives under."""
    state: str
    """Azure's word: Accepted, Running, Succeeded, Failed, Canceled."""
    correlation_id: str | None = None
    failure: Failure | None = None
    outputs: Mapping[str, object] = field(default_factory=dict)
    polls: int = 0
    seconds: float | None = None

    @property
    def finished(self) -> bool:
        """Whether ARM will change nothing any more."""
        return self.state in {"Succeeded", "Failed", "Canceled"}


class Deployments(Protocol):
    """Template deployments. Called from several threads at once."""

    def find(self, request: DeploymentRequest) -> DeploymentState | None:
        """Return the deployment of that name and scope as it stands, None where there is none."""
        ...

    def validate(self, request: DeploymentRequest) -> None:
        """Ask ARM's `validate`; raises Refused with ARM's innermost error."""
        ...

    def carry_out(
        self,
        request: DeploymentRequest,
        *,
        watch: Callable[[DeploymentState], None],
        deadline_s: float,
    ) -> DeploymentState:
        """Start the deployment and poll it to its end; `watch` hears of every poll.

        Returns the state even where it is Failed. Where the deadline passes first, returns the unfinished state.
        Raises FleetBusy where a different deployment of that name is in flight, and joins it where it is the same;
        raises the translated error where ARM refuses the PUT.
        """
        ...


class Foretold(StrEnum):
    """What Azure's what-if says will happen to a resource. NO_CHANGE is also what it says of what it ignores."""

    CREATE = "Create"
    DELETE = "Delete"
    MODIFY = "Modify"
    DEPLOY = "Deploy"
    """It will be written; whether anything differs is not known."""
    NO_CHANGE = "NoChange"
    UNSUPPORTED = "Unsupported"
    """What-if cannot tell."""


@dataclass(frozen=True, slots=True)
class ForetoldChange:
    """One resource in an answer of what-if."""

    resource: str
    """ARM id as Azure spells it; may hold template expressions that could not be worked out."""
    change: Foretold
    paths: tuple[str, ...] = ()
    """Properties said to differ: `properties.publicNetworkAccess`."""
    because: str | None = None
    """Azure's own words where it could not tell."""


class Rehearsal(Protocol):
    """What Azure says of a deployment before it is made. Called from several threads at once."""

    def validate(self, request: DeploymentRequest) -> None:
        """Ask ARM's `validate`; raises Refused with ARM's innermost error."""
        ...

    def what_if(self, request: DeploymentRequest) -> tuple[ForetoldChange, ...]:
        """Ask ARM's `whatIf`; raises Refused with ARM's innermost error."""
        ...


class Endpoints(Protocol):
    """Deployed endpoints. Called from several threads at once."""

    def in_region(self, estate: RegionEstate) -> tuple[Endpoint, ...]:
        """Return the estate's endpoints that exist, addresses read from ARM, in the estate's order."""
        ...

    def keys(self, endpoint: Endpoint) -> EndpointKeys:
        """Return both keys; raises PermissionDenied, or Refused where the host has key sign-in switched off."""
        ...


class Removal(Protocol):
    """Deleting. Each call returns when Azure has finished, or raises StillRunning at the deadline."""

    def delete(self, resource: ResourceId, api_version: str, *, deadline_s: float) -> bool:
        """Delete one resource or group; False where it was already gone.

        An empty `api_version` leaves the choice to the implementation: who deletes knows an id, not a template.
        """
        ...

    def purge(self, resource: ResourceId, region: Region, *, deadline_s: float) -> bool:
        """Purge a soft-deleted account or key vault, so that its name and quota are free; False where there is none."""
        ...

    def soft_deleted(self, fleet_id: FleetId) -> tuple[tuple[ResourceId, Region], ...]:
        """Return the soft-deleted accounts and key vaults that carried this fleet's tag, each with its region."""
        ...


class Inventory(Protocol):
    """What a fleet has: the part of surveying's reader that destroying needs."""

    def fleet(self, fleet_id: FleetId) -> tuple[LiveResource, ...]:
        """Return the fleet's tagged groups with all that is in them, and what carries its tag elsewhere."""
        ...
