"""A sound shape to `Settings`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from azserve.config.hosting import DEFAULT_SKU, hosted_model, pinned_version, version_notes
from azserve.config.meaning import region_choice
from azserve.config.rules import duration
from azserve.config.shape import (
    AccessShape,
    CapacityShape,
    EndpointShape,
    FleetShape,
    FoundryShape,
    NetworkShape,
    RegionsShape,
    ServerlessShape,
)
from azserve.config.surroundings import FilterShape
from azserve.config.tree import Branch, locate
from azserve.config.vocabulary import FILTERS
from azserve.errors import Bug, Problem, Severity
from azserve.model.catalogue import Catalogue, HostedModel, Hosting
from azserve.model.names import EndpointKey, FleetId, ModelName, Region, SubscriptionId
from azserve.model.settings import (
    AccessGrant,
    Blocklist,
    Capacity,
    CloudSettings,
    Connection,
    ContentFilter,
    Diagnostics,
    EndpointSettings,
    ExistingHost,
    FilterLevel,
    FilterPolicy,
    HostSettings,
    NetworkSettings,
    OwnProbe,
    RegionChoice,
    Rollout,
    Settings,
    SignIn,
    SmokeSettings,
)


@dataclass(frozen=True, slots=True)
class Sound:
    """A file that was checked and holds nothing wrong."""

    shape: FleetShape
    tree: Branch
    fleet_id: FleetId
    file: Path
    cloud: CloudSettings
    catalogue: Catalogue


def settings_of(sound: Sound) -> Settings:
    """Return the settings; everything was checked before."""
    shape = sound.shape
    endpoints = {EndpointKey(key): _endpoint(sound, key, endpoint) for key, endpoint in shape.endpoints.items()}
    return Settings(
        fleet_id=sound.fleet_id,
        file=sound.file,
        endpoints=endpoints,
        regions=_fleet_regions(shape),
        cloud=sound.cloud,
        subscription=_subscription(shape.subscription),
        tenant=shape.tenant,
        credential=shape.credential,
        subscriptions={Region(name): SubscriptionId(value.lower()) for name, value in shape.subscriptions.items()},
        group_pattern=shape.group,
        tags=shape.tags,
        serverless=_serverless(shape.serverless),
        foundry=_foundry(shape.foundry),
        rollout=Rollout(
            canary=Region(shape.rollout.canary) if shape.rollout.canary else None,
            gate=shape.rollout.gate,
            on_failure=shape.rollout.on_failure,
        ),
        smoke=_smoke(sound),
        ttl=duration(shape.ttl) if shape.ttl else None,
        templates=sound.file.parent / shape.templates if shape.templates else None,
        warnings=_warnings(sound),
    )


def _subscription(text: str | None) -> SubscriptionId | None:
    return SubscriptionId(text.lower()) if text else None


def _hosted(sound: Sound, endpoint: EndpointShape) -> HostedModel:
    hosted = hosted_model(endpoint, sound.catalogue)
    if hosted is None:
        raise Bug(f"`{endpoint.model}` was found sound without a hosting")
    return hosted


def _endpoint(sound: Sound, key: str, endpoint: EndpointShape) -> EndpointSettings:
    hosted = _hosted(sound, endpoint)
    on_foundry = hosted.hosting is Hosting.FOUNDRY
    own = endpoint.regions is not None
    named = None if endpoint.content_filter in FILTERS else endpoint.content_filter
    return EndpointSettings(
        key=EndpointKey(key),
        model=ModelName(endpoint.model),
        hosting=hosted.hosting,
        where=locate(sound.tree, ("endpoints", key)).key_origin.detail,
        version=pinned_version(endpoint, hosted),
        sku=(endpoint.sku or DEFAULT_SKU) if on_foundry else None,
        capacity=_capacity(endpoint.capacity) if on_foundry else None,
        content_filter=ContentFilter(endpoint.content_filter) if named is None else ContentFilter.DEFAULT,
        filter_name=named,
        regions=_choice(region_choice(sound.shape, endpoint)) if own else None,
        upgrade=endpoint.upgrade,
        tags=endpoint.tags,
    )


def _capacity(shape: CapacityShape | None) -> Capacity:
    least = shape and (shape.min or shape.target)
    target = shape and (shape.target or shape.min)
    return Capacity(minimum=least or 1, target=target or 1)


def _choice(shape: RegionsShape | None) -> RegionChoice:
    if shape is None:
        return RegionChoice(of=())
    return RegionChoice(
        of=tuple(Region(name) for name in shape.of),
        need=shape.need if isinstance(shape.need, int) else None,
        within=shape.within,
        avoid=tuple(Region(name) for name in shape.avoid),
    )


def _fleet_regions(shape: FleetShape) -> RegionChoice:
    """Without a choice of the fleet's own, its regions are those of its endpoints."""
    if shape.regions is not None:
        return _choice(shape.regions)
    named = (Region(name) for each in shape.endpoints.values() if each.regions for name in each.regions.of)
    return RegionChoice(of=tuple(dict.fromkeys(named)))


