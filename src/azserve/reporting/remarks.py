"""Findings as the commands that a CI system picks out of a log and shows beside the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from azserve.model.finding import Finding, Outcome
from azserve.model.results import SmokeResult


class Ci(Enum):
    """Who runs this."""

    GITHUB = "github"
    AZURE_DEVOPS = "azure-devops"


def ci_of(environ: Mapping[str, str]) -> Ci | None:
    """Return the CI system that set these variables, None for a person's own shell."""
    if environ.get("GITHUB_ACTIONS") == "true":
        return Ci.GITHUB
    return Ci.AZURE_DEVOPS if environ.get("TF_BUILD", "").lower() == "true" else None


def remarks(result: SmokeResult, ci: Ci) -> Iterator[str]:
    """Yield a line per finding to look at: errors for required probes, warnings for what is flaky or differs."""
    for finding in result.findings:
        if finding.required and not finding.outcome.passes:
            yield _line(ci, "error", _title(finding), finding.message, finding.code)
        elif finding.outcome is Outcome.FLAKY:
            yield _line(ci, "warning", _title(finding), finding.message, finding.code)
    for each in result.outliers:
        yield _line(ci, "warning", f"{each.region}/{each.endpoint} {each.probe}", each.message, "outlier")


def _title(finding: Finding) -> str:
    return f"{finding.region}/{finding.endpoint} {finding.probe}"


def _line(ci: Ci, severity: str, title: str, message: str, code: str | None) -> str:
    """Return one command, written so that nothing in it ends it early or begins another."""
    match ci:
        case Ci.GITHUB:
            return f"::{severity} title={_github(title, ':,')}::{_github(message)}"
        case Ci.AZURE_DEVOPS:
            named = f"code={_devops(code)};" if code else ""
            return f"##vso[task.logissue type={severity};{named}]{_devops(f'{title}: {message}')}"


def _github(text: str, more: str = "") -> str:
    for sign in "%\r\n" + more:
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def _devops(text: str) -> str:
    text = text.replace("%", "%AZP25")
    for sign in "\r\n;]":
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text
