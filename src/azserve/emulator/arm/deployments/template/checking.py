"""What of a template's expressions is wrong whatever happens: seen before anything runs, as by Azure's own parser.

Bodies of resources and outputs are evaluated only when the deployment gets there, and the branches of an `if` perhaps
never. What no value can mend is found here: grammar, functions that nobody has, parameters and variables that are not
declared.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from azserve.emulator.arm.deployments.template.document import Template, children_of
from azserve.emulator.arm.deployments.template.evaluate import function, not_declared
from azserve.emulator.arm.deployments.template.functions.lambdas import LAMBDA
from azserve.emulator.arm.deployments.template.needs import texts
from azserve.emulator.arm.deployments.template.syntax import FunctionCall, Literal, calls_in, is_expression, parse
from azserve.emulator.arm.deployments.template.values import TemplateError
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json

_UNREAD = frozenset({"comments", "metadata", "resources"})
"""Members that are never evaluated, or looked at by themselves."""

inferred(
    "arm.template.checked",
    "an expression that cannot be parsed, a function that does not exist, and a parameter or variable that is not "
    "declared are refused before anything runs, wherever in the template they are",
    because="public issues show validation refusing them, in outputs too; not for every place",
)

_Declared: TypeAlias = Mapping[str, Collection[str]]
"""By function, `parameters` or `variables`: the names there are, in lower case."""


def check_expressions(template: Template, *, own_names: bool) -> None:
    """Raise TemplateError for the first expression that can never be evaluated.

    Without `own_names` the template has the parameters and variables of the one around it, which are not looked at.
    Nested templates are checked when their own turn comes.
    """
    declared = _declared(template) if own_names else {}
    for name, parameter in template.parameters.items():
        _check(f"parameter '{name}'", parameter.get("defaultValue"), declared)
    for name, value in template.variables.items():
        _check(f"variable '{name}'", value, declared)
    for symbol, resource in template.resources:
        _check_resource(symbol, resource, declared)
    for name, output in template.outputs.items():
        _check(f"output '{name}'", _read(output), declared)


def _declared(template: Template) -> _Declared:
    loops = template.variables.get("copy")
    looped = [loop.get("name") for loop in loops if isinstance(loop, dict)] if isinstance(loops, list) else []
    return {
        "parameters": {name.lower() for name in template.parameters},
        "variables": {str(name).lower() for name in (*template.variables, *looped)},
    }


def _check_resource(symbol: str | None, resource: dict[str, Json], declared: _Declared) -> None:
    seen = _read(resource)
    properties = seen.get("properties")
    if isinstance(properties, dict):
        seen["properties"] = {name: value for name, value in properties.items() if name != "template"}
    _check(f"resource '{symbol or str(resource.get('name'))[:300]}'", seen, declared)
    for child_symbol, child in children_of(resource):
        _check_resource(child_symbol, child, declared)


def _read(source: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in source.items() if name not in _UNREAD}


def _check(where: str, value: Json, declared: _Declared) -> None:
    for text in texts(value):
        if not is_expression(text):
            continue
        try:
            for call in calls_in(parse(text)):
                _check_call(call, declared)
        except TemplateError as error:
            raise TemplateError(f"The template {where} is not valid: {error.message}", code=error.code) from error


def _check_call(call: FunctionCall, declared: _Declared) -> None:
    if call.name.lower() != LAMBDA:
        function(call.name)
    names = declared.get(call.name.lower())
    match call.arguments:
        case (Literal(str() as name),) if names is not None and name.lower() not in names:
            raise not_declared(call.name.lower().removesuffix("s"), name)
