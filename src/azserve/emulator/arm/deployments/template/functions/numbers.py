"""Functions on integers of 64 bits."""

from __future__ import annotations

from collections.abc import Callable

from azserve.emulator.arm.deployments.template.evaluate import Frame, Function, unable
from azserve.emulator.arm.deployments.template.values import TemplateError, is_int, kind_of
from azserve.emulator.kernel.wire import Json

LARGEST = 2**63 - 1


def quotient(one: int, other: int) -> int:
    """Divide towards zero, as .NET does and Python does not."""
    whole = abs(one) // abs(other)
    return whole if (one < 0) == (other < 0) else -whole


def arithmetic(name: str, do: Callable[[int, int], int], *, divides: bool = False) -> Function:
    """A function of two integers."""

    def call(_: Frame, values: list[Json]) -> Json:
        for value in values:
            if not is_int(value):
                raise unable(
                    name, f"the argument must be of type 'Integer', the provided value is of type '{kind_of(value)}'"
                )
        if divides and values[1] == 0:
            raise unable(name, "division by zero is not allowed")
        result = do(values[0], values[1])
        if not -LARGEST - 1 <= result <= LARGEST:
            raise unable(name, "the result is too large for an integer")
        return result

    return Function(name, call, 2, 2)


def to_int(_: Frame, values: list[Json]) -> Json:
    """An integer out of a text or an integer."""
    value = values[0]
    if isinstance(value, str):
        digits = value.strip()
        if digits.lstrip("+-").isdecimal() and digits.isascii() and len(digits) < 20:
            try:
                value = int(digits)
            except ValueError as error:
                raise unconvertible(value) from error
    if not is_int(value) or not -LARGEST - 1 <= value <= LARGEST:
        raise unconvertible(value)
    return value


def unconvertible(value: Json) -> TemplateError:
    """The error of `int()`."""
    return unable("int", f"the value of type '{kind_of(value)}' can't be converted to an integer")


FUNCTIONS = (
    arithmetic("add", lambda one, other: one + other),
    arithmetic("sub", lambda one, other: one - other),
    arithmetic("mul", lambda one, other: one * other),
    arithmetic("div", quotient, divides=True),
    arithmetic("mod", lambda one, other: one - other * quotient(one, other), divides=True),
    Function("int", to_int, 1, 1),
)
