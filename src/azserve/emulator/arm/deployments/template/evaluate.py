"""A tree in its surroundings to a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from azserve.emulator.arm.deployments.template.syntax import (
    FunctionCall,
    Index,
    Literal,
    Member,
    Node,
    is_expression,
    parse,
    unescaped,
)
from azserve.emulator.arm.deployments.template.values import (
    MEMBER,
    Budget,
    TemplateError,
    UnresolvedError,
    is_int,
    kind_of,
    member,
    weight_of,
)
from azserve.emulator.kernel.wire import Json


@dataclass(frozen=True, slots=True)
class Place:
    """The scope of a deployment, which `resourceId` and `reference` start from."""

    subscription: str
    group: str | None = None

    def __str__(self) -> str:
        text = f"/subscriptions/{self.subscription}"
        return text if self.group is None else f"{text}/resourceGroups/{self.group}"


class Outside(Protocol):
    """What expressions ask of the world around a template. Any of these may raise TemplateError or UnresolvedError."""

    def deployment(self) -> Json:
        """`deployment()`."""
        ...

    def deployer(self) -> Json:
        """`deployer()`: who deploys."""
        ...

    def environment(self) -> Json:
        """`environment()`: the cloud's addresses."""
        ...

    def subscription(self) -> Json:
        """`subscription()`."""
        ...

    def resource_group(self) -> Json:
        """`resourceGroup()`."""
        ...

    def tenant(self) -> Json:
        """`tenant()`."""
        ...

    def utc_now(self) -> datetime:
        """When the deployment was asked for."""
        ...

    def new_guid(self) -> str:
        """Return a GUID that no other call gives."""
        ...

    def reference(self, target: str, api_version: str | None, *, full: bool) -> Json:
        """`reference(...)`: a resource of the template by symbol, name or id, or any other by id."""
        ...

    def act(self, action: str, target: str, api_version: str | None, body: Json) -> Json:
        """`list*(...)`: the answer to a POST on a resource."""
        ...


def not_declared(what: str, name: str) -> TemplateError:
    """The error for a parameter or variable that a template does not have."""
    return TemplateError(
        f"The template {what} '{name}' is not found. Please see https://aka.ms/arm-syntax-{what}s for usage details."
    )


class Names:
    """Parameters or variables: each is worked out when first asked for, and only once."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._makers: dict[str, Callable[[], Json]] = {}
        self._made: dict[str, Json] = {}
        self._making: set[str] = set()

    def define(self, name: str, make: Callable[[], Json]) -> None:
        """Say how a value comes about; `make` may ask for others, but not in a circle."""
        self._makers[name.lower()] = make

    def value(self, name: str) -> Json:
        """Return a value by its name, in any case of letters."""
        key = name.lower()
        if key in self._made:
            return self._made[key]
        if key not in self._makers:
            raise not_declared(self._what, name)
        if key in self._making:
            raise TemplateError(
                f"Circular reference detected: the template {self._what} '{name}' refers to itself. "
                "Please see https://aka.ms/arm-syntax for usage details."
            )
        self._making.add(key)
        try:
            made = self._makers[key]()
            weight_of(made)
            self._made[key] = made
        finally:
            self._making.discard(key)
        return self._made[key]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where an expression stands."""

    outside: Outside
    place: Place
    """What `resourceId` starts from."""
    parameters: Names
    variables: Names
    loops: Mapping[str, int] = field(default_factory=dict)
    """Index of each `copy` loop around the expression, by its name in lower case."""
    innermost: str | None = None
    """Name of the loop that `copyIndex()` means."""
    locals: Mapping[str, Json] = field(default_factory=dict)
    """Arguments of lambdas, by name."""
    home: Place | None = None
    """Where the template's resources lie, if that is not `place`: a nested template of outer scope."""
    budget: Budget = field(default_factory=Budget)
    """Shared by all frames of a deployment."""
    now_allowed: bool = False
    """True in default values of parameters, the one place where `utcNow` and `newGuid` are allowed."""

    def in_loop(self, name: str, index: int) -> Frame:
        """Return the frame of one turn of a loop."""
        return replace(self, loops={**self.loops, name.lower(): index}, innermost=name.lower())


