"""Reads what is true in a subscription: models, pools, and what a fleet has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from azure.core.exceptions import HttpResponseError

from azserve.azure.border import translated
from azserve.azure.listings import names_one_of, offered_model, quota_pools
from azserve.azure.surroundings import (
    deleted_account,
    deleted_vault,
    free_name,
    location,
    name_availability,
    permission_set,
    policy_findings,
    provider_registration,
    service_capacity,
    subscription_state,
)
from azserve.azure.versions import AUTHORIZATION, COGNITIVE_SERVICES, KEY_VAULT, POLICY, RESOURCES, version_for
from azserve.errors import AzureFailed
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
from azserve.model.names import FLEET_TAG, REGION_TAG, FleetId, Region
from azserve.model.names import region as spelled
from azserve.model.resource_id import ResourceId
from azserve.threads import Crew

if TYPE_CHECKING:
    from azserve.azure.connection import Azure

AT_ONCE: Final = 8
"""Requests of one `fleet()` in flight; ARM allows 250 reads and 25 more each second (documentation, 2025)."""

WORKSPACES: Final = "microsoft.machinelearningservices/workspaces"
ACCOUNTS: Final = "microsoft.cognitiveservices/accounts"
CHILDREN: Final = {
    WORKSPACES: ("serverlessEndpoints", "marketplaceSubscriptions"),
    ACCOUNTS: ("projects", "deployments"),
}
"""What is listed below a host, by the host's type in lower case."""


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Which subscription a region's resources are in."""

    default: str
    by_region: Mapping[Region, str] = field(default_factory=dict)

    def in_region(self, region: Region) -> str:
        """Return the subscription of a region."""
        return self.by_region.get(region, self.default)

    @property
    def all(self) -> tuple[str, ...]:
        """Every subscription, the default one first."""
        return tuple(dict.fromkeys([self.default, *self.by_region.values()]))


