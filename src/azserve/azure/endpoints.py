"""Deployed endpoints, as ARM tells of them, and their keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from azure.core.exceptions import ResourceNotFoundError
from azure.mgmt.cognitiveservices.models import Account, Deployment

from azserve.azure.border import translated
from azserve.azure.versions import BY_TYPE, MACHINE_LEARNING
from azserve.errors import AzureFailed, Refused
from azserve.model.catalogue import Hosting
from azserve.model.endpoint import ConnectionTarget, DeployedModel, Endpoint, EndpointKeys
from azserve.model.estate import FoundryHost, RegionEstate, ServerlessEndpoint, ServerlessHost
from azserve.model.json import JsonObject
from azserve.model.resource_id import ResourceId
from azserve.model.secret import Secret
from azserve.model.settings import SignIn

if TYPE_CHECKING:
    from azserve.azure.connection import Azure

INFERENCE_HOST: Final = "Azure AI Model Inference API"
"""Key in an account's `endpoints` whose value serves `/models` and `/openai` (recorded 2026-06-22)."""
AUTH_MODES: Final = {"key": SignIn.KEY, "aad": SignIn.ENTRA, "keyandaad": SignIn.BOTH}


class LiveEndpoints:
    """deploying.ports.Endpoints. Safe to share by threads."""

    def __init__(self, azure: Azure) -> None:
        self._azure = azure

    def in_region(self, estate: RegionEstate) -> tuple[Endpoint, ...]:
        """Return the estate's endpoints that exist, in the estate's order.

        `uri` is empty where ARM has none yet, which is while an endpoint is being created.
        """
        with translated(f"read the endpoints in `{estate.region}`", where=estate.region):
            found: list[Endpoint] = []
            if estate.serverless is not None:
                found += self._serverless(estate, estate.serverless)
            if estate.foundry is not None:
                found += self._foundry(estate, estate.foundry)
            return tuple(found)

    def keys(self, endpoint: Endpoint) -> EndpointKeys:
        """Return both keys. Raises PermissionDenied, or Refused where key sign-in is switched off."""
        if endpoint.sign_in is SignIn.ENTRA:
            raise Refused(
                f"`{endpoint.key}` in `{endpoint.region}` has no keys: its host takes Entra tokens only",
                code="keys-switched-off",
                hint="sign in with a role that may call it, or set `sign_in: both`",
                where=endpoint.region,
            )
        with translated(f"read the keys of `{endpoint.key}` in `{endpoint.region}`", where=endpoint.region):
            match endpoint.hosting:
                case Hosting.SERVERLESS:
                    body = self._azure.arm.post(f"{endpoint.resource}/listKeys", MACHINE_LEARNING)
                    pair = (body.get("primaryKey"), body.get("secondaryKey"))
                case Hosting.FOUNDRY:
                    account = _account_of(endpoint.resource)
                    client = self._azure.cognitive_client(account.subscription)
                    keys = client.accounts.list_keys(account.group or "", account.name)
                    pair = (keys.key1, keys.key2)
        primary, secondary = (Secret(key) if isinstance(key, str) and key else None for key in pair)
        if primary is None and secondary is None:
            raise AzureFailed(
                f"Azure has no keys for `{endpoint.key}` in `{endpoint.region}` yet",
                code="keys-missing",
                hint="the endpoint may still be being made; run the command again in a minute",
                where=endpoint.region,
            )
        nothing = Secret("")
        return EndpointKeys(primary=primary or nothing, secondary=secondary or nothing)

    def connection(self, connection: ResourceId) -> ConnectionTarget:
        """Return where a project's connection leads, with its key.

        Raises AzureFailed where there is no such connection, or none with a key; PermissionDenied where its secrets may
        not be read.
        """
        project = connection.parent
        doing = f"read the connection `{connection.name}` of `{project.name if project else ''}`"
        with translated(doing, where=str(connection)):
            body = self._azure.arm.post(f"{connection}/listSecrets", BY_TYPE[connection.type.lower()])
        properties = _object(body.get("properties"))
        uri, key = properties.get("target"), _object(properties.get("credentials")).get("key")
        if not (isinstance(uri, str) and uri and isinstance(key, str) and key):
            raise AzureFailed(
                f"could not {doing}: it has no address or no key",
                code="connection-unusable",
                hint="run `azserve deploy`, which writes it anew",
                where=str(connection),
            )
        return ConnectionTarget(uri.rstrip("/"), Secret(key))

    def _serverless(self, estate: RegionEstate, host: ServerlessHost) -> Iterator[Endpoint]:
        project = _in_group(estate, "Microsoft.MachineLearningServices/workspaces", host.project)
        for wanted in host.endpoints:
            resource = project.child("serverlessEndpoints", wanted.name)
            body = self._azure.arm.get(str(resource), MACHINE_LEARNING)
            if body is not None:
                yield _serverless_endpoint(estate, wanted, resource, body)

    def _foundry(self, estate: RegionEstate, host: FoundryHost) -> Iterator[Endpoint]:
        account = _in_group(estate, "Microsoft.CognitiveServices/accounts", host.account)
        client = self._azure.cognitive_client(estate.subscription)
        try:
            live = client.accounts.get(estate.group, host.account)
            deployed = {str(item.name).lower(): item for item in client.deployments.list(estate.group, host.account)}
        except ResourceNotFoundError:
            return
        for wanted in host.deployments:
            item = deployed.get(wanted.name.lower())
            if item is None:
                continue
            properties = item.properties
            yield Endpoint(
                key=wanted.key,
                region=estate.region,
                hosting=Hosting.FOUNDRY,
                model=wanted.model,
                resource=account.child("deployments", str(item.name)),
                uri=_inference_host(live),
                sign_in=SignIn.ENTRA if live.properties and live.properties.disable_local_auth else host.sign_in,
                version=properties.model.version if properties and properties.model else None,
                provisioning_state=str(properties.provisioning_state) if properties else "Unknown",
                deployed=_deployed_model(item),
            )


