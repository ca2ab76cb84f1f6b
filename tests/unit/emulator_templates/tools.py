"""Deployments without sockets, and a provider made for them: tools share a pool, fill in properties, hand out keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.unit.emulator.things import BASE, CALLER, ROOT, THINGS, VERSION, Bench
from tests.unit.emulator_templates.language import SCHEMA

from azserve.emulator.arm.deployments.provider import PROVIDER
from azserve.emulator.arm.routes import GROUPS, Arm
from azserve.emulator.kernel.kinds import Action, Provider, Put, Style, Work
from azserve.emulator.kernel.registry import Registry
from azserve.emulator.kernel.wire import ArmError, Call, Json, Principal, Reply
from azserve.emulator.kernel.world import Ids, Stored, World

API = "2026-06-01"
OLD_API = "2021-04-01"
GROUP_ID = f"{ROOT}/resourceGroups/rg"
TOOLS = f"{GROUP_ID}/providers/Test.Tools/tools"
SUBSCRIPTION_SCHEMA = SCHEMA.replace("deploymentTemplate", "subscriptionDeploymentTemplate")
POOL = 10


def size_of(properties: Json) -> int:
    """What a tool takes out of the pool."""
    size = properties.get("size", 1) if isinstance(properties, dict) else 1
    return size if isinstance(size, int) else 1


class ToolKind:
    """A tool takes `size` out of a pool of ten, gets an address, and has a key."""

    type = "Test.Tools/tools"
    api_versions = (VERSION,)
    locations = ("eastus2", "westus3")

    def __init__(self) -> None:
        self.actions: Mapping[str, Action] = {"listkeys": self._keys}

    def check(self, world: World, put: Put) -> None:
        """Refuse what the pool cannot give, and a name in use elsewhere at this moment."""
        others = [one for one in world.stored.values() if one.address.type == self.type and one is not put.existing]
        held = sum(size_of(one.properties) for one in others)
        if held + size_of(put.body.get("properties")) > POOL:
            raise ArmError(400, "PoolEmpty", f"Only {POOL - held} left.")
        if any(one.state == "Creating" for one in others if one.properties.get("alone")):
            raise ArmError(409, "RequestConflict", "Another tool is being made.")

    def put(self, world: World, put: Put) -> Work:
        """Make it in two seconds; `late` is refused only now."""
        properties = put.body.get("properties", {})
        if properties.get("late"):
            raise ArmError(409, "TooLate", "Refused by the service.")
        now = world.now()
        stored = put.existing or Stored(put.address, put.api_version, {}, created_at=now, changed_at=now)
        stored.body = {**put.body, "properties": {**properties, "provisioningState": "Creating"}}
        world.stored[put.address.key] = stored

        def finish() -> None:
            stored.properties["address"] = f"https://{stored.address.name}.example"
            stored.properties["provisioningState"] = "Succeeded"

        return Work(stored, 201, seconds=2.0, style=Style.AZURE_ASYNC, finish=finish)

    def patch(self, world: World, stored: Stored, put: Put) -> Work:
        """Change nothing."""
        return Work(stored, 200)

    def delete(self, world: World, stored: Stored, call: Call | None) -> Work:
        """Go in a second."""

        def finish() -> None:
            world.stored.pop(stored.address.key, None)

        return Work(stored, 202, seconds=1.0, style=Style.LOCATION, finish=finish)

    def show(self, world: World, stored: Stored) -> dict[str, Json]:
        """Show all of it."""
        return dict(stored.body)

    def _keys(self, world: World, stored: Stored, call: Call) -> Reply:
        return Reply(200, {"key": f"key of {stored.address.name}", "asked": call.body})


class Site(Bench):
    """A world in which templates can be deployed; there is a group `rg`."""

    def __init__(self, *, scenario: Json = None, speed: float = 1.0, group: bool = True) -> None:
        super().__init__(scenario=scenario, speed=speed)
        providers = (GROUPS, PROVIDER, THINGS, Provider(namespace="Test.Tools", kinds=(ToolKind(),), routes={}))
        self.world = World(clock=self.clock, ids=Ids("test"), scenario=scenario, registry=Registry(providers))
        self.arm = Arm(providers)
        if group:
            self.make_group()

    def send(
        self, method: str, name: str, template: Json = None, *, scope: str = GROUP_ID, action: str = "", **more: Any
    ) -> Reply:
        """Send a request on a deployment: `parameters` in short form, `mode`, `location`, `tags`, `version`."""
        body: Json = None
        if template is not None:
            parameters = {key: {"value": value} for key, value in more.get("parameters", {}).items()}
            properties = {"mode": more.get("mode", "Incremental"), "template": template, "parameters": parameters}
            body = {"properties": properties | more.get("properties", {})}
            body |= {key: more[key] for key in ("location", "tags") if key in more}
        path = f"{scope}/providers/Microsoft.Resources/deployments/{name}{action}"
        return self.ask(method, path, body, api_version=more.get("version", API))

    def deploy(self, template: Json, name: str = "main", **more: Any) -> dict[str, Any]:
        """PUT, wait until it has ended, GET; the body's `properties`."""
        reply = self.send("PUT", name, template, **more)
        assert reply.status in (200, 201), reply.body
        self.pass_time(120)
        return self.properties(name, scope=more.get("scope", GROUP_ID))

    def properties(self, name: str = "main", *, scope: str = GROUP_ID) -> dict[str, Any]:
        """`properties` of a deployment."""
        found: dict[str, Any] = self.send("GET", name, scope=scope).body["properties"]
        return found

    def poll(self, put: Reply) -> Reply:
        """Ask the address that an answer named."""
        url = put.headers.get("Azure-AsyncOperation") or put.headers["Location"]
        path, _, query = url.removeprefix(BASE).partition("?")
        return self.ask("GET", path, api_version=query.removeprefix("api-version="))

    def tool(self, name: str) -> Stored | None:
        """A tool that was made."""
        return self.world.stored.get(f"{TOOLS}/{name}".lower())


def tool(name: str = "one", **more: Json) -> dict[str, Json]:
    """A tool in a template."""
    return {"type": "Test.Tools/tools", "apiVersion": VERSION, "name": name, "location": "eastus2", **more}


def nested(name: str, template: Json, *, scope: str | None = "inner", **more: Json) -> dict[str, Json]:
    """A nested deployment in a template."""
    properties: dict[str, Json] = {"mode": "Incremental", "template": template}
    if scope is not None:
        properties["expressionEvaluationOptions"] = {"scope": scope}
    properties |= more.pop("properties", {})
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": name,
        "properties": properties,
        **more,
    }


__all__ = ["API", "BASE", "CALLER", "GROUP_ID", "OLD_API", "ROOT", "TOOLS", "Principal", "Site", "nested", "tool"]
