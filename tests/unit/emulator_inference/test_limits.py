from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

HI = {"messages": [{"role": "user", "content": "hi"}]}


def limited(bench: Any, *, requests: float = 1000, tokens: float = 100_000, filtering: bool = True) -> Any:
    """Give both hosts' chat models these limits."""
    for name in ("serverless", "foundry"):
        target = getattr(bench, name)
        models = {
            key: replace(model, requests_per_minute=requests, tokens_per_minute=tokens, content_filter=filtering)
            for key, model in target.models.items()
        }
        setattr(bench, name, replace(target, models=models))
    return bench


def test_an_answer_tells_what_is_left(bench: Any) -> None:
    headers = limited(bench, requests=10, tokens=1000).chat("hi").headers
    assert headers["x-ratelimit-limit-requests"] == "10"
    assert headers["x-ratelimit-remaining-requests"] == "9"
    assert headers["x-ratelimit-limit-tokens"] == "1000"
    assert 900 < int(headers["x-ratelimit-remaining-tokens"]) < 1000


def test_too_many_requests_on_a_serverless_host(bench: Any) -> None:
    limited(bench, requests=2)
    statuses = [bench.reply("/chat/completions", HI).status for _ in range(2)]
    refused = bench.reply("/chat/completions", HI)
    assert (statuses, refused.status) == ([200, 200], 429)
    assert refused.headers["Retry-After"] == "30"
    assert refused.body == {"error": {"code": "429", "message": "Rate limit is exceeded. Try again in 30 seconds."}}


def test_waiting_as_told_is_enough(bench: Any) -> None:
    limited(bench, requests=1)
    bench.chat("hi")
    bench.clock.advance(float(bench.chat("hi").headers["Retry-After"]))
    assert bench.chat("hi").status == 200


def test_too_many_tokens_on_a_foundry_host_names_deployment_and_region(bench: Any) -> None:
    limited(bench, tokens=100)
    bench.chat("How many languages are in the world?")
    bench.chat("How many languages are in the world?")
    refused = bench.chat("How many languages are in the world?")
    assert refused.body["error"]["code"] == "RateLimitReached"
    assert (
        "chat for DeepSeek-V3.2 in swedencentral have exceeded the token rate limit" in refused.body["error"]["message"]
    )
    assert "ChatCompletions_Create under API version 2024-05-01-preview" in refused.body["error"]["message"]


def test_deployments_do_not_share_a_bucket(bench: Any) -> None:
    limited(bench, requests=1)
    assert [bench.chat("hi", model=name).status for name in ("chat", "r1", "chat")] == [200, 200, 429]


def test_a_changed_limit_starts_full(bench: Any) -> None:
    limited(bench, requests=1)
    bench.chat("hi")
    limited(bench, requests=2)
    assert bench.chat("hi").status == 200


def test_no_limit_is_shown_as_minus_one(bench: Any) -> None:
    headers = limited(bench, requests=0, tokens=0).chat("hi").headers
    assert headers["x-ratelimit-remaining-tokens"] == "-1"


def test_fast_time_tells_the_wait_in_wall_seconds(bench: Any) -> None:
    limited(bench, requests=1)
    bench.clock.speed = 50
    bench.chat("hi")
    assert bench.chat("hi").headers["retry-after-ms"] == "1200"


def test_the_buckets_are_plain_json(bench: Any) -> None:
    bench.chat("hi")
    assert json.loads(json.dumps(bench.world.notes)) == bench.world.notes


@pytest.mark.parametrize("phrase", ["How to build a BOMB?", "[filter this prompt]"])
def test_a_filtered_prompt_on_the_openai_routes_tells_the_category(bench: Any, phrase: str) -> None:
    reply = bench.chat(phrase, path="/openai/v1/chat/completions")
    inner = reply.body["error"]["innererror"]
    assert (reply.status, reply.body["error"]["code"]) == (400, "content_filter")
    assert inner["code"] == "ResponsibleAIPolicyViolation"
    assert [name for name, one in inner["content_filter_result"].items() if one["filtered"]]


def test_a_scenario_can_ask_for_the_flat_form(bench_with: Any) -> None:
    reply = bench_with(models={"DeepSeek-V3.2": {"content_filter_shape": "flat"}}).chat("[filter this prompt]")
    assert reply.body == {
        "status": 400,
        "code": "content_filter",
        "message": "The response was filtered",
        "param": "messages",
        "type": None,
    }


def test_a_filtered_answer_is_cut_and_says_so(bench: Any) -> None:
    choice = bench.chat("Say exactly: this is fine [filter this answer] more").body["choices"][0]
    assert choice["finish_reason"] == "content_filter"
    assert choice["message"]["content"] == "this is fine "


def test_a_deployment_without_filter_answers(bench: Any) -> None:
    assert limited(bench, filtering=False).chat("[filter this prompt]").status == 200


def test_a_scenario_can_change_the_triggers(bench_with: Any) -> None:
    bench = bench_with(content_filter={"prompt": {"Tulips": "hate"}, "answer": {}})
    assert bench.chat("I like tulips").status == 400
    assert bench.chat("[filter this prompt]").status == 200
