"""workspaces: hubs, projects of a hub, and plain ones."""

from __future__ import annotations

import copy
import re
from types import MappingProxyType

from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Put, Style, Work
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply
from azserve.emulator.kernel.world import Stored, World
from azserve.emulator.providers import lifecycle
from azserve.emulator.providers.identity import has_identity, identified
from azserve.emulator.providers.machine_learning.refusals import validation_error
from azserve.emulator.providers.machine_learning.versions import WORKSPACES
from azserve.emulator.providers.resource import Resource, properties_of, text_at
from azserve.emulator.providers.scenario import seconds, short

TYPE = "Microsoft.MachineLearningServices/workspaces"
ENDPOINT = f"{TYPE}/serverlessEndpoints"
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}")
_KINDS = ("Default", "Hub", "Project", "FeatureStore")
_REFERENCES = {
    "storageAccount": "Microsoft.Storage/storageAccounts",
    "keyVault": "Microsoft.KeyVault/vaults",
    "applicationInsights": "Microsoft.Insights/components",
    "containerRegistry": "Microsoft.ContainerRegistry/registries",
}
_REQUIRED = ("storageAccount", "keyVault")
_READ_ONLY = ("provisioningState", "workspaceId", "discoveryUrl", "mlFlowTrackingUri", "associatedWorkspaces")

inferred(
    "ml.workspaces.references",
    "a hub or plain workspace without an existing storage account and key vault, and any workspace without an "
    "identity, is refused with ValidationError",
    because="the documents require them; users paste ValidationError for missing dependencies",
)
inferred(
    "ml.workspaces.project",
    "a project's hub must exist, be a hub, be done, and lie in the project's region",
    because="documented as needs; the refusals were not found",
)
inferred(
    "ml.workspaces.hub",
    "a hub with projects is not deleted: 409 Conflict",
    because="the portal asks to delete the projects first",
)


class Workspaces(Resource):
    """`Microsoft.MachineLearningServices/workspaces`"""

    type = TYPE
    api_versions = WORKSPACES
    blocks_deletion = (ENDPOINT,)

    def __init__(self, locations: tuple[str, ...]) -> None:
        self.locations = locations
        self.actions = MappingProxyType({"listkeys": list_keys, "resynckeys": resync_keys})

    def refuse(self, world: World, put: Put) -> None:
        """Names, kind, identity, and that what must be referred to is."""
        if not _NAME.fullmatch(put.address.name):
            raise validation_error(
                f"The workspace name '{put.address.name}' is invalid: it should have 3 to 33 letters, digits, '-' or "
                "'_' and begin with a letter or digit."
            )
        kind, properties = kind_of(put.body), properties_of(put)
        if kind not in _KINDS:
            raise validation_error(f"The workspace kind '{kind}' is not one of {', '.join(_KINDS)}.")
        if put.existing is not None and kind_of(put.existing.body) != kind:
            raise validation_error(f"The kind of the workspace '{put.address.name}' cannot be changed.")
        if not has_identity(put.body):
            raise validation_error("Missing managed identity in the workspace request body.")
        if kind == "Project":
            _hub_address(properties)
        else:
            _references(properties)

    def make(self, world: World, put: Put) -> Work:
        """Create or replace. What is referred to must be there by now."""
        if kind_of(put.body) == "Project":
            _refuse_hub(world, put)
        else:
            _refuse_references(world, put)
        if put.existing is not None and lifecycle.is_busy(put.existing):
            raise _conflict(f"The workspace '{put.address.name}' is in state {put.existing.state}.")
        stored = lifecycle.write(world, put, _body(world, put))
        kind = kind_of(stored.body)
        what = {"Hub": "hub", "Project": "ml-project"}.get(kind, "workspace")
        is_new = put.existing is None
        return lifecycle.begin(
            world,
            stored,
            state="Creating" if is_new else "Updating",
            seconds=seconds(world, what, str(stored.body["location"])) if is_new else 0,
            status=202 if is_new else 200,
            style=Style.LOCATION,
            end=(lambda: _join(world, stored)) if kind == "Project" else None,
        )

    def delete(self, world: World, stored: Stored, call: Call | None) -> Work:
        """Begin to delete, unless it is a hub with projects."""
        if call is not None:
            projects = [one.address.name for one in projects_of(world, stored)]
            if projects:
                raise _conflict(
                    f"The hub '{stored.address.name}' has projects ({', '.join(projects[:5])}). Delete them first."
                )
        return super().delete(world, stored, call)

    def unmake(self, world: World, stored: Stored, call: Call | None) -> Work:
        """Delete, and leave the hub."""

        def leave() -> None:
            hub = hub_of(world, stored)
            if hub is not None:
                joined = hub.properties.get("associatedWorkspaces", [])
                hub.properties["associatedWorkspaces"] = [one for one in joined if one != str(stored.address)]

        return lifecycle.begin_delete(
            world,
            stored,
            seconds=seconds(world, "workspace-delete", str(stored.body["location"])),
            status=202,
            style=Style.LOCATION,
            end=leave,
        )

    def patchable(self, stored: Stored) -> dict[str, Json]:
        """The body without what the service fills in."""
        body = copy.deepcopy(stored.body)
        for name in _READ_ONLY:
            body["properties"].pop(name, None)
        return body


