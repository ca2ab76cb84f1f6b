"""Lambda functions: `map(array, lambda('one', body))`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cmp_to_key

from azserve.emulator.arm.deployments.template.evaluate import Evaluate, Form, Frame, Function, unable
from azserve.emulator.arm.deployments.template.functions.lists import wanted_list
from azserve.emulator.arm.deployments.template.functions.logic import wanted_bool
from azserve.emulator.arm.deployments.template.functions.objects import wanted_object
from azserve.emulator.arm.deployments.template.functions.text import wanted_text
from azserve.emulator.arm.deployments.template.syntax import FunctionCall, Literal, Node
from azserve.emulator.arm.deployments.template.values import TemplateError
from azserve.emulator.kernel.wire import Json

Callback = Callable[..., Json]

LAMBDA = "lambda"
"""The one word that looks like a function and is none."""
_STEPS_PER_CALL = 2


def callback(name: str, frame: Frame, node: Node, evaluate: Evaluate) -> Callback:
    """Return a lambda as something to call: its last argument is the body, the others are names.

    A lambda with one name more than it is given gets the index as well: `map(array, lambda('one', 'index', …))`.
    """
    if not isinstance(node, FunctionCall) or node.name.lower() != LAMBDA or not node.arguments:
        raise unable(name, "the argument must be a lambda expression")
    *heads, body = node.arguments
    names = [head.value.lower() for head in heads if isinstance(head, Literal) and isinstance(head.value, str)]
    if len(names) != len(heads):
        raise unable("lambda", "the names of its arguments must be string literals")

    def call(*values: Json, index: int | None = None) -> Json:
        given = (*values, index) if index is not None and len(names) == len(values) + 1 else values
        if len(given) != len(names):
            raise unable(name, f"the lambda expression must have {len(values)} argument(s)")
        frame.budget.spend(_STEPS_PER_CALL)
        return evaluate(replace(frame, locals={**frame.locals, **dict(zip(names, given, strict=True))}), body)

    return call


def taking(name: str, do: Callable[[list[Json], Callback], Json]) -> Form:
    """A form of an array and one lambda."""

    def call(frame: Frame, arguments: tuple[Node, ...], evaluate: Evaluate) -> Json:
        whole = wanted_list(name, evaluate(frame, arguments[0]))
        return do(whole, callback(name, frame, arguments[1], evaluate))

    return Form(name, call, 2, 2)


def ordered(whole: list[Json], before: Callback) -> Json:
    """`sort`, by a lambda that tells whether its first argument comes before its second."""

    def compare(one: Json, other: Json) -> int:
        if wanted_bool("sort", before(one, other)):
            return -1
        return 1 if wanted_bool("sort", before(other, one)) else 0

    return sorted(whole, key=cmp_to_key(compare))


def reduce(frame: Frame, arguments: tuple[Node, ...], evaluate: Evaluate) -> Json:
    """One value out of an array, step by step."""
    whole = wanted_list("reduce", evaluate(frame, arguments[0]))
    made = evaluate(frame, arguments[1])
    step = callback("reduce", frame, arguments[2], evaluate)
    for index, one in enumerate(whole):
        made = step(made, one, index=index)
    return made


def grouped(whole: list[Json], key: Callback) -> Json:
    """`groupBy`: an object of arrays."""
    made: dict[str, Json] = {}
    for one in whole:
        made.setdefault(wanted_text("groupBy", key(one)), []).append(one)
    return made


def to_object(frame: Frame, arguments: tuple[Node, ...], evaluate: Evaluate) -> Json:
    """An object out of an array, by a lambda for the name and perhaps one for the value."""
    whole = wanted_list("toObject", evaluate(frame, arguments[0]))
    key = callback("toObject", frame, arguments[1], evaluate)
    value = callback("toObject", frame, arguments[2], evaluate) if len(arguments) > 2 else None
    return {wanted_text("toObject", key(one)): one if value is None else value(one) for one in whole}


def map_values(frame: Frame, arguments: tuple[Node, ...], evaluate: Evaluate) -> Json:
    """An object with each value replaced."""
    whole = wanted_object("mapValues", evaluate(frame, arguments[0]))
    change = callback("mapValues", frame, arguments[1], evaluate)
    return {key: change(value) for key, value in whole.items()}


def variable(frame: Frame, values: list[Json]) -> Json:
    """`lambdaVariables('one')`."""
    name = wanted_text("lambdaVariables", values[0])
    if name.lower() not in frame.locals:
        raise TemplateError(f"The lambda variable '{name}' is not found.")
    return frame.locals[name.lower()]


FUNCTIONS: tuple[Function | Form, ...] = (
    taking("map", lambda whole, change: [change(one, index=index) for index, one in enumerate(whole)]),
    taking(
        "filter",
        lambda whole, keep: [one for index, one in enumerate(whole) if wanted_bool("filter", keep(one, index=index))],
    ),
    taking("sort", ordered),
    taking("groupBy", grouped),
    Form("reduce", reduce, 3, 3),
    Form("toObject", to_object, 2, 3),
    Form("mapValues", map_values, 2, 2),
    Function("lambdaVariables", variable, 1, 1),
)
