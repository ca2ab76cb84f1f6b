"""Resource groups, as a kind like any other: a PUT and a subscription-scope template make them alike."""

from __future__ import annotations

import re
from collections.abc import Mapping

from azserve.emulator.arm import engine, refusals
from azserve.emulator.arm.places import RESOURCES_VERSIONS, locations
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Action, Put, Style, Work
from azserve.emulator.kernel.wire import ArmError, Call, Json
from azserve.emulator.kernel.world import Stored, World

_NAME = re.compile(r"[-\w._()]{1,90}")
_EMPTYING_S = 2.0

inferred(
    "arm.groups.delete",
    f"a group takes {_EMPTYING_S:g} s longer to delete than the slowest resource in it",
    because="recordings keep no running polls, so they show no times",
)


class GroupKind:
    """`Microsoft.Resources/resourceGroups`."""

    type = engine.GROUP_TYPE
    api_versions: tuple[str, ...] = RESOURCES_VERSIONS
    locations: tuple[str, ...] = ()
    actions: Mapping[str, Action] = {}

    def check(self, world: World, put: Put) -> None:
        """Refuse a bad name, a location there is none of, a group that moves or is being deleted."""
        name = put.address.name
        if not _NAME.fullmatch(name) or name.endswith("."):
            raise refusals.bad_group_name(name)
        location = put.body.get("location")
        if not isinstance(location, str) or not location:
            raise refusals.location_required()
        known = [str(one["name"]) for one in locations(world)]
        if engine.short_location(location) not in known:
            raise refusals.location_not_offered(location=location, resource_type=self.type, locations=known)
        if put.existing is None:
            return
        if put.existing.state == "Deleting":
            raise refusals.group_being_deleted(name)
        was = put.existing.body["location"]
        if was != engine.short_location(location):
            raise refusals.group_moved(name, was=was, asked=location)

    def put(self, world: World, put: Put) -> Work:
        """Create a group, or give one new tags; done at once."""
        now = world.now()
        body: dict[str, Json] = {
            "location": engine.short_location(put.body["location"]),
            "properties": {"provisioningState": "Succeeded"},
        }
        for name in ("tags", "managedBy"):
            if put.body.get(name) is not None:
                body[name] = put.body[name]
        stored = put.existing or Stored(put.address, put.api_version, body, created_at=now, changed_at=now)
        stored.body = body
        world.stored[put.address.key] = stored
        return Work(stored=stored, status=200 if put.existing else 201)

    def patch(self, world: World, stored: Stored, put: Put) -> Work:
        """Replace the tags; the rest of a group cannot change."""
        if isinstance(put.body.get("tags"), dict):
            stored.body["tags"] = put.body["tags"]
        return Work(stored=stored, status=200)

    def delete(self, world: World, stored: Stored, call: Call | None) -> Work:
        """Delete all that is in the group, newest first, then the group; one that will not go keeps the group."""
        stored.properties["provisioningState"] = "Deleting"
        works = [
            engine.delete_resource(world, one, None)
            for one in reversed(list(world.under(stored.address)))
            if world.registry.kind(one.address.type) is not None and world.get(one.address) is one
        ]

        def finish() -> ArmError | None:
            errors = [error for work in works if work.finish is not None and (error := work.finish()) is not None]
            if errors:
                stored.properties["provisioningState"] = "Succeeded"
                return errors[0]
            for left in world.under(stored.address):
                del world.stored[left.address.key]
            world.stored.pop(stored.address.key, None)
            return None

        seconds = _EMPTYING_S + max((work.seconds for work in works), default=0.0)
        return Work(stored=stored, status=202, seconds=seconds, style=Style.LOCATION, finish=finish)

    def show(self, world: World, stored: Stored) -> dict[str, Json]:
        """Return location, tags and state."""
        order = ("location", "managedBy", "tags", "properties")
        return {name: stored.body[name] for name in order if name in stored.body}
