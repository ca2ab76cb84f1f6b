"""workspaces/serverlessEndpoints: a model that answers under a host of its own."""

from __future__ import annotations

import copy
import re
from types import MappingProxyType

from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Put, Style, Target, TargetModel, Work
from azserve.emulator.kernel.wire import Call, Json, Reply
from azserve.emulator.kernel.world import Stored, World
from azserve.emulator.providers import keys, lifecycle
from azserve.emulator.providers.identity import identified
from azserve.emulator.providers.machine_learning import offers, subscriptions
from azserve.emulator.providers.machine_learning.refusals import user_error
from azserve.emulator.providers.machine_learning.versions import ENDPOINTS
from azserve.emulator.providers.machine_learning.workspaces import ENDPOINT, hub_of, kind_of
from azserve.emulator.providers.resource import Resource, properties_of, text_at
from azserve.emulator.providers.scenario import seconds, short

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{0,51}")
_SUFFIX = ".models.ai.azure.com"
_HOSTS = "machine_learning.hosts"
READY = "ready_at"
"""Hidden in an endpoint: from when it answers."""
AUDIENCES = ("https://ml.azure.com", "https://cognitiveservices.azure.com")
_KEY_ONLY = ("Key",)
_ALL_MODES = ("Key", "AAD", "KeyAndAAD")

inferred(
    "ml.endpoints.online",
    "an endpoint is Online a little after its provisioningState is Succeeded, and shows its address from Succeeded on",
    because="they are two fields in the specification, and the address is nullable",
)
inferred(
    "ml.endpoints.where",
    "an endpoint is made in a project or plain workspace, not in a hub, and in its region",
    because="the documents deploy to projects",
)
inferred(
    "ml.endpoints.one",
    "a second endpoint of the same model in a project is refused with inner code ServerlessEndpointLimitReached",
    because="one deployment per model and project is documented; the refusal was not found",
)
inferred(
    "ml.endpoints.model",
    "the model of an endpoint that exists cannot be changed",
    because="the specification's PATCH cannot, and the host belongs to one model",
)
inferred(
    "ml.endpoints.auth-mode",
    "under the previews of 2024 an endpoint that names no authMode takes keys",
    because="the documented Bicep (2024-04-01-preview) and azure-ai-ml (2024-01-01-preview) leave it out",
)
inferred(
    "ml.endpoints.audience",
    "an endpoint with Entra sign-in takes tokens for https://ml.azure.com and https://cognitiveservices.azure.com",
    because="the specification names the first, a client's fix found the second accepted",
)


class Endpoints(Resource):
    """`Microsoft.MachineLearningServices/workspaces/serverlessEndpoints`"""

    type = ENDPOINT
    api_versions = ENDPOINTS

    def __init__(self, locations: tuple[str, ...]) -> None:
        self.locations = locations
        self.actions = MappingProxyType({"listkeys": list_keys, "regeneratekeys": regenerate_keys})

    def refuse(self, world: World, put: Put) -> None:
        """Name, sign-in, workspace, model, region, one per model, subscription: in this order."""
        location = short(str(put.body.get("location", "")))
        _refuse_shape(world, put, location)
        offer = offers.wanted(world, _model_id(put.body), location)
        _refuse_taken(world, put, location)
        if put.existing is not None and _model_id(put.existing.body) != offer.model_id:
            raise user_error(
                world,
                f"The model of serverless endpoint '{put.address.name}' cannot be changed.",
                inner="ServerlessEndpointModelImmutable",
                location=location,
            )
        workspace = world.get(put.address.parent) if put.address.parent else None
        if workspace is None:
            return
        _refuse_workspace(world, workspace, location)
        _refuse_second(world, put, offer.model_id, location)

    def make(self, world: World, put: Put) -> Work:
        """Create or change. A partner's model needs its subscription by now."""
        location = short(str(put.body["location"]))
        offer = offers.wanted(world, _model_id(put.body), location)
        if put.existing is not None and lifecycle.is_busy(put.existing):
            raise user_error(
                world,
                f"Serverless endpoint '{put.address.name}' is in state {put.existing.state}.",
                inner="ServerlessEndpointBusy",
                location=location,
                status=409,
            )
        subscription = None
        if offer.plan is not None:
            subscription = subscriptions.valid(world, put.address, offer.model_id)
            if subscription is None:
                raise subscriptions.missing(world, offer, location)
        stored = lifecycle.write(world, put, _body(world, put, offer))
        if subscription is not None:
            stored.properties["marketplaceSubscriptionId"] = str(subscription.address)
        return self._begin(world, stored, put, location)

    def _begin(self, world: World, stored: Stored, put: Put, location: str) -> Work:
        name = put.address.name.lower()
        host = f"{name}.{location}{_SUFFIX}"
        world.notes.setdefault(_HOSTS, {})[host] = put.address.key
        keys.give(world, stored, length=32)

        def serve() -> None:
            if "inferenceEndpoint" not in stored.properties:
                stored.properties["inferenceEndpoint"] = {"uri": f"{put.base}/_hosts/{host}", "headers": {}}
                delay = seconds(world, "endpoint-online", location)
                stored.hidden[READY] = world.now() + delay
                world.after(delay, lambda: come_online(world, stored))

        is_new = put.existing is None
        return lifecycle.begin(
            world,
            stored,
            state="Creating" if is_new else "Updating",
            seconds=seconds(world, "endpoint", location) if is_new else 0,
            status=201 if is_new else 200,
            style=Style.AZURE_ASYNC,
            end=serve,
        )

    def patch(self, world: World, stored: Stored, put: Put) -> Work:
        """Tags, sku and identity only."""
        for member in put.body:
            if member not in ("tags", "sku", "identity"):
                raise user_error(
                    world,
                    f"'{member}' of a serverless endpoint cannot be changed by PATCH.",
                    inner="InvalidPatch",
                    location=short(str(stored.body["location"])),
                )
        return super().patch(world, stored, put)

    def show(self, world: World, stored: Stored) -> dict[str, Json]:
        """The body; one that was never made says so."""
        body = super().show(world, stored)
        if stored.state == "Failed" and READY not in stored.hidden:
            body["properties"]["endpointState"] = "CreationFailed"
        return body

    def patchable(self, stored: Stored) -> dict[str, Json]:
        """The body without what the service fills in."""
        body = copy.deepcopy(stored.body)
        for name in ("provisioningState", "endpointState", "inferenceEndpoint", "marketplaceSubscriptionId"):
            body["properties"].pop(name, None)
        return body

    def unmake(self, world: World, stored: Stored, call: Call | None) -> Work:
        """Delete; the name is free again at the end."""
        stored.properties["endpointState"] = "Deleting"
        location = short(str(stored.body["location"]))
        return lifecycle.begin_delete(
            world,
            stored,
            seconds=seconds(world, "endpoint-delete", location),
            status=202,
            style=Style.LOCATION,
        )


