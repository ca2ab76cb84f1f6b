"""The api-versions that templates are written for, in one dated table.

A version is raised by hand, after the property shapes of the new one were compared, and never by a template: what a
type accepts is known here for exactly this version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """The version of one resource type, and why this one."""

    type: str
    version: str
    source: str
    as_of: date
    """When the source was read."""


_TYPES = "bicep-types-az of 2026-08-20, Azure's published types"
_SAMPLES = "public templates for this type; the shape is from general knowledge, not compared with a specification"
_REFERENCE = "Azure's template reference"
_READ = date(2026, 11, 22)

_TABLE: Final = (
    ApiVersion("Microsoft.Authorization/locks", "2020-05-01", _SAMPLES, _READ),
    ApiVersion("Microsoft.Authorization/roleAssignments", "2022-04-01", _SAMPLES, _READ),
    ApiVersion("Microsoft.CognitiveServices/accounts", "2025-06-01", f"{_TYPES}; first with projects", _READ),
    ApiVersion("Microsoft.CognitiveServices/accounts/deployments", "2025-06-01", f"{_TYPES}; as recorded", _READ),
    ApiVersion("Microsoft.CognitiveServices/accounts/projects", "2025-06-01", f"{_TYPES}; as recorded", _READ),
    ApiVersion("Microsoft.CognitiveServices/accounts/raiBlocklists", "2024-10-01", _REFERENCE, _READ),
    ApiVersion("Microsoft.CognitiveServices/accounts/raiBlocklists/raiBlocklistItems", "2024-10-01", _REFERENCE, _READ),
    ApiVersion("Microsoft.CognitiveServices/accounts/raiPolicies", "2024-10-01", _REFERENCE, _READ),
    ApiVersion("Microsoft.Insights/diagnosticSettings", "2021-05-01-preview", f"{_SAMPLES}; never left preview", _READ),
    ApiVersion("Microsoft.KeyVault/vaults", "2023-07-01", _SAMPLES, _READ),
    ApiVersion("Microsoft.KeyVault/vaults/secrets", "2023-07-01", _SAMPLES, _READ),
    ApiVersion("Microsoft.MachineLearningServices/workspaces", "2025-09-01", _TYPES, _READ),
    ApiVersion(
        "Microsoft.MachineLearningServices/workspaces/connections",
        "2025-09-01",
        f"{_REFERENCE}; category Serverless is in the list of categories since 2024-04-01",
        _READ,
    ),
    ApiVersion("Microsoft.MachineLearningServices/workspaces/marketplaceSubscriptions", "2025-12-01", _TYPES, _READ),
    ApiVersion(
        "Microsoft.MachineLearningServices/workspaces/serverlessEndpoints",
        "2025-12-01",
        f"{_TYPES}; the first whose `authMode` has AAD and KeyAndAAD",
        _READ,
    ),
    ApiVersion("Microsoft.ManagedIdentity/userAssignedIdentities", "2023-01-31", _SAMPLES, _READ),
    ApiVersion("Microsoft.Network/privateDnsZones", "2020-06-01", _SAMPLES, _READ),
    ApiVersion("Microsoft.Network/privateDnsZones/virtualNetworkLinks", "2020-06-01", _SAMPLES, _READ),
    ApiVersion("Microsoft.Network/privateEndpoints", "2023-11-01", _SAMPLES, _READ),
    ApiVersion("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "2023-11-01", _SAMPLES, _READ),
    ApiVersion("Microsoft.Resources/deployments", "2024-07-01", "azure-rest-api-specs, resources 2024-07-01", _READ),
    ApiVersion("Microsoft.Resources/resourceGroups", "2024-07-01", "azure-rest-api-specs, resources 2024-07-01", _READ),
    ApiVersion("Microsoft.Storage/storageAccounts", "2023-05-01", _SAMPLES, _READ),
)

API_VERSIONS: Final[Mapping[str, ApiVersion]] = MappingProxyType({row.type: row for row in _TABLE})
"""By resource type, in alphabetical order."""
