"""Azure's own generic ARM client, signed in at the emulator; only what its documentation offers is set."""

from __future__ import annotations

from typing import Any

from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import (
    CustomHookPolicy,
    RequestIdPolicy,
    RetryPolicy,
    SansIOHTTPPolicy,
    UserAgentPolicy,
)
from azure.core.polling import LROPoller
from azure.core.rest import HttpRequest, HttpResponse
from azure.identity import ManagedIdentityCredential
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.core.polling.arm_polling import ARMPolling

from azserve.emulator.server import Emulator


class LoopbackToken(SansIOHTTPPolicy[Any, Any]):
    """Adds the token over plain http, which the stock policy refuses to."""

    def __init__(self, token: str) -> None:
        self._token = token

    def on_request(self, request: PipelineRequest[Any]) -> None:
        request.http_request.headers["Authorization"] = f"Bearer {self._token}"


class ArmClient:
    """One request at a time, and long-running ones to their end."""

    def __init__(self, emulator: Emulator, *, retries: int = 0) -> None:
        with ManagedIdentityCredential() as credential:
            token = credential.get_token("https://management.azure.com/.default").token
        self.root = f"{emulator.url}/subscriptions/{emulator.subscription}"
        self.polls: list[int] = []
        retrying: Any = RetryPolicy(retry_total=retries, retry_backoff_factor=0)
        policies = [RequestIdPolicy(), UserAgentPolicy("tests"), retrying, CustomHookPolicy(), LoopbackToken(token)]
        self._client: ARMPipelineClient[Any, Any] = ARMPipelineClient(emulator.url, policies=policies)

    def ask(self, method: str, path: str, body: Any = None, *, version: str = "2021-04-01") -> HttpResponse:
        """Send one request; `path` starts below the subscription."""
        answer = self._client.send_request(self._request(method, path, body, version))
        assert isinstance(answer, HttpResponse)
        return answer

    def finish(self, method: str, path: str, body: Any = None, *, version: str = "2021-04-01") -> Any:
        """Send one request and poll it to its end; return the last body."""
        first = self._client.send_request(self._request(method, path, body, version), _return_pipeline_response=True)
        first.http_response.raise_for_status()

        def note(response: Any) -> None:
            self.polls.append(response.http_response.status_code)

        poller: LROPoller[Any] = LROPoller(
            self._client,
            first,
            lambda response: response.http_response.text() and response.http_response.json(),
            ARMPolling(
                timeout=5, raw_response_hook=lambda response: self.polls.append(response.http_response.status_code)
            ),
        )
        return poller.result()

    def pages(self, path: str, *, version: str = "2021-04-01") -> list[list[Any]]:
        """Follow nextLink to the end."""
        answer = self.ask("GET", path, version=version).json()
        found = [answer["value"]]
        while "nextLink" in answer:
            answer = self._client.send_request(HttpRequest("GET", answer["nextLink"])).json()
            found.append(answer["value"])
        return found

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _request(self, method: str, path: str, body: Any, version: str) -> HttpRequest:
        mark = "&" if "?" in path else "?"
        return HttpRequest(method, f"{self.root}{path}{mark}api-version={version}", json=body)
