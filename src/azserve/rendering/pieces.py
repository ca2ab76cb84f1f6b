"""What the partial templates see: one piece per resource, its text still to be written.

These classes are the contract between azserve and a template set, the user's own included (`CONTEXT_VERSION`). A
piece is drawn by the partial that its `partial` names, in both languages; `needs` and `after` hold the order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

CONTEXT_VERSION: Final = 1
"""Raised when a name that templates may use is taken away or changes its meaning."""

RAI_CATEGORIES: Final = ("Hate", "Sexual", "Violence", "Selfharm")
RAI_SHIELDS: Final = (
    ("Jailbreak", "Prompt"),
    ("Protected Material Text", "Completion"),
    ("Protected Material Code", "Completion"),
)
"""What Azure's default guardrail has beside the categories (its page on default safety policies, read 2026-11-23)."""
"""The categories of Azure's content filter that have a severity."""
SOURCES: Final = ("Prompt", "Completion")
"""What Azure filters."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A resource, as other resources point to it."""

    symbol: str
    """Its symbolic name in Bicep."""
    type: str
    names: tuple[str, ...]
    """The ARM variables that hold its names, outermost first."""
    group: tuple[str, ...] = ()
    """The ARM variables that hold its subscription and group; empty for the group that is deployed to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One resource to be written."""

    partial: ClassVar[str]
    """Name of the template, without folder and ending."""
    located: ClassVar[bool] = False
    """Whether the template uses the parameter `location`."""
    ref: Ref
    name: str
    """The innermost name."""
    needs: tuple[Ref, ...] = ()
    """What it refers to anyway, so that Bicep sees the order by itself; ARM is told."""
    after: tuple[Ref, ...] = ()
    """What has to be there first without being referred to; both languages are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Existing(Piece):
    """A resource that is there already: Bicep needs a name for it, ARM needs nothing."""

    partial: ClassVar[str] = "existing"
    subscription: str = ""
    """Empty, as is `group`, for the group that is deployed to."""
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage(Piece):
    """The storage account of a new hub."""

    partial: ClassVar[str] = "storage"
    located: ClassVar[bool] = True
    public: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault(Piece):
    """The key vault of a new hub."""

    partial: ClassVar[str] = "vault"
    located: ClassVar[bool] = True
    public: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub(Piece):
    """A hub workspace."""

    partial: ClassVar[str] = "hub"
    located: ClassVar[bool] = True
    public: bool
    storage: Ref
    vault: Ref
    identity: str | None = None
    """Id of a user-assigned identity, beside the hub's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubProject(Piece):
    """A project of a hub; serverless endpoints live in it."""

    partial: ClassVar[str] = "hub-project"
    located: ClassVar[bool] = True
    public: bool
    hub: Ref
    identity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketplaceSubscription(Piece):
    """The agreement to a partner's offer, per model and project."""

    partial: ClassVar[str] = "marketplace-subscription"
    project: Ref
    model: str
    model_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerlessEndpointPiece(Piece):
    """A serverless endpoint."""

    partial: ClassVar[str] = "serverless-endpoint"
    located: ClassVar[bool] = True
    key: str
    project: Ref
    model: str
    model_id: str
    auth_mode: str
    """`Key`, `AAD` or `KeyAndAAD`."""
    content_safety: str
    """`Enabled` or `Disabled`."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Its own, on top of the region's."""
    tags_variable: str


