"""The routes of signing in: App Service's managed identity, and Entra's token endpoint with its discovery."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from azserve.emulator.identity.clients import (
    Client,
    application,
    find_application,
    find_managed_identity,
    managed_identity,
)
from azserve.emulator.identity.tokens import issue, read_claims
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.routes import RouteTable
from azserve.emulator.kernel.wire import Call, Json, Reply
from azserve.emulator.kernel.world import World

MANAGED_LIFETIME_S = 86_400.0
APPLICATION_LIFETIME_S = 3_599.0
EXCHANGE_AUDIENCE = "api://AzureADTokenExchange"
_JWT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_RESOURCES = (
    "https://management.azure.com",
    "https://management.core.windows.net",
    "https://cognitiveservices.azure.com",
    "https://ai.azure.com",
    "https://ml.azure.com",
    "https://vault.azure.net",
    "https://storage.azure.com",
    "https://graph.microsoft.com",
)
_LOOPBACK = re.compile(r"https?://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")
_SHOWN_TENANTS = {"common", "organizations"}

inferred(
    "identity.endpoints.federation",
    "a client assertion is believed if it is a JWT for the exchange audience that has not expired; where a scenario "
    "lists `identity.federatedCredentials`, one of them has to have its issuer and subject",
    because="issuers' keys are not reachable from a local Azure; that issuer and subject are compared is documented",
)
inferred(
    "identity.endpoints.managed-refusals",
    "the body of a refused managed identity request",
    because="App Service documents status codes only",
)


def serve_managed_identity(world: World, call: Call, secret: str) -> Reply:
    """Answer App Service's token endpoint, api-version 2019-08-01; `secret` is what `X-IDENTITY-HEADER` must hold."""
    if not hmac.compare_digest(call.headers.get("x-identity-header", "").encode(), secret.encode()):
        return _managed_refusal(world, 401, "The X-IDENTITY-HEADER header is missing or wrong.")
    if call.api_version != "2019-08-01":
        return _managed_refusal(world, 400, f"The api-version '{call.api_version}' is not supported.")
    resource = call.query.get("resource", "")
    if not is_resource(resource):
        return _managed_refusal(world, 400, f"The resource '{resource[:200]}' was not found in the tenant.")
    asked = next((call.query[name] for name in ("client_id", "principal_id", "mi_res_id") if name in call.query), None)
    client = managed_identity(world) if asked is None else find_managed_identity(world, asked)
    if client is None:
        return _managed_refusal(world, 400, "No User Assigned or Delegated Managed Identity found for specified id.")
    token = issue(world, audience=resource, client=client, lifetime_s=MANAGED_LIFETIME_S)
    expires_on = int(world.now() + MANAGED_LIFETIME_S)
    body = {
        "access_token": token,
        "expires_on": str(expires_on),
        "resource": resource,
        "token_type": "Bearer",
        "client_id": client.client_id,
    }
    return Reply(200, body)


def is_resource(resource: str) -> bool:
    """Whether tokens are given for a resource; loopback addresses stand for the emulator's own ARM."""
    bare = resource.rstrip("/")
    return bare in _RESOURCES or _LOOPBACK.fullmatch(bare) is not None


def serve_entra(world: World, call: Call) -> Reply | None:
    """Answer what `login.microsoftonline.com` would; None where the path is none of its own."""
    found = _ROUTES.find(call.method, call.path)
    if found is None:
        return None
    serve, names = found
    return serve(world, call, names)


def _managed_refusal(world: World, status: int, message: str) -> Reply:
    return Reply(status, {"statusCode": status, "message": message, "correlationId": world.tenant})


