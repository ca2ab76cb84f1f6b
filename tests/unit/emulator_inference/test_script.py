from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azserve.emulator.inference.messages import Turn
from azserve.emulator.inference.parameters import Tool
from azserve.emulator.inference.script.arithmetic import find_sum
from azserve.emulator.inference.script.talk import talk
from azserve.emulator.inference.script.tools import arguments, choose, weave


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Reply with the word pong", "pong"),
        ("Reply with the single word pong.", "pong"),
        ("Say exactly: hello world", "hello world"),
        ("Say 'azserve-ok' and nothing else", "azserve-ok"),
        ("Respond with only the word OK.", "OK"),
        ("Reply with exactly one word: ready", "ready"),
        ("Repeat after me: one\ntwo", "one\ntwo"),
        ("What is the capital of France?", "The capital of France is Paris."),
        ("Capital of the United Kingdom, please", "The capital of the United Kingdom is London."),
        ("Count to 4", "1, 2, 3, 4"),
        ("Hello!", "Hello! How can I help you today?"),
        ("What is 7*6?", "7*6 = 42"),
        ("What is 12 divided by 5?", "12 / 5 = 2.4"),
        ("How much is 3 times (4 plus 5)?", "3 * (4 + 5) = 27"),
        ("What did I say first?", "You have not said anything before this."),
    ],
)
def test_small_talk(said: str, answer: str) -> None:
    assert talk([Turn("user", said)]).answer == answer


@pytest.mark.parametrize(
    "said",
    [
        "",
        "What is the capital of Atlantis?",
        "Count to 999999",
        "Explain 1/0",
        "Answer the phone",
        "On 2026-01-31 it was",
    ],
)
def test_what_is_not_in_the_script_gets_an_honest_answer(said: str) -> None:
    assert "scripted model" in talk([Turn("user", said)]).answer


def test_a_long_question_is_quoted_in_part() -> None:
    assert talk([Turn("user", "why " * 400)]).answer.endswith("…”")


@pytest.mark.parametrize(
    ("earlier", "asked", "answer"),
    [
        (["Hi, my name is Ada."], "What is my name?", "Your name is Ada."),
        (["Hi"], "What is my name?", "You have not told me your name."),
        (["The secret word is plum", "Hello"], "What is the secret word?", "The secret word is plum."),
        (["Remember the number 42"], "Which number did you get?", "The number is 42."),
        (["I like trains", "And boats"], "What did I say first?", "You said: “I like trains”"),
        (["I like trains", "And boats"], "What was my last message?", "You said: “And boats”"),
    ],
)
def test_earlier_turns_are_remembered(earlier: list[str], asked: str, answer: str) -> None:
    turns = [turn for said in earlier for turn in (Turn("user", said), Turn("assistant", "Noted."))]
    assert talk([*turns, Turn("user", asked)]).answer == answer


def test_a_word_that_was_never_told_is_not_made_up() -> None:
    turns = [Turn("user", "Hello"), Turn("assistant", "Hi"), Turn("user", "What is the secret word?")]
    assert "scripted model" in talk(turns).answer


@pytest.mark.parametrize(
    "text", ["2**100 + 1", "1 + (2", "5 % 0", "nothing", "(1 + 2", "9" * 200 + "+1", "10000000**3"]
)
def test_sums_that_make_no_sense_are_left_alone(text: str) -> None:
    assert find_sum(text) is None


@pytest.mark.parametrize(
    ("text", "result"),
    [("2**10", "1024"), ("-3 + 5", "2"), ("1,000 + 1", "1001"), ("6 × 7", "42"), ("3 x 3", "9"), ("7 % 4 - 1", "2")],
)
def test_sums_are_worked_out_exactly(text: str, result: str) -> None:
    found = find_sum(text)
    assert found is not None
    assert found[1] == result


@given(st.integers(-(10**6), 10**6), st.integers(0, 10**6), st.sampled_from("+-*"))
def test_any_sum_of_two_is_right(left: int, right: int, sign: str) -> None:
    found = find_sum(f"What is {left} {sign} {right}?")
    expected = {"+": left + right, "-": left - right, "*": left * right}[sign]
    assert found is not None
    assert found[1] == str(expected)


