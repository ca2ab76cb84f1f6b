"""Reads the data files. A file of ours that does not fit is a bug, told with its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeVar

from azserve.errors import Bug
from azserve.model.catalogue import (
    Catalogue,
    HostedModel,
    Hosting,
    Lifecycle,
    LifecycleStage,
    ModelEntry,
    Offer,
    RegionEntry,
    Route,
    SkuUnit,
    Support,
    Trait,
)
from azserve.model.names import ModelName, Region
from azserve.model.verdict import Evidence, Rank

Raw = Mapping[str, Any]
TraitSet = Mapping[Trait, Support]
T = TypeVar("T")

VENDORS = ("cohere", "deepseek", "meta", "microsoft", "mistral", "open-weights", "openai")


@dataclass(frozen=True, slots=True)
class DataFiles:
    """The data files, parsed."""

    sources: Raw
    regions: Raw
    traits: Raw
    models: Mapping[str, Raw]
    """By file name, without its folder."""
    units: Raw = field(default_factory=lambda: {"models": {}})


@dataclass(frozen=True, slots=True)
class _References:
    """What models refer to by name."""

    sources: Mapping[str, Evidence]
    region_sets: Mapping[str, tuple[Region, ...]]
    trait_sets: Mapping[str, TraitSet]


@lru_cache(maxsize=1)
def load_catalogue() -> Catalogue:
    """Return the published facts. Read once per process, in a few milliseconds."""
    return catalogue_from(read_data_files())


def read_data_files() -> DataFiles:
    """Parse the packaged data files."""
    folder = files("azserve.catalogue") / "data"

    def parsed(*path: str) -> Any:  # noqa: ANN401 - JSON of our own, checked by `catalogue_from`
        return json.loads(folder.joinpath(*path).read_text(encoding="utf-8"))

    return DataFiles(
        sources=parsed("sources.json"),
        regions=parsed("regions.json"),
        traits=parsed("traits.json"),
        models={f"{vendor}.json": parsed("models", f"{vendor}.json") for vendor in VENDORS},
        units=parsed("units.json"),
    )


def catalogue_from(data: DataFiles) -> Catalogue:
    """Make the catalogue of parsed files; raises `Bug` with the place of what does not fit."""
    sources = _each("sources.json", data.sources, evidence_of)
    references = _References(
        sources=sources,
        region_sets={name: tuple(Region(r) for r in members) for name, members in data.regions["sets"].items()},
        trait_sets=_each("traits.json", data.traits, _traits),
    )
    regions: dict[str, RegionEntry] = _each(
        "regions.json",
        {entry["name"]: entry for entry in data.regions["regions"]},
        lambda raw: _region(raw, references),
    )
    models: dict[ModelName, ModelEntry] = {}
    for file, raw in data.models.items():
        read = _each(file, {entry["name"]: entry for entry in raw["models"]}, lambda entry: _model(entry, references))
        models |= {entry.name: entry for entry in read.values()}
    return Catalogue(
        models=models,
        regions={entry.name: entry for entry in regions.values()},
        as_of=max(evidence.as_of for evidence in sources.values() if evidence.as_of),
        units=_units(data.units, sources),
    )


def _each(file: str, raw: Raw, read: Callable[[Raw], T]) -> dict[str, T]:
    entries: dict[str, T] = {}
    for name, entry in raw.items():
        try:
            entries[name] = read(entry)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise Bug(f"`{name}` in the catalogue's `{file}` does not fit: {error!r}", code="catalogue-data") from error
    return entries


def evidence_of(raw: Raw) -> Evidence:
    """Return an entry of `sources.json`."""
    return Evidence(rank=Rank(raw["rank"]), source=raw["source"], as_of=date.fromisoformat(raw["as_of"]))


def _traits(raw: Raw) -> TraitSet:
    return {Trait(trait): Support(support) for trait, support in raw.items()}


def _region(raw: Raw, references: _References) -> RegionEntry:
    return RegionEntry(
        name=Region(raw["name"]),
        display_name=raw["display_name"],
        geography=raw["geography"],
        data_zone=raw.get("data_zone"),
        cloud=raw.get("cloud", "public"),
        evidence=references.sources[raw["source"]],
    )


def _model(raw: Raw, references: _References) -> ModelEntry:
    hostings = {Hosting(name): _hosted(Hosting(name), entry, references) for name, entry in raw["hostings"].items()}
    return ModelEntry(
        name=ModelName(raw["name"]), publisher=raw["publisher"], hostings=hostings, summary=raw["summary"]
    )


def _hosted(hosting: Hosting, raw: Raw, references: _References) -> HostedModel:
    source = references.sources
    return HostedModel(
        hosting=hosting,
        offer=Offer(raw["offer"]),
        evidence=source[raw["source"]],
        lifecycles={version: _lifecycle(entry, source) for version, entry in raw["lifecycles"].items()},
        model_id=raw.get("model_id"),
        format=raw.get("format"),
        regions=references.region_sets[raw["regions"]] if "regions" in raw else None,
        regions_evidence=source[raw["regions_source"]] if "regions" in raw else None,
        skus=tuple(raw.get("skus", ())),
        tokens_per_minute=raw.get("tokens_per_minute"),
        requests_per_minute=raw.get("requests_per_minute"),
        limits_evidence=source[raw["limits_source"]] if "limits_source" in raw else None,
        traits={Route(route): references.trait_sets[name] for route, name in raw["traits"].items()},
        traits_evidence=source[raw["traits_source"]],
    )


def _lifecycle(raw: Raw, sources: Mapping[str, Evidence]) -> Lifecycle:
    return Lifecycle(
        stage=LifecycleStage(raw["stage"]),
        evidence=sources[raw["source"]],
        retires=date.fromisoformat(raw["retires"]) if "retires" in raw else None,
        replacement=ModelName(raw["replacement"]) if "replacement" in raw else None,
    )


def _units(raw: Raw, sources: Mapping[str, Evidence]) -> dict[ModelName, tuple[SkuUnit, ...]]:
    def read(row: Raw) -> SkuUnit:
        return SkuUnit(
            sku=row["sku"],
            versions=tuple(row["versions"]),
            pool=row["pool"],
            evidence=sources[raw["source"]],
            tokens_per_minute=row.get("tokens_per_minute"),
            requests_per_minute=row.get("requests_per_minute"),
            minimum=row.get("minimum"),
            maximum=row.get("maximum"),
            step=row.get("step"),
        )

    units: dict[ModelName, tuple[SkuUnit, ...]] = {}
    for name, rows in raw["models"].items():
        placed = {f"{name}[{at}]": row for at, row in enumerate(rows)}
        units[ModelName(name)] = tuple(_each("units.json", placed, read).values())
    return units
