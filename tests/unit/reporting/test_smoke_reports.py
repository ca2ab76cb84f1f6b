"""Findings as JUnit, Markdown and CI commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from azserve.model.chat import Timings, Usage
from azserve.model.finding import Check, Finding, Outcome, Outlier
from azserve.model.names import EndpointKey, FleetId, Region
from azserve.model.results import SmokeResult
from azserve.reporting.junit import junit
from azserve.reporting.markdown import LIMIT, markdown
from azserve.reporting.remarks import Ci, ci_of, remarks

BAD = Check("answer-given", False, "an answer", "nothing")
SOUND = Finding(
    probe="chat",
    endpoint=EndpointKey("r1"),
    region=Region("eastus2"),
    outcome=Outcome.PASSED,
    required=True,
    message="4 checks held",
    timings=Timings(0.1, 0.2, 0.3, 2.2),
    usage=Usage(10, 50, 60),
    tokens_per_second=25.0,
)


def finding(probe: str = "chat", **others: object) -> Finding:
    return replace(SOUND, probe=probe, **others)  # type: ignore[arg-type]


def result(*findings: Finding, outliers: tuple[Outlier, ...] = ()) -> SmokeResult:
    return SmokeResult(FleetId("r1-chat"), findings, Usage(10, 50, 60), 2.5, outliers)


def case(one: Finding) -> ET.Element:
    """Return the JUnit case of one finding."""
    return next(ET.fromstring(junit(result(one)).encode()).iter("testcase"))


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (finding(), None),
        (finding(outcome=Outcome.FLAKY), None),
        (finding(outcome=Outcome.UNEXPECTED), None),
        (finding(outcome=Outcome.UNSUPPORTED), "skipped"),
        (finding(outcome=Outcome.FAILED, checks=(BAD,)), "failure"),
        (finding(outcome=Outcome.FAILED, code="unreachable"), "error"),
        (finding(outcome=Outcome.UNKNOWN), "error"),
        (finding(outcome=Outcome.SKIPPED), "error"),
        (finding(outcome=Outcome.FAILED, checks=(BAD,), required=False), "skipped"),
        (finding(outcome=Outcome.UNKNOWN, required=False), "skipped"),
    ],
    ids=lambda value: f"{value.outcome}-{value.required}" if isinstance(value, Finding) else str(value),
)
def test_failure_error_and_skipped_each_have_their_meaning(one: Finding, kind: str | None) -> None:
    found = [child.tag for child in case(one) if child.tag != "system-out"]

    assert found == ([kind] if kind else [])


def test_a_suite_per_region_and_endpoint_counts_its_cases() -> None:
    text = junit(
        result(
            finding(),
            finding("stream", outcome=Outcome.FAILED, checks=(BAD,)),
            finding("tools", outcome=Outcome.UNSUPPORTED),
            finding(region=Region("westus3"), outcome=Outcome.UNKNOWN),
        )
    )
    root = ET.fromstring(text.encode())

    counts = [
        (suite.get("name"), *(suite.get(name) for name in ("tests", "failures", "errors", "skipped"))) for suite in root
    ]
    assert counts == [("eastus2/r1", "3", "1", "0", "1"), ("westus3/r1", "1", "0", "1", "0")]
    assert [root.get(name) for name in ("tests", "failures", "errors", "time")] == ["4", "1", "1", "8.800"]


COUNT = re.compile(r"\d+")
SECONDS = re.compile(r"\d+\.\d{3}")
ANY = re.compile(r".*", re.DOTALL)
SHAPE: dict[str, tuple[dict[str, re.Pattern[str]], set[str], list[str]]] = {
    "testsuites": ({"name": ANY, "tests": COUNT, "failures": COUNT, "errors": COUNT, "time": SECONDS}, set(),
                   ["testsuite"]),
    "testsuite": ({"name": ANY, "tests": COUNT, "failures": COUNT, "errors": COUNT, "skipped": COUNT, "time": SECONDS},
                  {"name", "tests"}, ["properties", "testcase", "system-out", "system-err"]),
    "testcase": ({"name": ANY, "classname": ANY, "time": SECONDS}, {"name", "classname"},
                 ["skipped", "error", "failure", "system-out", "system-err"]),
    "skipped": ({"message": ANY, "type": ANY}, set(), []),
    "error": ({"message": ANY, "type": ANY}, set(), []),
    "failure": ({"message": ANY, "type": ANY}, set(), []),
    "system-out": ({}, set(), []),
}  # fmt: skip
"""What the schema of Jenkins's xUnit plugin allows where, as generally known: attributes, those that must be there, and
children in their order."""


def misfits(element: ET.Element) -> Iterator[str]:
    """Yield what the schema would say of an element and all below it."""
    allowed, needed, children = SHAPE[element.tag]
    for name, value in element.attrib.items():
        if name not in allowed or not allowed[name].fullmatch(value):
            yield f"{element.tag}@{name}={value}"
    yield from (f"{element.tag} without {name}" for name in needed - set(element.attrib))
    places = [children.index(child.tag) if child.tag in children else -1 for child in element]
    if -1 in places or places != sorted(places):
        yield f"{element.tag} holds {[child.tag for child in element]}"
    for child in element:
        yield from misfits(child)


@pytest.mark.parametrize("required", [True, False])
def test_the_document_fits_the_common_schema(required: bool) -> None:
    every = [
        finding(f"{outcome}-{bool(checks)}", outcome=outcome, required=required, checks=checks, message="<&>\x00")
        for outcome in Outcome
        for checks in ((), (BAD,))
    ]

    text = junit(result(*every, finding(region=Region("westus3"), timings=Timings())))

    assert list(misfits(ET.fromstring(text.encode()))) == []


def test_a_case_says_which_checks_held() -> None:
    one = case(finding(outcome=Outcome.FAILED, checks=(BAD,), code="answer-given", hint="look again"))
    (failure,) = one

    assert (failure.get("type"), failure.text) == (
        "answer-given",
        "not held: answer-given: expected an answer, found nothing\nhint: look again",
    )


def test_what_xml_cannot_hold_is_replaced() -> None:
    one = case(finding(outcome=Outcome.FAILED, checks=(BAD,), message="said \x00\x1b[31m<\ud800&"))

    assert one[0].get("message") == "said \ufffd\ufffd[31m<\ufffd&"


def test_markdown_shows_each_probe_by_its_sign() -> None:
    text = markdown(result(finding(), finding("tools", outcome=Outcome.UNSUPPORTED), finding(region=Region("westus3"))))

    assert "### ✅ azserve smoke: r1-chat" in text
    assert "| endpoint | region | chat | tools |" in text
    assert "| r1 | eastus2 | ✅ | ➖ |" in text
    assert "| r1 | westus3 | ✅ |  |" in text
    assert "| r1 | eastus2 | chat | 2.20 s | 0.10 s | 0.20 s | 0.30 s | 25 |" in text


def test_markdown_says_what_did_not_pass_and_keeps_it_in_its_cell() -> None:
    one = finding(outcome=Outcome.FAILED, message="a | b\n<script>", hint="look")

    text = markdown(result(one))

    assert "### ❌" in text
    assert "| r1 | eastus2 | chat | ❌ failed | a \\| b &lt;script> *look* |" in text


def test_markdown_names_the_regions_that_differ() -> None:
    odd = Outlier("chat", EndpointKey("r1"), Region("westus3"), "answers as `Phi-4`")

    assert "- **westus3/r1** `chat`: answers as `Phi-4`" in markdown(result(finding(), outliers=(odd,)))


def test_markdown_never_grows_beyond_what_a_summary_takes() -> None:
    many = [finding(f"probe-{number}", outcome=Outcome.FAILED, message="x" * 1000) for number in range(2000)]

    assert len(markdown(result(*many)).encode()) < LIMIT + 200


def test_markdown_that_is_cut_within_a_fold_closes_it() -> None:
    many = [finding("p" * 1000 + f"{number}", region=Region(f"r{number % 3}")) for number in range(600)]

    text = markdown(result(*many))

    assert (text.count("<details>"), text.count("</details>")) == (1, 1)
    assert text.index("</details>") < text.index("… and more than fits here")


def test_markdown_says_what_the_run_cost_where_there_is_a_ceiling() -> None:
    spent = replace(result(finding()), usd=0.0157, unpriced=(EndpointKey("v32"),))

    assert "tokens spent (some $0.0157 without v32, whose price is not known), " in markdown(spent)
    assert "$" not in markdown(result(finding()))


@pytest.mark.parametrize(
    ("environ", "ci"),
    [
        ({"GITHUB_ACTIONS": "true"}, Ci.GITHUB),
        ({"TF_BUILD": "True"}, Ci.AZURE_DEVOPS),
        ({"GITHUB_ACTIONS": "false"}, None),
        ({}, None),
    ],
)
def test_the_ci_system_is_known_by_its_variables(environ: dict[str, str], ci: Ci | None) -> None:
    assert ci_of(environ) is ci


@pytest.mark.parametrize(
    ("ci", "line"),
    [
        (Ci.GITHUB, "::error title=eastus2/r1 chat::100%25 wrong:%0A::warning::; a]"),
        (
            Ci.AZURE_DEVOPS,
            "##vso[task.logissue type=error;code=no%3Bcode;]eastus2/r1 chat: 100%AZP25 wrong:%0A::warning::%3B a%5D",
        ),
    ],
    ids=lambda value: value.value if isinstance(value, Ci) else "",
)
def test_nothing_in_a_message_ends_a_command_or_begins_another(ci: Ci, line: str) -> None:
    one = finding(outcome=Outcome.FAILED, message="100% wrong:\n::warning::; a]", code="no;code")

    assert list(remarks(result(one), ci)) == [line]


def test_only_what_is_to_be_looked_at_is_remarked() -> None:
    odd = Outlier("chat", EndpointKey("r1"), Region("westus3"), "differs")
    found = result(
        finding(),
        finding("tools", outcome=Outcome.FAILED, required=False),
        finding("stream", outcome=Outcome.FLAKY, message="passed when asked 2 times"),
        outliers=(odd,),
    )

    assert list(remarks(found, Ci.GITHUB)) == [
        "::warning title=eastus2/r1 stream::passed when asked 2 times",
        "::warning title=westus3/r1 chat::differs",
    ]
