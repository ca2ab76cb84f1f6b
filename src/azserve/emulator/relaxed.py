"""JSON as ARM reads it, which is more than the standard allows.

The Azure CLI sends template files as they are, comments and line breaks inside strings included, under a member
`template` that it does not quote. What is not strict JSON is rewritten into it here, in one pass over the text, and
then read by the standard library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json

inferred(
    "reading.relaxed",
    "ARM takes comments, trailing commas, single quotes, names without quotes and line breaks in strings",
    because="the Azure CLI (2.91) sends the first, the fourth and the last and says that the service reads them; the "
    "rest is what a parser that takes these takes too",
)

# Every alternative ends where it began or consumes to the end of the text, so that no input is read twice.
_TOKEN = re.compile(
    r"""
      (?P<blank>  \s++ | //[^\n]*+ | /\*(?:.*?\*/|.*) )
    | (?P<string> "(?:[^"\\]++|\\.)*+" )
    | (?P<single> '(?:[^'\\]++|\\.)*+' )
    | (?P<open>   ["'].* )
    | (?P<name>   [A-Za-z_$][\w$]*+ (?=\s*+:) )
    | (?P<word>   [\w$.+-]++ )
    | (?P<mark>   . )
    """,
    re.VERBOSE | re.DOTALL,
)


def parse_relaxed(text: str, refuse_constant: Callable[[str], Json]) -> Json:
    """Return the value of a text; ValueError or RecursionError as `json.loads` raises them.

    `refuse_constant` is called for `NaN` and its like.
    """
    return json.loads(_strict(text), parse_constant=refuse_constant, strict=False)


def _strict(text: str) -> str:
    """Return the text without comments and trailing commas, everything quoted as JSON has it."""
    written: list[str] = []
    comma: int | None = None  # where a comma stands that ended a value, if nothing but blanks came after it
    before = ""  # the last token that was not blank
    for token in _TOKEN.finditer(text):
        kind, found = token.lastgroup, token.group()
        if kind == "blank":
            written.append(" ")
            continue
        if comma is not None and found in "}]":
            written[comma] = ""
        comma = len(written) if found == "," and before not in {"", *"[{,:"} else None
        before = found
        written.append(_quoted(found) if kind in {"single", "name"} else found)
    return "".join(written)


def _quoted(found: str) -> str:
    inside = found[1:-1].replace("\\'", "'") if found.startswith("'") else found
    return '"' + re.sub(r'(?<!\\)((?:\\\\)*)"', r'\1\\"', inside) + '"'
