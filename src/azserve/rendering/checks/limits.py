"""What ARM refuses for its size, said while there is still room.

The numbers are those of Microsoft Learn, "Azure Resource Manager template best practices" and "Azure subscription and
service limits", as commonly quoted; no copy was at hand when this was written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Final

from azserve.errors import Severity
from azserve.rendering.checks.check import Check, Find, Hit, Subject
from azserve.rendering.checks.document import entries
from azserve.rendering.escaping import is_expression
from azserve.rendering.expressions import MOST

_SOURCE: Final = "Microsoft Learn, template limits; general knowledge"
_AS_OF: Final = date(2026, 11, 22)
_HEADROOM: Final = 0.8
"""From this part of a limit on there is a warning: the next region or endpoint may not fit."""
_LARGEST: Final = 4 * 1024 * 1024
_RESOURCES: Final = 800
_LONGEST: Final = 24_576
_TAGS: Final = 50
_TAG_NAME: Final = 512
_TAG_VALUE: Final = 256
_NOT_IN_TAG_NAMES: Final = frozenset("<>%&\\?/")
_COUNTED: Final = {"parameters": 256, "variables": 256, "outputs": 64}


def _measured(path: str, number: int, limit: int, unit: str) -> Iterator[Hit]:
    if number > limit:
        yield Hit(path, f"{number:,} {unit} are more than ARM takes, which is {limit:,}")
    elif number > limit * _HEADROOM:
        yield Hit(path, f"{number:,} {unit} leave little of the {limit:,} that ARM takes", severity=Severity.WARNING)


def _size(subject: Subject) -> Iterator[Hit]:
    text = json.dumps(subject.document.root, ensure_ascii=False, separators=(",", ":"))
    yield from _measured("$", len(text.encode(errors="replace")), _LARGEST, "bytes")


def _resources(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        yield from _measured(f"{template.path}.resources", len(template.resources), _RESOURCES, "resources")


def _counted(section: str) -> Find:
    def find(subject: Subject) -> Iterator[Hit]:
        for template in subject.document.templates:
            number = len(entries(template.raw.get(section)))
            yield from _measured(f"{template.path}.{section}", number, _COUNTED[section], section)

    return find


def _expressions(subject: Subject) -> Iterator[Hit]:
    for template in subject.document.templates:
        for each in template.texts:
            if is_expression(each.text):
                yield from _measured(each.path, len(each.text), _LONGEST, "characters of an expression")


def _effort(subject: Subject) -> Iterator[Hit]:
    stopped = subject.document.effort.stopped_at
    if stopped is not None:
        blamed = f"the variable `{stopped}` comes" if stopped else "expressions come"
        yield Hit("$", f"{blamed} to more than {MOST:,} values, and what follows was not looked at")


def _tags(subject: Subject) -> Iterator[Hit]:
    for each in subject.document.resources:
        tags = entries(each.get("tags"))
        path = f"{each.path}.tags"
        if len(tags) > _TAGS:
            yield Hit(path, f"{len(tags)} tags are more than a resource takes, which is {_TAGS}")
        for name, value in tags.items():
            if len(name) > _TAG_NAME or len(str(value)) > _TAG_VALUE:
                yield Hit(path, f"the tag `{name[:40]}` is longer than Azure takes")
            if wrong := sorted(_NOT_IN_TAG_NAMES.intersection(name)):
                yield Hit(path, f"the name of the tag `{name[:40]}` holds {' '.join(wrong)}, which Azure refuses")


def _check(code: str, what: str, hint: str, find: Find) -> Check:
    why = "Azure refuses the whole deployment, and only when it is sent"
    return Check(code, what, why, hint, find, _SOURCE, _AS_OF)


_SPLIT: Final = "deploy fewer regions or endpoints with one template"
CHECKS: Final = (
    _check("template-size", "the template is smaller than 4 MB", _SPLIT, _size),
    _check("resource-count", "there are at most 800 resources", _SPLIT, _resources),
    _check(
        "parameter-count", "there are at most 256 parameters", "join parameters into objects", _counted("parameters")
    ),
    _check("variable-count", "there are at most 256 variables", "join variables into objects", _counted("variables")),
    _check("output-count", "there are at most 64 outputs", "join outputs into objects", _counted("outputs")),
    _check("expression-length", "no expression is longer than 24,576 characters", "use variables", _expressions),
    _check(
        "expression-result",
        f"expressions come to at most {MOST:,} values",
        "find what is joined to itself over and over",
        _effort,
    ),
    _check("tag-limits", "tags are as few and as short as Azure takes them", "shorten the tag", _tags),
)
