"""Plans, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from azserve.model.outlook import Heard, Rehearsed
from azserve.model.plan import Action, Placement, Plan, Step
from azserve.model.receipt import Receipt, RegionOutcome, RegionState
from azserve.model.results import DeployResult, PlanResult
from azserve.model.verdict import Answer, Verdict
from azserve.reporting.blocks import Block, Cell, Column, Line, Mark, Narrow, Table, cell, count, seconds
from azserve.reporting.views.cost import ceiling, sum_of
from azserve.reporting.views.places import age, passed_over

ACTION_MARKS = {
    Action.CREATE: Mark.PLUS,
    Action.UPDATE: Mark.CHANGE,
    Action.REPLACE: Mark.CHANGE,
    Action.DELETE: Mark.MINUS,
    Action.UNCHANGED: Mark.SAME,
    Action.EXTRA: Mark.WARNING,
}
ANSWER_MARKS = {Answer.YES: Mark.YES, Answer.NO: Mark.NO, Answer.UNKNOWN: Mark.UNKNOWN}
STATE_MARKS = {
    RegionState.DEPLOYED: Mark.YES,
    RegionState.UNCHANGED: Mark.SAME,
    RegionState.FAILED: Mark.NO,
    RegionState.RUNNING: Mark.UNKNOWN,
    RegionState.SKIPPED: Mark.WARNING,
}


def plan(result: PlanResult) -> tuple[Block, ...]:
    """Verdicts, then steps region by region, then what Azure says of them and what they cost."""
    return (
        *_placement(result.plan.placement),
        *_steps(result.plan),
        *_said(result),
        *_costs(result),
        *age(result.oldest, result.taken_at),
        Line(_summary(result.plan), tone="bold"),
    )


def _said(result: PlanResult) -> Iterator[Block]:
    if result.rehearsed:
        yield Line("")
    for one in result.rehearsed:
        part = ", in part: its group does not exist yet" if one.partial else ""
        if one.problem is None:
            yield Line(f"{one.region}: Azure's validation passes{part}{_agreed(one)}", Mark.YES)
        elif one.refused:
            yield Line(f"{one.region}: Azure would refuse it{part}: {one.problem.code}: {one.problem.message}", Mark.NO)
        else:
            yield Line(f"{one.region}: Azure could not say: {one.problem.code}: {one.problem.message}", Mark.UNKNOWN)
        yield from _foretold(one)


def _agreed(rehearsed: Rehearsed) -> str:
    if rehearsed.foretold is None:
        return ""
    agreeing = sum(row.heard is Heard.AGREES for row in rehearsed.foretold)
    return f"; its what-if agrees with the plan on {count(agreeing, 'resource')}"


def _foretold(rehearsed: Rehearsed) -> Iterator[Line]:
    """What differs in full; noise in one line, marked as such."""
    rows = rehearsed.foretold or ()
    for row in rows:
        if row.heard is Heard.DIFFERS:
            yield Line(f"what-if says {row.says} of {row.resource}: {row.because}", Mark.WARNING, indent=4)
    noise = [row for row in rows if row.heard is Heard.NOISE]
    if noise:
        names = ", ".join(f"{row.resource.rpartition('/')[2]} ({row.says}: {row.because})" for row in noise)
        yield Line(f"noise of what-if, not believed: {names}", indent=4, tone="dim")


def _costs(result: PlanResult) -> Iterator[Block]:
    if result.idle is None or result.smoke is None:
        return
    yield Line("")
    besides = ", besides what is billed by use" if any(row.month is None for row in result.idle.rows) else ""
    yield Line(f"idle: {sum_of(result.idle.month)} a month{besides}", tone="dim")
    yield from ceiling(result.smoke, tone="dim")
    yield Line("by prices once read; `azserve cost` asks for today's", indent=2, tone="dim")


def _placement(placement: Placement) -> Iterator[Block]:
    for warning in placement.warnings:
        yield Line(warning.message, Mark.WARNING)
        if warning.hint:
            yield Line(warning.hint, indent=2, tone="dim")
    columns = (
        Column("endpoint"),
        Column("region"),
        Column("verdict"),
        Column("known from", narrow=Narrow.DROP),
        Column("because", narrow=Narrow.FOLD),
    )
    told = {warning.message for warning in placement.warnings}
    yield Table(columns, tuple(_verdict_row(verdict, told) for verdict in placement.verdicts))
    yield from passed_over(placement.not_chosen, placement.fallbacks)


def _verdict_row(verdict: Verdict, told: set[str]) -> tuple[Cell, ...]:
    """Leave out of the reasons what was told of the whole fleet already."""
    known = verdict.evidence.rank.value + (f" {verdict.evidence.as_of:%Y-%m-%d}" if verdict.evidence.as_of else "")
    return (
        cell(verdict.endpoint),
        cell(verdict.region),
        cell(verdict.answer, ANSWER_MARKS[verdict.answer]),
        cell(known),
        cell("; ".join(reason.message for reason in verdict.reasons if reason.message not in told) or None),
    )


def _steps(planned: Plan) -> Iterator[Block]:
    for phase in planned.phases:
        for region, steps in groupby(phase.steps, key=lambda step: step.region):
            yield Line("")
            yield Line(f"{region} ({phase.name})", tone="bold")
            for step in steps:
                yield from _step(step)


def _step(step: Step) -> Iterator[Block]:
    kind = step.resource.type.rpartition("/")[2]
    because = f"  ({step.because})" if step.because else ""
    yield Line(f"{step.action:<9} {kind:<24} {step.resource.name}{because}", ACTION_MARKS[step.action], indent=2)
    for change in step.changes:
        yield Line(f"{change.path}: {_short(change.old)} → {_short(change.new)}", indent=6, tone="dim")


def _short(value: object) -> str:
    shown = "unset" if value is None else str(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"


def _summary(planned: Plan) -> str:
    tally = {action: sum(step.action is action for step in planned.steps) for action in Action}
    counted = ", ".join(f"{number} to {action}" if action.writes else f"{number} {action}"
                        for action, number in tally.items() if number)  # fmt: skip
    regions = count(len(planned.placement.estates), "region")
    if not planned.writes:
        return f"nothing to do in {regions}: {counted or 'nothing is asked for'}"
    return f"{counted} in {regions}"


def deploy(result: DeployResult) -> tuple[Block, ...]:
    """What each region came to; the plan itself for a dry run."""
    if result.receipt is None:
        return (*_steps(result.plan), Line(f"dry run: {_summary(result.plan)}", tone="bold"))
    return (*_receipt(result.receipt),)


def _receipt(receipt: Receipt) -> Iterator[Block]:
    for warning in receipt.plan.placement.warnings:
        yield Line(warning.message, Mark.WARNING)
    columns = (
        Column("region"),
        Column("state"),
        Column("group", narrow=Narrow.DROP),
        Column("took", "right"),
        Column("endpoints"),
        Column("Azure says", narrow=Narrow.FOLD),
    )
    yield Table(columns, tuple(_outcome_row(outcome) for outcome in receipt.regions))
    for outcome in receipt.regions:
        if outcome.failure and outcome.failure.hint:
            yield Line(f"{outcome.region}: {outcome.failure.hint}", Mark.WARNING)
    if receipt.endpoints:
        yield Line("")
        yield endpoint_table(receipt)
    if all(outcome.state is RegionState.UNCHANGED for outcome in receipt.regions):
        yield Line("nothing to do: every resource is as the file says, nothing was written", Mark.SAME)


def _outcome_row(outcome: RegionOutcome) -> tuple[Cell, ...]:
    took = sum(record.seconds or 0.0 for record in outcome.deployments) or None
    failure = f"{outcome.failure.code}: {outcome.failure.message}" if outcome.failure else None
    return (
        cell(outcome.region),
        cell(outcome.state, STATE_MARKS[outcome.state]),
        cell(outcome.group),
        cell(seconds(took), raw=took),
        cell(len(outcome.endpoints)),
        cell(failure),
    )


def endpoint_table(receipt: Receipt) -> Table:
    """Where each endpoint answers."""
    columns = (Column("endpoint"), Column("region"), Column("model"), Column("address", narrow=Narrow.SPILL))
    rows = tuple(
        (cell(each.key), cell(each.region), cell(each.model), cell(each.uri or None)) for each in receipt.endpoints
    )
    return Table(columns, rows)
