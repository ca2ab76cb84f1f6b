"""accounts/raiPolicies: content filters, stored as they are sent. Two are built in."""

from __future__ import annotations

import copy
import re

from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Put, Style, Work
from azserve.emulator.kernel.wire import ArmError, Call, Json
from azserve.emulator.kernel.world import Stored, World
from azserve.emulator.providers import lifecycle
from azserve.emulator.providers.cognitive_services import blocklists
from azserve.emulator.providers.cognitive_services.versions import API_VERSIONS
from azserve.emulator.providers.resource import Resource, properties_of

TYPE = "Microsoft.CognitiveServices/accounts/raiPolicies"
USUAL = "Microsoft.DefaultV2"
BUILT_IN = ("Microsoft.Default", USUAL)
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}")
_MODES = ("Default", "Deferred", "Blocking", "Asynchronous_filter")

inferred(
    "cognitive.policies.unknown",
    "a deployment that names a content filter which its account does not have is refused",
    because="a reference has to resolve; the code InvalidResourceProperties is chosen",
)
inferred(
    "cognitive.policies.used",
    "a content filter that a deployment uses is not deleted",
    because="the portal says so; the code RaiPolicyInUse is chosen",
)


class Policies(Resource):
    """`Microsoft.CognitiveServices/accounts/raiPolicies`"""

    type = TYPE
    api_versions = API_VERSIONS

    def refuse(self, world: World, put: Put) -> None:
        """Names, mode and base policy."""
        if not _NAME.fullmatch(put.address.name) or put.address.name.lower().startswith("microsoft."):
            raise ArmError(400, "InvalidResourceName", f"The RAI policy name '{put.address.name}' is invalid.")
        properties = properties_of(put)
        base, mode = properties.get("basePolicyName", BUILT_IN[0]), properties.get("mode", "Default")
        if mode not in _MODES:
            raise ArmError(400, "InvalidResourceProperties", f"'properties.mode' should be one of {', '.join(_MODES)}.")
        if base not in BUILT_IN:
            raise ArmError(400, "InvalidResourceProperties", f"There is no base policy '{base}'.")

    def make(self, world: World, put: Put) -> Work:
        """Store. A blocklist that is named must be there by now."""
        account = put.address.parent
        assert account is not None
        blocklists.refuse_unknown(world, account, properties_of(put).get("customBlocklists"))
        properties = {"mode": "Default", "basePolicyName": BUILT_IN[0], "contentFilters": []}
        properties |= copy.deepcopy(properties_of(put)) | {"type": "UserManaged"}
        body: dict[str, Json] = {"properties": properties}
        if put.body.get("tags"):
            body["tags"] = dict(put.body["tags"])
        return Work(stored=lifecycle.write(world, put, body), status=200 if put.existing else 201)

    def unmake(self, world: World, stored: Stored, call: Call | None) -> Work:
        """Delete at once, unless a deployment uses it."""
        account = stored.address.parent
        for one in world.under(account) if account and call is not None else ():
            if str(one.properties.get("raiPolicyName", "")).lower() == stored.address.name.lower():
                raise ArmError(409, "RaiPolicyInUse", f"The RAI policy is used by the deployment '{one.address.name}'.")
        return lifecycle.begin_delete(world, stored, seconds=0, status=200, style=Style.NONE)


def refuse_unknown(world: World, account: Address, name: str | None) -> None:
    """Raise ArmError where an account has no content filter of a name."""
    if name is None or name in BUILT_IN or world.get(account.child("raiPolicies", name)) is not None:
        return
    raise ArmError(400, "InvalidResourceProperties", f"The specified RAI policy '{name}' does not exist.")
