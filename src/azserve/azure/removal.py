"""Deleting: groups, resources, and accounts that are soft-deleted already."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from azure.core.exceptions import ResourceNotFoundError

from azserve.azure.border import translated
from azserve.azure.polling import Wait, WaitEnded, WatchedPolling
from azserve.azure.versions import RESOURCES, version_for
from azserve.errors import StillRunning
from azserve.model.names import FLEET_TAG, FleetId, Region
from azserve.model.names import region as spelled
from azserve.model.resource_id import ResourceId

if TYPE_CHECKING:
    from azserve.azure.connection import Azure


class Remover:
    """deploying.ports.Removal. Safe to share by threads."""

    def __init__(self, azure: Azure, subscriptions: tuple[str, ...]) -> None:
        self._azure = azure
        self._subscriptions = subscriptions

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

    def soft_deleted(self, fleet_id: FleetId) -> tuple[tuple[ResourceId, Region], ...]:
        """Return the soft-deleted accounts that carried this fleet's tag, each with its region.

        That a soft-deleted account still shows its tags is taken from the specification, where it is an Account.
        """
        found: list[tuple[ResourceId, Region]] = []
        for subscription in self._subscriptions:
            with translated("list soft-deleted accounts", where=subscription):
                for account in self._azure.cognitive_client(subscription).deleted_accounts.list():
                    if (account.tags or {}).get(FLEET_TAG) == str(fleet_id):
                        found += _where_it_was(str(account.id), subscription)
        return tuple(found)


def _where_it_was(identity: str, subscription: str) -> Iterator[tuple[ResourceId, Region]]:
    """Yield the account and region out of `…/locations/{l}/resourceGroups/{g}/deletedAccounts/{a}`."""
    parts = identity.split("/")
    named = {key.lower(): value for key, value in pairwise(parts)}
    if {"locations", "resourcegroups", "deletedaccounts"} <= named.keys():
        group, name = named["resourcegroups"], named["deletedaccounts"]
        account = ResourceId(subscription, group, "Microsoft.CognitiveServices/accounts", (name,))
        yield account, spelled(named["locations"])


def _still_running(message: str) -> StillRunning:
    return StillRunning(message, hint="Azure goes on with it; run the command again to wait for the end")
