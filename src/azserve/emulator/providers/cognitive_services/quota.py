"""Quota pools: limits out of the scenario, what is held added up from what exists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import ArmError, Json
from azserve.emulator.kernel.world import Stored, World
from azserve.emulator.providers.cognitive_services import catalogue, soft_delete
from azserve.emulator.providers.scenario import region_set, short

ACCOUNT = "Microsoft.CognitiveServices/accounts"
DEPLOYMENT = "Microsoft.CognitiveServices/accounts/deployments"
POOL = "pool"
"""Hidden in a deployment: {"name", "location"} of the pool it draws from."""

inferred(
    "cognitive.quota.softdeleted",
    "a soft-deleted account goes on holding the quota of its deployments until it is purged or restored",
    because="users report InsufficientQuota after deleting an account, and purging as the cure",
)
inferred(
    "cognitive.quota.subscription",
    "a subscription-wide pool shows the same aggregate in every region's list",
    because="announced for Global Standard in 2026-05; how the list shows it is not documented",
)


@dataclass(frozen=True, slots=True)
class Draw:
    """Capacity that something takes out of a pool."""

    pool: str
    location: str
    capacity: int


def draws(world: World, subscription: str) -> Iterator[Draw]:
    """Yield all that is taken in a subscription, one draw per deployment and three per account."""
    for stored in world.stored.values():
        if stored.address.subscription.lower() != subscription.lower():
            continue
        if stored.address.type == DEPLOYMENT and stored.state != "Failed":
            yield draw_of(stored)
        elif stored.address.type == ACCOUNT:
            location = short(str(stored.body["location"]))
            yield Draw("AccountCount", location, 1)
            yield Draw(f"{stored.body['kind']}.S0.AccountCount", location, 1)
    for below in soft_delete.held(world, subscription):
        if below.address.type == DEPLOYMENT:
            yield draw_of(below)


def draw_of(deployment: Stored) -> Draw:
    """Return what a deployment takes."""
    pool = deployment.hidden[POOL]
    return Draw(pool["name"], pool["location"], int(deployment.body["sku"]["capacity"]))


def usages(world: World, subscription: str, location: str) -> list[dict[str, Json]]:
    """Return the pools of a region in wire form: those that its models draw from, and the counts of accounts."""
    used = {sku["usageName"] for entry in catalogue.entries(world, location) for sku in entry.model["skus"]}
    held = _held(world, subscription)
    return [
        {
            "name": {"value": name, "localizedValue": pool["localizedValue"]},
            "currentValue": _current(name, pool, held, short(location)),
            "limit": _limit(pool, short(location)),
            "unit": "Count",
        }
        for name, pool in _pools(world).items()
        if name in used or name.endswith("AccountCount")
    ]


def refuse_draw(world: World, *, subscription: str, draw: Draw, existing: Stored | None) -> None:
    """Raise InsufficientQuota where a pool has no room for a draw; what `existing` holds of it counts as free."""
    pool = _pools(world).get(draw.pool)
    if pool is None:
        return
    own = draw_of(existing) if existing is not None else None
    kept = own.capacity if own and (own.pool, own.location) == (draw.pool, draw.location) else 0
    current = _current(draw.pool, pool, _held(world, subscription), draw.location)
    limit = _limit(pool, draw.location)
    needed, free = draw.capacity - kept, max(0, limit - current)
    if needed <= 0 or needed <= free:
        return
    spoken = pool["localizedValue"]
    raise ArmError(
        400,
        "InsufficientQuota",
        f"This operation require {needed} new capacity in quota {spoken}, which is bigger than the current available "
        f"capacity {free}. The current quota usage is {current} and the quota limit is {limit} for quota {spoken}.",
    )


def refuse_account(world: World, *, subscription: str, kind: str, location: str, name: str) -> None:
    """Raise InsufficientQuota where a region holds as many accounts as it may."""
    held = _held(world, subscription)
    for counted in ("AccountCount", f"{kind}.S0.AccountCount"):
        pool = _pools(world).get(counted)
        if pool is not None and _current(counted, pool, held, location) >= _limit(pool, location):
            raise ArmError(
                400, "InsufficientQuota", f"Insufficient quota. Cannot create/update/move resource '{name}'."
            )


def _pools(world: World) -> dict[str, Json]:
    found: dict[str, Json] = world.scenario.get("cognitiveServices", {}).get("usages", {})
    return found


def _held(world: World, subscription: str) -> Counter[tuple[str, str]]:
    held: Counter[tuple[str, str]] = Counter()
    for draw in draws(world, subscription):
        held[draw.pool, draw.location] += draw.capacity
    return held


def _limit(pool: dict[str, Json], location: str) -> int:
    if _is_shared(pool):
        return int(pool["limit"])
    return int(pool.get("limits", {}).get(location, pool["limit"]))


def _current(name: str, pool: dict[str, Json], held: Counter[tuple[str, str]], location: str) -> int:
    others = pool.get("held", {})
    if _is_shared(pool):
        return int(sum(others.values())) + sum(count for (taken, _), count in held.items() if taken == name)
    return int(others.get(location, 0)) + held[name, location]


def _is_shared(pool: dict[str, Json]) -> bool:
    return bool(pool.get("scope") == "subscription")


def offered_in(world: World) -> frozenset[str]:
    """Return the regions that have accounts at all."""
    return region_set(world, world.scenario.get("cognitiveServices", {}).get("locations", []))
