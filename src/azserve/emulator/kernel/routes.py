"""Path templates: `/subscriptions/{subscription}/providers/X/locations/{location}/models`, matched without case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


def segments(path: str) -> list[str]:
    """Take a path apart; empty segments do not count, as with Azure."""
    return [part for part in path.split("/") if part]


class RouteTable(Generic[T]):
    """What to do by method and path. Where two templates fit, the one with fewer braces wins."""

    def __init__(self, routes: Iterable[tuple[str, str, T]]) -> None:
        self._by_length: dict[int, list[tuple[str, list[str], T]]] = {}
        for method, template, target in routes:
            parts = segments(template)
            self._by_length.setdefault(len(parts), []).append((method.upper(), parts, target))
        for found in self._by_length.values():
            found.sort(key=lambda one: sum(part.startswith("{") for part in one[1]))

    def find(self, method: str, path: str) -> tuple[T, Mapping[str, str]] | None:
        """Return the target of a request and the values of the template's names; None where no route fits."""
        parts = segments(path)
        for wanted, template, target in self._by_length.get(len(parts), ()):
            if wanted == method.upper():
                values = _match(template, parts)
                if values is not None:
                    return target, values
        return None

    def methods(self, path: str) -> tuple[str, ...]:
        """Return the methods that some route has for a path."""
        parts = segments(path)
        found = {one for one, template, _ in self._by_length.get(len(parts), ()) if _match(template, parts) is not None}
        return tuple(sorted(found))


def _match(template: list[str], parts: list[str]) -> dict[str, str] | None:
    values: dict[str, str] = {}
    for pattern, part in zip(template, parts, strict=True):
        if pattern.startswith("{"):
            values[pattern.strip("{}")] = part
        elif pattern.lower() != part.lower():
            return None
    return values
