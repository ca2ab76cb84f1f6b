"""Removing a fleet: everything that carries its tag, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from azserve.deploying.ports import Inventory, Removal
from azserve.deploying.pruning import GROUP_TYPE, dependents_first
from azserve.errors import AzserveError, StillRunning
from azserve.model.facts import LiveResource
from azserve.model.names import FLEET_TAG, FleetId, Region
from azserve.model.progress import Event, Progress, Stage, silent
from azserve.model.resource_id import ResourceId
from azserve.model.results import DestroyResult, RemovalState, Removed
from azserve.model.settings import Settings
from azserve.threads import as_they_end

SOFT_DELETED_TYPES: Final = ("microsoft.cognitiveservices/accounts", "microsoft.keyvault/vaults")
"""What Azure keeps for a while after it was deleted."""


@dataclass(frozen=True, slots=True)
class DestroyRequest:
    """Which fleet and environment is to go."""

    fleet_id: FleetId
    settings: Settings | None = None
    purge: bool = False
    """Also purge its soft-deleted accounts and vaults, those of earlier runs too: names and quota are free then."""
    deadline_s: float = 3600.0
    """For each group or resource."""


def destroy(
    request: DestroyRequest, inventory: Inventory, removal: Removal, progress: Progress = silent
) -> DestroyResult:
    """Delete the fleet's own groups whole, and elsewhere only what carries its tag, dependents first.

    Idempotent: what is gone already is told as gone. A refusal is in the result and stops nothing else. Raises
    StillRunning where nothing was refused but something is still being deleted at the deadline.
    """
    live = inventory.fleet(request.fleet_id)
    groups = [each for each in live if _is_group(each) and _is_ours(each, request.fleet_id)]
    inside = {each.id.key for each in groups}
    elsewhere = [each for each in live if _group_of(each.id).key not in inside and not _is_group(each)]
    ours = _ours_among(elsewhere, request.fleet_id)
    kept = [each for each in live if each.id.type.lower() in SOFT_DELETED_TYPES and _goes(each, inside, ours)]

    removed: list[Removed] = []
    deleting = _Deleting(request, removal, progress)
    chains: list[Sequence[LiveResource]] = [[group] for group in groups]
    chains += _by_group(ours)
    removed += deleting.chains(chains)
    removed += [_kept(each) for each in elsewhere if each not in ours]
    if request.purge:
        removed += deleting.purge(kept)
    _raise_where_only_slow(removed)
    return DestroyResult(request.fleet_id, tuple(removed))


@dataclass(frozen=True, slots=True)
class _Deleting:
    """The calls that delete, each ending in a Removed."""

    request: DestroyRequest
    removal: Removal
    progress: Progress

    def chains(self, chains: Sequence[Sequence[LiveResource]]) -> list[Removed]:
        """Delete chains side by side, each from its first to its last."""
        found = dict(as_they_end({index: partial(self._chain, chain) for index, chain in enumerate(chains)}))
        return [removed for index in sorted(found) for removed in found[index]]

    def purge(self, deleted_now: Sequence[LiveResource]) -> list[Removed]:
        """Purge what Azure keeps of what was deleted now or before. What it does not keep is not told of."""
        now = {each.id.key: (each.id, each.region) for each in deleted_now}
        before = {kept.key: (kept, region) for kept, region in self._soft_deleted()}
        work = {key: partial(self._purge, *kept) for key, kept in sorted({**before, **now}.items())}
        found = dict(as_they_end(work))
        return [removed for key in sorted(found) if (removed := found[key]) is not None]

    def _soft_deleted(self) -> tuple[tuple[ResourceId, Region], ...]:
        return self.removal.soft_deleted(self.request.fleet_id)

    def _chain(self, chain: Sequence[LiveResource]) -> list[Removed]:
        return [self._delete(each) for each in chain]

    def _delete(self, live: LiveResource) -> Removed:
        def call() -> RemovalState:
            was_there = self.removal.delete(live.id, "", deadline_s=self.request.deadline_s)
            return RemovalState.DELETED if was_there else RemovalState.GONE

        return self._told(live.id, live.region, "delete", call)

    def _purge(self, kept: ResourceId, region: Region) -> Removed | None:
        def call() -> RemovalState:
            was_there = self.removal.purge(kept, region, deadline_s=self.request.deadline_s)
            return RemovalState.PURGED if was_there else RemovalState.GONE

        removed = self._told(kept, region, "purge", call)
        return None if removed.state is RemovalState.GONE else removed

    def _told(self, resource: ResourceId, region: Region, doing: str, call: Callable[[], RemovalState]) -> Removed:
        """Make a call, tell its beginning and end, and turn a refusal into a value."""
        subject = f"{region}/{resource.name}"
        self.progress(Event(subject, doing, Stage.STARTED))
        try:
            state = call()
        except AzserveError as error:
            self.progress(Event(subject, doing, Stage.FAILED, error.message))
            return Removed(resource, region, RemovalState.FAILED, because=error.message, problem=error.problems[0])
        self.progress(Event(subject, doing, Stage.DONE, str(state)))
        return Removed(resource, region, state)


def _ours_among(live: Sequence[LiveResource], fleet_id: FleetId) -> list[LiveResource]:
    """Return what is ours in groups that are not: tagged, or below something tagged."""
    tagged = {each.id.key for each in live if _is_ours(each, fleet_id)}
    return [
        each for each in live if each.id.key in tagged or (each.id.parent is not None and each.id.parent.key in tagged)
    ]


def _goes(kept: LiveResource, groups: set[str], ours: Sequence[LiveResource]) -> bool:
    return _group_of(kept.id).key in groups or kept in ours


def _by_group(ours: Sequence[LiveResource]) -> list[Sequence[LiveResource]]:
    """Return what is to be deleted one after another: one chain per group, dependents first."""
    by_group: dict[str, dict[str, LiveResource]] = {}
    for each in ours:
        by_group.setdefault(_group_of(each.id).key, {})[each.id.key] = each
    hubs = {each.id for each in ours if str(each.body.get("kind")).lower() == "hub"}
    return [
        [found[resource.key] for resource in dependents_first((each.id for each in found.values()), hubs)]
        for found in by_group.values()
    ]


def _kept(live: LiveResource) -> Removed:
    return Removed(live.id, live.region, RemovalState.KEPT, because="it does not carry this fleet's tag")


def _raise_where_only_slow(removed: Sequence[Removed]) -> None:
    failed = [each for each in removed if each.state is RemovalState.FAILED]
    slow = [each for each in failed if each.problem is not None and each.problem.code == StillRunning.default_code]
    if slow and len(slow) == len(failed):
        names = ", ".join(f"`{each.resource.name}`" for each in slow)
        raise StillRunning(
            f"Azure is still deleting {names}", hint="run the command again to wait for the end; Azure goes on with it"
        )


def _is_group(live: LiveResource) -> bool:
    return live.id.type.lower() == GROUP_TYPE


def _is_ours(live: LiveResource, fleet_id: FleetId) -> bool:
    return live.tags.get(FLEET_TAG) == str(fleet_id)


def _group_of(resource: ResourceId) -> ResourceId:
    return ResourceId.of_group(resource.subscription, resource.group or "")
