from __future__ import annotations

import math
import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azserve.emulator.inference.parameters import Tool
from azserve.emulator.inference.script.pattern import Impossible, matching
from azserve.emulator.inference.script.schema import instance
from azserve.emulator.inference.script.tools import arguments

TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def obeys(value: Any, schema: dict[str, Any]) -> bool:
    """A second opinion, on the part of JSON Schema that the strategy below makes."""
    if "enum" in schema:
        return value in schema["enum"]
    kind = schema["type"]
    if not isinstance(value, TYPES[kind]) or (kind in ("integer", "number") and isinstance(value, bool)):
        return False
    match kind:
        case "object":
            members = schema["properties"]
            return set(schema["required"]) <= set(value) and all(
                obeys(one, members[name]) for name, one in value.items()
            )
        case "array":
            sized = schema["minItems"] <= len(value) <= schema["maxItems"]
            return sized and all(obeys(one, schema["items"]) for one in value)
        case "string":
            return bool(schema["minLength"] <= len(value) <= schema["maxLength"])
        case "integer" | "number":
            return bool(schema["minimum"] <= value <= schema["maximum"])
        case _:
            return True


def ranged(low: str, high: str, most: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(st.integers(0, most), st.integers(0, most)).map(lambda two: {low: min(two), high: max(two)})


leaves = st.one_of(
    ranged("minLength", "maxLength", 40).map(lambda more: {"type": "string", **more}),
    ranged("minimum", "maximum", 1000).map(lambda more: {"type": "integer", **more}),
    ranged("minimum", "maximum", 1000).map(lambda more: {"type": "number", **more}),
    st.just({"type": "boolean"}),
    st.just({"type": "null"}),
    st.lists(st.one_of(st.integers(), st.text(max_size=5)), min_size=1, max_size=4).map(lambda some: {"enum": some}),
)


def nested(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    members = st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=4)
    objects = members.map(lambda found: {"type": "object", "properties": found, "required": sorted(found)[::2]})
    arrays = st.tuples(inner, ranged("minItems", "maxItems", 4)).map(
        lambda two: {"type": "array", "items": two[0], **two[1]}
    )
    return st.one_of(objects, arrays)


@given(st.recursive(leaves, nested, max_leaves=12))
def test_an_instance_obeys_its_schema(schema: dict[str, Any]) -> None:
    assert obeys(instance(schema), schema)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"const": {"a": 1}}, {"a": 1}),
        (True, None),
        ({"type": ["null", "string"]}, "example"),
        ({"type": "null"}, None),
        ({"type": "integer", "exclusiveMinimum": 5, "multipleOf": 4}, 8),
        ({"type": "integer", "exclusiveMaximum": 0}, -1),
        ({"type": "number", "minimum": 2.5, "maximum": 2.75}, 2.5),
        ({"type": "string", "format": "email"}, "someone@example.com"),
        ({"type": "array", "items": {"enum": [1, 2]}, "minItems": 2, "uniqueItems": True}, [1, 2]),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True}, [1, 2, 3]),
        ({"type": "array", "items": {"type": "string"}, "minItems": 2, "uniqueItems": True}, ["example", "example1"]),
        ({"type": "array", "maxItems": 0}, []),
        ({"required": ["a"]}, {"a": "example"}),
        ({"items": {"type": "boolean"}}, [True]),
        (
            {"$defs": {"n": {"type": "integer"}}, "properties": {"a": {"$ref": "#/$defs/n"}}, "required": ["a"]},
            {"a": 1},
        ),
        (
            {"allOf": [{"required": ["a"]}, {"properties": {"a": {"type": "boolean"}}, "required": ["b"]}]},
            {"a": True, "b": "example"},
        ),
        ({"anyOf": [{"type": "string", "pattern": "(?=x)"}, {"type": "integer"}]}, 1),
        ({"anyOf": [False, True]}, None),
        ({"allOf": [True, {"type": "boolean"}]}, True),
        (
            {"properties": {"a": {"type": "null"}}, "allOf": [{"properties": {"b": {"type": "null"}}}]},
            {"a": None, "b": None},
        ),
        ({"type": "string", "pattern": "[0-9]{3}"}, "000"),
        ({"type": "integer", "maximum": 5, "multipleOf": 10}, 0),
    ],
)
def test_the_finer_points_of_schemas(schema: Any, value: Any) -> None:
    assert instance(schema) == value


