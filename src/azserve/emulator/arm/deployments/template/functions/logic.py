"""Functions of truth and comparison."""

from __future__ import annotations

from collections.abc import Callable

from azserve.emulator.arm.deployments.template.evaluate import Evaluate, Form, Frame, Function, unable
from azserve.emulator.arm.deployments.template.syntax import Node
from azserve.emulator.arm.deployments.template.values import is_int, kind_of, same
from azserve.emulator.kernel.wire import Json


def wanted_bool(name: str, value: Json) -> bool:
    """Return the value if it is a boolean, else raise TemplateError."""
    if not isinstance(value, bool):
        raise unable(name, f"the argument must be of type 'Boolean', the provided value is of type '{kind_of(value)}'")
    return value


def choose(frame: Frame, arguments: tuple[Node, ...], evaluate: Evaluate) -> Json:
    """`if`: only the branch that is taken is evaluated."""
    condition = wanted_bool("if", evaluate(frame, arguments[0]))
    return evaluate(frame, arguments[1 if condition else 2])


def every(frame: Frame, arguments: tuple[Node, ...], evaluate: Evaluate) -> Json:
    """`and`, up to the first that is false."""
    return all(wanted_bool("and", evaluate(frame, argument)) for argument in arguments)


def some(frame: Frame, arguments: tuple[Node, ...], evaluate: Evaluate) -> Json:
    """`or`, up to the first that is true."""
    return any(wanted_bool("or", evaluate(frame, argument)) for argument in arguments)


def coalesce(frame: Frame, arguments: tuple[Node, ...], evaluate: Evaluate) -> Json:
    """The first that is not null."""
    for argument in arguments:
        value = evaluate(frame, argument)
        if value is not None:
            return value
    return None


def comparison(name: str, holds: Callable[[Json, Json], bool]) -> Function:
    """An order of two integers or two texts."""

    def call(_: Frame, values: list[Json]) -> Json:
        one, other = values
        if not (is_int(one) and is_int(other)) and not (isinstance(one, str) and isinstance(other, str)):
            raise unable(
                name, f"both arguments must be integers or strings, got '{kind_of(one)}' and '{kind_of(other)}'"
            )
        return holds(one, other)

    return Function(name, call, 2, 2)


def to_bool(_: Frame, values: list[Json]) -> Json:
    """A boolean out of a text or an integer."""
    match values[0]:
        case bool(value):
            return value
        case int(value):
            return value != 0
        case str(value) if value.strip().lower() in ("true", "false", "1", "0"):
            return value.strip().lower() in ("true", "1")
        case value:
            raise unable("bool", f"the value of type '{kind_of(value)}' can't be converted to a boolean")


FUNCTIONS = (
    Form("if", choose, 3, 3),
    Form("and", every, 1, None),
    Form("or", some, 1, None),
    Form("coalesce", coalesce, 1, None),
    Function("not", lambda _, values: not wanted_bool("not", values[0]), 1, 1),
    Function("equals", lambda _, values: same(values[0], values[1]), 2, 2),
    comparison("less", lambda one, other: one < other),
    comparison("lessOrEquals", lambda one, other: one <= other),
    comparison("greater", lambda one, other: one > other),
    comparison("greaterOrEquals", lambda one, other: one >= other),
    Function("bool", to_bool, 1, 1),
    Function("true", lambda _, __: True, 0, 0),
    Function("false", lambda _, __: False, 0, 0),
    Function("null", lambda _, __: None, 0, 0),
)
