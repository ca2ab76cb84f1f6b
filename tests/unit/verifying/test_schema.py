"""JSON against a schema, as far as structured outputs know schemas."""

from __future__ import annotations

from typing import Any

import pytest

from azserve.verifying.schema import Schema

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 1}, "age": {"type": ["integer", "null"], "minimum": 0}},
    "required": ["name"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("raw", "value", "complaint"),
    [
        (PERSON, {"name": "Ada", "age": 36}, None),
        (PERSON, {"name": "Ada", "age": None}, None),
        (PERSON, [], "it is no object"),
        (PERSON, {}, "it has no `name`"),
        (PERSON, {"name": ""}, "`name`, by its length, is less than 1"),
        (PERSON, {"name": "Ada", "age": -1}, "`age` is less than 0"),
        (PERSON, {"name": "Ada", "age": 1.5}, "`age` is no integer or null"),
        (PERSON, {"name": "Ada", "x": 1}, "it has a member `x` that is not allowed"),
        ({"type": "integer"}, True, "it is no integer"),
        ({"type": "integer"}, 3.0, None),
        ({"type": "number", "maximum": 2}, 3, "it is more than 2"),
        ({"enum": ["a", "b"]}, "c", "it is none of the values allowed"),
        ({"const": 1}, 2, "it is not the value asked for"),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 2}, ["a", 1], "an item of it is no string"),
        ({"type": "array", "maxItems": 1}, [1, 2], "it, by its items, is more than 1"),
        ({"type": "string", "pattern": "^a"}, "b", "it does not match `^a`"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, 1, "it fits none of the schemas allowed"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, None, None),
        ({"additionalProperties": {"type": "string"}}, {"a": 1}, "`a` is no string"),
    ],
)
def test_a_value_obeys_or_says_where_not(raw: dict[str, Any], value: object, complaint: str | None) -> None:
    assert Schema(raw).complaint(value) == complaint


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"oneOf": []}, "keyword `oneOf` is not understood"),
        ({"properties": {"a": {"$ref": "#"}}}, "keyword `\\$ref` is not understood"),
        ({"type": "date"}, "type `date` is none"),
        ([], "a schema must be an object"),
    ],
)
def test_a_schema_that_would_not_be_checked_whole_is_refused(raw: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Schema(raw)
