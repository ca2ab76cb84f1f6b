"""What a survey found: values with source, age and, where a source could not be read, the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import Any, Final, Generic, TypeVar

from azserve.model.json import JsonObject
from azserve.model.names import Region, SubscriptionId
from azserve.model.resource_id import ResourceId
from azserve.model.verdict import Evidence, Rank

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """A value, or why there is none. An unreadable fact is never taken for an empty one."""

    evidence: Evidence
    value: T | None = None
    read_at: datetime | None = None
    unreadable: str | None = None
    """Azure's code and message, where the read failed."""
    kept: bool = False
    """An earlier run read it, at `read_at`; asking again may give another answer."""

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
        """The resource's own tags; of a connection, which takes none, its metadata."""
        tags = self.body.get("tags")
        if tags is None and self.id.type.lower().endswith("/workspaces/connections"):
            properties = self.body.get("properties")
            tags = properties.get("metadata") if isinstance(properties, Mapping) else None
        return {str(k): str(v) for k, v in tags.items()} if isinstance(tags, Mapping) else {}


@dataclass(frozen=True, slots=True)
class Location:
    """A place that a subscription may use."""

    name: Region
    display_name: str
    physical: bool = True
    """False for logical places such as `unitedstates`, where nothing can be put."""
    geography: str | None = None
    """Azure's own word: `United States`, `Sweden`."""
    paired: Region | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """What a subscription is, as far as it bears on deploying."""

    id: str
    name: str
    state: str
    """Azure's own word: Enabled, Warned, PastDue, Disabled, Deleted."""
    tenant: str | None = None
    quota_id: str | None = None
    """Names the kind of contract: `PayAsYouGo_2014-09-01`, `FreeTrial_2014-09-01`."""
    spending_limit: str | None = None
    """`On`, `Off` or `CurrentPeriodOff`."""

    @property
    def takes_writes(self) -> bool:
        """Whether anything can be made in it; Warned and PastDue still take writes (documented 2025)."""
        return self.state.lower() not in {"disabled", "deleted"}


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of a provider: where it can be, and in which api-versions."""

    name: str
    """Without the namespace: `workspaces/serverlessEndpoints`."""
    locations: tuple[Region, ...]
    """Empty where the type is bound to no place, or its provider does not say."""
    api_versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProviderRegistration:
    """Whether a subscription may use a resource provider, and what that offers."""

    namespace: str
    state: str
    """Registered, Registering, NotRegistered, Unregistering or Unregistered."""
    types: tuple[ResourceType, ...] = ()

    @property
    def registered(self) -> bool:
        """Whether resources of it can be made now."""
        return self.state.lower() == "registered"

    def type_of(self, name: str) -> ResourceType | None:
        """Return a type by its name without the namespace, None where the provider does not list it."""
        return next((one for one in self.types if one.name.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """Exactly one model, as Foundry names it."""

    format: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class ServiceCapacity:
    """What the service itself has left for a sku of a model in a region, whatever the quota says."""

    model: ModelVersion
    region: Region
    sku: str
    available: float
    """In capacity units."""


@dataclass(frozen=True, slots=True)
class DeletedResource:
    """A soft-deleted account or vault: gone from its group, its name taken until it is restored or purged."""

    id: ResourceId
    """The id it had."""
    region: Region
    tags: Mapping[str, str] = field(default_factory=dict)
    deleted_at: datetime | None = None
    purged_at: datetime | None = None
    """When Azure purges it by itself."""
    purge_protected: bool = False
    """It cannot be purged before that."""
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class PermissionSet:
    """One role's permissions, as the caller has them through one or more assignments."""

    actions: tuple[str, ...] = ()
    """Patterns: `*` stands for any characters, slashes included."""
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the caller may do at a scope. An action is allowed where one set has it and does not take it back."""

    scope: str
    sets: tuple[PermissionSet, ...]

    def allows(self, action: str) -> bool:
        """Return whether a control action is allowed: `Microsoft.CognitiveServices/accounts/write`."""
        return any(_grants(one.actions, one.not_actions, action) for one in self.sets)

    def allows_data(self, action: str) -> bool:
        """Return whether a data action is allowed."""
        return any(_grants(one.data_actions, one.not_data_actions, action) for one in self.sets)


@dataclass(frozen=True, slots=True)
class NameAvailability:
    """Whether a name that is unique in all of Azure is free."""

    name: str
    free: bool
    because: str | None = None
    """Azure's own words where it is not."""
    kind: str = "Microsoft.CognitiveServices/accounts"
    """Of what: names of each type are apart."""