def come_online(world: World, stored: Stored) -> None:
    """Let an endpoint that was made, or is being reinstated, answer."""
    if world.get(stored.address) is stored and stored.properties.get("endpointState") in ("Creating", "Reinstating"):
        stored.properties["endpointState"] = "Online"


def list_keys(world: World, stored: Stored, call: Call) -> Reply:
    """POST listKeys."""
    if stored.properties["authMode"] == "AAD":
        return Reply(200, {"primaryKey": None, "secondaryKey": None})
    first, second = keys.of(stored)
    return Reply(200, {"primaryKey": first, "secondaryKey": second})


def regenerate_keys(world: World, stored: Stored, call: Call) -> Reply:
    """POST regenerateKeys with {"keyType": "Primary" or "Secondary", "keyValue"?}."""
    kind = text_at(call.body, "keyType")
    if kind not in ("Primary", "Secondary"):
        raise user_error(
            world,
            f"The key type '{kind or ''}' is not valid: it should be Primary or Secondary.",
            inner="InvalidKeyType",
            location=short(str(stored.body["location"])),
        )
    keys.renew(world, stored, 0 if kind == "Primary" else 1, text_at(call.body, "keyValue"))
    return list_keys(world, stored, call)


def resolve(world: World, host: str) -> Target | None:
    """Return what stands behind a host name; None where no endpoint has it."""
    low = host.lower()
    stored = world.stored.get(world.notes.get(_HOSTS, {}).get(low, ""))
    if stored is None or not stored.hidden.get(READY):
        return None
    model_id = _model_id(stored.body) or ""
    offer = offers.find(world, model_id)
    mode = stored.properties["authMode"]
    model = TargetModel(
        name=stored.address.name,
        model=offer.model if offer else model_id.rpartition("/")[2],
        version="1",
        ready_at=float(stored.hidden[READY]),
        requests_per_minute=offer.requests_per_minute if offer else 1000.0,
        tokens_per_minute=offer.tokens_per_minute if offer else 200_000.0,
        content_filter=stored.properties["contentSafety"]["contentSafetyStatus"] != "Disabled",
    )
    return Target(
        host=low,
        hosting="serverless",
        region=short(str(stored.body["location"])),
        resource=stored.address,
        keys=() if mode == "AAD" else keys.of(stored),
        audiences=() if mode == "Key" else AUDIENCES,
        models={model.name.lower(): model},
        usable=stored.properties["endpointState"] in ("Creating", "Online"),
        public=_is_public(world, stored),
    )


