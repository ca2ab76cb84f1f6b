"""What should stand in one region, with every name decided and nothing yet written as a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from azserve.model.json import JsonObject
from azserve.model.names import EndpointKey, FleetId, ModelName, Region
from azserve.model.resource_id import ResourceId
from azserve.model.settings import AccessGrant, ContentFilter, NetworkSettings, SignIn


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
    access: tuple[AccessGrant, ...] = ()


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
