"""The file's JSON Schema, as editors want it: descriptions, examples, names to complete, shorthands allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from azserve.config.shape import FleetShape
from azserve.config.vocabulary import CLOUDS
from azserve.model.catalogue import Catalogue
from azserve.model.json import JsonObject

SCHEMA_FILE = "azserve.schema.json"
_DIALECT = "http://json-schema.org/draft-07/schema#"
"""What the editors' YAML server reads best."""
_VARIABLE = {"type": "string", "pattern": r"\$\{[A-Z][A-Z0-9_]*\}"}
_FIXED = ("fleet", "environments")

Schema = dict[str, Any]


def file_schema(catalogue: Catalogue) -> JsonObject:
    """Return the schema of a whole file, its environments included."""
    root = FleetShape.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    definitions: Schema = root.pop("$defs")
    words = _words(catalogue)
    root = _rewritten(root, words)
    definitions = {name: _rewritten(each, words) for name, each in definitions.items()}
    _allow_shorthands(definitions)
    properties: Schema = root["properties"]
    properties["cloud"]["anyOf"] = [{"enum": list(CLOUDS)}, {"type": "string", "format": "uri"}]
    definitions |= _partial(definitions)
    definitions["Overlay"] = _in_part({"properties": properties, "type": "object", "additionalProperties": False})
    for name in _FIXED:
        definitions["Overlay"]["properties"].pop(name, None)
    properties["environments"] = {
        "type": "object",
        "description": "What differs by environment: maps merge, lists and scalars replace, null removes.",
        "additionalProperties": {"anyOf": [{"$ref": "#/definitions/Overlay"}, {"type": "null"}]},
    }
    return {"$schema": _DIALECT, **root, "title": "azserve.yaml", "definitions": definitions}


def _words(catalogue: Catalogue) -> Mapping[str, Sequence[str]]:
    return {
        "models": tuple(catalogue.models),
        "regions": tuple(catalogue.regions),
        "geographies": tuple(dict.fromkeys(entry.geography for entry in catalogue.regions.values())),
    }


def _rewritten(schema: Any, words: Mapping[str, Sequence[str]]) -> Any:  # noqa: ANN401  JSON Schema
    """Offer names where a list of them applies, and a variable wherever a scalar is not plain text."""
    if isinstance(schema, list):
        return [_rewritten(each, words) for each in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: _rewritten(value, words) for key, value in schema.items() if key != "title"}
    if not isinstance(schema.get("default"), str | bool):
        schema.pop("default", None)
    list_name = schema.pop("x-words", None)
    if list_name is not None:
        schema["anyOf"] = [{"enum": list(words[list_name])}, {"type": schema.pop("type", "string")}]
    elif "enum" in schema or schema.get("type") in ("integer", "number"):
        said = {key: schema.pop(key) for key in ("type", "enum", "minimum", "exclusiveMinimum") if key in schema}
        schema["anyOf"] = [said, _VARIABLE]
    return schema


def _allow_shorthands(definitions: Schema) -> None:
    regions = definitions["RegionsShape"]
    _also(regions, lambda whole: {"type": "array", "items": whole["properties"]["of"]["items"]})
    within = regions["anyOf"][0]["properties"]["within"]
    within["anyOf"] = [{"type": within.pop("type"), "items": within["items"]}, within.pop("items")]
    _also(definitions["CapacityShape"], lambda _: {"anyOf": [{"type": "integer", "minimum": 1}, _VARIABLE]})
    _also(definitions["NetworkShape"], lambda _: {"const": "public"})
    _also(definitions["DiagnosticsShape"], lambda _: {"type": "string"})


def _also(definition: Schema, other: Callable[[Schema], Schema]) -> None:
    """Turn a definition into a choice between itself and a shorthand."""
    whole = dict(definition)
    description = whole.pop("description", None)
    definition.clear()
    definition["anyOf"] = [whole, other(whole)]
    if description:
        definition["description"] = description


def _partial(definitions: Schema) -> Schema:
    """Return a second set of definitions for overlays, where nothing is required and null removes."""
    return {f"{name}InPart": _in_part(each) for name, each in definitions.items()}


def _in_part(schema: Any) -> Any:  # noqa: ANN401  JSON Schema
    if isinstance(schema, list):
        return [_in_part(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    part = {key: _in_part(value) for key, value in schema.items() if key not in {"required", "properties"}}
    if "$ref" in part:
        part["$ref"] += "InPart"
    if "properties" in schema:
        part["properties"] = {name: _or_removed(_in_part(each)) for name, each in schema["properties"].items()}
    return part


def _or_removed(schema: Schema) -> Schema:
    said = {"description": schema.pop("description")} if "description" in schema else {}
    return {**said, "anyOf": [schema, {"type": "null"}]}
