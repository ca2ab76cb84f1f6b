"""From a region's estate to the pieces that templates draw: what is written, in which order, under which symbols.

The order is total and fixed. Everything that writes to one account stands in a single chain, because Azure answers
two concurrent writes under one account with 409 `RequestConflict`; a private endpoint counts as such a write.
Serverless endpoints do not share that rule and may be made side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from azserve.model.catalogue import Hosting
from azserve.model.deployment_name import deployment_name
from azserve.model.estate import (
    FoundryDeployment,
    FoundryHost,
    RegionEstate,
    ServerlessEndpoint,
    ServerlessHost,
)
from azserve.model.settings import AccessGrant, ContentFilter, NetworkSettings, SignIn
from azserve.rendering import pieces as p
from azserve.rendering.roles import role_for

_COGNITIVE = "Microsoft.CognitiveServices/accounts"
_WORKSPACE = "Microsoft.MachineLearningServices/workspaces"
_NETWORK = "Microsoft.Network"
_AUTH_MODES = {SignIn.KEY: "Key", SignIn.ENTRA: "AAD", SignIn.BOTH: "KeyAndAAD"}
_ACCOUNT_ZONES = {
    "cognitiveServicesZone": "privatelink.cognitiveservices.azure.com",
    "openaiZone": "privatelink.openai.azure.com",
    "aiServicesZone": "privatelink.services.ai.azure.com",
}
"""Private DNS zones of an AIServices account, by symbol: its three public host names."""
_HUB_ZONES = {"workspaceZone": "privatelink.api.azureml.ms", "notebooksZone": "privatelink.notebooks.azure.net"}
_RAI_POLICIES = {
    ContentFilter.STRICT: ("strictFilter", "azserve-strict"),
    ContentFilter.OFF: ("openFilter", "azserve-off"),
}
_LINK = "azserve"
_DEFAULT_RAI_POLICY = "Microsoft.DefaultV2"


def region_view(estate: RegionEstate) -> p.RegionView:
    """Return all that the templates of one region need to know."""
    names = _Names()
    written = tuple(_serverless(estate.serverless, names)) if estate.serverless else ()
    written += tuple(_foundry(estate.foundry, names)) if estate.foundry else ()
    accounts = [
        piece for piece in written if isinstance(piece, p.Account | p.Existing) and piece.ref.type == _COGNITIVE
    ]
    return p.RegionView(
        fleet=estate.fleet_id.fleet,
        environment=estate.fleet_id.environment,
        region=estate.region,
        tags=dict(sorted(estate.tags.items())),
        group=estate.group,
        models_deployment=deployment_name(estate.fleet_id, "models"),
        variables=names.variables,
        pieces=written,
        account=accounts[0] if accounts else None,
    )


@dataclass(slots=True)
class _Names:
    """Symbols given out so far, and the ARM variables behind them. ARM compares variables without case."""

    variables: dict[str, object] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def ref(self, symbol: str, kind: str, name: str, parent: p.Ref | None = None) -> p.Ref:
        """Give a resource its symbol and put its name into a variable."""
        symbol = self._free(symbol)
        self.variables[f"{symbol}Name"] = name
        above = parent.names if parent else ()
        return p.Ref(symbol, kind, (*above, f"{symbol}Name"))

    def value(self, name: str, value: object) -> str:
        """Put something into a variable of its own and return the variable's name."""
        self.variables[name] = value
        return name

    def _free(self, symbol: str) -> str:
        wanted, number = symbol, 2
        while wanted.lower() in self.taken:
            wanted, number = f"{symbol}{number}", number + 1
        self.taken.add(wanted.lower())
        return wanted


