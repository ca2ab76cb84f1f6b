"""azure-ai-inference, sync and aio, and the OpenAI clients: the same questions to a model that was just deployed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

from azure.ai.inference import ChatCompletionsClient
from azure.ai.inference.aio import ChatCompletionsClient as AsyncChatCompletionsClient
from azure.core.credentials import AzureKeyCredential
from azure.identity import ManagedIdentityCredential
from openai import AsyncOpenAI, AzureOpenAI, OpenAI
from tests.clients.scripts.telling import tell, tell_refusal

SERVERLESS, SERVERLESS_KEY, FOUNDRY, FOUNDRY_KEY, MODEL = sys.argv[1:]
QUESTION = "How many languages are in the world?"
ASKED: list[Any] = [{"role": "user", "content": QUESTION}]
ENTRA = {"credential_scopes": ["https://cognitiveservices.azure.com/.default"]}


def pieces(stream: Iterator[Any]) -> str:
    """The text of a stream."""
    return "".join(choice.delta.content or "" for chunk in stream for choice in chunk.choices)


async def pieces_async(stream: AsyncIterator[Any]) -> str:
    """The same, of an asynchronous one."""
    return "".join([choice.delta.content or "" async for chunk in stream for choice in chunk.choices])


def ask_inference() -> None:
    """The seed's client, on both hostings."""
    with ChatCompletionsClient(SERVERLESS, AzureKeyCredential(SERVERLESS_KEY)) as client:
        tell("model info", client.get_model_info().model_name)
        tell("serverless", client.complete(messages=ASKED).choices[0].message.content)
        tell("serverless stream", pieces(client.complete(messages=ASKED, stream=True)))
    with ChatCompletionsClient(SERVERLESS, AzureKeyCredential("wrong")) as client:
        tell_refusal("wrong key", lambda: client.complete(messages=ASKED))
    with ChatCompletionsClient(f"{FOUNDRY}/models", AzureKeyCredential(FOUNDRY_KEY), model=MODEL) as client:
        tell("foundry", client.complete(messages=ASKED).choices[0].message.content)
    with (
        ManagedIdentityCredential() as credential,
        ChatCompletionsClient(f"{FOUNDRY}/models", credential, model=MODEL, **ENTRA) as client,
    ):
        tell("keyless", client.complete(messages=ASKED).choices[0].message.content)


async def ask_inference_async() -> None:
    """The seed's client through aiohttp."""
    async with AsyncChatCompletionsClient(SERVERLESS, AzureKeyCredential(SERVERLESS_KEY)) as client:
        tell("aio", (await client.complete(messages=ASKED)).choices[0].message.content)
        tell("aio stream", await pieces_async(await client.complete(messages=ASKED, stream=True)))


def ask_openai() -> None:
    """The OpenAI client on the v1 route, the Azure one on the deployments route."""
    with OpenAI(base_url=f"{FOUNDRY}/openai/v1", api_key=FOUNDRY_KEY) as client:
        tell("openai", client.chat.completions.create(model=MODEL, messages=ASKED).choices[0].message.content)
        tell("openai stream", pieces(client.chat.completions.create(model=MODEL, messages=ASKED, stream=True)))
        tell_refusal("no such model", lambda: client.chat.completions.create(model="nobody", messages=ASKED))
    with AzureOpenAI(azure_endpoint=FOUNDRY, api_key=FOUNDRY_KEY, api_version="2024-10-21") as client:
        tell("azure openai", client.chat.completions.create(model=MODEL, messages=ASKED).choices[0].message.content)


async def ask_openai_async() -> None:
    """The asynchronous OpenAI client."""
    async with AsyncOpenAI(base_url=f"{FOUNDRY}/openai/v1", api_key=FOUNDRY_KEY) as client:
        answer = await client.chat.completions.create(model=MODEL, messages=ASKED)
        tell("openai aio", answer.choices[0].message.content)


ask_inference()
asyncio.run(ask_inference_async())
ask_openai()
asyncio.run(ask_openai_async())
