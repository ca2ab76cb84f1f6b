"""The JSON Schema that editors read agrees with what the loader takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from azserve.catalogue import load_catalogue
from azserve.config import json_schema, starter_text
from azserve.config.reading import read_tree
from azserve.config.tree import plain

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.yaml"))
SOUND = sorted((Path(__file__).parent / "cases").glob("*-near.yaml"))
SCHEMA: Any = json_schema(load_catalogue())
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,), "null": (type(None),),
    "integer": (int,), "number": (int, float),
}  # fmt: skip


def is_of(value: object, kind: str) -> bool:
    return isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def faults(value: Any, schema: Any, at: str = "$") -> Iterator[str]:
    """Yield where a value does not fit: the part of JSON Schema that our schema uses, and nothing else."""
    known = {"$ref", "anyOf", "type", "enum", "const", "properties", "additionalProperties", "required", "items",
             "pattern", "minimum", "exclusiveMinimum", "propertyNames", "description", "examples", "default", "format",
             "title", "definitions", "$schema"}  # fmt: skip
    assert set(schema) <= known, set(schema) - known
    if "$ref" in schema:
        yield from faults(value, SCHEMA["definitions"][schema["$ref"].removeprefix("#/definitions/")], at)
    if "anyOf" in schema and all(any(faults(value, each, at)) for each in schema["anyOf"]):
        yield f"{at}: fits none"
    if "type" in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(is_of(value, kind) for kind in kinds):
            yield f"{at}: is no {kinds}"
            return
    if ("enum" in schema and value not in schema["enum"]) or ("const" in schema and value != schema["const"]):
        yield f"{at}: is not among the words"
    yield from scalar_faults(value, schema, at)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from faults(item, schema["items"], f"{at}[{index}]")
    if isinstance(value, dict):
        yield from map_faults(value, schema, at)


def scalar_faults(value: Any, schema: Any, at: str) -> Iterator[str]:
    if "pattern" in schema and not re.search(schema["pattern"], str(value)):
        yield f"{at}: does not match"
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{at}: is too small"
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        yield f"{at}: is too small"


def map_faults(value: dict[str, Any], schema: Any, at: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    yield from (f"{at}: lacks {name}" for name in schema.get("required", ()) if name not in value)
    for name, item in value.items():
        more = schema.get("additionalProperties", True)
        if name in properties:
            yield from faults(item, properties[name], f"{at}.{name}")
        elif more is False:
            yield f"{at}: knows no {name}"
        elif isinstance(more, dict):
            yield from faults(item, more, f"{at}.{name}")
        yield from faults(name, schema.get("propertyNames", {}), f"{at}.{name}")


def values_of(text: str) -> Any:
    return plain(read_tree(text.encode(), "f").document)


@pytest.mark.parametrize("file", [*EXAMPLES, *SOUND], ids=lambda file: file.stem)
def test_a_sound_file_fits_the_schema(file: Path) -> None:
    assert list(faults(values_of(file.read_text()), SCHEMA)) == []


def test_the_starter_file_fits_the_schema() -> None:
    assert list(faults(values_of(starter_text()), SCHEMA)) == []


@pytest.mark.parametrize(
    "change",
    [
        "x: 1",
        "regions: {nead: 1}",
        "smoke: {required: [5]}",
        "endpoints: {p: {}}",
        "endpoints: {p: {model: Phi-4, sku: Globe}}",
        "endpoints: {p: {model: Phi-4, capacity: 0}}",
        "foundry: {network: closed}",
        "serverless: {existing: {account: a}}",
        "environments: {dev: {fleet: b}}",
        "environments: {dev: {smoke: {requird: []}}}",
        "tags: [a]",
        "smoke: {budget: {usd: 0}}",
    ],
)
def test_a_mistake_does_not_fit_the_schema(change: str) -> None:
    sound = values_of("fleet: a\nregions: [eastus2]\nendpoints: {p: {model: Phi-4, hosting: serverless}}")
    assert list(faults({**sound, **values_of(change)}, SCHEMA))


@pytest.mark.parametrize(
    "overlay",
    ["{endpoints: {p: {capacity: 10}}}", "{ttl: null}", "{foundry: {network: public}}", "~", "{regions: {need: 1}}"],
)
def test_an_environment_may_say_a_part_and_remove(overlay: str) -> None:
    text = f"fleet: a\nregions: [eastus2]\nendpoints: {{p: {{model: Phi-4}}}}\nenvironments: {{dev: {overlay}}}"
    assert list(faults(values_of(text), SCHEMA)) == []


def test_a_variable_may_stand_where_words_or_numbers_go() -> None:
    text = 'fleet: a\nregions: ["${R}"]\nendpoints: {p: {model: "${M}", hosting: "${H}", capacity: "${C}"}}'
    assert list(faults(values_of(text), SCHEMA)) == []


def test_models_and_regions_are_offered_by_name() -> None:
    text = json.dumps(SCHEMA)
    assert "DeepSeek-V4-Flash-0731" in text
    assert "northcentralus" in text


def test_our_own_marks_do_not_reach_editors() -> None:
    assert "x-words" not in json.dumps(SCHEMA)


def test_the_packaged_catalogue_is_the_usual_one() -> None:
    assert json_schema() == SCHEMA


def test_every_key_of_the_file_is_described() -> None:
    undescribed = [name for name, each in SCHEMA["properties"].items() if not described(each)]
    assert undescribed == []


def described(schema: Any) -> bool:
    target = SCHEMA["definitions"].get(str(schema.get("$ref", "")).removeprefix("#/definitions/"), {})
    return bool(schema.get("description") or target.get("description"))
