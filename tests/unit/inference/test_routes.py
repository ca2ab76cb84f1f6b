"""Addresses, headers and bodies per route."""

from __future__ import annotations

import pytest
from tests.unit.inference.endpoints import asked, foundry, serverless

from azserve.errors import SignInError
from azserve.inference.routes import chat_body, chat_headers, chat_url, default_route, info_url
from azserve.inference.signin import Credential
from azserve.model.audience import audience_of
from azserve.model.catalogue import Route
from azserve.model.chat import ChatRequest, Message
from azserve.model.endpoint import Endpoint
from azserve.model.json import JsonObject
from azserve.model.secret import MASK, Secret

ADDRESSES = {
    Route.SERVERLESS: "https://r1-ab12.eastus2.models.ai.azure.com/chat/completions",
    Route.MODELS: "https://acct.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview",
    Route.OPENAI_DEPLOYMENTS: "https://acct.services.ai.azure.com/openai/deployments/v32/chat/completions"
    "?api-version=2024-10-21",
    Route.OPENAI_V1: "https://acct.services.ai.azure.com/openai/v1/chat/completions",
}


def body(route: Route, request: ChatRequest | None = None, *, stream: bool = False) -> dict[str, object]:
    return chat_body(request or asked("hello", 64), foundry(), route, stream=stream)


@pytest.mark.parametrize("route", Route)
def test_each_route_has_its_address(route: Route) -> None:
    endpoint = serverless() if route is Route.SERVERLESS else foundry()

    assert chat_url(endpoint, route) == ADDRESSES[route]


def test_a_slash_at_the_end_of_an_address_does_no_harm() -> None:
    endpoint = serverless(uri="https://r1.eastus2.models.ai.azure.com/")

    assert chat_url(endpoint, Route.SERVERLESS) == "https://r1.eastus2.models.ai.azure.com/chat/completions"
    assert info_url(endpoint) == "https://r1.eastus2.models.ai.azure.com/info"


def test_a_deployment_name_cannot_change_the_path() -> None:
    endpoint = foundry("a/../b?c")

    assert "/deployments/a%2F..%2Fb%3Fc/chat" in chat_url(endpoint, Route.OPENAI_DEPLOYMENTS)


def test_the_usual_route_is_the_one_of_the_tutorials() -> None:
    assert default_route(serverless()) is Route.SERVERLESS
    assert default_route(foundry()) is Route.MODELS


def test_what_a_request_leaves_open_is_left_out() -> None:
    assert body(Route.SERVERLESS, ChatRequest((Message("user", "hello"),))) == {
        "messages": [{"role": "user", "content": "hello"}]
    }


@pytest.mark.parametrize("route", Route)
def test_the_deployment_is_named_where_the_address_does_not(route: Route) -> None:
    assert body(route).get("model") == ("v32" if route in {Route.MODELS, Route.OPENAI_V1} else None)


@pytest.mark.parametrize("route", Route)
def test_usage_of_a_stream_is_asked_for_where_that_is_no_extra_parameter(route: Route) -> None:
    wanted = {"include_usage": True} if route in {Route.OPENAI_DEPLOYMENTS, Route.OPENAI_V1} else None

    assert body(route, stream=True)["stream"] is True
    assert body(route, stream=True).get("stream_options") == wanted
    assert "stream" not in body(route)


def test_the_newest_route_takes_the_limit_under_its_newer_name() -> None:
    assert body(Route.OPENAI_V1)["max_completion_tokens"] == 64
    assert body(Route.MODELS)["max_tokens"] == 64


def test_all_that_a_request_says_goes_into_the_body() -> None:
    tool: JsonObject = {"type": "function", "function": {"name": "f"}}
    call: JsonObject = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    request = ChatRequest(
        messages=(
            Message("system", "be brief"),
            Message("assistant", None, tool_calls=(call,)),
            Message("tool", '{"a": 1}', tool_call_id="c1"),
        ),
        temperature=0.0,
        top_p=0.5,
        stop=("END",),
        seed=7,
        response_format={"type": "json_object"},
        tools=(tool,),
        tool_choice="auto",
        extra={"logprobs": True},
    )

    assert body(Route.SERVERLESS, request) == {
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "content": '{"a": 1}', "tool_call_id": "c1"},
        ],
        "temperature": 0.0,
        "top_p": 0.5,
        "stop": ["END"],
        "seed": 7,
        "response_format": {"type": "json_object"},
        "tools": [tool],
        "tool_choice": "auto",
        "logprobs": True,
    }


@pytest.mark.parametrize(
    ("route", "request_", "wanted"),
    [
        (Route.SERVERLESS, ChatRequest((), extra={"n": 1}), "pass-through"),
        (Route.MODELS, ChatRequest((), extra={"n": 1}, extra_parameters="drop"), "drop"),
        (Route.MODELS, ChatRequest((), extra_parameters="error"), "error"),
        (Route.MODELS, ChatRequest(()), None),
        (Route.OPENAI_V1, ChatRequest((), extra={"n": 1}), None),
    ],
)
def test_extra_parameters_are_announced_where_there_is_a_header_for_it(
    route: Route, request_: ChatRequest, wanted: str | None
) -> None:
    assert chat_headers(request_, route, stream=False).get("extra-parameters") == wanted


def test_a_stream_is_asked_for_as_it_comes() -> None:
    headers = chat_headers(asked(), Route.MODELS, stream=True)

    assert (headers["accept"], headers["accept-encoding"]) == ("text/event-stream", "identity")


@pytest.mark.parametrize("route", Route)
def test_a_key_goes_into_the_header_that_the_route_takes(route: Route) -> None:
    wanted = {"authorization": "Bearer abc"} if route is Route.SERVERLESS else {"api-key": "abc"}

    assert Credential(Secret("abc")).headers(route) == wanted


def test_a_token_is_a_bearer_everywhere() -> None:
    assert Credential(Secret("abc"), is_token=True).headers(Route.MODELS) == {"authorization": "Bearer abc"}


@pytest.mark.parametrize("value", ["", "two words", "line\nbreak", "nul\0", "schlüssel", "\u202e", "tab\t"])
@pytest.mark.parametrize("is_token", [True, False])
def test_a_secret_that_no_header_may_hold_is_refused_unseen(value: str, is_token: bool) -> None:
    with pytest.raises(SignInError) as caught:
        Credential(Secret(value), is_token=is_token)

    assert caught.value.code == "secret-unusable"
    assert not value or value not in f"{caught.value.message} {caught.value.hint}"


def test_a_secret_is_masked_in_what_comes_back() -> None:
    assert Credential(Secret("abc")).veiled("no such key: abc") == f"no such key: {MASK}"


@pytest.mark.parametrize(
    ("endpoint", "audience"),
    [
        (serverless(), "https://ml.azure.com"),
        (foundry(), "https://cognitiveservices.azure.com"),
        (foundry(uri="https://acct.services.ai.azure.us"), "https://cognitiveservices.azure.us"),
        (serverless(uri="https://r1.chinanorth3.models.ai.azure.cn"), "https://ml.azure.cn"),
        (foundry(uri="http://127.0.0.1:4190/_hosts/acct.services.ai.azure.com"), "https://cognitiveservices.azure.com"),
    ],
)
def test_a_token_is_for_the_hosting_in_its_cloud(endpoint: Endpoint, audience: str) -> None:
    assert audience_of(endpoint) == audience
