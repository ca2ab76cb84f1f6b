"""One reader over several subscriptions, for fleets whose regions have their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from azserve.model.facts import LiveResource, OfferedModel, QuotaPool
from azserve.model.names import FleetId, Region, SubscriptionId
from azserve.model.resource_id import ResourceId
from azserve.surveying.ports import AzureReader


class BySubscription:
    """Asks, for each region, the reader of the subscription that the region's resources go to."""

    def __init__(
        self, readers: Mapping[SubscriptionId, AzureReader], subscription_in: Callable[[Region], SubscriptionId]
    ) -> None:
        self._readers = readers
        self._subscription_in = subscription_in

    def models(self, region: Region) -> tuple[OfferedModel, ...]:
        """Return the region's models as its own subscription sees them."""
        return self._readers[self._subscription_in(region)].models(region)

    def pools(self, region: Region) -> tuple[QuotaPool, ...]:
        """Return the region's quota in its own subscription."""
        return self._readers[self._subscription_in(region)].pools(region)

    def fleet(self, fleet_id: FleetId) -> tuple[LiveResource, ...]:
        """Return what the fleet has in any of the subscriptions."""
        return tuple(resource for reader in self._readers.values() for resource in reader.fleet(fleet_id))

    def read(self, resource: ResourceId, api_version: str) -> LiveResource | None:
        """Return one resource, read in the subscription its id names."""
        readers = {str(subscription).lower(): reader for subscription, reader in self._readers.items()}
        reader = readers.get(resource.subscription.lower()) or next(iter(self._readers.values()))
        return reader.read(resource, api_version)
