"""What is published about the resource types that azserve writes, as far as a template can be held to it.

Names, members and values of Microsoft.MachineLearningServices and Microsoft.CognitiveServices are those of Azure's
published types (Azure/bicep-types-az, 2026-08-20); those of the other providers are general knowledge. Values that
Azure may add to are not listed as closed, except where azserve itself has to decide between them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

_SWITCH: Final = ("Enabled", "Disabled")


@dataclass(frozen=True, slots=True)
class Published:
    """One resource type."""

    type: str
    name: re.Pattern[str]
    """Of the last segment."""
    name_rule: str
    required: tuple[str, ...] = ()
    """Dotted paths."""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    read_only: tuple[str, ...] = ()
    """Below `properties`."""
    located: bool = True
    """Whether it needs a location."""
    tagged: bool = True
    """Whether it takes tags."""


_ANY_NAME: Final = re.compile(r"[\w.()-]{1,260}\Z")
_ML: Final = "Microsoft.MachineLearningServices/workspaces"
_AI: Final = "Microsoft.CognitiveServices/accounts"

_TABLE: Final = (
    Published(
        _ML,
        re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}\Z"),
        "3 to 33 letters, digits, hyphens and underscores",
        required=("identity.type",),
        values={
            "kind": ("Default", "Hub", "Project", "FeatureStore"),
            "properties.publicNetworkAccess": _SWITCH,
            "properties.managedNetwork.isolationMode": (
                "Disabled",
                "AllowInternetOutbound",
                "AllowOnlyApprovedOutbound",
            ),
        },
        read_only=("provisioningState", "workspaceId", "privateEndpointConnections", "tenantId"),
    ),
    Published(
        f"{_ML}/serverlessEndpoints",
        re.compile(r"[a-zA-Z][a-zA-Z0-9-]{0,51}\Z"),
        "at most 52 letters, digits and hyphens, a letter first",
        required=("properties.authMode", "properties.modelSettings.modelId"),
        values={
            "properties.authMode": ("Key", "AAD", "KeyAndAAD"),
            "properties.contentSafety.contentSafetyStatus": _SWITCH,
        },
        read_only=("inferenceEndpoint", "provisioningState", "endpointState", "marketplaceSubscriptionId"),
    ),
    Published(
        f"{_ML}/marketplaceSubscriptions",
        re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}\Z"),
        "at most 255 letters, digits, hyphens and underscores",
        required=("properties.modelId",),
        read_only=("marketplacePlan", "marketplaceSubscriptionStatus", "provisioningState"),
        located=False,
        tagged=False,
    ),
    Published(
        _AI,
        re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}\Z"),
        "2 to 64 letters, digits, hyphens, dots and underscores",
        required=("kind", "sku.name"),
        values={
            "properties.publicNetworkAccess": _SWITCH,
            "properties.networkAcls.defaultAction": ("Allow", "Deny"),
            "properties.networkAcls.bypass": ("None", "AzureServices"),
        },
        read_only=("endpoint", "endpoints", "provisioningState", "internalId", "capabilities", "dateCreated"),
    ),
    Published(
        f"{_AI}/deployments",
        re.compile(r"[a-zA-Z0-9][\w.-]{0,63}\Z"),
        "at most 64 letters, digits, hyphens, dots and underscores",
        required=("sku.name", "properties.model.format", "properties.model.name"),
        values={
            "properties.versionUpgradeOption": (
                "OnceNewDefaultVersionAvailable",
                "OnceCurrentVersionExpired",
                "NoAutoUpgrade",
            )
        },
        read_only=("provisioningState", "capabilities", "rateLimits", "callRateLimit"),
        located=False,
    ),
    Published(
        f"{_AI}/projects",
        re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}\Z"),
        "2 to 64 letters, digits, hyphens, dots and underscores",
        required=("identity.type",),
        read_only=("provisioningState", "endpoints", "isDefault"),
    ),
    Published(
        f"{_AI}/raiPolicies",
        _ANY_NAME,
        "letters, digits, hyphens, dots and underscores",
        located=False,
        tagged=False,
        values={"properties.mode": ("Default", "Deferred", "Blocking", "Asynchronous_filter")},
    ),
    Published(
        f"{_AI}/raiBlocklists",
        re.compile(r"[a-zA-Z0-9_-]{1,64}\Z"),
        "at most 64 letters, digits, hyphens and underscores",
        located=False,
        tagged=False,
    ),
    Published(
        f"{_AI}/raiBlocklists/raiBlocklistItems",
        re.compile(r"[a-zA-Z0-9_-]{1,64}\Z"),
        "at most 64 letters, digits, hyphens and underscores",
        required=("properties.pattern",),
        located=False,
        tagged=False,
    ),
    Published(
        f"{_ML}/connections",
        re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}\Z"),
        "3 to 33 letters, digits, hyphens and underscores",
        required=("properties.category", "properties.authType", "properties.target"),
        read_only=("createdByWorkspaceArmId", "group"),
        located=False,
        tagged=False,
    ),
    Published(
        "Microsoft.KeyVault/vaults/secrets",
        re.compile(r"[a-zA-Z0-9-]{1,127}\Z"),
        "at most 127 letters, digits and hyphens",
        required=("properties",),
        read_only=("secretUri", "secretUriWithVersion"),
        located=False,
    ),
    Published(
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}\Z"),
        "3 to 128 letters, digits, hyphens and underscores",
        read_only=("principalId", "clientId", "tenantId"),
    ),
    Published(
        "Microsoft.Authorization/locks",
        re.compile(r"[\w.()-]{1,90}\Z"),
        "at most 90 letters, digits, hyphens, underscores, brackets and dots",
        required=("properties.level",),
        values={"properties.level": ("CanNotDelete", "ReadOnly", "NotSpecified")},
        located=False,
        tagged=False,
    ),
    Published(
        "Microsoft.Insights/diagnosticSettings",
        re.compile(r"[^<>*%&:\\?/+]{1,260}\Z"),
        "at most 260 characters, none of <>*%&:\\?/+",
        located=False,
        tagged=False,
    ),
    Published(
        "Microsoft.KeyVault/vaults",
        re.compile(r"(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]\Z"),
        "3 to 24 letters, digits and single hyphens, a letter first",
        required=("properties.tenantId", "properties.sku.name", "properties.sku.family"),
        values={"properties.sku.name": ("standard", "premium")},
    ),
    Published(
        "Microsoft.Storage/storageAccounts",
        re.compile(r"[a-z0-9]{3,24}\Z"),
        "3 to 24 lower-case letters and digits",
        required=("kind", "sku.name"),
        values={"properties.minimumTlsVersion": ("TLS1_2", "TLS1_3")},
    ),
    Published(
        "Microsoft.Authorization/roleAssignments",
        re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"),
        "a GUID, best made by `guid()`",
        required=("properties.roleDefinitionId", "properties.principalId"),
        values={"properties.principalType": ("User", "Group", "ServicePrincipal", "ForeignGroup", "Device")},
        located=False,
        tagged=False,
    ),
    Published(
        "Microsoft.Network/privateEndpoints",
        re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,62}[a-zA-Z0-9_])?\Z"),
        "at most 64 letters, digits, hyphens, dots and underscores",
        required=("properties.subnet.id",),
    ),
    Published(
        "Microsoft.Network/privateDnsZones",
        re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+\Z"),
        "a domain of at least two parts",
    ),
    Published(
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,78}[a-zA-Z0-9_])?\Z"),
        "at most 80 letters, digits, hyphens, dots and underscores",
        required=("properties.virtualNetwork.id",),
    ),
    Published(
        "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,78}[a-zA-Z0-9_])?\Z"),
        "at most 80 letters, digits, hyphens, dots and underscores",
        required=("properties.privateDnsZoneConfigs",),
        located=False,
        tagged=False,
    ),
    Published(
        "Microsoft.Resources/resourceGroups",
        re.compile(r"[-\w.()]{0,89}[-\w()]\Z"),
        "at most 90 letters, digits, hyphens, underscores, brackets and dots, no dot at the end",
    ),
    Published(
        "Microsoft.Resources/deployments",
        re.compile(r"[-\w.()]{1,64}\Z"),
        "at most 64 letters, digits, hyphens, underscores, brackets and dots",
        required=("properties.mode",),
        values={"properties.mode": ("Incremental", "Complete")},
        located=False,
        tagged=False,
    ),
)

PUBLISHED: Final[Mapping[str, Published]] = MappingProxyType({row.type.lower(): row for row in _TABLE})
"""By type in lower case."""
