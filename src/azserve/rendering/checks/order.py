"""Identity and order: what is there twice, what waits for what, and what must not run side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Final

from azserve.model.json import JsonValue
from azserve.rendering.checks.calling import called
from azserve.rendering.checks.check import Check, Hit, Subject
from azserve.rendering.checks.document import SOMETHING, Written, member

_ARM: Final = "Microsoft Learn, define the order for deploying resources; general knowledge"
_REPORTS: Final = "users' reports of RequestConflict, gathered 2026"
_AS_OF: Final = date(2026, 11, 22)
_ACCOUNT: Final = "microsoft.cognitiveservices/accounts"
_ONE_AT_A_TIME: Final = frozenset(
    f"{_ACCOUNT}/{kind}" for kind in ("deployments", "projects", "raipolicies", "raiblocklists", "connections")
)


def _duplicates(subject: Subject) -> Iterator[Hit]:
    seen: dict[tuple[str | None, ...], str] = {}
    for template in subject.document.templates:
        for each in template.resources:
            loops = each.name is None and "copy" in each.raw
            if not each.raw.get("name") or loops or each.conditional or each.exists:
                continue
            where = (called(each.raw.get(name), each.scope) for name in ("scope", "subscriptionId", "resourceGroup"))
            key = (template.scope.group, each.identity, *((name or "").lower() for name in where))
            if key in seen:
                yield Hit(each.path, f"`{each.called}` is there already, at {seen[key]}")
            seen.setdefault(key, each.path)


def _unknown(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        for each in template.resources:
            for dependency in each.depends_on:
                if not template.found(dependency) and not template.may_have(dependency):
                    yield Hit(f"{each.path}.dependsOn", f"`{dependency.rpartition('/')[2]}` is not in the template")


def _cycles(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        for path, others in template.waits.items():
            if path in others:
                yield Hit(path, "the resource waits for itself, by way of others")


def _side_by_side(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        by_account: dict[str, list[Written]] = defaultdict(list)
        for each in template.resources:
            if each.kind in _ONE_AT_A_TIME and not each.exists:
                by_account[each.parent].append(each)
        for children in by_account.values():
            yield from _copies(children)
            yield from _unordered(children, template.waits)


def _unordered(children: list[Written], waits: Mapping[str, frozenset[str]]) -> Iterator[Hit]:
    """Yield what does not wait for the one before it, once they stand as far in line as they wait for each other."""
    siblings = {each.path for each in children}
    line = sorted(children, key=lambda each: len(waits[each.path] & siblings))
    for one, other in pairwise(line):
        if SOMETHING not in waits[one.path] | waits[other.path] and one.path not in waits[other.path]:
            yield Hit(other.path, f"`{_last(other)}` may be written at the same time as `{_last(one)}`",
                      hint="let each wait for the one before it with `dependsOn`")  # fmt: skip


def _copies(children: list[Written]) -> Iterator[Hit]:
    for each in children:
        copy = each.raw.get("copy")
        if copy is not None and (str(member(copy, "mode")).lower() != "serial" or not _one_by_one(copy)):
            yield Hit(f"{each.path}.copy", "the copies are written at the same time",
                      hint='use `"mode": "serial", "batchSize": 1`')  # fmt: skip


def _one_by_one(copy: JsonValue) -> bool:
    size = member(copy, "batchSize")
    return size is None or size == 1


def _last(each: Written) -> str:
    return each.called.rpartition("/")[2]


CHECKS: Final = (
    Check("duplicate-resource", "no resource is there twice", "Azure refuses the template",
          "remove one, or give it another name", _duplicates, _ARM, _AS_OF),
    Check("unknown-dependency", "what a resource waits for is in the template", "Azure refuses the template",
          "name a resource of the template, or remove the dependency", _unknown, _ARM, _AS_OF),
    Check("dependency-cycle", "no resource waits for itself", "Azure refuses the template",
          "remove one of the dependencies", _cycles, _ARM, _AS_OF),
    Check("account-side-by-side", "what is written to one account is in one order",
          "an account takes one write at a time; the others fail with RequestConflict",
          "chain them with `dependsOn`", _side_by_side, _REPORTS, _AS_OF),
)  # fmt: skip
