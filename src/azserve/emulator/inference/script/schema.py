"""An instance of a JSON schema: small, valid, and the same every time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from azserve.emulator.inference.script.pattern import Impossible, matching
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json

inferred(
    "inference.schema.depth",
    "A schema is followed eight levels deep, optional members left out from the third on.",
    because="the model's own limits are unknown; the instance has to end somewhere",
)

_DEEPEST = 8
_OPTIONAL_UNTIL = 3
_MOST_VALUES = 5_000
_LONGEST = 10_000
_FORMATS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "email": "someone@example.com",
    "uri": "https://example.com/",
    "uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "hostname": "example.com",
}


Hint = Callable[[str, Mapping[str, Json]], "Json | None"]
"""What to put under a member's name, out of the conversation; None leaves it to the schema."""


def instance(schema: Json, hint: Hint = lambda _name, _schema: None) -> Json:
    """Return a value that obeys a schema: types, enum, const, required, nesting, lengths, ranges, `$ref`, `anyOf`.

    Raises Impossible where it cannot, for example for a `pattern` that simple texts do not match.
    """
    try:
        return _Maker(schema if isinstance(schema, dict) else {}, hint).value(schema, "", 0)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        # Keywords with values of the wrong type; checking each of them would be a second JSON Schema.
        raise Impossible("the schema is malformed") from error


class _Maker:
    def __init__(self, root: dict[str, Json], hint: Hint) -> None:
        self._root = root
        self._hint = hint
        self._made = 0

    def value(self, schema: Json, name: str, depth: int) -> Json:
        if schema is False:
            raise Impossible("a schema of `false` allows nothing")
        if not isinstance(schema, dict):
            return None
        self._made += 1
        if depth > _DEEPEST or self._made > _MOST_VALUES:
            raise Impossible("the schema does not end")
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        options = schema.get("enum")
        if isinstance(options, list) and options:
            hinted = self._hint(name, schema)
            return hinted if hinted in options else options[0]
        for word in ("anyOf", "oneOf"):
            if isinstance(schema.get(word), list) and schema[word]:
                return self._first_possible(schema, schema[word], name, depth)
        return self._typed(_kind(schema), schema, name, depth)

    def _resolved(self, schema: dict[str, Json]) -> dict[str, Json]:
        """Follow `$ref`, and flatten `allOf`."""
        for _ in range(_DEEPEST):
            if "$ref" in schema:
                rest = {key: value for key, value in schema.items() if key != "$ref"}
                schema = {**self._referred(str(schema["$ref"])), **rest}
            elif isinstance(schema.get("allOf"), list):
                schema = _merged(schema)
            else:
                return schema
        raise Impossible("the schema's references go round")

    def _referred(self, reference: str) -> dict[str, Json]:
        if not reference.startswith("#"):
            raise Impossible(f"`{reference}` is outside the schema")
        found: Json = self._root
        for part in filter(None, reference[1:].split("/")):
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, dict) or key not in found:
                raise Impossible(f"`{reference}` leads nowhere")
            found = found[key]
        return found if isinstance(found, dict) else {}

    def _first_possible(self, schema: dict[str, Json], options: list[Json], name: str, depth: int) -> Json:
        rest = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf")}
        for option in options:
            try:
                together = _merged({"allOf": [rest, option]}) if isinstance(option, dict) else option
                return self.value(together, name, depth + 1)
            except Impossible:
                continue
        raise Impossible("no choice of the schema can be met")

    def _typed(self, kind: str, schema: dict[str, Json], name: str, depth: int) -> Json:
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "string":
                return _string(schema, self._hint(name, schema))
            case "integer" | "number":
                return _number(schema, self._hint(name, schema), whole=kind == "integer")
            case "boolean":
                return True
            case _:
                return None

    def _object(self, schema: dict[str, Json], depth: int) -> dict[str, Json]:
        members = schema.get("properties") or {}
        required = schema.get("required") or []
        found: dict[str, Json] = {}
        for name, member in members.items():
            if name in required:
                found[name] = self.value(member, name, depth + 1)
            elif depth < _OPTIONAL_UNTIL:
                try:
                    found[name] = self.value(member, name, depth + 1)
                except Impossible:
                    continue
        for name in required:
            if name not in found:
                found[name] = self.value(schema.get("additionalProperties", {"type": "string"}), name, depth + 1)
        return found

    def _array(self, schema: dict[str, Json], name: str, depth: int) -> list[Json]:
        items = schema.get("items", {"type": "string"})
        least = int(schema.get("minItems", 0))
        if least > _MOST_VALUES:
            raise Impossible("the schema asks for very many items")
        wanted = max(least, min(1, int(schema.get("maxItems", 1))))
        try:
            found = [self.value(items, name, depth + 1) for _ in range(wanted)]
        except Impossible:
            if least:
                raise
            return []
        return _all_different(found, items) if schema.get("uniqueItems") else found


