"""What a deploy did, region by region. Output only: no later run needs it to exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from azserve.model.endpoint import Endpoint
from azserve.model.names import FleetId, Region
from azserve.model.plan import Plan


class RegionState(StrEnum):
    """How a region ended."""

    DEPLOYED = "deployed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    RUNNING = "running"
    """The wait ended first."""
    SKIPPED = "skipped"
    """Not started: the canary or an earlier phase failed."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Azure's innermost error, dug out of what it was wrapped in."""

    code: str
    message: str
    hint: str | None = None
    target: str | None = None
    """The resource Azure blamed, where it said."""
    raw: str | None = None
    """The whole body as it came."""


@dataclass(frozen=True, slots=True)
class DeploymentRecord:
    """One template deployment."""

    name: str
    scope: str
    """The ARM id it was made under."""
    state: str
    """Azure's word: Succeeded, Failed, Canceled, Running."""
    correlation_id: str | None = None
    seconds: float | None = None
    polls: int = 0


@dataclass(frozen=True, slots=True)
class RegionOutcome:
    """How one region went."""

    region: Region
    group: str
    state: RegionState
    deployments: tuple[DeploymentRecord, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The whole run."""

    fleet_id: FleetId
    subscription: str
    cloud: str
    started_at: datetime
    finished_at: datetime
    regions: tuple[RegionOutcome, ...]
    plan: Plan

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Every endpoint that stands, in the plan's order."""
        return tuple(endpoint for outcome in self.regions for endpoint in outcome.endpoints)
