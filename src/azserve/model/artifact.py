"""What rendering produces."""

from __future__ import annotations

from dataclasses import dataclass

from azserve.model.estate import RegionEstate, Resource
from azserve.model.json import JsonObject
from azserve.model.names import FleetId, Region


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """One file, addressed inside the output folder."""

    path: str
    """Relative, with forward slashes: `eastus2/main.bicep`."""
    text: str
    """Ends in one newline; newlines are `\\n` on every platform."""


@dataclass(frozen=True, slots=True)
class RegionArtifact:
    """Everything rendered for one region."""

    estate: RegionEstate
    files: tuple[RenderedFile, ...]
    wrapper: JsonObject | None
    """ARM template at subscription scope that makes the group and holds `template`; None in an existing group."""
    template: JsonObject
    """ARM template at resource-group scope."""
    parameters: JsonObject
    """Values for the template's parameters, as a parameter file's `parameters` member holds them."""
    resources: tuple[Resource, ...]
    """What the ARM templates describe, references resolved, the group first; this is compared with what is live."""

    @property
    def region(self) -> Region:
        """The region it is for."""
        return self.estate.region


@dataclass(frozen=True, slots=True)
class Artifact:
    """Everything rendered for a fleet, regions in the plan's order."""

    fleet_id: FleetId
    regions: tuple[RegionArtifact, ...]

    @property
    def files(self) -> tuple[RenderedFile, ...]:
        """Every file."""
        return tuple(file for region in self.regions for file in region.files)