@dataclass(frozen=True, slots=True)
class AccountEncryption:
    """The customer's key for an account, and who may read it."""

    vault_uri: str
    key: str
    version: str
    identity: Ref
    """The user-assigned identity, which Azure wants to know by its client id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Piece):
    """An AIServices account."""

    partial: ClassVar[str] = "account"
    located: ClassVar[bool] = True
    subdomain: str
    public: bool
    local_auth: bool
    """Whether keys work."""
    identity: str | None = None
    """Id of a user-assigned identity, beside the account's own."""
    encryption: AccountEncryption | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountProject(Piece):
    """A project of an account."""

    partial: ClassVar[str] = "account-project"
    located: ClassVar[bool] = True
    account: Ref
    identity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocklist(Piece):
    """A list of words of the account's own."""

    partial: ClassVar[str] = "blocklist"
    account: Ref
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlocklistItem(Piece):
    """One entry of a blocklist."""

    partial: ClassVar[str] = "blocklist-item"
    blocklist: Ref
    pattern: str
    is_regex: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One category of a content filter, on prompts or on completions."""

    name: str
    source: str
    """`Prompt` or `Completion`."""
    blocks: bool
    """False: harmful content is annotated, not blocked; Azure asks for an approval first."""
    threshold: str
    """From which severity on content is caught: Low, Medium or High."""


@dataclass(frozen=True, slots=True)
class Shield:
    """A detector that has no severity: for attacks on prompts, or for other people's material in completions."""

    name: str
    source: str
    """`Prompt` or `Completion`."""
    blocks: bool
    """False: what it detects is annotated, not blocked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiPolicy(Piece):
    """A content filter of the account's own."""

    partial: ClassVar[str] = "rai-policy"
    account: Ref
    comment: str
    filters: tuple[Filter, ...]
    shields: tuple[Shield, ...] = ()
    """Said, too: what a policy leaves out may be off, though Azure's default has it."""
    blocklists: tuple[Ref, ...] = ()
    blocklist_names: tuple[str, ...] = ()
    """Beside `blocklists`, which are refs."""

    @property
    def lists(self) -> tuple[tuple[Ref, str, str], ...]:
        """Blocklist, its name, and the source of each use."""
        named = tuple(zip(self.blocklists, self.blocklist_names, strict=True))
        return tuple((ref, name, source) for source in SOURCES for ref, name in named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment(Piece):
    """A model deployment of an account."""

    partial: ClassVar[str] = "deployment"
    account: Ref
    model: str
    format: str
    version: str
    sku: str
    capacity: int
    upgrade: str
    rai_policy: str
    tags: Mapping[str, str] = field(default_factory=dict)
    tags_variable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssignment(Piece):
    """A grant on the host. Its name is derived by Azure's `guid()`; `name` is empty."""

    partial: ClassVar[str] = "role-assignment"
    scope: Ref
    role: str
    role_id: str
    principal: str | None
    """Object id; None stands for whoever deploys."""
    principal_type: str | None
    principal_variable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateEndpoint(Piece):
    """A private address of the host."""

    partial: ClassVar[str] = "private-endpoint"
    located: ClassVar[bool] = True
    target: Ref
    group_id: str
    """Azure's name of the part that is reached: `account`, `amlworkspace`."""
    subnet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsZone(Piece):
    """A private DNS zone, linked to the subnet's network."""

    partial: ClassVar[str] = "dns-zone"
    link: Ref
    link_name: str
    network: str
    """Id of the virtual network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsZoneGroup(Piece):
    """What writes a private endpoint's address into its zones."""

    partial: ClassVar[str] = "dns-zone-group"
    endpoint: Ref
    zones: tuple[Ref, ...] = ()
    zone_ids: tuple[str, ...] = ()
    """Zones that are there already, instead of `zones`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticSetting(Piece):
    """Where a host's logs go."""

    partial: ClassVar[str] = "diagnostic-setting"
    scope: Ref
    workspace: str
    """Id of a Log Analytics workspace."""
    category_group: str
    metrics: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock(Piece):
    """What keeps a host from being deleted."""

    partial: ClassVar[str] = "lock"
    scope: Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Module(Piece):
    """Something put into another group: a nested deployment in ARM, in Bicep a file of its own.

    Its key is fetched inside Azure, in a deployment that starts when the resource stands which has the key.
    """

    file: ClassVar[str]
    """Name of the Bicep file, without ending."""
    place: tuple[str, str]
    """The ARM variables that hold subscription and group of where it goes."""
    subscription: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionModule(Module):
    """A connection in somebody's project, to a serverless endpoint of this group."""

    partial: ClassVar[str] = "connection"
    located: ClassVar[bool] = True
    file: ClassVar[str] = "connection"
    consumer: str
    """Name of the project that is to use the endpoint."""
    consumer_variable: str
    connection: str
    connection_variable: str
    endpoint: Ref
    project: Ref
    """The project that the endpoint is in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySecret(Module):
    """A key, kept as a secret in a vault that is there already."""

    vault: str
    vault_variable: str
    secret: str
    secret_variable: str
    of: Ref
    """The resource whose key it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointKeySecret(KeySecret):
    """The key of a serverless endpoint."""

    partial: ClassVar[str] = "endpoint-key"
    file: ClassVar[str] = "endpoint-key"
    project: Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountKeySecret(KeySecret):
    """The key of an account."""

    partial: ClassVar[str] = "account-key"
    file: ClassVar[str] = "account-key"


@dataclass(frozen=True, slots=True)
class Output:
    """What a template answers: an id, an address or a name, never a key. Its value is a partial of the same name."""

    name: str
    type: str
    description: str


_OF_ENDPOINTS: Final = (
    Output("serverlessEndpoints", "array", "Address of each serverless endpoint, by its key in the fleet's file."),
)
_OF_ACCOUNT: Final = (
    Output("accountId", "string", "Resource id of the account."),
    Output("inferenceEndpoint", "string", "Address at which the account's deployments answer."),
    Output("deployments", "array", "Names to send as `model`."),
)


@dataclass(frozen=True, slots=True)
class RegionView:
    """The whole context of `region.*` and `main.*`."""

    fleet: str
    environment: str | None
    region: str
    tags: Mapping[str, str]
    group: str
    models_deployment: str
    """Name of the nested deployment that `main` makes."""
    variables: Mapping[str, object]
    """ARM variables: every name, and what else must not be spelled inside an expression."""
    pieces: tuple[Piece, ...]
    """In the order that they are written; every piece comes after what it depends on."""
    account: Account | Existing | None
    version: int = CONTEXT_VERSION
    """A template set of the user's own can see what it was written for."""

    @property
    def resources(self) -> tuple[Piece, ...]:
        """The pieces that a deployment writes."""
        return tuple(piece for piece in self.pieces if not isinstance(piece, Existing))

    @property
    def modules(self) -> tuple[str, ...]:
        """The Bicep files that the region's file calls, without ending."""
        return tuple(dict.fromkeys(piece.file for piece in self.pieces if isinstance(piece, Module)))

    @property
    def located(self) -> bool:
        """Whether anything is in a region of its own; what is below an existing host is where that is."""
        return any(piece.located for piece in self.pieces)

    @property
    def new_account(self) -> Account | None:
        """The account, where this deployment makes it."""
        return self.account if isinstance(self.account, Account) else None

    @property
    def new_vault(self) -> Vault | None:
        """The key vault, where this deployment makes it."""
        return next((piece for piece in self.pieces if isinstance(piece, Vault)), None)

    @property
    def endpoints(self) -> tuple[ServerlessEndpointPiece, ...]:
        """The serverless endpoints."""
        return tuple(piece for piece in self.pieces if isinstance(piece, ServerlessEndpointPiece))

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The outputs, of the region template and of its wrapper alike."""
        return (_OF_ENDPOINTS if self.endpoints else ()) + (_OF_ACCOUNT if self.account else ())

    @property
    def deployments(self) -> tuple[Deployment, ...]:
        """The model deployments."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Deployment))

    @property
    def deployment_names(self) -> tuple[str, ...]:
        """What clients send as `model`."""
        return tuple(deployment.name for deployment in self.deployments)
