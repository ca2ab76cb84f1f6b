"""What surveying needs of Azure. `azure/` implements it; tests use fakes."""

from __future__ import annotations

from typing import Protocol

from azserve.model.facts import LiveResource, OfferedModel, QuotaPool
from azserve.model.names import FleetId, Region
from azserve.model.resource_id import ResourceId


class AzureReader(Protocol):
    """Blocking reads; each raises an `AzserveError` when Azure refuses or cannot be reached.

    Implementations are called from several threads at once.
    """

    def models(self, region: Region) -> tuple[OfferedModel, ...]:
        """Return every entry of the region's model list, every kind, all pages."""
        ...

    def pools(self, region: Region) -> tuple[QuotaPool, ...]:
        """Return the region's usages, all pages."""
        ...

    def fleet(self, fleet_id: FleetId) -> tuple[LiveResource, ...]:
        """Return all this fleet and environment has: tagged groups, and what is in them, children included."""
        ...

    def read(self, resource: ResourceId, api_version: str) -> LiveResource | None:
        """Return one resource, None where ARM says 404."""
        ...
