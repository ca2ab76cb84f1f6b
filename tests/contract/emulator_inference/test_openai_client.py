"""The unmodified `openai` clients on the OpenAI routes, and Entra tokens over the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Protocol

import httpx2
import openai
import pytest

from azserve.emulator.server import Emulator


class Hosts(Protocol):
    emulator: Emulator
    foundry: str
    foundry_key: str

    def token(self, resource: str) -> str: ...


ASKED: list[Any] = [{"role": "user", "content": "How many languages are in the world?"}]
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@pytest.fixture
def client(hosts: Hosts) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{hosts.foundry}/openai/v1", api_key=hosts.foundry_key, max_retries=0) as made:
        yield made


def test_the_v1_route_with_the_openai_client(client: openai.OpenAI) -> None:
    response = client.chat.completions.create(model="chat", messages=ASKED)
    assert response.choices[0].message.content
    assert "7,000 languages" in response.choices[0].message.content


def test_reasoning_is_apart(client: openai.OpenAI) -> None:
    message = client.chat.completions.create(model="r1", messages=ASKED).choices[0].message
    assert message.model_extra
    assert message.model_extra["reasoning_content"].startswith("Okay, the user")
    assert message.content
    assert "<think>" not in message.content


def test_the_deployment_route_with_the_azure_client(hosts: Hosts) -> None:
    with openai.AzureOpenAI(
        azure_endpoint=hosts.foundry, api_key=hosts.foundry_key, api_version="2024-10-21", max_retries=0
    ) as client:
        response = client.chat.completions.create(model="r1", messages=ASKED)
    assert response.usage
    assert response.usage.total_tokens == 897


def test_a_stream_with_usage(client: openai.OpenAI) -> None:
    chunks = list(
        client.chat.completions.create(
            model="chat", messages=ASKED, stream=True, stream_options={"include_usage": True}
        )
    )
    assert chunks[-1].choices == []
    assert chunks[-1].usage
    assert chunks[-1].usage.completion_tokens == 72


def test_a_streamed_tool_call(client: openai.OpenAI) -> None:
    said: list[Any] = [{"role": "user", "content": "What is the weather in Oslo?"}]
    arguments = ""
    for chunk in client.chat.completions.create(model="chat", messages=said, tools=[WEATHER], stream=True):
        for call in chunk.choices[0].delta.tool_calls or []:
            arguments += (call.function.arguments or "") if call.function else ""
    assert json.loads(arguments) == {"city": "Oslo"}


def test_embeddings_come_as_base64_and_are_unpacked(client: openai.OpenAI) -> None:
    found = client.embeddings.create(model="vectors", input="one text")
    assert len(found.data[0].embedding) == 1536


def test_the_list_of_models(client: openai.OpenAI) -> None:
    assert {model.id for model in client.models.list()} == {"r1", "chat", "eyes", "vectors"}


def test_refusals_are_the_clients_own_errors(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="nobody", messages=ASKED)
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="chat", messages=[{"role": "user", "content": "[filter this prompt]"}])
    assert caught.value.code == "content_filter"


def test_a_wrong_key_is_an_authentication_error(hosts: Hosts) -> None:
    with (
        openai.OpenAI(base_url=f"{hosts.foundry}/openai/v1", api_key="wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError),
    ):
        client.models.list()


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        ("https://cognitiveservices.azure.com/", 200),
        ("https://ai.azure.com/", 200),
        ("https://management.azure.com/", 401),
    ],
)
def test_a_token_needs_the_right_audience(hosts: Hosts, resource: str, status: int) -> None:
    allowed = {"permissions": {"operators": ["Owner", "Cognitive Services User"]}}
    httpx2.put(f"{hosts.emulator.url}/_emulator/scenario", json=allowed).raise_for_status()
    headers = {"authorization": f"Bearer {hosts.token(resource)}"}
    body = {"model": "chat", "messages": ASKED}
    address = f"{hosts.foundry}/models/chat/completions?api-version=2024-05-01-preview"
    assert httpx2.post(address, headers=headers, json=body).status_code == status
