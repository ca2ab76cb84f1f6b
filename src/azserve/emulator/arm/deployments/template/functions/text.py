"""Functions on text."""

from __future__ import annotations

import base64
import binascii
import json
import re
import urllib.parse
import uuid
from collections.abc import Callable

from azserve.emulator.arm.deployments.template.evaluate import Frame, Function, unable
from azserve.emulator.arm.deployments.template.functions.composite import composed
from azserve.emulator.arm.deployments.template.functions.unique import unique_string
from azserve.emulator.arm.deployments.template.values import (
    HEAVIEST,
    is_int,
    kind_of,
    text_of,
)
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json

GUIDS = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
inferred(
    "arm.template.guid",
    "guid() is a version 5 UUID of its arguments joined by hyphens, in a fixed namespace",
    because="Microsoft documents the result as deterministic; the namespace is common knowledge, not published",
)


def wanted_text(name: str, value: Json) -> str:
    """Return the value if it is text, else raise TemplateError."""
    if not isinstance(value, str):
        raise unable(name, f"the argument must be of type 'String', the provided value is of type '{kind_of(value)}'")
    return value


def wanted_int(name: str, value: Json) -> int:
    """Return the value if it is an integer, else raise TemplateError."""
    if not is_int(value):
        raise unable(name, f"the argument must be of type 'Integer', the provided value is of type '{kind_of(value)}'")
    return int(value)


def on_text(name: str, do: Callable[[str], Json]) -> Function:
    """A function of one text."""
    return Function(name, lambda _, values: do(wanted_text(name, values[0])), 1, 1)


def on_two_texts(name: str, do: Callable[[str, str], Json]) -> Function:
    """A function of two texts."""
    return Function(name, lambda _, v: do(wanted_text(name, v[0]), wanted_text(name, v[1])), 2, 2)


def concat(_: Frame, values: list[Json]) -> Json:
    """Texts (and numbers, booleans) to one text, or arrays to one array."""
    if any(isinstance(value, list) for value in values):
        if not all(isinstance(value, list) for value in values):
            raise unable("concat", "all arguments must be arrays, or all must be strings")
        return [one for value in values for one in value]
    for value in values:
        if value is None or isinstance(value, dict):
            raise unable("concat", f"the provided value is of type '{kind_of(value)}'")
    return "".join(text_of(value) for value in values)


def substring(_: Frame, values: list[Json]) -> Json:
    """A part of a text."""
    source, start = wanted_text("substring", values[0]), wanted_int("substring", values[1])
    length = wanted_int("substring", values[2]) if len(values) > 2 else len(source) - start
    if start < 0 or length < 0 or start + length > len(source):
        raise unable(
            "substring",
            "the index and length parameters must refer to a location within the string; the index is "
            f"'{start}', the length '{length}' and the length of the string '{len(source)}'",
        )
    return source[start : start + length]


def replace(_: Frame, values: list[Json]) -> Json:
    """Every occurrence of a text by another."""
    source, old, new = (wanted_text("replace", value) for value in values)
    if not old:
        raise unable("replace", "the string to be removed must not be empty")
    if source.count(old) * len(new) > HEAVIEST:
        raise unable("replace", "the result is too long")
    return source.replace(old, new)


def split(_: Frame, values: list[Json]) -> Json:
    """A text cut at one or several delimiters."""
    source = wanted_text("split", values[0])
    marks = values[1] if isinstance(values[1], list) else [values[1]]
    marks = [mark for mark in (wanted_text("split", mark) for mark in marks) if mark]
    return (
        re.split("|".join(re.escape(mark) for mark in sorted(marks, key=len, reverse=True)), source)
        if marks
        else [source]
    )


def join(_: Frame, values: list[Json]) -> Json:
    """An array to a text."""
    if not isinstance(values[0], list):
        raise unable("join", "the first argument must be of type 'Array'")
    mark = wanted_text("join", values[1])
    if len(mark) * len(values[0]) > HEAVIEST:
        raise unable("join", "the result is too long")
    return mark.join(text_of(value) for value in values[0])


