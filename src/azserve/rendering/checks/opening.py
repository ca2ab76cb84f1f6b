"""A file of anyone's as JSON, as ARM takes it: with comments, and with strings of several lines."""

from __future__ import annotations

import json
import re
from typing import Final, NoReturn

from azserve.model.json import JsonValue

_STRING_OR_COMMENT: Final = re.compile(
    r'"(?:[^"\\]|\\.)*(?:"|\Z)|(?P<comment>//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z))', re.DOTALL
)
"""What is never closed goes on to the end, so that no text is read again for each beginning in it."""


def open_json(text: str | bytes) -> JsonValue:
    """Return what a file holds; raises ValueError, or RecursionError where it is nested too deep."""
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text))
    try:
        return _loaded(text)
    except ValueError:
        bare = _STRING_OR_COMMENT.sub(_blank, text)
        if bare == text:
            raise
    return _loaded(bare)


def _loaded(text: str) -> JsonValue:
    found: JsonValue = json.loads(text, strict=False, parse_constant=_no_number)
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"`{text}` is no number in JSON")


def _blank(found: re.Match[str]) -> str:
    """Leave the lines of a comment, so that a complaint still names the right one."""
    return re.sub(r"[^\n]", " ", found[0]) if found["comment"] is not None else found[0]