def kind_of(body: Json) -> str:
    """Return the kind of a workspace in its usual spelling; Default where it has none."""
    asked = body.get("kind") or "Default"
    return next((kind for kind in _KINDS if kind.lower() == str(asked).lower()), str(asked))


def hub_of(world: World, project: Stored) -> Stored | None:
    """Return the hub of a project."""
    address = Address.parse(text_at(project.body, "properties", "hubResourceId") or "")
    return world.get(address) if address else None


def projects_of(world: World, hub: Stored) -> list[Stored]:
    """Return the projects of a hub."""
    key = hub.address.key
    return [
        one
        for one in world.stored.values()
        if one.address.type == TYPE and str(one.properties.get("hubResourceId", "")).lower() == key
    ]


def list_keys(world: World, stored: Stored, call: Call) -> Reply:
    """POST listKeys: of what the workspace refers to."""
    storage = stored.properties.get("storageAccount")
    return Reply(
        200,
        {
            "userStorageKey": None,
            "userStorageResourceId": storage,
            "appInsightsInstrumentationKey": None,
            "containerRegistryCredentials": None,
            "notebookAccessKeys": None,
        },
    )


def resync_keys(world: World, stored: Stored, call: Call) -> Reply:
    """POST resyncKeys: nothing is out of step here."""
    return Reply(200)


def _conflict(message: str) -> ArmError:
    return ArmError(409, "Conflict", message)


def _references(properties: dict[str, Json]) -> dict[str, Address]:
    """Return what a workspace refers to, by property; ArmError where one is missing or of another type."""
    found: dict[str, Address] = {}
    for name, resource_type in _REFERENCES.items():
        given = text_at(properties, name)
        if given is None:
            if name in _REQUIRED:
                raise validation_error(f"Missing dependent resources in workspace json: '{name}' is required.")
            continue
        address = Address.parse(given)
        if address is None or address.type.lower() != resource_type.lower():
            raise validation_error(f"'{name}' is not the id of a {resource_type}: '{given}'.")
        found[name] = address
    return found


def _refuse_references(world: World, put: Put) -> None:
    for name, address in _references(properties_of(put)).items():
        if name in _REQUIRED and world.get(address) is None:
            raise validation_error(f"The {_REFERENCES[name]} '{address}' that '{name}' refers to does not exist.")


def _hub_address(properties: dict[str, Json]) -> Address:
    address = Address.parse(text_at(properties, "hubResourceId") or "")
    if address is None or address.type.lower() != TYPE.lower():
        raise validation_error("A workspace of kind Project needs 'hubResourceId', the id of its hub.")
    return address


def _refuse_hub(world: World, put: Put) -> None:
    address = _hub_address(properties_of(put))
    hub = world.get(address)
    if hub is None or kind_of(hub.body) != "Hub":
        raise validation_error(f"The hub '{address}' of the project '{put.address.name}' does not exist.")
    if hub.state in ("Creating", "Deleting", "Failed"):
        raise _conflict(f"The hub '{hub.address.name}' is in state {hub.state}.")
    if short(str(hub.body["location"])) != short(str(put.body["location"])):
        raise validation_error(
            f"The project '{put.address.name}' must be in the region of its hub, '{hub.body['location']}'."
        )


def _join(world: World, project: Stored) -> None:
    hub = hub_of(world, project)
    if hub is not None:
        joined = hub.properties.setdefault("associatedWorkspaces", [])
        if str(project.address) not in joined:
            joined.append(str(project.address))


def _body(world: World, put: Put) -> dict[str, Json]:
    asked, was = properties_of(put), put.existing.properties if put.existing else {}
    location, name = str(put.body["location"]), put.address.name
    properties = {key: copy.deepcopy(value) for key, value in asked.items() if key not in _READ_ONLY}
    properties |= {
        "friendlyName": asked.get("friendlyName") or name,
        "workspaceId": was.get("workspaceId") or world.ids.guid(),
        "publicNetworkAccess": asked.get("publicNetworkAccess") or "Enabled",
        "discoveryUrl": f"{put.base}/_hosts/{short(location)}.api.azureml.ms/discovery",
        "hbiWorkspace": bool(asked.get("hbiWorkspace", False)),
        "privateEndpointConnections": was.get("privateEndpointConnections", []),
    }
    if "associatedWorkspaces" in was:
        properties["associatedWorkspaces"] = was["associatedWorkspaces"]
    body: dict[str, Json] = {
        "location": location,
        "kind": kind_of(put.body),
        "sku": put.body.get("sku") or {"name": "Basic", "tier": "Basic"},
        "identity": identified(world, put),
        "properties": properties,
    }
    if put.body.get("tags"):
        body["tags"] = dict(put.body["tags"])
    return body