def _discover(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Instance discovery: the authority itself is the only one there is."""
    host = call.base.partition("//")[2]
    tenant = f"{call.base}/{world.tenant}/v2.0/.well-known/openid-configuration"
    metadata = [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}]
    return Reply(200, {"tenant_discovery_endpoint": tenant, "api-version": "1.1", "metadata": metadata})


def _configuration(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    tenant = names["tenant"].lower()
    if tenant not in {world.tenant, *_SHOWN_TENANTS}:
        return _no_tenant(world, tenant)
    root = f"{call.base}/{tenant}"
    body = {
        "token_endpoint": f"{root}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{root}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"https://login.microsoftonline.com/{world.tenant}/v2.0",
        "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
        "tenant_region_scope": "WW",
        "cloud_instance_name": "microsoftonline.com",
    }
    return Reply(200, body)


def _keys(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    return Reply(200, {"keys": []})


def _token(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer `client_credentials`, with a secret or an assertion."""
    tenant = names["tenant"].lower()
    if tenant != world.tenant:
        return _no_tenant(world, tenant)
    form = dict(parse_qsl(call.body if isinstance(call.body, str) else ""))
    if form.get("grant_type") != "client_credentials":
        grant = form.get("grant_type", "")
        return _entra_error(
            world, 400, "unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{grant[:60]}'."
        )
    audience = _audience(form)
    if audience is None or not is_resource(audience):
        return _entra_error(
            world, 400, "invalid_scope", 70011,
            f"The provided value for the input parameter 'scope' is not valid. The scope {form.get('scope', '')[:200]} "
            "is not valid.",
        )  # fmt: skip
    client = find_application(world, form.get("client_id", ""))
    if client is None:
        return _entra_error(
            world, 400, "unauthorized_client", 700016,
            f"Application with identifier '{form.get('client_id', '')[:80]}' was not found in the directory "
            f"'{world.tenant}'.",
        )  # fmt: skip
    refusal = _prove(world, form, client)
    if refusal is not None:
        return refusal
    token = issue(world, audience=audience, client=client, lifetime_s=APPLICATION_LIFETIME_S)
    lifetime = int(APPLICATION_LIFETIME_S)
    return Reply(
        200, {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token}
    )


def _audience(form: Mapping[str, str]) -> str | None:
    """The resource asked for: v2 scopes end in `/.default`, v1 names the resource."""
    if "resource" in form:
        return form["resource"]
    scope = form.get("scope", "").split(" ")[0]
    return scope.removesuffix("/.default") if scope.endswith("/.default") else None


def _prove(world: World, form: Mapping[str, str], client: Client) -> Reply | None:
    """Return the refusal where neither the secret nor the assertion is good."""
    if "client_assertion" in form:
        return _check_assertion(world, form, client)
    if "client_secret" not in form:
        return _entra_error(
            world, 401, "invalid_client", 7000218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )  # fmt: skip
    expected = (client.secret or "").encode()
    if not hmac.compare_digest(form["client_secret"].encode(), expected):
        return _entra_error(
            world, 401, "invalid_client", 7000215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
            f"not the client secret ID, for a secret added to app '{client.client_id}'.",
        )  # fmt: skip
    return None


def _check_assertion(world: World, form: Mapping[str, str], client: Client) -> Reply | None:
    claims = read_claims(form["client_assertion"])
    if claims is None or form.get("client_assertion_type") != _JWT_ASSERTION:
        return _entra_error(world, 401, "invalid_client", 50027, "JWT token is invalid or malformed.")
    expires = claims.get("exp")
    if not isinstance(expires, (int, float)) or expires <= world.now():
        return _entra_error(
            world, 401, "invalid_client", 700024, "Client assertion is not within its valid time range."
        )
    audience = claims.get("aud")
    if audience != EXCHANGE_AUDIENCE:
        return _entra_error(
            world, 400, "invalid_request", 700212,
            f"No matching federated identity record found for presented assertion audience '{str(audience)[:120]}'.",
        )  # fmt: skip
    return _check_federation(world, claims)


def _check_federation(world: World, claims: Mapping[str, Json]) -> Reply | None:
    """Return the refusal where the scenario lists whom it trusts, and the assertion is from nobody of them."""
    identity = world.scenario.get("identity") if isinstance(world.scenario, dict) else None
    trusted = identity.get("federatedCredentials") if isinstance(identity, dict) else None
    if trusted is None:
        return None
    issuer, subject = str(claims.get("iss")), str(claims.get("sub"))
    of_issuer = [one for one in trusted if isinstance(one, dict) and one.get("issuer") == issuer]
    if any(one.get("subject") == subject for one in of_issuer):
        return None
    number, what, said = (700213, "subject", subject) if of_issuer else (700211, "issuer", issuer)
    return _entra_error(
        world, 401, "invalid_client", number,
        f"No matching federated identity record found for presented assertion {what} '{said[:200]}'. Check your "
        f"federated identity credential Subject, Audience and Issuer against the presented assertion.",
    )  # fmt: skip


def _no_tenant(world: World, tenant: str) -> Reply:
    return _entra_error(
        world, 400, "invalid_request", 90002,
        f"Tenant '{tenant[:80]}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant.",
    )  # fmt: skip


def _entra_error(world: World, status: int, error: str, number: int, message: str) -> Reply:
    at = datetime.fromtimestamp(world.now(), UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    trace = application(world).object_id
    body: dict[str, Json] = {
        "error": error,
        "error_description": f"AADSTS{number}: {message} Trace ID: {trace} Correlation ID: {trace} Timestamp: {at}",
        "error_codes": [number],
        "timestamp": at,
        "trace_id": trace,
        "correlation_id": trace,
        "error_uri": f"https://login.microsoftonline.com/error?code={number}",
    }
    return Reply(status, body)


_ROUTES = RouteTable(
    [
        ("GET", "/common/discovery/instance", _discover),
        ("GET", "/{tenant}/discovery/instance", _discover),
        ("GET", "/{tenant}/v2.0/.well-known/openid-configuration", _configuration),
        ("GET", "/{tenant}/.well-known/openid-configuration", _configuration),
        ("GET", "/{tenant}/discovery/v2.0/keys", _keys),
        ("POST", "/{tenant}/oauth2/v2.0/token", _token),
        ("POST", "/{tenant}/oauth2/token", _token),
    ]
)
