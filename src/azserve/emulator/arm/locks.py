"""Locks: what may not be deleted, and what may only be read."""

from __future__ import annotations

from collections.abc import Iterator

from azserve.emulator.arm import refusals
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.world import Stored, World

TYPE = "Microsoft.Authorization/locks"

inferred(
    "arm.locks.reach",
    "a lock holds for all below its scope; it keeps a group from being deleted wherever in it it is; `ReadOnly` stops "
    "every POST too; locks themselves can always be removed",
    because="documented, the list of POSTs that only read excepted",
)


def refuse_write(world: World, address: Address) -> None:
    """Raise ArmError 409 ScopeLocked where a `ReadOnly` lock covers an address."""
    _refuse(address, "write", _covering(world, address, levels={"ReadOnly"}))


def refuse_delete(world: World, address: Address) -> None:
    """Raise ArmError 409 ScopeLocked where any lock covers an address, or lies below it."""
    _refuse(
        address, "delete", [*_covering(world, address, levels={"ReadOnly", "CanNotDelete"}), *_below(world, address)]
    )


def _refuse(address: Address, doing: str, found: Iterator[Address] | list[Address]) -> None:
    scopes = list(dict.fromkeys(str(one) for one in found))
    if scopes and address.type.lower() != TYPE.lower():
        raise refusals.locked(address, doing, scopes)


def _covering(world: World, address: Address, *, levels: set[str]) -> Iterator[Address]:
    for lock in world.stored.of_type(TYPE).values():
        scope = _scope(lock)
        if lock.properties["level"] in levels and (address.key == scope.key or address.key.startswith(f"{scope.key}/")):
            yield scope


def _below(world: World, address: Address) -> Iterator[Address]:
    for lock in world.under(address, TYPE):
        yield _scope(lock)


def _scope(lock: Stored) -> Address:
    return lock.address.scope or lock.address.group_address or Address(lock.address.subscription)
