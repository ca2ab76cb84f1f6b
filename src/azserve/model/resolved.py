"""The configuration after everything was taken into account, and where each value came from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from azserve.model.json import JsonObject, JsonValue
from azserve.model.names import FleetId


class OriginKind(StrEnum):
    """What set a value, weakest first."""

    DEFAULT = "default"
    FILE = "file"
    OVERLAY = "overlay"
    """The file's `environments` section."""
    VARIABLE = "variable"
    FLAG = "flag"
    CATALOGUE = "catalogue"
    """Worked out from published facts: `version: latest`, or the only hosting a model has."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from."""

    kind: OriginKind
    detail: str
    """`azserve.yaml:3:8`, `--cloud`, `AZSERVE_CLOUD`; empty for a default."""
    variables: tuple[str, ...] = ()
    """Variables whose values were put into it."""

    def __str__(self) -> str:
        text = f"{self.kind} {self.detail}".strip() if self.kind is not OriginKind.FILE else self.detail
        return f"{text} with {', '.join(self.variables)}" if self.variables else text


@dataclass(frozen=True, slots=True)
class ResolvedValue:
    """One value of the resolved file."""

    path: str
    """`endpoints.r1.regions.of[0]`"""
    value: JsonValue
    origin: Origin


@dataclass(frozen=True, slots=True)
class ResolvedDocument:
    """The whole resolved file."""

    fleet_id: FleetId
    file: Path
    document: JsonObject
    """Nested, in the file's own words and complete: what `azserve` works from."""
    values: tuple[ResolvedValue, ...]
    """Every leaf of `document` in the same order, but for lists and maps that are empty because nothing was said."""
