"""A world with all providers, a clock that stands still, and requests in one line. No sockets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azserve.emulator.arm import engine
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.clock import Clock
from azserve.emulator.kernel.kinds import Target, Work
from azserve.emulator.kernel.registry import Registry
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply
from azserve.emulator.kernel.world import SUBSCRIPTION, Stored, World
from azserve.emulator.providers import PROVIDERS, resolve_host
from azserve.emulator.scenarios import expand, load

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
ACCOUNT = "Microsoft.CognitiveServices/accounts"
WORKSPACE = "Microsoft.MachineLearningServices/workspaces"
R1 = "azureml://registries/azureml-deepseek/models/DeepSeek-R1"
COMMAND_R = "azureml://registries/azureml-cohere/models/Cohere-command-r-08-2024"
SYSTEM = {"type": "SystemAssigned"}
_VERSIONS = {
    "Microsoft.CognitiveServices": "2025-06-01",
    "Microsoft.MachineLearningServices": "2025-09-01",
    "Microsoft.Storage": "2023-05-01",
    "Microsoft.KeyVault": "2023-07-01",
}
_REGISTRY = Registry(PROVIDERS)


class Bench:
    """One world and what a client would do to it."""

    def __init__(self, scenario: str | Mapping[str, Json] = "default") -> None:
        clock = Clock(speed=1e-9)
        parsed = load(scenario) if isinstance(scenario, str) else expand(dict(scenario))
        self.world = World(clock=clock, scenario=parsed, registry=_REGISTRY)
        for name in ("rg", "other"):
            address = Address(SUBSCRIPTION, name)
            self.world.stored[address.key] = Stored(address, "", {"location": "eastus2"}, 0, 0)

    def address(self, path: str) -> Address:
        """An address from a path below `rg`, or a whole id."""
        found = Address.parse(path if path.startswith("/") else f"{GROUP}/providers/{path}")
        assert found is not None
        return found

    def begin(self, path: str, body: dict[str, Json], *, version: str | None = None, patch: bool = False) -> Work:
        """PUT or PATCH, and leave it under way."""
        address = self.address(path)
        api_version = version or _VERSIONS.get(address.namespace) or self.kind_version(address)
        put = engine.wish(self.world, address, body, api_version=api_version, principal=None, base="http://here")
        work = engine.patch_resource(self.world, put) if patch else engine.put_resource(self.world, put)
        self._schedule(work)
        return work

    def kind_version(self, address: Address) -> str:
        """The newest api-version of a type."""
        return engine.kind_at(self.world, address).api_versions[0]

    def put(self, path: str, body: dict[str, Json], **more: Any) -> dict[str, Json]:
        """PUT, wait, GET."""
        work = self.begin(path, body, **more)
        self.wait(work.seconds)
        return self.get(path)

    def refused(self, path: str, body: dict[str, Json], **more: Any) -> ArmError:
        """PUT what should be refused; return the refusal."""
        try:
            self.begin(path, body, **more)
        except ArmError as error:
            return error
        raise AssertionError("it was accepted")

    def get(self, path: str) -> dict[str, Json]:
        """GET; ArmError where there is nothing."""
        return engine.present(self.world, engine.existing(self.world, self.address(path)))

    def has(self, path: str) -> bool:
        """Say whether something is at a path."""
        return self.world.get(self.address(path)) is not None

    def delete(self, path: str, *, wait: bool = True, with_group: bool = False) -> Work:
        """DELETE, as a request or as part of a group's deletion."""
        stored = engine.existing(self.world, self.address(path))
        work = engine.delete_resource(self.world, stored, None if with_group else self.call("DELETE", path))
        self._schedule(work)
        if wait:
            self.wait(work.seconds)
        return work

    def act(self, path: str, action: str, body: Json = None) -> dict[str, Json]:
        """POST an action of a resource; return the body of the answer."""
        stored = engine.existing(self.world, self.address(path))
        kind = engine.kind_at(self.world, stored.address)
        reply = kind.actions[action.lower()](self.world, stored, self.call("POST", path, body=body))
        assert reply.status == 200
        found: dict[str, Json] = reply.body
        return found

    def ask(self, method: str, template: str, *, body: Json = None, query: str = "", **names: str) -> Reply:
        """Call a route of a provider by the end of its template."""
        names = {"subscription": SUBSCRIPTION, "group": "rg", **names}
        for provider in PROVIDERS:
            for (verb, path), route in provider.routes.items():
                if verb == method and path.endswith(template):
                    pairs = dict(pair.split("=", 1) for pair in query.split("&") if pair)
                    return route(self.world, self.call(method, path, body=body, query=pairs), names)
        raise AssertionError(f"no route {method} …{template}")

    def call(self, method: str, path: str, *, body: Json = None, query: Mapping[str, str] | None = None) -> Call:
        """A request."""
        return Call(method, path, query or {}, {}, body, "http://here")

    def wait(self, seconds: float) -> None:
        """Let emulated time pass."""
        self.world.clock.advance(seconds + 0.001)
        self.world.settle()

    def target(self, host: str) -> Target | None:
        """What stands behind a host name."""
        return resolve_host(self.world, host)

    def usage(self, location: str, name: str) -> tuple[int, int]:
        """Current value and limit of a pool."""
        listed = self.ask("GET", "Microsoft.CognitiveServices/locations/{location}/usages", location=location).body
        found = next(one for one in listed["value"] if one["name"]["value"] == name)
        return found["currentValue"], found["limit"]

    def account(self, name: str = "acc", *, location: str = "eastus2", **properties: Json) -> str:
        """Make an account of kind AIServices; return its path."""
        path = f"{ACCOUNT}/{name}"
        self.put(path, account(name, location=location, **properties))
        return path

    def project(self, name: str = "proj", *, location: str = "eastus2") -> str:
        """Make a hub with what it needs, and a project; return the project's path."""
        hub = self.hub(f"hub-{name}", location=location)
        path = f"{WORKSPACE}/{name}"
        self.put(path, project(hub, location=location))
        return path

    def hub(self, name: str = "hub", *, location: str = "eastus2") -> str:
        """Make a hub with what it needs; return its path."""
        storage, vault = f"st{name.replace('-', '')}", f"kv-{name}"
        self.put(f"Microsoft.Storage/storageAccounts/{storage}", storage_account(location))
        self.put(f"Microsoft.KeyVault/vaults/{vault}", key_vault(location))
        path = f"{WORKSPACE}/{name}"
        self.put(path, hub(storage, vault, location=location))
        return path

    def _schedule(self, work: Work) -> None:
        if work.finish is not None:
            self.world.after(work.seconds, work.finish)  # type: ignore[arg-type]


