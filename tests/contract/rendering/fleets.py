"""Drives azserve in this process against a local Azure, and makes what a platform team would have made before."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.contract.emulator_arm.arm_client import ArmClient
from tests.unit.rendering import estates

from azserve.cli.main import main
from azserve.cli.streams import Streams
from azserve.emulator.server import Emulator
from azserve.model.estate import RegionEstate, Resource

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples"


@dataclass(frozen=True)
class Answer:
    """What a command ended with, its JSON read."""

    code: int
    document: dict[str, Any]
    said: str

    @property
    def result(self) -> Any:
        """The `result` of the document."""
        return self.document["result"]


@dataclass(frozen=True)
class Fleet:
    """One file in one environment, on one emulator."""

    emulator: Emulator
    file: Path
    environment: str | None
    variables: Mapping[str, str]
    folder: Path

    @property
    def now(self) -> datetime:
        """The day of the test."""
        return datetime.now(UTC)

    def run(self, *argv: str) -> Answer:
        """Run a command with JSON output."""
        common = ["-c", str(self.file), "-o", "json", *(["-e", self.environment] if self.environment else [])]
        environ = {"HOME": str(self.folder), **self.emulator.environment(), **self.variables}
        out, err = io.StringIO(), io.StringIO()
        code = main([*argv, *common], Streams(out, err, environ))
        return Answer(code, json.loads(out.getvalue() or "{}"), err.getvalue())

    def done(self, *argv: str) -> Any:
        """Run a command that has to succeed and return its result."""
        answer = self.run(*argv)
        assert answer.code == 0, f"{argv} ended with {answer.code}\n{answer.said}\n{answer.document}"
        return answer.result


def actions_of(plan: Any) -> dict[str, list[str]]:
    """Return the resources of a plan's steps by what is to happen to them."""
    found: dict[str, list[str]] = {}
    for phase in plan["plan"]["phases"]:
        for step in phase["steps"]:
            found.setdefault(step["action"], []).append(f"{step['resource']}: {step['because']}")
    return found


def stored(emulator: Emulator) -> list[str]:
    """Return what was written to the emulator's ARM, in order."""
    with urlopen(f"{emulator.url}/_emulator/requests") as answer:
        return [f"{each['method']} {each['path']}" for each in json.load(answer)["value"]]


