"""Tags apart from what carries them: `Microsoft.Resources/tags` on any scope, and the tag names of a subscription."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from azserve.emulator.arm import engine, locks, refusals
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import CollectionRoute
from azserve.emulator.kernel.wire import Call, Json, Reply
from azserve.emulator.kernel.world import World

_NOTE = "tags"
_HERE = "/providers/Microsoft.Resources/tags/default"
_SUBSCRIPTION = "/subscriptions/{subscription}"
_GROUP = f"{_SUBSCRIPTION}/resourceGroups/{{group}}"
_RESOURCE = f"{_GROUP}/providers/{{namespace}}/{{type}}/{{name}}"
_CHILD = f"{_RESOURCE}/{{child}}/{{childName}}"
_SCOPES = (_SUBSCRIPTION, _GROUP, _RESOURCE, _CHILD)
Names = Mapping[str, str]

inferred(
    "arm.tags.instant",
    "tags written at a scope are there at once, with 200",
    because="the specification has 200 and 202; which scopes take how long is not known here",
)


def show(world: World, call: Call, names: Names) -> Reply:
    """GET {scope}/providers/Microsoft.Resources/tags/default"""
    scope = _scope(world, call, "read")
    return Reply(200, _shown(scope, _tags(world, scope)))


def put(world: World, call: Call, names: Names) -> Reply:
    """PUT: these tags and no others."""
    scope = _scope(world, call, "write")
    return _keep(world, scope, _wanted(call))


def patch(world: World, call: Call, names: Names) -> Reply:
    """PATCH with `operation`: Merge, Replace or Delete."""
    scope = _scope(world, call, "write")
    wanted, there = _wanted(call), _tags(world, scope)
    match str(call.body.get("operation", "")).lower():
        case "replace":
            return _keep(world, scope, wanted)
        case "merge":
            return _keep(world, scope, there | wanted)
        case "delete":
            return _keep(world, scope, {name: value for name, value in there.items() if wanted.get(name) != value})
        case other:
            raise refusals.bad_content(f"the operation '{other[:40]}' is none of Replace, Merge and Delete")


def delete(world: World, call: Call, names: Names) -> Reply:
    """DELETE: no tags any more."""
    _keep(world, _scope(world, call, "delete"), {})
    return Reply(200)


def list_names(world: World, call: Call, names: Names) -> Reply:
    """GET tagNames: every name in use in a subscription with its values, counted."""
    subscription = Address(names["subscription"])
    engine.check_permission(world, call.principal, "Microsoft.Resources/subscriptions/tagNames/read", subscription)
    used: dict[str, Counter[str]] = {}
    for holder in [_tags(world, subscription), *(one.body.get("tags") or {} for one in world.under(subscription))]:
        for name, value in holder.items():
            used.setdefault(name, Counter())[value] += 1
    return Reply(200, {"value": [_counted(subscription, name, values) for name, values in sorted(used.items())]})


def routes() -> dict[tuple[str, str], CollectionRoute]:
    """Return the routes at every scope."""
    verbs: dict[str, CollectionRoute] = {"GET": show, "PUT": put, "PATCH": patch, "DELETE": delete}
    made = {(method, f"{scope}{_HERE}"): serve for scope in _SCOPES for method, serve in verbs.items()}
    return made | {("GET", f"{_SUBSCRIPTION}/tagNames"): list_names}


def _scope(world: World, call: Call, verb: str) -> Address:
    """Return what the tags are on, in its own spelling; ArmError where it is not there or may not be touched."""
    path = call.path[: call.path.lower().rindex(_HERE.lower())]
    scope = Address.parse(path) or Address(path.strip("/").partition("/")[2])
    if scope.group is not None or scope.names:
        scope = engine.existing(world, scope).address
    engine.check_permission(world, call.principal, f"Microsoft.Resources/tags/{verb}", scope)
    if verb != "read":
        locks.refuse_write(world, scope)
    return scope


def _wanted(call: Call) -> dict[str, str]:
    properties = call.body.get("properties") if isinstance(call.body, dict) else None
    tags = properties.get("tags") if isinstance(properties, dict) else None
    if not isinstance(tags, dict):
        raise refusals.bad_content("Required property 'properties.tags' not found in JSON")
    engine.check_tags(tags)
    return dict(tags)


def _tags(world: World, scope: Address) -> dict[str, str]:
    stored = world.get(scope)
    if stored is not None:
        return dict(stored.body.get("tags") or {})
    kept: dict[str, str] = world.notes.get(_NOTE, {}).get(scope.key, {})
    return kept


def _keep(world: World, scope: Address, tags: dict[str, str]) -> Reply:
    engine.check_tags(tags)
    stored = world.get(scope)
    if stored is None:
        world.notes.setdefault(_NOTE, {})[scope.key] = tags
    else:
        stored.body["tags"] = tags
        stored.changed_at = world.now()
    return Reply(200, _shown(scope, tags))


def _shown(scope: Address, tags: dict[str, str]) -> dict[str, Json]:
    return {
        "id": f"{scope}{_HERE}",
        "name": "default",
        "type": "Microsoft.Resources/tags",
        "properties": {"tags": tags},
    }


def _counted(subscription: Address, name: str, values: Counter[str]) -> dict[str, Json]:
    at = f"{subscription}/tagNames/{name}"
    return {
        "id": at,
        "tagName": name,
        "count": {"type": "Total", "value": values.total()},
        "values": [
            {"id": f"{at}/tagValues/{value}", "tagValue": value, "count": {"type": "Total", "value": count}}
            for value, count in sorted(values.items())
        ],
    }
