"""Deleting: groups, resources, and what is soft-deleted already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azserve.azure.border import translated
from azserve.azure.polling import Wait, WaitEnded, WatchedPolling
from azserve.azure.reader import Reader, Subscriptions
from azserve.azure.versions import COGNITIVE_SERVICES, KEY_VAULT, RESOURCES, version_for
from azserve.errors import StillRunning
from azserve.model.names import FLEET_TAG, FleetId, Region
from azserve.model.resource_id import ResourceId

if TYPE_CHECKING:
    from azserve.azure.connection import Azure

VAULT: Final = "microsoft.keyvault/vaults"


class Remover:
    """deploying.ports.Removal. Safe to share by threads."""

    def __init__(self, azure: Azure, subscriptions: tuple[str, ...]) -> None:
        self._azure = azure
        self._subscriptions = subscriptions
        self._reader = Reader(azure, Subscriptions(subscriptions[0]))

    def delete(self, resource: ResourceId, api_version: str, *, deadline_s: float) -> bool:
        """Delete one resource or group; False where it was already gone. Raises StillRunning at the deadline."""
        polling = WatchedPolling(Wait(self._azure.patience, deadline_s))
        try:
            with translated(f"delete `{resource.name}`", where=str(resource)):
                version = api_version or version_for(resource.type) or RESOURCES
                poller = self._azure.arm.begin_delete(str(resource), version, polling)
                if poller is None:
                    return False
                poller.result()
        except WaitEnded:
            raise _still_running(f"`{resource.name}` is still being deleted") from None
        return True

    def purge(self, resource: ResourceId, region: Region, *, deadline_s: float) -> bool:
        """Purge a soft-deleted account or vault; False where there is none. Raises StillRunning at the deadline."""
        polling = WatchedPolling(Wait(self._azure.patience, deadline_s))
        start = f"/subscriptions/{resource.subscription}/providers"
        arm = self._azure.arm
        try:
            with translated(f"purge `{resource.name}`", where=region):
                if resource.type.lower() == VAULT:
                    kept = f"{start}/Microsoft.KeyVault/locations/{region}/deletedVaults/{resource.name}"
                    if arm.get(kept, KEY_VAULT) is None:
                        return False
                    poller = arm.begin_post(f"{kept}/purge", KEY_VAULT, polling)
                else:
                    within = f"locations/{region}/resourceGroups/{resource.group}/deletedAccounts/{resource.name}"
                    kept = f"{start}/Microsoft.CognitiveServices/{within}"
                    if arm.get(kept, COGNITIVE_SERVICES) is None:
                        return False
                    poller = arm.begin_delete(kept, COGNITIVE_SERVICES, polling)
                if poller is None:
                    return False
                poller.result()
        except WaitEnded:
            raise _still_running(f"`{resource.name}` is still being purged") from None
        return True

    def soft_deleted(self, fleet_id: FleetId) -> tuple[tuple[ResourceId, Region], ...]:
        """Return the soft-deleted accounts and vaults that carried this fleet's tag, each with its region.

        That a soft-deleted account still shows its tags is taken from the specification, where it is an Account.
        """
        found: list[tuple[ResourceId, Region]] = []
        for subscription in self._subscriptions:
            kept = (*self._reader.deleted_accounts(subscription), *self._reader.deleted_vaults(subscription))
            found += [(one.id, one.region) for one in kept if one.tags.get(FLEET_TAG) == str(fleet_id)]
        return tuple(found)


def _still_running(message: str) -> StillRunning:
    return StillRunning(message, hint="Azure goes on with it; run the command again to wait for the end")
