from __future__ import annotations

from typing import Any

import pytest

HI = [{"role": "user", "content": "hi"}]
TOOL = {"type": "function", "function": {"name": "look_up"}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": "{}"}}
ASKS = {"role": "assistant", "content": None, "tool_calls": [CALL]}


def on_models(bench: Any, **body: Any) -> Any:
    return bench.reply("/models/chat/completions", {"model": "chat", "messages": HI, **body})


def on_openai(bench: Any, **body: Any) -> Any:
    return bench.reply("/openai/v1/chat/completions", {"model": "chat", "messages": HI, **body})


def on_serverless(bench: Any, option: str | None = None, **body: Any) -> Any:
    headers = {"authorization": f"Bearer {bench.serverless.keys[0]}"}
    if option is not None:
        headers["extra-parameters"] = option
    return bench.reply("/chat/completions", {"messages": HI, **body}, headers=headers)


@pytest.mark.parametrize(
    "messages",
    [
        None,
        [],
        "hi",
        ["hi"],
        [{}],
        [{"role": "wizard", "content": "hi"}],
        [{"role": "user"}],
        [{"role": "user", "content": 7}],
        [{"role": "user", "content": [{"type": "smell"}]}],
        [{"role": "user", "content": ["hi"]}],
        [{"role": "user", "content": [{"type": "text", "text": 1}]}],
        [{"role": "user", "content": [{"type": "image_url", "image_url": "x"}]}],
        [{"role": "tool", "content": "x"}],
        [{"role": "tool", "content": "x", "tool_call_id": "nobody"}],
        [ASKS],
        [ASKS, *HI],
        [{"role": "assistant", "content": "x", "tool_calls": "call"}],
        [{"role": "assistant", "content": "x", "tool_calls": [{"id": "a"}]}],
        [{"role": "assistant", "content": "x", "tool_calls": [7]}],
    ],
)
def test_messages_that_make_no_sense_are_refused(bench: Any, messages: Any) -> None:
    reply = on_models(bench, messages=messages)
    assert reply.status == 422
    assert reply.body["detail"][0]["loc"][:2] == ["body", "messages"]
    assert on_openai(bench, messages=messages).status == 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 1.5),
        ("temperature", "hot"),
        ("temperature", True),
        ("temperature", float("nan")),
        ("top_p", -0.1),
        ("presence_penalty", 3),
        ("frequency_penalty", -3),
        ("max_tokens", -1),
        ("max_tokens", "many"),
        ("max_tokens", True),
        ("stop", []),
        ("stop", [1]),
        ("stop", ""),
        ("seed", 1.5),
        ("stream", "yes"),
        ("response_format", {"type": "xml"}),
        ("response_format", {}),
        ("response_format", 7),
        ("response_format", {"type": "json_schema"}),
        ("response_format", {"type": "json_schema", "json_schema": {"name": "x" * 65, "schema": {}}}),
        ("response_format", {"type": "json_schema", "json_schema": {"name": "x"}}),
        ("tools", []),
        ("tools", [{"type": "function"}]),
        ("tools", ["look_up"]),
        ("tools", [{"type": "function", "function": {"name": "a", "parameters": [1]}}]),
        ("tool_choice", "auto"),
        ("model", 7),
    ],
)
def test_a_parameter_of_the_wrong_kind_or_range_is_refused_by_name(bench: Any, name: str, value: Any) -> None:
    reply = on_models(bench, **{name: value}) if name != "model" else on_serverless(bench, model=7)
    assert reply.status == 422
    assert reply.body["detail"][0]["loc"][1] == name


def test_the_openai_routes_refuse_with_the_name_in_param(bench: Any) -> None:
    reply = on_openai(bench, temperature=3)
    assert reply.status == 400
    assert reply.body["error"] == {
        "message": "temperature must be a number from 0 to 2",
        "type": "invalid_request_error",
        "param": "temperature",
        "code": None,
    }


def test_the_openai_routes_are_hotter(bench: Any) -> None:
    assert on_openai(bench, temperature=1.5).status == 200


def test_a_body_that_is_no_object_is_refused(bench: Any) -> None:
    assert bench.reply("/chat/completions", ["hi"]).status == 422
    assert bench.reply("/models/embeddings", ["hi"]).status == 400


@pytest.mark.parametrize("option", [None, "error"])
def test_extra_parameters_are_refused_in_the_flat_form(bench: Any, option: str | None) -> None:
    reply = on_serverless(bench, option, n=2, stream_options={})
    names = ["n", "stream_options"]
    text = f"Extra parameters {names} are not allowed when extra-parameters is not set or set to be 'error'."
    assert (reply.status, reply.body) == (400, {"detail": text})


