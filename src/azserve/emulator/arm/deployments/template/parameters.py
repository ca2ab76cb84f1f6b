"""What was passed to a template against what it declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from azserve.emulator.arm.deployments.template.document import Template
from azserve.emulator.arm.deployments.template.evaluate import Frame, Names, resolve
from azserve.emulator.arm.deployments.template.values import (
    TemplateError,
    UnresolvedError,
    is_int,
    kind_of,
    same,
    text_of,
)
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json

Given = Mapping[str, Callable[[], Json]]
"""Values passed, by name; a value that is not known yet raises UnresolvedError."""

TYPES = {
    "string": "String",
    "securestring": "SecureString",
    "int": "Int",
    "bool": "Bool",
    "object": "Object",
    "secureobject": "SecureObject",
    "array": "Array",
}
"""Names of types as the API shows them, by name in lower case; recorded 2026-04-09."""
HELP = "Please see https://aka.ms/arm-create-parameter-file for usage details."


inferred(
    "arm.deployments.parameters.null",
    "null passed for a parameter that has a default means the default",
    because="azure-ai-ml (1.35) creates every workspace with fifteen such nulls",
)


@dataclass(frozen=True, slots=True)
class Declared:
    """One parameter or output as a template declares it."""

    name: str
    type: str
    """As the API shows it: `String`, `SecureString`, …"""
    source: Mapping[str, Json]

    @property
    def secure(self) -> bool:
        """Whether its value is never shown."""
        return self.type.startswith("Secure")


def declared(name: str, source: Mapping[str, Json]) -> Declared:
    """Read a declaration; TemplateError where its type is none."""
    if "$ref" in source:
        raise TemplateError(
            "The azserve emulator does not model user-defined types ('$ref').", code="NotModelledByEmulator"
        )
    found = source.get("type")
    shown = TYPES.get(found.lower()) if isinstance(found, str) else None
    if shown is None:
        raise TemplateError(
            f"The template parameter '{name}' type '{text_of(found)[:40]}' is not valid. Supported types are "
            f"'{', '.join(TYPES.values())}'. Please see https://aka.ms/arm-syntax-parameters for usage details."
        )
    return Declared(name, shown, source)


def fits(wanted: str, value: Json) -> bool:
    """Return whether a value is of a type, as the API names it."""
    match wanted:
        case "String" | "SecureString":
            return isinstance(value, str)
        case "Int":
            return is_int(value)
        case "Bool":
            return isinstance(value, bool)
        case "Array":
            return isinstance(value, list)
        case _:
            return isinstance(value, dict)


def bind(template: Template, given: Given, frame: Frame, *, hide_secrets: bool = False) -> Names:
    """Return the parameters of a template; TemplateError where what was given does not fit.

    `frame` is that of default values; its parameters are replaced by the result. With `hide_secrets`, secure parameters
    are unresolved to whoever asks, as predictions never show them.
    """
    check_names(template, given)
    names = Names("parameter")
    frame = replace(frame, parameters=names, now_allowed=True)
    known = {name.lower(): make for name, make in given.items()}
    for name, source in template.parameters.items():
        one = declared(name, source)
        names.define(name, maker(one, known.get(name.lower()), frame, hide_secrets=hide_secrets))
    return names


def check_names(template: Template, given: Given) -> None:
    """Raise TemplateError for a value that no parameter takes, or a parameter that gets none."""
    declared_names = {name.lower() for name in template.parameters}
    strangers = [name for name in given if name.lower() not in declared_names]
    if strangers:
        raise TemplateError(
            f"The template parameters '{', '.join(strangers)}' in the parameters file are not valid; they are not "
            "present in the original template and can therefore not be provided at deployment time. The only supported "
            f"parameters for this template are '{', '.join(template.parameters)}'. "
            "Please see https://aka.ms/arm-pass-parameter-values for usage details."
        )
    known = {name.lower() for name in given}
    for name, source in template.parameters.items():
        if name.lower() not in known and "defaultValue" not in source and source.get("nullable") is not True:
            raise TemplateError(f"The value for the template parameter '{name}' is not provided. {HELP}")


def maker(one: Declared, given: Callable[[], Json] | None, frame: Frame, *, hide_secrets: bool) -> Callable[[], Json]:
    """Return how one parameter's value comes about."""

    def make() -> Json:
        if hide_secrets and one.type == "SecureString":
            raise UnresolvedError
        value = given() if given is not None else None
        if value is not None or (given is not None and not falls_back(one)):
            return checked(one, value)
        default = one.source.get("defaultValue")
        try:
            return checked(one, resolve(frame, default))
        except UnresolvedError as unresolved:
            raise UnresolvedError(default) from unresolved

    return make


def falls_back(one: Declared) -> bool:
    """Return whether a null that is passed means the default."""
    return "defaultValue" in one.source and one.source.get("nullable") is not True


def checked(one: Declared, value: Json) -> Json:
    """Return the value if it fits type, allowed values and limits; TemplateError otherwise."""
    if value is None and one.source.get("nullable") is True:
        return None
    if not fits(one.type, value):
        expected = "String, Uri" if one.type.endswith("String") else {"Int": "Integer", "Bool": "Boolean"}.get(one.type)
        raise TemplateError(
            f"Template parameter JToken type is not valid. Expected '{expected or one.type.removeprefix('Secure')}'. "
            f"Actual '{kind_of(value)}'. Please see https://aka.ms/resource-manager-parameter-files for usage details."
        )
    allowed = one.source.get("allowedValues")
    if isinstance(allowed, list):
        check_allowed(one, value, allowed)
    check_limits(one, value)
    return value


def refused(one: Declared, value: Json, why: str) -> TemplateError:
    """The error for a value outside what its declaration allows."""
    shown = "" if one.secure else f" '{text_of(value)[:200]}'"
    return TemplateError(
        f"The provided value{shown} for the template parameter '{one.name}' is not valid. {why} {HELP}"
    )


def check_allowed(one: Declared, value: Json, allowed: list[Json]) -> None:
    """Raise TemplateError for a value that is not in the list; for an array, each element is looked up."""
    if any(same(value, two) for two in allowed):
        return
    if isinstance(value, list) and all(any(same(element, two) for two in allowed) for element in value):
        return
    listed = ",".join(text_of(two) for two in allowed)
    raise refused(one, value, f"The parameter value is not part of the allowed value(s): '{listed}'.")


def check_limits(one: Declared, value: Json) -> None:
    """Raise TemplateError for a value below or above what is declared."""
    if is_int(value):
        size, what, names = value, "value", ("minValue", "maxValue")
    elif isinstance(value, str | list):
        size, what, names = len(value), "length", ("minLength", "maxLength")
    else:
        return
    least, most = (one.source.get(name) for name in names)
    of_what = "The value" if what == "value" else "Length of the value"
    if is_int(least) and size < least:
        raise refused(one, value, f"{of_what} should be greater than or equal to '{least}'.")
    if is_int(most) and size > most:
        raise refused(one, value, f"{of_what} should be less than or equal to '{most}'.")


def echoed(template: Template, parameters: Names) -> dict[str, Json]:
    """Return the parameters as a deployment shows them: types and values, never a secret."""
    made: dict[str, Json] = {}
    for name, source in template.parameters.items():
        one = declared(name, source)
        made[name] = {"type": one.type}
        try:
            value = parameters.value(name)
        except UnresolvedError:
            continue
        if not one.secure:
            made[name]["value"] = value
    return made
