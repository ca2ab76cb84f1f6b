"""Signing in: tokens given, tokens checked."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from tests.unit.emulator.things import BASE, StoppedClock

from azserve.emulator.identity.clients import application, managed_identity
from azserve.emulator.identity.endpoints import serve_entra, serve_managed_identity
from azserve.emulator.identity.metadata import serve_metadata
from azserve.emulator.identity.pipeline import serve_pipeline
from azserve.emulator.identity.tokens import ARM_AUDIENCES, check, issue, pipeline_bearer, read_claims
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.clock import Clock
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply
from azserve.emulator.kernel.world import TENANT, Ids, Stored, World

ARM = "https://management.azure.com"


@pytest.fixture
def world() -> World:
    return World(clock=StoppedClock(), ids=Ids("test"))


def _call(method: str, path: str, *, headers: Mapping[str, str] | None = None, body: Json = None, **query: str) -> Call:
    named = {name.replace("_", "-") if name == "api_version" else name: value for name, value in query.items()}
    return Call(method, path, named, headers or {}, body, BASE)


def _managed(world: World, *, secret: str = "s", version: str = "2019-08-01", **query: str) -> Reply:
    call = _call("GET", "/msi/token", headers={"x-identity-header": secret}, api_version=version, **query)
    return serve_managed_identity(world, call, "s")


def _entra(world: World, tenant: str = TENANT, **form: str) -> Reply:
    sent = {"grant_type": "client_credentials", "scope": f"{ARM}/.default", "client_id": application(world).client_id}
    reply = serve_entra(world, _call("POST", f"/{tenant}/oauth2/v2.0/token", body=urlencode({**sent, **form})))
    assert reply is not None
    return reply


def _assertion(**claims: Json) -> str:
    encoded = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{encoded}.sig"


def test_the_managed_identity_gets_a_token_that_arm_accepts(world: World) -> None:
    body = _managed(world, resource=ARM).body
    principal = check(world, f"Bearer {body['access_token']}", ARM_AUDIENCES)

    assert (body["token_type"], body["resource"]) == ("Bearer", ARM)
    assert int(body["expires_on"]) == int(world.now()) + 86_400
    assert (principal.object_id, principal.kind) == (managed_identity(world).object_id, "ServicePrincipal")


def test_a_token_can_be_decoded_as_entras(world: World) -> None:
    claims = read_claims(_managed(world, resource=ARM).body["access_token"]) or {}

    assert (claims["tid"], claims["aud"], claims["iss"]) == (TENANT, ARM, f"https://sts.windows.net/{TENANT}/")
    assert claims["exp"] - claims["iat"] == 86_400
    assert {"oid", "appid", "nbf", "idtyp"} <= set(claims)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"secret": "wrong", "resource": ARM}, 401),
        ({"version": "2017-09-01", "resource": ARM}, 400),
        ({"resource": "https://example.com"}, 400),
        ({}, 400),
        ({"resource": ARM, "client_id": "nobody"}, 400),
    ],
)
def test_a_managed_identity_request_that_will_not_do_is_refused(
    world: World, query: dict[str, str], status: int
) -> None:
    assert _managed(world, **query).status == status


def test_a_user_assigned_identity_is_asked_for_by_its_client_id(world: World) -> None:
    address = Address("s", "g", "Microsoft.ManagedIdentity/userAssignedIdentities", ("mine",))
    ids = {"clientId": "1d2c", "principalId": "9f8e"}
    world.stored[address.key] = Stored(address, "2023-01-31", {"properties": ids}, created_at=0, changed_at=0)
    body = _managed(world, resource=ARM, client_id="1D2C").body

    assert check(world, f"Bearer {body['access_token']}", ARM_AUDIENCES).object_id == "9f8e"


def test_the_emulators_own_address_stands_for_arm(world: World) -> None:
    token = _managed(world, resource=f"{BASE}/").body["access_token"]

    assert check(world, f"bearer {token}", (BASE,)).audience == f"{BASE}/"


def _code(world: World, header: str | None) -> str:
    with pytest.raises(ArmError) as raised:
        check(world, header, ARM_AUDIENCES)
    assert raised.value.status == 401
    assert raised.value.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")
    return raised.value.code


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer"])
def test_no_token_is_an_authentication_that_failed(world: World, header: str | None) -> None:
    expected = "InvalidAuthenticationToken" if header == "Bearer" else "AuthenticationFailed"

    assert _code(world, header) == expected


@pytest.mark.parametrize("token", ["x", "a.b.c", "é.b.c", "a" * 20_000, "..", _assertion(aud=ARM, exp=9e9)])
def test_what_the_emulator_did_not_sign_is_invalid(world: World, token: str) -> None:
    assert _code(world, f"Bearer {token}") == "InvalidAuthenticationToken"


def test_a_token_of_another_seed_is_invalid(world: World) -> None:
    other = World(clock=world.clock, ids=Ids("other"))
    token = issue(other, audience=ARM, client=managed_identity(other), lifetime_s=60)

    assert _code(world, f"Bearer {token}") == "InvalidAuthenticationToken"


def test_a_token_expires_on_the_emulated_clock(world: World) -> None:
    token = issue(world, audience=ARM, client=managed_identity(world), lifetime_s=60)
    assert check(world, f"Bearer {token}", ARM_AUDIENCES).audience == ARM
    world.clock.advance(61)

    with pytest.raises(
        ArmError, match=r"'11/22/2026 9:06:07 PM' is earlier than current UTC time '11/22/2026 9:06:08 PM'"
    ):
        check(world, f"Bearer {token}", ARM_AUDIENCES)
    assert _code(world, f"Bearer {token}") == "ExpiredAuthenticationToken"


def test_a_token_of_another_tenant_is_refused(world: World) -> None:
    token = issue(world, audience=ARM, client=managed_identity(world), lifetime_s=60, tenant="elsewhere")

    assert _code(world, f"Bearer {token}") == "InvalidAuthenticationTokenTenant"


def test_a_token_for_another_audience_is_refused(world: World) -> None:
    token = issue(world, audience="https://ai.azure.com", client=managed_identity(world), lifetime_s=60)

    assert _code(world, f"Bearer {token}") == "InvalidAuthenticationTokenAudience"


def test_an_application_signs_in_with_its_secret(world: World) -> None:
    client = application(world)
    reply = _entra(world, client_secret=client.secret or "")

    assert (reply.status, reply.body["expires_in"]) == (200, 3599)
    assert check(world, f"Bearer {reply.body['access_token']}", ARM_AUDIENCES).name == client.client_id


def test_the_older_endpoint_takes_a_resource(world: World) -> None:
    form = {"grant_type": "client_credentials", "resource": ARM, "client_id": application(world).client_id,
            "client_secret": application(world).secret or ""}  # fmt: skip
    reply = serve_entra(world, _call("POST", f"/{TENANT}/oauth2/token", body=urlencode(form)))

    assert reply is not None
    assert reply.status == 200


@pytest.mark.parametrize(
    ("form", "tenant", "error", "number"),
    [
        ({"client_secret": "wrong"}, TENANT, "invalid_client", 7000215),
        ({}, TENANT, "invalid_client", 7000218),
        ({"client_secret": "x", "client_id": "nobody"}, TENANT, "unauthorized_client", 700016),
        ({"client_secret": "x"}, "0" * 8, "invalid_request", 90002),
        ({"grant_type": "password"}, TENANT, "unsupported_grant_type", 70003),
        ({"scope": "openid"}, TENANT, "invalid_scope", 70011),
        ({"scope": "https://example.com/.default"}, TENANT, "invalid_scope", 70011),
    ],
)
def test_a_sign_in_that_will_not_do_fails_as_entra_fails(
    world: World, form: dict[str, str], tenant: str, error: str, number: int
) -> None:
    reply = _entra(world, tenant, **form)

    assert reply.status in {400, 401}
    assert (reply.body["error"], reply.body["error_codes"]) == (error, [number])
    assert reply.body["error_description"].startswith(f"AADSTS{number}: ")


JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def test_a_federated_assertion_is_exchanged(world: World) -> None:
    assertion = _assertion(aud="api://AzureADTokenExchange", sub="repo:x", iss="https://issuer", exp=world.now() + 60)

    assert _entra(world, client_assertion=assertion, client_assertion_type=JWT_BEARER).status == 200


@pytest.mark.parametrize(
    ("claims", "number"),
    [
        ({"aud": "api://AzureADTokenExchange", "exp": 0}, 700024),
        ({"aud": "api://AzureADTokenExchange"}, 700024),
        ({"aud": "api://other", "exp": 9e12}, 700212),
        (None, 50027),
        ("e30.A.sig", 50027),
        ("e30.W10.sig", 50027),
    ],
)
def test_an_assertion_that_will_not_do_is_refused(world: World, claims: Json, number: int) -> None:
    assertion = _assertion(**claims) if isinstance(claims, dict) else claims or "nonsense"
    reply = _entra(world, client_assertion=assertion, client_assertion_type=JWT_BEARER)

    assert reply.body["error_codes"] == [number]


TRUSTED = {"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:acme/fleet:ref:refs/heads/main"}


@pytest.mark.parametrize(
    ("claims", "number"),
    [
        ({"iss": TRUSTED["issuer"], "sub": TRUSTED["subject"]}, None),
        ({"iss": TRUSTED["issuer"], "sub": "repo:acme/fleet:pull_request"}, 700213),
        ({"iss": "https://elsewhere", "sub": TRUSTED["subject"]}, 700211),
        ({}, 700211),
    ],
    ids=["trusted", "another-subject", "another-issuer", "nobody"],
)
def test_where_a_scenario_lists_whom_it_trusts_nobody_else_is(world: World, claims: Json, number: int | None) -> None:
    world.scenario = {"identity": {"federatedCredentials": [TRUSTED]}}
    assertion = _assertion(aud="api://AzureADTokenExchange", exp=world.now() + 60, **claims)
    reply = _entra(world, client_assertion=assertion, client_assertion_type=JWT_BEARER)

    assert (reply.status, reply.body.get("error_codes")) == ((200, None) if number is None else (401, [number]))


def test_discovery_leads_to_the_emulator_itself(world: World) -> None:
    instance = serve_entra(world, _call("GET", "/common/discovery/instance"))
    assert instance is not None
    path = instance.body["tenant_discovery_endpoint"].removeprefix(BASE)
    configuration = serve_entra(world, _call("GET", path))
    assert configuration is not None

    assert configuration.body["token_endpoint"] == f"{BASE}/{TENANT}/oauth2/v2.0/token"
    keys = serve_entra(world, _call("GET", configuration.body["jwks_uri"].removeprefix(BASE)))
    assert keys is not None
    assert keys.body == {"keys": []}


def test_an_unknown_tenant_has_no_configuration(world: World) -> None:
    reply = serve_entra(world, _call("GET", "/0000/.well-known/openid-configuration"))

    assert reply is not None
    assert reply.body["error_codes"] == [90002]


def test_what_is_not_entras_is_left_alone(world: World) -> None:
    assert serve_entra(world, _call("GET", "/x/authorize")) is None


def test_metadata_is_a_list_in_its_older_form_and_an_object_in_its_newer(world: World) -> None:
    older = serve_metadata(world, _call("GET", "/metadata/endpoints", api_version="2019-05-01")).body
    newer = serve_metadata(world, _call("GET", "/metadata/endpoints", api_version="2022-09-01")).body

    assert older == [newer]
    assert newer["resourceManager"] == f"{BASE}/"
    assert newer["authentication"]["loginEndpoint"] == BASE


def _pipeline(world: World, *, bearer: str | None = None, method: str = "GET", **query: str) -> Reply:
    shown = pipeline_bearer(world) if bearer is None else bearer
    call = _call(method, "/idtoken", headers={"authorization": f"Bearer {shown}"}, api_version="2.0", **query)
    return serve_pipeline(world, call)


def test_a_pipelines_token_signs_its_job_in(world: World) -> None:
    given = _pipeline(world, audience="api://AzureADTokenExchange").body
    about = {
        "client_assertion": given["value"],
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }

    assert (read_claims(given["value"]) or {})["sub"].startswith("repo:")
    assert (_entra(world, **about).status, given["count"]) == (200, len(given["value"]))


def test_a_pipelines_token_is_none_of_entras(world: World) -> None:
    token = _pipeline(world, audience=ARM).body["value"]
    with pytest.raises(ArmError, match="access token is invalid"):
        check(world, f"Bearer {token}", ARM_AUDIENCES)


@pytest.mark.parametrize(
    ("how", "status"),
    [({"bearer": "wrong", "audience": "a"}, 401), ({}, 400), ({"method": "POST", "audience": "a"}, 400)],
)
def test_a_runner_gives_its_token_to_its_job_only(world: World, how: dict[str, str], status: int) -> None:
    assert _pipeline(world, **how).status == status


def test_where_time_runs_faster_a_token_lives_as_long_by_the_clients_clock() -> None:
    fast = World(clock=Clock(speed=20), ids=Ids("test"))
    claims = read_claims(issue(fast, audience=ARM, client=managed_identity(fast), lifetime_s=100)) or {}

    assert claims["exp"] - claims["iat"] == 2000
