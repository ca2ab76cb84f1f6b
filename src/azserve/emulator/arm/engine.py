"""One resource through its kind: ARM's generic rules around the kind's own.

A plain request (`resources.py`) and a template deployment (`deployments/`) both come through here, so they cannot
differ. Nothing here knows a type by name, except a group.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import replace

from azserve.emulator.arm import locks, refusals
from azserve.emulator.arm.permissions import check_permission
from azserve.emulator.arm.registrations import state_of
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.clock import timestamp
from azserve.emulator.kernel.kinds import Kind, Put, Work
from azserve.emulator.kernel.wire import ArmError, Call, Json, Principal
from azserve.emulator.kernel.world import Stored, World

__all__ = [
    "GROUP_TYPE", "GUID", "canonical", "check_api_version", "check_permission", "check_put", "check_subscription",
    "delete_resource", "etag", "existing", "group_of", "kind_at", "kind_of", "patch_resource", "present",
    "put_resource", "short_location", "wish", "write_action",
]  # fmt: skip

GROUP_TYPE = "Microsoft.Resources/resourceGroups"
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_BAD_NAME = re.compile(r"[<>*%&:\\?+/\x00-\x1f]|[. ]$")
_MOST_TAGS = 50


def short_location(location: str) -> str:
    """Bring `East US 2` and `EastUS2` to `eastus2`."""
    return location.replace(" ", "").lower()


def kind_at(world: World, address: Address, version: str | None = None) -> Kind:
    """Return the kind of what an address names; ArmError where nobody offers it, with the version asked for."""
    return kind_of(world, address.type or GROUP_TYPE, version)


def kind_of(world: World, resource_type: str, version: str | None = None) -> Kind:
    """Return the kind of a full type; ArmError where nobody offers it."""
    found = world.registry.kind(resource_type)
    if found is not None:
        return found
    namespace = resource_type.partition("/")[0]
    if world.registry.namespace(namespace) is None:
        raise refusals.unknown_namespace(namespace, modelled=world.registry.namespaces)
    modelled = [kind.type for kind in world.registry.kinds if kind.type.lower().startswith(f"{namespace.lower()}/")]
    raise refusals.unknown_type(resource_type, version or "", modelled=modelled)


def check_api_version(kind: Kind, version: str | None, location: str | None = None) -> str:
    """Return the version if the kind has it; ArmError otherwise."""
    if not version:
        raise refusals.missing_api_version()
    if any(version.lower() == known.lower() for known in kind.api_versions):
        return version
    if location is None:
        raise refusals.type_lacks_version(resource_type=kind.type, version=version, versions=kind.api_versions)
    raise refusals.no_registered_provider(
        resource_type=kind.type,
        version=version,
        location=location,
        versions=kind.api_versions,
        locations=kind.locations,
    )


def check_subscription(world: World, subscription: str) -> None:
    """Raise ArmError unless there is such a subscription."""
    if subscription.lower() in world.subscriptions:
        return
    raise (
        refusals.no_subscription(subscription)
        if GUID.fullmatch(subscription)
        else refusals.bad_subscription(subscription)
    )


def group_of(world: World, address: Address) -> Stored | None:
    """Return the group an address lies in, None at subscription scope; ArmError where the group does not exist."""
    check_subscription(world, address.subscription)
    within = address.group_address
    if within is None:
        return None
    found = world.get(within)
    if found is None:
        raise refusals.no_group(within.name)
    return found


def canonical(world: World, address: Address) -> Address:
    """Spell an address as Azure would: the type by its kind, everything that exists already by its own spelling."""
    known = world.get(address)
    if known is not None:
        return known.address
    within = address.group_address
    group = world.get(within) if within is not None else None
    name_of_group = group.address.group if group else address.group
    if not address.names:
        return Address(address.subscription, name_of_group)
    kind = kind_at(world, address)
    parent = address.parent
    outer = canonical(world, parent).names if parent else ()
    scope = canonical(world, address.scope) if address.scope else None
    return Address(address.subscription, name_of_group, kind.type, (*outer, address.names[-1]), scope)


def wish(
    world: World, address: Address, body: Json, *, api_version: str, principal: Principal | None, base: str
) -> Put:
    """Make a Put of an address and a body; ArmError where the body is no object or the type is unknown."""
    if not isinstance(body, dict):
        raise refusals.bad_content("a JSON object was expected")
    kind_at(world, address, api_version)
    spelled = canonical(world, address)
    return Put(
        address=spelled,
        body=body,
        api_version=api_version,
        principal=principal,
        existing=world.get(spelled),
        base=base,
    )


def check_put(world: World, put: Put, *, expected: Collection[str] = ()) -> Kind:
    """Raise ArmError for what ARM or the kind refuses at once; return the kind.

    `expected` holds the `Address.key` of groups and resources that will exist by the time of the write, because the
    same deployment makes them.
    """
    kind = kind_at(world, put.address)
    location = put.body.get("location")
    check_api_version(kind, put.api_version, location if isinstance(location, str) else None)
    check_permission(world, put.principal, write_action(put.address), put.address)
    _check_surroundings(world, put.address, expected)
    if put.address.names:
        _check_registered(world, put.address)
        _check_name(put.address)
    check_tags(put.body.get("tags"))
    _check_location(kind, put)
    kind.check(world, put)
    return kind


def put_resource(world: World, put: Put) -> Work:
    """Create or replace a resource. The caller sees to `Work.seconds` and `Work.finish` (`operations`)."""
    kind = check_put(world, put)
    locks.refuse_write(world, put.address)
    return _signed(world, put, kind.put(world, put))


def patch_resource(world: World, put: Put) -> Work:
    """Change what `put.body` names of a resource that exists; ArmError where it does not."""
    kind = kind_at(world, put.address)
    check_api_version(kind, put.api_version)
    check_permission(world, put.principal, write_action(put.address), put.address)
    stored = existing(world, put.address, doing="write")
    locks.refuse_write(world, put.address)
    _check_surroundings(world, put.address, ())
    check_tags(put.body.get("tags"))
    if "location" in put.body:
        _check_location(kind, put)
    return _signed(world, put, kind.patch(world, stored, put))


def delete_resource(world: World, stored: Stored, call: Call | None) -> Work:
    """Begin to delete. At the end whatever is still below the resource goes with it.

    ArmError where a lock forbids it; where a group is deleted (`call` None) that was asked of the group.
    """
    address = stored.address
    if call is not None:
        locks.refuse_delete(world, address)
    work = kind_at(world, address).delete(world, stored, call)

    def end() -> ArmError | None:
        error = work.finish() if work.finish is not None else None
        if error is None and world.get(address) is None:
            for below in world.under(address):
                world.stored.pop(below.address.key, None)
        return error

    return replace(work, finish=end)


def existing(world: World, address: Address, *, doing: str = "read") -> Stored:
    """Return what is at an address; ArmError says whether it, its parent or its group is missing."""
    group_of(world, address)
    found = world.get(address)
    if found is not None:
        return found
    if not address.names:
        raise refusals.no_group(address.name)
    for outer in (address.parent, address.scope):
        if outer is not None and world.get(outer) is None:
            raise refusals.no_parent(address, outer, doing)
    raise refusals.no_resource(canonical(world, address))


def present(world: World, stored: Stored) -> dict[str, Json]:
    """Return the body a GET shows."""
    address = stored.address
    kind = kind_at(world, address)
    body: dict[str, Json] = {"id": str(address), "name": address.name, "type": kind.type}
    body |= kind.show(world, stored)
    if address.names:
        body.setdefault("etag", f'"{etag(stored)}"')
        body.setdefault("systemData", _system_data(stored))
    return body


def etag(stored: Stored) -> str:
    """Return a value that changes with every write, without quotes."""
    return hashlib.sha256(f"{stored.address.key} {stored.changed_at!r}".encode()).hexdigest()[:32]


def _signed(world: World, put: Put, work: Work) -> Work:
    """Note on the resource who wrote it and when."""
    stored = work.stored
    if stored is not None:
        stored.changed_at = world.now()
        if put.principal is not None:
            stored.changed_by = put.principal.name
            stored.created_by = stored.created_by or put.principal.name
    return work


def _system_data(stored: Stored) -> dict[str, Json]:
    return {
        "createdBy": stored.created_by,
        "createdByType": stored.created_by_type,
        "createdAt": timestamp(stored.created_at),
        "lastModifiedBy": stored.changed_by or stored.created_by,
        "lastModifiedByType": stored.created_by_type,
        "lastModifiedAt": timestamp(stored.changed_at),
    }


def _check_surroundings(world: World, address: Address, expected: Collection[str]) -> None:
    """The subscription, the group, the parent and the resource that an extension is on must be there."""
    check_subscription(world, address.subscription)
    within = address.group_address
    if within is not None and address.names and within.key not in expected:
        group = world.get(within)
        if group is None:
            raise refusals.no_group(within.name)
        if group.state == "Deleting":
            raise refusals.group_being_deleted(within.name)
    for outer in (address.parent, address.scope):
        if outer is not None and outer.key not in expected and world.get(outer) is None:
            raise refusals.no_parent(address, outer, "write")


def write_action(address: Address) -> str:
    """Return what one must be allowed to do to write there."""
    return f"{address.type}/write" if address.names else "Microsoft.Resources/subscriptions/resourceGroups/write"


def _check_registered(world: World, address: Address) -> None:
    if state_of(world, address.subscription, address.namespace) in {"NotRegistered", "Unregistering"}:
        raise refusals.unregistered(address.subscription, address.namespace)


def _check_name(address: Address) -> None:
    name = address.names[-1]
    if not 0 < len(name) <= 260 or _BAD_NAME.search(name):
        raise refusals.bad_resource_name(name[:300])


def check_tags(tags: Json) -> None:
    """Raise ArmError for tags that nothing may carry."""
    if tags is None:
        return
    if not isinstance(tags, dict) or not all(isinstance(value, str) for value in tags.values()):
        raise refusals.bad_content("tags must be an object of strings")
    if len(tags) > _MOST_TAGS:
        raise refusals.bad_content(f"a resource can have {_MOST_TAGS} tags at most")
    for name, value in tags.items():
        if len(name) > 512 or len(value) > 256 or re.search(r"[<>%&\\?/]", name):
            raise refusals.bad_content(f"the tag {name[:80]!r} has a name or a value that is not allowed")


def _check_location(kind: Kind, put: Put) -> None:
    """The location must be there, offered, and what it was before; nothing is asked where the kind has none."""
    if not kind.locations:
        return
    location = put.body.get("location")
    if not isinstance(location, str) or not location:
        raise refusals.location_required()
    if short_location(location) not in kind.locations:
        raise refusals.location_not_offered(location=location, resource_type=kind.type, locations=kind.locations)
    if put.existing is not None:
        was = short_location(str(put.existing.body.get("location", location)))
        if was != short_location(location):
            raise refusals.moved(put.address, was=was, asked=location)
