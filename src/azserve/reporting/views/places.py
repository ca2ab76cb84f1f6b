"""Where the fleet can go, and what quota it finds there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from azserve.model.catalogue import PoolScope
from azserve.model.names import Region
from azserve.model.outlook import Decided, MatrixResult, QuotaResult, QuotaRow, RegionRow, RegionsResult
from azserve.model.plan import NotChosen
from azserve.model.verdict import Answer, Reason, ReasonCode, Verdict
from azserve.reporting.blocks import Block, Cell, Column, Line, Mark, Narrow, Table, cell, count
from azserve.reporting.views.models import known

ANSWER_MARKS = {Answer.YES: Mark.YES, Answer.NO: Mark.NO, Answer.UNKNOWN: Mark.UNKNOWN}


def regions(result: RegionsResult) -> tuple[Block, ...]:
    """A row per region, a column per endpoint with the deciding reason's code; numbers and next steps below."""
    columns = (
        Column("region"),
        *((Column("in file"),) if result.fleet_id else ()),
        *(Column(key) for key in result.endpoints),
        Column("known from", narrow=Narrow.DROP),
    )
    tally = {answer: sum(row.answer is answer for row in result.rows) for answer in Answer}
    counted = ", ".join(f"{number} {answer}" for answer, number in tally.items())
    return (
        *(Line(warning.message, Mark.WARNING) for warning in result.warnings),
        Table(columns, tuple(_region_row(row, result) for row in result.rows)),
        *_told(result),
        *_offline(result),
        *_decided(result.decided),
        *age(result.oldest, result.taken_at),
        Line(f"{counted} of {count(len(result.rows), 'region')}", tone="bold"),
    )


