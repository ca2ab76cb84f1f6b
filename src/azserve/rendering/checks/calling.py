"""What a name is called where only a deployment knows it: two that are written to the same effect are called the same.

`[concat(parameters('account'), '/chat')]` and `[format('{0}/{1}', parameters('account'), 'chat')]` are both called
`‹parameters('account')›/chat`. So it can be told what waits for what in a template whose names are parameters, as most
of other people's are.
"""

from __future__ import annotations

from typing import Final

from azserve.model.json import JsonValue
from azserve.rendering.escaping import is_expression
from azserve.rendering.expressions import (
    Call,
    Expression,
    Literal,
    Member,
    Scope,
    TooMuch,
    Unresolved,
    evaluate,
    parse,
)

_COMPOSING: Final = frozenset({"concat", "format", "resourceid", "subscriptionresourceid"})
"""Functions whose result says where each argument went."""
_OPEN: Final = "‹"
_SLASH: Final = "∕"
"""Stands for a slash of an expression, because a real one divides names."""


def called(text: JsonValue, scope: Scope) -> str | None:
    """Return what a name comes to, as far as it goes; None where it is no text or no expression."""
    if not isinstance(text, str):
        return None
    try:
        if not is_expression(text):
            return text
        return text[1:] if text.startswith("[[") else str(_called(parse(text[1:-1]), scope))
    except (ValueError, RecursionError):
        return None


def is_guess(name: str) -> bool:
    """Whether a part of a name is only known to a deployment."""
    return _OPEN in name


def _called(expression: Expression, scope: Scope) -> str | int:
    found = _known(expression, scope)
    if found is not None:
        return found
    match expression:
        case Call("variables", (Literal(str(name)),)) if (written := _variable(name, scope)) is not None:
            return _called(parse(written[1:-1]), scope)
        case Call(name, arguments) if name in _COMPOSING:
            named = Call(name, tuple(Literal(_called(each, scope)) for each in arguments))
            found = _known(named, scope)
    return _as_written(expression, scope) if found is None else found


def _known(expression: Expression, scope: Scope) -> str | int | None:
    scope.effort.spend(1)
    try:
        found = evaluate(expression, scope)
    except TooMuch:
        raise
    except (Unresolved, ValueError, TypeError, LookupError, AttributeError):
        return None
    return found if isinstance(found, str | int) else None


def _variable(name: str, scope: Scope) -> str | None:
    """Return a variable that is one expression, as written."""
    found = next((each for key, each in scope.variables.items() if key.lower() == name.lower()), None)
    return found if isinstance(found, str) and is_expression(found) and not found.startswith("[[") else None


def _as_written(expression: Expression, scope: Scope) -> str:
    text = _printed(expression).replace("/", _SLASH)
    scope.effort.spend(len(text))
    return f"{_OPEN}{text}›"


def _printed(expression: Expression) -> str:
    match expression:
        case Literal(value):
            return f"'{value}'" if isinstance(value, str) else str(value)
        case Member(of, key):
            return f"{_printed(of)}[{_printed(key)}]"
        case Call(name, arguments):
            return f"{name}({', '.join(map(_printed, arguments))})".lower()
