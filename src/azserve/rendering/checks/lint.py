"""The checks in one row, and how a file meets them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Final

from azserve.errors import Severity
from azserve.model.json import JsonObject
from azserve.rendering.checks import access, limits, models, order, secrecy, shape, wording
from azserve.rendering.checks.check import Check, Complaint, Context, Hit, Subject
from azserve.rendering.checks.document import DEEPEST, depth_of, entries, read_document
from azserve.rendering.checks.opening import open_json
from azserve.rendering.escaping import visible

CHECKS: Final[tuple[Check, ...]] = (
    *shape.CHECKS,
    *limits.CHECKS,
    *wording.CHECKS,
    *secrecy.CHECKS,
    *access.CHECKS,
    *order.CHECKS,
    *models.CHECKS,
)
"""Every check, in the order that its complaints are told."""
_PARAMETERS: Final = re.compile(r"deploymentParameters\.json#?\Z", re.IGNORECASE)
_UNREADABLE: Final = "unreadable"
_MOST: Final = 100
"""Complaints of one check about one file that are told one by one."""


def lint_text(text: str | bytes, context: Context, ignore: Collection[str] = ()) -> tuple[Complaint, ...]:
    """Return what is wrong with a file: a template, or a parameter file."""
    try:
        document = open_json(text)
    except (ValueError, RecursionError) as error:
        return (_unreadable(f"the file is not JSON: {error}"),)
    if not isinstance(document, Mapping):
        return (_unreadable("the file is not a JSON object"),)
    if depth_of(document) > DEEPEST:
        return (_unreadable(f"the file is nested deeper than {DEEPEST} levels"),)
    if _PARAMETERS.search(str(document.get("$schema", ""))):
        return _values(document, ignore)
    return lint(document, context, ignore)


def lint(template: JsonObject, context: Context, ignore: Collection[str] = ()) -> tuple[Complaint, ...]:
    """Return what is wrong with a template."""
    subject = Subject(read_document(template), context)
    return tuple(
        complaint for check in CHECKS if check.code not in ignore for complaint in _told(check, check.find(subject))
    )


def _values(document: JsonObject, ignore: Collection[str]) -> tuple[Complaint, ...]:
    check = next(each for each in CHECKS if each.code == secrecy.IN_VALUES)
    if check.code in ignore:
        return ()
    return tuple(_told(check, secrecy.secrets_in_values(entries(document.get("parameters")))))


def _told(check: Check, hits: Iterator[Hit]) -> Iterator[Complaint]:
    for hit in islice(hits, _MOST):
        yield Complaint(
            check.code, hit.severity or check.severity, visible(hit.path), visible(hit.message), hit.hint or check.hint
        )
    if more := [hit.severity or check.severity for hit in hits]:
        worst = Severity.ERROR if Severity.ERROR in more else more[0]
        yield Complaint(check.code, worst, "$", f"{len(more):,} more of these are in the file", check.hint)


def _unreadable(message: str) -> Complaint:
    return Complaint(_UNREADABLE, Severity.ERROR, "$", message, "pass an ARM template, or its parameter file, as JSON")
