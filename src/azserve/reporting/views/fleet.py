"""What stands in Azure: status, model information, keys, and what was removed."""

from __future__ import annotations

from collections.abc import Iterator

from azserve.model.results import (
    DestroyResult,
    EndpointStatus,
    InfoResult,
    InfoRow,
    KeysResult,
    KeysRow,
    RemovalState,
    StatusResult,
    StatusRow,
)
from azserve.reporting.blocks import Block, Cell, Column, Line, Mark, Narrow, Table, cell, count

STATUS_MARKS = {
    EndpointStatus.OK: Mark.YES,
    EndpointStatus.NOT_READY: Mark.UNKNOWN,
    EndpointStatus.DRIFTED: Mark.CHANGE,
    EndpointStatus.MISSING: Mark.NO,
    EndpointStatus.EXTRA: Mark.WARNING,
}
REMOVAL_MARKS = {
    RemovalState.DELETED: Mark.MINUS,
    RemovalState.PURGED: Mark.MINUS,
    RemovalState.GONE: Mark.SAME,
    RemovalState.KEPT: Mark.WARNING,
    RemovalState.FAILED: Mark.NO,
}


def status(result: StatusResult) -> tuple[Block, ...]:
    """Endpoints first, then what surrounds them where it is not as the file says."""
    columns = (
        Column("endpoint"),
        Column("region"),
        Column("status"),
        Column("model"),
        Column("provisioning", narrow=Narrow.DROP),
        Column("state"),
        Column("address", narrow=Narrow.SPILL),
    )
    rows = tuple(_status_row(row) for row in result.rows)
    return (
        Table(columns, rows),
        *_drift((*result.rows, *result.surroundings)),
        Line(_status_summary(result), tone="bold"),
    )


def _status_row(row: StatusRow) -> tuple[Cell, ...]:
    return (
        cell(row.endpoint),
        cell(row.region),
        cell(row.status, STATUS_MARKS[row.status]),
        cell(row.model),
        cell(row.provisioning_state),
        cell(row.endpoint_state),
        cell(row.uri or None),
    )


def _drift(rows: tuple[StatusRow, ...]) -> Iterator[Block]:
    for row in rows:
        if row.status in {EndpointStatus.DRIFTED, EndpointStatus.EXTRA} or (row.uri is None and row.model is None):
            yield Line(f"{row.region} {row.resource.type} {row.endpoint}: {row.status}", STATUS_MARKS[row.status])
        for change in row.drift:
            yield Line(f"{change.path}: {change.old} is live, the file says {change.new}", indent=4, tone="dim")


def _status_summary(result: StatusResult) -> str:
    tally = {state: sum(row.status is state for row in result.rows) for state in EndpointStatus}
    return f"fleet {result.fleet_id}: " + (
        ", ".join(f"{number} {state}" for state, number in tally.items() if number) or "no endpoints"
    )


def info(result: InfoResult) -> tuple[Block, ...]:
    """One row per endpoint, with the source of the facts."""
    columns = (Column("endpoint"), Column("region"), Column("model name"), Column("model type"),
               Column("provider", narrow=Narrow.DROP), Column("source"))  # fmt: skip
    return (Table(columns, tuple(_info_row(row) for row in result.rows)), *_info_problems(result.rows))


def _info_row(row: InfoRow) -> tuple[Cell, ...]:
    start = (cell(row.endpoint.key), cell(row.endpoint.region))
    if row.info is None:
        code = row.problem.code if row.problem else None
        return (*start, cell(None), cell(None), cell(None), cell(code, Mark.NO))
    found = row.info
    return (*start, cell(found.model_name or None), cell(found.model_type or None),
            cell(found.model_provider_name or None), cell(found.source))  # fmt: skip


def _info_problems(rows: tuple[InfoRow, ...]) -> Iterator[Block]:
    for row in rows:
        if row.problem:
            yield Line(f"{row.endpoint.region}/{row.endpoint.key}: {row.problem.message}", Mark.NO)


def keys(result: KeysResult) -> tuple[Block, ...]:
    """Masked: the last characters tell two keys apart."""
    return (_key_table(result.rows, reveal=False), *_key_problems(result.rows))


def shown_keys(result: KeysResult) -> tuple[Block, ...]:
    """In the clear, for `--show`."""
    return (_key_table(result.rows, reveal=True), *_key_problems(result.rows))


def _key_table(rows: tuple[KeysRow, ...], *, reveal: bool) -> Table:
    columns = (Column("endpoint"), Column("region"), Column("primary"), Column("secondary"))
    drawn = []
    for row in rows:
        both = (row.keys.primary, row.keys.secondary) if row.keys else (None, None)
        shown = tuple(cell(None if key is None else key.reveal() if reveal else key.tail()) for key in both)
        drawn.append((cell(row.endpoint), cell(row.region), *shown))
    return Table(columns, tuple(drawn))


def _key_problems(rows: tuple[KeysRow, ...]) -> Iterator[Block]:
    for row in rows:
        if row.problem:
            yield Line(f"{row.region}/{row.endpoint}: {row.problem.message}", Mark.NO)


def destroy(result: DestroyResult) -> tuple[Block, ...]:
    """What went, what stayed and why."""
    if not result.removed:
        return (Line(f"fleet {result.fleet_id} has nothing in Azure: nothing was removed", Mark.SAME),)
    columns = (
        Column("region"),
        Column("resource"),
        Column("type", narrow=Narrow.DROP),
        Column("result"),
        Column("because", narrow=Narrow.FOLD),
    )
    rows = tuple(
        (
            cell(each.region),
            cell(each.resource.name),
            cell(each.resource.type),
            cell(each.state, REMOVAL_MARKS[each.state]),
            cell(each.problem.message if each.problem else each.because or None),
        )
        for each in result.removed
    )
    gone = sum(each.state in {RemovalState.DELETED, RemovalState.PURGED} for each in result.removed)
    return (Table(columns, rows), Line(f"removed {count(gone, 'resource')} of fleet {result.fleet_id}", tone="bold"))
