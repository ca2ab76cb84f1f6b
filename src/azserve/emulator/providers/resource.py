"""What the kinds of all providers have in common; each adds its own rules."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType

from azserve.emulator.kernel.kinds import Action, Put, Style, Work
from azserve.emulator.kernel.wire import ArmError, Call, Json
from azserve.emulator.kernel.world import Stored, World
from azserve.emulator.providers import lifecycle, policy, refusals
from azserve.emulator.scenarios import merge

NO_ACTIONS: Mapping[str, Action] = MappingProxyType({})


class Resource(ABC):
    """A kind whose subclasses say what they `refuse` and how they `make`, `change` and `unmake`."""

    type: str
    api_versions: tuple[str, ...]
    locations: tuple[str, ...] = ()
    actions: Mapping[str, Action] = NO_ACTIONS
    blocks_deletion: tuple[str, ...] = ()
    """Full types that must be gone from below before a resource of this kind can be deleted."""

    def check(self, world: World, put: Put) -> None:
        """Raise ArmError for what policy or the service refuses at once."""
        policy.refuse(world, put)
        self.refuse(world, policy.modified(world, put))

    def put(self, world: World, put: Put) -> Work:
        """Create or replace, as policy changes the wish."""
        return self.make(world, policy.modified(world, put))

    def patch(self, world: World, stored: Stored, put: Put) -> Work:
        """Change what the body names, by the rules of a replacement."""
        whole = merge(self.patchable(stored), put.body)
        wish = Put(put.address, whole, put.api_version, put.principal, stored, put.base)
        self.check(world, wish)
        return self.put(world, wish)

    def delete(self, world: World, stored: Stored, call: Call | None) -> Work:
        """Begin to delete; a group's deletion (`call` None) asks nothing."""
        if call is not None:
            below = [one for kind in self.blocks_deletion for one in world.under(stored.address, kind)]
            if below:
                raise refusals.nested(stored, below)
        return self.unmake(world, stored, call)

    def show(self, world: World, stored: Stored) -> dict[str, Json]:
        """Return a copy of the body."""
        return copy.deepcopy(stored.body)

    @abstractmethod
    def refuse(self, world: World, put: Put) -> None:
        """Raise ArmError for what the service refuses at once."""

    @abstractmethod
    def make(self, world: World, put: Put) -> Work:
        """Create or replace. Has passed `refuse`."""

    def unmake(self, world: World, stored: Stored, call: Call | None) -> Work:
        """Begin to delete; at once where a kind does not say otherwise."""
        return lifecycle.begin_delete(world, stored, seconds=0, status=200, style=Style.NONE)

    def patchable(self, stored: Stored) -> dict[str, Json]:
        """Return what a PATCH is laid over: what a PUT would have to say to leave all as it is."""
        return copy.deepcopy(stored.body)


def properties_of(put: Put) -> dict[str, Json]:
    """Return the `properties` of a wish, empty where it has none; ArmError where they are no object."""
    found = put.body.get("properties")
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ArmError(
            400, "InvalidRequestContent", "The request content was invalid: 'properties' should be an object."
        )
    return found


def text_at(body: Json, *path: str) -> str | None:
    """Return the text at a path of names, None where there is none or it is no text."""
    for name in path:
        body = body.get(name) if isinstance(body, dict) else None
    return body if isinstance(body, str) else None
