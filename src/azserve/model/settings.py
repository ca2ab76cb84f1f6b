"""What the user asked for: one file, one environment, resolved once and frozen.

`config` makes these; nothing later reads a file, a flag or `os.environ`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from azserve.errors import Problem
from azserve.model.catalogue import Hosting
from azserve.model.json import JsonObject
from azserve.model.names import EndpointKey, FleetId, ModelName, Region, SubscriptionId

PROBES = (
    "info",
    "auth",
    "chat",
    "usage",
    "stream",
    "reasoning",
    "multi-turn",
    "parameters",
    "json",
    "json-schema",
    "tools",
    "image",
    "extra-parameters",
    "content-filter",
    "rate-limit-headers",
    "embeddings",
    "connection",
    "latency",
)
"""azserve's own probes in the order in which they are reported and, the required ones first, asked: what is cheap and
says most first."""


class Cloud(StrEnum):
    """Which Azure. LOCAL is the embedded one; URL is any other, with its address in `CloudSettings.manager`."""

    PUBLIC = "public"
    USGOV = "usgov"
    CHINA = "china"
    LOCAL = "local"
    URL = "url"


@dataclass(frozen=True, slots=True)
class CloudSettings:
    """Where Azure Resource Manager answers, and where tokens for it come from."""

    cloud: Cloud
    manager: str
    """Base address of ARM, no slash at the end."""
    audience: str
    """The scope's resource: `https://management.azure.com`."""
    authority: str | None = None
    """Entra's address; None for the local cloud, whose tokens come from its managed identity endpoint."""


class SignIn(StrEnum):
    """What callers of a deployed model sign in with."""

    KEY = "key"
    ENTRA = "entra"
    BOTH = "both"


class ContentFilter(StrEnum):
    """How strict the filter is. OFF means the service's own default is declined where the service allows it."""

    DEFAULT = "default"
    STRICT = "strict"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Capacity:
    """Foundry capacity in units of the sku; what a unit is worth comes from the sku's rate limits."""

    minimum: int
    target: int


@dataclass(frozen=True, slots=True)
class RegionChoice:
    """Which regions are wanted."""

    of: tuple[Region, ...]
    """Candidates, most wanted first. Empty: every region the catalogue knows for the model."""
    need: int | None = None
    """How many are needed; None is all of them."""
    within: tuple[str, ...] = ()
    """Geographies or regions that data may not leave: `("eu",)`."""
    avoid: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """One entry of the `endpoints` map."""

    key: EndpointKey
    model: ModelName
    hosting: Hosting
    where: str
    """`file:line:column` of the entry, for later complaints."""
    version: str | None = None
    """Foundry only, always pinned: `latest` was resolved from the catalogue."""
    sku: str | None = None
    capacity: Capacity | None = None
    content_filter: ContentFilter = ContentFilter.DEFAULT
    filter_name: str | None = None
    """Foundry only: one of the host's own filters, which then stands over `content_filter`."""
    regions: RegionChoice | None = None
    """Overrides the fleet's choice."""
    upgrade: str | None = None
    """Foundry `versionUpgradeOption`, Azure's own words; None leaves it to the template's default."""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """Whether the host can be reached from the internet, and how else."""

    public: bool = True
    subnet: str | None = None
    """Pattern of a subnet id for a private endpoint: `{fleet} {env} {region}` are filled in."""
    dns: str | tuple[str, ...] = "managed"
    """`managed`, `create`, or the ids of existing zones."""


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """A role assignment on the host."""

    role: str
    """azserve's words: `call`, `read`, `manage`."""
    principal: str | None = None
    """Object id; None with `self_` true."""
    self_: bool = False
    principal_type: str | None = None


@dataclass(frozen=True, slots=True)
class ExistingHost:
    """What is already there: used, never changed beyond our own children, never destroyed. Patterns allowed."""

    group: str | None = None
    hub: str | None = None
    project: str | None = None
    account: str | None = None
    vault: str | None = None
    storage: str | None = None


class FilterLevel(StrEnum):
    """From which severity on a filter blocks."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    OFF = "off"
    """Annotated, never blocked; Azure asks for an approval first."""


@dataclass(frozen=True, slots=True)
class Blocklist:
    """Words of the user's own that a filter blocks."""

    name: str
    description: str
    terms: tuple[str, ...] = ()
    """Found as they are."""
    patterns: tuple[str, ...] = ()
    """Regular expressions."""


