"""accounts/raiBlocklists and their items: words of an account's own, stored as they are sent.

Nothing is blocked by them here: the scripted model says none of such words.
"""

from __future__ import annotations

import copy
import re

from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Put, Work
from azserve.emulator.kernel.wire import ArmError, Json
from azserve.emulator.kernel.world import World
from azserve.emulator.providers import lifecycle
from azserve.emulator.providers.cognitive_services.versions import API_VERSIONS
from azserve.emulator.providers.resource import Resource, properties_of, text_at

TYPE = "Microsoft.CognitiveServices/accounts/raiBlocklists"
ITEM = f"{TYPE}/raiBlocklistItems"
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}")
_LONGEST_PATTERN = 1000

inferred(
    "cognitive.blocklists.rules",
    "names of blocklists and items, and that an item needs a pattern of up to 1000 characters, which compiles where "
    "it is a regular expression",
    because="the service's limits are documented for the portal; no refusal of ARM's was found",
)


class Blocklists(Resource):
    """`Microsoft.CognitiveServices/accounts/raiBlocklists`"""

    type = TYPE
    api_versions = API_VERSIONS

    def refuse(self, world: World, put: Put) -> None:
        """The name."""
        _refuse_name(put)
        properties_of(put)

    def make(self, world: World, put: Put) -> Work:
        """Store."""
        return _stored(world, put)


class BlocklistItems(Resource):
    """`Microsoft.CognitiveServices/accounts/raiBlocklists/raiBlocklistItems`"""

    type = ITEM
    api_versions = API_VERSIONS

    def refuse(self, world: World, put: Put) -> None:
        """The name, and a pattern that can be looked for."""
        _refuse_name(put)
        pattern, is_regex = text_at(put.body, "properties", "pattern"), properties_of(put).get("isRegex", False)
        if not pattern or len(pattern) > _LONGEST_PATTERN or not isinstance(is_regex, bool):
            raise _invalid(f"The blocklist item '{put.address.name}' needs a pattern of 1 to {_LONGEST_PATTERN}.")
        if is_regex:
            try:
                re.compile(pattern)
            except (re.error, RecursionError, OverflowError):
                raise _invalid(f"The pattern of '{put.address.name}' is no regular expression.") from None

    def make(self, world: World, put: Put) -> Work:
        """Store."""
        return _stored(world, put)


def refuse_unknown(world: World, account: Address, uses: Json) -> None:
    """Raise ArmError where a content filter names a blocklist that its account does not have."""
    for use in uses if isinstance(uses, list) else ():
        name = text_at(use, "blocklistName")
        if name is None or world.get(account.child("raiBlocklists", name)) is None:
            raise _invalid(f"The specified blocklist '{name}' does not exist.")


def _stored(world: World, put: Put) -> Work:
    body: dict[str, Json] = {"properties": copy.deepcopy(properties_of(put))}
    if put.body.get("tags"):
        body["tags"] = dict(put.body["tags"])
    return Work(stored=lifecycle.write(world, put, body), status=200 if put.existing else 201)


def _refuse_name(put: Put) -> None:
    if not _NAME.fullmatch(put.address.name):
        raise ArmError(400, "InvalidResourceName", f"The name '{put.address.name}' is invalid.")


def _invalid(message: str) -> ArmError:
    return ArmError(400, "InvalidResourceProperties", message)
