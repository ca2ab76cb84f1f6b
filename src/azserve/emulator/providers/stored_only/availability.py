"""POST checkNameAvailability: whether a storage account's or a vault's name is free in all of Azure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import CollectionRoute
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply
from azserve.emulator.kernel.world import World
from azserve.emulator.providers.resource import text_at
from azserve.emulator.providers.stored_only import vaults
from azserve.emulator.providers.stored_only.table import Row

Names = Mapping[str, str]

inferred(
    "stored.names.available",
    "nameAvailable, reason and message of checkNameAvailability for storage accounts and vaults",
    because="members and reasons are specified; the words of the messages are the refusals' own",
)


def routes(row: Row) -> dict[tuple[str, str], CollectionRoute]:
    """Return the route that answers for the names of a type."""
    namespace = row.type.partition("/")[0]

    def check(world: World, call: Call, names: Names) -> Reply:
        name = text_at(call.body, "name")
        if name is None:
            raise ArmError(400, "InvalidRequestContent", "'name' is required.")
        if (text_at(call.body, "type") or "").lower() != row.type.lower():
            raise ArmError(400, "InvalidResourceType", f"'type' should be {row.type}.", target="type")
        return Reply(200, _answer(world, row, name))

    return {("POST", f"/subscriptions/{{subscription}}/providers/{namespace}/checkNameAvailability"): check}


def _answer(world: World, row: Row, name: str) -> Json:
    if not re.fullmatch(row.name, name):
        message = f"{name} is no valid name of {row.type}."
        return {"nameAvailable": False, "reason": "AccountNameInvalid", "message": message}
    stored = (one.address.name.lower() for one in world.stored.of_type(row.type).values())
    if name.lower() in stored or (row.type == vaults.TYPE and vaults.is_kept(world, name)):
        return {"nameAvailable": False, "reason": "AlreadyExists", "message": row.taken_message.format(name=name)}
    return {"nameAvailable": True}
