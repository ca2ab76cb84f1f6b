"""What stands around a region's hosts: patterns filled in, ids taken apart, names decided."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from azserve.errors import Bug
from azserve.model.estate import Encryption, KeySecret, ProjectConnection, ServerlessEndpoint
from azserve.model.names import EndpointKey, Region
from azserve.model.resource_id import ResourceId
from azserve.model.settings import Diagnostics, HostSettings, Settings
from azserve.planning.naming import connection_name, fill, secret_name
from azserve.planning.places import Place, place_in

_KEY_ADDRESS: Final = re.compile(r"(https://[^/]+)/keys/([^/]+)/([^/]+)")


def filled(pattern: str, place: Place) -> str:
    """Return a pattern with fleet, environment and region filled in."""
    return fill(pattern, place.identity.fleet_id, place.identity.region)


def elsewhere(pattern: str | None, place: Place) -> ResourceId | None:
    """Return what an id under `existing:` names; None for a plain name, which is one in the fleet's group."""
    return ResourceId.parse(filled(pattern, place)) if pattern and "/" in pattern else None


def identity_of(host: HostSettings, place: Place) -> str | None:
    """Return the id of the user's own identity."""
    return None if host.identity == "system" else filled(host.identity, place)


def diagnostics_of(host: HostSettings, place: Place) -> Diagnostics | None:
    """Return where logs go."""
    asked = host.diagnostics
    return replace(asked, workspace=filled(asked.workspace, place)) if asked else None


def encryption_of(host: HostSettings, place: Place) -> Encryption | None:
    """Return the customer's key, taken apart."""
    if host.encryption_key is None:
        return None
    found = _KEY_ADDRESS.fullmatch(filled(host.encryption_key, place))
    if found is None:
        raise Bug(f"`{host.encryption_key}` was found to be a key's address")
    return Encryption(vault_uri=found[1], name=found[2], version=found[3])


def connections_of(
    host: HostSettings, endpoints: Sequence[ServerlessEndpoint], place: Place
) -> tuple[ProjectConnection, ...]:
    """Return the connections to the endpoints that this region has."""
    return tuple(
        ProjectConnection(
            endpoint=endpoint.name,
            project=ResourceId.parse(filled(connection.project, place)),
            name=connection_name(place.identity, endpoint.key),
        )
        for connection in host.connections
        for endpoint in endpoints
        if not connection.endpoints or endpoint.key in connection.endpoints
    )


def connections_to(settings: Settings, key: EndpointKey, region: Region) -> tuple[ResourceId, ...]:
    """Return the connections that other people's projects should have to a serverless endpoint."""
    place = place_in(settings, region)
    name = connection_name(place.identity, key)
    return tuple(
        ResourceId.parse(filled(connection.project, place)).child("connections", name)
        for connection in settings.serverless.connections
        if not connection.endpoints or key in connection.endpoints
    )


def key_secret(
    host: HostSettings, place: Place, key: EndpointKey | None = None, endpoint: str | None = None
) -> KeySecret:
    """Return the secret that keeps the key of an endpoint, or of the account."""
    assert host.export_keys is not None
    vault = ResourceId.parse(filled(host.export_keys, place))
    return KeySecret(vault=vault, name=secret_name(place.identity, key), endpoint=endpoint)
