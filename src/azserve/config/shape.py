"""The shape of the file: what keys there are, what each holds, and what it says to an editor.

Shorthands are spelled out before validation (a list of regions, a plain capacity, `network: public`), so that there
is one shape to work from; places are found again by `tree.locate`, which knows that a list may stand for a map.
"""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from pydantic import Field, model_validator
from pydantic.fields import FieldInfo

from azserve.config.rules import (
    AccountName,
    Boundary,
    Count,
    CredentialWord,
    Dns,
    FilterName,
    Flag,
    FleetName,
    FromWord,
    GateWord,
    GroupPattern,
    Guid,
    HostingWord,
    Identity,
    KeyAddress,
    ModelId,
    Money,
    Need,
    OnFailureWord,
    PrincipalWord,
    Probe,
    RegionName,
    RoleWord,
    SignInWord,
    SkuWord,
    StorageName,
    Subnet,
    Subscription,
    TagName,
    TagValue,
    Tenant,
    Ttl,
    UpgradeWord,
    VaultId,
    VaultName,
    Version,
    WorkspaceName,
    refuse,
)
from azserve.config.surroundings import Blocklists, ConnectionShape, DiagnosticsShape, Filters, Shape
from azserve.config.tree import Part, Path


class RegionsShape(Shape):
    """Which regions are wanted."""

    need: Need | None = Field(default=None, description="How many of `of` are needed; `all` unless said.")
    of: tuple[RegionName, ...] = Field(default=(), description="Candidates, most wanted first.")
    within: tuple[Boundary, ...] = Field(default=(), description="Geographies or regions that data may not leave.")
    avoid: tuple[RegionName, ...] = Field(default=(), description="Regions that are never chosen.")

    @model_validator(mode="before")
    @classmethod
    def spell_out(cls, value: Any) -> Any:  # noqa: ANN401  what a file may hold
        """A list means all of these; one word under `within` is a list of one."""
        if isinstance(value, list):
            return {"need": "all", "of": value}
        if isinstance(value, dict) and isinstance(value.get("within"), str):
            return {**value, "within": [value["within"]]}
        if not isinstance(value, dict):
            raise refuse("wrong-type", "be a list of regions, or a map with `need` and `of`", hint="write `[eastus2]`")
        return value


class CapacityShape(Shape):
    """Foundry capacity in units; what a unit is worth depends on model and sku."""

    min: Count | None = Field(default=None, description="The least that is of use.")
    target: Count | None = Field(default=None, description="What is asked for where the quota allows.")

    @model_validator(mode="before")
    @classmethod
    def spell_out(cls, value: Any) -> Any:  # noqa: ANN401  what a file may hold
        """A number is both."""
        if isinstance(value, dict):
            return value
        if isinstance(value, list):
            raise refuse("wrong-type", "be a number of units, or a map with `min` and `target`")
        return {"min": value, "target": value}


class EndpointShape(Shape):
    """One model to deploy."""

    model: ModelId = Field(description="The model, as the catalogue spells it: `DeepSeek-V3.2`.")
    hosting: HostingWord | None = Field(default=None, description="Needed only where the model has both hostings.")
    version: Version | None = Field(
        default=None, description="Foundry only, and required there; `latest` is pinned when read."
    )
    sku: SkuWord | None = Field(default=None, description="Foundry only; `GlobalStandard` unless said.")
    capacity: CapacityShape | None = Field(
        default=None, description="Foundry only: units, or `{min, target}`; 1 unless said."
    )
    content_filter: FilterName = Field(
        default="default", description="How strict the content filter is, or the name of one of `foundry.filters`."
    )
    regions: RegionsShape | None = Field(default=None, description="Overrides the fleet's regions for this endpoint.")
    upgrade: UpgradeWord | None = Field(
        default=None, description="Foundry only: Azure's own words for version upgrades."
    )
    tags: dict[TagName, TagValue] = Field(default={}, description="More tags for this endpoint.")