@dataclass(frozen=True, slots=True)
class PolicyFinding:
    """What Azure Policy would make of a resource."""

    policy: str
    """The assignment's id, or its display name where Azure gives one."""
    effect: str
    """Azure's own word: Deny, Modify, Append, Audit."""
    field: str | None = None
    """What it is about, where that is known."""
    message: str = ""
    about: str = ""
    """The type of the resource that was asked about."""

    @property
    def denies(self) -> bool:
        """Whether the write would be refused."""
        return self.effect.lower() == "deny"


NOT_ASKED: Final = "not asked"


def not_asked(why: str = NOT_ASKED) -> Fact[Any]:
    """Return the fact that nobody asked: unreadable, and not known live, so that it decides nothing."""
    return Fact(Evidence(Rank.DOCUMENTED, "nobody asked"), unreadable=why)


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """What is true in one region."""

    region: Region
    models: Fact[tuple[OfferedModel, ...]]
    pools: Fact[tuple[QuotaPool, ...]]
    subdomain: Fact[NameAvailability] = field(default_factory=not_asked)
    """Whether the fleet's own account name is free as a subdomain; it is not where the account stands already."""
    names: Fact[tuple[NameAvailability, ...]] = field(default_factory=not_asked)
    """Whether the names of the storage account and the vault that would be made are free."""
    policy: Fact[tuple[PolicyFinding, ...]] = field(default_factory=not_asked)
    """What Azure Policy says to the hosts that the fleet would make there."""
    compute: Fact[tuple[QuotaPool, ...]] = field(default_factory=not_asked)
    """Machine Learning's usages: cores of virtual machines. Shown, and in no verdict."""
    permissions: Fact[Permissions] = field(default_factory=not_asked)
    """Of the caller, in a group that exists already; asked only where the file names one."""


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """What is true in a subscription, whatever the region."""

    id: str
    state: Fact[SubscriptionState] = field(default_factory=not_asked)
    locations: Fact[tuple[Location, ...]] = field(default_factory=not_asked)
    providers: Fact[tuple[ProviderRegistration, ...]] = field(default_factory=not_asked)
    permissions: Fact[Permissions] = field(default_factory=not_asked)
    """Of the caller, at the subscription's scope."""
    deleted_accounts: Fact[tuple[DeletedResource, ...]] = field(default_factory=not_asked)
    deleted_vaults: Fact[tuple[DeletedResource, ...]] = field(default_factory=not_asked)
    capacities: Fact[tuple[ServiceCapacity, ...]] = field(default_factory=not_asked)
    """Of the fleet's own models, in all regions."""
    hosts: Fact[tuple[LiveResource, ...]] = field(default_factory=not_asked)
    """Every account and workspace of the subscription with its endpoints and deployments, whoever's they are."""

    def provider(self, namespace: str) -> ProviderRegistration | None:
        """Return a provider's registration, None where nobody could say."""
        return next((one for one in self.providers.value or () if one.namespace.lower() == namespace.lower()), None)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true in one subscription, as far as it was asked."""

    subscription: SubscriptionId | None
    taken_at: datetime
    regions: Mapping[Region, RegionFacts]
    live: Fact[tuple[LiveResource, ...]]
    """Everything this fleet and environment already has: groups, hosts, endpoints, deployments."""
    subscriptions: Mapping[str, SubscriptionFacts] = field(default_factory=dict)
    """By id in lower case: the fleet's own, and those that regions have for themselves."""

    def of_subscription(self, subscription: str | None) -> SubscriptionFacts:
        """Return what is known of a subscription; facts that nobody asked for where it was not surveyed."""
        known = self.subscriptions.get((subscription or "").lower())
        return known or SubscriptionFacts(subscription or "")


def _grants(given: tuple[str, ...], taken: tuple[str, ...], action: str) -> bool:
    wanted = action.lower()
    return any(fnmatchcase(wanted, one.lower()) for one in given) and not any(
        fnmatchcase(wanted, one.lower()) for one in taken
    )
