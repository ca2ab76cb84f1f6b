"""The token a pipeline hands out, asked for as GitHub and Azure DevOps document it, over loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from azserve.azure.oidc import OidcToken, oidc_token
from azserve.errors import AzserveError
from azserve.model.secret import Secret


class Runner(ThreadingHTTPServer):
    """A runner that answers with what it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.status, self.body = 200, b"{}"
        self.asked: list[tuple[str, str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/token"


class Answering(BaseHTTPRequestHandler):
    server: Runner

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path, self.headers.get("Authorization")))
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    do_POST = do_GET  # noqa: N815  the name http.server calls

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's own name
        """Say nothing."""


@pytest.fixture
def runner() -> Iterator[Runner]:
    server = Runner()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def github(runner: Runner) -> OidcToken:
    return OidcToken.of({"ACTIONS_ID_TOKEN_REQUEST_URL": runner.url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job"})


def test_github_is_asked_with_the_jobs_token(runner: Runner) -> None:
    runner.body = json.dumps({"value": "subject-token"}).encode()
    assert oidc_token(github(runner)) == Secret("subject-token")
    assert runner.asked == [("GET", "/token?audience=api%3A%2F%2FAzureADTokenExchange", "Bearer job")]


def test_azure_devops_is_asked_with_a_post(runner: Runner) -> None:
    runner.body = json.dumps({"oidcToken": "subject-token"}).encode()
    environ = {
        "SYSTEM_OIDCREQUESTURI": runner.url,
        "SYSTEM_ACCESSTOKEN": "job",
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "connection",
    }
    assert oidc_token(OidcToken.of(environ)) == Secret("subject-token")
    assert runner.asked[0][:2] == ("POST", "/token?api-version=7.1&serviceConnectionId=connection")


@pytest.mark.parametrize("body", [b"{}", b'{"value": null}', b'{"value": ""}', b"[]"])
def test_an_answer_without_a_token_is_a_failed_sign_in(runner: Runner, body: bytes) -> None:
    runner.body = body
    with pytest.raises(AzserveError) as caught:
        oidc_token(github(runner))
    assert caught.value.code == "oidc-missing"


def test_a_runner_that_refuses_is_told_by_its_answer(runner: Runner) -> None:
    runner.status, runner.body = 403, b'{"message": "no id-token permission"}'
    with pytest.raises(AzserveError) as caught:
        oidc_token(github(runner))
    assert "no id-token permission" in caught.value.message


def test_a_runner_that_answers_nonsense_is_an_error(runner: Runner) -> None:
    runner.body = b"<html>"
    with pytest.raises(AzserveError) as caught:
        oidc_token(github(runner))
    assert caught.value.code == "unreadable-answer"
