"""Managed identities of resources, filled in as Azure fills them in."""

from __future__ import annotations

from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Put
from azserve.emulator.kernel.wire import ArmError, Json
from azserve.emulator.kernel.world import World

inferred(
    "providers.identity.missing",
    "a user-assigned identity that does not exist is refused with FailedIdentityOperation, 400",
    because="known from general use of managed identities; not seen recorded for these types",
)


def has_identity(body: Json) -> bool:
    """Say whether a body asks for, or shows, any managed identity."""
    identity = body.get("identity") if isinstance(body, dict) else None
    return isinstance(identity, dict) and str(identity.get("type", "None")).lower() != "none"


def identified(world: World, put: Put) -> dict[str, Json] | None:
    """Return the identity to show for a wish; None where it asks for none. A principal, once given, is kept."""
    if not has_identity(put.body):
        return None
    asked = put.body["identity"]
    kind = str(asked["type"]).lower()
    was = (put.existing.body.get("identity") or {}) if put.existing else {}
    shown: dict[str, Json] = {"type": asked["type"]}
    if "systemassigned" in kind:
        shown |= {"principalId": was.get("principalId") or world.ids.guid(), "tenantId": world.tenant}
    if "userassigned" in kind:
        shown["userAssignedIdentities"] = {key: _known(world, key) for key in asked.get("userAssignedIdentities") or {}}
    return shown


def _known(world: World, resource_id: str) -> dict[str, Json]:
    address = Address.parse(resource_id)
    stored = world.get(address) if address else None
    if stored is None:
        raise ArmError(
            400,
            "FailedIdentityOperation",
            f"Identity operation for resource failed with error 'The user assigned identity '{resource_id}' was not "
            "found'.",
        )
    return {key: stored.properties.get(key) for key in ("principalId", "clientId")}
