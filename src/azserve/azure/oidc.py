"""The token a pipeline has of its own: GitHub Actions or Azure DevOps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from azure.core import PipelineClient
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import RetryPolicy
from azure.core.rest import HttpRequest

from azserve.azure.border import translated
from azserve.errors import SignInError
from azserve.model.secret import Secret

AUDIENCE = "api://AzureADTokenExchange"
"""What Entra expects in the pipeline's token (documentation of workload identity federation, 2025)."""


@dataclass(frozen=True, slots=True)
class OidcToken:
    """Where a pipeline's token is asked for.

    GitHub answers a GET with `value`, Azure DevOps a POST with `oidcToken` (their documentation, 2025).
    """

    method: str
    url: str
    bearer: Secret
    member: str

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> OidcToken:
        """Read the variables the runner sets. Raises SignInError where neither kind of runner is found."""
        url, bearer = environ.get("ACTIONS_ID_TOKEN_REQUEST_URL"), environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
        if url and bearer:
            return cls("GET", _with_query(url, audience=AUDIENCE), Secret(bearer), "value")
        url, bearer = environ.get("SYSTEM_OIDCREQUESTURI"), environ.get("SYSTEM_ACCESSTOKEN")
        connection = environ.get("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID")
        if url and bearer and connection:
            query = {"api-version": "7.1", "serviceConnectionId": connection}
            return cls("POST", _with_query(url, **query), Secret(bearer), "oidcToken")
        raise SignInError(
            "cannot sign in with `oidc`: this is no pipeline that hands out tokens",
            code="oidc-missing",
            hint="in GitHub Actions give the job `permissions: {id-token: write}`; in Azure DevOps run inside a task "
            "with a service connection and map `SYSTEM_ACCESSTOKEN`",
        )


def oidc_token(source: OidcToken) -> Secret:
    """Ask the runner for its token. Raises AzureFailed or SignInError where it gives none."""
    with translated("get the pipeline's token"), _client() as client:
        request = HttpRequest(source.method, source.url, headers={"Authorization": f"Bearer {source.bearer.reveal()}"})
        response = client.send_request(request)
        if response.status_code != 200:
            raise HttpResponseError(response=response)
        body = response.json()
    token = body.get(source.member) if isinstance(body, Mapping) else None
    if not isinstance(token, str) or not token:
        raise SignInError("the pipeline answered without a token", code="oidc-missing")
    return Secret(token)


def _client() -> PipelineClient[Any, Any]:
    return PipelineClient("", policies=[RetryPolicy(retry_total=3)])


def _with_query(url: str, **more: str) -> str:
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode(more)) if part)
    return urlunsplit(parts._replace(query=query))
