"""What a token says of itself, how a host is knocked at, and what a pipeline presents."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from azure.core.credentials import AccessToken

from azserve.azure.diagnosis import AZURE_CLI, Diagnosis, claims_of
from azserve.errors import AzureFailed, SignInError
from azserve.model.secret import Secret

ENDS = 1_800_000_000


def jwt(**claims: Any) -> str:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{part}.c2ln"


def knowing(token: str, environ: dict[str, str] | None = None) -> Diagnosis:
    return Diagnosis("cli", lambda audience: AccessToken(token, ENDS), environ or {})


class Server(BaseHTTPRequestHandler):
    """Answers everything, as ARM answers a stranger; hands out `token` as a runner does."""

    token = ""

    def do_GET(self) -> None:
        body = json.dumps({"value": self.token}).encode()
        self.send_response(200 if "audience" in self.path else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's own name
        return


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Server) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()
        thread.join()


def test_a_token_says_whom_it_is_for_and_until_when() -> None:
    found = knowing(jwt(aud="https://x", tid="t", oid="o", appid="a", upn="me@x", ver="1.0")).token("https://asked")
    assert (found.audience, found.tenant, found.object_id, found.application) == ("https://x", "t", "o", "a")
    assert (found.name, found.expires_at) == ("me@x", datetime.fromtimestamp(ENDS, UTC))


@pytest.mark.parametrize(
    ("claims", "kind"),
    [
        ({"xms_mirid": "/subscriptions/s", "idtyp": "app"}, "managed identity"),
        ({"appid": AZURE_CLI}, "person, by the Azure CLI"),
        ({"idtyp": "app"}, "app"),
        ({"idtyp": "user"}, "person"),
        ({"upn": "me@x"}, "person"),
        ({"scp": "user_impersonation"}, "person"),
        ({}, None),
    ],
)
def test_the_claims_tell_what_signed_in(claims: dict[str, str], kind: str | None) -> None:
    assert knowing(jwt(**claims)).token("https://x").kind == kind


@pytest.mark.parametrize("token", ["opaque", "a.b", "a.!!.c", "a.bm8.c", "a.W10.c"])
def test_a_token_that_is_no_jwt_still_has_an_audience_and_an_end(token: str) -> None:
    assert claims_of(Secret(token)) is None
    assert knowing(token).token("https://asked").audience == "https://asked"


def test_any_answer_of_a_host_is_one_and_brings_its_time(server: str) -> None:
    ring = knowing("x").ring(server)
    assert ring.status == 401
    assert ring.date is not None


def test_a_host_that_does_not_answer_is_told() -> None:
    with pytest.raises(AzureFailed) as raised:
        knowing("x").ring("http://127.0.0.1:1")
    assert raised.value.code == "unreachable"


def test_outside_a_pipeline_none_is_presented() -> None:
    assert knowing("x").pipeline() is None


def test_a_pipelines_token_is_looked_into(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Server, "token", jwt(iss="issuer", sub="repo:o/r:pull_request", aud="audience"))
    runner = {"ACTIONS_ID_TOKEN_REQUEST_URL": server, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}
    found = knowing("x", runner).pipeline()
    assert found is not None
    assert (found.issuer, found.subject, found.audience) == ("issuer", "repo:o/r:pull_request", "audience")


def test_a_pipelines_token_that_cannot_be_read_is_told(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Server, "token", "opaque")
    runner = {"ACTIONS_ID_TOKEN_REQUEST_URL": server, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}
    with pytest.raises(SignInError) as raised:
        knowing("x", runner).pipeline()
    assert raised.value.code == "oidc-unreadable"