WEATHER = Tool(
    "get_weather",
    "Tells the weather of a city",
    {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}},
        "required": ["city"],
    },
)
SUMS = Tool(
    "calculate", "Works out sums", {"properties": {"expression": {"type": "string"}}, "required": ["expression"]}
)


@pytest.mark.parametrize(
    ("choice", "said", "name"),
    [
        ("auto", "How is the weather in Rome?", "get_weather"),
        ("auto", "Please calculate 2+2", "calculate"),
        ("auto", "Tell me a joke", None),
        ("none", "How is the weather in Rome?", None),
        ("required", "Tell me a joke", "get_weather"),
        (":calculate", "How is the weather in Rome?", "calculate"),
    ],
)
def test_a_tool_is_chosen_by_what_was_said(choice: str, said: str, name: str | None) -> None:
    found = choose([WEATHER, SUMS], choice, said)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Weather in New York in fahrenheit?", {"city": "New York", "unit": "fahrenheit"}),
        ("What about Paris?", {"city": "Paris"}),
        ("the weather please", {"city": "example"}),
    ],
)
def test_arguments_come_out_of_the_text(said: str, found: dict[str, Any]) -> None:
    assert json.loads(arguments(WEATHER, said)) == found


def test_arguments_of_every_type_are_found() -> None:
    members = {
        "expression": {"type": "string"},
        "nights": {"type": "integer"},
        "day": {"type": "string", "format": "date"},
        "query": {"type": "string"},
        "breakfast": {"type": "boolean"},
    }
    tool = Tool("book", "", {"type": "object", "properties": members, "required": list(members)})
    said = "Book 3 nights from 2026-05-01, and work out 20 + 22"
    assert json.loads(arguments(tool, said)) == {
        "expression": "20 + 22",
        "nights": 3,
        "day": "2026-05-01",
        "query": said,
        "breakfast": True,
    }


def test_a_quoted_text_is_an_argument() -> None:
    tool = Tool("find", "", {"properties": {"title": {"type": "string"}}, "required": ["title"]})
    assert json.loads(arguments(tool, 'Find "Solaris" for me')) == {"title": "Solaris"}


def test_a_tool_without_parameters_gets_none() -> None:
    assert arguments(Tool("now", "", {}), "what time is it") == "{}"


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("sunny", "sunny"),
        ('{"info": "no flights"}', "no flights"),
        ('{"sky": "clear", "wind": 3}', "sky is clear; wind is 3"),
        ('[1, "two"]', "1, two"),
        ('{"a": {"b": {"c": {"d": {"e": 1}}}}}', '{"e": 1}'),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_a_tools_result_is_put_in_words(result: str, words: str) -> None:
    assert weave([Turn("user", "?"), Turn("tool", result, tool_call_id="x")]) == f"According to `the tool`: {words}"


def test_json_and_schemas_carry_the_answer(bench: Any) -> None:
    schema = {
        "type": "object",
        "properties": {"answer": {"type": "string"}, "value": {"type": "integer"}, "city": {"enum": ["Rome", "Oslo"]}},
        "required": ["answer", "value", "city"],
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "sum", "schema": schema, "strict": True}}
    found = json.loads(bench.answer("In Oslo, what is 40+2?", response_format=wanted))
    assert found == {"answer": "40+2 = 42", "value": 42, "city": "Oslo"}


def test_json_mode_without_a_shown_form_has_one_member(bench: Any) -> None:
    found = json.loads(bench.answer("As json: what is 1+1?", response_format={"type": "json_object"}))
    assert found == {"answer": "1+1 = 2"}


def test_a_schema_that_nothing_can_obey_is_not_modelled(bench: Any) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"$ref": "#/nowhere"}}}
    assert bench.chat("json", response_format=wanted).status == 501


def test_greetings_need_no_thinking(bench: Any) -> None:
    assert bench.thoughtful("hello") == "Hello! How can I help you today?"


@pytest.mark.parametrize(
    "said", ["1" + " " * 200_000, "what " * 40_000, "say " * 40_000, "a" * 200_000, "{" + "a" * 200_000 + "}"]
)
def test_very_long_texts_are_answered(bench: Any, said: str) -> None:
    assert bench.chat(said).status in (200, 400, 429)
