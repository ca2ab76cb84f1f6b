"""The local Azure as a whole: its world, its parts, its faults and the log of what was asked. No sockets."""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from azserve.emulator import prices
from azserve.emulator.arm import throttling
from azserve.emulator.arm.routes import GROUPS, Arm
from azserve.emulator.faults import Asked, Fault, FaultBook
from azserve.emulator.identity import pipeline
from azserve.emulator.identity.endpoints import serve_entra, serve_managed_identity
from azserve.emulator.identity.metadata import serve_metadata
from azserve.emulator.identity.tokens import ARM_AUDIENCES, check
from azserve.emulator.journal import Journal, as_call, call_entry
from azserve.emulator.kernel.clock import Clock
from azserve.emulator.kernel.kinds import Provider, ResolveHost, Target
from azserve.emulator.kernel.registry import Registry
from azserve.emulator.kernel.wire import ArmError, Call, Json, LateReply, Reply, StreamReply
from azserve.emulator.kernel.world import SUBSCRIPTION, TENANT, Ids, World

ARM_HOST = "management.azure.com"
LOGIN_HOST = "login.microsoftonline.com"
IDENTITY_HOST = "identity.azure.internal"
_MOST_LOGGED = 10_000
_HOSTS = "/_hosts/"
_READS = frozenset({"GET", "HEAD"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})

logger = logging.getLogger("azserve.emulator")

