"""Deleting: groups, resources, and accounts that are soft-deleted already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from azure.core.exceptions import ResourceNotFoundError

from azserve.azure.border import translated
from azserve.azure.polling import Wait, WaitEnded, WatchedPolling
from azserve.errors import StillRunning
from azserve.model.names import Region
from azserve.model.resource_id import ResourceId

if TYPE_CHECKING:
    from azserve.azure.connection import Azure


class Remover:
    """deploying.ports.Removal. Safe to share by threads."""

    def __init__(self, azure: Azure) -> None:
        self._azure = azure

    def delete(self, resource: ResourceId, api_version: str, *, deadline_s: float) -> bool:
        """Delete one resource or group; False where it was already gone. Raises StillRunning at the deadline."""
        polling = WatchedPolling(Wait(self._azure.patience, deadline_s))
        try:
            with translated(f"delete `{resource.name}`", where=str(resource)):
                poller = self._azure.arm.begin_delete(str(resource), api_version, polling)
                if poller is None:
                    return False
                poller.result()
        except WaitEnded:
            raise _still_running(f"`{resource.name}` is still being deleted") from None
        return True

    def purge_account(self, account: ResourceId, region: Region, *, deadline_s: float) -> bool:
        """Purge a soft-deleted account; False where there is none. Raises StillRunning at the deadline."""
        polling = WatchedPolling(Wait(self._azure.patience, deadline_s))
        deleted = self._azure.cognitive_client(account.subscription).deleted_accounts
        group = account.group or ""
        try:
            with translated(f"purge the account `{account.name}`", where=region):
                try:
                    deleted.get(region, group, account.name)
                except ResourceNotFoundError:
                    return False
                deleted.begin_purge(region, group, account.name, polling=polling).result()
        except WaitEnded:
            raise _still_running(f"the account `{account.name}` is still being purged") from None
        return True


def _still_running(message: str) -> StillRunning:
    return StillRunning(message, hint="Azure goes on with it; run the command again to wait for the end")
