"""One row per type that is stored and not simulated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Put
from azserve.emulator.kernel.wire import Json
from azserve.emulator.kernel.world import World

Fill = Callable[[World, Put], dict[str, Json]]
"""Returns the properties that Azure adds, from a wish."""
_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_SIMPLE = r"[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,78}[a-zA-Z0-9_])?"

inferred(
    "stored.table.names",
    "name rules and required members of stored types, and the codes of their refusals",
    because="the rules are documented; few of the bodies were found",
)
inferred(
    "stored.table.within",
    "a subnet listed in its network is made with it and stays when a later list leaves it out; one made by itself is "
    "not shown in the network",
    because="networks are stored, not simulated: what refers to a subnet finds it",
)
inferred(
    "stored.table.instant",
    "stored types are Succeeded at once and answer 201, or 200 when they were there",
    because="nothing azserve does depends on how long a network or a vault takes",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One type."""

    type: str
    api_versions: tuple[str, ...]
    """Newest first."""
    name: str
    """A regular expression that the whole name matches."""
    located: bool = False
    required: tuple[str, ...] = ()
    """Paths of members that must be there, with dots."""
    one_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Paths whose values, where given, are one of a few."""
    taken: str = ""
    """The code that refuses a name which anybody else has: names of the type are global. Empty where they are not."""
    taken_message: str = ""
    """With `{name}`."""
    fill: Fill | None = None
    keeps: tuple[str, ...] = ()
    """Filled properties that a replacement does not change."""
    hides: tuple[str, ...] = ()
    """Properties that nobody is shown again."""
    has_state: bool = True
    """Whether a provisioningState is shown."""
    fixed: tuple[str, ...] = ()
    """Paths whose values a replacement may not change."""
    fixed_refusal: tuple[str, str] = ("", "")
    """Code and message."""
    unique: tuple[str, ...] = ()
    """Paths whose values, together, no other of the type on the same scope may have."""
    unique_refusal: tuple[str, str] = ("", "")
    """Code and message."""
    within: str = ""
    """The property that lists children of the type of its name: they can be asked for by themselves as well."""


def _storage(world: World, put: Put) -> dict[str, Json]:
    host = f"{put.base}/_hosts/{put.address.name}"
    kinds = ("blob", "dfs", "file", "queue", "table", "web")
    return {
        "primaryEndpoints": {kind: f"{host}.{kind}.core.windows.net/" for kind in kinds},
        "primaryLocation": put.body["location"],
        "statusOfPrimary": "available",
    }


def _vault(world: World, put: Put) -> dict[str, Json]:
    return {"vaultUri": f"{put.base}/_hosts/{put.address.name}.vault.azure.net/"}


def _secret(world: World, put: Put) -> dict[str, Json]:
    vault = put.address.parent
    assert vault is not None
    return {"secretUri": f"{put.base}/_hosts/{vault.name}.vault.azure.net/secrets/{put.address.name}"}


def _identity(world: World, put: Put) -> dict[str, Json]:
    return {"principalId": world.ids.guid(), "clientId": world.ids.guid(), "tenantId": world.tenant}


def _component(world: World, put: Put) -> dict[str, Json]:
    return {"AppId": world.ids.guid(), "InstrumentationKey": world.ids.guid(), "Application_Type": "web"}


def _log_workspace(world: World, put: Put) -> dict[str, Json]:
    return {"customerId": world.ids.guid()}


def _registry(world: World, put: Put) -> dict[str, Json]:
    return {"loginServer": f"{put.address.name.lower()}.azurecr.io"}


def _assignment(world: World, put: Put) -> dict[str, Json]:
    scope = put.address.scope or put.address.group_address
    return {"scope": str(scope) if scope else f"/subscriptions/{put.address.subscription}"}


_VAULT = ("2026-02-01", "2025-05-01", "2024-11-01", "2023-07-01", "2023-02-01", "2022-07-01", "2021-10-01")
_NETWORK = (
    "2025-07-01",
    "2025-01-01",
    "2024-10-01",
    "2024-07-01",
    "2024-05-01",
    "2024-01-01",
    "2023-11-01",
    "2023-09-01",
)
_DNS = ("2024-06-01", "2020-06-01", "2018-09-01")

ROWS = (
    Row(
        type="Microsoft.Storage/storageAccounts",
        api_versions=(
            "2025-06-01",
            "2025-01-01",
            "2024-01-01",
            "2023-05-01",
            "2023-04-01",
            "2023-01-01",
            "2022-09-01",
            "2022-05-01",
            "2021-09-01",
            "2021-04-01",
            "2019-06-01",
            "2019-04-01",
        ),
        name=r"[a-z0-9]{3,24}",
        located=True,
        required=("sku.name", "kind"),
        one_of={"kind": ("StorageV2", "Storage", "BlobStorage", "FileStorage", "BlockBlobStorage")},
        taken="StorageAccountAlreadyTaken",
        taken_message="The storage account named {name} is already taken.",
        fill=_storage,
    ),
    Row(
        type="Microsoft.KeyVault/vaults",
        api_versions=_VAULT,
        name=r"[a-zA-Z](?!.*--)[a-zA-Z0-9-]{1,22}[a-zA-Z0-9]",
        located=True,
        required=("properties.tenantId", "properties.sku.name", "properties.sku.family"),
        one_of={"properties.sku.name": ("standard", "premium"), "properties.sku.family": ("A",)},
        taken="VaultAlreadyExists",
        taken_message="The vault name '{name}' is already in use. Vault names are globally unique.",
        fill=_vault,
    ),
    Row(
        type="Microsoft.KeyVault/vaults/secrets",
        api_versions=_VAULT,
        name=r"[a-zA-Z0-9-]{1,127}",
        required=("properties.value",),
        fill=_secret,
        hides=("value",),
        has_state=False,
    ),
    Row(
        type="Microsoft.Authorization/roleAssignments",
        api_versions=("2022-04-01", "2020-10-01-preview", "2020-08-01-preview", "2020-04-01-preview", "2015-07-01"),
        name=_GUID,
        required=("properties.roleDefinitionId", "properties.principalId"),
        one_of={"properties.principalType": ("User", "Group", "ServicePrincipal", "ForeignGroup", "Device")},
        fill=_assignment,
        has_state=False,
        fixed=("properties.roleDefinitionId", "properties.principalId"),
        fixed_refusal=(
            "RoleAssignmentUpdateNotPermitted",
            "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
        ),
        unique=("properties.roleDefinitionId", "properties.principalId"),
        unique_refusal=("RoleAssignmentExists", "The role assignment already exists."),
    ),
    Row(
        type="Microsoft.Authorization/locks",
        api_versions=("2020-05-01", "2017-04-01", "2016-09-01"),
        name=r".{1,260}",
        required=("properties.level",),
        one_of={"properties.level": ("CanNotDelete", "ReadOnly", "NotSpecified")},
        has_state=False,
    ),
    Row(
        type="Microsoft.ManagedIdentity/userAssignedIdentities",
        api_versions=("2025-05-31-preview", "2024-11-30", "2023-01-31", "2022-01-31-preview", "2018-11-30"),
        name=r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}",
        located=True,
        fill=_identity,
        keeps=("principalId", "clientId"),
    ),
    Row(
        type="Microsoft.Insights/diagnosticSettings",
        api_versions=("2021-05-01-preview", "2017-05-01-preview"),
        name=r"[^<>*%&:\\?+/]{1,260}",
        has_state=False,
    ),
    Row(
        type="Microsoft.Insights/components",
        api_versions=("2020-02-02", "2020-02-02-preview", "2015-05-01"),
        name=r"[^<>*%&:\\?+/]{1,260}",
        located=True,
        required=("kind",),
        fill=_component,
        keeps=("AppId", "InstrumentationKey"),
    ),
    Row(
        type="Microsoft.OperationalInsights/workspaces",
        api_versions=("2025-02-01", "2023-09-01", "2022-10-01", "2021-06-01", "2020-10-01", "2020-08-01"),
        name=r"[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]",
        located=True,
        fill=_log_workspace,
        keeps=("customerId",),
    ),
    Row(
        type="Microsoft.ContainerRegistry/registries",
        api_versions=("2025-04-01", "2023-07-01", "2022-12-01"),
        name=r"[a-zA-Z0-9]{5,50}",
        located=True,
        required=("sku.name",),
        one_of={"sku.name": ("Basic", "Standard", "Premium")},
        taken="AlreadyInUse",
        taken_message="The registry DNS name {name}.azurecr.io is already in use.",
        fill=_registry,
    ),
    Row(
        type="Microsoft.Network/virtualNetworks",
        api_versions=_NETWORK,
        name=_SIMPLE,
        located=True,
        required=("properties.addressSpace.addressPrefixes",),
        within="subnets",
    ),
    Row(type="Microsoft.Network/virtualNetworks/subnets", api_versions=_NETWORK, name=_SIMPLE),
    Row(
        type="Microsoft.Network/privateEndpoints",
        api_versions=_NETWORK,
        name=_SIMPLE,
        located=True,
        required=("properties.subnet.id", "properties.privateLinkServiceConnections"),
    ),
    Row(
        type="Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        api_versions=_NETWORK,
        name=_SIMPLE,
        required=("properties.privateDnsZoneConfigs",),
    ),
    Row(
        type="Microsoft.Network/privateDnsZones",
        api_versions=_DNS,
        name=r"[a-zA-Z0-9_]([a-zA-Z0-9_-]*[a-zA-Z0-9_])?(\.[a-zA-Z0-9_]([a-zA-Z0-9_-]*[a-zA-Z0-9_])?)+",
        required=("location",),
        one_of={"location": ("global",)},
    ),
    Row(
        type="Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        api_versions=_DNS,
        name=_SIMPLE,
        required=("location", "properties.virtualNetwork.id"),
        one_of={"location": ("global",)},
    ),
)
"""All stored types. One more is one more row."""
