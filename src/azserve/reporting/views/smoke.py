"""Findings, and the demo's print-out."""

from __future__ import annotations

from collections.abc import Iterator

from azserve.model.chat import ChatAnswer
from azserve.model.finding import Finding, Outcome
from azserve.model.receipt import Receipt
from azserve.model.results import DemoResult, ProbesResult, SmokeResult
from azserve.reporting.blocks import Block, Cell, Column, Line, Mark, Narrow, Table, cell, count, seconds

OUTCOME_MARKS = {
    Outcome.PASSED: Mark.YES,
    Outcome.UNSUPPORTED: Mark.SAME,
    Outcome.UNEXPECTED: Mark.PLUS,
    Outcome.FLAKY: Mark.WARNING,
    Outcome.FAILED: Mark.NO,
    Outcome.UNKNOWN: Mark.UNKNOWN,
    Outcome.SKIPPED: Mark.SAME,
}


OUTCOME_WORDS = {Outcome.UNSUPPORTED: "unsupported", Outcome.UNEXPECTED: "also supported"}
"""Shorter in a table than the outcome's own name, which `-o json` and `-o tsv` keep."""


def smoke(result: SmokeResult) -> tuple[Block, ...]:
    """One row per probe, endpoint and region; optional probes stand in parentheses."""
    columns = (
        Column("endpoint", narrow=Narrow.HEAD),
        Column("region", narrow=Narrow.HEAD),
        Column("probe"),
        Column("outcome"),
        Column("total", "right", Narrow.DROP),
        Column("tokens", "right", Narrow.DROP),
        Column("first token", "right", Narrow.DROP),
        Column("first answer", "right", Narrow.DROP),
        Column("first byte", "right", Narrow.DROP),
        Column("tokens/s", "right", Narrow.DROP),
        Column("finding", narrow=Narrow.FOLD),
    )
    return (Table(columns, tuple(_finding_row(each) for each in result.findings)),
            *_hints(result.findings), *_outliers(result), _verdict(result))  # fmt: skip


def _finding_row(finding: Finding) -> tuple[Cell, ...]:
    times = finding.timings
    tokens = finding.usage.total_tokens if finding.usage else None
    speed = finding.tokens_per_second
    probe = finding.probe if finding.required else f"({finding.probe})"
    return (
        cell(finding.endpoint),
        cell(finding.region),
        cell(probe, raw=finding.probe),
        cell(
            *_outcome(finding),
            raw=finding.outcome.value,
        ),
        cell(seconds(times.total_s), raw=times.total_s),
        cell(None if tokens is None else f"{tokens:,}", raw=tokens),
        cell(seconds(times.first_token_s), raw=times.first_token_s),
        cell(seconds(times.first_answer_s), raw=times.first_answer_s),
        cell(seconds(times.first_byte_s), raw=times.first_byte_s),
        cell(None if speed is None else f"{speed:,.0f}", raw=speed),
        cell(finding.message),
    )


def _outcome(finding: Finding) -> tuple[str, Mark]:
    """Return word and mark; what nobody published and nobody asked for is no reason to look twice."""
    if finding.code == "trait-unknown" and finding.outcome is Outcome.UNKNOWN:
        return "not shown", Mark.SAME
    return OUTCOME_WORDS.get(finding.outcome, finding.outcome.value), OUTCOME_MARKS[finding.outcome]


def _hints(findings: tuple[Finding, ...]) -> Iterator[Block]:
    """Yield each endpoint's hints, each once, with the probes that it is for."""
    told: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        if finding.hint and not finding.outcome.passes:
            told.setdefault((f"{finding.region}/{finding.endpoint}", finding.hint), []).append(finding.probe)
    for (place, hint), probes in told.items():
        named = probes[0] if len(probes) == 1 else f"{probes[0]} and {len(probes) - 1} more"
        yield Line(f"{place} {named}: {hint}", Mark.WARNING)


def _outliers(result: SmokeResult) -> Iterator[Block]:
    for each in result.outliers:
        yield Line(f"{each.region}/{each.endpoint} {each.probe} differs: {each.message}", Mark.WARNING)


def _verdict(result: SmokeResult) -> Line:
    required = [finding for finding in result.findings if finding.required]
    passed = sum(finding.outcome.passes for finding in required)
    mark = Mark.YES if result.passed else Mark.NO
    return Line(
        f"{passed} of {count(len(required), 'required probe')} passed, "
        f"{count(result.spent.total_tokens, 'token')} spent{money(result)}, {seconds(result.seconds)}",
        mark,
        tone="bold",
    )


