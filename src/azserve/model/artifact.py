"""What rendering produces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from azserve.model.estate import RegionEstate, Resource
from azserve.model.json import JsonObject
from azserve.model.names import FleetId, Region


class Format(StrEnum):
    """What a region's files are written in."""

    BICEP = "bicep"
    ARM = "arm"
    """ARM JSON, with a parameter file."""
    BICEPPARAM = "bicepparam"
    """A parameter file for the Bicep, which comes with it."""


class Layout(StrEnum):
    """How the files are arranged."""

    REGIONS = "regions"
    """A folder per region, each deployed by itself."""
    AZD = "azd"
    """`infra/main.bicep` over all regions, as the Azure Developer CLI wants it."""


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
    resources: Sequence[Resource]
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
    over_all: tuple[RenderedFile, ...] = ()
    """Files that belong to no single region."""

    @property
    def files(self) -> tuple[RenderedFile, ...]:
        """Every file."""
        return (*self.over_all, *(file for region in self.regions for file in region.files))
