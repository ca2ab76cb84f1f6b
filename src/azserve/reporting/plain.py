"""Results as JSON values."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import PurePath
from typing import Any

from azserve.errors import Problem
from azserve.model.json import JsonValue
from azserve.model.names import FleetId
from azserve.model.resource_id import ResourceId
from azserve.model.secret import Secret


def plain(value: object, *, reveal: bool = False) -> JsonValue:
    """Return `value` as JSON values, keys as the dataclasses name them.

    Ids and fleets become text, times ISO 8601 with their offset, durations seconds. Secrets stay masked unless
    `reveal`, which only `keys list --show` sets. Raises TypeError for what has no JSON form.
    """
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return plain(value.value)
        case str():
            return value
        case Secret():
            return value.reveal() if reveal else str(value)
        case ResourceId() | FleetId():
            return str(value)
        case PurePath():
            return value.as_posix()
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Mapping():
            return {str(plain(key)): plain(item, reveal=reveal) for key, item in value.items()}
        case tuple() | list() | set() | frozenset():
            items: Any = sorted(value) if isinstance(value, set | frozenset) else value
            return [plain(item, reveal=reveal) for item in items]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name.rstrip("_"): plain(getattr(value, field.name), reveal=reveal) for field in fields}
    raise TypeError(f"no JSON form for {type(value).__name__}")


def envelope(verb: str, result: JsonValue, problems: tuple[Problem, ...], *, ok: bool) -> dict[str, JsonValue]:
    """Return the one document that `-o json` prints, on success and on failure."""
    return {
        "schema": f"azserve/{verb}/v1",
        "ok": ok,
        "result": result,
        "problems": [plain(problem) for problem in problems],
    }
