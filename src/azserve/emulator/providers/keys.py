"""Pairs of access keys: hidden in the resource, shown by an action only."""

from __future__ import annotations

from azserve.emulator.kernel.wire import Json
from azserve.emulator.kernel.world import Stored, World

_KEYS = "keys"


def give(world: World, stored: Stored, *, length: int) -> None:
    """Give a resource two keys unless it has them; `length` in characters, 128 at most."""
    if _KEYS not in stored.hidden:
        stored.hidden[_KEYS] = [_fresh(world, length), _fresh(world, length)]


def of(stored: Stored) -> tuple[str, ...]:
    """Return the keys, none before they were given."""
    found: list[Json] = stored.hidden.get(_KEYS, [])
    return tuple(found)


def renew(world: World, stored: Stored, which: int, value: str | None = None) -> None:
    """Replace one of the two keys (0 or 1) by a fresh one, or by `value`."""
    stored.hidden[_KEYS][which] = value or _fresh(world, len(stored.hidden[_KEYS][which]))


def _fresh(world: World, length: int) -> str:
    return (world.ids.hex(64) + (world.ids.hex(64) if length > 64 else ""))[:length]
