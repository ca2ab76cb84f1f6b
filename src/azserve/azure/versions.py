"""The api-versions azserve reads with. What it writes with is decided by the templates.

Chosen 2026-08 from the published specifications: the oldest stable one that shows all that the templates set, so that
a comparison of what is live with what is wanted misses nothing.
"""

from __future__ import annotations

from typing import Final

RESOURCES: Final = "2021-04-01"
"""Groups, and lists of the resources in one. Microsoft.Resources."""
MACHINE_LEARNING: Final = "2025-12-01"
"""The first with `authMode` AAD and KeyAndAAD."""
COGNITIVE_SERVICES: Final = "2025-06-01"
"""The one of the recorded traffic; has projects."""
AUTHORIZATION: Final = "2022-04-01"
"""The caller's permissions."""
KEY_VAULT: Final = "2023-07-01"
"""Soft-deleted vaults."""
POLICY: Final = "2023-03-01"
"""`checkPolicyRestrictions` of Microsoft.PolicyInsights at a subscription's scope."""

BY_TYPE: Final = {
    "microsoft.resources/resourcegroups": RESOURCES,
    "microsoft.machinelearningservices/workspaces": MACHINE_LEARNING,
    "microsoft.machinelearningservices/workspaces/connections": "2025-09-01",
    "microsoft.machinelearningservices/workspaces/serverlessendpoints": MACHINE_LEARNING,
    "microsoft.machinelearningservices/workspaces/marketplacesubscriptions": MACHINE_LEARNING,
    "microsoft.cognitiveservices/accounts": COGNITIVE_SERVICES,
    "microsoft.cognitiveservices/accounts/projects": COGNITIVE_SERVICES,
    "microsoft.cognitiveservices/accounts/deployments": COGNITIVE_SERVICES,
    "microsoft.storage/storageaccounts": "2023-05-01",
    "microsoft.keyvault/vaults": "2023-07-01",
    "microsoft.network/privateendpoints": "2023-11-01",
}
"""By type in lower case."""


def version_for(resource_type: str) -> str | None:
    """Return the api-version to read a type with, None for a type azserve knows nothing of."""
    return BY_TYPE.get(resource_type.lower())
