"""A generic client of Azure Resource Manager: what no management SDK reads, or reads at too old a version."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from azure.core.exceptions import DeserializationError, HttpResponseError
from azure.core.polling import LROPoller, PollingMethod
from azure.core.rest import HttpRequest, HttpResponse
from azure.mgmt.core import ARMPipelineClient

from azserve.model.json import JsonObject, JsonValue


class Arm:
    """Plain JSON in and out. Raises the SDKs' errors: call it inside `translated(…)`. Safe to share by threads."""

    def __init__(self, client: ARMPipelineClient[Any, Any], manager: str) -> None:
        self._client = client
        self._manager = manager.rstrip("/")

    def get(self, path: str, api_version: str) -> JsonObject | None:
        """Return the body of a GET, None where ARM says 404. `path` starts with a slash."""
        response = self._answer("GET", self._url(path, api_version))
        if _is_missing(response):
            return None
        return _object(_checked(response))

    def pages(self, path: str, api_version: str, query: Mapping[str, str] | None = None) -> Iterator[JsonObject]:
        """Yield the items of a list, all pages; a page may be empty and still have one after it.

        A list that is not there is an error, not an empty list; so is an answer that holds none, for an empty list of
        models or resources is news, and a link back to a page that was read, which would never end.
        """
        url: str | None = self._url(path, api_version, query)
        read: set[str] = set()
        while url:
            read.add(url)
            page = _object(self._send("GET", url))
            link = page.get("nextLink")
            url = self._next(link) if isinstance(link, str) and link else None
            if url in read:
                raise DeserializationError(f"the link to the next page of `{path}` leads back")
            yield from _items(page, path, last=url is None)

    def post(self, path: str, api_version: str, body: JsonValue = None) -> JsonObject:
        """Return the answer of an action."""
        return _object(self._send("POST", self._url(path, api_version), body))

    def begin_delete(self, path: str, api_version: str, polling: PollingMethod[None]) -> LROPoller[None] | None:
        """Start a delete and return its poller; None where there was nothing to delete."""
        return self._begin("DELETE", path, api_version, polling)

    def begin_post(self, path: str, api_version: str, polling: PollingMethod[None]) -> LROPoller[None] | None:
        """Start an action that answers nothing and return its poller; None where there was nothing to act on."""
        return self._begin("POST", path, api_version, polling)

    def _begin(self, method: str, path: str, api_version: str, polling: PollingMethod[None]) -> LROPoller[None] | None:
        request = HttpRequest(method, self._url(path, api_version))
        answer: Any = self._client.send_request(request, _return_pipeline_response=True)
        response: HttpResponse = answer.http_response
        if response.status_code in {204, 404}:
            return None
        _checked(response)
        return LROPoller(self._client, answer, lambda _: None, polling)

    def _url(self, path: str, api_version: str, query: Mapping[str, str] | None = None) -> str:
        return f"{self._manager}{quote(path)}?{urlencode({'api-version': api_version, **(query or {})})}"

    def _next(self, link: str) -> str:
        """Return the link to the next page, refused where it leads to another host."""
        if urlsplit(link).netloc.lower() != urlsplit(self._manager).netloc.lower():
            raise DeserializationError(f"the link to the next page leads to another host: {urlsplit(link).netloc}")
        return link

    def _send(self, method: str, url: str, body: JsonValue = None) -> HttpResponse:
        return _checked(self._answer(method, url, body))

    def _answer(self, method: str, url: str, body: JsonValue = None) -> HttpResponse:
        content = None if body is None else json.dumps(body)
        headers = {"Accept": "application/json"} | ({"Content-Type": "application/json"} if content else {})
        request = HttpRequest(method, url, headers=headers, content=content)
        # As a stream, so that the body is read in our own large blocks.
        response: HttpResponse = self._client.send_request(request, stream=True)
        response.read()
        return response


def _items(page: JsonObject, path: str, *, last: bool) -> list[JsonObject]:
    items = page.get("value") if last or "value" in page else []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise DeserializationError(f"`{path}` answers no list of objects")
    return items


def _checked(response: HttpResponse) -> HttpResponse:
    if response.status_code >= 400:
        raise HttpResponseError(response=response)
    return response


def _is_missing(response: HttpResponse) -> bool:
    """Say whether a 404 means that the resource is not there; a subscription that is not there is an error."""
    return response.status_code == 404 and "SubscriptionNotFound" not in response.text()


def _object(response: HttpResponse) -> JsonObject:
    try:
        body = json.loads(response.content)
    except ValueError as error:
        raise DeserializationError(f"not JSON: {response.content[:200]!r}") from error
    if not isinstance(body, dict):
        raise DeserializationError(f"not a JSON object: {response.content[:200]!r}")
    return body
