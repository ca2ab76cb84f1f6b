"""What should stand in one region, with every name decided and nothing yet written as a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from azserve.model.json import JsonObject
from azserve.model.names import EndpointKey, FleetId, ModelName, Region
from azserve.model.resource_id import ResourceId
from azserve.model.settings import (
    AccessGrant,
    Blocklist,
    ContentFilter,
    Diagnostics,
    FilterPolicy,
    NetworkSettings,
    SignIn,
)


@dataclass(frozen=True, slots=True)
class ServerlessEndpoint:
    """A `Microsoft.MachineLearningServices/workspaces/serverlessEndpoints` to be."""

    key: EndpointKey
    name: str
    model: ModelName
    model_id: str
    """`azureml://registries/…/models/…` without a version."""
    content_filter: ContentFilter
    marketplace_subscription: str | None = None
    """Name of the subscription to make first; None for models sold by Azure, which must not get one."""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProjectConnection:
    """What lets a project of somebody's use a serverless endpoint of the same estate."""

    endpoint: str
    """Name of the endpoint."""
    project: ResourceId
    name: str


@dataclass(frozen=True, slots=True)
class KeySecret:
    """A key kept as a secret of a vault that is there already."""

    vault: ResourceId
    name: str
    endpoint: str | None = None
    """Name of the serverless endpoint whose key it is; None: the account's."""


@dataclass(frozen=True, slots=True)
class Encryption:
    """A key of the user's, taken apart: vault's address, name and version."""

    vault_uri: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class ServerlessHost:
    """A hub, a project in it, and what a new hub needs."""

    hub: str
    project: str
    storage: str
    """Storage account; 3 to 24 lower-case letters and digits."""
    vault: str
    """Key vault; 3 to 24."""
    sign_in: SignIn
    network: NetworkSettings
    endpoints: tuple[ServerlessEndpoint, ...]
    hub_exists: bool = False
    """Named under `existing:`: referred to, never written. The same for the two below."""
    project_exists: bool = False
    storage_exists: bool = False
    vault_exists: bool = False
    storage_id: ResourceId | None = None
    """Where an existing storage account is, when it is in another group. The same for the vault."""
    vault_id: ResourceId | None = None
    access: tuple[AccessGrant, ...] = ()
    identity: str | None = None
    """Id of a user-assigned identity, beside the system's."""
    diagnostics: Diagnostics | None = None
    lock: bool = False
    connections: tuple[ProjectConnection, ...] = ()
    secrets: tuple[KeySecret, ...] = ()
    recover_vault: bool = False
    """Bring back the soft-deleted vault of that name, this once: sent with the deployment, never in a file."""


@dataclass(frozen=True, slots=True)
class FoundryDeployment:
    """A `Microsoft.CognitiveServices/accounts/deployments` to be."""

    key: EndpointKey
    name: str
    """Equal to the key: clients pass it as the model."""
    model: ModelName
    format: str
    version: str
    sku: str
    capacity: int
    content_filter: ContentFilter
    filter_name: str | None = None
    """One of the host's own filters, instead of what `content_filter` stands for."""
    upgrade: str = "NoAutoUpgrade"
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundryHost:
    """An `AIServices` account with its project; deployments are written in this order, one at a time."""

    account: str
    subdomain: str
    """Global; becomes the host name."""
    project: str
    sign_in: SignIn
    network: NetworkSettings
    deployments: tuple[FoundryDeployment, ...]
    account_exists: bool = False
    project_exists: bool = False
    access: tuple[AccessGrant, ...] = ()
    identity: str | None = None
    """Id of a user-assigned identity, beside the system's."""
    encryption: Encryption | None = None
    diagnostics: Diagnostics | None = None
    lock: bool = False
    secrets: tuple[KeySecret, ...] = ()
    filters: tuple[FilterPolicy, ...] = ()
    blocklists: tuple[Blocklist, ...] = ()
    restore: bool = False
    """Bring back the soft-deleted account of that name, this once: sent with the deployment, never in a file."""


@dataclass(frozen=True, slots=True)
class RegionEstate:
    """All that one region should hold."""

    fleet_id: FleetId
    subscription: str
    region: Region
    group: str
    tags: Mapping[str, str]
    """The user's and the fleet's own, which says who owns the group."""
    serverless: ServerlessHost | None = None
    foundry: FoundryHost | None = None
    group_exists: bool = False
    """Named under `existing:`."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource as a rendered template describes it, its parameters and references resolved."""

    id: ResourceId
    api_version: str
    body: JsonObject
    """What the template sets: location, tags, kind, sku, identity, properties. Nothing the service fills in."""
    depends_on: tuple[ResourceId, ...] = ()
