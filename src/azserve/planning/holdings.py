"""What the fleet already has, looked up the ways that planning asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from azserve.model.catalogue import Hosting
from azserve.model.facts import Fact, LiveResource
from azserve.model.json import JsonObject, JsonValue
from azserve.model.names import ENDPOINT_TAG, EndpointKey, Region
from azserve.model.resource_id import ResourceId
from azserve.model.settings import EndpointSettings

SERVERLESS_ENDPOINT: Final = "microsoft.machinelearningservices/workspaces/serverlessendpoints"
DEPLOYMENT: Final = "microsoft.cognitiveservices/accounts/deployments"
ACCOUNT: Final = "microsoft.cognitiveservices/accounts"
GROUP: Final = "microsoft.resources/resourcegroups"
_NOT_STANDING: Final = {"failed", "canceled", "deleting"}


@dataclass(frozen=True, slots=True)
class HeldDeployment:
    """A Foundry deployment of the fleet."""

    id: ResourceId
    format: str
    model: str
    version: str
    sku: str
    capacity: int
    stands: bool
    """False where Azure says that it failed or is going."""

    def runs(self, model: str, version: str | None, sku: str) -> bool:
        """Return whether it stands and is exactly this."""
        return self.stands and same_text(self.model, model) and self.version == version and same_text(self.sku, sku)


@dataclass(frozen=True, slots=True)
class HeldEndpoint:
    """A serverless endpoint of the fleet."""

    id: ResourceId
    key: str | None
    """From its tag; None where it has none."""
    model_id: str
    stands: bool


class Holdings:
    """The fleet's live endpoints. `readable` is false where nobody could say what the fleet has."""

    def __init__(
        self, live: Fact[tuple[LiveResource, ...]], hosts: Mapping[ResourceId, Region] = MappingProxyType({})
    ) -> None:
        """Read `live`; `hosts` gives the region of what has none of its own: children of existing hosts."""
        self.readable = live.readable
        self.evidence = live.evidence
        resources = live.value or ()
        by_host = {host.key: region for host, region in hosts.items()}

        def where(resource: LiveResource) -> Region:
            parent = resource.id.parent
            return resource.region or (by_host.get(parent.key) if parent else None) or resource.region

        self._deployments = {
            (where(resource), resource.id.name.lower()): _deployment(resource)
            for resource in _of_type(resources, DEPLOYMENT)
        }
        self._endpoints: dict[Region, list[HeldEndpoint]] = {}
        for resource in sorted(_of_type(resources, SERVERLESS_ENDPOINT), key=lambda one: one.id.key):
            self._endpoints.setdefault(where(resource), []).append(_endpoint(resource))
        self._groups = {resource.id.name.lower() for resource in _of_type(resources, GROUP)}
        self._accounts = {(resource.region, resource.id.name.lower()) for resource in _of_type(resources, ACCOUNT)}

    def deployment(self, key: EndpointKey, region: Region) -> HeldDeployment | None:
        """Return the deployment of that name in the region."""
        return self._deployments.get((region, key.lower()))

    def deployment_names(self, region: Region) -> frozenset[str]:
        """Return the names of all the fleet's deployments in the region, in lower case, whether the file has them."""
        return frozenset(name for where, name in self._deployments if where == region)

    def endpoint(self, key: EndpointKey, model_id: str | None, region: Region) -> HeldEndpoint | None:
        """Return the endpoint that serves `key`: by its tag, else the untagged one that runs this model."""
        tagged = [one for one in self.endpoints(region) if one.key == key]
        same_model = [one for one in tagged if same_text(one.model_id, model_id)]
        untagged = [one for one in self.endpoints(region) if one.key is None and same_text(one.model_id, model_id)]
        return next(iter([*same_model, *tagged, *untagged]), None)

    def endpoints(self, region: Region) -> tuple[HeldEndpoint, ...]:
        """Return every serverless endpoint of the fleet in the region, in order of id."""
        return tuple(self._endpoints.get(region, ()))

    def has_account(self, name: str, region: Region) -> bool:
        """Return whether the account stands."""
        return (region, name.lower()) in self._accounts

    def has_group(self, name: str) -> bool:
        """Return whether the fleet has a group of that name."""
        return name.lower() in self._groups

    def hosts(self, endpoint: EndpointSettings, model_id: str | None, region: Region) -> bool:
        """Return whether the region serves this endpoint already, whatever its model or size."""
        match endpoint.hosting:
            case Hosting.FOUNDRY:
                deployment = self.deployment(endpoint.key, region)
                return deployment is not None and deployment.stands
            case Hosting.SERVERLESS:
                held = self.endpoint(endpoint.key, model_id, region)
                return held is not None and held.stands


def same_text(one: str | None, other: str | None) -> bool:
    """Return whether two of Azure's names are the same, which case does not decide."""
    return one is not None and other is not None and one.lower() == other.lower()


def dig(body: JsonValue, *path: str) -> JsonValue:
    """Return what is at a path of object keys, None where something is missing on the way."""
    for name in path:
        if not isinstance(body, Mapping):
            return None
        body = body.get(name)
    return body


def text_at(body: JsonObject, *path: str) -> str:
    """Return the text at a path, empty where there is none."""
    found = dig(body, *path)
    return found if isinstance(found, str) else ""


def _of_type(resources: Iterable[LiveResource], kind: str) -> list[LiveResource]:
    return [resource for resource in resources if resource.id.type.lower() == kind]


def _stands(resource: LiveResource) -> bool:
    return text_at(resource.body, "properties", "provisioningState").lower() not in _NOT_STANDING


def _deployment(resource: LiveResource) -> HeldDeployment:
    body, capacity = resource.body, dig(resource.body, "sku", "capacity")
    return HeldDeployment(
        id=resource.id,
        format=text_at(body, "properties", "model", "format"),
        model=text_at(body, "properties", "model", "name"),
        version=text_at(body, "properties", "model", "version"),
        sku=text_at(body, "sku", "name"),
        capacity=int(capacity) if isinstance(capacity, int | float) else 0,
        stands=_stands(resource),
    )


def _endpoint(resource: LiveResource) -> HeldEndpoint:
    return HeldEndpoint(
        id=resource.id,
        key=resource.tags.get(ENDPOINT_TAG),
        model_id=text_at(resource.body, "properties", "modelSettings", "modelId"),
        stands=_stands(resource),
    )