ServeModel = Callable[[World, "Target | None", Call, str], "Reply | StreamReply | LateReply"]
LoadScenario = Callable[[str], dict[str, Json]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the local Azure is put together from."""

    offer: Callable[[Json], Sequence[Provider]]
    """The providers of a scenario: what is offered where is part of it."""
    resolve_host: ResolveHost
    serve_model: ServeModel
    """Answers for a data-plane host: world, what stands behind the host, the call, the path below the host."""
    load_scenario: LoadScenario
    expand_scenario: Callable[[Json], dict[str, Json]]
    """Completes an inline scenario with what it is laid over."""


@dataclass(slots=True)
class Asking:
    """One entry of the request log. Never holds a header, a body or a query value that may be a secret."""

    at: float
    method: str
    path: str
    query: dict[str, str]
    host: str
    status: int | None = None
    """None while there is no answer, and for good where a fault cut the connection."""
    principal: str | None = None
    """Client id."""

    def shown(self, timestamp: Callable[[float], str]) -> dict[str, Json]:
        """Return the entry as `GET /_emulator/requests` shows it."""
        return {
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "status": self.status,
            "host": self.host,
            "principal": self.principal,
            "time": timestamp(self.at),
        }


@dataclass(slots=True)
class Site:
    """One local Azure. `world` is replaced by a reset; everything else stays."""

    parts: Parts
    clock: Clock
    scenario_name: str = "default"
    seed: str = "azserve"
    subscriptions: tuple[str, ...] = (SUBSCRIPTION,)
    tenant: str = TENANT
    identity_secret: str = ""
    journal: Journal | None = None
    """Where what is asked is kept; None for a world that ends with its process."""
    world: World = field(init=False)
    faults: FaultBook = field(default_factory=FaultBook)
    log: deque[Asking] = field(default_factory=lambda: deque(maxlen=_MOST_LOGGED))
    request_ids: Ids = field(init=False)
    """Apart from the world's, so that a poll more or less does not change what is made next."""
    _arm: Arm = field(init=False)

    def __post_init__(self) -> None:
        self.request_ids = Ids(f"{self.seed}/requests")
        self._empty(self.parts.load_scenario(self.scenario_name))

    def reset(self) -> None:
        """Empty the world, forget faults and log, and go back to the scenario of the start. The clock runs on."""
        self._empty(self.parts.load_scenario(self.scenario_name))
        self.faults = FaultBook()
        self.log.clear()
        if self.journal is not None:
            self._begin_journal(self.journal)

    def set_scenario(self, scenario: Json) -> None:
        """Change what the world is like; what exists stays. Takes a shipped name or a scenario object."""
        loaded = (
            self.parts.load_scenario(scenario) if isinstance(scenario, str) else self.parts.expand_scenario(scenario)
        )
        self.parts.offer(loaded)
        self._note({"kind": "scenario", "scenario": loaded})
        self._take_scenario(loaded)

    def advance(self, seconds: float) -> None:
        """Let time pass, and what is due happen."""
        self.clock.advance(seconds)
        self._note({"kind": "time"})
        self.world.settle()

    def restore(self, port: int) -> None:
        """Make the world of the journal again, by carrying out what was asked. Called once it is known where it serves.

        Addresses that an earlier run handed out have the port of this one now. A scenario that is another one than the
        earlier run was started with is taken up at the end. EmulatorError where the journal cannot be read.
        """
        journal = self.journal
        if journal is None:
            return
        started_with = self.world.scenario
        if not journal.begun:
            self._begin_journal(journal)
        ports: dict[int, int] = {}
        begun_with: Json = None
        for entry in journal.entries():
            match entry["kind"]:
                case "world":
                    begun_with = entry["scenario"]
                    self.seed = entry["seed"]
                    self._empty(begun_with)
                case "served":
                    ports[entry["port"]] = port
                case "scenario":
                    self._take_scenario(entry["scenario"])
                case "call":
                    self._answer_again(as_call(entry, ports), entry["at"])
        self._note({"kind": "served", "port": port})
        if started_with != begun_with:
            self._note({"kind": "scenario", "scenario": started_with})
            self._take_scenario(started_with)

    def _take_scenario(self, scenario: Json) -> None:
        self.world.registry = self._offered(scenario)
        self.world.scenario = scenario

    def _empty(self, scenario: Json) -> None:
        self.world = World(
            clock=self.clock,
            ids=Ids(self.seed),
            scenario=scenario,
            registry=self._offered(scenario),
            subscriptions=tuple(one.lower() for one in self.subscriptions),
            tenant=self.tenant,
        )

    def _begin_journal(self, journal: Journal) -> None:
        journal.begin(
            {
                "at": self.clock.now(),
                "seed": self.seed,
                "identity": self.identity_secret,
                "scenario": self.world.scenario,
            }
        )

    def _note(self, entry: dict[str, Any]) -> None:
        if self.journal is not None:
            self.journal.note({"at": self.world.now(), **entry})

    def _answer_again(self, call: Call, at: float) -> None:
        """Do what was done when a request came, whatever came of it."""
        with self.world.standing_at(at):
            self.world.settle()
            try:
                self._carry_out(call)
            except ArmError:
                return  # as it was refused then
            except Exception:
                logger.exception("the emulator failed again on %s %s", call.method, call.path)

    def fault_for(self, method: str, path: str, address: str) -> Fault:
        """Return what the fault rules have for a request; `address` is the host and port it came to."""
        host = self.host_of(path)
        bare = address.rpartition(":")[0] or address
        paths = (path, _split_host(path)[1]) if path.startswith(_HOSTS) else (path,)
        return self.faults.choose(Asked(method, (host, address, bare), paths))

    def host_of(self, path: str) -> str:
        """Return the public host that a request stands for."""
        if path.startswith(_HOSTS):
            return _split_host(path)[0]
        if path.startswith("/msi/"):
            return IDENTITY_HOST
        return LOGIN_HOST if _LOGIN.match(path) else ARM_HOST

    def answer(self, call: Call, asking: Asking) -> Reply | StreamReply | LateReply:
        """Answer one request to the local Azure; ArmError where it is refused."""
        if call.method not in _METHODS:
            raise ArmError(405, "HttpMethodNotSupported", f"The http method '{call.method[:20]}' is not supported.")
        with self.world.standing_at(self.clock.now()):
            self.world.settle()
            return self._answer(call, asking)

    def _answer(self, call: Call, asking: Asking) -> Reply | StreamReply | LateReply:
        if call.path.startswith(_HOSTS):
            return self._answer_model(call)
        if asking.host == IDENTITY_HOST:
            return self._answer_identity(call)
        if asking.host == LOGIN_HOST:
            return serve_entra(self.world, call) or Reply(404, {"error": "not_found"})
        return self._answer_arm(call, asking)

    def _offered(self, scenario: Json) -> Registry:
        providers = (GROUPS, *self.parts.offer(scenario))
        self._arm = Arm(providers)
        return Registry(providers)

    def _answer_identity(self, call: Call) -> Reply:
        if call.path.rstrip("/") != "/msi/token" or call.method != "GET":
            return Reply(404, {"statusCode": 404, "message": "No such identity endpoint."})
        return serve_managed_identity(self.world, call, self.identity_secret)

    def _answer_model(self, call: Call) -> Reply | StreamReply | LateReply:
        host, path = _split_host(call.path)
        if host == pipeline.HOST:
            return pipeline.serve_pipeline(self.world, call)
        if host == prices.HOST:
            return prices.serve(self.world, call, path)
        target = self.parts.resolve_host(self.world, host)
        return self.parts.serve_model(self.world, target, call, path)

    def _answer_arm(self, call: Call, asking: Asking) -> Reply:
        if call.path.rstrip("/").lower() == "/metadata/endpoints":
            return serve_metadata(self.world, call)
        principal = check(self.world, call.headers.get("authorization"), (*ARM_AUDIENCES, call.base))
        asking.principal = principal.name
        known = replace(call, principal=principal)
        if call.method not in _READS and self.journal is not None:
            self.journal.note(call_entry(known, self.world.now()))
        return self._carry_out(known)

    def _carry_out(self, call: Call) -> Reply:
        left = throttling.charge(self.world, call)
        try:
            reply = self._arm.answer(self.world, call)
        except ArmError as error:
            reply = error.reply()
        return Reply(reply.status, reply.body, {**left, **reply.headers})


_LOGIN = re.compile(
    r"/[^/]+/(oauth2/(v2\.0/)?(token|authorize|devicecode)|(v2\.0/)?\.well-known/openid-configuration|"
    r"discovery/(instance|v2\.0/keys))/?$",
    re.IGNORECASE,
)


def _split_host(path: str) -> tuple[str, str]:
    """Take `/_hosts/<host>/…` apart, into the host in lower case without port and the path below it."""
    host, slash, below = path.removeprefix(_HOSTS).partition("/")
    return host.lower().partition(":")[0], f"{slash or '/'}{below}"