@dataclass(frozen=True)
class Platform:
    """What is there before azserve comes: groups, networks, hosts of somebody else's."""

    arm: ArmClient

    def group(self, name: str, location: str = "eastus2", *, tags: Mapping[str, str] | None = None) -> None:
        """Make a group, unless it is there."""
        if self.arm.ask("HEAD", f"/resourceGroups/{name}").status_code == 404:
            body = {"location": location, "tags": dict(tags or {})}
            self.arm.ask("PUT", f"/resourceGroups/{name}", body).raise_for_status()

    def make(self, group: str, kind: str, name: str, body: Mapping[str, Any], version: str) -> None:
        """Make a resource, its group first."""
        self.group(group)
        namespace, *kinds = kind.split("/")
        path = "".join(f"/{each}/{one}" for each, one in zip(kinds, name.split("/"), strict=True))
        self.arm.finish("PUT", f"/resourceGroups/{group}/providers/{namespace}{path}", dict(body), version=version)

    def network(self, group: str, name: str, location: str = "swedencentral") -> None:
        """Make a network with the subnet `ai`."""
        kind, version = "Microsoft.Network/virtualNetworks", "2024-05-01"
        space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
        self.make(group, kind, name, {"location": location, "properties": space}, version)
        prefix = {"properties": {"addressPrefix": "10.0.1.0/24"}}
        self.make(group, f"{kind}/subnets", f"{name}/ai", prefix, version)

    def zone(self, group: str, name: str) -> None:
        """Make a private DNS zone."""
        self.make(group, "Microsoft.Network/privateDnsZones", name, {"location": "global"}, "2020-06-01")

    def identity(self, group: str, name: str) -> None:
        """Make a user-assigned identity."""
        kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
        self.make(group, kind, name, {"location": "eastus2"}, "2023-01-31")

    def logs(self, group: str, name: str) -> None:
        """Make a Log Analytics workspace."""
        kind = "Microsoft.OperationalInsights/workspaces"
        self.make(group, kind, name, {"location": "eastus2", "properties": {}}, "2023-09-01")

    def vault(self, group: str, name: str, location: str = "eastus2") -> None:
        """Make a key vault."""
        tenant = "00000000-0000-0000-0000-000000000000"
        properties = {"tenantId": tenant, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True}
        body = {"location": location, "properties": properties}
        self.make(group, "Microsoft.KeyVault/vaults", name, body, "2023-07-01")

    def storage(self, group: str, name: str, location: str = "eastus2") -> None:
        """Make a storage account."""
        body = {"location": location, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {}}
        self.make(group, "Microsoft.Storage/storageAccounts", name, body, "2023-05-01")

    def hub_and_project(self, group: str, hub: str, project: str | None, location: str = "eastus2") -> None:
        """Make a hub with what it needs, and a project in it."""
        self.group(group, location)
        base = f"/subscriptions/{self.arm.root.rpartition('/')[2]}/resourceGroups/{group}/providers"
        storage, vault = f"st{hub.replace('-', '')}", f"kv-{hub}"
        self.storage(group, storage, location)
        self.vault(group, vault, location)
        needs = {
            "storageAccount": f"{base}/Microsoft.Storage/storageAccounts/{storage}",
            "keyVault": f"{base}/Microsoft.KeyVault/vaults/{vault}",
        }
        self._workspace(group, hub, "Hub", location, needs)
        if project is not None:
            above = {"hubResourceId": f"{base}/Microsoft.MachineLearningServices/workspaces/{hub}"}
            self._workspace(group, project, "Project", location, above)

    def _workspace(self, group: str, name: str, kind: str, location: str, properties: Mapping[str, str]) -> None:
        body = {
            "location": location,
            "kind": kind,
            "identity": {"type": "SystemAssigned"},
            "properties": dict(properties),
        }
        self.make(group, "Microsoft.MachineLearningServices/workspaces", name, body, "2025-09-01")

    def account(self, group: str, name: str, location: str = "eastus2") -> None:
        """Make an AIServices account."""
        body = {
            "location": location,
            "kind": "AIServices",
            "sku": {"name": "S0"},
            "identity": {"type": "SystemAssigned"},
            "properties": {"customSubDomainName": name},
        }
        self.make(group, "Microsoft.CognitiveServices/accounts", name, body, "2025-06-01")

    def read(self, resource: Resource) -> dict[str, Any]:
        """Return a resource as it stands; an empty one where there is none."""
        path = str(resource.id).removeprefix(f"/subscriptions/{resource.id.subscription}")
        answer = self.arm.ask("GET", path, version=resource.api_version)
        return answer.json() if answer.status_code == 200 else {}

    def everything(self) -> frozenset[str]:
        """Return the ids of all groups and of all that ARM lists in them, and of connections and locks."""
        groups = [each for page in self.arm.pages("/resourcegroups") for each in page]
        found = {each["id"] for each in groups}
        for group in groups:
            listed = [each for page in self.arm.pages(f"/resourceGroups/{group['name']}/resources") for each in page]
            found |= {each["id"] for each in listed}
        return frozenset(found)

    def connections(self, group: str, project: str) -> list[Any]:
        """Return a project's connections, by name."""
        path = f"/resourceGroups/{group}/providers/Microsoft.MachineLearningServices/workspaces/{project}/connections"
        found = [each for page in self.arm.pages(path, version="2025-09-01") for each in page]
        return sorted(found, key=lambda each: str(each["name"]))

    def unlock(self, kinds: Sequence[str]) -> None:
        """Take azserve's lock off every host of these types."""
        for each in self.everything():
            above, _, name = each.rpartition("/")
            if any(above.endswith(f"/providers/{kind}") for kind in kinds):
                lock = f"/{each.split('/', 3)[3]}/providers/Microsoft.Authorization/locks/azserve"
                assert self.arm.ask("DELETE", lock, version="2020-05-01").status_code == 200, name

    def deployments(self, group: str) -> list[Any]:
        """Return a group's deployments as ARM shows them."""
        path = f"/resourceGroups/{group}/providers/Microsoft.Resources/deployments"
        return self.arm.pages(path, version="2024-07-01")


def living(estate: RegionEstate, subscription: str) -> RegionEstate:
    """Return the estate in another subscription, with every id in it."""
    found = _moved(estate, subscription)
    assert isinstance(found, RegionEstate)
    return found


def _moved(value: Any, subscription: str) -> Any:
    match value:
        case str():
            return value.replace(estates.SUBSCRIPTION, subscription)
        case tuple():
            return tuple(_moved(each, subscription) for each in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return replace(
                value, **{each.name: _moved(getattr(value, each.name), subscription) for each in fields(value)}
            )
    return value


def connection_secret(platform: Platform, connection: Mapping[str, Any]) -> str:
    """Return the key that a connection carries, as its project reads it."""
    path = connection["id"].split("/", 3)[3]
    answer = platform.arm.ask("POST", f"/{path}/listsecrets", version="2025-09-01")
    return str(answer.json()["properties"]["credentials"]["key"])


def says(target: str, key: str) -> str:
    """Return what a serverless endpoint answers to a greeting."""
    body = json.dumps({"messages": [{"role": "user", "content": "Hello"}]}).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with urlopen(Request(f"{target}/chat/completions", body, headers)) as answer:
        return str(json.load(answer)["choices"][0]["message"]["content"])
