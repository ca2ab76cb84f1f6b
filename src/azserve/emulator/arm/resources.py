"""Requests on groups and resources by id, their actions, and lists of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from azserve.emulator.arm import engine, locks, operations, refusals
from azserve.emulator.arm.filters import compile_filter
from azserve.emulator.arm.paging import page
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.clock import timestamp
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Kind, Put
from azserve.emulator.kernel.wire import Call, Json, Reply
from azserve.emulator.kernel.world import Stored, World

inferred(
    "arm.resources.preconditions",
    "`If-Match` and `If-None-Match` are honoured on every write",
    because="documented for ARM in general; which providers honour them is not known here",
)


def answer(world: World, call: Call, address: Address) -> Reply:
    """Answer a request on one group or resource."""
    engine.check_subscription(world, address.subscription)
    kind = engine.kind_at(world, address, call.api_version)
    match call.method:
        case "GET" | "HEAD":
            return _read(world, call, kind, address)
        case "PUT" | "PATCH":
            return _write(world, call, kind, address)
        case "DELETE":
            return _delete(world, call, kind, address)
        case _:
            raise refusals.wrong_method(call.method, call.path)


def act(world: World, call: Call, address: Address, name: str) -> Reply:
    """Answer a POST on a resource."""
    kind = engine.kind_at(world, address, call.api_version)
    engine.check_api_version(kind, call.api_version)
    action = kind.actions.get(name.lower())
    if action is None:
        raise refusals.no_action(kind.type, name, kind.actions)
    engine.check_permission(world, call.principal, f"{kind.type}/{name}/action", address)
    locks.refuse_write(world, address)
    return action(world, engine.existing(world, address), call)


def list_kind(world: World, call: Call, sample: Address) -> Reply:
    """Answer the resources of one type: below the parent, in the group, or in the subscription that `sample` names."""
    kind = engine.kind_at(world, sample, call.api_version)
    engine.check_api_version(kind, call.api_version)
    outer = sample.parent or sample.scope or sample.group_address
    if outer is not None:
        engine.existing(world, outer)
    engine.check_permission(world, call.principal, f"{kind.type}/read", outer or Address(sample.subscription))
    within = outer or Address(sample.subscription)
    found = [one for one in world.under(within, kind.type) if _belongs(one.address, sample)]
    return page(world, call, [engine.present(world, one) for one in found])


def list_groups(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer the groups of a subscription."""
    engine.check_permission(world, call.principal, _group_action("read"), Address(names["subscription"]))
    chosen = compile_filter(call.query.get("$filter"))
    groups = [one for one in world.under(Address(names["subscription"])) if not one.address.names and one.address.group]
    return page(world, call, [engine.present(world, one) for one in groups if chosen(one)])


def list_resources(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer all that has a location, in a group or in the whole subscription, in its short form."""
    within = Address(names["subscription"], names.get("group"))
    engine.group_of(world, within)
    engine.check_permission(world, call.principal, "Microsoft.Resources/subscriptions/resources/read", within)
    chosen = compile_filter(call.query.get("$filter"))
    extra = [part.strip().lower() for part in call.query.get("$expand", "").split(",")]
    found = [_brief(world, one, extra) for one in _tracked(world, world.under(within)) if chosen(one)]
    return page(world, call, found)


def _read(world: World, call: Call, kind: Kind, address: Address) -> Reply:
    engine.check_api_version(kind, call.api_version)
    engine.check_permission(world, call.principal, _action(kind, address, "read"), address)
    stored = engine.existing(world, address)
    if call.method == "HEAD":
        return Reply(204)
    return Reply(200, engine.present(world, stored))


def _write(world: World, call: Call, kind: Kind, address: Address) -> Reply:
    version = call.api_version
    if not version:
        raise refusals.missing_api_version()
    put = engine.wish(world, address, call.body, api_version=version, principal=call.principal, base=call.base)
    _check_preconditions(call, put)
    work = engine.put_resource(world, put) if call.method == "PUT" else engine.patch_resource(world, put)
    stored = work.stored or engine.existing(world, put.address)
    return operations.answer_write(world, call, stored, work)


def _delete(world: World, call: Call, kind: Kind, address: Address) -> Reply:
    engine.check_api_version(kind, call.api_version)
    engine.check_permission(world, call.principal, _action(kind, address, "delete"), address)
    if not address.names:
        stored = engine.existing(world, address)
    else:
        engine.group_of(world, address)
        found = world.get(address)
        if found is None:
            return Reply(204)
        stored = found
    return operations.answer_delete(world, call, stored, engine.delete_resource(world, stored, call))


def _check_preconditions(call: Call, put: Put) -> None:
    there = put.existing
    only_new = call.headers.get("if-none-match") == "*"
    wanted = call.headers.get("if-match")
    if only_new and there is not None:
        raise refusals.precondition_failed(put.address)
    if wanted is None:
        return
    if there is None or (wanted != "*" and wanted.strip('"') != engine.etag(there)):
        raise refusals.precondition_failed(put.address)


def _action(kind: Kind, address: Address, verb: str) -> str:
    return f"{kind.type}/{verb}" if address.names else _group_action(verb)


def _group_action(verb: str) -> str:
    return f"Microsoft.Resources/subscriptions/resourceGroups/{verb}"


def _belongs(address: Address, sample: Address) -> bool:
    """Whether a resource is a direct child of what the sample is a child of, or anywhere where that is no parent."""
    same_parent = [name.lower() for name in address.names[:-1]] == [name.lower() for name in sample.names[:-1]]
    return same_parent and (
        sample.scope is None or (address.scope is not None and address.scope.key == sample.scope.key)
    )


def _tracked(world: World, found: Iterable[Stored]) -> Iterable[Stored]:
    for one in found:
        kind = world.registry.kind(one.address.type) if one.address.names else None
        if kind is not None and kind.locations:
            yield one


def _brief(world: World, stored: Stored, extra: list[str]) -> dict[str, Json]:
    """The short form that lists of all resources have: no properties."""
    full = engine.present(world, stored)
    body: dict[str, Json] = {"id": full["id"], "name": "/".join(stored.address.names), "type": full["type"]}
    body |= {name: full[name] for name in ("sku", "kind", "managedBy", "location", "identity", "tags") if name in full}
    if "createdtime" in extra:
        body["createdTime"] = timestamp(stored.created_at)
    if "changedtime" in extra:
        body["changedTime"] = timestamp(stored.changed_at)
    if "provisioningstate" in extra:
        body["provisioningState"] = stored.state
    return body
