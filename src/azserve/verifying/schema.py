"""JSON schemas, as far as structured outputs know them: types, members, items, values and ranges.

A keyword that is not known here is refused when a probe is read, so that none is silently not checked. Rejected: the
`jsonschema` package, whose compiled dependency weighs more than all of this room, for a subset that Azure's own limits
on structured outputs make small.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

KINDS: Mapping[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: (
        not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
    ),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}
KNOWN = frozenset(
    {"type", "properties", "required", "additionalProperties", "items", "minItems", "maxItems", "enum", "const"}
    | {"pattern", "minLength", "maxLength", "minimum", "maximum", "anyOf", "title", "description"}
)


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema all of whose keywords are understood. Raises ValueError for one that has others."""

    raw: Mapping[str, Any]

    def __post_init__(self) -> None:
        for found in _all(self.raw):
            unknown = sorted(set(found) - KNOWN)
            if unknown:
                raise ValueError(f"the schema's keyword `{unknown[0]}` is not understood")
            for kind in _kinds(found):
                if kind not in KINDS:
                    raise ValueError(f"the schema's type `{kind}` is none")
            re.compile(found.get("pattern", ""))

    def complaint(self, value: object) -> str | None:
        """Return the first thing about a value that does not obey, None where all does."""
        return next(_complaints(self.raw, value, "it"), None)


def _all(raw: object) -> Iterator[Mapping[str, Any]]:
    """Yield a schema and those inside it."""
    if not isinstance(raw, Mapping):
        raise ValueError("a schema must be an object")
    yield raw
    inner = [*raw.get("properties", {}).values(), *raw.get("anyOf", ())]
    inner += [each for name in ("items", "additionalProperties") if isinstance(each := raw.get(name, True), Mapping)]
    for each in inner:
        yield from _all(each)


def _kinds(raw: Mapping[str, Any]) -> list[str]:
    kind = raw.get("type", [])
    return [kind] if isinstance(kind, str) else list(kind)


def _complaints(raw: Mapping[str, Any], value: object, place: str) -> Iterator[str]:
    kinds = _kinds(raw)
    if kinds and not any(KINDS[kind](value) for kind in kinds):
        yield f"{place} is no {' or '.join(kinds)}"
        return
    if "enum" in raw and value not in raw["enum"]:
        yield f"{place} is none of the values allowed"
    if "const" in raw and value != raw["const"]:
        yield f"{place} is not the value asked for"
    options = raw.get("anyOf", ())
    if options and not any(next(_complaints(each, value, place), None) is None for each in options):
        yield f"{place} fits none of the schemas allowed"
    match value:
        case dict():
            yield from _of_object(raw, value, place)
        case list():
            yield from _of_list(raw, value, place)
        case str():
            yield from _of_text(raw, value, place)
        case int() | float():
            yield from _of_number(raw, value, place)


def _of_object(raw: Mapping[str, Any], value: Mapping[str, Any], place: str) -> Iterator[str]:
    members = raw.get("properties", {})
    for name in raw.get("required", ()):
        if name not in value:
            yield f"{place} has no `{name}`"
    others = raw.get("additionalProperties", True)
    for name, member in value.items():
        if name in members:
            yield from _complaints(members[name], member, f"`{name}`")
        elif others is False:
            yield f"{place} has a member `{name}` that is not allowed"
        elif isinstance(others, Mapping):
            yield from _complaints(others, member, f"`{name}`")


def _of_list(raw: Mapping[str, Any], value: list[Any], place: str) -> Iterator[str]:
    yield from _in_range(raw, len(value), ("minItems", "maxItems"), f"{place}, by its items,")
    for item in value if isinstance(raw.get("items"), Mapping) else ():
        yield from _complaints(raw["items"], item, f"an item of {place}")


def _of_text(raw: Mapping[str, Any], value: str, place: str) -> Iterator[str]:
    yield from _in_range(raw, len(value), ("minLength", "maxLength"), f"{place}, by its length,")
    if "pattern" in raw and not re.search(raw["pattern"], value):
        yield f"{place} does not match `{raw['pattern']}`"


def _of_number(raw: Mapping[str, Any], value: float, place: str) -> Iterator[str]:
    yield from _in_range(raw, value, ("minimum", "maximum"), place)


def _in_range(raw: Mapping[str, Any], value: float, names: tuple[str, str], place: str) -> Iterator[str]:
    least, most = (raw.get(name) for name in names)
    if least is not None and value < least:
        yield f"{place} is less than {least}"
    if most is not None and value > most:
        yield f"{place} is more than {most}"