class Reader:
    """surveying.ports.AzureReader. Safe to share by threads."""

    def __init__(
        self,
        azure: Azure,
        subscriptions: Subscriptions,
        *,
        existing: tuple[ResourceId, ...] = (),
        at_once: int = AT_ONCE,
    ) -> None:
        """`existing` names hosts that are not ours but may hold what is; `at_once` bounds the requests of `fleet`."""
        self._azure = azure
        self._arm = azure.arm
        self._subscriptions = subscriptions
        self._existing = existing
        self._at_once = at_once

    def models(self, region: Region, names: Collection[str] | None = None) -> tuple[OfferedModel, ...]:
        """Return the entries of the region's model list, every kind, all pages; `names` in lower case limits them."""
        with translated(f"read the models of `{region}`", where=region):
            listed = self._in_location(region, "models")
            return tuple(offered_model(item) for item in listed if names_one_of(item, names))

    def pools(self, region: Region) -> tuple[QuotaPool, ...]:
        """Return the region's usages, all pages."""
        with translated(f"read the quota of `{region}`", where=region):
            return quota_pools(self._in_location(region, "usages"))

    def compute_pools(self, region: Region) -> tuple[QuotaPool, ...]:
        """Return Machine Learning's usages: cores of virtual machines, which say nothing of serverless endpoints."""
        with translated(f"read the compute quota of `{region}`", where=region):
            subscription = self._subscriptions.in_region(region)
            usages = self._azure.machine_learning_client(subscription).usages.list(region)
            return quota_pools(usage.serialize(keep_readonly=True) for usage in usages)

    def read(self, resource: ResourceId, api_version: str) -> LiveResource | None:
        """Return one resource, None where ARM says 404."""
        with translated(f"read `{resource.name}`", where=str(resource)):
            return self._live(self._arm.get(str(resource), api_version), Region(""))

    def fleet(self, fleet_id: FleetId) -> tuple[LiveResource, ...]:
        """Return the fleet's groups with all that is in them, and what carries its tag elsewhere.

        Groups come first, then each host before its children; the order does not depend on which answer came first.
        """
        doing = f"read what fleet `{fleet_id}` has"
        with translated(doing), Crew(self._at_once, "azserve-fleet") as pool:
            groups = sorted(self._tagged_groups(fleet_id), key=lambda group: group.id.key)
            inside = pool.map(self._ids_in, [group.id for group in groups])
            tagged = pool.submit(lambda: [*self._tagged_elsewhere(fleet_id)])
            ours = {group.id.key for group in groups}
            tops = [*_top_level(identity for ids in inside for identity in ids)]
            found = [*groups, *(live for family in pool.map(self._family, tops) for live in family)]
            strays = [identity for identity in tagged.result() if _group_key(identity) not in ours]
            found += [live for family in pool.map(self._family, strays) for live in family]
            for children in pool.map(self._guests, self._existing):
                found += [child for child in children if child.tags.get(FLEET_TAG) == str(fleet_id)]
        return tuple({live.id.key: live for live in found}.values())

    def hosts(self, subscription: str) -> tuple[LiveResource, ...]:
        """Return every account and workspace of a subscription, whoever's, each before its children."""
        with translated("list accounts and workspaces", where=subscription):
            found = [live for kind in (ACCOUNTS, WORKSPACES) for live in self._of_kind(subscription, kind)]
            with Crew(self._at_once, "azserve-hosts") as pool:
                below = pool.map(lambda host: self._children(host.id, host), found)
                return tuple(live for host, children in zip(found, below, strict=True) for live in (host, *children))

    def subscription(self, subscription: str) -> SubscriptionState:
        """Return what a subscription is."""
        with translated("read the subscription", where=subscription):
            return subscription_state(self._body(f"/subscriptions/{subscription}", RESOURCES))

    def locations(self, subscription: str) -> tuple[Location, ...]:
        """Return the places a subscription may use."""
        with translated("list locations", where=subscription):
            items = self._arm.pages(f"/subscriptions/{subscription}/locations", RESOURCES)
            return tuple(location(item) for item in items)

    def provider(self, subscription: str, namespace: str) -> ProviderRegistration:
        """Return whether a provider is registered, and what it offers where."""
        with translated(f"read the registration of `{namespace}`", where=subscription):
            body = self._body(f"/subscriptions/{subscription}/providers/{namespace}", RESOURCES)
            return provider_registration(body)

    def permissions(self, scope: ResourceId | str) -> Permissions:
        """Return what the caller may do at a scope; a text is a subscription's id."""
        path = f"/subscriptions/{scope}" if isinstance(scope, str) else str(scope)
        with translated("read the caller's permissions", where=path):
            items = self._arm.pages(f"{path}/providers/Microsoft.Authorization/permissions", AUTHORIZATION)
            return Permissions(path, tuple(permission_set(item) for item in items))

    def capacities(self, subscription: str, model: ModelVersion) -> tuple[ServiceCapacity, ...]:
        """Return what the service has left for a model, per region and sku."""
        query = {"modelFormat": model.format, "modelName": model.name, "modelVersion": model.version}
        with translated(f"read the capacity left for `{model.name}`", where=subscription):
            path = f"/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/modelCapacities"
            return tuple(service_capacity(item) for item in self._arm.pages(path, COGNITIVE_SERVICES, query))

    def deleted_accounts(self, subscription: str) -> tuple[DeletedResource, ...]:
        """Return the soft-deleted accounts of a subscription, whoever's."""
        with translated("list soft-deleted accounts", where=subscription):
            path = f"/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/deletedAccounts"
            found = (deleted_account(item) for item in self._arm.pages(path, COGNITIVE_SERVICES))
            return tuple(one for one in found if one is not None)

    def deleted_vaults(self, subscription: str) -> tuple[DeletedResource, ...]:
        """Return the soft-deleted key vaults of a subscription, whoever's."""
        with translated("list soft-deleted key vaults", where=subscription):
            path = f"/subscriptions/{subscription}/providers/Microsoft.KeyVault/deletedVaults"
            found = (deleted_vault(item) for item in self._arm.pages(path, KEY_VAULT))
            return tuple(one for one in found if one is not None)

    def subdomain(self, subscription: str, name: str) -> NameAvailability:
        """Return whether a custom subdomain is free for an account, in all of Azure."""
        with translated(f"ask whether the subdomain `{name}` is free", where=subscription):
            path = f"/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/checkDomainAvailability"
            asked = {"subdomainName": name, "type": "Microsoft.CognitiveServices/accounts"}
            return name_availability(name, self._arm.post(path, COGNITIVE_SERVICES, asked))

    def free_name(self, subscription: str, kind: str, name: str) -> NameAvailability:
        """Return whether a storage account or a vault, by its type, may have a name."""
        namespace = kind.partition("/")[0]
        version = version_for(kind)
        assert version is not None
        with translated(f"ask whether the name `{name}` is free", where=subscription):
            path = f"/subscriptions/{subscription}/providers/{namespace}/checkNameAvailability"
            return free_name(kind, name, self._arm.post(path, version, {"name": name, "type": kind}))

    def policy(self, subscription: str, resource: JsonObject, api_version: str) -> tuple[PolicyFinding, ...]:
        """Return what Azure Policy would make of a resource."""
        with translated(f"ask Azure Policy about `{resource.get('type')}`", where=subscription):
            path = f"/subscriptions/{subscription}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions"
            asked: JsonObject = {"resourceDetails": {"resourceContent": resource, "apiVersion": api_version}}
            return tuple(policy_findings(self._arm.post(path, POLICY, asked), about=str(resource.get("type") or "")))

    def _body(self, path: str, api_version: str) -> JsonObject:
        body = self._arm.get(path, api_version)
        if body is None:
            raise AzureFailed(f"`{path}` does not exist", code="ResourceNotFound")
        return body

    def _of_kind(self, subscription: str, kind: str) -> Iterator[LiveResource]:
        version = version_for(kind)
        assert version is not None
        for item in self._arm.pages(f"/subscriptions/{subscription}/providers/{kind}", version):
            live = self._live(item, Region(""))
            if live is not None:
                yield live

    def _in_location(self, region: Region, what: str) -> Iterator[JsonObject]:
        provider = f"/subscriptions/{self._subscriptions.in_region(region)}/providers/Microsoft.CognitiveServices"
        return self._arm.pages(f"{provider}/locations/{region}/{what}", COGNITIVE_SERVICES)

    def _tagged_groups(self, fleet_id: FleetId) -> Iterator[LiveResource]:
        for item in self._tagged("resourcegroups", fleet_id):
            group = self._live(item, Region(""))
            if group is not None and group.tags.get(FLEET_TAG) == str(fleet_id):
                yield group

    def _tagged_elsewhere(self, fleet_id: FleetId) -> Iterator[ResourceId]:
        """Yield what carries the fleet's tag anywhere. ARM compares without regard to case, so compare again."""
        for item in self._tagged("resources", fleet_id):
            resource = self._live(item, Region(""))
            if resource is not None and resource.tags.get(FLEET_TAG) == str(fleet_id):
                yield resource.id

    def _tagged(self, what: str, fleet_id: FleetId) -> Iterator[JsonObject]:
        for subscription in self._subscriptions.all:
            path = f"/subscriptions/{subscription}/{what}"
            yield from self._arm.pages(path, RESOURCES, {"$filter": _tag_filter(fleet_id)})

    def _ids_in(self, group: ResourceId) -> list[ResourceId]:
        """Return what is in a group: ARM's list, and the provider's own list of workspaces.

        ARM's list is known to lag behind by minutes; the second one does not.
        """
        assert group.group is not None
        listed = [str(item.get("id")) for item in self._arm.pages(f"{group}/resources", RESOURCES)]
        workspaces = self._azure.machine_learning_client(group.subscription).workspaces
        listed += [str(found.id) for found in workspaces.list_by_resource_group(group.group)]
        return [ResourceId.parse(text) for text in listed]

    def _family(self, resource: ResourceId) -> list[LiveResource]:
        """Return a resource with its whole body, and its children after it. Empty where it has gone meanwhile."""
        version = version_for(resource.type)
        live = self._live(self._arm.get(str(resource), version), Region("")) if version else None
        if live is None:
            return []
        return [live, *self._children(resource, live)]

    def _children(self, host: ResourceId, live: LiveResource | None = None) -> list[LiveResource]:
        """Return what is below a host; a hub holds no endpoints of its own, so it is not asked."""
        if live is not None and str(live.body.get("kind")).lower() == "hub":
            return []
        region = live.region if live else Region("")
        return [child for kind in CHILDREN.get(host.type.lower(), ()) for child in self._listed(host, kind, region)]

    def _listed(self, host: ResourceId, kind: str, region: Region) -> list[LiveResource]:
        version = version_for(f"{host.type}/{kind}")
        assert version is not None
        try:
            items = [self._live(item, region) for item in self._arm.pages(f"{host}/{kind}", version)]
        except HttpResponseError as error:
            if error.status_code != 404:
                raise
            return []  # the host has gone meanwhile, or one under `existing:` is not there: nothing of ours is
        return [child for child in items if child is not None]

    def _guests(self, host: ResourceId) -> list[LiveResource]:
        """Return what is below a host of somebody else's: in a workspace, connections as well."""
        connections = self._listed(host, "connections", Region("")) if host.type.lower() == WORKSPACES else []
        return [*self._children(host), *connections]

    def _live(self, body: JsonObject | None, region: Region) -> LiveResource | None:
        """Return a body as a resource, None where there is no body or it is of nothing that has an id."""
        if body is None or not isinstance(identity := body.get("id"), str):
            return None
        location = body.get("location")
        here = spelled(location) if isinstance(location, str) and location else region
        found = LiveResource(id=ResourceId.parse(identity), region=here, body=body)
        return found if here else replace(found, region=spelled(found.tags.get(REGION_TAG, "")))


def _top_level(ids: Iterable[ResourceId]) -> Iterator[ResourceId]:
    """Yield the resources that are not below another one, once each, in the order of their ids."""
    yield from sorted({identity.key: identity for identity in ids if identity.parent is None}.values(), key=_key)


def _key(identity: ResourceId) -> str:
    return identity.key


def _group_key(identity: ResourceId) -> str:
    return ResourceId.of_group(identity.subscription, identity.group or "").key


def _tag_filter(fleet_id: FleetId) -> str:
    value = str(fleet_id).replace("'", "''")
    return f"tagName eq '{FLEET_TAG}' and tagValue eq '{value}'"
