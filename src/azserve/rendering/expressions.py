"""The part of ARM's expression language that azserve's own templates use: parsed, and evaluated as far as it goes.

Not a second ARM. What only a running deployment can answer (`reference()`, `deployer()`, `subscription().tenantId`)
raises `Unresolved`, and `reading` decides what that means.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeAlias

from azserve.model.json import JsonObject, JsonValue
from azserve.rendering.escaping import is_expression

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<name>[A-Za-z_]\w*)|(?P<mark>[(),.\[\]]))"
)
_GUID_NAMESPACE: Final = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
"""ARM's `guid()` is a version 5 UUID in this namespace over its arguments joined by hyphens, say several public
re-implementations that name Microsoft's page on string functions (read 2026-11-22); no value of Azure's is at hand."""


class Unresolved(Exception):
    """An expression cannot be known before it is deployed."""


class NotAnExpression(ValueError):
    """Text in brackets does not parse."""


class TooMuch(ValueError):
    """What expressions come to is more than a template has any use for: a few of them can double without end."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A string or a number."""

    value: str | int


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)`."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """`of.name` or `of[key]`."""

    of: Expression
    key: Expression


Expression: TypeAlias = Literal | Call | Member


MOST: Final = 1_000_000
"""Values that expressions may come to in one template; ARM takes 4 MB of it, a twentieth of this."""
_CHARACTERS: Final = 32
"""Of text, that count as one value more."""


@dataclass(slots=True)
class Effort:
    """How much expressions came to so far, in values; shared by all scopes of one template."""

    spent: int = 0
    stopped_at: str | None = None
    """The variable that went beyond `MOST`; empty where it was no variable's doing, None where nothing did."""

    def spend(self, values: int) -> None:
        """Count values; raises TooMuch for those beyond `MOST`, from then on always."""
        self.spent += values
        if self.spent > MOST:
            self.stopped_at = self.stopped_at or ""
            raise TooMuch(f"expressions come to more than {MOST:,} values")


@dataclass(frozen=True, slots=True)
class _Known:
    """A variable or parameter that was asked for before."""

    value: JsonValue
    size: int
    """In values, counted again at each use: what is named twice is there twice."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression is evaluated: the values it can name, and where its resources are."""

    subscription: str
    group: str | None
    parameters: JsonObject
    variables: JsonObject
    """As written, still unevaluated."""
    effort: Effort = field(default_factory=Effort, compare=False, repr=False)
    known: dict[str, _Known | None] = field(default_factory=dict, compare=False, repr=False)
    """Variables and parameters by the name that was asked for; None for what cannot be known, or is being asked for."""


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Parse what stands between the brackets; raises NotAnExpression."""
    try:
        reader = _Reader(_tokens(text)[::-1])
        expression = reader.expression()
        if reader.left:
            raise NotAnExpression(f"`{reader.left[-1]}` follows its end")
    except NotAnExpression as error:
        shown = text if len(text) <= 60 else f"{text[:57]}…"
        raise NotAnExpression(f"`[{shown}]` is no expression: {error}") from None
    return expression


def _tokens(text: str) -> list[str]:
    tokens, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise NotAnExpression(f"`{text[at : at + 20]}` is not understood")
        tokens.append(match[0].strip())
        at = match.end()
    return tokens


@dataclass(slots=True)
class _Reader:
    left: list[str]
    """The next one last, so that taking it moves nothing."""

    def take(self, wanted: str | None = None) -> str:
        if not self.left or (wanted is not None and self.left[-1] != wanted):
            raise NotAnExpression(f"`{wanted or 'more'}` is missing")
        return self.left.pop()

    def expression(self) -> Expression:
        result = self.primary()
        while self.left and self.left[-1] in {".", "["}:
            if self.take() == ".":
                result = Member(result, Literal(self.take()))
            else:
                result = Member(result, self.expression())
                self.take("]")
        return result

    def primary(self) -> Expression:
        token = self.take()
        if token.startswith("'"):
            return Literal(token[1:-1].replace("''", "'"))
        if token.lstrip("-").isdigit():
            return Literal(int(token))
        while self.left and self.left[-1] == ".":  # a function of the template's own: `contoso.named(…)`
            token += self.take() + self.take()
        self.take("(")
        arguments: list[Expression] = []
        while self.left and self.left[-1] != ")":
            if arguments:
                self.take(",")
            arguments.append(self.expression())
        self.take(")")
        return Call(token.lower(), tuple(arguments))


def resolve(value: JsonValue, scope: Scope) -> JsonValue:
    """Return a value with its expressions evaluated and its escapes undone, property names included.

    A property that cannot be known is left out. Raises Unresolved where the value itself, or an item of a list, is one.
    """
    if isinstance(value, str):
        return _resolve_text(value, scope)
    scope.effort.spend(1)
    if isinstance(value, Mapping):
        known: dict[str, JsonValue] = {}
        for key, item in value.items():
            with suppress(Unresolved):
                known[str(_resolve_text(key, scope))] = resolve(item, scope)
        return known
    if isinstance(value, Sequence):
        return [resolve(item, scope) for item in value]
    return value


def _resolve_text(text: str, scope: Scope) -> JsonValue:
    if not is_expression(text):
        return text
    return text[1:] if text.startswith("[[") else evaluate(parse(text[1:-1]), scope)


def evaluate(expression: Expression, scope: Scope) -> JsonValue:
    """Return what an expression comes to; raises Unresolved."""
    match expression:
        case Literal(value):
            return value
        case Member(of, key):
            return _weighed(_member(_holder(of, scope), evaluate(key, scope)), scope)
        case Call(name, arguments):
            return _call(name, arguments, scope)


def _holder(expression: Expression, scope: Scope) -> JsonValue:
    """Return what a member is taken from, not counted where it was known before: only the member is used."""
    match expression:
        case Member(of, key):
            return _member(_holder(of, scope), evaluate(key, scope))
        case Call("variables" | "parameters" as section, (Literal(str(name)),)):
            found = scope.known.get(f"{section}/{name}")
            return evaluate(expression, scope) if found is None else found.value
        case _:
            return evaluate(expression, scope)


def _member(of: JsonValue, key: JsonValue) -> JsonValue:
    if isinstance(of, Mapping) and isinstance(key, str):
        return _named(of, key)
    if isinstance(of, list) and isinstance(key, int) and -1 < key < len(of):
        item: JsonValue = of[key]
        return item
    raise Unresolved


def _named(of: JsonObject, name: str) -> JsonValue:
    """Return a member by ARM's rule, which ignores case."""
    if name in of:
        return of[name]
    for each, value in of.items():
        if each.lower() == name.lower():
            return value
    raise Unresolved


def _call(name: str, arguments: Sequence[Expression], scope: Scope) -> JsonValue:
    if name == "if":
        wanted, then, otherwise = arguments
        return evaluate(then if evaluate(wanted, scope) else otherwise, scope)
    function = _FUNCTIONS.get(name)
    if function is None:
        raise Unresolved
    scope.effort.spend(1)
    return function([evaluate(argument, scope) for argument in arguments], scope)


_Function: TypeAlias = Callable[[list[JsonValue], Scope], JsonValue]


def _parameters(given: list[JsonValue], scope: Scope) -> JsonValue:
    name = str(given[0])
    return _remembered(f"parameters/{name}", scope, lambda: _weighed(_named(scope.parameters, name), scope))


def _variables(given: list[JsonValue], scope: Scope) -> JsonValue:
    name = str(given[0])
    try:
        return _remembered(f"variables/{name}", scope, lambda: resolve(_named(scope.variables, name), scope))
    except TooMuch:
        scope.effort.stopped_at = scope.effort.stopped_at or name
        raise


def _remembered(name: str, scope: Scope, look: Callable[[], JsonValue]) -> JsonValue:
    """Return what a name stands for, looked up once; one that stands for itself cannot be known."""
    if name not in scope.known:
        scope.known[name], before = None, scope.effort.spent
        try:
            value = look()
        except RecursionError:
            del scope.known[name]  # a chain that is too long from here may be short enough from farther on
            raise
        scope.known[name] = _Known(value, scope.effort.spent - before)
        return value
    found = scope.known[name]
    if found is None:
        raise Unresolved
    scope.effort.spend(found.size)
    return found.value


def _weighed(value: JsonValue, scope: Scope) -> JsonValue:
    """Return a value whose size is not known, counted."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            scope.effort.spend(1 + len(one) // _CHARACTERS)
            continue
        scope.effort.spend(1)
        if isinstance(one, Mapping):
            left.extend(one.values())
        elif isinstance(one, Sequence):
            left.extend(one)
    return value


def _text(value: JsonValue, scope: Scope) -> str:
    """Return a value as a part of a longer text, counted."""
    return str(_weighed(value, scope))


def _format(given: list[JsonValue], scope: Scope) -> JsonValue:
    pattern, *values = given
    return re.sub(r"\{(\d+)\}", lambda hole: _text(values[int(hole[1])], scope), _text(pattern, scope))


def _concat(given: list[JsonValue], scope: Scope) -> JsonValue:
    return "".join(_text(each, scope) for each in given)


def _union(given: list[JsonValue], scope: Scope) -> JsonValue:
    scope.effort.spend(sum(len(each) for each in given if isinstance(each, Mapping)))
    return {key: value for each in given if isinstance(each, Mapping) for key, value in each.items()}


def _guid(given: list[JsonValue], scope: Scope) -> JsonValue:
    return str(uuid.uuid5(_GUID_NAMESPACE, "-".join(_text(each, scope) for each in given)))


def _subscription(_given: list[JsonValue], scope: Scope) -> JsonValue:
    return {"subscriptionId": scope.subscription, "id": f"/subscriptions/{scope.subscription}"}


def _resource_group(_given: list[JsonValue], scope: Scope) -> JsonValue:
    if scope.group is None:
        raise Unresolved
    return {"name": scope.group, "id": f"/subscriptions/{scope.subscription}/resourceGroups/{scope.group}"}


def _resource_id(given: list[JsonValue], scope: Scope) -> JsonValue:
    texts = [_text(each, scope) for each in given]
    at = next((at for at, text in enumerate(texts) if "/" in text), None)
    if at is None or scope.group is None:
        raise Unresolved
    group = texts[at - 1] if at > 0 else scope.group
    subscription = texts[at - 2] if at > 1 else scope.subscription
    return f"/subscriptions/{subscription}/resourceGroups/{group}" + _provider_path(texts[at], texts[at + 1 :])


def _subscription_resource_id(given: list[JsonValue], scope: Scope) -> JsonValue:
    texts = [_text(each, scope) for each in given]
    if texts[0] == "Microsoft.Resources/resourceGroups":
        return f"/subscriptions/{scope.subscription}/resourceGroups/{texts[1]}"
    return f"/subscriptions/{scope.subscription}" + _provider_path(texts[0], texts[1:])


def _provider_path(kind: str, names: Sequence[str]) -> str:
    namespace, *kinds = kind.split("/")
    return f"/providers/{namespace}" + "".join(f"/{each}/{name}" for each, name in zip(kinds, names, strict=True))


_FUNCTIONS: Final[Mapping[str, _Function]] = {
    "concat": _concat,
    "format": _format,
    "guid": _guid,
    "null": lambda _given, _scope: None,
    "parameters": _parameters,
    "resourcegroup": _resource_group,
    "resourceid": _resource_id,
    "subscription": _subscription,
    "subscriptionresourceid": _subscription_resource_id,
    "true": lambda _given, _scope: True,
    "union": _union,
    "variables": _variables,
}
