"""The World: all that exists in the local Azure, and all that is due to happen."""

from __future__ import annotations

import contextlib
import hashlib
import heapq
import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.clock import Clock
from azserve.emulator.kernel.registry import Registry
from azserve.emulator.kernel.wire import ArmError, Json

SUBSCRIPTION = "5eeda25e-0000-4000-8000-000000000001"
TENANT = "5eeda25e-0000-4000-8000-00000000000f"


@dataclass(slots=True)
class Stored:
    """A resource, or a group (`address.type` empty)."""

    address: Address
    api_version: str
    """The one it was last written with."""
    body: dict[str, Json]
    """What a GET shows at the top level besides id, name, type, etag and systemData: location, tags, kind, sku,
    identity, and `properties` with its `provisioningState` kept up to date by events."""
    created_at: float
    changed_at: float
    created_by: str = ""
    changed_by: str = ""
    created_by_type: str = "Application"
    """`Application` or `User`, as systemData says it."""
    hidden: dict[str, Json] = field(default_factory=dict)
    """State that is never shown by a GET: keys, soft-deletion, pools held."""

    @property
    def properties(self) -> dict[str, Json]:
        """The `properties` object, made where it is missing."""
        found: dict[str, Json] = self.body.setdefault("properties", {})
        return found

    @property
    def state(self) -> str:
        """`provisioningState`, `Succeeded` for types that have none."""
        return str(self.properties.get("provisioningState", "Succeeded"))


class Shelf(dict[str, Stored]):
    """Groups and resources by `Address.key`, in order of creation; those of one type are found without a search."""

    def __init__(self, items: Iterable[tuple[str, Stored]] = ()) -> None:
        super().__init__()
        self._by_type: dict[str, dict[str, Stored]] = {}
        for key, stored in items:
            self[key] = stored

    def __setitem__(self, key: str, stored: Stored) -> None:
        super().__setitem__(key, stored)
        self._by_type.setdefault(stored.address.type.lower(), {})[key] = stored

    def __delitem__(self, key: str) -> None:
        self._by_type[self[key].address.type.lower()].pop(key)
        super().__delitem__(key)

    def pop(self, key: str, default: Stored | None = None) -> Stored | None:  # type: ignore[override]  # one way is used
        """Take out what is at a key; `default` where there is nothing."""
        found = self.get(key, default)
        if key in self:
            del self[key]
        return found

    def of_type(self, kind: str) -> dict[str, Stored]:
        """Return what there is of a full type, by key."""
        return self._by_type.get(kind.lower(), {})


class Ids:
    """Identifiers that look random and are the same in every run with the same seed."""

    def __init__(self, seed: str = "azserve") -> None:
        self.seed = seed
        self._count = itertools.count(1)

    def hex(self, length: int = 32) -> str:
        """Return fresh hexadecimal characters, 64 at most."""
        return hashlib.sha256(f"{self.seed}/{next(self._count)}".encode()).hexdigest()[:length]

    def guid(self) -> str:
        """Return a fresh GUID."""
        return str(uuid.UUID(self.hex(), version=4))

    def secret(self) -> str:
        """Return a fresh 32-character key, as serverless endpoints have."""
        return self.hex(32)


class World:
    """One local Azure. Single-threaded: the server calls it from one event loop."""

    def __init__(
        self,
        *,
        clock: Clock,
        ids: Ids | None = None,
        scenario: Json = None,
        registry: Registry | None = None,
        subscriptions: tuple[str, ...] = (SUBSCRIPTION,),
        tenant: str = TENANT,
    ) -> None:
        self.clock = clock
        self.ids = ids or Ids()
        self.registry = registry or Registry(())
        """What can be made in this world."""
        self.subscriptions = subscriptions
        """Ids of the subscriptions there are, in lower case."""
        self.tenant = tenant
        self.scenario: Json = scenario or {}
        """The scenario file, parsed: Azure's wire form, read by the providers."""
        self.stored = Shelf()
        self.operations: dict[str, Operation] = {}
        self.notes: dict[str, Json] = {}
        """State of a part that is no resource (registrations, soft-deleted accounts), under the part's name."""
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._now: float | None = None

    def now(self) -> float:
        """Emulated time; inside an event, the time at which it was due; inside a request, when that came."""
        return self._now if self._now is not None else self.clock.now()

    @contextlib.contextmanager
    def standing_at(self, moment: float) -> Iterator[None]:
        """Let time stand still: all that one request does is done at one time, and at the same one if done again."""
        before, self._now = self._now, moment
        try:
            yield
        finally:
            self._now = before

    def after(self, seconds: float, do: Callable[[], None]) -> float:
        """Let something happen later; return when. Events of equal time run in the order they were made."""
        due = self.now() + seconds
        heapq.heappush(self._events, (due, next(self._order), do))
        return due

    def settle(self) -> None:
        """Run all that is due by now, each at its own time. Called before every request is answered."""
        until = self.now()
        while self._events and self._events[0][0] <= until:
            due, _, do = heapq.heappop(self._events)
            with self.standing_at(due):
                do()

    def get(self, address: Address) -> Stored | None:
        """Return what is at an address."""
        return self.stored.get(address.key)

    def under(self, address: Address, kind: str | None = None) -> Iterator[Stored]:
        """Yield what lies below a group or resource, at any depth; `kind` is a full type to keep."""
        start = address.key + "/"
        among = self.stored if kind is None else self.stored.of_type(kind)
        for key, stored in list(among.items()):
            if key.startswith(start):
                yield stored


@dataclass(slots=True)
class Operation:
    """A long-running operation, as its status address tells of it."""

    id: str
    started_at: float
    ends_at: float
    resource: Address | None
    """Whose body the client gets in the end; None where the end is empty (a delete)."""
    state: str = "InProgress"
    """InProgress, Succeeded, Failed or Canceled."""
    error: ArmError | None = None
    polls: int = 0
    end_status: int = 200
    """What a `Location` answers at the end."""
    tells_status: bool = False
    """Whether its address answers a status document (`Azure-AsyncOperation`) or 202 until the end (`Location`)."""
    result: Json = None
    """What a `Location` answers at the end where that is no resource: the changes of a what-if."""
