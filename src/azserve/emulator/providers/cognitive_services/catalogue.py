"""Which models a region offers, with which skus and capacities: the scenario's `cognitiveServices.models`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import ArmError, Json
from azserve.emulator.kernel.world import World
from azserve.emulator.providers.scenario import region_set, short, spelled

inferred(
    "cognitive.catalogue.missing",
    "a model that the region does not list is refused like one that exists nowhere: DeploymentModelNotSupported",
    because="the recorded message names format, name and version but no region",
)
inferred(
    "cognitive.catalogue.version",
    "a deployment without a version takes the one marked default, and is refused where none is",
    because="the version is optional in the specification",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One model in one region, as the list shows it."""

    key: str
    """`DeepSeek.DeepSeek-R1.1`"""
    kinds: tuple[str, ...]
    created_at: str
    model: dict[str, Json]
    """In wire form, with the skus of this region."""

    @property
    def spoken(self) -> str:
        """The model as refusals name it: `Publisher:xAI,Format:xAI,Name:grok-4,Version:1`."""
        publisher = f"Publisher:{self.model['publisher']}," if "publisher" in self.model else ""
        return publisher + "Format:{format},Name:{name},Version:{version}".format_map(self.model)

    def skus(self, name: str) -> list[dict[str, Json]]:
        """Return the skus of a name; several where fine-tuned models have a pool of their own."""
        return [sku for sku in self.model["skus"] if sku["name"] == name]


def entries(world: World, location: str) -> Iterator[Entry]:
    """Yield what a region offers."""
    here = short(location)
    section = world.scenario.get("cognitiveServices", {})
    for key, entry in section.get("models", {}).items():
        if here in region_set(world, entry["regions"]):
            skus = [sku for sku in entry["model"]["skus"] if _sku_offered(world, sku["name"], here)]
            model = entry["model"] | {"skus": skus}
            yield Entry(key, tuple(entry["kinds"]), str(entry.get("createdAt", "2024-10-01T00:00:00Z")), model)


def _sku_offered(world: World, name: str, location: str) -> bool:
    regions = world.scenario["cognitiveServices"].get("skuRegions", {}).get(name)
    return regions is None or location in region_set(world, regions)


def listed(world: World, location: str, subscription: str) -> list[dict[str, Json]]:
    """Return the list of a region's models in wire form: each once per kind. Parts of it are the scenario's."""
    place = spelled(world, location)
    return [
        {
            "id": f"/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/locations/{place}"
            f"/models/{entry.key}",
            "type": "Microsoft.CognitiveServices/locations/models",
            "name": entry.key,
            "location": place,
            "kind": kind,
            "skuName": "S0",
            "model": entry.model | {"systemData": _system_data(entry)},
        }
        for entry in entries(world, location)
        for kind in entry.kinds
    ]


def find(world: World, *, location: str, kind: str, model: Json) -> Entry:
    """Return what a deployment's `model` names in a region; ArmError where an account of this kind cannot have it."""
    version = model.get("version")
    for entry in entries(world, location):
        offered = entry.model
        if kind not in entry.kinds or (offered["format"], offered["name"]) != (model["format"], model["name"]):
            continue
        if offered["version"] == version or (version is None and offered["isDefaultVersion"]):
            return entry
    raise ArmError(
        400,
        "DeploymentModelNotSupported",
        f"The model 'Format: {model['format']}, Name: {model['name']}, Version: {version or ''}, Source: ' of account "
        "deployment is not supported.",
    )


def refuse_ended(entry: Entry) -> None:
    """Raise ArmError where a model takes no new deployments any more."""
    match entry.model["lifecycleStatus"]:
        case "Deprecated":
            since = datetime.fromisoformat(entry.model["deprecation"]["inference"])
            raise ArmError(
                400,
                "ServiceModelDeprecated",
                f"The model '{entry.spoken}' has been deprecated since {since:%m/%d/%Y %H:%M:%S}.",
            )
        case "Deprecating":
            raise ArmError(
                400,
                "ServiceModelDeprecating",
                f"The model '{entry.spoken}' is in deprecating state and cannot be used for new deployments.",
            )


def sku_of(world: World, entry: Entry, *, name: str, location: str) -> dict[str, Json]:
    """Return the sku of a model that a base model is deployed with; ArmError where the region has none of the name."""
    found = [sku for sku in entry.skus(name) if not sku["usageName"].lower().endswith("-finetune")]
    if found:
        return found[0]
    anywhere = world.scenario["cognitiveServices"]["models"][entry.key]["model"]["skus"]
    model, version = entry.model["name"], entry.model["version"]
    if any(sku["name"] == name for sku in anywhere):
        raise ArmError(
            400,
            "InvalidResourceProperties",
            f"The specified SKU '{name}' for model '{model} {version}' is not supported in this region '{location}'.",
        )
    raise ArmError(
        400,
        "InvalidResourceProperties",
        f"The specified SKU '{name}' of account deployment is not supported by the model '{model}' version: "
        f"'{version}'.",
    )


inferred(
    "cognitive.catalogue.capacity",
    "a capacity off the step or below the minimum of a provisioned sku is refused with InvalidCapacity",
    because="only the wording for 'greater than 0 and no more than' a maximum was seen",
)


def refuse_capacity(sku: dict[str, Json], capacity: Json) -> None:
    """Raise InvalidCapacity for a capacity that the sku does not have. None is no capacity at all."""
    rule = sku["capacity"]
    least, most, step = rule.get("minimum", 1), rule["maximum"], rule.get("step", 1)
    whole = isinstance(capacity, int) and not isinstance(capacity, bool)
    if whole and least <= capacity <= most and not capacity % step:
        return
    shown = " " if capacity is None else capacity
    bounds = f"be greater than {least - 1} and no more than {most}"
    also = f" and a multiple of {step}" if step > 1 else ""
    raise ArmError(
        400, "InvalidCapacity", f"The specified capacity '{shown}' of account deployment should {bounds}{also}."
    )


def _system_data(entry: Entry) -> dict[str, Json]:
    return {
        "createdBy": "Microsoft",
        "createdByType": "Application",
        "createdAt": entry.created_at,
        "lastModifiedBy": "Microsoft",
        "lastModifiedByType": "Application",
        "lastModifiedAt": entry.created_at,
    }
