"""A bench: two hosts of the local Azure without its sockets, on a clock that stands still."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from azserve.emulator.inference.app import serve
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.clock import Clock
from azserve.emulator.kernel.kinds import Target, TargetModel
from azserve.emulator.kernel.wire import Call, LateReply, Reply, StreamReply
from azserve.emulator.kernel.world import World

KEY = "0123456789abcdef0123456789abcdef"
LANGUAGES = "How many languages are in the world?"


class StillClock(Clock):
    """Time that passes only when told."""

    def __init__(self, speed: float = 1.0) -> None:
        super().__init__(speed=speed)
        self.seconds = 1_800_000_000.0

    def now(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


def a_model(name: str, model: str, **changes: Any) -> TargetModel:
    found = TargetModel(
        name=name, model=model, version="1", ready_at=0, requests_per_minute=1000, tokens_per_minute=200_000
    )
    return replace(found, **changes)


def _serverless() -> Target:
    return Target(
        host="r1.eastus2.models.ai.azure.com",
        hosting="serverless",
        region="eastus2",
        resource=Address("s", "g", "Microsoft.MachineLearningServices/workspaces/serverlessEndpoints", ("p", "r1")),
        keys=(KEY,),
        audiences=(),
        models={"deepseek-r1": a_model("DeepSeek-R1", "DeepSeek-R1")},
    )


def _foundry() -> Target:
    models = [
        a_model("r1", "DeepSeek-R1"),
        a_model("chat", "DeepSeek-V3.2"),
        a_model("eyes", "Phi-4-multimodal-instruct"),
        a_model("vectors", "embed-v-4-0"),
    ]
    return Target(
        host="hub.services.ai.azure.com",
        hosting="foundry",
        region="swedencentral",
        resource=Address("s", "g", "Microsoft.CognitiveServices/accounts", ("hub",)),
        keys=(KEY,),
        audiences=("https://cognitiveservices.azure.com", "https://ai.azure.com"),
        models={model.name.lower(): model for model in models},
    )


@dataclass
class Bench:
    """Sends requests to the two hosts; the fields say what it sends unless told otherwise."""

    clock: StillClock = field(default_factory=StillClock)
    serverless: Target = field(default_factory=_serverless)
    foundry: Target = field(default_factory=_foundry)
    scenario: dict[str, Any] = field(default_factory=lambda: {"permissions": {"operators": ["Owner", "Azure AI User"]}})

    def __post_init__(self) -> None:
        self.world = World(clock=self.clock, scenario=self.scenario)

    def send(
        self,
        path: str,
        body: Any = None,
        *,
        method: str | None = None,
        headers: dict[str, str] | None = None,
        hosting: str | None = None,
    ) -> Reply | StreamReply:
        foundry = path.startswith(("/models", "/openai")) if hosting is None else hosting == "foundry"
        where, _, asked = path.partition("?")
        query = dict(part.split("=") for part in asked.split("&") if part)
        if not asked and foundry and not where.startswith("/openai/v1"):
            query = {"api-version": "2024-05-01-preview"}
        if headers is None:
            headers = {"authorization": f"Bearer {KEY}", "api-key": KEY}
        verb = method or ("GET" if body is None else "POST")
        target = self.foundry if foundry else self.serverless
        call = Call(verb, f"/_hosts/{target.host}{where}", query, headers, body, "http://127.0.0.1:1")
        found = serve(self.world, target, call, where)
        assert not isinstance(found, LateReply)
        return found

    def reply(self, path: str, body: Any = None, **options: Any) -> Reply:
        found = self.send(path, body, **options)
        assert isinstance(found, Reply)
        return found

    def chat(self, said: str, *, path: str = "/models/chat/completions", model: str = "chat", **more: Any) -> Reply:
        """Say one thing; the whole reply."""
        return self.reply(path, {"model": model, "messages": [{"role": "user", "content": said}], **more})

    def answer(self, said: str, **options: Any) -> str:
        """Say one thing; the text that comes back."""
        reply = self.chat(said, **options)
        assert reply.status == 200, reply.body
        return str(reply.body["choices"][0]["message"]["content"])

    def thoughtful(self, said: str, **options: Any) -> str:
        """Say one thing to the reasoning model on the serverless host."""
        return self.answer(said, path="/chat/completions", **options)

    def stream(self, said: str, *, path: str = "/models/chat/completions", **more: Any) -> list[str]:
        """Say one thing; the data of each event."""
        body = {"model": "chat", "messages": [{"role": "user", "content": said}], "stream": True, **more}
        found = self.send(path, body)
        return events_in(b"".join(piece for _, piece in pieces_of(found)))

    def chunks(self, said: str, **options: Any) -> list[dict[str, Any]]:
        """Say one thing; the events that are JSON."""
        return [json.loads(data) for data in self.stream(said, **options) if data != "[DONE]"]


def pieces_of(found: Any) -> list[tuple[float, bytes]]:
    """The pieces of a streamed answer, which the scripted model has at hand."""
    assert isinstance(found, StreamReply)
    assert isinstance(found.chunks, Iterable)
    return list(found.chunks)


def events_in(raw: bytes) -> list[str]:
    return [event.removeprefix("data: ") for event in raw.decode().split("\n\n") if event]


def content_of(chunks: list[dict[str, Any]], member: str = "content") -> str:
    return "".join(choice["delta"].get(member) or "" for chunk in chunks for choice in chunk["choices"])


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def bench_with() -> Callable[..., Bench]:
    """Make a bench out of a scenario."""
    return lambda **scenario: Bench(scenario=scenario)