def _symbol(key: str, suffix: str) -> str:
    """Return `r1-chat` as `r1ChatDeployment`; an identifier whatever the key is."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", key) if word]
    joined = "".join([*(word.lower() for word in words[:1]), *(word[:1].upper() + word[1:] for word in words[1:])])
    return (f"m{joined}" if joined[:1].isdigit() else joined or "model") + suffix


def _serverless(host: ServerlessHost, names: _Names) -> Iterator[p.Piece]:
    project_needs: tuple[p.Ref, ...] = ()
    hub: p.Ref | None = None
    if not host.project_exists:
        hub = names.ref("hub", _WORKSPACE, host.hub)
        yield from _hub(host, hub, names)
        project_needs = () if host.hub_exists else (hub,)
    project = names.ref("project", _WORKSPACE, host.project)
    if hub is None:
        yield p.Existing(ref=project, name=host.project)
    else:
        yield p.HubProject(ref=project, name=host.project, hub=hub, public=host.network.public, needs=project_needs)
    made = () if host.project_exists else (project,)
    for endpoint in host.endpoints:
        yield from _endpoint(endpoint, host.sign_in, project, made, names)
    if hub is not None and not host.hub_exists:
        yield from _private(host.network, _Reached(hub, host.hub, "hub", "amlworkspace", _HUB_ZONES), (), names)
    yield from _grants(host.access, Hosting.SERVERLESS, project, made, names)


def _hub(host: ServerlessHost, hub: p.Ref, names: _Names) -> Iterator[p.Piece]:
    if host.hub_exists:
        yield p.Existing(ref=hub, name=host.hub)
        return
    public = host.network.public
    storage = names.ref("storage", "Microsoft.Storage/storageAccounts", host.storage)
    vault = names.ref("vault", "Microsoft.KeyVault/vaults", host.vault)
    if host.storage_exists:
        yield p.Existing(ref=storage, name=host.storage)
    else:
        yield p.Storage(ref=storage, name=host.storage, public=public)
    if host.vault_exists:
        yield p.Existing(ref=vault, name=host.vault)
    else:
        yield p.Vault(ref=vault, name=host.vault, public=public)
    needs = tuple(ref for ref, exists in ((storage, host.storage_exists), (vault, host.vault_exists)) if not exists)
    yield p.Hub(ref=hub, name=host.hub, public=public, storage=storage, vault=vault, needs=needs)


def _endpoint(
    endpoint: ServerlessEndpoint, sign_in: SignIn, project: p.Ref, made: tuple[p.Ref, ...], names: _Names
) -> Iterator[p.Piece]:
    after: tuple[p.Ref, ...] = ()
    if endpoint.marketplace_subscription is not None:
        subscription = names.ref(
            _symbol(endpoint.key, "Subscription"),
            f"{_WORKSPACE}/marketplaceSubscriptions",
            endpoint.marketplace_subscription,
            project,
        )
        yield p.MarketplaceSubscription(
            ref=subscription,
            name=endpoint.marketplace_subscription,
            project=project,
            model=endpoint.model,
            model_id=endpoint.model_id,
            needs=made,
        )
        after = (subscription,)
    ref = names.ref(_symbol(endpoint.key, "Endpoint"), f"{_WORKSPACE}/serverlessEndpoints", endpoint.name, project)
    yield p.ServerlessEndpointPiece(
        ref=ref,
        name=endpoint.name,
        key=endpoint.key,
        project=project,
        model=endpoint.model,
        model_id=endpoint.model_id,
        auth_mode=_AUTH_MODES[sign_in],
        content_safety="Disabled" if endpoint.content_filter is ContentFilter.OFF else "Enabled",
        needs=made,
        after=after,
        tags=dict(sorted(endpoint.tags.items())),
        tags_variable=_own_tags(ref, endpoint.tags, names),
    )


def _own_tags(ref: p.Ref, tags: Mapping[str, str], names: _Names) -> str:
    """Put a resource's own tags into a variable; no variable where it has none."""
    name = f"{ref.symbol}Tags"
    return names.value(name, dict(sorted(tags.items()))) if tags else name


def _foundry(host: FoundryHost, names: _Names) -> Iterator[p.Piece]:
    account = names.ref("account", _COGNITIVE, host.account)
    made = () if host.account_exists else (account,)
    if host.account_exists:
        yield p.Existing(ref=account, name=host.account)
    else:
        yield p.Account(
            ref=account,
            name=host.account,
            subdomain=host.subdomain,
            public=host.network.public,
            local_auth=host.sign_in is not SignIn.ENTRA,
        )
    last: tuple[p.Ref, ...] = ()
    for piece in _chained(host, account, names):
        yield replace(piece, needs=made, after=last)
        last = (piece.ref,)
    if not host.account_exists:
        reached = _Reached(account, host.account, "account", "account", _ACCOUNT_ZONES)
        yield from _private(host.network, reached, last, names)
    yield from _grants(host.access, Hosting.FOUNDRY, account, made, names)


