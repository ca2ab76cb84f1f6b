"""The `$filter` language of resource lists: comparisons by `eq`, joined by `and`."""

from __future__ import annotations

import re
from collections.abc import Callable

from azserve.emulator.arm import refusals
from azserve.emulator.arm.engine import short_location
from azserve.emulator.kernel.wire import Json
from azserve.emulator.kernel.world import Stored

Test = Callable[[Stored], bool]

_EQUALS = re.compile(r"\s*(\w+)\s+eq\s+'((?:[^']|'')*)'\s*", re.IGNORECASE)
_SUBSTRING = re.compile(r"\s*substringof\('((?:[^']|'')*)',\s*name\)\s*", re.IGNORECASE)
_AND = re.compile(r"and\s", re.IGNORECASE)


def compile_filter(text: str | None) -> Test:
    """Return a test of resources or groups; no text lets everything through. ArmError where it makes no sense."""
    if text is None or not text.strip():
        return lambda stored: True
    asked = dict(_terms(text))
    tag = asked.pop("tagname", None)
    value = asked.pop("tagvalue", None)
    tests = [_TESTS[name](wanted) for name, wanted in asked.items() if name in _TESTS]
    if len(tests) != len(asked) or (tag is None and value is not None):
        raise refusals.bad_filter(text)
    if tag is not None:
        tests.append(_tagged(tag, value))
    return lambda stored: all(test(stored) for test in tests)


def _terms(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while True:
        term = _EQUALS.match(text, at) or _SUBSTRING.match(text, at)
        if term is None:
            raise refusals.bad_filter(text)
        name, value = term.groups() if term.re is _EQUALS else ("substring", term.group(1))
        found.append((name.lower(), value.replace("''", "'")))
        at = term.end()
        if at == len(text):
            return found
        joint = _AND.match(text, at)
        if joint is None:
            raise refusals.bad_filter(text)
        at = joint.end()


def _tagged(tag: str, value: str | None) -> Test:
    def test(stored: Stored) -> bool:
        tags: Json = stored.body.get("tags") or {}
        held = {name.lower(): text for name, text in tags.items()}
        return tag.lower() in held and (value is None or held[tag.lower()] == value)

    return test


_TESTS: dict[str, Callable[[str], Test]] = {
    "resourcetype": lambda wanted: lambda stored: stored.address.type.lower() == wanted.lower(),
    "name": lambda wanted: lambda stored: "/".join(stored.address.names).lower() == wanted.lower(),
    "resourcegroup": lambda wanted: lambda stored: (stored.address.group or "").lower() == wanted.lower(),
    "location": lambda wanted: (
        lambda stored: short_location(str(stored.body.get("location", ""))) == short_location(wanted)
    ),
    "substring": lambda wanted: lambda stored: wanted.lower() in stored.address.name.lower(),
}