def _serverless_endpoint(
    estate: RegionEstate, wanted: ServerlessEndpoint, resource: ResourceId, body: JsonObject
) -> Endpoint:
    properties = _object(body.get("properties"))
    uri = _object(properties.get("inferenceEndpoint")).get("uri")
    mode = str(properties.get("authMode") or "").lower()
    state = properties.get("endpointState")
    host = estate.serverless
    return Endpoint(
        key=wanted.key,
        region=estate.region,
        hosting=Hosting.SERVERLESS,
        model=wanted.model,
        resource=resource,
        uri=uri.rstrip("/") if isinstance(uri, str) else "",
        sign_in=AUTH_MODES.get(mode, host.sign_in if host else SignIn.KEY),
        provisioning_state=str(properties.get("provisioningState") or "Unknown"),
        endpoint_state=str(state) if state else None,
    )


def _inference_host(account: Account) -> str:
    """Return the address of an account's inference API, empty where ARM names none yet."""
    endpoints = (account.properties.endpoints if account.properties else None) or {}
    return str(endpoints.get(INFERENCE_HOST) or "").rstrip("/")


def _deployed_model(item: Deployment) -> DeployedModel | None:
    properties = item.properties
    if properties is None or properties.model is None or not properties.model.name:
        return None
    able = sorted(name for name, value in (properties.capabilities or {}).items() if str(value).lower() == "true")
    return DeployedModel(properties.model.name, properties.model.format or "", tuple(able))


def _account_of(deployment: ResourceId) -> ResourceId:
    account = deployment.parent
    assert account is not None
    return account


def _in_group(estate: RegionEstate, kind: str, name: str) -> ResourceId:
    return ResourceId(estate.subscription, estate.group, kind, (name,))


def _object(value: object) -> JsonObject:
    return value if isinstance(value, Mapping) else {}
