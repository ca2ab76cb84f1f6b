"""Key vaults: stored like the rest, but a deleted one keeps its name until it is recovered or purged.

That one rule is simulated because it bites: a fleet whose vault was deleted cannot be deployed again under the same
name without saying `createMode: recover`, or purging first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from azserve.emulator.kernel.clock import timestamp
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import CollectionRoute, Put, Style, Work
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply
from azserve.emulator.kernel.world import Stored, World
from azserve.emulator.providers import lifecycle
from azserve.emulator.providers.resource import properties_of
from azserve.emulator.providers.scenario import short
from azserve.emulator.providers.stored_only.kind import StoredKind

TYPE = "Microsoft.KeyVault/vaults"
_NOTE = "key_vault.deleted"
_USUAL_DAYS = 90
_SUBSCRIPTION = "/subscriptions/{subscription}/providers/Microsoft.KeyVault"
_DELETED = _SUBSCRIPTION + "/locations/{location}/deletedVaults/{vault}"
Names = Mapping[str, str]

inferred(
    "stored.vaults.deleted",
    "a deleted vault is kept for softDeleteRetentionInDays; its name is refused with ConflictError meanwhile",
    because="soft delete cannot be switched off any more (documented); the words are from users' reports",
)
inferred(
    "stored.vaults.purge",
    "a purge is done at once with 200, and refused with MethodNotAllowed where purge protection is on",
    because="200 is a published answer; the refusal was not found",
)


@dataclass(slots=True)
class Deleted:
    """A vault that can still be recovered."""

    vault: Stored
    deleted_at: float

    @property
    def purged_at(self) -> float:
        """When it is purged by itself."""
        days = float(self.vault.properties.get("softDeleteRetentionInDays", _USUAL_DAYS))
        return self.deleted_at + days * 24 * 3600


class Vaults(StoredKind):
    """`Microsoft.KeyVault/vaults`"""

    def refuse(self, world: World, put: Put) -> None:
        """What the row says, and names of deleted vaults."""
        super().refuse(world, put)
        left, recovers = _kept(world).get(put.address.name.lower()), _recovers(put)
        if put.existing is not None or (left is None and not recovers):
            return
        if left is None:
            raise ArmError(404, "DeletedVaultNotFound", f"There is no deleted vault '{put.address.name}' to recover.")
        if left.vault.address.key != put.address.key:
            raise ArmError(409, self.row.taken, self.row.taken_message.format(name=put.address.name))
        if not recovers:
            raise ArmError(
                409,
                "ConflictError",
                "A vault with the same name already exists in deleted state. You need to either recover or purge "
                "existing key vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more "
                "information on soft delete.",
            )

    def make(self, world: World, put: Put) -> Work:
        """Store; a vault that is recovered is the one there was."""
        left = _kept(world).pop(put.address.name.lower(), None) if put.existing is None else None
        if left is not None:
            world.stored[put.address.key] = left.vault
            put = Put(put.address, put.body, put.api_version, put.principal, left.vault, put.base)
        work = super().make(world, put)
        assert work.stored is not None
        work.stored.properties.pop("createMode", None)
        return work

    def unmake(self, world: World, stored: Stored, call: Call | None) -> Work:
        """Delete at once, and keep aside."""

        def set_aside() -> None:
            _kept(world)[stored.address.name.lower()] = Deleted(stored, world.now())

        return lifecycle.begin_delete(world, stored, seconds=0, status=200, style=Style.NONE, end=set_aside)


def deleted_vaults(world: World, call: Call, names: Names) -> Reply:
    """GET deletedVaults"""
    mine = names["subscription"].lower()
    kept = [one for one in _kept(world).values() if one.vault.address.subscription.lower() == mine]
    return Reply(200, {"value": [_shown(one) for one in kept]})


def deleted_vault(world: World, call: Call, names: Names) -> Reply:
    """GET locations/{location}/deletedVaults/{vault}"""
    return Reply(200, _shown(_find(world, names)))


def purge(world: World, call: Call, names: Names) -> Reply:
    """POST locations/{location}/deletedVaults/{vault}/purge"""
    found = _find(world, names)
    if found.vault.properties.get("enablePurgeProtection"):
        raise ArmError(
            405, "MethodNotAllowed", f"Operation 'DeletedVaultPurge' is not allowed: '{names['vault']}' is protected."
        )
    del _kept(world)[found.vault.address.name.lower()]
    return Reply(200)


def is_kept(world: World, name: str) -> bool:
    """Whether a deleted vault keeps a name."""
    return name.lower() in _kept(world)


ROUTES: Mapping[tuple[str, str], CollectionRoute] = {
    ("GET", f"{_SUBSCRIPTION}/deletedVaults"): deleted_vaults,
    ("GET", _DELETED): deleted_vault,
    ("POST", f"{_DELETED}/purge"): purge,
}


def _kept(world: World) -> dict[str, Deleted]:
    """Return the deleted vaults by name in lower case; those whose time is over go first."""
    kept: dict[str, Deleted] = world.notes.setdefault(_NOTE, {})
    for name, deleted in list(kept.items()):
        if world.now() >= deleted.purged_at:
            del kept[name]
    return kept


def _recovers(put: Put) -> bool:
    return str(properties_of(put).get("createMode", "default")).lower() == "recover"


def _find(world: World, names: Names) -> Deleted:
    found = _kept(world).get(names["vault"].lower())
    if found is None or short(str(found.vault.body["location"])) != short(names["location"]):
        raise ArmError(404, "DeletedVaultNotFound", f"The specified deleted vault '{names['vault']}' does not exist.")
    return found


def _shown(deleted: Deleted) -> dict[str, Json]:
    vault, address = deleted.vault, deleted.vault.address
    location = vault.body["location"]
    return {
        "id": f"/subscriptions/{address.subscription}/providers/Microsoft.KeyVault/locations/{location}"
        f"/deletedVaults/{address.name}",
        "name": address.name,
        "type": "Microsoft.KeyVault/deletedVaults",
        "properties": {
            "vaultId": str(address),
            "location": location,
            "deletionDate": timestamp(deleted.deleted_at),
            "scheduledPurgeDate": timestamp(deleted.purged_at),
            "tags": vault.body.get("tags", {}),
            "purgeProtectionEnabled": bool(vault.properties.get("enablePurgeProtection")),
        },
    }
