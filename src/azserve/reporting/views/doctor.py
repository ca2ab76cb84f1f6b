"""What was found of one's own sign-in and surroundings."""

from __future__ import annotations

from collections.abc import Iterator

from azserve.model.diagnosis import CheckState
from azserve.model.outlook import DoctorCheck, DoctorResult
from azserve.reporting.blocks import Block, Cell, Column, Line, Mark, Narrow, Table, cell, seconds

STATE_MARKS = {
    CheckState.OK: Mark.YES,
    CheckState.WARNING: Mark.WARNING,
    CheckState.FAILED: Mark.NO,
    CheckState.UNKNOWN: Mark.UNKNOWN,
}


def doctor(result: DoctorResult) -> tuple[Block, ...]:
    """A row per check; next steps below."""
    columns = (
        Column("area"),
        Column("check"),
        Column("state"),
        Column("found", narrow=Narrow.FOLD),
        Column("took", "right", Narrow.DROP),
    )
    return (
        Table(columns, tuple(_row(check) for check in result.checks)),
        *(line for check in result.checks for line in _more(check)),
        Line(_summary(result), tone="bold"),
    )


def _more(check: DoctorCheck) -> Iterator[Line]:
    if check.hint or check.details:
        text = check.hint or check.found
        yield Line(f"{check.area}, {check.name}: {text}", STATE_MARKS[check.state])
    for detail in check.details:
        yield Line(detail, indent=4)


def _row(check: DoctorCheck) -> tuple[Cell, ...]:
    return (
        cell(check.area),
        cell(check.name),
        cell(check.state, STATE_MARKS[check.state]),
        cell(check.found),
        cell(seconds(check.seconds), raw=check.seconds),
    )


def _summary(result: DoctorResult) -> str:
    tally = {state: sum(check.state is state for check in result.checks) for state in CheckState}
    return ", ".join(f"{number} {state}" for state, number in tally.items() if number)
