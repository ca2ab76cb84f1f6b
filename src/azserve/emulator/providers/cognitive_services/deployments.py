"""accounts/deployments: a model, a sku and a capacity, drawn from a pool."""

from __future__ import annotations

import copy
import re

from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Put, Style, Work
from azserve.emulator.kernel.wire import ArmError, Call, Json
from azserve.emulator.kernel.world import Stored, World
from azserve.emulator.providers import lifecycle
from azserve.emulator.providers.cognitive_services import accounts, catalogue, hosts, policies, quota
from azserve.emulator.providers.cognitive_services.versions import API_VERSIONS
from azserve.emulator.providers.resource import Resource, properties_of, text_at
from azserve.emulator.providers.scenario import seconds, short

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}")
_MOST = 32
_UPGRADES = ("OnceNewDefaultVersionAvailable", "OnceCurrentVersionExpired", "NoAutoUpgrade")
_READ_ONLY = ("provisioningState", "rateLimits", "currentCapacity", "capabilities", "callRateLimit")

inferred(
    "cognitive.deployments.most",
    "the 33rd deployment of an account is refused with DeploymentLimitExceeded",
    because="32 is documented; the code is not",
)
inferred(
    "cognitive.deployments.name",
    "a deployment's name has 1 to 64 letters, digits, '-', '_' or '.'",
    because="the specification has a pattern for the account's name only",
)
inferred(
    "cognitive.deployments.capacity",
    "a capacity in quotes counts as the number it spells",
    because="`az cognitiveservices account deployment create` sends it so (azure-cli 2.91) and is in wide use",
)
inferred(
    "cognitive.deployments.shape",
    "a body without sku or model is refused with InvalidResourceProperties",
    because="both are required in the specification; no refusal was found",
)
inferred(
    "cognitive.deployments.conflict",
    "any unfinished write below an account, a project's too, refuses the next with RequestConflict",
    because="many users paste it for deployments; for projects by analogy",
)


class Deployments(Resource):
    """`Microsoft.CognitiveServices/accounts/deployments`"""

    type = quota.DEPLOYMENT
    api_versions = API_VERSIONS

    def refuse(self, world: World, put: Put) -> None:
        """Shape, model, lifecycle, sku, capacity and quota, in this order."""
        _refuse_shape(put)
        account = account_of(world, put.address)
        if account is None:
            return
        entry, sku = _asked(world, put, account)
        was = put.existing.properties["model"] if put.existing else None
        if was is None or was != _model(entry):
            catalogue.refuse_ended(entry)
        if put.existing is None and len(list(world.under(account.address, self.type))) >= _MOST:
            raise ArmError(
                400, "DeploymentLimitExceeded", f"The number of deployments of an account is limited to {_MOST}."
            )
        quota.refuse_draw(
            world,
            subscription=put.address.subscription,
            draw=quota.Draw(sku["usageName"], short(str(account.body["location"])), int(_capacity(put))),
            existing=put.existing,
        )

    def make(self, world: World, put: Put) -> Work:
        """Deploy or change; one write at a time per account. A content filter that is named must be there by now."""
        account = account_of(world, put.address)
        assert account is not None
        refuse_conflict(world, account)
        policies.refuse_unknown(world, account.address, text_at(put.body, "properties", "raiPolicyName"))
        entry, sku = _asked(world, put, account)
        location = short(str(account.body["location"]))
        stored = lifecycle.write(world, put, _body(put, entry, sku))
        stored.hidden[quota.POOL] = {"name": sku["usageName"], "location": location}
        duration = seconds(world, "deployment", location)

        def serve() -> None:
            if hosts.READY not in stored.hidden:
                stored.hidden[hosts.READY] = world.now() + seconds(world, "deployment-ready", location)

        return lifecycle.begin(
            world,
            stored,
            state="Creating" if put.existing is None else "Accepted",
            seconds=duration,
            status=201 if put.existing is None else 200,
            style=Style.AZURE_ASYNC,
            end=serve,
        )

    def patch(self, world: World, stored: Stored, put: Put) -> Work:
        """Tags and sku only."""
        for member in put.body:
            if member not in ("tags", "sku"):
                raise ArmError(400, "InvalidRequestContent", f"'{member}' of a deployment cannot be changed by PATCH.")
        return super().patch(world, stored, put)

    def patchable(self, stored: Stored) -> dict[str, Json]:
        """The body without what the service fills in."""
        body = copy.deepcopy(stored.body)
        for name in _READ_ONLY:
            body["properties"].pop(name, None)
        return body

    def unmake(self, world: World, stored: Stored, call: Call | None) -> Work:
        """Delete at once, as recorded: 200 with no body."""
        account = account_of(world, stored.address)
        if call is not None and account is not None:
            refuse_conflict(world, account)
        return lifecycle.begin_delete(world, stored, seconds=0, status=200, style=Style.NONE)