class PrivateShape(Shape):
    """A private endpoint into a network of yours."""

    subnet: Subnet = Field(description="Resource id of the subnet; `{fleet} {env} {region}` are filled in.")
    dns: Dns = Field(default="managed", description="`managed`, `create`, or a list of zone ids.")


class NetworkShape(Shape):
    """How the host is reached."""

    public: Flag | None = Field(default=None, description="Whether the internet can reach it.")
    private: PrivateShape | None = None

    @model_validator(mode="before")
    @classmethod
    def spell_out(cls, value: Any) -> Any:  # noqa: ANN401  what a file may hold
        """`public` alone is a map with that said."""
        if value == "public":
            return {"public": True}
        if not isinstance(value, dict):
            raise refuse("wrong-value", "be `public`, or `{private: {subnet: …}}`", ("public",))
        return value

    @property
    def is_public(self) -> bool:
        """A private endpoint closes the public door unless the file says otherwise."""
        return self.private is None if self.public is None else self.public


class AccessShape(Shape):
    """A role on the host for somebody."""

    role: RoleWord = Field(default="call", description="`call` the models, `read` the resources, or `manage` them.")
    principal: Guid | None = Field(default=None, description="Object id in Entra.")
    self_: Flag = Field(default=False, alias="self", description="Whoever runs azserve.")
    principal_type: PrincipalWord | None = None

    @model_validator(mode="after")
    def name_one(self) -> AccessShape:
        """Exactly one of the two says who."""
        if (self.principal is None) is not self.self_:
            raise refuse("wrong-value", "have either `principal: OBJECT_ID` or `self: true`")
        return self


class ExistingServerlessShape(Shape):
    """What is there already: used, never changed beyond our own children, never destroyed."""

    group: GroupPattern | None = None
    hub: WorkspaceName | None = None
    project: WorkspaceName | None = None
    vault: VaultName | None = Field(default=None, description="A name in the group, or a resource id.")
    storage: StorageName | None = Field(default=None, description="A name in the group, or a resource id.")


class ExistingFoundryShape(Shape):
    """What is there already: used, never changed beyond our own children, never destroyed."""

    group: GroupPattern | None = None
    account: AccountName | None = None
    project: AccountName | None = Field(
        default=None, description="For the record: deployments need none, and none is made in an account that is there."
    )


class HostShape(Shape):
    """What belongs to the host rather than to an endpoint."""

    sign_in: SignInWord = Field(default="key", description="What callers of the models sign in with.")
    network: NetworkShape = Field(
        default=NetworkShape(public=True, private=None), description="How the host is reached."
    )
    access: tuple[AccessShape, ...] = Field(default=(), description="Roles given on the host.")
    identity: Identity = Field(
        default="system", description="`system`, or the id of a user-assigned identity to have beside it."
    )
    diagnostics: DiagnosticsShape | None = Field(default=None, description="Where the host's logs go.")
    lock: Flag = Field(default=False, description="Keep the host from being deleted, by azserve as by anybody.")
    export_keys: VaultId | None = Field(
        default=None, description="Resource id of a key vault that keeps the keys as secrets."
    )


class ServerlessShape(HostShape):
    """The hub and project that serverless endpoints live in."""

    existing: ExistingServerlessShape = Field(
        default=ExistingServerlessShape(), description="Use what is there already."
    )
    connections: tuple[ConnectionShape, ...] = Field(
        default=(), description="Projects elsewhere that are to use the endpoints."
    )


class FoundryShape(HostShape):
    """The account that Foundry deployments live in."""

    existing: ExistingFoundryShape = Field(default=ExistingFoundryShape(), description="Use what is there already.")
    encryption_key: KeyAddress | None = Field(
        default=None, description="Address of a key of yours, version included; needs an `identity` of yours."
    )
    filters: Filters = Field(default={}, description="Content filters, by the name endpoints give them.")
    blocklists: Blocklists = Field(default={}, description="Words that filters block, by name.")


