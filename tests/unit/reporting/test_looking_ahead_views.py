"""What is said of places, money and Azure's own word where something is not as it should be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.planning.worlds import LIVE, NOW, settings
from tests.unit.verbs.test_doctor import CONTRIBUTOR, KEYLESS, READER, V32, looked

from azserve.errors import Problem, Severity
from azserve.model.names import EndpointKey, FleetId, Region
from azserve.model.outlook import (
    Decided,
    ForetoldRow,
    Heard,
    IdleCost,
    QuotaResult,
    QuotaRow,
    RegionRow,
    RegionsResult,
    Rehearsed,
    SmokeCeiling,
)
from azserve.model.plan import NotChosen, Placement, Plan
from azserve.model.prices import Cost
from azserve.model.results import PlanResult
from azserve.model.verdict import Answer, Reason, ReasonCode, Verdict
from azserve.reporting.blocks import Line
from azserve.reporting.views import view
from azserve.reporting.views.money import money, rate

FLEET = FleetId("f")


def lines(result: object) -> str:
    return "\n".join(block.text for block in view(result) if isinstance(block, Line))


def verdict(region: str, answer: Answer, code: ReasonCode, message: str, hint: str | None = None) -> RegionRow:
    found = Verdict(EndpointKey("v32"), Region(region), answer, LIVE, (Reason(code, message, hint),))
    return RegionRow(Region(region), True, answer, (found,))


def test_what_several_regions_say_alike_is_said_once_with_an_example() -> None:
    rows = tuple(
        verdict(region, Answer.UNKNOWN, ReasonCode.UNREADABLE, f"`{region}` could not be read", "try again")
        for region in ("eastus2", "westus3")
    )
    said = lines(RegionsResult(FLEET, (EndpointKey("v32"),), rows, (), NOW))
    assert said.count("could not be read") == 1
    assert "eastus2, westus3: such as `eastus2` could not be read" in said


def test_a_note_beside_a_yes_is_told() -> None:
    row = verdict("eastus2", Answer.YES, ReasonCode.QUOTA_SHORT, "20 of the 50 units fit")
    assert "eastus2: 20 of the 50 units fit" in lines(RegionsResult(FLEET, (EndpointKey("v32"),), (row,), (), NOW))


@pytest.mark.parametrize(("candidate", "times"), [(True, 1), (False, 0)])
def test_a_boundary_is_told_where_the_file_asks_to_go(candidate: bool, times: int) -> None:
    row = replace(verdict("uksouth", Answer.NO, ReasonCode.BOUNDARY, "`uksouth` is outside `eu`"), candidate=candidate)
    assert lines(RegionsResult(FLEET, (EndpointKey("v32"),), (row,), (), NOW)).count("is outside") == times


def test_lists_of_an_earlier_run_are_told_with_their_age() -> None:
    earlier = NOW - timedelta(minutes=4)
    plan = PlanResult(Plan(Placement(FLEET, (), ()), ()), NOW, oldest=earlier)
    told = "lists read up to 4 minutes ago; `--refresh` asks again"
    assert [told in lines(one) for one in (plan, QuotaResult(FLEET, (), NOW, oldest=earlier))] == [True, True]


def test_a_plan_says_who_comes_next() -> None:
    placement = Placement(FLEET, (), (), fallbacks=(Region("westus3"), Region("westus")))
    assert "next in line: westus3, westus" in lines(PlanResult(Plan(placement, ()), NOW))


def test_regions_say_where_a_plan_would_go_and_who_comes_next() -> None:
    left_out = NotChosen(Region("westus"), "not needed")
    decided = Decided((Region("eastus2"),), (Region("westus"),), (left_out,))
    said = lines(RegionsResult(FLEET, (), (), (), NOW, decided=decided))
    assert "a plan chooses eastus2\nwestus not chosen: not needed\nnext in line: westus" in said


def test_regions_say_what_would_let_the_fleet_in() -> None:
    decided = Decided(refused=Problem("no-placement", "0 of the 1 regions needed can take `v32`", hint="lower `need`"))
    said = lines(RegionsResult(FLEET, (), (), (), NOW, decided=decided))
    assert "0 of the 1 regions needed can take `v32`\nlower `need`" in said


def test_a_short_pool_comes_with_what_to_raise() -> None:
    row = QuotaRow(Region("eastus2"), "pool", None, (EndpointKey("v32"),), 100, 0, 90, 50, 10, Answer.NO,
                   "`v32` needs 50 more", "raise it by 40")  # fmt: skip
    said = lines(QuotaResult(FLEET, (row,), NOW))
    assert "eastus2: `v32` needs 50 more\nraise it by 40" in said
    assert "0 suffice, 1 short, 0 unknown" in said


def test_a_fleet_without_quota_says_why() -> None:
    assert "uses no quota" in lines(QuotaResult(FLEET, (), NOW))


def planned(rehearsed: Rehearsed) -> str:
    plan = Plan(Placement(FLEET, (), ()), ())
    idle, smoke = IdleCost((), Cost(0.0, "USD")), SmokeCeiling(10, Cost(None, "USD", ("x",)))
    return lines(PlanResult(plan, NOW, idle, smoke, (rehearsed,)))


def test_a_refusal_of_azures_is_told_with_its_code() -> None:
    problem = Problem("RequestDisallowedByPolicy", "a policy forbids it")
    said = planned(Rehearsed(Region("eastus2"), True, problem))
    assert "Azure would refuse it, in part: its group does not exist yet: RequestDisallowedByPolicy" in said


def test_not_being_able_to_ask_is_told_as_that() -> None:
    problem = Problem("AuthorizationFailed", "may not", Severity.WARNING)
    assert "Azure could not say: AuthorizationFailed" in planned(Rehearsed(Region("eastus2"), False, problem))


def test_noise_is_marked_and_what_the_plan_did_not_foresee_stands_out() -> None:
    rows = (
        ForetoldRow("/g/vaults/v", "Modify", Heard.NOISE, because="the service fills it in"),
        ForetoldRow("/g/sites/s", "Create", Heard.DIFFERS, because="the plan does not know this resource"),
        ForetoldRow("/g/accounts/a", "Modify", Heard.AGREES),
    )
    said = planned(Rehearsed(Region("eastus2"), False, None, rows))
    assert "agrees with the plan on 1 resource" in said
    assert "noise of what-if, not believed: v (Modify: the service fills it in)" in said
    assert "what-if says Create of /g/sites/s" in said


def test_missing_actions_stand_below_the_table_one_by_one() -> None:
    said = lines(looked(settings(V32), answers={"permissions": READER}))
    assert "\nMicrosoft.CognitiveServices/accounts/write, to make accounts" in said
    keyless = lines(looked(settings(V32, foundry=KEYLESS), answers={"permissions": CONTRIBUTOR}))
    assert "chat/completions/action, to call without a key" in keyless


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (0.0, "USD", "$0.00"),
        (1234.5, "USD", "$1,234.50"),
        (0.0042, "EUR", "€0.0042"),
        (0.0000031, "GBP", "£0.000003"),
        (12, "SEK", "12.00 SEK"),
        (None, "USD", "unknown"),
    ],
)
def test_sums_are_rounded_to_what_says_something(amount: float | None, currency: str, shown: str) -> None:
    assert money(amount, currency) == shown


@pytest.mark.parametrize(("amount", "shown"), [(1.485, "$1.485"), (5.4, "$5.40"), (0.000003, "$0.000003")])
def test_a_price_is_not_rounded_away(amount: float, shown: str) -> None:
    assert rate(amount, "USD") == shown
