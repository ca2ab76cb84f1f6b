"""What each chosen region should hold, with every name and every capacity decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from azserve.errors import ConfigurationError, Refused
from azserve.model.catalogue import Hosting, Offer, PoolScope
from azserve.model.estate import (
    FoundryDeployment,
    FoundryHost,
    RegionEstate,
    ServerlessEndpoint,
    ServerlessHost,
)
from azserve.model.names import ENDPOINT_TAG, FLEET_TAG, EndpointKey, Region
from azserve.model.settings import AccessGrant, EndpointSettings, HostSettings, NetworkSettings
from azserve.model.verdict import Rank
from azserve.planning.naming import marketplace_subscription_name, serverless_endpoint_name
from azserve.planning.offers import find_offer, sku_of
from azserve.planning.places import Place, place_in
from azserve.planning.quota import Room, capacity_of, find_room, fits, share_out
from azserve.planning.situation import Alongside, Situation
from azserve.planning.surroundings import (
    connections_of,
    diagnostics_of,
    elsewhere,
    encryption_of,
    filled,
    identity_of,
    key_secret,
)

Going = Mapping[Region, tuple[EndpointSettings, ...]]
"""Which endpoints go where, both in order."""


def build_estates(going: Going, situation: Situation) -> tuple[RegionEstate, ...]:
    """Return one estate per region, in the order given."""
    estates = tuple(_estate(region, going, situation) for region in going)
    groups: dict[tuple[str, str], Region] = {}
    for estate in estates:
        other = groups.setdefault((estate.subscription.lower(), estate.group.lower()), estate.region)
        if other != estate.region and not estate.group_exists:
            raise ConfigurationError(
                f"`{other}` and `{estate.region}` would share the group `{estate.group}`",
                code="group-shared",
                hint="put `{region}` into the pattern of `group`",
                where=str(situation.settings.file),
            )
    return estates


def _estate(region: Region, going: Going, situation: Situation) -> RegionEstate:
    settings = situation.settings
    place = place_in(settings, region)
    serverless = tuple(one for one in going[region] if one.hosting is Hosting.SERVERLESS)
    foundry = tuple(one for one in going[region] if one.hosting is Hosting.FOUNDRY)
    return RegionEstate(
        fleet_id=settings.fleet_id,
        subscription=place.identity.subscription,
        region=region,
        group=place.group,
        group_exists=place.group_exists,
        tags={
            **{name: value for name, value in settings.tags.items() if name.lower() != FLEET_TAG},
            FLEET_TAG: str(settings.fleet_id),
        },
        serverless=_serverless_host(serverless, place, situation) if serverless else None,
        foundry=_foundry_host(foundry, place, going, situation) if foundry else None,
    )


def _serverless_host(endpoints: tuple[EndpointSettings, ...], place: Place, situation: Situation) -> ServerlessHost:
    host = situation.settings.serverless
    existing = host.existing
    project_exists = existing.project is not None
    # An existing project brings its hub, and an existing hub its storage and vault: nothing of that is ours to write.
    hub_exists = project_exists or existing.hub is not None
    made = tuple(_serverless_endpoint(one, place, situation) for one in endpoints)
    return ServerlessHost(
        hub=place.serverless.hub,
        project=place.serverless.project,
        storage=place.serverless.storage,
        vault=place.serverless.vault,
        sign_in=host.sign_in,
        network=_network(host, place),
        endpoints=made,
        hub_exists=hub_exists,
        project_exists=project_exists,
        storage_exists=hub_exists or existing.storage is not None,
        vault_exists=hub_exists or existing.vault is not None,
        storage_id=elsewhere(existing.storage, place),
        vault_id=elsewhere(existing.vault, place),
        access=_access(host, place),
        identity=identity_of(host, place),
        diagnostics=diagnostics_of(host, place),
        lock=host.lock,
        connections=connections_of(host, made, place),
        secrets=tuple(key_secret(host, place, one.key, one.name) for one in made) if host.export_keys else (),
    )


def _serverless_endpoint(endpoint: EndpointSettings, place: Place, situation: Situation) -> ServerlessEndpoint:
    hosted = situation.hosted(endpoint)
    if hosted is None or hosted.model_id is None:
        raise Refused(
            f"no registry id is known for serverless `{endpoint.model}`",
            code="no-evidence",
            hint="`azserve models show` lists what is known of a model",
            where=endpoint.where,
        )
    partner = hosted.offer is Offer.MARKETPLACE
    return ServerlessEndpoint(
        key=endpoint.key,
        name=serverless_endpoint_name(place.identity, endpoint.key, hosted.model_id),
        model=endpoint.model,
        model_id=hosted.model_id,
        content_filter=endpoint.content_filter,
        marketplace_subscription=marketplace_subscription_name(place.identity, hosted.model_id) if partner else None,
        tags=_endpoint_tags(endpoint),
    )


def _foundry_host(
    endpoints: tuple[EndpointSettings, ...], place: Place, going: Going, situation: Situation
) -> FoundryHost:
    host, region = situation.settings.foundry, place.identity.region
    capacities = {one.key: _capacity(one, region, going, situation) for one in endpoints}

    def grows(endpoint: EndpointSettings) -> bool:
        held = situation.holdings.deployment(endpoint.key, region)
        return held is None or capacities[endpoint.key] >= held.capacity

    return FoundryHost(
        account=place.foundry.account,
        subdomain=place.foundry.subdomain,
        project=place.foundry.project,
        sign_in=host.sign_in,
        network=_network(host, place),
        # Written in this order: what shrinks comes first, so that what grows finds the room.
        deployments=tuple(_deployment(one, capacities[one.key], situation) for one in sorted(endpoints, key=grows)),
        account_exists=host.existing.account is not None,
        project_exists=host.existing.project is not None,
        access=_access(host, place),
        identity=identity_of(host, place),
        encryption=encryption_of(host, place),
        diagnostics=diagnostics_of(host, place),
        lock=host.lock,
        secrets=(key_secret(host, place),) if host.export_keys else (),
        filters=host.filters,
        blocklists=host.blocklists,
    )


def _deployment(endpoint: EndpointSettings, capacity: int, situation: Situation) -> FoundryDeployment:
    hosted = situation.hosted(endpoint)
    if hosted is None or hosted.format is None or endpoint.version is None:
        raise Refused(
            f"no format and version are known for Foundry `{endpoint.model}`",
            code="no-evidence",
            hint="`azserve models show` lists what is known of a model",
            where=endpoint.where,
        )
    deployment = FoundryDeployment(
        key=endpoint.key,
        name=str(endpoint.key),
        model=endpoint.model,
        format=hosted.format,
        version=endpoint.version,
        sku=sku_of(endpoint, hosted),
        capacity=capacity,
        content_filter=endpoint.content_filter,
        filter_name=endpoint.filter_name,
        tags=_endpoint_tags(endpoint),
    )
    return replace(deployment, upgrade=endpoint.upgrade) if endpoint.upgrade else deployment


def _capacity(endpoint: EndpointSettings, region: Region, going: Going, situation: Situation) -> int:
    """Return the target where quota allows, else what is between it and the minimum.

    Where the quota is not known, what stands is left as it is if it is in range. Where nothing stands, offline
    gives the target, which is what the file asks for; a region that failed to answer gives the minimum, for
    unknown is never plenty.
    """
    asked = capacity_of(endpoint, find_offer(endpoint, region, situation).sku)
    alongside = Alongside(going[region], {other: ones for other, ones in going.items() if other != region})
    room = find_room(endpoint, region, situation, alongside)
    if isinstance(room, Room) and fits(room.here, room.free):
        return _share(endpoint.key, region, room)
    held = situation.holdings.deployment(endpoint.key, region)
    if held is not None:
        return min(max(asked.minimum, held.capacity), asked.target)
    facts = situation.region(region)
    failed = facts is not None and Rank.LIVE in {facts.models.evidence.rank, facts.pools.evidence.rank}
    return asked.minimum if failed else asked.target


def _share(key: EndpointKey, region: Region, room: Room) -> int:
    """Return what one endpoint gets of its pool.

    A pool that may or may not span regions gives the target only if that fits in both cases, else what stands
    already, else a share as if it did. Others' use is taken at its highest (all but what this region holds), which
    is the same before and after this fleet has grown: a second run finds nothing to change.
    """
    asks = room.here
    if room.scope is not PoolScope.REGIONAL and room.fits_everywhere:
        # In one order for all regions, so that each works out the same shares.
        asks = tuple(sorted((*room.here, *room.elsewhere), key=lambda ask: (ask.region, ask.endpoint)))
    own = next(ask for ask in room.here if ask.endpoint == key)
    if room.scope is PoolScope.UNKNOWN and room.elsewhere:
        others = max(0.0, room.pool.current - sum(ask.held for ask in room.here))
        wanted = sum(ask.target for ask in (*room.here, *room.elsewhere))
        if wanted + others <= room.pool.limit:
            return own.target
        if own.held >= own.minimum:
            return min(own.held, own.target)
        if not room.fits_everywhere:
            return own.minimum
    shares = dict(zip(((ask.endpoint, ask.region) for ask in asks), share_out(asks, room.free), strict=True))
    return shares[key, region]


def _endpoint_tags(endpoint: EndpointSettings) -> dict[str, str]:
    """Return what an endpoint's tags have beyond the region's: its own, and which endpoint it is.

    Azure compares the names of tags without regard to case, so a tag of the user's cannot pass for ours.
    """
    ours = {FLEET_TAG, ENDPOINT_TAG}
    own = {name: value for name, value in endpoint.tags.items() if name.lower() not in ours}
    return {**own, ENDPOINT_TAG: str(endpoint.key)}


def _network(host: HostSettings, place: Place) -> NetworkSettings:
    subnet = host.network.subnet
    return host.network if subnet is None else replace(host.network, subnet=filled(subnet, place))


def _access(host: HostSettings, place: Place) -> tuple[AccessGrant, ...]:
    return tuple(
        grant if grant.principal is None else replace(grant, principal=filled(grant.principal, place))
        for grant in host.access
    )
