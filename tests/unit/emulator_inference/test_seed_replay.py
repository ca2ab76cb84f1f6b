"""The tutorials' requests get the tutorials' answers."""

from __future__ import annotations

import json
import re
from typing import Any

LANGUAGES = "How many languages are in the world?"
TOMATOES = "Chopping tomatoes and cutting them into cubes or wedges are great ways to practice your knife skills."
SYSTEM = {"role": "system", "content": "You are a helpful assistant."}
ASKED = {"role": "user", "content": LANGUAGES}
FLIGHTS = {
    "type": "function",
    "function": {
        "name": "get_flight_info",
        "description": "Returns information about the next flight between two cities.",
        "parameters": {
            "type": "object",
            "properties": {
                "origin_city": {"type": "string", "description": "The name of the city where the flight originates"},
                "destination_city": {"type": "string", "description": "The flight destination city"},
            },
            "required": ["origin_city", "destination_city"],
        },
    },
}


def test_info_names_model_type_and_provider(bench: Any) -> None:
    assert bench.reply("/info").body == {
        "model_name": "DeepSeek-R1",
        "model_type": "chat-completions",
        "model_provider_name": "DeepSeek",
    }


def test_the_plain_answer_counts_19_and_72(bench: Any) -> None:
    body = bench.reply("/models/chat/completions", {"model": "chat", "messages": [SYSTEM, ASKED]}).body
    assert body["usage"] == {"prompt_tokens": 19, "completion_tokens": 72, "total_tokens": 91}
    assert body["choices"][0]["message"]["content"].startswith("As of now, it's estimated that there are about 7,000")


def test_the_reasoned_answer_counts_11_and_886(bench: Any) -> None:
    body = bench.reply("/chat/completions", {"messages": [ASKED]}).body
    assert body["usage"] == {"prompt_tokens": 11, "completion_tokens": 886, "total_tokens": 897}
    assert body["model"] == "DeepSeek-R1"


def test_the_tutorials_expression_finds_thinking_and_answer(bench: Any) -> None:
    content = bench.thoughtful(LANGUAGES)
    found = re.match(r"<think>(.*?)</think>(.*)", content, re.DOTALL)
    assert found is not None
    assert found[1].strip().startswith("Okay, the user is asking how many languages exist")
    assert found[2].strip().endswith("approximately **7,000 languages** globally.")


def test_the_openai_route_sets_reasoning_apart(bench: Any) -> None:
    message = bench.chat(LANGUAGES, path="/openai/v1/chat/completions", model="r1").body["choices"][0]["message"]
    assert message["reasoning_content"].startswith("Okay, the user is asking")
    assert message["content"].startswith("The exact number of languages")


def test_the_deployment_route_is_the_same_model(bench: Any) -> None:
    body = {"messages": [ASKED]}
    reply = bench.reply("/openai/deployments/R1/chat/completions?api-version=2024-10-21", body)
    assert reply.body["usage"]["total_tokens"] == 897


def test_the_sampling_of_the_streaming_sample_is_accepted(bench: Any) -> None:
    body = {"messages": [SYSTEM, ASKED], "temperature": 0, "top_p": 1, "max_tokens": 2048}
    assert bench.reply("/chat/completions", body).body["choices"][0]["finish_reason"] == "stop"


def test_the_json_sample_gets_its_member(bench: Any) -> None:
    system = (
        "You are a helpful assistant that always generate responses in JSON format, using."
        " the following format: { answer: response }."
    )
    messages = [{"role": "system", "content": system}, ASKED]
    body = {"model": "chat", "messages": messages, "response_format": {"type": "json_object"}}
    content = bench.reply("/models/chat/completions", body).body["choices"][0]["message"]["content"]
    assert list(json.loads(content)) == ["answer"]
    assert "7,000" in json.loads(content)["answer"]


def test_the_flight_sample_goes_all_the_way_round(bench: Any) -> None:
    messages: list[dict[str, Any]] = [{"role": "user", "content": "When is the next flight from Miami to Seattle?"}]
    body = {"model": "chat", "messages": messages, "tools": [FLIGHTS], "tool_choice": "auto"}
    choice = bench.reply("/models/chat/completions", body).body["choices"][0]
    call = choice["message"]["tool_calls"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert call["function"]["name"] == "get_flight_info"
    assert json.loads(call["function"]["arguments"]) == {"origin_city": "Miami", "destination_city": "Seattle"}

    result = {"info": "There are no flights available from Miami to Seattle. You should take a train."}
    messages += [choice["message"], {"role": "tool", "tool_call_id": call["id"], "content": json.dumps(result)}]
    choice = bench.reply("/models/chat/completions", body).body["choices"][0]
    assert choice["finish_reason"] == "stop"
    assert result["info"] in choice["message"]["content"]


def test_the_logprobs_sample_passes_its_extra_parameter(bench: Any) -> None:
    headers = {"authorization": f"Bearer {bench.serverless.keys[0]}", "extra-parameters": "pass-through"}
    reply = bench.reply("/chat/completions", {"messages": [ASKED], "logprobs": True}, headers=headers)
    assert reply.status == 200


def test_the_content_safety_sample_is_filtered_as_shown(bench: Any) -> None:
    reply = bench.reply("/chat/completions", {"messages": [{"role": "user", "content": TOMATOES}]})
    assert reply.status == 400
    assert reply.body == {
        "error": {
            "message": "The response was filtered due to the prompt triggering Microsoft's content management policy. "
            "Please modify your prompt and retry.",
            "type": None,
            "param": "prompt",
            "code": "content_filter",
            "status": 400,
        }
    }
