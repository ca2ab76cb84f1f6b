"""Findings as Markdown for GitHub's step summary and Azure DevOps's: short first, and never longer than they take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from azserve.model.finding import Finding, Outcome
from azserve.model.results import SmokeResult
from azserve.reporting.views.smoke import money

LIMIT = 900_000
"""Bytes; GitHub refuses a step's summary beyond 1 MiB."""
SIGNS = {
    Outcome.PASSED: "✅",
    Outcome.UNSUPPORTED: "➖",
    Outcome.UNEXPECTED: "➕",
    Outcome.FLAKY: "⚠️",
    Outcome.FAILED: "❌",
    Outcome.UNKNOWN: "❔",
    Outcome.SKIPPED: "⏭️",
}


def markdown(result: SmokeResult) -> str:
    """Return a verdict, a table of probes by endpoint and region, what did not pass, and times."""
    text, size, folded = [], 0, False
    for line in _lines(result):
        size += len(line.encode()) + 1
        if size > LIMIT:
            text.append(
                ("\n</details>\n" if folded else "") + "\n… and more than fits here; see `azserve smoke -o json`"
            )
            break
        folded = folded or line.startswith("<details>")
        text.append(line)
    return "\n".join(text) + "\n"


def _lines(result: SmokeResult) -> Iterator[str]:
    required = [each for each in result.findings if each.required]
    passed = sum(each.outcome.passes for each in required)
    sign = "✅" if result.passed else "❌"
    yield f"### {sign} azserve smoke: {_cell(str(result.fleet_id))}"
    yield ""
    yield (
        f"{passed} of {len(required)} required probes passed, {result.spent.total_tokens:,} tokens spent"
        f"{money(result)}, {result.seconds:.1f} s"
    )
    yield from _matrix(result.findings)
    yield from _trouble(result.findings)
    if result.outliers:
        yield from ("", "#### Regions that differ", "")
        yield from (f"- **{_cell(each.region)}/{_cell(each.endpoint)}** `{each.probe}`: {_cell(each.message)}"
                    for each in result.outliers)  # fmt: skip
    yield from _times(result.findings)


def _matrix(findings: Sequence[Finding]) -> Iterator[str]:
    probes = list(dict.fromkeys(each.probe for each in findings))
    places = list(dict.fromkeys((each.endpoint, each.region) for each in findings))
    found = {(each.endpoint, each.region, each.probe): each for each in findings}
    yield ""
    yield from _table_head(["endpoint", "region", *probes])
    for endpoint, region in places:
        cells = (found.get((endpoint, region, probe)) for probe in probes)
        yield _row([endpoint, region, *(SIGNS[each.outcome] if each else "" for each in cells)])
    yield ""
    used = dict.fromkeys(each.outcome for each in findings)
    yield " · ".join(f"{SIGNS[outcome]} {outcome}" for outcome in used)


def _trouble(findings: Sequence[Finding]) -> Iterator[str]:
    red = [each for each in findings if not each.outcome.passes or each.outcome is Outcome.FLAKY]
    if not red:
        return
    yield ""
    yield from _table_head(["endpoint", "region", "probe", "outcome", "finding"])
    for each in red:
        probe = each.probe if each.required else f"{each.probe} (optional)"
        hint = f" *{_cell(each.hint)}*" if each.hint else ""
        sign = SIGNS[each.outcome]
        yield _row([each.endpoint, each.region, probe, f"{sign} {each.outcome}"]) + f" {_cell(each.message)}{hint} |"


def _times(findings: Sequence[Finding]) -> Iterator[str]:
    timed = [each for each in findings if each.timings.total_s is not None and each.outcome.passes]
    if not timed:
        return
    yield from ("", "<details><summary>Times</summary>", "")
    yield from _table_head(
        ["endpoint", "region", "probe", "total", "first byte", "first token", "first answer", "tokens/s"]
    )
    for each in timed:
        times = each.timings
        rate = each.tokens_per_second
        seconds = (
            _seconds(value) for value in (times.total_s, times.first_byte_s, times.first_token_s, times.first_answer_s)
        )
        yield _row([each.endpoint, each.region, each.probe, *seconds, "" if rate is None else f"{rate:.0f}"])
    yield from ("", "</details>")


def _table_head(names: Iterable[str]) -> Iterator[str]:
    columns = list(names)
    yield _row(columns)
    yield _row(["---"] * len(columns))


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(_cell(each) if each != "---" else each for each in cells) + " |"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s"


def _cell(text: str) -> str:
    """Return a text that stays in its cell and is not taken for HTML."""
    joined = " ".join(text.split())
    return joined.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
