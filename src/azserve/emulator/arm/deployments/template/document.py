"""A template taken apart: its sections, Azure's limits, and the features that are refused by name."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

from azserve.emulator.arm.deployments.template.values import TemplateError
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json

inferred(
    "arm.template.hash",
    "templateHash is a decimal hash of the template without its generator's note",
    because="recordings show 20 digits that do not change with the parameters; how they are made is not published",
)

SECTIONS = frozenset(
    {
        "$schema", "contentVersion", "apiProfile", "languageVersion", "definitions", "parameters", "variables",
        "functions", "resources", "outputs", "metadata", "imports", "extensions", "asserts",
    }
)  # fmt: skip
REFUSED = {
    "apiProfile": "API profiles",
    "definitions": "user-defined types",
    "functions": "user-defined functions",
    "imports": "imports",
    "extensions": "extensions",
    "asserts": "assertions",
}
SCHEMA = re.compile(
    r"https?://schema\.management\.azure\.com/schemas/(?P<date>2014-04-01-preview|2015-01-01|2018-05-01|2019-04-01|"
    r"2019-08-01)/(?P<kind>\w+)\.json#?",
    re.IGNORECASE,
)
LIMITS = {"parameters": 256, "variables": 512, "outputs": 64, "resources": 800}
"""Members each section may have; Microsoft's template limits, 2025."""
DEEPEST = 100
"""Levels a template may nest, ours: evaluation follows the nesting."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template whose sections have the right form. Nothing in it is evaluated."""

    source: dict[str, Json]
    symbolic: bool
    """Language version 2.0: `resources` is an object, its keys are the names of its resources."""
    parameters: dict[str, dict[str, Json]]
    variables: dict[str, Json]
    resources: tuple[tuple[str | None, dict[str, Json]], ...]
    """With their symbolic names, None where there are none."""
    outputs: dict[str, dict[str, Json]]
    hash: str


def read_template(source: Json) -> Template:
    """Take a template apart; TemplateError where its form is wrong or a feature is not modelled."""
    if not isinstance(source, dict):
        raise TemplateError("The template must be a JSON object.", code="InvalidRequestContent")
    check_depth(source)
    for name in source:
        if name not in SECTIONS:
            raise TemplateError(
                f"Could not find member '{name[:80]}' on object of type 'Template'. Path '{name[:80]}'.",
                code="InvalidRequestContent",
            )
    for name, feature in REFUSED.items():
        if source.get(name):
            raise TemplateError(
                f"The azserve emulator does not model {feature} ('{name}').", code="NotModelledByEmulator"
            )
    check_heading(source)
    variables = section(source, "variables")
    return Template(
        source=source,
        symbolic=isinstance(source.get("resources"), dict),
        parameters=objects(source, "parameters"),
        variables=variables,
        resources=resources_of(source),
        outputs=objects(source, "outputs"),
        hash=template_hash(source),
    )


def check_depth(source: Json) -> None:
    """Raise TemplateError for a template that nests too deep."""
    level = [source]
    for _ in range(DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise TemplateError(f"The template nests deeper than '{DEEPEST}' levels.")


def check_heading(source: dict[str, Json]) -> None:
    """Raise TemplateError unless schema, content version and language version are known ones."""
    schema = source.get("$schema")
    if not isinstance(schema, str) or not SCHEMA.fullmatch(schema):
        raise TemplateError(
            f"Deployment template schema '{schema if isinstance(schema, str) else ''}' is not supported. Supported "
            "versions are '2014-04-01-preview,2015-01-01,2018-05-01,2019-04-01,2019-08-01'. Please see "
            "https://aka.ms/arm-template for usage details."
        )
    if not isinstance(source.get("contentVersion"), str):
        raise TemplateError(
            "Required property 'contentVersion' not found in JSON. Path ''.", code="InvalidRequestContent"
        )
    language = source.get("languageVersion", "2.0")
    if language not in ("1.0", "2.0", "1.9-experimental", "1.10-experimental", "2.1-experimental"):
        raise TemplateError(f"The template language version '{language}' is not supported.")
    if language == "2.1-experimental":
        raise TemplateError(
            "The azserve emulator does not model experimental language versions.", code="NotModelledByEmulator"
        )


def section(source: dict[str, Json], name: str) -> dict[str, Json]:
    """Return a section that must be an object, empty where it is missing."""
    found = source.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise TemplateError(f"The template section '{name}' must be a JSON object.", code="InvalidRequestContent")
    check_size(name, len(found))
    return found


def objects(source: dict[str, Json], name: str) -> dict[str, dict[str, Json]]:
    """Return a section whose members must be objects."""
    found = section(source, name)
    for key, value in found.items():
        if not isinstance(value, dict):
            raise TemplateError(
                f"The template member '{name}.{key[:80]}' must be a JSON object.", code="InvalidRequestContent"
            )
    return found


def resources_of(source: dict[str, Json]) -> tuple[tuple[str | None, dict[str, Json]], ...]:
    """Return the resources with their symbolic names."""
    found = source.get("resources")
    if not isinstance(found, dict | list):
        raise TemplateError("Required property 'resources' not found in JSON. Path ''.", code="InvalidRequestContent")
    if isinstance(found, dict) and source.get("languageVersion") is None:
        raise TemplateError("Symbolic names of resources require 'languageVersion' '2.0'.")
    check_size("resources", len(found))
    return named(found)


def children_of(resource: dict[str, Json]) -> tuple[tuple[str | None, dict[str, Json]], ...]:
    """Return the resources written inside another one, with their symbolic names."""
    return named(resource.get("resources") or [])


def named(found: Json) -> tuple[tuple[str | None, dict[str, Json]], ...]:
    """Return resources with their symbolic names, from a list or an object; TemplateError where it is neither."""
    if not isinstance(found, dict | list):
        raise TemplateError("The 'resources' of a template must be a JSON array.", code="InvalidRequestContent")
    listed = list(found.items()) if isinstance(found, dict) else [(None, one) for one in found]
    if not all(isinstance(one, dict) for _, one in listed):
        raise TemplateError("A template resource must be a JSON object.", code="InvalidRequestContent")
    return tuple(listed)


def check_size(name: str, found: int) -> None:
    """Raise TemplateError where a section has too many members."""
    if found > LIMITS[name]:
        raise TemplateError(
            f"The number of template {name} limit exceeded. Limit: '{LIMITS[name]}' and actual: '{found}'. "
            f"Please see https://aka.ms/arm-limits for usage details."
        )


def template_hash(source: dict[str, Json]) -> str:
    """Return a hash that stays as long as the template's content does."""
    metadata = source.get("metadata")
    kept = {name: value for name, value in source.items() if name != "metadata"}
    if isinstance(metadata, dict):
        kept["metadata"] = {name: value for name, value in metadata.items() if name != "_generator"}
    content = json.dumps(kept, sort_keys=True, separators=(",", ":"))
    return str(int.from_bytes(hashlib.sha256(content.encode()).digest()[:8], "big"))