def _host(shape: ServerlessShape | FoundryShape) -> HostSettings:
    return HostSettings(
        sign_in=SignIn(shape.sign_in),
        network=_network(shape.network),
        access=tuple(_grant(each) for each in shape.access),
        identity=shape.identity,
        existing=ExistingHost(**shape.existing.model_dump()),
        diagnostics=Diagnostics(**shape.diagnostics.model_dump()) if shape.diagnostics else None,
        lock=shape.lock,
        export_keys=shape.export_keys,
    )


def _serverless(shape: ServerlessShape) -> HostSettings:
    connections = tuple(
        Connection(each.project, tuple(EndpointKey(key) for key in each.endpoints)) for each in shape.connections
    )
    return replace(_host(shape), connections=connections)


def _foundry(shape: FoundryShape) -> HostSettings:
    return replace(
        _host(shape),
        encryption_key=shape.encryption_key,
        filters=tuple(_filter(name, each) for name, each in shape.filters.items()),
        blocklists=tuple(
            Blocklist(name, each.description, each.terms, each.patterns) for name, each in shape.blocklists.items()
        ),
    )


def _filter(name: str, shape: FilterShape) -> FilterPolicy:
    said = {"Hate": shape.hate, "Sexual": shape.sexual, "Violence": shape.violence, "Selfharm": shape.self_harm}
    levels = {category: FilterLevel(level or shape.severity) for category, level in said.items()}
    return FilterPolicy(name, levels, shape.blocklists)


def _network(shape: NetworkShape) -> NetworkSettings:
    if shape.private is None:
        return NetworkSettings(public=shape.is_public)
    return NetworkSettings(public=shape.is_public, subnet=shape.private.subnet, dns=shape.private.dns)


def _grant(shape: AccessShape) -> AccessGrant:
    return AccessGrant(
        role=shape.role, principal=shape.principal, self_=shape.self_, principal_type=shape.principal_type
    )


def _smoke(sound: Sound) -> SmokeSettings:
    shape = sound.shape.smoke
    return SmokeSettings(
        required=shape.required,
        by_endpoint={EndpointKey(key): each.required for key, each in shape.endpoints.items()},
        private=shape.from_ == "private",
        budget_tokens=shape.budget.tokens,
        budget_usd=shape.budget.usd,
        probes={
            name: OwnProbe(raw, locate(sound.tree, ("smoke", "probes", name)).origin.detail)
            for name, raw in shape.probes.items()
        },
        probe_folder=sound.file.parent / shape.probes_from if shape.probes_from else None,
    )


def _warnings(sound: Sound) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            code="unknown-version",
            message=note,
            severity=Severity.WARNING,
            hint="check the spelling; planning asks Azure itself",
            where=locate(sound.tree, ("endpoints", key, "version")).origin.detail,
        )
        for key, endpoint in sound.shape.endpoints.items()
        for note in version_notes(key, endpoint, _hosted(sound, endpoint))
    )
