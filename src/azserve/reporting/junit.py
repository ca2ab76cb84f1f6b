"""Findings as JUnit XML, in the form that Jenkins, GitLab, GitHub actions and Azure DevOps read alike.

A suite per region and endpoint, a case per probe. A required probe whose check did not hold is a *failure*; one that
could not be asked or answered is an *error*; what the model is published not to do, and whatever an optional probe did
not show, is *skipped* with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from xml.etree import ElementTree as ET

from azserve.model.finding import Finding, Outcome
from azserve.model.results import SmokeResult

UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold; a model may say any."""


def junit(result: SmokeResult) -> str:
    """Return the document, its declaration included."""
    root = ET.Element("testsuites", {"name": f"azserve smoke {result.fleet_id}"})
    by_endpoint = groupby(result.findings, key=lambda each: f"{each.region}/{each.endpoint}")
    for name, found in by_endpoint:
        _suite(root, name, list(found))
    _count(root, root.iter("testcase"))
    # Jenkins's schema knows skipped cases of a suite, and none of all suites.
    del root.attrib["skipped"]
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, name: str, findings: list[Finding]) -> None:
    suite = ET.SubElement(root, "testsuite", {"name": name})
    for finding in findings:
        seconds = finding.timings.total_s or 0.0
        case = ET.SubElement(
            suite,
            "testcase",
            {
                "name": finding.probe,
                "classname": f"azserve.{finding.region}.{finding.endpoint}",
                "time": f"{seconds:.3f}",
            },
        )
        kind = _kind(finding)
        if kind is not None:
            said = ET.SubElement(
                case, kind, {"message": _fit(_message(finding)), "type": finding.code or finding.outcome}
            )
            said.text = _fit(_details(finding))
        elif finding.outcome is not Outcome.PASSED:
            ET.SubElement(case, "system-out").text = _fit(f"{finding.outcome}: {finding.message}")
    _count(suite, suite.iter("testcase"))


def _kind(finding: Finding) -> str | None:
    """Return the element that stands for an outcome, None for a plain pass."""
    if finding.outcome is Outcome.UNSUPPORTED:
        return "skipped"
    if finding.outcome.passes:
        return None
    if not finding.required:
        return "skipped"
    return "failure" if any(not check.passed for check in finding.checks) else "error"


def _message(finding: Finding) -> str:
    if finding.outcome.passes or finding.required:
        return finding.message
    return f"optional, {finding.outcome}: {finding.message}"


def _details(finding: Finding) -> str:
    lines = [f"{'held' if check.passed else 'not held'}: {check.name}: expected {check.expected}, found {check.found}"
             for check in finding.checks]  # fmt: skip
    return "\n".join([*lines, *([f"hint: {finding.hint}"] if finding.hint else [])])


def _count(element: ET.Element, cases: Iterable[ET.Element]) -> None:
    every = list(cases)
    counts = {"tests": len(every)}
    for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        counts[name] = sum(case.find(kind) is not None for case in every)
    for name, number in counts.items():
        element.set(name, str(number))
    element.set("time", f"{sum(float(case.get('time', '0')) for case in every):.3f}")


def _fit(text: str) -> str:
    return UNFIT.sub("\ufffd", text)
