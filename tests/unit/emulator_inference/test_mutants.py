"""Each mutant does its one wrong thing."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from azserve.emulator.inference.app import pace
from azserve.emulator.inference.mutants import Mutant
from azserve.emulator.inference.traits import Traits, traits_of
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.wire import Call
from azserve.emulator.kernel.world import Stored
from azserve.emulator.providers.machine_learning.connections import TYPE as CONNECTION
from azserve.emulator.providers.machine_learning.connections import list_secrets
from azserve.emulator.scenarios import load, names

SUM = "What is 7*6?"
SCHEMA = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"properties": {"a": {"type": "integer"}}}}}
TOOL = {"type": "function", "function": {"name": "get_weather"}}


def content_of(chunks: list[dict[str, Any]]) -> str:
    return "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"])


def tool_round(bench: Any) -> Any:
    call = {"id": "c", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "weather?"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "sunny"},
    ]
    return bench.reply("/models/chat/completions", {"model": "chat", "messages": messages, "tools": [TOOL]})


def history(bench: Any) -> str:
    said = [("user", "My name is Ada"), ("assistant", "Hi"), ("user", "What is my name?")]
    messages = [{"role": role, "content": text} for role, text in said]
    reply = bench.reply("/models/chat/completions", {"model": "chat", "messages": messages})
    return str(reply.body["choices"][0]["message"]["content"])


def picture(bench: Any) -> str:
    url = "data:image/gif;base64," + base64.b64encode(b"GIF89a\x05\x00\x06\x00\x00").decode()
    messages = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]
    reply = bench.reply("/models/chat/completions", {"model": "eyes", "messages": messages})
    return str(reply.body["choices"][0]["message"]["content"])


def connected(bench: Any) -> str:
    """Return the key that a connection is shown to carry."""
    address = Address("s", "g", CONNECTION, ("p", "r1"))
    stored = Stored(address, "2025-09-01", {}, 0.0, 0.0, hidden={"credentials": {"key": "sound"}})
    reply = list_secrets(bench.world, stored, Call("POST", str(address), {}, {}, None, ""))
    return str(reply.body["properties"]["credentials"]["key"])


def vectors(bench: Any) -> int:
    body = bench.reply("/models/embeddings", {"model": "vectors", "input": ["a"]}).body
    return len(body["data"][0]["embedding"])


def first_wait(bench: Any) -> float:
    body = {"model": "chat", "messages": [{"role": "user", "content": SUM}], "stream": True}
    return float(next(iter(bench.send("/models/chat/completions", body).chunks))[0])


SHOWS: dict[Mutant, Callable[[Any], bool]] = {
    Mutant.WRONG_TEXT: lambda bench: bench.answer(SUM) == "I am a teapot.",
    Mutant.EMPTY_ANSWER: lambda bench: bench.answer(SUM) == "",
    Mutant.NO_THINKING: lambda bench: "<think>" not in bench.thoughtful(SUM),
    Mutant.UNCLOSED_THINK: lambda bench: "</think>" not in bench.thoughtful(SUM),
    Mutant.OTHER_MODEL: lambda bench: bench.chat(SUM).body["model"] == "gpt-4o-mini",
    Mutant.OTHER_INFO: lambda bench: bench.reply("/info").body["model_name"] != "DeepSeek-R1",
    Mutant.LOST_USAGE: lambda bench: (
        "usage" not in bench.chat(SUM).body and not any(chunk.get("usage") for chunk in bench.chunks(SUM))
    ),
    Mutant.WRONG_USAGE: lambda bench: (
        (usage := bench.chat(SUM).body["usage"])["total_tokens"] != usage["prompt_tokens"] + usage["completion_tokens"]
    ),
    Mutant.WRONG_FINISH: lambda bench: bench.chat(SUM).body["choices"][0]["finish_reason"] == "length",
    Mutant.NO_DONE: lambda bench: bench.stream(SUM)[-1] != "[DONE]",
    Mutant.CUT_STREAM: lambda bench: not bench.stream(SUM)[-1].endswith(("}", "]")),
    Mutant.OTHER_STREAM: lambda bench: content_of(bench.chunks(SUM)) != bench.answer(SUM),
    Mutant.GARBAGE_JSON: lambda bench: bench.answer(SUM, response_format=SCHEMA).startswith("Sure!"),
    Mutant.FENCED_JSON: lambda bench: bench.answer(SUM, response_format={"type": "json_object"}).startswith("```json"),
    Mutant.BROKEN_SCHEMA: lambda bench: json.loads(bench.answer(SUM, response_format=SCHEMA)) == {"unexpected": None},
    Mutant.NO_TOOL_CALL: lambda bench: (
        not bench.chat("weather?", tools=[TOOL]).body["choices"][0]["message"]["tool_calls"]
    ),
    Mutant.IGNORED_TOOL_RESULT: lambda bench: "sunny" not in tool_round(bench).body["choices"][0]["message"]["content"],
    Mutant.FORGOTTEN_HISTORY: lambda bench: "Ada" not in history(bench),
    Mutant.BLIND: lambda bench: "5×6" not in picture(bench),
    Mutant.IGNORED_LIMIT: lambda bench: bench.answer(SUM, max_tokens=1, stop=["="]) == "7*6 = 42",
    Mutant.ACCEPTED_EXTRA: lambda bench: bench.chat(SUM, magic=1).status == 200,
    Mutant.OPEN_DOOR: lambda bench: bench.reply("/info", headers={}).status == 200,
    Mutant.STALE_CONNECTION: lambda bench: connected(bench) != "sound",
    Mutant.NO_FILTER: lambda bench: bench.chat("[filter this prompt]").status == 200,
    Mutant.NO_RATE_HEADERS: lambda bench: "x-ratelimit-limit-tokens" not in bench.chat(SUM).headers,
    Mutant.SLOW_START: lambda bench: first_wait(bench) > 30,
    Mutant.SHORT_VECTORS: lambda bench: vectors(bench) == 768,
}


@pytest.mark.parametrize("mutant", list(Mutant))
def test_a_mutant_misbehaves_in_its_own_way(bench_with: Any, mutant: Mutant) -> None:
    assert SHOWS[mutant](bench_with(mutant=mutant.value))


@pytest.mark.parametrize("mutant", list(Mutant))
def test_without_its_mutant_nothing_of_the_kind_happens(bench: Any, mutant: Mutant) -> None:
    assert not SHOWS[mutant](bench)


def test_mutants_can_be_joined(bench_with: Any) -> None:
    bench = bench_with(mutant=["no-done", "other-model"])
    assert bench.stream(SUM)[-1] != "[DONE]"
    assert bench.chat(SUM).body["model"] == "gpt-4o-mini"


def test_an_unknown_mutant_is_refused_by_name(bench_with: Any) -> None:
    reply = bench_with(mutant="lazy").chat(SUM)
    assert (reply.status, "`lazy`" in reply.body["error"]["message"]) == (501, True)


def test_a_tool_call_is_no_text_to_get_wrong(bench_with: Any) -> None:
    reply = bench_with(mutant="wrong-text").chat("weather?", tools=[TOOL])
    assert reply.body["choices"][0]["message"]["tool_calls"]


@pytest.mark.parametrize(
    ("model", "traits"),
    [
        ("DeepSeek-R1", Traits("DeepSeek", reasoning=True, tools=False, json_object=False, json_schema=False)),
        ("Phi-4-multimodal-instruct", Traits("Microsoft", images=True)),
        ("Nobody-1", Traits("Unknown")),
    ],
)
def test_a_model_that_the_scenario_does_not_know_has_what_its_name_suggests(
    bench: Any, model: str, traits: Traits
) -> None:
    assert traits_of(bench.world, model) == traits


def test_the_scenario_has_the_last_word_on_a_model(bench_with: Any) -> None:
    bench = bench_with(models={"deepseek-r1": {"tools": True, "model_type": "chat-completion", "someone-elses": 1}})
    assert traits_of(bench.world, "DeepSeek-R1").tools
    assert bench.reply("/info").body["model_type"] == "chat-completion"


def test_a_scenario_without_objects_is_read_as_empty(bench_with: Any) -> None:
    assert bench_with(models={"DeepSeek-R1": None}).reply("/info").status == 200


def test_every_mutant_is_a_scenario_that_is_shipped() -> None:
    assert {name.removeprefix("mutant-") for name in names() if name.startswith("mutant-")} == set(Mutant)
    assert all(load(f"mutant-{mutant}")["mutant"] == mutant for mutant in Mutant)


def test_a_slow_region_streams_slowly(bench: Any) -> None:
    target = replace(bench.foundry, region="westus3")
    bench.world.scenario = load("slow-region")
    assert pace(bench.world, target).chunk_s > 10 * pace(bench.world, bench.foundry).chunk_s
