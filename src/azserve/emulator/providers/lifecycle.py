"""The life of a resource: written, under way, done, going, gone.

The world shows the beginning at once (`Creating`); `Work.finish` shows the end. An operation that was overtaken by
a later one on the same resource must not show its end any more, so each write has a number.
"""

from __future__ import annotations

from collections.abc import Callable

from azserve.emulator.kernel.kinds import Put, Style, Work
from azserve.emulator.kernel.wire import ArmError, Json
from azserve.emulator.kernel.world import Stored, World
from azserve.emulator.providers import failures, refusals

TERMINAL = frozenset({"Succeeded", "Failed", "Canceled"})
_WRITES = "writes"

End = Callable[[], None]


def is_busy(stored: Stored) -> bool:
    """Say whether something is being done to a resource."""
    return stored.state not in TERMINAL


def write(world: World, put: Put, body: dict[str, Json]) -> Stored:
    """Put a body into the world. When it was made, by whom and what is hidden survive a replacement."""
    if put.existing is not None:
        put.existing.body = body
        put.existing.api_version = put.api_version
        put.existing.changed_at = world.now()
        return put.existing
    stored = Stored(
        address=put.address, api_version=put.api_version, body=body, created_at=world.now(), changed_at=world.now()
    )
    world.stored[put.address.key] = stored
    return stored


def begin(
    world: World,
    stored: Stored,
    *,
    state: str,
    seconds: float,
    status: int,
    style: Style,
    end: End | None = None,
) -> Work:
    """Show `state` now and Succeeded in the end, or Failed where the scenario says so; then without calling `end`.

    Takes no time where `seconds` is 0: the end is then shown at once and no operation announced.
    """
    mine = _next_write(stored)

    def finish() -> ArmError | None:
        if _overtaken(world, stored, mine):
            return refusals.superseded()
        error = failures.due(world, stored)
        if error is None and end is not None:
            end()
        stored.properties["provisioningState"] = "Failed" if error else "Succeeded"
        return error

    stored.properties["provisioningState"] = state
    if seconds > 0:
        return Work(stored=stored, status=status, seconds=seconds, style=style, finish=finish)
    error = finish()
    if error is not None:
        raise error
    return Work(stored=stored, status=status)


def begin_delete(
    world: World, stored: Stored, *, seconds: float, status: int, style: Style, end: Callable[[], None] | None = None
) -> Work:
    """Show `Deleting` now; in the end take the resource out of the world with all below it.

    Where it takes no time the answer is 200 with no body. A second deletion joins the first.
    """
    mine = stored.hidden[_WRITES] if stored.state == "Deleting" else _next_write(stored)

    def finish() -> ArmError | None:
        if world.get(stored.address) is not stored:
            return None
        if _overtaken(world, stored, mine):
            return refusals.superseded()
        if end is not None:
            end()
        remove(world, stored)
        return None

    if seconds > 0:
        stored.properties["provisioningState"] = "Deleting"
        return Work(stored=stored, status=status, seconds=seconds, style=style, finish=finish)
    finish()
    return Work(stored=None, status=200)


def remove(world: World, stored: Stored) -> list[Stored]:
    """Take a resource and all below it out of the world; return what was below."""
    below = list(world.under(stored.address))
    for one in (stored, *below):
        if world.stored.get(one.address.key) is one:
            del world.stored[one.address.key]
    return below


def _next_write(stored: Stored) -> int:
    number = int(stored.hidden.get(_WRITES, 0)) + 1
    stored.hidden[_WRITES] = number
    return number


def _overtaken(world: World, stored: Stored, number: int) -> bool:
    return world.stored.get(stored.address.key) is not stored or stored.hidden[_WRITES] != number
