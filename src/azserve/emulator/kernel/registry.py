"""Which providers and kinds a world has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azserve.emulator.kernel.kinds import Kind, Provider


class Registry:
    """All providers, looked up without regard to case. Two providers may share a namespace."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self.providers = tuple(providers)
        self._kinds = {kind.type.lower(): kind for provider in self.providers for kind in provider.kinds}

    def kind(self, resource_type: str) -> Kind | None:
        """Return the kind of a full type."""
        return self._kinds.get(resource_type.lower())

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """All kinds, in the order of their providers."""
        return tuple(self._kinds.values())

    @property
    def namespaces(self) -> tuple[str, ...]:
        """All namespaces, each once, in the spelling of the first provider that has it."""
        found: dict[str, str] = {}
        for provider in self.providers:
            found.setdefault(provider.namespace.lower(), provider.namespace)
        return tuple(found.values())

    def namespace(self, name: str) -> str | None:
        """Return a namespace in its own spelling; None where nobody has it."""
        return next((found for found in self.namespaces if found.lower() == name.lower()), None)

    def in_namespace(self, name: str) -> tuple[Provider, ...]:
        """Return the providers of a namespace."""
        return tuple(provider for provider in self.providers if provider.namespace.lower() == name.lower())