def account(name: str = "acc", *, location: str = "eastus2", kind: str = "AIServices", **properties: Json) -> Json:
    """The body of an account with a subdomain and an identity."""
    return {
        "location": location,
        "kind": kind,
        "sku": {"name": "S0"},
        "identity": SYSTEM,
        "properties": {"customSubDomainName": name, "allowProjectManagement": True, **properties},
    }


def deployment(
    name: str = "DeepSeek-V3.2",
    version: str = "1",
    *,
    format_: str = "DeepSeek",
    sku: str = "GlobalStandard",
    capacity: Json = 10,
    **properties: Json,
) -> Json:
    """The body of a model deployment."""
    return {
        "sku": {"name": sku, "capacity": capacity},
        "properties": {"model": {"format": format_, "name": name, "version": version}, **properties},
    }


def storage_account(location: str = "eastus2") -> Json:
    """The body of a storage account."""
    return {"location": location, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}


def key_vault(location: str = "eastus2", **properties: Json) -> Json:
    """The body of a key vault."""
    sku = {"name": "standard", "family": "A"}
    return {"location": location, "properties": {"tenantId": "t", "sku": sku, "accessPolicies": [], **properties}}


def hub(storage: str, vault: str, *, location: str = "eastus2") -> Json:
    """The body of a hub."""
    return {
        "location": location,
        "kind": "Hub",
        "identity": SYSTEM,
        "properties": {
            "storageAccount": f"{GROUP}/providers/Microsoft.Storage/storageAccounts/{storage}",
            "keyVault": f"{GROUP}/providers/Microsoft.KeyVault/vaults/{vault}",
        },
    }


def project(hub_path: str, *, location: str = "eastus2") -> Json:
    """The body of a project of a hub."""
    hub_id = f"{GROUP}/providers/{hub_path}"
    return {"location": location, "kind": "Project", "identity": SYSTEM, "properties": {"hubResourceId": hub_id}}


def endpoint(model_id: str = R1, *, location: str = "eastus2", **properties: Json) -> Json:
    """The body of a serverless endpoint."""
    return {
        "location": location,
        "sku": {"name": "Consumption"},
        "properties": {"authMode": "Key", "modelSettings": {"modelId": model_id}, **properties},
    }


def inner_code(error: ArmError) -> str:
    """The code that matters in a `UserError`."""
    assert error.code == "UserError"
    infos = {one["type"]: one["info"]["value"] for one in error.additional_info}
    return str(infos["InnerError"]["innerError"]["code"])
