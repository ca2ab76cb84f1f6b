"""What makes an answer like Azure's: the published schema of its operation, or a recorded answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FREE = ("capabilities", "endpoints", "headers")
"""Maps whose keys differ from resource to resource."""
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a specification."""

    spec: str
    version: str
    method: str
    path: str
    responses: Mapping[str, Any]
    definitions: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Method and the end of the path."""
        below = self.path.partition("/providers/")[2] or self.path.rpartition("}/")[2]
        return f"{self.method} {below if self.path.count('/') > 3 else self.path}"

    def problems(self, status: int, body: Any) -> list[str]:
        """Return where an answer is not as specified: its status, missing members, wrong types."""
        response = self.responses.get(str(status))
        if response is None:
            return [f"status {status} is none of {', '.join(self.responses)}"]
        schema = response.get("schema")
        if schema is None or body is None:
            return [] if schema is None or status != 200 else ["there is no body"]
        return list(breaks(schema, body, self.definitions))


def operations(folder: Path) -> Iterator[Operation]:
    """Yield all operations of the specifications in a folder."""
    for path in sorted(folder.glob("*.json")):
        spec = json.loads(path.read_text(encoding="utf-8"))
        if "swagger" not in spec:
            continue
        for template, methods in spec["paths"].items():
            for method, said in methods.items():
                if "responses" in said:
                    yield Operation(
                        path.stem, spec["info"]["version"], method.upper(), template, said["responses"],
                        spec["definitions"],
                    )  # fmt: skip


def breaks(schema: Mapping[str, Any], value: Any, definitions: Mapping[str, Any], at: str = "$") -> Iterator[str]:
    """Yield where a value does not obey a schema. Members that the schema does not know are later additions."""
    if value is None:
        return
    merged = _resolved(schema, definitions)
    kind = str(merged.get("type"))
    if kind in _TYPES and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        yield f"{at} is {type(value).__name__}, specified is {kind}"
        return
    if isinstance(value, dict):
        known = merged.get("properties", {})
        yield from (f"{at}.{name} is missing" for name in merged.get("required", ()) if name not in value)
        for name, inner in value.items():
            found = known.get(name, merged.get("additionalProperties"))
            if isinstance(found, dict):
                yield from breaks(found, inner, definitions, f"{at}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from breaks(merged.get("items", {}), inner, definitions, f"{at}[{number}]")
    elif isinstance(value, str) and _is_closed(merged) and value not in merged["enum"]:
        yield f"{at} is {value!r}, none of {', '.join(map(str, merged['enum']))}"


def _is_closed(schema: Mapping[str, Any]) -> bool:
    return "enum" in schema and not schema.get("x-ms-enum", {}).get("modelAsString", True)


def _resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """A schema with its reference followed and its bases merged in."""
    if "$ref" in schema:
        return _resolved(definitions.get(schema["$ref"].rpartition("/")[2], {}), definitions)
    merged: dict[str, Any] = {"properties": {}, "required": []}
    for base in schema.get("allOf", ()):
        found = _resolved(base, definitions)
        merged["properties"] |= found.get("properties", {})
        merged["required"] += found.get("required", [])
    own = {name: value for name, value in schema.items() if name not in ("properties", "required", "allOf")}
    merged["properties"] |= schema.get("properties", {})
    merged["required"] = [*merged["required"], *schema.get("required", [])]
    return {**merged, **own}


def unlike(recorded: Any, ours: Any, at: str = "$", *, but: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield where ours lacks a recorded member, or has one of another type; paths in `but` differ on purpose.

    Lists of equal length are compared item by item; else each of ours is held against the recorded item of its name,
    or the first.
    """
    if recorded is None or at in but:
        return
    if _kind(recorded) != _kind(ours):
        yield f"{at} is {_kind(ours)}, recorded is {_kind(recorded)}"
    elif isinstance(recorded, dict):
        for name, value in recorded.items():
            path = f"{at}.{name}"
            if name in ours:
                yield from unlike(value, ours[name], path, but=but)
            elif path not in but and at.rpartition(".")[2] not in FREE:
                yield f"{path} is missing"
    elif isinstance(recorded, list) and recorded:
        if not ours:
            yield f"{at} is empty, recorded is not"
        for model, one in _paired(recorded, ours):
            yield from unlike(model, one, f"{at}[]", but=but)


def _paired(recorded: list[Any], ours: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield each of ours with the recorded item to hold it against."""
    if len(recorded) == len(ours):
        yield from zip(recorded, ours, strict=True)
        return
    named = {
        one["name"]: one for one in reversed(recorded) if isinstance(one, dict) and isinstance(one.get("name"), str)
    }
    for one in ours:
        name = one.get("name") if isinstance(one, dict) else None
        yield named.get(name, recorded[0]) if isinstance(name, str) else recorded[0], one


def _kind(value: Any) -> str:
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
