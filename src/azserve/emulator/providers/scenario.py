"""What all providers read from the scenario the same way: regions, and how long things take."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from azserve.emulator.kernel.wire import Json
from azserve.emulator.kernel.world import World

SECONDS: Final = 0.0
"""For what a scenario gives no time: done at once."""


@lru_cache(maxsize=1024)
def short(location: str) -> str:
    """Bring `East US 2` and `EastUS2` to `eastus2`; asked for so often that it is remembered."""
    return location.replace(" ", "").lower()


def region_set(world: World, regions: Json) -> frozenset[str]:
    """Return regions given as a list or as the name of one of the scenario's `regionSets`."""
    listed = world.scenario.get("regionSets", {}).get(regions, []) if isinstance(regions, str) else regions or []
    return frozenset(short(region) for region in listed)


def spelled(world: World, location: str) -> str:
    """Return a region in the spelling of lists (`EastUS2`); as it came where the scenario does not know it."""
    for known in world.scenario.get("locations", []):
        if known["name"] == short(location):
            return str(known["displayName"]).replace(" ", "")
    return location


def display_name(world: World, location: str) -> str:
    """Return a region as people write it (`East US 2`)."""
    for known in world.scenario.get("locations", []):
        if known["name"] == short(location):
            return str(known["displayName"])
    return location


def seconds(world: World, what: str, location: str) -> float:
    """Return how long something takes in a region, in emulated seconds."""
    region = world.scenario.get("regions", {}).get(short(location), {})
    own = region.get("seconds", {}).get(what)
    if own is not None:
        return float(own)
    usual = world.scenario.get("seconds", {}).get(what, SECONDS)
    return float(usual) * float(region.get("slowness", 1))