def _kind(schema: dict[str, Json]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if isinstance(kind, str):
        return kind
    if "properties" in schema or "required" in schema:
        return "object"
    return "array" if "items" in schema else "string"


def _merged(schema: dict[str, Json]) -> dict[str, Json]:
    found = {key: value for key, value in schema.items() if key != "allOf"}
    for part in schema["allOf"]:
        if not isinstance(part, dict):
            continue
        for key, value in part.items():
            before = found.get(key)
            if isinstance(before, dict) and isinstance(value, dict):
                found[key] = {**before, **value}
            elif isinstance(before, list) and isinstance(value, list) and key == "required":
                found[key] = list(dict.fromkeys([*before, *value]))
            else:
                found[key] = value
    return found


def _string(schema: dict[str, Json], hinted: Json) -> str:
    least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
    if least > _LONGEST:
        raise Impossible("the schema asks for a very long text")
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        text = matching(pattern, least)
        if most is not None and len(text) > most:
            raise Impossible(f"what matches `{pattern}` is too long")
        return text
    text = str(hinted) if isinstance(hinted, str | int | float) else _FORMATS.get(str(schema.get("format")), "example")
    if len(text) < least:
        text += "x" * (least - len(text))
    return text if most is None else text[: int(most)]


def _number(schema: dict[str, Json], hinted: Json, *, whole: bool) -> Json:
    step = schema.get("multipleOf") or (1 if whole else None)
    low, high = _bounds(schema, step)
    wanted = hinted if isinstance(hinted, int | float) and not isinstance(hinted, bool) else 1
    value = min(max(wanted, low), high)
    if step is not None:
        value = math.ceil(value / step) * step
        if value > high:
            value = math.floor(high / step) * step
        if value < low:
            raise Impossible("no number is in the schema's range")
    elif low > high:
        raise Impossible("no number is in the schema's range")
    return int(value) if whole or float(value).is_integer() else value


def _bounds(schema: dict[str, Json], step: Json) -> tuple[float, float]:
    """Return the closed range; an open end is moved in by a step."""
    inward = step or 1e-6
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if isinstance(above, int | float) and not isinstance(above, bool):
        low = max(low, (math.floor(above / inward) + 1) * inward if step else above + inward)
    if isinstance(below, int | float) and not isinstance(below, bool):
        high = min(high, (math.ceil(below / inward) - 1) * inward if step else below - inward)
    return low, high


def _all_different(values: list[Json], items: Json) -> list[Json]:
    """Make equal values different: other choices of an enum, other numbers, a number behind a text."""
    options = items.get("enum") if isinstance(items, dict) else None
    if isinstance(options, list):
        if len(options) < len(values):
            raise Impossible("too few choices for so many different items")
        return options[: len(values)]
    found: list[Json] = []
    for index, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            if value in found:
                raise Impossible("items that cannot be made different")
            found.append(value)
        else:
            found.append(f"{value}{index}" if isinstance(value, str) and index else value)
            if not isinstance(value, str):
                found[-1] = value + index
    return found
