"""Where the fleet goes and what will be done, as data that can be printed, saved and carried out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from azserve.model.estate import RegionEstate
from azserve.model.json import JsonValue
from azserve.model.names import EndpointKey, FleetId, Region
from azserve.model.resource_id import ResourceId
from azserve.model.verdict import Reason, Verdict


@dataclass(frozen=True, slots=True)
class NotChosen:
    """A candidate region that was left out, and the one line that says why."""

    region: Region
    because: str


@dataclass(frozen=True, slots=True)
class Placement:
    """The answer to *where*: verdicts, the chosen regions, and what each should hold."""

    fleet_id: FleetId
    verdicts: tuple[Verdict, ...]
    """Every endpoint in every candidate region, in the file's order."""
    estates: tuple[RegionEstate, ...]
    """One per chosen region, in order of choice."""
    not_chosen: tuple[NotChosen, ...] = ()
    warnings: tuple[Reason, ...] = ()
    """What holds wherever the fleet goes: a published retirement in the past, above all."""
    fallbacks: tuple[Region, ...] = ()
    """Regions left out that could take the whole fleet all the same, most wanted first."""


class Action(StrEnum):
    """What happens to a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    """New beside old, then prune: a changed model on a serverless endpoint cannot be updated in place."""
    DELETE = "delete"
    UNCHANGED = "unchanged"
    EXTRA = "extra"
    """There, ours, and no longer asked for; deleted only with prune."""

    @property
    def writes(self) -> bool:
        """Whether carrying it out changes Azure."""
        return self in {Action.CREATE, Action.UPDATE, Action.REPLACE, Action.DELETE}


@dataclass(frozen=True, slots=True)
class Change:
    """One property that differs. A path is dotted: `properties.model.version`, `sku.capacity`, `tags.owner`."""

    path: str
    old: JsonValue
    new: JsonValue


@dataclass(frozen=True, slots=True)
class Step:
    """One change to one resource."""

    action: Action
    resource: ResourceId
    region: Region
    because: str
    """Shown to the operator, so it reads as a reason: "sku differs"."""
    endpoint: EndpointKey | None = None
    """Set where the resource is an endpoint of the fleet, not what surrounds one."""
    changes: tuple[Change, ...] = ()


class PhaseName(StrEnum):
    """Phases run one after another; regions inside a phase run side by side."""

    CANARY = "canary"
    DEPLOY = "deploy"
    PRUNE = "prune"


@dataclass(frozen=True, slots=True)
class Phase:
    """Steps that may run together as far as regions differ; inside one region they are in order."""

    name: PhaseName
    steps: tuple[Step, ...]

    @property
    def regions(self) -> tuple[Region, ...]:
        """The regions touched, in order of first mention."""
        return tuple(dict.fromkeys(step.region for step in self.steps))


@dataclass(frozen=True, slots=True)
class Plan:
    """What a deploy will do."""

    placement: Placement
    phases: tuple[Phase, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in order."""
        return tuple(step for phase in self.phases for step in phase.steps)

    @property
    def writes(self) -> bool:
        """Whether carrying it out changes Azure at all."""
        return any(step.action.writes for step in self.steps)
