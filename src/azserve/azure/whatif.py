"""Answers of ARM's what-if, read into nouns. Pure.

Shapes as in the specification of Microsoft.Resources (2024-07-01) and one recorded answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from azserve.deploying.ports import Foretold, ForetoldChange
from azserve.model.json import JsonObject, JsonValue

WORDS = {one.value.lower(): one for one in Foretold} | {"ignore": Foretold.NO_CHANGE}


def changes_in(answer: JsonObject) -> tuple[ForetoldChange, ...]:
    """Return the changes, in Azure's order. A change type that is not known reads as unsupported."""
    inner = answer.get("properties")
    holder = inner if isinstance(inner, Mapping) else answer
    return tuple(_change(one) for one in _objects(holder.get("changes")))


def _change(one: JsonObject) -> ForetoldChange:
    word = str(one.get("changeType") or "")
    change = WORDS.get(word.lower(), Foretold.UNSUPPORTED)
    reason = one.get("unsupportedReason")
    return ForetoldChange(
        resource=str(one.get("resourceId") or ""),
        change=change,
        paths=tuple(_paths(one.get("delta"), "")),
        because=reason if isinstance(reason, str) and reason else None,
    )


def _paths(delta: JsonValue, above: str) -> Iterator[str]:
    """Yield the innermost properties that differ, dotted; entries of a list by their place."""
    for one in _objects(delta):
        path = f"{above}.{one.get('path')}" if above else str(one.get("path"))
        children = _objects(one.get("children"))
        kind = str(one.get("propertyChangeType")).lower()
        if children:
            yield from _paths(children, path)
        elif kind not in {"nochange", "noeffect"}:
            yield path


def _objects(value: JsonValue) -> Sequence[JsonObject]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ()
    return [item for item in value if isinstance(item, Mapping)]
