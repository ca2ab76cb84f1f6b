"""workspaces/connections: stored; credentials are kept from view."""

from __future__ import annotations

import copy
from types import MappingProxyType

from azserve.emulator.inference.mutants import Mutant, active
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Put, Work
from azserve.emulator.kernel.wire import Call, Json, Reply
from azserve.emulator.kernel.world import Stored, World
from azserve.emulator.providers import lifecycle
from azserve.emulator.providers.machine_learning.refusals import validation_error
from azserve.emulator.providers.machine_learning.versions import WORKSPACES
from azserve.emulator.providers.resource import Resource, properties_of, text_at

TYPE = "Microsoft.MachineLearningServices/workspaces/connections"
_REQUIRED = ("authType", "category", "target")
_STALE = "a-key-from-before-it-was-changed"
_SECRET = "credentials"  # noqa: S105 -- the name of a member

inferred(
    "ml.connections.required",
    "a connection without authType, category or target is refused with ValidationError",
    because="they are what the documented examples always have",
)


class Connections(Resource):
    """`Microsoft.MachineLearningServices/workspaces/connections`"""

    type = TYPE
    api_versions = WORKSPACES
    actions = MappingProxyType({"listsecrets": lambda world, stored, call: list_secrets(world, stored, call)})

    def refuse(self, world: World, put: Put) -> None:
        """What a connection must have."""
        for name in _REQUIRED:
            if text_at(put.body, "properties", name) is None:
                raise validation_error(f"'{name}' of the connection '{put.address.name}' is required.")

    def make(self, world: World, put: Put) -> Work:
        """Store, the credentials apart."""
        properties = copy.deepcopy(properties_of(put))
        secret = properties.pop(_SECRET, None)
        stored = lifecycle.write(world, put, {"properties": {"isSharedToAll": True, **properties}})
        stored.hidden[_SECRET] = secret
        return Work(stored=stored, status=200)


def list_secrets(world: World, stored: Stored, call: Call) -> Reply:
    """POST listsecrets: the connection with its credentials."""
    secret = copy.deepcopy(stored.hidden.get(_SECRET))
    if Mutant.STALE_CONNECTION in active(world) and isinstance(secret, dict) and "key" in secret:
        secret["key"] = _STALE
    properties: dict[str, Json] = copy.deepcopy(stored.properties) | {_SECRET: secret}
    body = {"id": str(stored.address), "name": stored.address.name, "type": TYPE, "properties": properties}
    return Reply(200, body)
