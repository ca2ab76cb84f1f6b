"""Functions on objects."""

from __future__ import annotations

from azserve.emulator.arm.deployments.template.evaluate import (
    Evaluate,
    Form,
    Frame,
    Function,
    element_of,
    unable,
)
from azserve.emulator.arm.deployments.template.functions.lists import wanted_list
from azserve.emulator.arm.deployments.template.syntax import Node
from azserve.emulator.arm.deployments.template.values import kind_of, member
from azserve.emulator.kernel.wire import Json


def wanted_object(name: str, value: Json) -> dict[str, Json]:
    """Return the value if it is an object, else raise TemplateError."""
    if not isinstance(value, dict):
        raise unable(name, f"the argument must be of type 'Object', the provided value is of type '{kind_of(value)}'")
    return value


def create_object(_: Frame, values: list[Json]) -> Json:
    """Names and values in turn."""
    names = values[::2]
    if len(values) % 2 or not all(isinstance(name, str) for name in names):
        raise unable("createObject", "the arguments must be pairs of a name and a value")
    return dict(zip(names, values[1::2], strict=True))


def items(_: Frame, values: list[Json]) -> Json:
    """An array of `{key, value}`, by key."""
    whole = wanted_object("items", values[0])
    return [{"key": key, "value": whole[key]} for key in sorted(whole, key=lambda key: (key.lower(), key))]


def object_keys(_: Frame, values: list[Json]) -> Json:
    """The names of an object's properties."""
    return sorted(wanted_object("objectKeys", values[0]), key=lambda key: (key.lower(), key))


def shallow_merge(_: Frame, values: list[Json]) -> Json:
    """An array of objects to one object; later ones win, whole properties at a time."""
    made: dict[str, Json] = {}
    for one in wanted_list("shallowMerge", values[0]):
        for key, value in wanted_object("shallowMerge", one).items():
            found = member(made, key)
            made[found[0] if found else key] = value
    return made


def try_get(frame: Frame, arguments: tuple[Node, ...], evaluate: Evaluate) -> Json:
    """A property or element, however deep; null where a step is missing."""
    value = evaluate(frame, arguments[0])
    for argument in arguments[1:]:
        at = evaluate(frame, argument)
        if value is None or not has(value, at):
            return None
        value = element_of(value, at)
    return value


def has(value: Json, at: Json) -> bool:
    """Return whether `value[at]` is there; a wrong type is left to fail as an index would."""
    if isinstance(value, dict) and isinstance(at, str):
        return member(value, at) is not None
    if isinstance(value, list) and isinstance(at, int):
        return 0 <= at < len(value)
    return True


FUNCTIONS = (
    Function("createObject", create_object, 0, None),
    Function("items", items, 1, 1),
    Function("objectKeys", object_keys, 1, 1),
    Function("shallowMerge", shallow_merge, 1, 1),
    Form("tryGet", try_get, 2, None),
)
