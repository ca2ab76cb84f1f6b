"""Who may do what: the roles that somebody holds, the actions a scenario denies, and what a caller is told of them."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from azserve.emulator.arm import refusals
from azserve.emulator.identity import roles
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.routes import segments
from azserve.emulator.kernel.wire import Call, Principal, Reply
from azserve.emulator.kernel.world import World

VERSIONS = ("2022-05-01-preview", "2022-04-01", "2018-07-01", "2018-01-01-preview", "2015-07-01")
"""Of the list of permissions."""

inferred(
    "arm.permissions.list",
    "a caller's own permissions are one set per role held, each less what the scenario denies",
    because="the list of permissions is in the published SDKs; no answer of it was found",
)
inferred(
    "arm.permissions.routes",
    "the action that a list of a location or an action of a subscription needs is made of the words of its address",
    because="the documented names of such actions are made so; not all are listed",
)
_VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete", "POST": "action"}
_WITHOUT_ROLE = ("operationresults", "operationstatuses")
"""What whoever knows the address may ask."""


def list_own(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """GET {scope}/providers/Microsoft.Authorization/permissions: what the caller may do there."""
    denied = [str(one) for one in world.scenario.get("permissions", {}).get("denied", ())]
    scope = Address.parse(call.path[: call.path.lower().rindex("/providers/microsoft.authorization")])
    held = roles.held(world, call.principal, scope) if call.principal is not None and scope is not None else ()
    told = [roles.permissions(role) for role in held]
    return Reply(200, {"value": [{**one, "notActions": [*one["notActions"], *denied]} for one in told]})


def check_permission(world: World, principal: Principal | None, action: str, scope: Address) -> None:
    """Raise ArmError where the scenario's `permissions.denied` has a pattern for the action, or no role allows it.

    `principal` None is the emulator itself, which may do everything.
    """
    if principal is None:
        return
    denied = world.scenario.get("permissions", {}).get("denied", ())
    if any(fnmatchcase(action.lower(), str(one).lower()) for one in denied) or not roles.allows(
        world, principal, action, scope
    ):
        raise refusals.forbidden(
            client=principal.name or principal.object_id, object_id=principal.object_id, action=action, scope=str(scope)
        )


def check_route(world: World, principal: Principal | None, method: str, route: str, names: Mapping[str, str]) -> None:
    """Raise ArmError where a route that is no resource may not be asked; `route` is its template."""
    parts = segments(route)
    if "subscription" not in names or any(part.lower() in _WITHOUT_ROLE for part in parts):
        return
    below = parts[parts.index("providers") + 1 :] if "providers" in parts else ["Microsoft.Resources", *parts]
    words = [names.get(part.strip("{}"), part) if part == "{namespace}" else part for part in below]
    said = "/".join(word for word in words if not word.startswith("{"))
    action = f"{said}/{_VERBS[method]}"
    check_permission(world, principal, action, Address(names["subscription"], names.get("group")))