@dataclass(frozen=True, slots=True)
class FilterPolicy:
    """A content filter of the user's own, for prompts and completions alike."""

    name: str
    levels: Mapping[str, FilterLevel]
    """By Azure's category: Hate, Sexual, Violence, Selfharm."""
    blocklists: tuple[str, ...] = ()
    """Names of blocklists of the same host."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Somebody's project that is to use serverless endpoints of the fleet, in whatever region, group or hub it is."""

    project: str
    """Pattern of the project's resource id."""
    endpoints: tuple[EndpointKey, ...] = ()
    """Empty: all of them."""


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """Where the host's logs go."""

    workspace: str
    """Pattern of a Log Analytics workspace's resource id."""
    logs: str = "all"
    """`all` or `audit`."""
    metrics: bool = True


@dataclass(frozen=True, slots=True)
class HostSettings:
    """What belongs to the hub and project, or to the account, rather than to an endpoint."""

    sign_in: SignIn = SignIn.KEY
    network: NetworkSettings = NetworkSettings()
    access: tuple[AccessGrant, ...] = ()
    identity: str = "system"
    """`system`, or the pattern of a user-assigned identity's id, which the host then has beside its own."""
    existing: ExistingHost = ExistingHost()
    diagnostics: Diagnostics | None = None
    lock: bool = False
    """Whether a lock keeps the host from being deleted, by azserve as by anybody."""
    export_keys: str | None = None
    """Pattern of a key vault's id; the key of each endpoint, or of the account, is kept there as a secret."""
    connections: tuple[Connection, ...] = ()
    """Serverless only."""
    encryption_key: str | None = None
    """Foundry only: pattern of a key's address, version included; needs an identity of the user's."""
    filters: tuple[FilterPolicy, ...] = ()
    """Foundry only, as are the blocklists."""
    blocklists: tuple[Blocklist, ...] = ()


@dataclass(frozen=True, slots=True)
class Rollout:
    """In which order regions are deployed, and what happens when one fails."""

    canary: Region | None = None
    gate: str | None = None
    """`smoke`: the canary's probes must pass before the others start."""
    on_failure: str = "keep"
    """`keep` or `rollback`."""


@dataclass(frozen=True, slots=True)
class OwnProbe:
    """A probe of the user's own, as it was written."""

    raw: JsonObject
    where: str
    """`file:line:column`, or the file that it is."""


@dataclass(frozen=True, slots=True)
class SmokeSettings:
    """Which probes must pass, and what a run may cost."""

    required: tuple[str, ...] = ("chat",)
    by_endpoint: Mapping[EndpointKey, tuple[str, ...]] = field(default_factory=dict)
    """More required probes, per endpoint."""
    private: bool = False
    """`from: private`: endpoints are unreachable from here by design, so unreachable is unknown, not dead."""
    budget_tokens: int | None = None
    budget_usd: float | None = None
    probes: Mapping[str, OwnProbe] = field(default_factory=dict)
    """The user's own, by name; not read yet."""
    probe_folder: Path | None = None
    """Where more of them are, a file each."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One fleet in one environment."""

    fleet_id: FleetId
    file: Path
    endpoints: Mapping[EndpointKey, EndpointSettings]
    """In the file's order."""
    regions: RegionChoice
    cloud: CloudSettings
    subscription: SubscriptionId | None = None
    """None only where nothing named one; verbs that need it say so."""
    tenant: str | None = None
    subscriptions: Mapping[Region, SubscriptionId] = field(default_factory=dict)
    """Where a region has its own."""
    group_pattern: str = "rg-{fleet}-{env}-{region}"
    tags: Mapping[str, str] = field(default_factory=dict)
    serverless: HostSettings = HostSettings()
    foundry: HostSettings = HostSettings()
    rollout: Rollout = Rollout()
    smoke: SmokeSettings = SmokeSettings()
    ttl: timedelta | None = None
    templates: Path | None = None
    """The user's own template set."""
    credential: str = "default"
    """How azserve itself signs in: `default`, `cli`, `env`, `managed-identity`, `workload-identity` or `oidc`."""
    warnings: tuple[Problem, ...] = ()
    """What is odd about the file but not wrong, such as a version that the catalogue does not know."""

    def subscription_in(self, region: Region) -> SubscriptionId | None:
        """Return the subscription that a region's resources go to."""
        return self.subscriptions.get(region, self.subscription)
