"""Usages and quotas of a location: cores of virtual machines. Serverless endpoints are not among them."""

from __future__ import annotations

from collections.abc import Mapping

from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import CollectionRoute
from azserve.emulator.kernel.wire import Call, Json, Reply
from azserve.emulator.kernel.world import World
from azserve.emulator.providers.scenario import short

_NAMESPACE = "Microsoft.MachineLearningServices"
_LOCATION = f"/subscriptions/{{subscription}}/providers/{_NAMESPACE}/locations/{{location}}"

inferred(
    "ml.usages.cores",
    "usages and quotas list families of virtual machines, none of which this emulator can use up",
    because="the specification counts cores; computes are not modelled",
)


def usages(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """GET locations/{location}/usages"""
    return Reply(200, {"value": [_usage(family, names) for family in _families(world)]})


def quotas(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """GET locations/{location}/quotas"""
    return Reply(
        200,
        {
            "value": [
                {
                    "id": _id(family, names, "quotas"),
                    "type": f"{_NAMESPACE}/vmFamily/quotas",
                    "amlWorkspaceLocation": short(names["location"]),
                    "name": _name(family),
                    "limit": _limit(family, names),
                    "unit": "Count",
                }
                for family in _families(world)
            ]
        },
    )


ROUTES: Mapping[tuple[str, str], CollectionRoute] = {
    ("GET", f"{_LOCATION}/usages"): usages,
    ("GET", f"{_LOCATION}/quotas"): quotas,
}


def _families(world: World) -> list[dict[str, Json]]:
    found: list[dict[str, Json]] = world.scenario.get("machineLearning", {}).get("vmFamilies", [])
    return found


def _usage(family: dict[str, Json], names: Mapping[str, str]) -> dict[str, Json]:
    return {
        "id": _id(family, names, "usages"),
        "type": f"{_NAMESPACE}/vmFamily/usages",
        "amlWorkspaceLocation": short(names["location"]),
        "name": _name(family),
        "currentValue": 0,
        "limit": _limit(family, names),
        "unit": "Count",
    }


def _limit(family: dict[str, Json], names: Mapping[str, str]) -> int:
    return int(family.get("limits", {}).get(short(names["location"]), family["limit"]))


def _name(family: dict[str, Json]) -> dict[str, Json]:
    return {"value": family["family"], "localizedValue": family["localizedValue"]}


def _id(family: dict[str, Json], names: Mapping[str, str], what: str) -> str:
    return (
        f"/subscriptions/{names['subscription']}/providers/{_NAMESPACE}/locations/{short(names['location'])}"
        f"/vmFamily/{family['family']}/{what}"
    )