def _chained(host: FoundryHost, account: p.Ref, names: _Names) -> Iterator[p.Piece]:
    """Yield what writes to the account, in the order it has to keep; the caller adds the links."""
    if not host.project_exists and not host.account_exists:
        project = names.ref("accountProject", f"{_COGNITIVE}/projects", host.project, account)
        yield p.AccountProject(ref=project, name=host.project, account=account)
    filters = {deployment.content_filter for deployment in host.deployments}
    for wanted, (symbol, name) in _RAI_POLICIES.items():
        if wanted in filters:
            ref = names.ref(symbol, f"{_COGNITIVE}/raiPolicies", name, account)
            yield p.RaiPolicy(ref=ref, name=name, account=account, blocks=wanted is ContentFilter.STRICT)
    for deployment in host.deployments:
        yield _deployment(deployment, account, names)


def _deployment(deployment: FoundryDeployment, account: p.Ref, names: _Names) -> p.Deployment:
    symbol = _symbol(deployment.key, "Deployment")
    ref = names.ref(symbol, f"{_COGNITIVE}/deployments", deployment.name, account)
    policy = _RAI_POLICIES.get(deployment.content_filter)
    return p.Deployment(
        ref=ref,
        name=deployment.name,
        account=account,
        model=deployment.model,
        format=deployment.format,
        version=deployment.version,
        sku=deployment.sku,
        capacity=deployment.capacity,
        upgrade=deployment.upgrade,
        rai_policy=policy[1] if policy else _DEFAULT_RAI_POLICY,
        tags=dict(sorted(deployment.tags.items())),
        tags_variable=_own_tags(ref, deployment.tags, names),
    )


@dataclass(frozen=True, slots=True)
class _Reached:
    """The host that a private endpoint leads to."""

    ref: p.Ref
    name: str
    symbol: str
    group_id: str
    zones: Mapping[str, str]


def _private(network: NetworkSettings, host: _Reached, after: tuple[p.Ref, ...], names: _Names) -> Iterator[p.Piece]:
    """Yield the private endpoint and its names; nothing where the host has no subnet.

    With `dns: managed` a policy of the platform team writes the names, so azserve must not.
    """
    if network.subnet is None:
        return
    name = f"pe-{host.name}"
    endpoint = names.ref(f"{host.symbol}PrivateEndpoint", f"{_NETWORK}/privateEndpoints", name)
    yield p.PrivateEndpoint(
        ref=endpoint,
        name=name,
        target=host.ref,
        group_id=host.group_id,
        subnet=network.subnet,
        needs=(host.ref,),
        after=after,
    )
    if network.dns == "managed":
        return
    zones = tuple(_zones(network.subnet, host.zones, names)) if network.dns == "create" else ()
    yield from zones
    group = names.ref(
        f"{host.symbol}ZoneGroup", f"{_NETWORK}/privateEndpoints/privateDnsZoneGroups", "default", endpoint
    )
    yield p.DnsZoneGroup(
        ref=group,
        name="default",
        endpoint=endpoint,
        zones=tuple(zone.ref for zone in zones),
        zone_ids=_zone_ids(network.dns),
        needs=(endpoint, *(zone.ref for zone in zones)),
    )


def _zone_ids(dns: str | Sequence[str]) -> tuple[str, ...]:
    return () if isinstance(dns, str) else tuple(dns)


def _zones(subnet: str, zones: Mapping[str, str], names: _Names) -> Iterator[p.DnsZone]:
    network = subnet.partition("/subnets/")[0]
    for symbol, name in zones.items():
        ref = names.ref(symbol, f"{_NETWORK}/privateDnsZones", name)
        link = names.ref(f"{symbol}Link", f"{_NETWORK}/privateDnsZones/virtualNetworkLinks", _LINK, ref)
        yield p.DnsZone(ref=ref, name=name, link=link, link_name=_LINK, network=network)


def _grants(
    grants: Sequence[AccessGrant], hosting: Hosting, scope: p.Ref, made: tuple[p.Ref, ...], names: _Names
) -> Iterator[p.Piece]:
    for number, grant in enumerate(grants, start=1):
        role = role_for(hosting, grant.role)
        symbol = f"{scope.symbol}Access{number}"
        variable = names.value(f"{symbol}Principal", grant.principal) if grant.principal else ""
        yield p.RoleAssignment(
            ref=p.Ref(symbol, "Microsoft.Authorization/roleAssignments", ()),
            name="",
            scope=scope,
            role=role.name,
            role_id=role.id,
            principal=None if grant.self_ else grant.principal,
            principal_type=grant.principal_type,
            principal_variable=variable,
            needs=made,
        )
