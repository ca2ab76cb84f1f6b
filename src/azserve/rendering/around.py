"""What stands around a host of either kind: addresses, access, logs, a lock, and what is put elsewhere for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from azserve.model.catalogue import Hosting
from azserve.model.settings import AccessGrant, Diagnostics, NetworkSettings
from azserve.rendering import pieces as p
from azserve.rendering.roles import role_for
from azserve.rendering.symbols import Names

_NETWORK = "Microsoft.Network"
_LINK = "azserve"
OURS = "azserve"
"""The name of a lock and of a diagnostic setting: there may be others beside them on a host."""
_CATEGORY_GROUPS = {"all": "allLogs", "audit": "audit"}


@dataclass(frozen=True, slots=True)
class Reached:
    """The host that a private endpoint leads to."""

    ref: p.Ref
    name: str
    symbol: str
    group_id: str
    zones: Mapping[str, str]
    """Private DNS zones by symbol."""


def private(network: NetworkSettings, host: Reached, after: tuple[p.Ref, ...], names: Names) -> Iterator[p.Piece]:
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
        zone_ids=() if isinstance(network.dns, str) else tuple(network.dns),
        needs=(endpoint, *(zone.ref for zone in zones)),
    )


def _zones(subnet: str, zones: Mapping[str, str], names: Names) -> Iterator[p.DnsZone]:
    network = subnet.partition("/subnets/")[0]
    for symbol, name in zones.items():
        ref = names.ref(symbol, f"{_NETWORK}/privateDnsZones", name)
        link = names.ref(f"{symbol}Link", f"{_NETWORK}/privateDnsZones/virtualNetworkLinks", _LINK, ref)
        yield p.DnsZone(ref=ref, name=name, link=link, link_name=_LINK, network=network)


def grants(
    asked: Sequence[AccessGrant], hosting: Hosting, scope: p.Ref, made: tuple[p.Ref, ...], names: Names
) -> Iterator[p.Piece]:
    """Yield a role assignment for each grant."""
    for number, grant in enumerate(asked, start=1):
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


def logs(asked: Diagnostics | None, hosts: Sequence[p.Ref], names: Names) -> Iterator[p.Piece]:
    """Yield a diagnostic setting for each host."""
    for host in hosts if asked else ():
        assert asked is not None
        yield p.DiagnosticSetting(
            ref=names.ref(f"{host.symbol}Logs", "Microsoft.Insights/diagnosticSettings", OURS),
            name=OURS,
            scope=host,
            workspace=asked.workspace,
            category_group=_CATEGORY_GROUPS[asked.logs],
            metrics=asked.metrics,
            needs=(host,),
        )


def locks(hosts: Sequence[p.Ref], names: Names) -> Iterator[p.Piece]:
    """Yield a lock for each host."""
    for host in hosts:
        ref = names.ref(f"{host.symbol}Lock", "Microsoft.Authorization/locks", OURS)
        yield p.Lock(ref=ref, name=OURS, scope=host, needs=(host,))
