"""Deleted accounts: kept aside for 48 days under the world's notes, with all that was in them.

A deleted account is not at its address any more, but its name, its subdomain and its deployments' quota stay taken
until it is restored or purged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.clock import timestamp
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json
from azserve.emulator.kernel.world import Stored, World

_NOTE = "cognitive_services.deleted"
KEPT_S = 48 * 24 * 3600.0

inferred(
    "cognitive.deleted.purge",
    "a purge is done at once with 200; after 48 days an account is purged by itself",
    because="200 is one of the published answers; the documents say 48 days",
)
inferred(
    "cognitive.deleted.restore",
    "restoring brings the deployments and projects of an account back with it, those whose making it cut short made",
    because="the documents say that the resource is recovered and exclude nothing",
)


@dataclass(slots=True)
class Deleted:
    """An account that can still be restored."""

    account: Stored
    below: list[Stored]
    deleted_at: float


def _all(world: World) -> dict[str, Deleted]:
    """Return what is kept, by address; what has been kept long enough goes first."""
    kept: dict[str, Deleted] = world.notes.setdefault(_NOTE, {})
    for key, deleted in list(kept.items()):
        if world.now() - deleted.deleted_at >= KEPT_S:
            del kept[key]
    return kept


def keep(world: World, account: Stored, below: list[Stored]) -> None:
    """Set an account aside."""
    _all(world)[account.address.key] = Deleted(account, below, world.now())


def find(world: World, address: Address) -> Deleted | None:
    """Return what is left of the account at an address."""
    return _all(world).get(address.key)


def forget(world: World, address: Address) -> Deleted | None:
    """Purge an account, or take it out to restore it; None where there is none."""
    return _all(world).pop(address.key, None)


def listed(world: World, subscription: str) -> list[Deleted]:
    """Return the deleted accounts of a subscription."""
    start = f"/subscriptions/{subscription.lower()}/"
    return [deleted for key, deleted in _all(world).items() if key.startswith(start)]


def held(world: World, subscription: str) -> Iterator[Stored]:
    """Yield what lies below the deleted accounts of a subscription."""
    for deleted in listed(world, subscription):
        yield from deleted.below


def all_accounts(world: World) -> list[Stored]:
    """Return all deleted accounts, of all subscriptions: names of subdomains are global."""
    return [deleted.account for deleted in _all(world).values()]


def shown(deleted: Deleted) -> dict[str, Json]:
    """Return a deleted account in wire form."""
    account, address = deleted.account, deleted.account.address
    location = account.body["location"]
    body: dict[str, Json] = {
        key: account.body[key] for key in ("location", "sku", "kind", "tags", "identity") if key in account.body
    }
    return {
        "id": f"/subscriptions/{address.subscription}/providers/Microsoft.CognitiveServices/locations/{location}"
        f"/resourceGroups/{address.group}/deletedAccounts/{address.name}",
        "name": address.name,
        "type": "Microsoft.CognitiveServices/deletedAccounts",
        **body,
        "properties": account.properties
        | {
            "provisioningState": "Succeeded",
            "deletionDate": timestamp(deleted.deleted_at),
            "scheduledPurgeDate": timestamp(deleted.deleted_at + KEPT_S),
        },
    }
