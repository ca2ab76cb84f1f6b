"""accounts/projects: where agents and evaluations live; here a name, an identity and an address."""

from __future__ import annotations

import copy
import re

from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Put, Style, Work
from azserve.emulator.kernel.wire import ArmError, Call, Json
from azserve.emulator.kernel.world import Stored, World
from azserve.emulator.providers import lifecycle
from azserve.emulator.providers.cognitive_services import hosts
from azserve.emulator.providers.cognitive_services.deployments import account_of, refuse_conflict
from azserve.emulator.providers.cognitive_services.versions import API_VERSIONS
from azserve.emulator.providers.identity import has_identity, identified
from azserve.emulator.providers.resource import Resource, properties_of
from azserve.emulator.providers.scenario import seconds, short

TYPE = "Microsoft.CognitiveServices/accounts/projects"
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}")
_MOST = 250

inferred(
    "cognitive.projects.refusals",
    "what a project needs (allowProjectManagement and an identity on the account, an identity of its own, the "
    "account's region) is refused with InvalidResourceProperties",
    because="the needs are documented, the code is not",
)


class Projects(Resource):
    """`Microsoft.CognitiveServices/accounts/projects`"""

    type = TYPE
    api_versions = tuple(version for version in API_VERSIONS if version >= "2025-04-01")

    def __init__(self, locations: tuple[str, ...]) -> None:
        self.locations = locations

    def refuse(self, world: World, put: Put) -> None:
        """Name and identity."""
        if not _NAME.fullmatch(put.address.name):
            raise ArmError(400, "InvalidResourceName", f"The project name '{put.address.name}' is invalid.")
        if not has_identity(put.body):
            raise _invalid("A project needs a managed identity.")

    def make(self, world: World, put: Put) -> Work:
        """Create or change; one write at a time per account, which must manage projects by now."""
        account = account_of(world, put.address)
        assert account is not None
        refuse_conflict(world, account)
        _refuse_account(world, account, put)
        first = not account.properties.get("associatedProjects")
        stored = lifecycle.write(world, put, _body(world, put, account, is_default=first))

        def associate() -> None:
            names = account.properties.setdefault("associatedProjects", [])
            if put.address.name not in names:
                names.append(put.address.name)
            account.properties.setdefault("defaultProject", put.address.name)

        return lifecycle.begin(
            world,
            stored,
            state="Creating" if put.existing is None else "Accepted",
            seconds=seconds(world, "project", str(account.body["location"])),
            status=201 if put.existing is None else 200,
            style=Style.AZURE_ASYNC,
            end=associate,
        )

    def unmake(self, world: World, stored: Stored, call: Call | None) -> Work:
        """Delete at once, and from the account's list."""
        account = account_of(world, stored.address)
        if account is not None:
            if call is not None:
                refuse_conflict(world, account)
            names = [name for name in account.properties.get("associatedProjects", []) if name != stored.address.name]
            account.properties["associatedProjects"] = names
            if account.properties.get("defaultProject") == stored.address.name:
                account.properties.pop("defaultProject")
        return lifecycle.begin_delete(world, stored, seconds=0, status=200, style=Style.NONE)

    def show(self, world: World, stored: Stored) -> dict[str, Json]:
        """As recorded: the name holds the account's too."""
        return super().show(world, stored) | {"name": "/".join(stored.address.names)}

    def patchable(self, stored: Stored) -> dict[str, Json]:
        """The body without what the service fills in."""
        body = copy.deepcopy(stored.body)
        for name in ("endpoints", "isDefault", "internalId", "provisioningState"):
            body["properties"].pop(name, None)
        return body


def _invalid(message: str) -> ArmError:
    return ArmError(400, "InvalidResourceProperties", message)


def _refuse_account(world: World, account: Stored, put: Put) -> None:
    if not account.properties.get("allowProjectManagement"):
        raise _invalid("The account does not allow project management: set 'allowProjectManagement' to true.")
    if not has_identity(account.body):
        raise _invalid("The account needs a managed identity before it can have projects.")
    if short(str(account.body["location"])) != short(str(put.body.get("location", ""))):
        raise _invalid(f"A project is in the region of its account, '{account.body['location']}'.")
    if put.existing is None and len(list(world.under(account.address, TYPE))) >= _MOST:
        raise _invalid(f"The number of projects of an account is limited to {_MOST}.")


def _body(world: World, put: Put, account: Stored, *, is_default: bool) -> dict[str, Json]:
    was = put.existing.properties if put.existing else {}
    subdomain = account.properties.get("customSubDomainName")
    host = f"{put.base}/_hosts/{str(subdomain).lower()}{hosts.SERVICES}"
    properties = copy.deepcopy(properties_of(put)) | {
        "endpoints": {"AI Foundry API": f"{host}/api/projects/{put.address.name}"},
        "isDefault": was.get("isDefault", is_default),
        "internalId": was.get("internalId") or world.ids.hex(),
    }
    body: dict[str, Json] = {
        "location": put.body["location"],
        "kind": "AIServices",
        "properties": properties,
        "identity": identified(world, put),
    }
    if put.body.get("tags"):
        body["tags"] = dict(put.body["tags"])
    return body
