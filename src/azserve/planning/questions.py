"""What a survey should ask about each region beyond its lists: is the name free, would Azure Policy allow the host."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from azserve.model.catalogue import Hosting
from azserve.model.estate import Resource
from azserve.model.json import JsonObject
from azserve.model.names import FLEET_TAG, Region
from azserve.model.questions import RegionQuestions
from azserve.model.resource_id import ResourceId
from azserve.model.settings import HostSettings, Settings, SignIn
from azserve.planning.places import ACCOUNT, WORKSPACE, Place, place_in

STORAGE: Final = "Microsoft.Storage/storageAccounts"
VAULT: Final = "Microsoft.KeyVault/vaults"
ACCOUNT_VERSION: Final = "2025-06-01"
WORKSPACE_VERSION: Final = "2025-09-01"
"""Which api-version a policy is asked with decides how its aliases are read; these have all that is asked about."""


def questions(settings: Settings, regions: Iterable[Region]) -> Mapping[Region, RegionQuestions]:
    """Return the questions for each region that has a subscription; what is under `existing:` is not asked about."""
    return {region: _questions(settings, region) for region in regions if settings.subscription_in(region) is not None}


def _questions(settings: Settings, region: Region) -> RegionQuestions:
    place = place_in(settings, region)
    hostings = {
        one.hosting
        for one in settings.endpoints.values()
        if one.regions is None or not one.regions.of or region in one.regions.of
    }
    makes_account = Hosting.FOUNDRY in hostings and settings.foundry.existing.account is None
    return RegionQuestions(
        subscription=place.identity.subscription,
        subdomain=place.foundry.subdomain if makes_account else None,
        names=tuple(_global_names(settings, place)) if Hosting.SERVERLESS in hostings else (),
        group=ResourceId.of_group(place.identity.subscription, place.group) if place.group_exists else None,
        hosts=tuple(_hosts(settings, place, hostings)),
    )


def _global_names(settings: Settings, place: Place) -> Iterator[ResourceId]:
    """Yield what a hub is made with: an existing hub or project brings its own."""
    group, existing = (place.identity.subscription, place.group), settings.serverless.existing
    if existing.hub or existing.project:
        return
    if not existing.storage:
        yield ResourceId(*group, STORAGE, (place.serverless.storage,))
    if not existing.vault:
        yield ResourceId(*group, VAULT, (place.serverless.vault,))


def _hosts(settings: Settings, place: Place, hostings: set[Hosting]) -> Iterator[Resource]:
    group = (place.identity.subscription, place.group)
    tags = {**settings.tags, FLEET_TAG: str(settings.fleet_id)}
    around: JsonObject = {"location": str(place.identity.region), "tags": tags}
    existing = settings.serverless.existing
    if Hosting.FOUNDRY in hostings and settings.foundry.existing.account is None:
        body: JsonObject = {**around, "kind": "AIServices", "properties": _account_properties(settings.foundry)}
        yield Resource(ResourceId(*group, ACCOUNT, (place.foundry.account,)), ACCOUNT_VERSION, body)
    if Hosting.SERVERLESS in hostings and existing.hub is None and existing.project is None:
        body = {**around, "kind": "Hub", "properties": {"publicNetworkAccess": _access(settings.serverless)}}
        yield Resource(ResourceId(*group, WORKSPACE, (place.serverless.hub,)), WORKSPACE_VERSION, body)


def _account_properties(host: HostSettings) -> JsonObject:
    return {"publicNetworkAccess": _access(host), "disableLocalAuth": host.sign_in is SignIn.ENTRA}


def _access(host: HostSettings) -> str:
    return "Enabled" if host.network.public else "Disabled"
