"""Reports beside the answer: files that were asked for, and what a CI system picks up by itself."""

from __future__ import annotations

from pathlib import Path

from azserve.cli.streams import Streams
from azserve.errors import Problem
from azserve.model.results import SmokeResult


def report_smoke(
    streams: Streams, result: SmokeResult, *, junit: Path | None, markdown: Path | None
) -> tuple[Problem, ...]:
    """Write what was asked for; under CI also annotations, on stderr, and the step's summary.

    Returns a problem (`report-unwritable`) for each file that was asked for and could not be written; a summary of
    CI's own that cannot be written is no failure of the run.
    """
    from azserve.reporting.junit import junit as as_junit
    from azserve.reporting.markdown import markdown as as_markdown
    from azserve.reporting.remarks import Ci, ci_of, remarks

    ci = ci_of(streams.environ)
    if ci is not None:
        for line in remarks(result, ci):
            streams.say(line + "\n")
    problems = write_report(junit, as_junit(result)) if junit else ()
    if markdown:
        unwritten = write_report(markdown, as_markdown(result))
        problems += unwritten
        if ci is Ci.AZURE_DEVOPS and not unwritten:
            streams.say(f"##vso[task.uploadsummary]{markdown.resolve()}\n")
    summary = streams.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        try:
            with Path(summary).open("a", encoding="utf-8", newline="\n") as file:
                file.write(as_markdown(result))
        except OSError as error:
            streams.say(f"note: the step's summary could not be written: {(error.strerror or str(error)).lower()}\n")
    return problems


def write_report(file: Path, text: str) -> tuple[Problem, ...]:
    """Write a report, or return the problem: raised, it would hide the answer that was asked and paid for."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        message = f"the report could not be written to `{file}`: {(error.strerror or str(error)).lower()}"
        hint = "name a place that can be written; the probes themselves were asked"
        return (Problem("report-unwritable", message, hint=hint),)
    return ()
