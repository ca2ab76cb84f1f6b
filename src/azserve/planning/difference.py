"""What differs between a resource as rendered and as it is live.

Only what the template sets is compared: Azure adds properties freely, and those are nobody's change. Spellings that
Azure varies without meaning (regions, ids, spaces in an identity's type) do not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from azserve.model.json import JsonObject, JsonValue
from azserve.model.names import region
from azserve.model.plan import Change

_ANY_CASE: Final = {"kind", "modelid", "publicnetworkaccess", "defaultaction", "format"}
"""Properties whose values services are known to answer in another case than they were sent."""


def changes_between(desired: JsonObject, live: JsonObject) -> tuple[Change, ...]:
    """Return each property that the template would change, in the template's order."""
    return tuple(_differences((), desired, live))


def same(desired: JsonValue, live: JsonValue) -> bool:
    """Return whether nothing that `desired` sets differs in `live`."""
    return not any(True for _ in _differences((), desired, live))


def _differences(path: tuple[str, ...], desired: JsonValue, live: JsonValue) -> Iterator[Change]:
    match desired:
        case None:
            return  # a template's null sets nothing
        case Mapping():
            yield from _object_differences(path, desired, live)
        case str() | bool() | int() | float():
            if not _same_scalar(path[-1] if path else "", desired, live):
                yield Change(".".join(path), live, desired)
        case _:
            if not _same_list(desired, live):
                yield Change(".".join(path), live, desired)


def _object_differences(path: tuple[str, ...], desired: JsonObject, live: JsonValue) -> Iterator[Change]:
    if isinstance(live, Mapping):
        # Names of tags have no case, and ids are names in `userAssignedIdentities`.
        by_name = {name.lower(): value for name, value in live.items()}
        for name, value in desired.items():
            yield from _differences((*path, name), value, by_name.get(name.lower()))
    elif not all(_is_nothing(value) for value in desired.values()):
        yield Change(".".join(path), live, desired)


def _same_list(desired: Sequence[JsonValue], live: JsonValue) -> bool:
    """Return whether two lists hold the same, in any order: Azure sorts lists of rules and addresses as it likes."""
    if not isinstance(live, Sequence) or isinstance(live, str):
        return not desired and live is None
    left = list(live)
    for wanted in desired:
        found = next((at for at, one in enumerate(left) if same(wanted, one)), None)
        if found is None:
            return False
        del left[found]
    return not left


def _same_scalar(name: str, desired: str | float, live: JsonValue) -> bool:
    if isinstance(desired, str) and isinstance(live, str):
        return _spelled(name, desired) == _spelled(name, live)
    if isinstance(desired, bool) or isinstance(live, bool):
        return desired is live
    return desired == live


def _spelled(name: str, text: str) -> str:
    """Return the one spelling of a value."""
    lowered = name.lower()
    if lowered == "location":
        return region(text)
    if text.lower().startswith("/subscriptions/"):
        return text.rstrip("/").lower()
    if lowered == "type":
        return text.replace(" ", "").lower()
    return text.lower() if lowered in _ANY_CASE else text


def _is_nothing(value: JsonValue) -> bool:
    """Return whether a value says nothing: services drop null and what is empty."""
    return value is None or (isinstance(value, Mapping | Sequence) and not isinstance(value, str) and not value)