def test_a_number_may_be_strictly_above() -> None:
    assert instance({"type": "number", "exclusiveMinimum": 5, "exclusiveMaximum": 6}) > 5


def test_a_schema_that_refers_to_itself_ends() -> None:
    node = {"type": "object", "properties": {"name": {"type": "string"}, "next": {"$ref": "#"}}, "required": ["name"]}
    assert instance(node)["next"]["next"]["next"] == {"name": "example"}


def test_an_optional_member_that_is_impossible_is_left_out() -> None:
    assert instance({"type": "object", "properties": {"a": False, "b": {"type": "null"}}}) == {"b": None}
    assert instance({"type": "array", "items": False}) == []


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"$ref": "https://example.com/x"},
        {"$ref": "#/$defs/gone"},
        {"$ref": "#"},
        {"properties": {"a": {"$ref": "#"}}, "required": ["a"]},
        {"type": "integer", "minimum": 5, "maximum": 4},
        {"type": "number", "minimum": 5, "maximum": 4},
        {"type": "array", "items": {"enum": [1]}, "minItems": 2, "uniqueItems": True},
        {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "uniqueItems": True},
        {"type": "array", "items": False, "minItems": 1},
        {"type": "array", "minItems": 10**9},
        {"type": "array", "minItems": 5000, "items": {"type": "array", "minItems": 10}},
        {"type": "string", "minLength": 10**9},
        {"type": "string", "pattern": "[0-9]{9}", "maxLength": 3},
        {"anyOf": [False, False]},
    ],
)
def test_what_cannot_be_obeyed_is_said_to_be_impossible(schema: Any) -> None:
    with pytest.raises(Impossible):
        instance(schema)


KEYWORDS = [
    "type",
    "properties",
    "required",
    "items",
    "minItems",
    "maxItems",
    "enum",
    "anyOf",
    "allOf",
    "$ref",
    "minLength",
]
KEYWORDS += ["maxLength", "pattern", "minimum", "maximum", "multipleOf", "exclusiveMinimum", "uniqueItems", "format"]
WORDS = ["object", "array", "string", "integer", "number", "#", "#/items", "a"]
anything: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.sampled_from(WORDS)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from([*KEYWORDS, "a"]), inner, max_size=5)
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from(KEYWORDS), anything, max_size=6))
def test_no_schema_breaks_the_maker(schema: dict[str, Any]) -> None:
    with suppress(Impossible):
        instance(schema)


@given(st.dictionaries(st.sampled_from(["properties", "required", "type", "enum"]), anything, max_size=4))
def test_no_tool_breaks_the_caller(parameters: dict[str, Any]) -> None:
    with suppress(Impossible):
        assert arguments(Tool("t", "", parameters), "from Oslo to Rome, 3 nights")


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{3}-\d{4}$",
        r"^(foo|bar)+\.txt$",
        r"^\w+@\w+\.(com|org)$",
        r"^[^a-z]\s?\S{2,}$",
        r"^(?:ab|cd){2}[\d_-]*$",
        r"^(?P<year>\d{4})-(?P<month>\d\d)$",
        r"^[\]\\a-c]+?$",
        r"^\D\W.\t$",
        r"^a{0,3}b{,2}c$",
        r"^[]x]$",
        "",
    ],
)
@pytest.mark.parametrize("least", [0, 3])
def test_a_text_is_made_that_the_pattern_matches(pattern: str, least: int) -> None:
    try:
        found = matching(pattern, least)
    except Impossible:
        assert least
        return
    assert re.search(pattern, found)
    assert len(found) >= least


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        ")",
        "[",
        "a{9999999}",
        "(?=x)",
        "(?!x)",
        r"(a)\1",
        r"\p{L}",
        "*",
        "(((((((((((((((((((((a",
        "a{x}",
        r"[\W]",
        "(?P>x)",
        "[^\x20-\x7e]",
        "(a{4000}){9}",
    ],
)
def test_what_is_not_read_is_impossible(pattern: str) -> None:
    with pytest.raises(Impossible):
        matching(pattern)


@given(st.text(alphabet=r"ab1\\[](){}|*+?^$.-,", max_size=12), st.integers(0, 4))
def test_no_pattern_breaks_the_reader(pattern: str, least: int) -> None:
    try:
        found = matching(pattern, least)
    except Impossible:
        return
    assert len(found) >= least


def test_infinity_is_no_answer() -> None:
    assert math.isfinite(instance({"type": "number", "minimum": -10}))
