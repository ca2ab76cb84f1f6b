"""A real model behind the local Azure: `--upstream URL` passes chat on to any OpenAI-compatible server.

What Azure would refuse is refused before anything is passed on, and what comes back is laid out like any other answer:
per dialect, with the model's name. Where the client streams, the upstream server is asked to as well, and each piece
goes on as it comes (`relay`). Mutants of what a model says do not apply.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace

import httpx2

from azserve.emulator.inference.messages import ToolCall
from azserve.emulator.inference.refusals import Refused, plain
from azserve.emulator.inference.script.model import Utterance
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json

inferred(
    "inference.upstream.failed",
    "an upstream server that fails or cannot be reached is 424 with code `failed_dependency`",
    because="424 is the documented status for a model that fails behind the endpoint; no body was found",
)
PASSED_ON = (
    "messages", "max_tokens", "temperature", "top_p", "stop", "seed", "presence_penalty", "frequency_penalty",
    "response_format", "tools", "tool_choice",
)  # fmt: skip
"""Members of a request that every OpenAI-compatible server takes."""
_SLOWEST_S = 29 * 60.0
"""What clients are told to wait for a reasoning model (documentation 2026-02-20)."""
_CONNECT_S = 5.0


@dataclass(frozen=True, slots=True)
class Upstream:
    """An OpenAI-compatible server."""

    url: str
    """What `/chat/completions` is added to: `http://127.0.0.1:11434/v1`."""
    model: str | None = None
    """The name it knows the model by; None passes on the name that Azure has."""
    key: str | None = None

    def __repr__(self) -> str:
        return f"Upstream({self.url!r})"

    async def ask(self, body: Mapping[str, Json], model: str) -> Heard:
        """Return what the server says to a chat request; Refused where it does not."""
        with _failing():
            async with self._client() as client:
                answer = await client.post(self._address, json=self._request(body, model))
            if answer.status_code != 200:
                raise _failed(f"it answered {answer.status_code}: {answer.text[:300]}")
            return _heard(answer.json())

    @asynccontextmanager
    async def listen(self, body: Mapping[str, Json], model: str) -> AsyncIterator[AsyncIterator[Piece]]:
        """Yield what the server says, piece by piece as it says it; Refused where it does not, then or later."""
        with _failing():
            request = {**self._request(body, model), "stream": True}
            async with self._client() as client, client.stream("POST", self._address, json=request) as answer:
                if answer.status_code != 200:
                    text = (await answer.aread()).decode(errors="replace")
                    raise _failed(f"it answered {answer.status_code}: {text[:300]}")
                if "event-stream" in answer.headers.get("content-type", ""):
                    yield _pieces(answer)
                else:  # a server that does not stream
                    await answer.aread()
                    yield _at_once(answer.json())

    @property
    def _address(self) -> str:
        return f"{self.url.rstrip('/')}/chat/completions"

    def _client(self) -> httpx2.AsyncClient:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return httpx2.AsyncClient(timeout=httpx2.Timeout(_SLOWEST_S, connect=_CONNECT_S), headers=headers)

    def _request(self, body: Mapping[str, Json], model: str) -> dict[str, Json]:
        asked = {name: body[name] for name in PASSED_ON if body.get(name) is not None}
        if "max_completion_tokens" in body:
            asked.setdefault("max_tokens", body["max_completion_tokens"])
        return {**asked, "model": self.model or model}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of what an upstream server says while it says it."""

    content: str = ""
    """May begin with, end in or cut a `<think>` tag."""
    thinking: str = ""
    calls: tuple[Json, ...] = ()
    """`delta.tool_calls`, as they came."""
    finish_reason: str | None = None


async def _pieces(answer: httpx2.Response) -> AsyncIterator[Piece]:
    with _failing():
        async for line in answer.aiter_lines():
            data = line.removeprefix("data:").strip()
            if not line.startswith("data:") or not data:
                continue
            if data == "[DONE]":
                return
            for choice in json.loads(data)["choices"][:1]:
                delta = choice.get("delta") or {}
                yield Piece(
                    content=delta.get("content") or "",
                    thinking=delta.get("reasoning_content") or delta.get("reasoning") or "",
                    calls=tuple(delta.get("tool_calls") or ()),
                    finish_reason=choice.get("finish_reason"),
                )


async def _at_once(body: Json) -> AsyncIterator[Piece]:
    heard = _heard(body)
    calls = tuple(
        {"index": index, "id": call.id, "function": {"name": call.name, "arguments": call.arguments}}
        for index, call in enumerate(heard.said.tool_calls)
    )
    yield Piece(thinking=heard.said.thinking or "")
    reason = "length" if heard.is_cut else "tool_calls" if calls else "stop"
    yield Piece(content=heard.said.answer, calls=calls, finish_reason=reason)


@dataclass(frozen=True, slots=True)
class Heard:
    """What an upstream server said."""

    said: Utterance
    is_cut: bool
    """It stopped at the limit of tokens."""

    def thinking_kept(self, *, reasons: bool) -> Heard:
        """Return it without thinking where the model that it stands for does not reason."""
        return self if reasons else replace(self, said=replace(self.said, thinking=None))


def _heard(body: Json) -> Heard:
    choice = body["choices"][0]
    message = choice["message"]
    text = message.get("content") or ""
    thinking = message.get("reasoning_content") or message.get("reasoning")
    start, tag, rest = text.partition("</think>")
    if tag and start.lstrip().startswith("<think>"):
        thinking, text = start.lstrip().removeprefix("<think>"), rest
    calls = tuple(
        ToolCall(str(call["id"]), call["function"]["name"], call["function"]["arguments"])
        for call in message.get("tool_calls") or ()
    )
    said = Utterance(text.lstrip("\n"), thinking.strip() if thinking else None, calls)
    return Heard(said, is_cut=choice.get("finish_reason") == "length")


@contextmanager
def _failing() -> Iterator[None]:
    """Turn what goes wrong with another server into Refused."""
    try:
        yield
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise _failed(str(error) or type(error).__name__) from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise _failed("what it answered is no chat completion") from error


def _failed(why: str) -> Refused:
    return plain(424, "failed_dependency", f"The upstream server of the emulator did not answer: {why}.")