def pad_left(_: Frame, values: list[Json]) -> Json:
    """A text filled up to a length, from the left."""
    source, length = text_of(values[0]), wanted_int("padLeft", values[1])
    fill = wanted_text("padLeft", values[2]) if len(values) > 2 else " "
    if len(fill) != 1 or not 0 <= length <= 10_000:
        raise unable("padLeft", "the length must be reasonable and the padding one character")
    return source.rjust(length, fill)


def index_of(name: str, find: Callable[[str, str], int]) -> Function:
    """`indexOf` and `lastIndexOf`: in a text without regard to case, or in an array."""

    def call(_: Frame, values: list[Json]) -> Json:
        from azserve.emulator.arm.deployments.template.values import same

        if isinstance(values[0], list):
            places = [place for place, one in enumerate(values[0]) if same(one, values[1])]
            return (places[0] if name == "indexOf" else places[-1]) if places else -1
        return find(wanted_text(name, values[0]).lower(), wanted_text(name, values[1]).lower())

    return Function(name, call, 2, 2)


def from_base64(name: str, source: str) -> str:
    """Text out of base64."""
    try:
        return base64.b64decode(source, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise unable(name, "the value is not a valid base64 string of UTF-8 text") from error


def from_json(name: str, source: str) -> Json:
    """A value out of its JSON text."""
    try:
        return json.loads(source, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise unable(name, f"the value '{source[:80]}' is not valid JSON") from error


def uri(base: str, rest: str) -> str:
    """An absolute address and a relative one together."""
    return urllib.parse.urljoin(base, rest)


def guid(_: Frame, values: list[Json]) -> Json:
    """A GUID that is the same for the same texts."""
    return str(uuid.uuid5(GUIDS, "-".join(wanted_text("guid", value) for value in values)))


def data_uri_to_text(source: str) -> str:
    """The text inside a `data:` address."""
    head, comma, body = source.partition(",")
    if not head.startswith("data:") or not comma:
        raise unable("dataUriToString", "the value is not a valid data URI")
    return from_base64("dataUriToString", body) if head.endswith(";base64") else urllib.parse.unquote(body)


def encoded(source: str) -> str:
    """Base64 of a text."""
    return base64.b64encode(source.encode("utf-8", "surrogatepass")).decode("ascii")


def starts(source: str, part: str) -> bool:
    """Return whether a text begins so, in any case of letters."""
    return source.lower().startswith(part.lower())


def ends(source: str, part: str) -> bool:
    """Return whether a text ends so, in any case of letters."""
    return source.lower().endswith(part.lower())


FUNCTIONS = (
    Function("concat", concat, 0, None),
    Function("format", lambda _, values: composed(wanted_text("format", values[0]), values[1:]), 1, None),
    on_text("toLower", str.lower),
    on_text("toUpper", str.upper),
    on_text("trim", str.strip),
    Function("string", lambda _, values: text_of(values[0]), 1, 1),
    Function("substring", substring, 2, 3),
    Function("replace", replace, 3, 3),
    Function("split", split, 2, 2),
    Function("join", join, 2, 2),
    Function("padLeft", pad_left, 2, 3),
    on_two_texts("startsWith", starts),
    on_two_texts("endsWith", ends),
    index_of("indexOf", str.find),
    index_of("lastIndexOf", str.rfind),
    on_text("base64", encoded),
    on_text("base64ToString", lambda source: from_base64("base64ToString", source)),
    on_text("base64ToJson", lambda source: from_json("base64ToJson", from_base64("base64ToJson", source))),
    on_text("dataUri", lambda source: f"data:text/plain;charset=utf8;base64,{encoded(source)}"),
    on_text("dataUriToString", data_uri_to_text),
    on_two_texts("uri", uri),
    on_text("uriComponent", lambda source: urllib.parse.quote(source, safe="", errors="replace")),
    on_text("uriComponentToString", urllib.parse.unquote),
    on_text("json", lambda source: from_json("json", source)),
    Function("guid", guid, 1, None),
    Function(
        "uniqueString",
        lambda _, values: unique_string("-".join(wanted_text("uniqueString", value) for value in values)),
        1,
        None,
    ),
)
