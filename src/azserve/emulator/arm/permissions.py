"""Who may do what: the actions a scenario denies."""

from __future__ import annotations

from fnmatch import fnmatchcase

from azserve.emulator.arm import refusals
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.wire import Principal
from azserve.emulator.kernel.world import World


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
