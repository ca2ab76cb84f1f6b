"""Where a request goes and what it is made of, per route."""

from __future__ import annotations

from typing import Any, assert_never
from urllib.parse import quote

from azserve.model.catalogue import Hosting, Route
from azserve.model.chat import ChatRequest, EmbeddingsRequest, Message
from azserve.model.endpoint import Endpoint

MODELS_API_VERSION = "2024-05-01-preview"
"""Of `/models` (documentation 2025-08-27)."""
OPENAI_API_VERSION = "2024-10-21"
"""Of `/openai/deployments` (documentation 2025-08-27); `/openai/v1` has none."""


def default_route(endpoint: Endpoint) -> Route:
    """Return the route of the tutorials: the endpoint's own for serverless, `/models` for Foundry."""
    return Route.SERVERLESS if endpoint.hosting is Hosting.SERVERLESS else Route.MODELS


def chat_url(endpoint: Endpoint, route: Route) -> str:
    """Return the address of chat completions."""
    return _url(endpoint, route, "chat/completions")


def embeddings_url(endpoint: Endpoint, route: Route) -> str:
    """Return the address of embeddings."""
    return _url(endpoint, route, "embeddings")


def _url(endpoint: Endpoint, route: Route, operation: str) -> str:
    base, deployment = endpoint.uri.rstrip("/"), quote(endpoint.deployment or "", safe="")
    match route:
        case Route.SERVERLESS:
            return f"{base}/{operation}"
        case Route.MODELS:
            return f"{base}/models/{operation}?api-version={MODELS_API_VERSION}"
        case Route.OPENAI_DEPLOYMENTS:
            return f"{base}/openai/deployments/{deployment}/{operation}?api-version={OPENAI_API_VERSION}"
        case Route.OPENAI_V1:
            return f"{base}/openai/v1/{operation}"
        case _:
            assert_never(route)


def info_url(endpoint: Endpoint) -> str:
    """Return the address of `/info`, which only serverless endpoints have."""
    return f"{endpoint.uri.rstrip('/')}/info"


def chat_headers(request: ChatRequest, route: Route, *, stream: bool) -> dict[str, str]:
    """Return the headers a request needs besides its sign-in."""
    headers = {"content-type": "application/json", "accept": "application/json"}
    if stream:
        # Not compressed: what compresses may hold back.
        headers |= {"accept": "text/event-stream", "accept-encoding": "identity"}
    if route in {Route.SERVERLESS, Route.MODELS} and (request.extra_parameters or request.extra):
        headers["extra-parameters"] = request.extra_parameters or "pass-through"
    return headers


def chat_body(request: ChatRequest, endpoint: Endpoint, route: Route, *, stream: bool) -> dict[str, Any]:
    """Return the body; what the request leaves open is left out.

    `stream_options` goes to the OpenAI routes only: elsewhere it counts as an extra parameter and is refused.
    `/openai/v1` takes the limit under its newer name, the only one that OpenAI's reasoning models know (issue reports,
    2025-08 to 2026-07).
    """
    body: dict[str, Any] = {"messages": [_message(each) for each in request.messages]}
    if route in {Route.MODELS, Route.OPENAI_V1}:
        body["model"] = endpoint.deployment
    named: dict[str, Any] = {
        "max_completion_tokens" if route is Route.OPENAI_V1 else "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "presence_penalty": request.presence_penalty,
        "frequency_penalty": request.frequency_penalty,
        "stop": list(request.stop) if request.stop else None,
        "seed": request.seed,
        "response_format": request.response_format,
        "tools": list(request.tools) or None,
        "tool_choice": request.tool_choice,
    }
    body |= {name: value for name, value in named.items() if value is not None}
    if stream:
        body["stream"] = True
        if route in {Route.OPENAI_DEPLOYMENTS, Route.OPENAI_V1}:
            body["stream_options"] = {"include_usage": True}
    return body | dict(request.extra)


def embeddings_body(request: EmbeddingsRequest, endpoint: Endpoint, route: Route) -> dict[str, Any]:
    """Return the body of a request for vectors."""
    body: dict[str, Any] = {"input": list(request.texts)}
    if route in {Route.MODELS, Route.OPENAI_V1}:
        body["model"] = endpoint.deployment
    return body if request.dimensions is None else {**body, "dimensions": request.dimensions}


def _message(message: Message) -> dict[str, Any]:
    body: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        body["tool_calls"] = list(message.tool_calls)
    if message.tool_call_id is not None:
        body["tool_call_id"] = message.tool_call_id
    return body
