"""Whether a template is one, and whether its resources have the members that their types have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from azserve.errors import Severity
from azserve.model.json import JsonObject
from azserve.rendering.api_versions import ApiVersion, pinned
from azserve.rendering.checks.check import Check, Hit, Subject
from azserve.rendering.checks.document import Written
from azserve.rendering.checks.published import PUBLISHED
from azserve.rendering.escaping import is_expression

_TYPES: Final = "Azure/bicep-types-az of 2026-08-20 for Azure's AI types, general knowledge for the others"
_SCHEMAS: Final = "azure-resource-manager-schemas; general knowledge"
_AS_OF: Final = date(2026, 11, 22)
_SCHEMA: Final = re.compile(
    r"https?://schema\.management\.azure\.com/schemas/[\w-]+/(?P<kind>\w*)[dD]eploymentTemplate\.json#?\Z"
)
_VERSION: Final = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})(?P<preview>-[a-z.]*preview)?\Z", re.IGNORECASE)
_GROUP: Final = "microsoft.resources/resourcegroups"
_ENTRA_MODES: Final = ("AAD", "KeyAndAAD")
_AI: Final = ("microsoft.cognitiveservices/", "microsoft.machinelearningservices/")


def _template(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        if not _SCHEMA.match(str(template.raw.get("$schema", ""))):
            yield Hit(f"{template.path}.$schema", "the schema is not that of a deployment template")
        if not template.raw.get("contentVersion"):
            yield Hit(template.path, "there is no `contentVersion`", hint='write `"contentVersion": "1.0.0.0"`')
        if "resources" not in template.raw:
            yield Hit(template.path, "there are no `resources`", hint="an empty list is enough")
        yield from _misshapen(template.raw, template.path)
        for each in template.resources:
            yield from _misshapen({"resources": each.raw.get("resources")}, each.path)


def _misshapen(level: JsonObject, path: str) -> Iterator[Hit]:
    """Yield sections that are neither maps nor lists, as each has to be, and resources that are no maps."""
    for name in ("parameters", "variables", "outputs"):
        if not isinstance(level.get(name, {}), Mapping):
            yield Hit(f"{path}.{name}", f"`{name}` is no object", hint="write it as `{}` with a member for each name")
    resources = level.get("resources")
    if isinstance(resources, str | int | float):
        yield Hit(f"{path}.resources", "`resources` is neither a list nor an object", hint="an empty list is enough")
    for at, each in enumerate(resources if isinstance(resources, list) else ()):
        if not isinstance(each, Mapping):
            yield Hit(f"{path}.resources[{at}]", "the resource is no object", hint="remove it")


def _scope(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        schema = _SCHEMA.match(str(template.raw.get("$schema", "")))
        if schema is None or schema["kind"].lower() in {"tenant", "managementgroup"}:
            continue
        at_subscription = schema["kind"].lower() == "subscription"
        for each in template.resources:
            if each.kind == _GROUP and not at_subscription:
                yield Hit(each.path, "a resource group cannot be made inside a resource group",
                          hint="use the schema of a subscription deployment")  # fmt: skip
            if each.kind.startswith(_AI) and at_subscription:
                yield Hit(each.path, f"`{each.type}` cannot be made at subscription scope",
                          hint="put it into a nested deployment that names its `resourceGroup`")  # fmt: skip


def _incomplete(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.resources:
        for name in ("type", "apiVersion", "name"):
            if not each.raw.get(name):
                yield Hit(each.path, f"the resource has no `{name}`")


def _dated(subject: Subject) -> Iterator[tuple[Written, str, ApiVersion]]:
    """Yield each resource that names its version, where azserve has the type in its table."""
    for template in subject.document.templates:
        for each in template.resources:
            row, version = pinned(each.type), each.api_version
            if row is not None and version:
                yield each, version, row


def _versions(subject: Subject) -> Iterator[Hit]:
    for each, version, row in _dated(subject):
        found = _VERSION.match(version)
        if found is None or not _is_day(found["day"]):
            yield Hit(f"{each.path}.apiVersion", f"`{version}` is no api-version")
        elif version not in row.allowed and not found["preview"]:
            yield Hit(
                f"{each.path}.apiVersion",
                f"`{version}` is not among the api-versions of `{each.type}` that azserve knows",
                hint=f"azserve writes {row.version}; `azserve templates versions` shows all",
                severity=None if row.complete and version < max(row.allowed) else Severity.WARNING,
            )


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _previews(subject: Subject) -> Iterator[Hit]:
    for each, version, row in _dated(subject):
        found = _VERSION.match(version)
        if found and found["preview"] and version not in row.allowed:
            yield Hit(f"{each.path}.apiVersion", f"`{version}` is a preview", hint=f"{row.version} is stable")


def _required(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.resources:
        published = PUBLISHED.get(each.kind)
        for path in published.required if published else ():
            if not each.has(path):
                yield Hit(each.path, f"`{each.type}` needs `{path}`", hint=f"set `{path}`")


def _values(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.resources:
        published = PUBLISHED.get(each.kind)
        for path, allowed in published.values.items() if published else ():
            found = each.get(path)
            if isinstance(found, str) and found.lower() not in {value.lower() for value in allowed}:
                yield Hit(f"{each.path}.{path}", f"`{found}` is none of {', '.join(allowed)}")
    for each in subject.document.of_type("Microsoft.MachineLearningServices/workspaces/serverlessEndpoints"):
        mode, version = each.get("properties.authMode"), each.api_version
        if isinstance(mode, str) and mode in _ENTRA_MODES and version and version < "2025-12-01":
            yield Hit(f"{each.path}.properties.authMode", f"api-version {version} knows no `{mode}`",
                      hint="use api-version 2025-12-01 or later")  # fmt: skip


def _read_only(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.resources:
        published = PUBLISHED.get(each.kind)
        for name in published.read_only if published else ():
            if each.has(f"properties.{name}") and not is_expression(str(each.raw.get("properties"))):
                yield Hit(f"{each.path}.properties.{name}", f"`{name}` is Azure's to say")


def _located(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.resources:
        published = PUBLISHED.get(each.kind)
        if published and published.located and not each.raw.get("location"):
            yield Hit(each.path, f"`{each.type}` needs a location")


def _named(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.resources:
        published, name = PUBLISHED.get(each.kind), each.name
        if published is None or name is None:
            continue
        if name.count("/") != each.type.count("/") - 1:
            yield Hit(f"{each.path}.name", f"`{name}` has not one name for each part of `{each.type}`",
                      hint="a child's name starts with its parent's: `account/deployment`")  # fmt: skip
        elif not published.name.match(name.rpartition("/")[2]):
            yield Hit(f"{each.path}.name", f"`{name}` is no name for `{each.type}`",
                      hint=f"names are {published.name_rule}")  # fmt: skip


CHECKS: Final = (
    Check("not-a-template", "each level is a deployment template", "Azure reads the schema and the version first",
          "start from what `azserve render` writes", _template, _SCHEMAS, _AS_OF),
    Check("wrong-scope", "each resource stands at a scope that its type has",
          "a group is made in a subscription, everything else of a fleet in a group",
          "nest a deployment", _scope, _SCHEMAS, _AS_OF),
    Check("resource-incomplete", "each resource has a type, an api-version and a name", "Azure refuses it without them",
          "write the missing member", _incomplete, _SCHEMAS, _AS_OF),
    Check("unknown-api-version", "each api-version is one that its type has",
          "Azure refuses a version it does not know, and properties differ between versions",
          "use a version of `azserve templates versions`", _versions, _TYPES, _AS_OF),
    Check("preview-api-version", "no api-version is a preview", "previews are withdrawn, and their shapes change",
          "use a stable version", _previews, _TYPES, _AS_OF, Severity.WARNING),
    Check("required-property", "what a type requires is there", "Azure refuses the resource, or guesses",
          "set it", _required, _TYPES, _AS_OF),
    Check("unknown-value", "a property with a closed list of values has one of them", "Azure refuses the resource",
          "use one of the list", _values, _TYPES, _AS_OF),
    Check("read-only-property", "nothing sets what only Azure sets", "Azure refuses it or drops it without a word",
          "leave it out", _read_only, _TYPES, _AS_OF),
    Check("location-missing", "what has a region names it", "Azure refuses the resource",
          "pass a location to every resource", _located, _TYPES, _AS_OF),
    Check("name-rule", "names follow the rule of their type", "Azure refuses it in the middle of a deployment",
          "choose another name", _named, _TYPES, _AS_OF),
)  # fmt: skip