class RolloutShape(Shape):
    """In which order regions are deployed."""

    canary: RegionName | None = Field(default=None, description="The region that goes first, alone.")
    gate: GateWord | None = Field(default=None, description="What the canary must pass before the others start.")
    on_failure: OnFailureWord = "keep"


class BudgetShape(Shape):
    """What one smoke run may cost at most."""

    tokens: Count | None = None
    usd: Money | None = None


class EndpointSmokeShape(Shape):
    """More for one endpoint."""

    required: tuple[Probe, ...] = ()


class SmokeShape(Shape):
    """Which probes must pass."""

    from_: FromWord = Field(
        default="here", alias="from", description="`private`: endpoints cannot be reached from here."
    )
    required: tuple[Probe, ...] = Field(default=("chat",), description="Probes that every endpoint must pass.")
    endpoints: dict[str, EndpointSmokeShape] = Field(default={}, description="More required probes, by endpoint.")
    budget: BudgetShape = BudgetShape(tokens=None, usd=None)
    probes: dict[str, dict[str, Any]] = Field(
        default={}, description="Probes of your own, by name: `asks`, `needs`, and what to ask and expect."
    )
    probes_from: str | None = Field(default=None, description="A folder with more of them, a YAML or JSON file each.")


class FleetShape(Shape):
    """A fleet of models on Azure, for azserve."""

    fleet: FleetName = Field(description="The fleet's name; with the environment it says who owns what in Azure.")
    subscription: Subscription | None = Field(
        default=None, description="Filled from AZURE_SUBSCRIPTION_ID where absent."
    )
    subscriptions: dict[RegionName, Subscription] = Field(
        default={}, description="Regions with a subscription of their own."
    )
    tenant: Tenant | None = Field(default=None, description="Filled from AZURE_TENANT_ID where absent.")
    credential: CredentialWord = Field(default="default", description="How azserve itself signs in to Azure.")
    cloud: str = Field(default="public", description="`public`, `usgov`, `china`, `local` or an address.")
    group: GroupPattern = Field(
        default="rg-{fleet}-{env}-{region}", description="Names of the groups made for the fleet."
    )
    tags: dict[TagName, TagValue] = Field(default={}, description="Tags on everything the fleet makes.")
    regions: RegionsShape | None = Field(default=None, description="A list is all of these; or `{need: N, of: […]}`.")
    endpoints: dict[str, EndpointShape] = Field(description="The models to deploy, by a key that clients pass.")
    serverless: ServerlessShape = ServerlessShape()
    foundry: FoundryShape = FoundryShape()
    rollout: RolloutShape = RolloutShape(canary=None, gate=None)
    smoke: SmokeShape = SmokeShape()
    ttl: Ttl | None = Field(default=None, description="How long the fleet may live.")
    templates: str | None = Field(default=None, description="Folder with a template set of your own, beside this file.")


def keys_at(path: Path) -> dict[str, str]:
    """Return the keys that the map at a path has, each with its description; the path leads to one of the shapes."""
    at: object = FleetShape
    for part in path:
        at = _below(at, part)
    shape = _without_none(at)
    assert isinstance(shape, type)
    assert issubclass(shape, Shape)
    return {name: field.description or "" for name, field in _fields(shape).items()}


def _below(annotation: object, part: Part) -> object:
    """Return what a key or an index leads to: a shape's field, a map's values, a list's items."""
    annotation = _without_none(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return _fields(annotation)[str(part)].annotation
    arguments = get_args(annotation)
    return arguments[1] if get_origin(annotation) is dict else arguments[0]


def _fields(shape: type[Shape]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in shape.model_fields.items()}


def _without_none(annotation: object) -> object:
    if get_origin(annotation) is not UnionType:
        return annotation
    return next(each for each in get_args(annotation) if each is not NoneType)
