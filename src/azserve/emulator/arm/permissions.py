"""Who may do what: the actions a scenario denies, and what a caller is told of them."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from azserve.emulator.arm import refusals
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Call, Json, Principal, Reply
from azserve.emulator.kernel.world import World

VERSIONS = ("2022-05-01-preview", "2022-04-01", "2018-07-01", "2018-01-01-preview", "2015-07-01")
"""Of the list of permissions."""

inferred(
    "arm.permissions.list",
    "a caller's own permissions are one set, everything less what the scenario denies, at every scope",
    because="the list of permissions is in the published SDKs; no answer of it was found",
)


def list_own(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """GET {scope}/providers/Microsoft.Authorization/permissions: what the caller may do there."""
    denied = [str(one) for one in world.scenario.get("permissions", {}).get("denied", ())]
    own: dict[str, Json] = {"actions": ["*"], "notActions": denied, "dataActions": [], "notDataActions": []}
    return Reply(200, {"value": [own]})


def check_permission(world: World, principal: Principal | None, action: str, scope: Address) -> None:
    """Raise ArmError where the scenario's `permissions.denied` has a pattern for the action.

    `principal` None is the emulator itself, which may do everything.
    """
    denied = world.scenario.get("permissions", {}).get("denied", ())
    if principal is None or not any(fnmatchcase(action.lower(), str(one).lower()) for one in denied):
        return
    raise refusals.forbidden(
        client=principal.name or principal.object_id, object_id=principal.object_id, action=action, scope=str(scope)
    )