@pytest.mark.parametrize("option", ["drop", "pass-through"])
def test_extra_parameters_may_be_dropped_or_passed(bench: Any, option: str) -> None:
    assert on_serverless(bench, option, safe_mode=True).status == 200


def test_an_unknown_option_for_extra_parameters_is_named(bench: Any) -> None:
    reply = on_serverless(bench, "ignore")
    text = "Unexpected EXTRA_PARAMETERS option ignore, expected options are ['error', 'drop', 'pass-through']"
    assert (reply.status, reply.body) == (400, {"detail": text})


def test_the_openai_routes_refuse_what_they_do_not_know(bench: Any) -> None:
    reply = on_openai(bench, magic=1)
    assert reply.body["error"]["message"] == "Unrecognized request argument supplied: magic"


def test_several_choices_are_not_supported(bench: Any) -> None:
    assert on_serverless(bench, "pass-through", n=2).body["code"] == "parameter_not_supported"
    assert on_openai(bench, n=1).status == 200


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("tools", [TOOL], "tools"),
        ("response_format", {"type": "json_object"}, "json_object"),
        ("response_format", {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}, "json_schema"),
    ],
)
def test_what_a_reasoning_model_cannot_do_is_422_in_the_documented_form(
    bench: Any, name: str, value: Any, told: str
) -> None:
    reply = on_serverless(bench, **{name: value})
    assert reply.status == 422
    assert reply.body == {
        "status": 422,
        "code": "parameter_not_supported",
        "detail": {"loc": ["body", name], "input": told},
        "message": "One of the parameters contain invalid values.",
    }


def test_json_mode_on_the_openai_routes_wants_the_word_json(bench: Any) -> None:
    reply = on_openai(bench, response_format={"type": "json_object"})
    assert "must contain the word 'json'" in reply.body["error"]["message"]


def test_stream_options_must_be_an_object(bench: Any) -> None:
    assert on_openai(bench, stream_options="usage").status == 400


def test_a_tool_choice_must_be_one_of_the_tools(bench: Any) -> None:
    other = {"type": "function", "function": {"name": "other"}}
    assert on_models(bench, tools=[TOOL], tool_choice=other).status == 422
    assert on_models(bench, tools=[TOOL], tool_choice="sometimes").status == 422


def test_audio_is_not_modelled(bench: Any) -> None:
    messages = [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]
    assert on_models(bench, messages=messages).status == 501


def test_only_users_show_images(bench: Any) -> None:
    item = {"type": "image_url", "image_url": {"url": "data:image/gif;base64,R0lGODlhAQABAAAAACw="}}
    messages = [{"role": "system", "content": [item]}]
    assert on_models(bench, messages=messages).status == 422


def test_a_prompt_beyond_the_context_is_refused(bench_with: Any) -> None:
    bench = bench_with(models={"deepseek-v3.2": {"context_tokens": 5}})
    reply = bench.chat("one two three four five six")
    assert (reply.status, reply.body["error"]["code"]) == (400, "context_length_exceeded")


@pytest.mark.parametrize("limit", [0, 1, 3, 5, 28, 29])
def test_max_tokens_cuts_and_says_so(bench: Any, limit: int) -> None:
    for path in ("/chat/completions", "/openai/v1/chat/completions"):
        body = bench.chat("What is 7*6?", path=path, model="r1", max_tokens=limit).body
        whole = limit >= 28
        assert body["choices"][0]["finish_reason"] == ("stop" if whole else "length")
        assert body["usage"]["completion_tokens"] == min(limit, 28)


def test_a_limit_drops_a_tool_call_that_does_not_fit(bench: Any) -> None:
    choice = on_models(bench, tools=[TOOL], tool_choice="required", max_tokens=1).body["choices"][0]
    assert (choice["finish_reason"], choice["message"]["tool_calls"]) == ("length", None)


def test_a_stop_sequence_ends_the_answer_and_spares_the_thinking(bench: Any) -> None:
    assert bench.answer("Count to 9", stop=[", 4", "7"]) == "1, 2, 3"
    assert bench.thoughtful("Count to 9", stop="4").endswith("1, 2, 3, ")


def test_max_completion_tokens_is_the_limit_of_the_openai_routes(bench: Any) -> None:
    assert on_openai(bench, max_completion_tokens=1).body["choices"][0]["finish_reason"] == "length"
