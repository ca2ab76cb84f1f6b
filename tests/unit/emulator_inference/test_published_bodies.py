"""The emulator's bodies beside the published and reported ones, where the reference material is at hand."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.reference

ROOT = Path(__file__).parents[3]
LANGUAGES = "How many languages are in the world?"
BEARER = {"authorization": "Bearer 0123456789abcdef0123456789abcdef"}


def read(name: str) -> Any:
    folder = Path(os.environ.get("AZSERVE_REFERENCE", ROOT / ".." / "shared" / "azure")) / "dataplane"
    if not (folder / name).exists():
        pytest.skip("the reference material is not here")
    return json.loads((folder / name).read_text("utf-8"))


def reported(name: str) -> tuple[int | None, Any]:
    found = next(error for error in read("errors.json")["errors"] if error["name"] == name)
    return found["http_status"], found["body"]


def serverless(bench: Any, headers: dict[str, str] | None = None, **body: Any) -> Any:
    sent = {"messages": [{"role": "user", "content": "hi"}], **body}
    return bench.reply("/chat/completions", sent, headers=BEARER if headers is None else headers)


def case(bench: Any, name: str) -> Any:
    match name:
        case "extra_parameter_rejected":
            return serverless(bench, stream_options={})
        case "bad_extra_parameters_header":
            return serverless(bench, {**BEARER, "extra-parameters": "ignore"})
        case "missing_auth_serverless":
            return serverless(bench, {"api-key": "x"})
        case "parameter_not_supported":
            return serverless(bench, response_format={"type": "json_object"})
        case "wrong_audience_foundry":
            return bench.reply("/openai/v1/models", headers={"authorization": "Bearer a.b.c"})
        case "resource_not_found":
            return bench.reply("/nowhere", hosting="foundry")
        case "unknown_model":
            return bench.chat("hi", model="DeepSeek-V4-Flash")
        case "content_filter_documented":
            bench.world.scenario = {"models": {"DeepSeek-R1": {"content_filter_shape": "flat"}}}
            return serverless(bench, messages=[{"role": "user", "content": "[filter this prompt]"}])
        case _:
            raise AssertionError(name)


@pytest.mark.parametrize(
    "name",
    [
        "extra_parameter_rejected",
        "bad_extra_parameters_header",
        "missing_auth_serverless",
        "parameter_not_supported",
        "wrong_audience_foundry",
        "resource_not_found",
        "unknown_model",
        "content_filter_documented",
    ],
)
def test_a_refusal_has_the_reported_body(bench: Any, name: str) -> None:
    status, body = reported(name)
    reply = case(bench, name)
    assert reply.body == body
    assert status in (None, reply.status)


def test_a_filtered_prompt_on_the_openai_routes_has_the_members_of_the_published_one(bench: Any) -> None:
    _, body = reported("content_filter_azure_openai_shape")
    ours = bench.chat("[filter this prompt]", path="/openai/v1/chat/completions").body
    assert set(ours["error"]) == set(body["error"])
    assert set(ours["error"]["innererror"]["content_filter_result"]) == set(
        body["error"]["innererror"]["content_filter_result"]
    )


@pytest.mark.parametrize(
    ("route", "path"),
    [("openai_route", "/openai/v1/chat/completions"), ("model_inference_route", "/models/chat/completions")],
)
def test_an_answer_has_the_members_and_counts_of_the_documented_one(bench: Any, route: str, path: str) -> None:
    documented = read("chat-examples.json")[route]["response"]
    ours = bench.chat(LANGUAGES, path=path, model="r1").body
    assert set(ours) == set(documented)
    assert set(ours["choices"][0]["message"]) == set(documented["choices"][0]["message"])
    assert ours["usage"] == documented["usage"]


def test_a_chat_models_chunk_has_the_members_of_the_captured_one(bench: Any) -> None:
    lines = read("chat-examples.json")["captured_stream_lines"]["lines"]
    captured = json.loads(lines[0].removeprefix("data: "))
    ours = bench.chunks(LANGUAGES)[1]
    assert set(ours) == set(captured)
    assert set(ours["choices"][0]) == set(captured["choices"][0])
    assert set(ours["choices"][0]["delta"]) == set(captured["choices"][0]["delta"])


def test_a_reasoning_models_last_chunk_is_the_documented_one(bench: Any) -> None:
    documented = read("chat-examples.json")["model_inference_route"]["stream_last"]
    ours = bench.chunks(LANGUAGES, path="/chat/completions")[-1]
    assert ours["choices"] == documented["choices"]
    assert ours["usage"] == documented["usage"]


def test_required_members_of_the_specification_are_there(bench: Any) -> None:
    definitions = read("model-inference-2024-05-01-preview.compact.json")["definitions"]
    chat = bench.chat("hi").body
    vectors = bench.reply("/models/embeddings", {"model": "vectors", "input": ["a"]}).body
    answers = {
        "ChatCompletions": chat,
        "ChatChoice": chat["choices"][0],
        "ChatResponseMessage": chat["choices"][0]["message"],
        "CompletionsUsage": chat["usage"],
        "EmbeddingsResult": vectors,
        "ModelInfo": bench.reply("/info").body,
    }
    missing = {name: set(definitions[name]["required"]) - set(answer) for name, answer in answers.items()}
    assert missing == {name: set() for name in answers}
