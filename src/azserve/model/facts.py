"""What a survey found: values with source, age and, where a source could not be read, the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

from azserve.model.json import JsonObject
from azserve.model.names import Region, SubscriptionId
from azserve.model.resource_id import ResourceId
from azserve.model.verdict import Evidence

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """A value, or why there is none. An unreadable fact is never taken for an empty one."""

    evidence: Evidence
    value: T | None = None
    read_at: datetime | None = None
    unreadable: str | None = None
    """Azure's code and message, where the read failed."""

    @property
    def readable(self) -> bool:
        """Whether `value` may be used."""
        return self.unreadable is None


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What one capacity unit is worth: `count` of `key` per `renewal_period_s`."""

    key: str
    """`request` or `token`."""
    count: float
    renewal_period_s: float


@dataclass(frozen=True, slots=True)
class OfferedSku:
    """A sku of a model as a region lists it. Names repeat: gpt-4o has Standard twice."""

    name: str
    usage_name: str
    """Joins to `QuotaPool.name`; never built from the model's name."""
    capacity_default: int | None = None
    """May exceed the quota."""
    capacity_minimum: int | None = None
    capacity_maximum: int | None = None
    capacity_step: int | None = None
    rate_limits: tuple[RateLimit, ...] = ()
    deprecates: date | None = None


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """A model as a region lists it; the same model comes once per `kind`."""

    format: str
    name: str
    version: str
    kind: str
    """`AIServices`, `OpenAI` or `MaaS`; deployments into an AIServices account need the first."""
    lifecycle: str
    """Azure's own word: Stable, GenerallyAvailable, Preview, Legacy, Deprecating, Deprecated."""
    skus: tuple[OfferedSku, ...] = ()
    is_default_version: bool = False
    """May be false for the only version."""
    retires: date | None = None
    """None where the service says 2099-12-31."""
    publisher: str | None = None
    capabilities: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuotaPool:
    """A subscription's quota pool in one region, in capacity units."""

    name: str
    label: str
    """The service's own words, unreliable about units."""
    current: float
    """May exceed `limit`."""
    limit: float

    @property
    def left(self) -> float:
        """What is free, never below zero."""
        return max(0.0, self.limit - self.current)


@dataclass(frozen=True, slots=True)
class LiveResource:
    """A resource as ARM answers it."""

    id: ResourceId
    region: Region
    body: JsonObject
    """The whole answer of a GET."""

    @property
    def tags(self) -> Mapping[str, str]:
        """The resource's own tags."""
        tags = self.body.get("tags")
        return {str(k): str(v) for k, v in tags.items()} if isinstance(tags, Mapping) else {}


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """What is true in one region."""

    region: Region
    models: Fact[tuple[OfferedModel, ...]]
    pools: Fact[tuple[QuotaPool, ...]]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true in one subscription, as far as it was asked."""

    subscription: SubscriptionId | None
    taken_at: datetime
    regions: Mapping[Region, RegionFacts]
    live: Fact[tuple[LiveResource, ...]]
    """Everything this fleet and environment already has: groups, hosts, endpoints, deployments."""
