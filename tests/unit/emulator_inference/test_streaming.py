from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.emulator_inference.conftest import pieces_of

from azserve.emulator.inference.completion import CLOSE, OPEN, apart
from azserve.emulator.inference.script.tokens import count, count_prompt, tokens
from azserve.emulator.inference.stream import _cuts

LANGUAGES = "How many languages are in the world?"
SERVERLESS = {"path": "/chat/completions"}
OPENAI = {"path": "/openai/v1/chat/completions"}


def content_of(chunks: list[dict[str, Any]], member: str = "content") -> str:
    return "".join(choice["delta"].get(member) or "" for chunk in chunks for choice in chunk["choices"])


def test_a_stream_begins_with_the_role_and_ends_with_done(bench: Any) -> None:
    events = bench.stream(LANGUAGES)
    assert json.loads(events[0])["choices"][0]["delta"]["role"] == "assistant"
    assert events[-1] == "[DONE]"


@pytest.mark.parametrize("path", ["/chat/completions", "/openai/v1/chat/completions"])
def test_half_a_character_is_streamed_back_escaped(bench: Any, path: str) -> None:
    chunks = bench.chunks("Say \ud800 and nothing else.", path=path)
    assert "\\ud800" in json.dumps(chunks)


def test_a_text_that_no_model_could_read_is_counted_by_its_beginning() -> None:
    assert count("word " * 1_000_000) == pytest.approx(1_000_000, rel=0.001)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_streamed_is_what_is_answered(bench: Any, seed: int) -> None:
    chunks = bench.chunks("What is 7*6?", seed=seed, **SERVERLESS)
    assert content_of(chunks) == bench.thoughtful("What is 7*6?")


def test_the_openai_routes_stream_reasoning_in_its_own_member(bench: Any) -> None:
    chunks = bench.chunks(LANGUAGES, **OPENAI, model="r1")
    assert content_of(chunks, "reasoning_content").startswith("Okay, the user")
    assert content_of(chunks).startswith("The exact number")


def test_tags_come_alone_glued_and_split(bench: Any) -> None:
    forms = set()
    for seed in range(12):
        first = next(c for c in bench.chunks("What is 7*6?", seed=seed, **SERVERLESS)[1:])["choices"][0]["delta"][
            "content"
        ]
        forms.add("alone" if first == OPEN else "glued" if first.startswith(OPEN) else "split")
    assert forms == {"alone", "glued", "split"}


@given(st.text(max_size=60), st.text(max_size=60), st.binary(min_size=32, max_size=32))
def test_any_thinking_is_cut_without_loss(thinking: str, answer: str, digest: bytes) -> None:
    text = f"{OPEN}\n{thinking}\n{CLOSE}\n\n{answer}"
    cuts = _cuts(text, digest)
    assert cuts == sorted(set(cuts))
    assert all(0 <= cut <= len(text) for cut in cuts)


@given(st.text(max_size=300))
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


@given(st.lists(st.text(max_size=20), max_size=5))
def test_a_prompt_costs_at_least_one_token_a_message(texts: list[str]) -> None:
    assert count_prompt(texts) > len(texts)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("plain", (None, "plain")),
        ("", (None, "")),
        ("<", ("", "")),
        ("<think>\n", ("", "")),
        ("<think>\nhm", ("hm", "")),
        ("<think>\nhm\n</think>\n\nyes", ("hm\n", "yes")),
    ],
)
def test_thinking_is_taken_apart_however_far_it_came(text: str, parts: tuple[str | None, str]) -> None:
    assert apart(text) == parts


def test_usage_is_on_the_last_chunk_outside_the_openai_routes(bench: Any) -> None:
    chunks = bench.chunks("hi", **SERVERLESS)
    assert [chunk["usage"] for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert chunks[-1]["usage"]["total_tokens"] > 0
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


def test_the_openai_routes_send_usage_only_when_asked_and_without_choices(bench: Any) -> None:
    silent = bench.chunks("hi", **OPENAI)
    asked = bench.chunks("hi", **OPENAI, stream_options={"include_usage": True})
    assert not any("usage" in chunk for chunk in silent)
    assert asked[-1]["choices"] == []
    assert asked[-1]["usage"]["completion_tokens"] > 0


def test_hosts_of_chat_models_send_nulls_in_every_delta(bench: Any) -> None:
    second = bench.chunks("hi")[1]["choices"][0]
    assert (second["delta"]["role"], second["delta"]["tool_calls"], second["matched_stop"]) == (None, None, None)


def test_a_tool_calls_arguments_come_in_pieces(bench: Any) -> None:
    tool = {
        "type": "function",
        "function": {
            "name": "get_weather",
            "parameters": {"properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
    chunks = bench.chunks("What is the weather in Oslo?", tools=[tool])
    deltas = [call for chunk in chunks for call in chunk["choices"][0]["delta"]["tool_calls"] or []]
    assert deltas[0]["function"] == {"name": "get_weather", "arguments": ""}
    assert json.loads("".join(one["function"]["arguments"] for one in deltas)) == {"city": "Oslo"}
    assert len(deltas) > 2
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_a_scenario_sets_the_pace_per_region(bench_with: Any) -> None:
    bench = bench_with(inference={"chunk_s": 0.5, "regions": {"swedencentral": {"first_s": 9}}})
    body = {"model": "chat", "messages": [{"role": "user", "content": "hi"}], "stream": True}
    found = bench.send("/models/chat/completions", body)
    assert [delay for delay, _ in pieces_of(found)][:3] == [9, 0.5, 0.5]
