"""A resource provider made up for tests: boxes, their lids, and marks that can be put on anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from azserve.emulator.arm.routes import GROUPS, Arm
from azserve.emulator.kernel.clock import Clock
from azserve.emulator.kernel.kinds import Action, Provider, Put, Style, Work
from azserve.emulator.kernel.registry import Registry
from azserve.emulator.kernel.wire import ArmError, Call, Json, Principal, Reply
from azserve.emulator.kernel.world import SUBSCRIPTION, Ids, Stored, World

VERSION = "2025-01-01"
GROUP_VERSION = "2021-04-01"
ROOT = f"/subscriptions/{SUBSCRIPTION}"
GROUP = f"{ROOT}/resourceGroups/rg"
BOX = f"{GROUP}/providers/Test.Things/boxes/one"
BASE = "http://127.0.0.1:4190"
CALLER = Principal(object_id="oid", tenant="tid", audience="aud", kind="ServicePrincipal", name="caller")


class StoppedClock(Clock):
    """A clock that moves only when it is told to."""

    def __init__(self, *, speed: float = 1.0) -> None:
        super().__init__(speed=speed)
        self._at = datetime(2026, 11, 22, 21, 5, 7, tzinfo=UTC).timestamp()

    def now(self) -> float:
        return self._at

    def advance(self, seconds: float) -> None:
        self._at += seconds


class ThingKind:
    """A type whose resources take a while, and fail or refuse where their properties say so."""

    def __init__(self, name: str, *, style: Style = Style.AZURE_ASYNC, locations: tuple[str, ...] = ()) -> None:
        self.type = f"Test.Things/{name}"
        self.api_versions = (VERSION, "2024-01-01-preview")
        self.locations = locations
        self.actions: Mapping[str, Action] = {"open": _open}
        self._style = style

    def check(self, world: World, put: Put) -> None:
        if put.body.get("properties", {}).get("refuse"):
            raise ArmError(400, "ThingRefused", "No.")

    def put(self, world: World, put: Put) -> Work:
        now = world.now()
        stored = put.existing or Stored(put.address, put.api_version, {}, created_at=now, changed_at=now)
        stored.body = {**put.body, "properties": {**put.body.get("properties", {}), "provisioningState": "Creating"}}
        world.stored[put.address.key] = stored

        def finish() -> ArmError | None:
            fails = bool(stored.properties.get("fail"))
            stored.properties["provisioningState"] = "Failed" if fails else "Succeeded"
            return ArmError(409, "ThingFailed", "It broke.") if fails else None

        seconds = float(stored.properties.get("seconds", 3.0))
        return Work(stored, 200 if put.existing else 201, seconds=seconds, style=self._style, finish=finish)

    def patch(self, world: World, stored: Stored, put: Put) -> Work:
        stored.body |= put.body
        return Work(stored, 200)

    def delete(self, world: World, stored: Stored, call: Call | None) -> Work:
        if stored.properties.get("stubborn") == "always" or (stored.properties.get("stubborn") and call):
            error = ArmError(409, "ThingStays", "It will not go.")
            return Work(stored, 202, seconds=1, style=Style.LOCATION, finish=lambda: error)
        if stored.properties.get("instant"):
            del world.stored[stored.address.key]
            return Work(None, 200)

        def finish() -> None:
            world.stored.pop(stored.address.key, None)

        return Work(stored, 202, seconds=5, style=Style.LOCATION, finish=finish)

    def show(self, world: World, stored: Stored) -> dict[str, Json]:
        return dict(stored.body)


def _open(world: World, stored: Stored, call: Call) -> Reply:
    return Reply(200, {"opened": stored.address.name})


def _count(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    return Reply(200, {"location": names["location"]})


THINGS = Provider(
    namespace="Test.Things",
    kinds=(
        ThingKind("boxes", locations=("eastus2", "westus3")),
        ThingKind("boxes/lids", style=Style.NONE),
        ThingKind("marks", style=Style.NONE),
    ),
    routes={
        ("GET", "/subscriptions/{subscription}/providers/Test.Things/locations/{location}/count"): _count,
    },
    route_api_versions=(VERSION,),
)


class Bench:
    """A world with the test provider, and requests to it without sockets."""

    def __init__(self, *, scenario: Json = None, speed: float = 1.0) -> None:
        self.clock = StoppedClock(speed=speed)
        providers = (GROUPS, THINGS)
        self.world = World(clock=self.clock, ids=Ids("test"), scenario=scenario, registry=Registry(providers))
        self.arm = Arm(providers)

    def ask(
        self, method: str, path: str, body: Json = None, *, headers: Mapping[str, str] | None = None, **query: str
    ) -> Reply:
        """Send one request; a refusal comes back as its Reply. `filter` and the like get their `$` here."""
        asked = {"api-version": GROUP_VERSION if "/providers/" not in path else VERSION}
        asked |= {f"${name}" if name in {"filter", "top", "skiptoken", "expand"} else name: value
                  for name, value in query.items()}  # fmt: skip
        if "api_version" in asked:
            asked["api-version"] = asked.pop("api_version")
        call = Call(
            method, path, {name: value for name, value in asked.items() if value}, headers or {}, body, BASE, CALLER
        )
        self.world.settle()
        try:
            return self.arm.answer(self.world, call)
        except ArmError as error:
            return error.reply()

    def pass_time(self, seconds: float) -> None:
        """Let emulated time pass, and what is due happen."""
        self.clock.advance(seconds)
        self.world.settle()

    def make_group(self, name: str = "rg", location: str = "eastus2", **body: Json) -> Reply:
        """PUT a group."""
        return self.ask("PUT", f"{ROOT}/resourceGroups/{name}", {"location": location, **body})

    def make_box(self, name: str = "one", group: str = "rg", **properties: Json) -> Reply:
        """PUT a box in eastus2."""
        path = f"{ROOT}/resourceGroups/{group}/providers/Test.Things/boxes/{name}"
        return self.ask("PUT", path, {"location": "eastus2", "properties": properties})


def code_of(reply: Reply) -> tuple[int, str]:
    """Status and error code of a refusal."""
    return reply.status, reply.body["error"]["code"]
