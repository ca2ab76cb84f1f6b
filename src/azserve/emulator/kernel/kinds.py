"""What a resource provider offers to ARM: kinds of resources, each with its rules.

ARM (`arm/`) knows addresses, groups, api-versions, operations and deployments; a kind knows one type. Both a
plain `PUT` and a template deployment go through the same kind, so they cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.wire import ArmError, Call, Json, Principal, Reply
from azserve.emulator.kernel.world import Stored, World


class Style(StrEnum):
    """How a long-running operation is announced."""

    NONE = "none"
    """Done at once, or the body's provisioningState is all there is to poll."""
    AZURE_ASYNC = "azure-async"
    """`Azure-AsyncOperation`; then GET the resource."""
    LOCATION = "location"
    """`Location`, 202 until it ends in 200 or 204."""


@dataclass(frozen=True, slots=True)
class Put:
    """A wish to create or replace a resource, from a request or from a deployment."""

    address: Address
    body: dict[str, Json]
    api_version: str
    principal: Principal | None
    existing: Stored | None
    base: str
    """What addresses that the emulator hands out start with."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a kind did with a wish. The world already shows the beginning of it (`Creating`)."""

    stored: Stored | None
    """None where a delete took the resource away at once."""
    status: int
    """Of the answer to the request itself: 200, 201, 202, 204."""
    seconds: float = 0.0
    """How long it takes; 0 is done."""
    style: Style = Style.NONE
    finish: Callable[[], ArmError | None] | None = None
    """Called once when the time has passed: makes the end visible, returns the error it ended in, or None."""


Action = Callable[[World, Stored, Call], Reply]
"""A POST on a resource: listKeys, regenerateKeys."""


class Kind(Protocol):
    """One resource type. Implementations are stateless: all state is in the World."""

    @property
    def type(self) -> str:
        """Full type in Azure's spelling."""
        ...

    @property
    def api_versions(self) -> tuple[str, ...]:
        """Accepted api-versions, newest first."""
        ...

    @property
    def locations(self) -> tuple[str, ...]:
        """Where it is offered, short spelling; empty for types without a location of their own."""
        ...

    @property
    def actions(self) -> Mapping[str, Action]:
        """By name in lower case."""
        ...

    def check(self, world: World, put: Put) -> None:
        """Raise ArmError for what a service refuses at once; `validate` calls it without `put`."""
        ...

    def put(self, world: World, put: Put) -> Work:
        """Create or replace. Has passed `check`."""
        ...

    def patch(self, world: World, stored: Stored, put: Put) -> Work:
        """Change what `put.body` names."""
        ...

    def delete(self, world: World, stored: Stored, call: Call | None) -> Work:
        """Begin to delete; `finish` takes it out of the world. `call` is None when its group is being deleted."""
        ...

    def show(self, world: World, stored: Stored) -> dict[str, Json]:
        """Return the top-level members a GET shows besides id, name, type, etag and systemData."""
        ...


CollectionRoute = Callable[[World, Call, Mapping[str, str]], Reply]


@dataclass(frozen=True, slots=True)
class Provider:
    """A resource provider."""

    namespace: str
    kinds: tuple[Kind, ...]
    routes: Mapping[tuple[str, str], CollectionRoute]
    """What is neither a resource nor a list of resources, by (method, path): `("GET",
    "/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/locations/{location}/models")`. Compared
    without regard to case; the names in braces come as the third argument."""
    route_api_versions: tuple[str, ...] = ()
    """Accepted on `routes`."""


ResolveHost = Callable[[World, str], "Target | None"]


@dataclass(frozen=True, slots=True)
class TargetModel:
    """A model that answers under a host."""

    name: str
    """As clients name it: a deployment's name, or the model's for a serverless endpoint."""
    model: str
    version: str
    ready_at: float
    """Emulated time from which it answers; 404 before, as a fresh deployment does."""
    requests_per_minute: float
    tokens_per_minute: float
    content_filter: bool = True


@dataclass(frozen=True, slots=True)
class Target:
    """What stands behind a data-plane host name; providers make these, `inference/` serves them."""

    host: str
    hosting: str
    """`serverless` or `foundry`."""
    region: str
    resource: Address
    keys: tuple[str, ...]
    """Empty where key sign-in is off."""
    audiences: tuple[str, ...]
    """Token audiences accepted; empty where Entra sign-in is off."""
    models: Mapping[str, TargetModel]
    """By name in lower case; a serverless endpoint has exactly one."""
    usable: bool = True
    """False while creating, suspended or without its marketplace subscription."""
    public: bool = True
    """False where only private networks are let in."""
