"""Texts that ARM reads though they are not JSON, and that what is JSON means the same either way."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azserve.emulator.kernel.wire import ArmError
from azserve.emulator.reading import parse_json
from azserve.emulator.relaxed import parse_relaxed

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def _refuse(name: str) -> Any:
    raise ValueError(name)


def test_the_azure_clis_body_is_read() -> None:
    template = '{\r\n  // made by hand\r\n  "resources": [ /* none */ ],\r\n  "note": "two\r\nlines"\r\n}'
    body = f'{{"properties": {{"mode": "Incremental", template:{template}}}}}'

    assert parse_json(body.encode(), relaxed=True) == {
        "properties": {"mode": "Incremental", "template": {"resources": [], "note": "two\r\nlines"}}
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: 1}", {"a": 1}),
        ("{ $schema : 'x' }", {"$schema": "x"}),
        ("[1, 2,]", [1, 2]),
        ("{'a': [true, null,],}", {"a": [True, None]}),
        ("{\"a\": 1, // one\n}", {"a": 1}),
        ("/* a */ {} // b", {}),
        (r"'it\'s'", "it's"),
        (r"""'say "hi"'""", 'say "hi"'),
        (r"""'a \\"b'""", 'a \\"b'),
        ('["// no comment", "/* nor this */", "a, ]"]', ["// no comment", "/* nor this */", "a, ]"]),
        ("[-1.5e+3, 0]", [-1500.0, 0]),
    ],
)  # fmt: skip
def test_what_is_not_strict_is_read(text: str, value: Any) -> None:
    assert parse_json(text.encode(), relaxed=True) == value


@pytest.mark.parametrize(
    "text", ["{a 1}", "[1 2]", "[,]", "{,}", "[1,,]", "'", '"', "{a:}", "[NaN]", "/*", "/* {}", "{}}", "tru", "a: 1"]
)
def test_what_makes_no_sense_is_refused_with_arms_code(text: str) -> None:
    with pytest.raises(ArmError) as refused:
        parse_json(text.encode(), relaxed=True)

    assert refused.value.code == "InvalidRequestContent"


def test_a_data_plane_reads_strictly() -> None:
    with pytest.raises(ArmError, match="could not be deserialized"):
        parse_json(b"{a: 1}")


@given(VALUES)
def test_strict_json_means_the_same_when_read_relaxed(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=2, ensure_ascii=False)):
        assert parse_relaxed(text, _refuse) == value


@given(st.text(alphabet="{}[]:,'\"\\/*\n a1$-", max_size=40))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with suppress(ArmError):
        parse_json(text.encode(), relaxed=True)


@pytest.mark.parametrize("piece", ["/*", "'", '"', ",", "{a:", "//\n", "a ", "\\", '\\"', "\\'", "/*/"])
def test_a_long_hostile_text_is_read_in_one_go(piece: str) -> None:
    with pytest.raises((ValueError, RecursionError)):
        parse_relaxed(piece * 200_000, _refuse)
