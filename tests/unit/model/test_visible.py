"""Somebody else's text on a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azserve.model.visible import UNSEEN, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\u001b[2J"),
        ("\x9b2J", "\\u009b2J"),
        ("\x1b]0;title\x07", "\\u001b]0;title\\u0007"),
        ("a\u202eb", "a\\u202eb"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("\u200b\ufeff\x7f\x08", "\\u200b\\ufeff\\u007f\\u0008"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_cannot_be_seen_is_spelled(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["a\tb\nc", "👨\u200d👩\u200d👧 ❤\ufe0f", "می\u200cخواهم", "日本語 – “é”", "\\u202e"])
def test_what_can_be_seen_stays(text: str) -> None:
    assert visible(text) == text


def test_a_carriage_return_cannot_write_over_a_line() -> None:
    assert visible("safe\revil\r\n") == "safeevil\n"


@given(st.text())
def test_nothing_unseen_is_left(text: str) -> None:
    assert not UNSEEN.search(visible(text))
    assert "\r" not in visible(text)
