"""The unmodified `azure-ai-inference` client, doing what the tutorials do."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Iterator
from typing import Any, Protocol

import pytest
from azure.ai.inference import ChatCompletionsClient, EmbeddingsClient
from azure.ai.inference.aio import ChatCompletionsClient as AsyncChatCompletionsClient
from azure.ai.inference.models import (
    ChatCompletionsToolDefinition,
    FunctionDefinition,
    ImageContentItem,
    ImageUrl,
    JsonSchemaFormat,
    SystemMessage,
    TextContentItem,
    ToolMessage,
    UserMessage,
)
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.transport import AsyncioRequestsTransport


class Hosts(Protocol):
    serverless: str
    serverless_key: str
    foundry: str
    foundry_key: str


LANGUAGES: Any = UserMessage(content="How many languages are in the world?")
HELPFUL: Any = SystemMessage(content="You are a helpful assistant.")
FLIGHTS = ChatCompletionsToolDefinition(
    function=FunctionDefinition(
        name="get_flight_info",
        description="Returns information about the next flight between two cities.",
        parameters={
            "type": "object",
            "properties": {
                "origin_city": {"type": "string", "description": "The name of the city where the flight originates"},
                "destination_city": {"type": "string", "description": "The flight destination city"},
            },
            "required": ["origin_city", "destination_city"],
        },
    )
)


def says(content: Any) -> list[Any]:
    return [UserMessage(content=content)]


@pytest.fixture
def serverless(hosts: Hosts) -> Iterator[ChatCompletionsClient]:
    credential = AzureKeyCredential(hosts.serverless_key)
    with ChatCompletionsClient(endpoint=hosts.serverless, credential=credential) as client:
        yield client


@pytest.fixture
def foundry(hosts: Hosts) -> Iterator[ChatCompletionsClient]:
    credential = AzureKeyCredential(hosts.foundry_key)
    with ChatCompletionsClient(endpoint=f"{hosts.foundry}/models", credential=credential, model="chat") as client:
        yield client


def test_the_model_tells_about_itself(serverless: ChatCompletionsClient) -> None:
    info = serverless.get_model_info()
    assert (info.model_name, info.model_type, info.model_provider_name) == (
        "DeepSeek-R1",
        "chat-completions",
        "DeepSeek",
    )


def test_a_completion_with_thinking_and_usage(serverless: ChatCompletionsClient) -> None:
    response = serverless.complete(messages=[LANGUAGES])
    found = re.match(r"<think>(.*?)</think>(.*)", response.choices[0].message.content, re.DOTALL)
    assert found
    assert "7,000 languages" in found[2]
    usage = response.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (11, 886, 897)


def test_a_plain_completion_with_all_parameters(foundry: ChatCompletionsClient) -> None:
    response = foundry.complete(
        messages=[HELPFUL, LANGUAGES],
        presence_penalty=0.1,
        frequency_penalty=0.8,
        max_tokens=2048,
        temperature=0,
        top_p=1,
        seed=7,
        stop=["<|endoftext|>"],
        response_format="text",
    )
    assert (response.model, response.usage.total_tokens) == ("DeepSeek-V3.2", 91)


def test_a_stream_is_the_same_answer_with_usage_at_the_end(serverless: ChatCompletionsClient) -> None:
    asked: dict[str, Any] = {"temperature": 0, "top_p": 1, "max_tokens": 2048}
    updates = list(serverless.complete(messages=[HELPFUL, LANGUAGES], stream=True, **asked))
    text = "".join(update.choices[0].delta.content or "" for update in updates if update.choices)
    assert text == serverless.complete(messages=[HELPFUL, LANGUAGES]).choices[0].message.content
    assert updates[-1].usage
    assert updates[-1].usage.total_tokens == 905
    assert updates[-1].choices[0].finish_reason == "stop"


def test_a_stream_of_a_chat_model(foundry: ChatCompletionsClient) -> None:
    updates = list(foundry.complete(messages=[LANGUAGES], stream=True))
    assert "".join(update.choices[0].delta.content or "" for update in updates).startswith("As of now")


async def _text_of_stream(hosts: Hosts) -> str:
    credential = AzureKeyCredential(hosts.serverless_key)
    async with AsyncChatCompletionsClient(
        endpoint=hosts.serverless, credential=credential, transport=AsyncioRequestsTransport()
    ) as client:
        response = await client.complete(messages=[LANGUAGES], stream=True)
        return "".join([update.choices[0].delta.content or "" async for update in response])


def test_the_async_client_streams_too(hosts: Hosts) -> None:
    assert asyncio.run(_text_of_stream(hosts)).endswith("**7,000 languages** globally.")


def test_the_flight_example_goes_all_the_way_round(foundry: ChatCompletionsClient) -> None:
    messages = says("When is the next flight from Miami to Seattle?")
    response = foundry.complete(messages=messages, tools=[FLIGHTS], tool_choice="auto")
    assert response.choices[0].finish_reason == "tool_calls"
    calls = response.choices[0].message.tool_calls
    assert calls
    assert json.loads(calls[0].function.arguments) == {"origin_city": "Miami", "destination_city": "Seattle"}
    result = json.dumps({"info": "There are no flights available from Miami to Seattle."})
    messages += [response.choices[0].message, ToolMessage(tool_call_id=calls[0].id, content=result)]
    answer = foundry.complete(messages=messages, tools=[FLIGHTS]).choices[0].message.content
    assert "no flights available from Miami to Seattle" in answer


def test_json_object_and_json_schema(foundry: ChatCompletionsClient) -> None:
    system = SystemMessage(content="Answer in JSON format, using the following format: { answer: response }.")
    free = foundry.complete(messages=[system, LANGUAGES], response_format="json_object")
    assert list(json.loads(free.choices[0].message.content)) == ["answer"]
    schema = {"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]}
    bound = JsonSchemaFormat(name="languages", schema=schema, strict=True)
    strict = foundry.complete(messages=[LANGUAGES], response_format=bound)
    assert json.loads(strict.choices[0].message.content) == {"count": 7000}


def test_an_image_is_looked_at(foundry: ChatCompletionsClient) -> None:
    data = base64.b64encode(b"GIF89a\x6c\x07\x2d\x04\x00").decode()
    items: list[Any] = [
        TextContentItem(text="Which conclusion can be extracted from the following chart?"),
        ImageContentItem(image_url=ImageUrl(url=f"data:image/gif;base64,{data}")),
    ]
    response = foundry.complete(messages=says(items), model="eyes")
    assert "GIF image of 1900×1069 pixels" in response.choices[0].message.content


def test_model_extras_are_passed_through(serverless: ChatCompletionsClient) -> None:
    assert serverless.complete(messages=[LANGUAGES], model_extras={"logprobs": True}).choices


@pytest.mark.parametrize(
    ("said", "more", "status"),
    [
        (
            "Chopping tomatoes and cutting them into cubes or wedges are great ways to practice your knife skills.",
            {},
            400,
        ),
        ("hi", {"tools": [FLIGHTS]}, 422),
        ("hi", {"temperature": 7}, 422),
        ("hi", {"model_extras": {"n": 2}}, 422),
    ],
)
def test_refusals_arrive_as_errors_of_the_client(
    serverless: ChatCompletionsClient, said: str, more: dict[str, Any], status: int
) -> None:
    with pytest.raises(HttpResponseError) as caught:
        serverless.complete(messages=says(said), **more)
    assert caught.value.status_code == status


def test_a_filtered_prompt_can_be_read_as_the_tutorial_reads_it(serverless: ChatCompletionsClient) -> None:
    with pytest.raises(HttpResponseError) as caught:
        serverless.complete(messages=says("[filter this prompt]"))
    response: Any = caught.value.response
    assert response.json()["error"]["code"] == "content_filter"


def test_a_wrong_key_is_401(hosts: Hosts) -> None:
    with (
        ChatCompletionsClient(endpoint=hosts.serverless, credential=AzureKeyCredential("wrong")) as client,
        pytest.raises(HttpResponseError) as caught,
    ):
        client.complete(messages=[LANGUAGES])
    assert caught.value.status_code == 401


def test_embeddings(hosts: Hosts) -> None:
    credential = AzureKeyCredential(hosts.foundry_key)
    with EmbeddingsClient(endpoint=f"{hosts.foundry}/models", credential=credential, model="vectors") as client:
        response = client.embed(input=["first phrase", "second phrase"])
    assert [len(item.embedding) for item in response.data] == [1536, 1536]
