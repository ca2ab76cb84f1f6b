"""What was found in templates, and the template set itself."""

from __future__ import annotations

from collections.abc import Iterator

from azserve.errors import Severity
from azserve.model.results import CheckResult, EjectResult, FileState, VersionsResult
from azserve.reporting.blocks import Block, Column, Line, Mark, Narrow, Table, cell, count
from azserve.reporting.views.writing import file_table, tally

SEVERITY_MARKS = {Severity.ERROR: Mark.NO, Severity.WARNING: Mark.WARNING, Severity.NOTE: Mark.UNKNOWN}


def check(result: CheckResult) -> tuple[Block, ...]:
    """Each finding with its place and the next move, then what differs on disk."""
    return (*_findings(result), *_differences(result), *_summary(result))


def _findings(result: CheckResult) -> Iterator[Block]:
    for warning in result.warnings:
        yield Line(warning.message, Mark.WARNING)
    for each in result.findings:
        yield Line(f"{each.message}  [{each.code}]", SEVERITY_MARKS[each.severity])
        yield Line(f"{each.file} {each.path}", indent=4, tone="dim")
        yield Line(f"{each.hint}", indent=4, tone="dim")


def _differences(result: CheckResult) -> Iterator[Block]:
    stale = tuple(file for file in result.files if file.state is not FileState.UNCHANGED)
    if stale:
        yield file_table(stale)


def _summary(result: CheckResult) -> Iterator[Block]:
    errors = sum(each.severity is Severity.ERROR for each in result.findings)
    others = len(result.findings) - errors
    found = ", ".join(
        words for number, words in ((errors, count(errors, "error")), (others, count(others, "warning"))) if number
    )
    looked = f"{count(len(result.checked), 'template')}, {count(result.checks, 'check')} each"
    yield Line(f"{looked}: {found or 'nothing found'}", Mark.NO if errors else Mark.YES)
    if result.files:
        yield Line(f"on disk: {tally(result.files)}")


def eject(result: EjectResult) -> tuple[Block, ...]:
    """What was copied, and how to use it."""
    return (
        Line(f"{tally(result.files)} in {result.folder}, for context {result.context}", Mark.YES),
        Line(f"next: read {result.folder / 'README.md'}, then set `templates: {result.folder}`", tone="dim"),
    )


def versions(result: VersionsResult) -> tuple[Block, ...]:
    """Type by type."""
    columns = (Column("type", narrow=Narrow.FOLD), Column("api-version"), Column("read", narrow=Narrow.DROP),
               Column("source", narrow=Narrow.DROP))  # fmt: skip
    rows = tuple((cell(row.type), cell(row.version), cell(row.as_of), cell(row.source)) for row in result.rows)
    return (Table(columns, rows), Line("where each was read is in `-o json`", tone="dim"))
