"""azserve's words for access, as Azure's built-in roles. Never Owner, nor any role that can grant roles.

Ids of built-in roles are the same in every tenant; these were compared with public templates on 2026-11-22. That Azure
AI Developer on the project is what a caller of a serverless endpoint needs with Entra is inferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from azserve.errors import ConfigurationError
from azserve.model.catalogue import Hosting


@dataclass(frozen=True, slots=True)
class Role:
    """A built-in role."""

    name: str
    id: str


_READER: Final = Role("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7")
ROLES: Final[Mapping[tuple[Hosting, str], Role]] = MappingProxyType(
    {
        (Hosting.FOUNDRY, "call"): Role("Cognitive Services User", "a97b65f3-24c7-4388-baec-2e87135dc908"),
        (Hosting.FOUNDRY, "read"): _READER,
        (Hosting.FOUNDRY, "manage"): Role("Cognitive Services Contributor", "25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68"),
        (Hosting.SERVERLESS, "call"): Role("Azure AI Developer", "64702f94-c441-49e6-a78b-ef80e0188fee"),
        (Hosting.SERVERLESS, "read"): _READER,
        (Hosting.SERVERLESS, "manage"): Role("Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c"),
    }
)


def role_for(hosting: Hosting, word: str) -> Role:
    """Return the role that a word stands for on a host; raises ConfigurationError for an unknown word."""
    role = ROLES.get((hosting, word))
    if role is None:
        known = ", ".join(f"`{name}`" for of, name in ROLES if of is hosting)
        raise ConfigurationError(f"`{word}` is no role for `access`", code="unknown-role", hint=f"use one of {known}")
    return role
