"""What is accepted and fails in the end: the scenario's `failures`."""

from __future__ import annotations

from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.wire import ArmError
from azserve.emulator.kernel.world import Stored, World
from azserve.emulator.providers.scenario import short


def due(world: World, stored: Stored) -> ArmError | None:
    """Return the error that the scenario has in store for a resource; None where it has none."""
    for failure in world.scenario.get("failures", []):
        if failure["type"].lower() != stored.address.type.lower():
            continue
        if not failure.get("locations") or _location(world, stored.address) in failure["locations"]:
            return ArmError(400, failure["code"], failure["message"], target=str(stored.address))
    return None


def _location(world: World, address: Address | None) -> str:
    """Return the region of a resource, or of what it lies in."""
    while address is not None:
        stored = world.get(address)
        if stored is not None and "location" in stored.body:
            return short(str(stored.body["location"]))
        address = address.parent
    return ""
