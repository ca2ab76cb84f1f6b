"""Values become text of either language and stay values."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azserve.model.json import JsonObject, JsonValue
from azserve.rendering.escaping import (
    Printed,
    Unrenderable,
    arm,
    arm_escaped,
    bicep,
    bicep_string,
    comment,
    identifier,
    json_text,
)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("[concat('x')]", "[[concat('x')]"),
        ("[[x]", "[[[x]"),
        ("[]", "[[]"),
        ("[x", "[x"),
        ("x]", "x]"),
        ("[", "["),
    ],
)
def test_arm_keeps_a_bracketed_text_from_being_an_expression(text: str, written: str) -> None:
    assert json.loads(arm(text)) == written


def test_arm_escapes_property_names_and_nested_values() -> None:
    assert json.loads(arm({"[k]": [{"a": "[v]"}, 1, None, True]})) == {"[[k]": [{"a": "[[v]"}, 1, None, True]}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("it's", r"'it\'s'"),
        ("${x}", r"'\${x}'"),
        ("$${x}", r"'$\${x}'"),
        ("$x", "'$x'"),
        ("a\\b", r"'a\\b'"),
        ("a\r\n\tb", r"'a\r\n\tb'"),
        ("\x00\u202e", r"'\u{0}\u{202e}'"),
        ("ä😀", "'ä😀'"),
        ("// x", r"'\u{2f}/ x'"),
        ("/* x", r"'\u{2f}* x'"),
        ("https://x", "'https://x'"),
    ],
)
def test_bicep_writes_text_as_one_line_without_interpolation(text: str, written: str) -> None:
    assert bicep_string(text) == written


def test_bicep_writes_nested_values_on_lines_of_their_own() -> None:
    value: JsonObject = {"plain_1": [1, None, False], "with-dash": {}, "true": [], "f": 1.5}

    assert bicep(value, 2) == (
        "{\n    plain_1: [\n      1\n      null\n      false\n    ]\n    'with-dash': {}\n    'true': []\n"
        "    f: json('1.5')\n  }"
    )


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_text_is_json_and_shows_all_that_it_holds(text: str) -> None:
    written = json_text({text: [text]})

    assert json.loads(written) == {text: [text]}
    assert not {"\u202e", "\u2028", "\ufeff", "\x7f"} & set(written)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_comment_stays_on_its_line(text: str) -> None:
    assert len(comment(text).splitlines()) <= 1


@pytest.mark.parametrize("write", [arm, bicep, comment])
def test_half_a_character_is_refused(write: type) -> None:
    with pytest.raises(Unrenderable, match=r"half a character, U\+D800"):
        write("x\ud800")


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_number_that_json_cannot_hold_is_refused(number: float) -> None:
    with pytest.raises(Unrenderable, match="no JSON form"):
        bicep(number)


@pytest.mark.parametrize("text", ["", "1a", "a-b", "a b", "a'", "a\n"])
def test_only_an_identifier_can_be_a_symbol(text: str) -> None:
    with pytest.raises(Unrenderable, match="no identifier"):
        identifier(text)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text('ab"\\\né\x7f'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab"\u2028', max_size=3), inner, max_size=3),
    max_leaves=20,
)


@given(JSON)
def test_json_on_lines_is_what_the_standard_library_writes(value: JsonValue) -> None:
    standard = json.dumps(value, indent=2, ensure_ascii=False)

    assert json_text(value) == standard.replace("\x7f", "\\u007f").replace("\u2028", "\\u2028")


@given(JSON)
def test_a_part_that_was_printed_before_is_moved_in(value: JsonValue) -> None:
    whole: JsonObject = {"before": 1, "deep": [{"part": value}], "after": value}

    assert json_text(whole, part=Printed(value, json_text(value))) == json_text(whole)


@given(st.text(alphabet="ab'\\$[/{}: \n\x7fé"))
def test_the_short_way_for_plain_text_writes_what_the_long_way_does(text: str) -> None:
    assert arm(text) == json_text(arm_escaped(text), indent=False)
