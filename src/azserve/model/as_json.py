"""Nouns as JSON and back, walked by their type hints: a new field with a default needs nothing here.

Rejected: pickle (runs what it reads) and pydantic models beside the nouns (a second truth, and 115 ms of import).
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from azserve.model.json import JsonValue
from azserve.model.resource_id import ResourceId


class Unreadable(ValueError):
    """A value is not what a noun's type hints say."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


def written(value: object) -> JsonValue:
    """Return a noun as JSON values."""
    match value:
        case ResourceId() | Path():
            return str(value)
        case Enum():
            return cast(JsonValue, value.value)
        case date():
            return value.isoformat()
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(name): written(one) for name, one in value.items()}
        case Sequence():
            return [written(one) for one in value]
        case _ if dataclasses.is_dataclass(value):
            return {field.name: written(getattr(value, field.name)) for field in dataclasses.fields(value)}
        case _:
            raise TypeError(f"no noun holds a {type(value).__name__}")


def read(hint: Any, value: JsonValue, path: str) -> object:  # noqa: ANN401
    """Return `value` as what the type hint says; raises Unreadable, with `path`, where it is something else."""
    while isinstance(hint, typing.NewType):
        hint = hint.__supertype__
    if hint is Any:
        return value
    origin = typing.get_origin(hint)
    if origin in {types.UnionType, typing.Union}:
        return _read_union(typing.get_args(hint), value, path)
    if origin is tuple:
        item = typing.get_args(hint)[0]
        return tuple(read(item, one, f"{path}[{at}]") for at, one in enumerate(_list(value, path)))
    if origin is not None and issubclass(origin, Mapping):
        key, item = typing.get_args(hint)
        return {read(key, name, path): read(item, one, f"{path}.{name}") for name, one in _object(value, path).items()}
    if dataclasses.is_dataclass(hint) and hint is not ResourceId:
        return _read_fields(cast(type, hint), _object(value, path), path)
    return _read_scalar(hint, value, path)


def _read_union(hints: tuple[Any, ...], value: JsonValue, path: str) -> object:
    """Return the value as the first member of a union that takes it."""
    if value is None and types.NoneType in hints:
        return None
    failures: list[Unreadable] = []
    for hint in hints:
        if hint is types.NoneType:
            continue
        try:
            return read(hint, value, path)
        except Unreadable as error:
            failures.append(error)
    raise failures[0]


def _read_fields(kind: type, value: Mapping[str, JsonValue], path: str) -> object:
    hints = _hints(kind)
    known = {field.name for field in dataclasses.fields(kind)}
    given = {name: read(hints[name], one, f"{path}.{name}") for name, one in value.items() if name in known}
    try:
        return kind(**given)
    except TypeError as error:
        raise Unreadable(path, str(error).partition("() ")[2] or str(error)) from error


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    """Return a noun's type hints; any JSON reads as Any, for the alias refers to itself."""
    return typing.get_type_hints(kind, localns={"JsonValue": Any, "JsonObject": Any})


_EXPECTED: Final[Mapping[type, tuple[type, ...]]] = {
    bool: (bool,),
    int: (int,),
    float: (int, float),
    str: (str,),
}


def _read_scalar(hint: Any, value: JsonValue, path: str) -> object:  # noqa: ANN401
    try:
        if hint in _EXPECTED:
            if not isinstance(value, _EXPECTED[hint]) or (isinstance(value, bool) and hint is not bool):
                raise Unreadable(path, f"`{value}` is no {hint.__name__}")
            return float(value) if hint is float and isinstance(value, int) else value
        if not isinstance(value, str):
            raise Unreadable(path, f"`{value}` is no text")
        if hint is ResourceId:
            return ResourceId.parse(value)
        if hint in {date, datetime}:
            return hint.fromisoformat(value)
        return hint(value)
    except Unreadable:
        raise
    except ValueError as error:
        raise Unreadable(path, f"`{value}` is no {hint.__name__}") from error


def _list(value: JsonValue, path: str) -> Sequence[JsonValue]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise Unreadable(path, "a list is expected")
    return value


def _object(value: JsonValue, path: str) -> Mapping[str, JsonValue]:
    if not isinstance(value, Mapping):
        raise Unreadable(path, "an object is expected")
    return value