def _is_public(world: World, endpoint: Stored) -> bool:
    """Whether the workspace of an endpoint, its hub for a project, lets public networks in."""
    workspace = world.get(endpoint.address.parent) if endpoint.address.parent is not None else None
    if workspace is None:
        return True
    owner = hub_of(world, workspace) or workspace
    return str(owner.properties.get("publicNetworkAccess")).lower() != "disabled"


def of_model(world: World, workspace: Address, model_id: str) -> list[Stored]:
    """Return the endpoints of a model in a workspace."""
    return [one for one in world.under(workspace, ENDPOINT) if (_model_id(one.body) or "").lower() == model_id.lower()]


def _model_id(body: Json) -> str | None:
    return text_at(body, "properties", "modelSettings", "modelId")


def _refuse_shape(world: World, put: Put, location: str) -> None:
    name, properties = put.address.name, properties_of(put)
    if not _NAME.fullmatch(name):
        raise user_error(
            world,
            f"Serverless endpoint name '{name}' is invalid: it should have up to 52 letters, digits or '-' and begin "
            "with a letter.",
            inner="InvalidEndpointName",
            location=location,
        )
    offered = text_at(properties, "offer")
    if offered is not None:
        raise user_error(
            world,
            f"Serverless offer '{offered}' not found in service namespace '000-000'.",
            inner="ServerlessOfferNotFound",
            location=location,
            status=404,
        )
    modes = _ALL_MODES if put.api_version[:10] >= "2025-12-01" else _KEY_ONLY
    if _auth_mode(put) not in modes:
        raise user_error(
            world,
            f"'authMode' is required and should be one of: {', '.join(modes)}.",
            inner="InvalidAuthMode",
            location=location,
        )
    safety = properties.get("contentSafety") or {}
    if not isinstance(safety, dict) or safety.get("contentSafetyStatus", "Enabled") not in ("Enabled", "Disabled"):
        raise user_error(
            world,
            "'contentSafetyStatus' should be Enabled or Disabled.",
            inner="InvalidContentSafety",
            location=location,
        )


def _refuse_taken(world: World, put: Put, location: str) -> None:
    host = f"{put.address.name.lower()}.{location}{_SUFFIX}"
    holder = world.notes.get(_HOSTS, {}).get(host)
    if holder is not None and holder != put.address.key and holder in world.stored:
        raise user_error(
            world,
            f"Serverless endpoint name '{put.address.name}' is not available. Please select a different name.",
            inner="ServerlessEndpointNameNotAvailable",
            location=location,
            status=409,
        )


def _refuse_workspace(world: World, workspace: Stored, location: str) -> None:
    problem = None
    if kind_of(workspace.body) not in ("Project", "Default"):
        problem = f"Serverless endpoints cannot be created in a workspace of kind {kind_of(workspace.body)}."
    elif short(str(workspace.body["location"])) != location:
        problem = f"A serverless endpoint must be in the region of its workspace, '{workspace.body['location']}'."
    elif workspace.state in ("Creating", "Deleting", "Failed"):
        problem = f"The workspace '{workspace.address.name}' is in state {workspace.state}."
    if problem is not None:
        raise user_error(world, problem, inner="InvalidWorkspace", location=location)


def _auth_mode(put: Put) -> Json:
    """Return the way of signing in that a wish asks for; the previews of 2024 have a usual one."""
    usual = "Key" if put.api_version.startswith("2024") and put.api_version.endswith("-preview") else None
    return properties_of(put).get("authMode", usual)


def _refuse_second(world: World, put: Put, model_id: str, location: str) -> None:
    workspace = put.address.parent
    others = (
        [one for one in of_model(world, workspace, model_id) if one.address.key != put.address.key] if workspace else []
    )
    if others:
        raise user_error(
            world,
            f"The model {model_id} is already deployed in this workspace as '{others[0].address.name}'. A workspace "
            "can have one serverless endpoint per model.",
            inner="ServerlessEndpointLimitReached",
            location=location,
        )


def _body(world: World, put: Put, offer: offers.Offer) -> dict[str, Json]:
    asked, was = properties_of(put), put.existing.properties if put.existing else {}
    properties: dict[str, Json] = {
        "authMode": _auth_mode(put),
        "modelSettings": {"modelId": offer.model_id},
        "contentSafety": {"contentSafetyStatus": "Enabled", **(asked.get("contentSafety") or {})},
        "endpointState": was.get("endpointState", "Creating"),
    }
    if "inferenceEndpoint" in was:
        properties["inferenceEndpoint"] = was["inferenceEndpoint"]
    body: dict[str, Json] = {
        "location": put.body["location"],
        "sku": put.body.get("sku") or {"name": "Consumption"},
        "kind": put.body.get("kind") or "ServerlessEndpoint",
        "properties": properties,
    }
    if put.body.get("tags"):
        body["tags"] = dict(put.body["tags"])
    identity = identified(world, put)
    if identity:
        body["identity"] = identity
    return body
