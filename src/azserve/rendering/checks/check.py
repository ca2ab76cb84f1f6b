"""What a check is, what it is given, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from azserve.errors import Severity
from azserve.model.catalogue import Catalogue
from azserve.rendering.checks.document import Document


@dataclass(frozen=True, slots=True)
class Context:
    """What a check may know besides the template."""

    catalogue: Catalogue
    today: date
    within: tuple[str, ...] = ()
    """Geographies that data may not leave; empty where nothing was said."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One template, looked at."""

    document: Document
    context: Context


@dataclass(frozen=True, slots=True)
class Hit:
    """One place that a check does not like."""

    path: str
    """JSON path: `$.resources[2].properties.authMode`."""
    message: str
    hint: str | None = None
    """Instead of the check's own, where the place says more."""
    severity: Severity | None = None
    """Instead of the check's own: a limit that is near is a warning."""


Find: TypeAlias = Callable[[Subject], Iterator[Hit]]


@dataclass(frozen=True, slots=True)
class Check:
    """One rule."""

    code: str
    """Stable and kebab-case; `--ignore` takes it."""
    what: str
    """What holds where the check is silent, as a clause."""
    why: str
    hint: str
    """The next move."""
    find: Find
    source: str
    """Where the rule was read."""
    as_of: date
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Complaint:
    """One finding, ready to be told."""

    code: str
    severity: Severity
    path: str
    message: str
    hint: str
