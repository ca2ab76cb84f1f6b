"""What surveying needs of Azure. `azure/` implements it; tests use fakes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from azserve.model.diagnosis import PipelineToken, Ring, TokenFacts
from azserve.model.facts import (
    DeletedResource,
    LiveResource,
    Location,
    ModelVersion,
    NameAvailability,
    OfferedModel,
    Permissions,
    PolicyFinding,
    ProviderRegistration,
    QuotaPool,
    ServiceCapacity,
    SubscriptionState,
)
from azserve.model.json import JsonObject
from azserve.model.names import FleetId, Region
from azserve.model.prices import PriceItem
from azserve.model.resource_id import ResourceId


class AzureReader(Protocol):
    """Blocking reads; each raises an `AzserveError` when Azure refuses or cannot be reached.

    Implementations are called from several threads at once. None of them changes anything in Azure: the two that
    POST ask a question.
    """

    def models(self, region: Region, names: Collection[str] | None = None) -> tuple[OfferedModel, ...]:
        """Return the entries of the region's model list, every kind, all pages.

        `names`, in lower case, limits them to those models; None is all.
        """
        ...

    def pools(self, region: Region) -> tuple[QuotaPool, ...]:
        """Return the region's usages, all pages."""
        ...

    def compute_pools(self, region: Region) -> tuple[QuotaPool, ...]:
        """Return Machine Learning's usages: cores of virtual machines."""
        ...

    def capacities(self, subscription: str, model: ModelVersion) -> tuple[ServiceCapacity, ...]:
        """Return what the service has left for a model, per region and sku."""
        ...

    def fleet(self, fleet_id: FleetId) -> tuple[LiveResource, ...]:
        """Return all this fleet and environment has: tagged groups, and what is in them, children included."""
        ...

    def hosts(self, subscription: str) -> tuple[LiveResource, ...]:
        """Return every account and workspace of a subscription, whoever's, each before its endpoints or deployments."""
        ...

    def read(self, resource: ResourceId, api_version: str) -> LiveResource | None:
        """Return one resource, None where ARM says 404."""
        ...

    def subscription(self, subscription: str) -> SubscriptionState:
        """Return what a subscription is."""
        ...

    def locations(self, subscription: str) -> tuple[Location, ...]:
        """Return the places a subscription may use, logical ones included."""
        ...

    def provider(self, subscription: str, namespace: str) -> ProviderRegistration:
        """Return whether a provider is registered, and what it offers where."""
        ...

    def permissions(self, scope: ResourceId | str) -> Permissions:
        """Return what the caller may do at a scope: a subscription's id, a group or a resource."""
        ...

    def deleted_accounts(self, subscription: str) -> tuple[DeletedResource, ...]:
        """Return the soft-deleted accounts of a subscription, whoever's."""
        ...

    def deleted_vaults(self, subscription: str) -> tuple[DeletedResource, ...]:
        """Return the soft-deleted key vaults of a subscription, whoever's."""
        ...

    def subdomain(self, subscription: str, name: str) -> NameAvailability:
        """Return whether a custom subdomain is free for an account, in all of Azure."""
        ...

    def free_name(self, subscription: str, kind: str, name: str) -> NameAvailability:
        """Return whether a storage account or a vault, by its type, may have a name."""
        ...

    def policy(self, subscription: str, resource: JsonObject, api_version: str) -> tuple[PolicyFinding, ...]:
        """Return what Azure Policy would make of a resource: `type`, `name`, `location` and what else is known."""
        ...


class Prices(Protocol):
    """Azure's public price list. Nobody has to be signed in. Called from several threads at once."""

    def prices(self, region: Region, product: str, currency: str) -> tuple[PriceItem, ...]:
        """Return the consumption prices of a product in a region, all pages; raises AzureFailed."""
        ...


class SelfKnowledge(Protocol):
    """What azserve can find out about its own sign-in and network. Called from several threads at once."""

    @property
    def method(self) -> str:
        """How azserve signs in: `default`, `cli`, `oidc` and so on, `local` for the local Azure."""
        ...

    def token(self, audience: str) -> TokenFacts:
        """Get a token and return what it says of itself; raises SignInError."""
        ...

    def ring(self, url: str) -> Ring:
        """Knock at a host without signing in; any answer is one. Raises AzureFailed where none comes."""
        ...

    def pipeline(self) -> PipelineToken | None:
        """Return what the pipeline's own token says, None where this is no pipeline that hands any out."""
        ...
