"""The pieces of a hub, its project and the endpoints in it. Endpoints may be made side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from azserve.model.catalogue import Hosting
from azserve.model.estate import KeySecret, ProjectConnection, ServerlessEndpoint, ServerlessHost
from azserve.model.resource_id import ResourceId
from azserve.model.settings import ContentFilter, SignIn
from azserve.rendering import pieces as p
from azserve.rendering.around import Reached, grants, locks, logs, private
from azserve.rendering.symbols import Names, symbol_of

WORKSPACE = "Microsoft.MachineLearningServices/workspaces"
_AUTH_MODES = {SignIn.KEY: "Key", SignIn.ENTRA: "AAD", SignIn.BOTH: "KeyAndAAD"}
_ZONES = {"workspaceZone": "privatelink.api.azureml.ms", "notebooksZone": "privatelink.notebooks.azure.net"}


def serverless_pieces(host: ServerlessHost, names: Names) -> Iterator[p.Piece]:
    """Yield what is written for serverless endpoints, each piece after what it depends on."""
    hub: p.Ref | None = None
    if not host.project_exists:
        hub = names.ref("hub", WORKSPACE, host.hub)
        yield from _hub(host, hub, names)
    project = names.ref("project", WORKSPACE, host.project)
    if hub is None:
        yield p.Existing(ref=project, name=host.project)
    else:
        needs = () if host.hub_exists else (hub,)
        yield p.HubProject(
            ref=project, name=host.project, hub=hub, public=host.network.public, identity=host.identity, needs=needs
        )
    made = () if host.project_exists else (project,)
    endpoints: dict[str, p.Ref] = {}
    for endpoint in host.endpoints:
        for piece in _endpoint(endpoint, host.sign_in, project, made, names):
            yield piece
            endpoints[endpoint.name] = piece.ref
    if hub is not None and not host.hub_exists:
        yield from private(host.network, Reached(hub, host.hub, "hub", "amlworkspace", _ZONES), (), names)
    yield from grants(host.access, Hosting.SERVERLESS, project, made, names)
    ours = tuple(ref for ref, exists in ((hub, host.hub_exists), (project, host.project_exists)) if ref and not exists)
    yield from logs(host.diagnostics, ours, names)
    yield from locks(ours if host.lock else (), names)
    for connection in host.connections:
        endpoint_ref = endpoints[connection.endpoint]
        yield replace(_connection(connection, endpoint_ref, project, names), needs=(*made, endpoint_ref))
    for secret in host.secrets:
        endpoint_ref = endpoints[secret.endpoint or ""]
        yield replace(_secret(secret, endpoint_ref, project, names), needs=(*made, endpoint_ref))


def _hub(host: ServerlessHost, hub: p.Ref, names: Names) -> Iterator[p.Piece]:
    if host.hub_exists:
        yield p.Existing(ref=hub, name=host.hub)
        return
    public = host.network.public
    storage, vault = _storage(host, names), _vault(host, names)
    yield from (storage, vault)
    needs = tuple(piece.ref for piece in (storage, vault) if not isinstance(piece, p.Existing))
    yield p.Hub(
        ref=hub,
        name=host.hub,
        public=public,
        storage=storage.ref,
        vault=vault.ref,
        identity=host.identity,
        needs=needs,
    )


def _storage(host: ServerlessHost, names: Names) -> p.Piece:
    kind = "Microsoft.Storage/storageAccounts"
    if host.storage_exists:
        return _existing("storage", kind, host.storage, host.storage_id, names)
    return p.Storage(ref=names.ref("storage", kind, host.storage), name=host.storage, public=host.network.public)


def _vault(host: ServerlessHost, names: Names) -> p.Piece:
    kind = "Microsoft.KeyVault/vaults"
    if host.vault_exists:
        return _existing("vault", kind, host.vault, host.vault_id, names)
    return p.Vault(ref=names.ref("vault", kind, host.vault), name=host.vault, public=host.network.public)


def _existing(symbol: str, kind: str, name: str, there: ResourceId | None, names: Names) -> p.Existing:
    if there is not None:
        return names.elsewhere(symbol, kind, there)
    return p.Existing(ref=names.ref(symbol, kind, name), name=name)


def _endpoint(
    endpoint: ServerlessEndpoint, sign_in: SignIn, project: p.Ref, made: tuple[p.Ref, ...], names: Names
) -> Iterator[p.Piece]:
    after: tuple[p.Ref, ...] = ()
    if endpoint.marketplace_subscription is not None:
        subscription = names.ref(
            symbol_of(endpoint.key, "Subscription"),
            f"{WORKSPACE}/marketplaceSubscriptions",
            endpoint.marketplace_subscription,
            project,
        )
        yield p.MarketplaceSubscription(
            ref=subscription,
            name=endpoint.marketplace_subscription,
            project=project,
            model=endpoint.model,
            model_id=endpoint.model_id,
            needs=made,
        )
        after = (subscription,)
    ref = names.ref(symbol_of(endpoint.key, "Endpoint"), f"{WORKSPACE}/serverlessEndpoints", endpoint.name, project)
    yield p.ServerlessEndpointPiece(
        ref=ref,
        name=endpoint.name,
        key=endpoint.key,
        project=project,
        model=endpoint.model,
        model_id=endpoint.model_id,
        auth_mode=_AUTH_MODES[sign_in],
        content_safety="Disabled" if endpoint.content_filter is ContentFilter.OFF else "Enabled",
        needs=made,
        after=after,
        tags=dict(sorted(endpoint.tags.items())),
        tags_variable=names.tags_of(ref, endpoint.tags),
    )


def _connection(connection: ProjectConnection, endpoint: p.Ref, project: p.Ref, names: Names) -> p.ConnectionModule:
    there = connection.project
    ref, deployment = names.module(f"{endpoint.symbol}Connection", f"{there.name}-{connection.name}")
    return p.ConnectionModule(
        ref=ref,
        name=deployment,
        place=names.place(ref.symbol, there),
        subscription=there.subscription,
        group=there.group or "",
        consumer=there.name,
        consumer_variable=names.value(f"{ref.symbol}Project", there.name),
        connection=connection.name,
        connection_variable=names.value(f"{ref.symbol}Connection", connection.name),
        endpoint=endpoint,
        project=project,
    )


def _secret(secret: KeySecret, endpoint: p.Ref, project: p.Ref, names: Names) -> p.EndpointKeySecret:
    ref, deployment = names.module(f"{endpoint.symbol}Key", f"{secret.endpoint}-key")
    return p.EndpointKeySecret(
        ref=ref,
        name=deployment,
        place=names.place(ref.symbol, secret.vault),
        subscription=secret.vault.subscription,
        group=secret.vault.group or "",
        vault=secret.vault.name,
        vault_variable=names.value(f"{ref.symbol}Vault", secret.vault.name),
        secret=secret.name,
        secret_variable=names.value(f"{ref.symbol}SecretName", secret.name),
        of=endpoint,
        project=project,
    )