def account_of(world: World, address: Address) -> Stored | None:
    """Return the account that a deployment, project or policy is in."""
    return world.get(address.parent) if address.parent else None


def refuse_conflict(world: World, account: Stored) -> None:
    """Raise ArmError while an account, or anything in it, is being written."""
    if lifecycle.is_busy(account):
        raise accounts.busy(account)
    if any(lifecycle.is_busy(one) for one in world.under(account.address)):
        raise ArmError(
            409,
            "RequestConflict",
            f"Another operation is being performed on the parent resource '{account.address}'. Please try again later.",
        )


def _refuse_shape(put: Put) -> None:
    properties = properties_of(put)
    if not _NAME.fullmatch(put.address.name):
        raise ArmError(400, "InvalidResourceName", f"The deployment name '{put.address.name}' is invalid.")
    for path in (("sku", "name"), ("properties", "model", "format"), ("properties", "model", "name")):
        if text_at(put.body, *path) is None:
            raise _invalid(f"'{'.'.join(path)}' of account deployment is required.")
    version = properties["model"].get("version")
    if version is not None and not isinstance(version, str):
        raise _invalid("'properties.model.version' of account deployment should be a string.")
    upgrade = properties.get("versionUpgradeOption")
    if upgrade is not None and upgrade not in _UPGRADES:
        raise _invalid(f"'properties.versionUpgradeOption' should be one of {', '.join(_UPGRADES)}.")


def _invalid(message: str) -> ArmError:
    return ArmError(400, "InvalidResourceProperties", message)


def _asked(world: World, put: Put, account: Stored) -> tuple[catalogue.Entry, dict[str, Json]]:
    """Return the model and sku that a wish names; ArmError where there are none such."""
    location = short(str(account.body["location"]))
    entry = catalogue.find(
        world, location=location, kind=str(account.body["kind"]), model=put.body["properties"]["model"]
    )
    sku = catalogue.sku_of(world, entry, name=put.body["sku"]["name"], location=location)
    catalogue.refuse_capacity(sku, _capacity(put))
    return entry, sku


def _capacity(put: Put) -> Json:
    """Return the capacity asked for. The Azure CLI sends a number in quotes (2.91, 2026), which the service takes."""
    asked = put.body["sku"].get("capacity")
    return int(asked) if isinstance(asked, str) and re.fullmatch(r"[0-9]{1,9}", asked) else asked


def _model(entry: catalogue.Entry) -> dict[str, Json]:
    return {key: entry.model[key] for key in ("format", "name", "version")}


def _body(put: Put, entry: catalogue.Entry, sku: dict[str, Json]) -> dict[str, Json]:
    asked, capacity = properties_of(put), int(_capacity(put))
    properties = {key: copy.deepcopy(value) for key, value in asked.items() if key not in _READ_ONLY}
    properties |= {
        "model": _model(entry),
        "versionUpgradeOption": asked.get("versionUpgradeOption") or _UPGRADES[0],
        "currentCapacity": capacity,
        "capabilities": dict(entry.model["capabilities"]),
        "raiPolicyName": asked.get("raiPolicyName") or policies.USUAL,
        "rateLimits": [limit | {"count": limit["count"] * capacity} for limit in sku.get("rateLimits", [])],
    }
    body: dict[str, Json] = {"sku": {"name": sku["name"], "capacity": capacity}, "properties": properties}
    if put.body.get("tags"):
        body["tags"] = dict(put.body["tags"])
    return body
