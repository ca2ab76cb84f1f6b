"""Functions on ranges of addresses; what they give for the examples of Microsoft's documentation (2025) is theirs."""

from __future__ import annotations

import ipaddress
from typing import TypeAlias

from azserve.emulator.arm.deployments.template.evaluate import Frame, Function, unable
from azserve.emulator.arm.deployments.template.functions.text import wanted_int, wanted_text
from azserve.emulator.kernel.wire import Json

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def wanted_network(name: str, value: Json) -> Network:
    """Return the range that a text like `10.0.0.0/20` names; TemplateError where it names none."""
    try:
        return ipaddress.ip_network(wanted_text(name, value), strict=False)
    except ValueError as error:
        raise unable(name, f"'{str(value)[:80]}' is not a valid range of addresses") from error


def parse_cidr(_: Frame, values: list[Json]) -> Json:
    """`parseCidr(range)`; only version 4 has a broadcast address, and keeps it and the first from use."""
    network = wanted_network("parseCidr", values[0])
    made: dict[str, Json] = {"network": str(network.network_address), "netmask": str(network.netmask)}
    first, last = network.network_address, network.broadcast_address
    if network.version == 4:
        made["broadcast"] = str(last)
        if network.num_addresses > 2:
            first, last = first + 1, last - 1
    return made | {"firstUsable": str(first), "lastUsable": str(last), "cidr": network.prefixlen}


def cidr_subnet(_: Frame, values: list[Json]) -> Json:
    """`cidrSubnet(range, length of the prefix, index)`."""
    network = wanted_network("cidrSubnet", values[0])
    prefix, index = (wanted_int("cidrSubnet", value) for value in values[1:])
    if not network.prefixlen <= prefix <= network.max_prefixlen:
        raise unable("cidrSubnet", f"the prefix must be between {network.prefixlen} and {network.max_prefixlen}")
    if not 0 <= index < 1 << (prefix - network.prefixlen):
        raise unable("cidrSubnet", f"the index '{index}' is beyond the last subnet")
    start = network.network_address + (index << (network.max_prefixlen - prefix))
    return f"{start}/{prefix}"


def cidr_host(_: Frame, values: list[Json]) -> Json:
    """`cidrHost(range, index)`: usable addresses, from the first."""
    network, index = wanted_network("cidrHost", values[0]), wanted_int("cidrHost", values[1])
    kept = 2 if network.version == 4 else 1
    if not 0 <= index < network.num_addresses - kept:
        raise unable("cidrHost", f"the index '{index}' is beyond the last usable address")
    return str(network.network_address + 1 + index)


FUNCTIONS = (
    Function("parseCidr", parse_cidr, 1, 1),
    Function("cidrSubnet", cidr_subnet, 3, 3),
    Function("cidrHost", cidr_host, 2, 2),
)
