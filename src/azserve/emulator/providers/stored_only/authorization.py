"""What can be asked about roles: their definitions. Assignments are rows of the table."""

from __future__ import annotations

import re
from collections.abc import Mapping

from azserve.emulator.identity import roles
from azserve.emulator.kernel.kinds import CollectionRoute
from azserve.emulator.kernel.wire import ArmError, Call, Reply, not_modelled
from azserve.emulator.kernel.world import World

_HERE = "/providers/Microsoft.Authorization"
_SUBSCRIPTION = "/subscriptions/{subscription}"
_GROUP = f"{_SUBSCRIPTION}/resourceGroups/{{group}}"
_RESOURCE = f"{_GROUP}/providers/{{namespace}}/{{type}}/{{name}}"
_CHILD = f"{_RESOURCE}/{{child}}/{{childName}}"
_SCOPES = (_SUBSCRIPTION, _GROUP, _RESOURCE, _CHILD)
_FILTER = re.compile(r"\s*(?:(roleName)\s+eq\s+'(?P<name>[^']*)'|type\s+eq\s+'BuiltInRole')\s*", re.IGNORECASE)
Names = Mapping[str, str]


def list_definitions(world: World, call: Call, names: Names) -> Reply:
    """GET roleDefinitions: the built-in roles there are here, all or the one of a name."""
    scope = _scope(call)
    asked = call.query.get("$filter", "")
    found = _FILTER.fullmatch(asked) if asked else None
    if asked and found is None:
        raise ArmError(400, "UnsupportedQuery", f"The filter '{asked[:200]}' is not supported.")
    name = found["name"] if found is not None else None
    chosen = [role for role in roles.BUILT_IN if name is None or role.name.lower() == name.lower()]
    return Reply(200, {"value": [roles.shown(role, scope) for role in chosen]})


def show_definition(world: World, call: Call, names: Names) -> Reply:
    """GET roleDefinitions/{role}"""
    wanted = names["role"].lower()
    found = next((role for role in roles.BUILT_IN if role.id == wanted), None)
    if found is None:
        raise ArmError(404, "RoleDefinitionDoesNotExist", f"The specified role definition '{wanted}' does not exist.")
    return Reply(200, roles.shown(found, _scope(call)))


def refuse_custom(world: World, call: Call, names: Names) -> Reply:
    """Refuse aloud: a role that grants nothing would be worse than none."""
    raise not_modelled("custom role definitions")


def _scope(call: Call) -> str:
    """Return the scope that is asked about; empty at the level of the tenant."""
    return call.path[: call.path.lower().rindex(_HERE.lower())]


ROUTES: Mapping[tuple[str, str], CollectionRoute] = {
    ("GET", f"{_HERE}/roleDefinitions"): list_definitions,
    ("GET", f"{_HERE}/roleDefinitions/{{role}}"): show_definition,
    **{
        (method, f"{scope}{_HERE}/roleDefinitions/{{role}}"): refuse_custom
        for scope in ("", *_SCOPES)
        for method in ("PUT", "DELETE")
    },
    **{("GET", f"{scope}{_HERE}/roleDefinitions"): list_definitions for scope in _SCOPES},
    **{("GET", f"{scope}{_HERE}/roleDefinitions/{{role}}"): show_definition for scope in _SCOPES},
}
