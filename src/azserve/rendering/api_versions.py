"""The api-versions that templates are written for, in one dated table.

A version is raised by hand, after the property shapes of the new one were compared, and never by a template: what a
type accepts is known here for exactly this version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    also: tuple[str, ...] = ()
    """Other stable versions that are known, oldest first; somebody else's template may have one."""
    complete: bool = False
    """Whether no stable version before the last one is missing."""

    @property
    def allowed(self) -> tuple[str, ...]:
        """Every version that the type is known to have, oldest first."""
        return tuple(sorted({self.version, *self.also}))


_TYPES = "bicep-types-az of 2026-08-20, Azure's published types"
_SAMPLES = "public templates; shape from general knowledge, not from a specification"
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

_ML = "Microsoft.MachineLearningServices/workspaces"
_AI = "Microsoft.CognitiveServices/accounts"
_ENDPOINTS = ("2024-04-01", "2024-10-01", "2025-04-01", "2025-06-01", "2025-09-01", "2025-12-01", "2026-03-01",
              "2026-05-01")  # fmt: skip
_WITH_PROJECTS = ("2025-06-01", "2025-09-01", "2025-12-01", "2026-03-01", "2026-05-01", "2026-07-01")
_ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "Microsoft.Authorization/roleAssignments": ("2020-04-01-preview",),
    _AI: ("2021-04-30", "2021-10-01", "2022-03-01", "2022-10-01", "2022-12-01", "2023-05-01", "2024-10-01",
          *_WITH_PROJECTS),
    f"{_AI}/deployments": ("2021-10-01", "2022-03-01", "2022-10-01", "2022-12-01", "2023-05-01", "2024-10-01",
                           *_WITH_PROJECTS),
    f"{_AI}/projects": _WITH_PROJECTS,
    f"{_AI}/raiPolicies": ("2024-10-01", *_WITH_PROJECTS),
    "Microsoft.KeyVault/vaults": ("2019-09-01", "2021-10-01", "2022-07-01", "2023-02-01", "2023-07-01", "2024-11-01"),
    _ML: ("2022-10-01", "2022-12-01", "2023-04-01", "2023-10-01", *_ENDPOINTS),
    f"{_ML}/marketplaceSubscriptions": _ENDPOINTS,
    f"{_ML}/serverlessEndpoints": _ENDPOINTS,
    "Microsoft.Network/privateDnsZones": ("2018-09-01", "2020-01-01", "2020-06-01", "2024-06-01"),
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": ("2018-09-01", "2020-01-01", "2020-06-01", "2024-06-01"),
    "Microsoft.Network/privateEndpoints": ("2021-05-01", "2021-08-01", "2022-01-01", "2022-05-01", "2022-07-01",
                                           "2022-09-01", "2022-11-01", "2023-02-01", "2023-04-01", "2023-05-01",
                                           "2023-06-01", "2023-09-01", "2023-11-01", "2024-01-01", "2024-03-01",
                                           "2024-05-01"),
    "Microsoft.Resources/deployments": ("2019-10-01", "2020-06-01", "2020-10-01", "2021-01-01", "2021-04-01",
                                        "2022-09-01", "2023-07-01", "2024-03-01", "2024-07-01", "2024-11-01",
                                        "2025-04-01"),
    "Microsoft.Resources/resourceGroups": ("2019-10-01", "2020-06-01", "2020-10-01", "2021-01-01", "2021-04-01",
                                           "2022-09-01", "2023-07-01", "2024-03-01", "2024-07-01", "2024-11-01",
                                           "2025-04-01"),
    "Microsoft.Storage/storageAccounts": ("2019-06-01", "2021-04-01", "2021-09-01", "2022-05-01", "2022-09-01",
                                          "2023-01-01", "2023-04-01", "2023-05-01", "2024-01-01"),
}  # fmt: skip
"""Versions that others use, as far as they are known: those of serverless endpoints, of marketplace subscriptions and,
from 2023-05-01 on, of Microsoft.CognitiveServices from the published types; the rest is general knowledge."""
_COMPLETE: Final = frozenset({f"{_ML}/marketplaceSubscriptions", f"{_ML}/serverlessEndpoints"})

API_VERSIONS: Final[Mapping[str, ApiVersion]] = MappingProxyType(
    {row.type: replace(row, also=_ALSO.get(row.type, ()), complete=row.type in _COMPLETE) for row in _TABLE}
)
"""By resource type, in alphabetical order."""
_BY_LOWER: Final = {kind.lower(): row for kind, row in API_VERSIONS.items()}


def pinned(kind: str) -> ApiVersion | None:
    """Return the row of a type, however it is spelled; None where azserve has none."""
    return _BY_LOWER.get(kind.lower())
