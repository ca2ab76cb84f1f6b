"""Where an endpoint's resources go in a region: names decided here, or taken from `existing:`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from azserve.errors import ConfigurationError
from azserve.model.names import FleetId, Region
from azserve.model.resource_id import ResourceId
from azserve.model.settings import ExistingHost, Settings
from azserve.planning.naming import (
    FoundryNames,
    Identity,
    ServerlessNames,
    fill,
    foundry_names,
    group_name,
    serverless_names,
)

WORKSPACE: Final = "Microsoft.MachineLearningServices/workspaces"
ACCOUNT: Final = "Microsoft.CognitiveServices/accounts"


@dataclass(frozen=True, slots=True)
class Place:
    """A region, and what the fleet's group and hosts are called in it."""

    identity: Identity
    group: str
    group_exists: bool
    serverless: ServerlessNames
    foundry: FoundryNames


def place_in(settings: Settings, region: Region) -> Place:
    """Return the names in a region; raises ConfigurationError where nothing says which subscription it is."""
    subscription = settings.subscription_in(region)
    if subscription is None:
        raise ConfigurationError(
            f"no subscription is named for `{region}`",
            code="subscription-missing",
            hint="set `subscription:` in the file, or AZURE_SUBSCRIPTION_ID",
            where=str(settings.file),
        )
    identity = Identity(settings.fleet_id, subscription, region)
    existing = _existing_group(settings, region)
    around, account = serverless_names(identity), foundry_names(identity)
    ours, theirs = settings.serverless.existing, settings.foundry.existing
    named = _Named(settings.fleet_id, region)
    return Place(
        identity=identity,
        group=existing or group_name(identity, settings.group_pattern),
        group_exists=existing is not None,
        serverless=ServerlessNames(
            hub=named(ours.hub, around.hub),
            project=named(ours.project, around.project),
            storage=named(ours.storage, around.storage),
            vault=named(ours.vault, around.vault),
        ),
        foundry=FoundryNames(
            account=named(theirs.account, account.account),
            subdomain=named(theirs.account, account.subdomain),
            project=named(theirs.project, account.project),
        ),
    )


def existing_hosts(settings: Settings, regions: Iterable[Region]) -> Mapping[ResourceId, Region]:
    """Return the projects and accounts under `existing:` and those that are connected, by the region that uses them.

    They do not carry the fleet's tag, so a reader has to be told to look into them.
    """
    found: dict[ResourceId, Region] = {}
    for region in regions:
        if settings.subscription_in(region) is None:
            continue
        place = place_in(settings, region)
        group = (place.identity.subscription, place.group)
        for connection in settings.serverless.connections:
            project = ResourceId.parse(fill(connection.project, settings.fleet_id, region))
            found.setdefault(project, region)
        if settings.serverless.existing.project:
            found[ResourceId(*group, WORKSPACE, (place.serverless.project,))] = region
        if settings.foundry.existing.account:
            found[ResourceId(*group, ACCOUNT, (place.foundry.account,))] = region
    return found


@dataclass(frozen=True, slots=True)
class _Named:
    fleet_id: FleetId
    region: Region

    def __call__(self, pattern: str | None, otherwise: str) -> str:
        """Return the name under `existing:`, patterns filled in, else ours; of an id, its last name."""
        return fill(pattern, self.fleet_id, self.region).rpartition("/")[2] if pattern else otherwise


def _existing_group(settings: Settings, region: Region) -> str | None:
    """Return the one existing group: a region's resources share a group, so both hosts must name the same."""
    hosts: tuple[ExistingHost, ...] = (settings.serverless.existing, settings.foundry.existing)
    named = {fill(host.group, settings.fleet_id, region) for host in hosts if host.group}
    if len(named) > 1:
        one, other = sorted(named)
        raise ConfigurationError(
            f"`serverless` and `foundry` name different existing groups in `{region}`: `{one}` and `{other}`",
            code="two-groups",
            hint="name one group under both, or make two fleets",
            where=str(settings.file),
        )
    return next(iter(named), None)
