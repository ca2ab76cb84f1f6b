"""Answers put together from bodies and chunks, sound ones and others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.inference.ticking import Ticking

from azserve.inference.answers import StreamedAnswer, info_of, rate_limit_headers, request_id, usage_of, whole_answer
from azserve.model.chat import AnswerDelta, ChatAnswer, ThinkingDelta, Timings, Usage

USAGE = {"prompt_tokens": 11, "completion_tokens": 886, "total_tokens": 897}
CONTENT = "<think>\nOkay.\n</think>\n\nAbout 7,000."


def body(message: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {
        "model": "DeepSeek-R1",
        "choices": [{"message": message, "finish_reason": "stop"}],
        "usage": USAGE,
        **others,
    }


def chunk(delta: Any, finish: str | None = None, **others: Any) -> dict[str, Any]:
    return {"model": "DeepSeek-R1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **others}


def whole(found: dict[str, Any], headers: dict[str, str] | None = None) -> ChatAnswer:
    return whole_answer(found, headers or {}, Timings(total_s=1.0))


def streamed(*chunks: dict[str, Any], done: bool = True) -> ChatAnswer:
    answer = StreamedAnswer(Ticking().elapsed_s, 0.0)
    for each in chunks:
        answer.take(each)
    return answer.end(done=done, headers={})[1]


def test_an_answer_has_its_thinking_apart_and_its_tokens_counted() -> None:
    answer = whole(body({"role": "assistant", "content": CONTENT}))

    assert (answer.thinking, answer.answer) == ("Okay.", "About 7,000.")
    assert (answer.model, answer.finish_reason, answer.usage) == ("DeepSeek-R1", "stop", Usage(11, 886, 897))


def test_reasoning_content_is_the_thinking_of_the_openai_routes() -> None:
    answer = whole(body({"reasoning_content": "Okay.\n", "content": "About 7,000."}))

    assert (answer.thinking, answer.answer) == ("Okay.", "About 7,000.")


def test_headers_of_limits_and_the_request_are_kept_and_no_others() -> None:
    headers = {"x-ratelimit-remaining-tokens": "-1", "retry-after": "2", "set-cookie": "x", "apim-request-id": "a1"}

    answer = whole(body({"content": "x"}), headers)

    assert answer.headers == {"x-ratelimit-remaining-tokens": "-1", "retry-after": "2"}
    assert answer.request_id == "a1"
    assert rate_limit_headers({}) == {}
    assert request_id({}) is None


@pytest.mark.parametrize(
    "usage",
    [None, [], "many", {}, {"prompt_tokens": 1}, {"prompt_tokens": 1, "completion_tokens": None, "total_tokens": 1},
     {"prompt_tokens": 1.5, "completion_tokens": 1, "total_tokens": 2}],
)  # fmt: skip
def test_usage_that_is_none_is_not_made_up(usage: object) -> None:
    assert usage_of({"usage": usage}) is None


def test_a_tool_call_comes_with_its_arguments_as_text() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "get_flight_info", "arguments": '{"a": 1}'}}

    answer = whole(body({"content": None, "tool_calls": [call]}))

    assert answer.tool_calls == (call,)


def test_two_calls_without_an_index_stay_two() -> None:
    calls = [{"id": f"c{n}", "function": {"name": f"f{n}", "arguments": "{}"}} for n in (1, 2)]

    assert [call["id"] for call in whole(body({"tool_calls": calls})).tool_calls] == ["c1", "c2"]


def test_chunks_make_the_same_answer_as_the_whole_body() -> None:
    chunks = [chunk({"role": "assistant", "content": ""})]
    chunks += [
        chunk({"role": None, "content": piece}, usage=None) for piece in ("<th", "ink>\nOk", "ay.\n</thi", "nk>")
    ]
    chunks += [chunk({"content": "\n\nAbout 7,000."}, finish=""), chunk({"content": ""}, "stop", usage=USAGE)]

    answer, same = streamed(*chunks), whole(body({"content": CONTENT}))

    assert (answer.thinking, answer.answer) == (same.thinking, same.answer)
    assert (answer.model, answer.finish_reason, answer.usage) == (same.model, same.finish_reason, same.usage)
    assert (answer.chunks, answer.done) == (7, True)


def test_usage_may_come_on_a_chunk_without_choices() -> None:
    answer = streamed(chunk({"content": "x"}), {"choices": [], "usage": USAGE})

    assert (answer.usage, answer.chunks) == (Usage(11, 886, 897), 1)


def test_a_streamed_call_is_put_together_by_its_index() -> None:
    def part(index: int, **function: str) -> dict[str, Any]:
        return chunk({"tool_calls": [{"index": index, "function": function}]})

    first = chunk({"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "f", "arguments": ""}}]})
    second = chunk({"tool_calls": [{"index": 1, "id": "c2", "function": {"name": "g", "arguments": ""}}]})

    answer = streamed(first, second, part(0, arguments='{"a"'), part(1, arguments="{}"), part(0, arguments=": 1}"))

    assert [call["function"] for call in answer.tool_calls] == [
        {"name": "f", "arguments": '{"a": 1}'},
        {"name": "g", "arguments": "{}"},
    ]


def test_times_are_those_of_the_first_token_the_first_visible_answer_and_the_end() -> None:
    clock = Ticking()
    answer = StreamedAnswer(clock.elapsed_s, 0.5)
    deltas = []
    for at_s, content in (
        (1.0, ""),
        (2.0, "<think>"),
        (3.0, "Hm."),
        (4.0, "</think>\n"),
        (5.0, "7,000"),
        (6.0, " or so"),
    ):
        clock.now_s = at_s
        deltas += answer.take(chunk({"content": content}))
    clock.now_s = 7.0
    last, whole = answer.end(done=True, headers={})

    assert whole.timings == Timings(first_byte_s=0.5, first_token_s=2.0, first_answer_s=5.0, total_s=7.0)
    assert deltas + last == [ThinkingDelta("Hm."), AnswerDelta("7,000"), AnswerDelta(" or so")]


def test_what_was_held_back_is_given_out_at_the_end() -> None:
    answer = StreamedAnswer(Ticking().elapsed_s, 0.0)

    assert answer.take(chunk({"content": "<thi"})) == []
    assert answer.end(done=False, headers={})[0] == [AnswerDelta("<thi")]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "delta", "message", "content", "tool_calls", "function", "index", "usage", "name"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values, json_values)
def test_no_json_breaks_the_putting_together(first: Any, second: Any) -> None:
    garbage = {
        "choices": [{"message": first, "delta": second, "finish_reason": first}],
        "usage": second,
        "model": first,
    }

    assert isinstance(whole(garbage).answer, str)
    assert isinstance(streamed(garbage, {"choices": first}, {"choices": [second]}).answer, str)


def test_info_leaves_empty_what_it_is_not_told() -> None:
    info = info_of({"model_name": "DeepSeek-R1", "model_type": None, "model_provider_name": 7})

    assert (info.model_name, info.model_type, info.model_provider_name, info.source) == ("DeepSeek-R1", "", "", "/info")
