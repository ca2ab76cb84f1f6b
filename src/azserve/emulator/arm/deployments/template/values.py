"""Values of the template language: JSON, with the names and spellings .NET gives them."""

from __future__ import annotations

import json

from azserve.emulator.kernel.wire import Json


class TemplateError(Exception):
    """What a template or an expression in it does wrong, as a sentence of Azure's (`message`).

    `code` is what the API answers with; nearly always `InvalidTemplate`.
    """

    def __init__(self, message: str, *, code: str = "InvalidTemplate") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class UnresolvedError(Exception):
    """A value that only a running deployment knows, asked for before it runs.

    `shown` is what a prediction shows in its place; None means the expression itself.
    """

    def __init__(self, shown: Json = None) -> None:
        super().__init__("not known before the deployment runs")
        self.shown = shown


def is_int(value: Json) -> bool:
    """Tell an integer from a boolean, which Python does not."""
    return isinstance(value, int) and not isinstance(value, bool)


def kind_of(value: Json) -> str:
    """Return the JSON.NET name of a value's type, as messages show it."""
    match value:
        case None:
            return "Null"
        case bool():
            return "Boolean"
        case int():
            return "Integer"
        case float():
            return "Float"
        case str():
            return "String"
        case list():
            return "Array"
        case _:
            return "Object"


def text_of(value: Json) -> str:
    """Return what `string()` makes of a value: `True`, `5`, compact JSON; null is empty."""
    match value:
        case None:
            return ""
        case bool():
            return str(value)
        case str():
            return value
        case float():
            return repr(value)
        case int():
            return str(value)
        case _:
            return compact(value)


def compact(value: Json) -> str:
    """Return JSON as .NET writes it without indentation: no spaces, letters of all scripts as they are."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def member(value: Json, name: str) -> tuple[str, Json] | None:
    """Return the key and value of an object's property, found without regard to case."""
    if name in value:
        return name, value[name]
    low = name.lower()
    return next(((key, found) for key, found in value.items() if key.lower() == low), None)


def same(one: Json, other: Json) -> bool:
    """Return whether `equals()` holds: true is not 1, and text is compared exactly."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    return bool(one == other)


HEAVIEST = 4_194_304
"""Weight a value may have, ours: a character is 1, a member is `MEMBER`. Azure limits a whole template to 4 MB."""
MEMBER = 16


def weight_of(value: Json) -> int:
    """Return what a value weighs; TemplateError where it is too big: a short expression can double and double again."""
    weight, open_values = 0, [value]
    while open_values:
        one = open_values.pop()
        if isinstance(one, str):
            weight += len(one)
        elif isinstance(one, list):
            open_values.extend(one)
        elif isinstance(one, dict):
            weight += sum(map(len, one))
            open_values.extend(one.values())
        weight += MEMBER
        if weight > HEAVIEST:
            raise TemplateError(f"The size of a template value exceeds the limit of '{HEAVIEST}' characters.")
    return weight


MOST_STEPS = 400_000
"""Steps that working out one deployment may take, with all that is nested in it: about a second."""


class Budget:
    """What is left of the steps of one deployment: loops in loops and lambdas in lambdas grow beyond all bounds."""

    def __init__(self) -> None:
        self._left = MOST_STEPS

    def renew(self) -> None:
        """Begin anew, for the next time that the whole of it is worked out."""
        self._left = MOST_STEPS

    def spend(self, steps: int) -> None:
        """Take steps off; TemplateError where too few are left."""
        self._left -= steps
        if self._left < 0:
            raise TemplateError(
                "The template takes too much work: its loops, its nested deployments or its expressions grow too "
                "large together. Please see https://aka.ms/arm-limits for usage details."
            )
