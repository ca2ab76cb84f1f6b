"""How a value becomes text of ARM JSON or of Bicep without ever becoming more than a value.

Each function takes something from the outside and returns `Rendered`, the only kind of text that a template may
print. Everything a configuration holds is treated as hostile: what looks like an expression, an interpolation, a
comment or an end of string arrives in Azure as the characters it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring as _quoted
from typing import Final, final

from azserve.errors import ConfigurationError
from azserve.model.json import JsonValue

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_BICEP_ESCAPES: Final = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "${": "\\${"}
_BICEP_LITERALS: Final = frozenset({"true", "false", "null"})
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""What a reviewer cannot see, or what turns a line round: always written as an escape.

Listed rather than asked of `unicodedata`, whose answer changes with the Python that renders.
"""
_UNSEEN_IN_JSON: Final = re.compile(_UNSEEN.pattern.replace("\x00-\x1f", ""))
"""JSON escapes the first thirty-two by itself; a newline that is left belongs to the layout."""
_ON_ONE_LINE: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_BICEP_SPECIAL: Final = re.compile(rf"\$\{{|[\\\\']|(?<!:)/(?=[/*])|{_UNSEEN.pattern}")
"""Also what opens a comment outside a string, for readers less exact than the compiler: tree-sitter's Bicep grammar
takes `'// x'` for a comment (version 1.1.0). The `//` of an address is told by its colon and stays readable."""
_PLAIN: Final = re.compile(r"[A-Za-z0-9 ._:-]*")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@final
class Rendered(str):
    """Text that went through a filter and may be printed as it stands."""

    __slots__ = ()


class Unrenderable(ConfigurationError):
    """A value has no form in the language that it should be written in."""

    default_code = "unrenderable"


def is_expression(text: str) -> bool:
    """Whether ARM takes a string for an expression or for an escaped literal: `[…]`, `[[…]`.

    A string that opens with a bracket and does not end with one is plain text to ARM.
    """
    return text.startswith("[") and text.endswith("]")


def arm_escaped(value: JsonValue) -> JsonValue:
    """Return the value with every string, property names included, kept from being read as an expression."""
    if isinstance(value, str):
        return f"[{value}" if is_expression(value) else str(value)
    if isinstance(value, Mapping):
        return {str(arm_escaped(key)): arm_escaped(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [arm_escaped(item) for item in value]
    return value


def arm(value: JsonValue) -> Rendered:
    """Write a value as an ARM JSON literal, quotes included."""
    if type(value) is str and value.isascii() and value.isprintable() and not value.startswith("["):
        return Rendered(_quoted(value))  # nearly every value there is
    return Rendered(json_text(arm_escaped(value), indent=False))


@dataclass(frozen=True, slots=True)
class Printed:
    """A part of a larger value that `json_text` printed before, to be moved in instead of printed again."""

    value: object
    text: str


def json_text(value: JsonValue, *, indent: bool = True, part: Printed | None = None) -> str:
    """Write JSON the same on every platform: order kept, non-ASCII as is, what cannot be seen as `\\uXXXX`.

    Raises Unrenderable for a lone surrogate and for numbers that JSON has no form for.
    """
    try:
        text = _on_lines(value, "\n", part) if indent else _ON_ONE_LINE.encode(value)
    except ValueError as error:
        raise Unrenderable(f"a number has no JSON form: {error}", hint="use a finite number") from error
    if text.isascii() and "\x7f" not in text:
        return text  # nothing to escape, nothing to refuse
    return _UNSEEN_IN_JSON.sub(_json_escape, _whole(text))


def _on_lines(value: JsonValue, end: str, part: Printed | None) -> str:
    """Write what `json.dumps(value, indent=2)` writes, `end` being a newline with the indent so far.

    The standard encoder leaves its C code as soon as it indents, which was the largest part of a render.
    """
    if isinstance(value, str):
        return _quoted(value)
    if part is not None and value is part.value:
        return part.text.replace("\n", end)  # no line ends inside a string
    inner = f"{end}  "
    if isinstance(value, dict):
        members = [f"{_quoted(name)}: {_on_lines(item, inner, part)}" for name, item in value.items()]
        return f"{{{inner}{f',{inner}'.join(members)}{end}}}" if members else "{}"
    if isinstance(value, list | tuple):
        items = [_on_lines(item, inner, part) for item in value]
        return f"[{inner}{f',{inner}'.join(items)}{end}]" if items else "[]"
    return _ON_ONE_LINE.encode(value)


def _json_escape(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]


def _whole(text: str) -> str:
    """Return the text; raises Unrenderable where half a character is in it."""
    if half := _SURROGATE.search(text):
        raise Unrenderable(
            f"half a character, U+{ord(half[0]):04X}, has no form in a file",
            hint="a value of the configuration holds a lone surrogate: write the whole character",
        )
    return text


def bicep(value: JsonValue, indent: int = 0) -> Rendered:
    """Write a value as a Bicep literal; `indent` is the column of the line that it starts on."""
    return Rendered(_bicep(value, indent))


def _bicep(value: JsonValue, indent: int) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"json({bicep_string(json_text(value))})"  # Bicep has no literal for a fraction
    if isinstance(value, str):
        return bicep_string(value)
    if isinstance(value, Mapping):
        lines = [f"{_bicep_key(str(key))}: {_bicep(item, indent + 2)}" for key, item in value.items()]
        return _bicep_block("{", lines, "}", indent)
    return _bicep_block("[", [_bicep(item, indent + 2) for item in value], "]", indent)


def _bicep_block(start: str, lines: Sequence[str], end: str, indent: int) -> str:
    if not lines:
        return start + end
    inner = "".join(f"{' ' * (indent + 2)}{line}\n" for line in lines)
    return f"{start}\n{inner}{' ' * indent}{end}"


def _bicep_key(name: str) -> str:
    return name if _IDENTIFIER.match(name) and name not in _BICEP_LITERALS else bicep_string(name)


def bicep_string(text: str) -> str:
    """Write text as a single-quoted Bicep string: no interpolation, no raw newline, nothing unseen."""
    if _PLAIN.fullmatch(text):
        return f"'{text}'"  # nearly every value there is
    return f"'{_BICEP_SPECIAL.sub(_bicep_escape, _whole(text))}'"


def _bicep_escape(match: re.Match[str]) -> str:
    found = match[0]
    return _BICEP_ESCAPES.get(found) or f"\\u{{{ord(found):x}}}"


def comment(text: str) -> Rendered:
    """Write text for the rest of a `//` comment line: one line, nothing unseen."""
    return Rendered(_UNSEEN.sub(" ", _whole(text)))


def visible(text: str) -> str:
    """Return somebody else's text for a terminal, with what cannot be seen as `\\uXXXX`."""
    return _UNSEEN.sub(_json_escape, text)


def identifier(text: str) -> Rendered:
    """Let through a symbolic name or the name of a variable; both are made by azserve, never by the user."""
    if not _IDENTIFIER.match(text):
        raise Unrenderable(f"`{text}` is no identifier", hint="symbolic names are letters, digits and underscores")
    return Rendered(text)
