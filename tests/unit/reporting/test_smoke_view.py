"""What people see of a smoke run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from azserve.model.chat import Timings, Usage
from azserve.model.finding import Finding, Outcome
from azserve.model.names import EndpointKey, FleetId, Region
from azserve.model.results import SmokeResult
from azserve.reporting.views.smoke import smoke
from azserve.reporting.voices import text

SOUND = Finding(
    probe="stream",
    endpoint=EndpointKey("r1"),
    region=Region("eastus2"),
    outcome=Outcome.PASSED,
    required=True,
    message="8 checks held",
    timings=Timings(0.1, 0.2, 0.3, 2.2),
    usage=Usage(10, 50, 60),
    tokens_per_second=25.0,
)


def seen(*findings: Finding, width: int = 200, usd: float | None = None, unpriced: tuple[str, ...] = ()) -> str:
    result = SmokeResult(
        FleetId("r1-chat"), findings, Usage(10, 50, 60), 2.5, (), usd, tuple(EndpointKey(each) for each in unpriced)
    )
    return text(smoke(result), width=width, colour=False, unicode=True)


def test_where_there_is_room_every_time_is_told() -> None:
    head, _, row, *_ = seen(SOUND).splitlines()

    assert head.split("   ")[-1].strip() == "finding"
    assert "first byte" in head
    assert row.split()[-10:] == ["200", "ms", "300", "ms", "100", "ms", "25", "8", "checks", "held"]


@pytest.mark.parametrize("width", [80, 100, 120])
def test_where_there_is_less_the_least_wanted_times_go_first(width: int) -> None:
    long = replace(SOUND, probe="rate-limit-headers", required=False, region=Region("northcentralus"))
    lines = seen(long, replace(long, outcome=Outcome.UNSUPPORTED, message="does not do `tools`, as published"),
                 width=width).splitlines()  # fmt: skip

    assert "first byte" not in lines[0]
    assert max(len(line) for line in lines) <= width


def test_a_hint_is_told_once_for_all_probes_of_an_endpoint() -> None:
    failed = replace(SOUND, outcome=Outcome.FAILED, message="no", hint="look again")
    others = [replace(failed, probe=name) for name in ("chat", "usage")]

    said = seen(failed, *others, replace(failed, region=Region("westus3")))

    assert [line for line in said.splitlines() if "look again" in line] == [
        "! eastus2/r1 stream and 2 more: look again",
        "! westus3/r1 stream: look again",
    ]


@pytest.mark.parametrize(
    ("usd", "unpriced", "said"),
    [
        (None, (), "60 tokens spent, 2.5 s"),
        (0.25, (), "60 tokens spent (some $0.2500), 2.5 s"),
        (0.25, ("v32",), "60 tokens spent (some $0.2500 without v32, whose price is not known), 2.5 s"),
        (0.0, ("r1",), "60 tokens spent (in money: the price of r1 is not known), 2.5 s"),
    ],
)
def test_money_is_told_as_far_as_prices_are_known(usd: float | None, unpriced: tuple[str, ...], said: str) -> None:
    assert said in seen(SOUND, usd=usd, unpriced=unpriced)