Evaluate = Callable[[Frame, Node], Json]
_PER_STEP = 16
"""Elements that are looked at in the time of one step."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language; its arguments come evaluated."""

    name: str
    call: Callable[[Frame, list[Json]], Json]
    least: int
    most: int | None

    def apply(self, frame: Frame, arguments: tuple[Node, ...]) -> Json:
        """Check the number of arguments, evaluate them, call."""
        check_count(self.name, len(arguments), self.least, self.most)
        values = [evaluate(frame, argument) for argument in arguments]
        frame.budget.spend(sum(len(value) for value in values if isinstance(value, list | dict)) // _PER_STEP)
        return self.call(frame, values)


@dataclass(frozen=True, slots=True)
class Form:
    """A function that decides itself which of its arguments to evaluate, and in which frame."""

    name: str
    call: Callable[[Frame, tuple[Node, ...], Evaluate], Json]
    least: int
    most: int | None

    def apply(self, frame: Frame, arguments: tuple[Node, ...]) -> Json:
        """Check the number of arguments and call."""
        check_count(self.name, len(arguments), self.least, self.most)
        return self.call(frame, arguments, evaluate)


def check_count(name: str, found: int, least: int, most: int | None) -> None:
    """Raise TemplateError where a function has too few or too many arguments."""
    if found < least or (most is not None and found > most):
        expected = f"{least}" if most == least else f"at least {least}" if most is None else f"{least} to {most}"
        raise unable(name, f"function requires {expected} argument(s) while {found} were provided")


def unable(name: str, why: str) -> TemplateError:
    """The error for a function that cannot work with what it got."""
    return TemplateError(
        f"Unable to evaluate template language function '{name}': {why}. "
        f"Please see https://aka.ms/arm-functions#{name} for usage details."
    )


def evaluate(frame: Frame, node: Node) -> Json:
    """Return the value of a tree."""
    match node:
        case Literal(value):
            return value
        case FunctionCall(name, arguments):
            made = function(name).apply(frame, arguments)
            frame.budget.spend(1 + weight_of(made) // (MEMBER * _PER_STEP))
            return made
        case Member(of, name):
            return property_of(evaluate(frame, of), name)
        case Index(of, at):
            return element_of(evaluate(frame, of), evaluate(frame, at))


def function(name: str) -> Function | Form:
    """Return a function by name, in any case of letters."""
    from azserve.emulator.arm.deployments.template.functions import FUNCTIONS, REFUSED, list_function

    low = name.lower()
    found = FUNCTIONS.get(low) or list_function(name)
    if found is not None:
        return found
    if "." in name:
        raise TemplateError(
            f"The azserve emulator does not model user-defined functions ('{name}').", code="NotModelledByEmulator"
        )
    if low in REFUSED:
        raise TemplateError(
            f"The azserve emulator does not model the template function '{name}': {REFUSED[low]}.",
            code="NotModelledByEmulator",
        )
    raise TemplateError(
        f"The template function '{name}' is not valid. Please see https://aka.ms/arm-functions for usage details."
    )


def property_of(value: Json, name: str) -> Json:
    """Return `value.name`; names of properties ignore case."""
    if not isinstance(value, dict):
        raise TemplateError(
            f"The language expression property '{name}' can't be evaluated, property can't be selected on a value of "
            f"type '{kind_of(value)}'."
        )
    found = member(value, name)
    if found is None:
        raise TemplateError(
            f"The language expression property '{name}' doesn't exist, available properties are '{', '.join(value)}'."
        )
    return found[1]


def element_of(value: Json, at: Json) -> Json:
    """Return `value[at]`: an element of an array, or a property of an object."""
    if isinstance(value, dict) and isinstance(at, str):
        return property_of(value, at)
    if isinstance(value, list) and is_int(at):
        if not 0 <= at < len(value):
            raise TemplateError(f"The language expression property array index '{at}' is out of bounds.")
        return value[at]
    raise TemplateError(
        f"The language expression property '{at if isinstance(at, str) else kind_of(at)}' can't be evaluated on a "
        f"value of type '{kind_of(value)}'."
    )


def evaluate_text(frame: Frame, source: str) -> Json:
    """Return what a string of a template stands for."""
    return evaluate(frame, parse(source)) if is_expression(source) else unescaped(source)


def shown_instead(source: str, unresolved: UnresolvedError) -> Json:
    """Return what a prediction shows for an expression that has no value yet.

    A parameter alone is shown as what it was given, all else as it is written; recorded in a what-if of 2026-04-09.
    """
    root = parse(source)
    alone = isinstance(root, FunctionCall) and root.name.lower() == "parameters"
    return unresolved.shown if alone and unresolved.shown is not None else source


def resolve(frame: Frame, source: Json, *, keep_unresolved: bool = False) -> Json:
    """Return a part of a template with its expressions evaluated and its `copy` members unrolled.

    With `keep_unresolved`, what only a running deployment knows stays the expression it is, as a prediction shows it.
    """
    frame.budget.spend(1)
    match source:
        case str():
            try:
                return evaluate_text(frame, source)
            except UnresolvedError as unresolved:
                if not keep_unresolved:
                    raise
                return shown_instead(source, unresolved)
        case list():
            return [resolve(frame, one, keep_unresolved=keep_unresolved) for one in source]
        case dict():
            from azserve.emulator.arm.deployments.template.copies import unrolled

            made: dict[str, Json] = {}
            for key, value in source.items():
                if key.lower() == "copy" and isinstance(value, list):
                    made.update(unrolled(frame, value, keep_unresolved=keep_unresolved))
                else:
                    name = resolve(frame, key) if is_expression(key) else unescaped(key)
                    made[str(name)] = resolve(frame, value, keep_unresolved=keep_unresolved)
            return made
        case _:
            return source