def money(result: SmokeResult) -> str:
    """Return what a run cost, to stand behind its tokens; empty where the file sets no ceiling in money."""
    if result.usd is None:
        return ""
    unpriced = ", ".join(result.unpriced)
    if {each.endpoint for each in result.findings} <= set(result.unpriced):
        return f" (in money: the price of {unpriced} is not known)"
    without = f" without {unpriced}, whose price is not known" if unpriced else ""
    return f" (some ${result.usd:.4f}{without})"


def probes(result: ProbesResult) -> tuple[Block, ...]:
    """The probes there are."""
    columns = (Column("probe"), Column("asks", narrow=Narrow.FOLD), Column("needs", narrow=Narrow.FOLD))
    rows = tuple((cell(each.name), cell(each.asks), cell(", ".join(each.needs) or None)) for each in result.probes)
    return (Table(columns, rows),)


def demo(result: DemoResult) -> tuple[Block, ...]:
    """A table per region, then what the seed prints."""
    return (
        *(Line(replaying, Mark.WARNING) for replaying in result.replaying),
        *_regions(result),
        *_printout(result),
        Line(""),
        Line(f"the whole line in {seconds(result.seconds)}, on the embedded local Azure", Mark.YES, tone="bold"),
    )


def _regions(result: DemoResult) -> Iterator[Block]:
    receipt = result.deploy.receipt
    if receipt is None:
        return
    for outcome in receipt.regions:
        yield Line("")
        took = sum(record.seconds or 0.0 for record in outcome.deployments)
        yield Line(f"{outcome.region}: {outcome.state} in {seconds(took)}, group {outcome.group}", tone="bold")
        yield _region_table(receipt, result, outcome.region)


def _region_table(receipt: Receipt, result: DemoResult, region: str) -> Table:
    columns = (
        Column("endpoint"),
        Column("model"),
        Column("hosting", narrow=Narrow.DROP),
        Column("probe"),
        Column("outcome"),
        Column("total", "right"),
        Column("tokens", "right"),
        Column("first token", "right", Narrow.DROP),
    )
    endpoints = {endpoint.key: endpoint for endpoint in receipt.endpoints if endpoint.region == region}
    rows = []
    for finding in result.smoke.findings:
        if finding.region != region or finding.endpoint not in endpoints:
            continue
        endpoint = endpoints[finding.endpoint]
        drawn = _finding_row(finding)
        rows.append((drawn[0], cell(endpoint.model), cell(endpoint.hosting), *drawn[2:7]))
    return Table(columns, tuple(rows))


def _printout(result: DemoResult) -> Iterator[Block]:
    """What the seed's own code prints: `/info`, then the answer with its thinking apart."""
    info = next((row.info for row in result.info.rows if row.info and row.info.source == "/info"), None)
    answer = next((finding.answer for finding in result.smoke.findings
                   if finding.answer and finding.answer.thinking), None)  # fmt: skip
    if info:
        yield Line("")
        yield Line(f"Model name: {info.model_name}")
        yield Line(f"Model type: {info.model_type}")
        yield Line(f"Model provider name: {info.model_provider_name}")
    if answer:
        yield Line("")
        yield from chat_printout(answer)


def chat_printout(answer: ChatAnswer) -> Iterator[Block]:
    """Response with thinking and answer apart, model, and tokens, as the seed prints them."""
    yield Line("Response:")
    if answer.thinking:
        yield Line(f"Thinking: {_clip(answer.thinking)}", indent=2, tone="dim")
    yield Line(f"Answer: {answer.answer.strip()}", indent=2)
    yield Line(f"Model: {answer.model}")
    if answer.usage:
        yield Line("Usage:")
        yield Line(f"Prompt tokens: {answer.usage.prompt_tokens}", indent=2)
        yield Line(f"Total tokens: {answer.usage.total_tokens}", indent=2)
        yield Line(f"Completion tokens: {answer.usage.completion_tokens}", indent=2)


def _clip(thinking: str, limit: int = 400) -> str:
    joined = " ".join(thinking.split())
    return joined if len(joined) <= limit else joined[:limit].rsplit(" ", 1)[0] + " …"
