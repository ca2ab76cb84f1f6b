"""Who may sign in to the local Azure."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

from azserve.emulator.kernel.world import World

IDENTITIES = "Microsoft.ManagedIdentity/userAssignedIdentities"


@dataclass(frozen=True, slots=True)
class Client:
    """An application or a managed identity."""

    client_id: str
    object_id: str
    name: str
    secret: str | None = None
    """What `client_credentials` must show; None where no secret signs it in."""


def managed_identity(world: World) -> Client:
    """Return the identity that `/msi/token` speaks for when none is asked for by id."""
    return Client(_guid(world, "identity/client"), _guid(world, "identity/object"), "azserve-emulator-identity")


def application(world: World) -> Client:
    """Return the one application registered in the tenant; its secret is the same in every run with the same seed."""
    return Client(
        _guid(world, "application/client"),
        _guid(world, "application/object"),
        "azserve-emulator-application",
        secret=hashlib.sha256(f"{world.ids.seed}/application/secret".encode()).hexdigest()[:40],
    )


def find_application(world: World, client_id: str) -> Client | None:
    """Return the application with an id, or None."""
    found = application(world)
    return found if found.client_id == client_id.lower() else None


def find_managed_identity(world: World, client_id: str) -> Client | None:
    """Return the default identity, the application, or a user-assigned identity resource with this client id."""
    for known in (managed_identity(world), application(world)):
        if client_id.lower() in {known.client_id, known.object_id}:
            return known
    for stored in world.stored.of_type(IDENTITIES).values():
        properties = stored.properties
        if client_id.lower() in {str(stored.address).lower(), str(properties.get("clientId", "")).lower()}:
            return Client(str(properties["clientId"]), str(properties["principalId"]), stored.address.name)
    return None


def _guid(world: World, what: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"azserve-emulator/{world.ids.seed}/{what}"))