def age(oldest: datetime | None, taken_at: datetime) -> Iterator[Line]:
    """Say how old the answers are where they are not of this moment."""
    if oldest is not None:
        minutes = int((taken_at - oldest).total_seconds() // 60)
        ago = count(minutes, "minute") if minutes else "less than a minute"
        yield Line(f"lists read up to {ago} ago; `--refresh` asks again", tone="dim")


def _offline(result: RegionsResult) -> Iterator[Line]:
    if result.offline:
        yield Line("offline: nobody asked Azure; documents answer, each with its date", Mark.WARNING)


def _decided(decided: Decided | None) -> Iterator[Line]:
    """Say where a plan would go, who comes next, and why the others do not."""
    if decided is None:
        return
    if decided.refused is not None:
        yield Line(decided.refused.message, Mark.NO)
        if decided.refused.hint:
            yield Line(decided.refused.hint, indent=4, tone="dim")
        return
    yield Line(f"a plan chooses {', '.join(decided.chosen)}", Mark.YES)
    yield from passed_over(decided.not_chosen, decided.fallbacks)


def passed_over(not_chosen: tuple[NotChosen, ...], fallbacks: tuple[Region, ...]) -> Iterator[Line]:
    """Say one line for each candidate that was left out, and in which order they come next."""
    for left_out in not_chosen:
        yield Line(f"{left_out.region} not chosen: {left_out.because}", tone="dim")
    if fallbacks:
        yield Line(f"next in line: {', '.join(fallbacks)}", tone="dim")


def _region_row(row: RegionRow, result: RegionsResult) -> tuple[Cell, ...]:
    by_key = {verdict.endpoint: verdict for verdict in row.verdicts}
    evidences = dict.fromkeys(known(verdict.evidence) for verdict in row.verdicts)
    return (
        cell(row.region),
        *((cell("yes" if row.candidate else None),) if result.fleet_id else ()),
        *(_verdict(by_key[key]) for key in result.endpoints),
        cell(", ".join(evidences)),
    )


def _verdict(verdict: Verdict) -> Cell:
    """Return the answer, and for what is no yes the code that made it so."""
    answer, code = verdict.answer, verdict.reasons[0].code if verdict.reasons else None
    text = answer.value if answer is Answer.YES or code is None else code.value
    return cell(text, ANSWER_MARKS[answer], raw=answer.value)


SELF_EVIDENT = {ReasonCode.OFFERED, ReasonCode.ALREADY_THERE, ReasonCode.MODEL_RETIRED, ReasonCode.RETIRING_SOON}
"""Beside a yes: what makes it one, and what is said above of the model wherever it goes."""


OF_ANY_REGION = {ReasonCode.REGION_NOT_OFFERED, ReasonCode.BOUNDARY, ReasonCode.AVOIDED}
"""Beside a no where the file does not ask to go: the code in the table says enough."""


def _told(result: RegionsResult) -> Iterator[Line]:
    """Say once what stands against each region; that some other region lacks a model needs no more words."""
    said: dict[tuple[Mark, str], list[tuple[Region, str, str | None]]] = {}
    for row in result.rows:
        for verdict in row.verdicts:
            mark = Mark.WARNING if verdict.answer is Answer.YES else ANSWER_MARKS[verdict.answer]
            for reason in _worth_telling(verdict, row):
                alike = re.sub(rf"\b{re.escape(row.region)}\b", "…", reason.message)
                said.setdefault((mark, alike), []).append((row.region, reason.message, reason.hint))
    for (mark, _), told in said.items():
        where = list(dict.fromkeys(region for region, _, _ in told))
        region, message, hint = told[0]
        if len(where) == 1:
            yield Line(f"{region}: {message}", mark)
        else:
            yield Line(f"{', '.join(where)}: such as {message}", mark)
        if hint:
            yield Line(hint, indent=4, tone="dim")


def _worth_telling(verdict: Verdict, row: RegionRow) -> Iterator[Reason]:
    if verdict.answer is Answer.YES:
        yield from (reason for reason in verdict.reasons if reason.code not in SELF_EVIDENT)
    elif verdict.reasons and (row.candidate or verdict.reasons[0].code not in OF_ANY_REGION):
        yield verdict.reasons[0]


def quota(result: QuotaResult) -> tuple[Block, ...]:
    """A row per region and pool."""
    columns = (
        Column("region"),
        Column("pool"),
        Column("for", narrow=Narrow.DROP),
        Column("limit", "right"),
        Column("ours", "right"),
        Column("others", "right", Narrow.DROP),
        Column("asked", "right"),
        Column("left", "right"),
        Column("verdict"),
        Column("reach", narrow=Narrow.DROP),
    )
    rows = tuple(_quota_row(row) for row in result.rows)
    return (
        *((Table(columns, rows),) if rows else ()),
        *_reasons(result.rows),
        *age(result.oldest, result.taken_at),
        Line(_quota_summary(result), tone="bold"),
        *_compute(result),
    )


def _compute(result: QuotaResult) -> Iterator[Block]:
    if not result.compute:
        return
    columns = (
        Column("region"),
        Column("cores of"),
        Column("limit", "right"),
        Column("used", "right"),
        Column("left", "right"),
    )
    rows = tuple(
        (cell(each.region), cell(each.pool), _units(each.limit), _units(each.used), _units(each.left))
        for each in result.compute
    )
    yield Line("")
    yield Table(columns, rows)
    yield Line("cores of Machine Learning: no model draws on them, and no verdict looks at them", tone="dim")


SCOPES = {
    PoolScope.REGIONAL: "region",
    PoolScope.SUBSCRIPTION: "all regions",
    PoolScope.UNKNOWN: "not known",
}


def _quota_row(row: QuotaRow) -> tuple[Cell, ...]:
    return (
        cell(row.region),
        cell(row.pool.removeprefix("AIServices."), raw=row.pool),
        cell(", ".join(row.endpoints)),
        *(_units(each) for each in (row.limit, row.held, row.others, row.asked, row.left)),
        cell(row.answer, ANSWER_MARKS[row.answer]),
        cell(SCOPES[row.scope] if row.scope else None, raw=row.scope.value if row.scope else None),
    )


def _units(value: float | None) -> Cell:
    return cell(None if value is None else f"{value:,g}", raw=None if value is None else f"{value:g}")


def _reasons(rows: tuple[QuotaRow, ...]) -> Iterator[Line]:
    for row in rows:
        if row.because:
            yield Line(f"{row.region}: {row.because}", ANSWER_MARKS[row.answer])
            if row.hint:
                yield Line(row.hint, indent=4, tone="dim")


def _quota_summary(result: QuotaResult) -> str:
    if not result.rows:
        return f"fleet {result.fleet_id} uses no quota: serverless endpoints have a rate limit each"
    short = [row for row in result.rows if row.answer is Answer.NO]
    unknown = [row for row in result.rows if row.answer is Answer.UNKNOWN]
    regions = tuple[Region, ...](dict.fromkeys(row.region for row in result.rows))
    return (
        f"{count(len(result.rows), 'pool')} in {count(len(regions), 'region')}: "
        f"{len(result.rows) - len(short) - len(unknown)} suffice, {len(short)} short, {len(unknown)} unknown"
    )


def matrix(result: MatrixResult) -> tuple[Block, ...]:
    """For `-o tsv`; what a pipeline reads otherwise is one line of JSON."""
    columns = (Column("region"), Column("endpoints", narrow=Narrow.FOLD))
    rows = tuple((cell(each.region), cell(", ".join(each.endpoints), raw=",".join(each.endpoints)))
                 for each in result.include)  # fmt: skip
    return (Table(columns, rows),)
