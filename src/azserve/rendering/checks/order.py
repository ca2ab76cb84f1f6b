"""Identity and order: what is there twice, what waits for what, and what must not run side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import Final

from azserve.model.resource_id import ResourceId
from azserve.rendering.checks.check import Check, Hit, Subject
from azserve.rendering.checks.document import Template, Written, member, settled

_ARM: Final = "Microsoft Learn, define the order for deploying resources; general knowledge"
_REPORTS: Final = "users' reports of RequestConflict, gathered 2026"
_AS_OF: Final = date(2026, 11, 22)
_ACCOUNT: Final = "microsoft.cognitiveservices/accounts"
_ONE_AT_A_TIME: Final = frozenset(
    f"{_ACCOUNT}/{kind}" for kind in ("deployments", "projects", "raipolicies", "raiblocklists", "connections")
)


def waits(template: Template) -> Mapping[str, frozenset[str]]:
    """Return, by path, everything that a resource waits for, directly or not; ends where there is a cycle."""
    direct = {each.path: set(_named(each, template)) for each in template.resources}
    for each in template.resources:
        if each.nested_in is not None:
            direct[each.path].add(each.nested_in)
    return {path: frozenset(_reach(path, direct)) for path in direct}


def _reach(start: str, direct: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    left = list(direct[start])
    while left:
        path = left.pop()
        if path not in seen:
            seen.add(path)
            left.extend(direct.get(path, ()))
    return seen


def _named(each: Written, template: Template) -> Iterator[str]:
    """Yield the paths of what a resource says it waits for."""
    for dependency in _dependencies(each):
        yield from _found(dependency, template)


def _dependencies(each: Written) -> list[str]:
    """Return what a resource names, as far as it can be known."""
    found = settled(each.raw.get("dependsOn"), each.scope)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _found(dependency: str, template: Template) -> list[str]:
    """Return the paths of the resources that an id, a name or a symbol stands for."""
    wanted = dependency.lower()
    try:
        resource = ResourceId.parse(dependency)
    except ValueError:
        return [each.path for each in template.resources
                if wanted in {(each.symbol or "").lower(), (each.name or "").lower()} - {""}]  # fmt: skip
    identity = f"{resource.type}/{'/'.join(resource.names)}".lower()
    return [each.path for each in template.resources if each.identity == identity]


def _duplicates(subject: Subject) -> Iterator[Hit]:
    seen: dict[tuple[str | None, str, str], str] = {}
    for template in subject.document.templates:
        for each in template.resources:
            if each.name is None or each.conditional or each.exists:
                continue
            key = (template.scope.group, each.identity, str(settled(each.raw.get("scope"), each.scope)).lower())
            if key in seen:
                yield Hit(each.path, f"`{each.name}` is there already, at {seen[key]}")
            seen.setdefault(key, each.path)


def _unknown(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        certain = all(each.name is not None for each in template.resources)
        for each in template.resources:
            for dependency in _dependencies(each) if certain else ():
                if not _found(dependency, template):
                    yield Hit(f"{each.path}.dependsOn", f"`{dependency.rpartition('/')[2]}` is not in the template")


def _cycles(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        for path, others in waits(template).items():
            if path in others:
                yield Hit(path, "the resource waits for itself, by way of others")


def _side_by_side(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        order = waits(template)
        by_account: dict[str, list[Written]] = defaultdict(list)
        for each in template.resources:
            if each.kind in _ONE_AT_A_TIME and not each.exists:
                by_account[each.parent].append(each)
        for children in by_account.values():
            yield from _copies(children)
            for one, other in combinations(children, 2):
                if one.path not in order[other.path] and other.path not in order[one.path]:
                    yield Hit(other.path, f"`{_last(other)}` may be written at the same time as `{_last(one)}`",
                              hint="let each wait for the one before it with `dependsOn`")  # fmt: skip
                    break


def _copies(children: list[Written]) -> Iterator[Hit]:
    for each in children:
        copy = each.raw.get("copy")
        if copy is not None and (
            str(member(copy, "mode")).lower() != "serial" or member(copy, "batchSize") not in {None, 1}
        ):
            yield Hit(f"{each.path}.copy", "the copies are written at the same time",
                      hint='use `"mode": "serial", "batchSize": 1`')  # fmt: skip


def _last(each: Written) -> str:
    return (each.name or str(each.raw.get("name"))).rpartition("/")[2]


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
