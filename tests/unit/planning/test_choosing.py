"""Region choice: in order, sticky, bounded, and explained."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from tests.unit.planning.worlds import (
    TODAY,
    US_REGIONS,
    V32_POOL,
    catalogue,
    facts,
    live_deployment,
    live_endpoint,
    region_facts,
    settings,
)

from azserve.errors import ConfigurationError, Refused
from azserve.model.facts import Facts, RegionFacts
from azserve.model.names import EndpointKey, Region, SubscriptionId
from azserve.model.plan import Placement
from azserve.model.settings import Rollout, Settings
from azserve.model.verdict import Answer, ReasonCode
from azserve.planning.choosing import OnUnknown, assess, candidates, place
from azserve.planning.situation import Situation

R1 = {"model": "DeepSeek-R1", "hosting": "serverless"}
V32 = {"model": "DeepSeek-V3.2", "version": "1", "capacity": 50}
LISTED = {"name": "DeepSeek-V3.2", "skus": [{"name": "GlobalStandard", "pool": V32_POOL}]}
FULL = {V32_POOL: (1000, 1000)}


def placed(
    wanted: Settings,
    *regions: RegionFacts,
    live: Any = (),
    scopes: dict[str, str] | None = None,
    **more: Any,
) -> Placement:
    return place(wanted, catalogue(scopes=scopes), facts(regions, live), TODAY, **more)


def chosen(placement: Placement) -> list[str]:
    return [estate.region for estate in placement.estates]


def test_the_seed_goes_to_the_first_regions_of_its_list() -> None:
    wanted = settings({"r1": R1}, {"need": 3, "of": ["eastus2", "westus3", "northcentralus", "westus"]})
    assert chosen(placed(wanted)) == ["eastus2", "westus3", "northcentralus"]


def test_a_region_not_needed_says_so() -> None:
    wanted = settings({"r1": R1}, {"need": 1, "of": ["eastus2", "westus3"]})
    (left,) = placed(wanted).not_chosen
    assert (left.region, left.because) == ("westus3", "not needed: enough regions come before it")


def test_a_region_that_refuses_is_passed_over_and_says_why() -> None:
    wanted = settings({"r1": R1}, {"need": 1, "of": ["swedencentral", "westus3"]})
    placement = placed(wanted)
    assert chosen(placement) == ["westus3"]
    assert placement.not_chosen[0].because == "documents do not offer serverless `DeepSeek-R1` in `swedencentral`"


def test_where_the_fleet_is_already_comes_first() -> None:
    wanted = settings({"r1": R1}, {"need": 1, "of": ["eastus2", "westus3"]})
    assert chosen(placed(wanted, live=[live_endpoint(wanted, "westus3", {"key": "r1"})])) == ["westus3"]


def test_where_the_fleet_is_stays_first_though_that_region_cannot_be_read() -> None:
    wanted = settings({"v32": {**V32, "capacity": 60}}, {"need": 1, "of": ["eastus2", "westus3"]})
    there = live_deployment(wanted, "westus3", {"key": "v32", "capacity": 50})
    dark = region_facts("westus3", "ServiceUnavailable", "ServiceUnavailable")
    assert chosen(placed(wanted, region_facts("eastus2"), dark, live=[there])) == ["westus3"]


def test_a_region_takes_all_that_sit_together_or_none() -> None:
    wanted = settings({"r1": R1, "v32": V32}, {"need": 1, "of": ["eastus2", "westus3"]})
    placement = placed(wanted, region_facts("eastus2", pools=FULL), region_facts("westus3"))
    assert chosen(placement) == ["westus3"]


def test_an_endpoint_with_regions_of_its_own_is_placed_by_itself() -> None:
    cohere = {"model": "Cohere-command-r-08-2024", "hosting": "serverless", "regions": ["swedencentral"]}
    wanted = settings({"v32": V32, "cmd": cohere}, {"need": 1, "of": ["eastus2"]})
    placement = placed(wanted, region_facts("eastus2"))
    held = {
        estate.region: [
            *(one.key for one in (estate.serverless.endpoints if estate.serverless else ())),
            *(one.key for one in (estate.foundry.deployments if estate.foundry else ())),
        ]
        for estate in placement.estates
    }
    assert held == {"eastus2": ["v32"], "swedencentral": ["cmd"]}


def test_an_endpoints_own_choice_keeps_the_fleets_boundary() -> None:
    wanted = settings(
        {"r1": {**R1, "regions": ["eastus2"]}, "chat": {"model": "gpt-5-mini", "version": "2025-08-07"}},
        {"of": ["swedencentral"], "within": "eu"},
    )
    with pytest.raises(Refused) as refused:
        placed(wanted)
    assert {problem.code for problem in refused.value.problems} >= {"boundary"}


def test_a_shared_pool_is_used_up_by_the_regions_before() -> None:
    wanted = settings({"v32": {**V32, "capacity": 60}}, {"need": 2, "of": ["eastus2", "westus3"]})
    pools = {V32_POOL: (0, 100)}
    with pytest.raises(Refused) as refused:
        placed(
            wanted,
            region_facts("eastus2", pools=pools),
            region_facts("westus3", pools=pools),
            scopes={V32_POOL: "subscription"},
        )
    (_, problem) = refused.value.problems
    assert (problem.code, problem.where) == ("quota-short", "westus3")


def test_a_pool_of_one_subscription_is_not_used_up_by_another() -> None:
    other = {Region("westus3"): SubscriptionId("22222222-2222-2222-2222-222222222222")}
    wanted = settings({"v32": {**V32, "capacity": 60}}, ["eastus2", "westus3"], subscriptions=other)
    pools = {V32_POOL: (0, 100)}
    placement = placed(
        wanted,
        region_facts("eastus2", pools=pools),
        region_facts("westus3", pools=pools),
        scopes={V32_POOL: "subscription"},
    )
    assert chosen(placement) == ["eastus2", "westus3"]


def test_limits_of_another_subscription_do_not_tell_a_pools_reach() -> None:
    other = SubscriptionId("22222222-2222-2222-2222-222222222222")
    elsewhere = {Region("westus3"): other, Region("westus"): other}
    wanted = settings({"v32": {**V32, "capacity": 60}}, ["eastus2", "westus3", "westus"], subscriptions=elsewhere)
    placement = placed(
        wanted,
        region_facts("eastus2", pools={V32_POOL: (0, 1000)}),
        region_facts("westus3", pools={V32_POOL: (0, 100)}),
        region_facts("westus", pools={V32_POOL: (0, 100)}),
    )
    assert [one.answer for one in placement.verdicts] == [Answer.YES, Answer.YES, Answer.UNKNOWN]


def test_less_than_the_target_is_told_by_region() -> None:
    wanted = settings({"v32": {**V32, "capacity": {"min": 10, "target": 100}}}, ["westus3", "eastus2"])
    pool: dict[str, Any] = {"pools": {V32_POOL: (0, 150)}}
    placement = placed(
        wanted, region_facts("eastus2", **pool), region_facts("westus3", **pool), scopes={V32_POOL: "subscription"}
    )
    (warning,) = placement.warnings
    assert (warning.code, warning.message) == (
        ReasonCode.QUOTA_SHORT,
        "`v32` gets 50 of the 100 units wanted in `westus3`",
    )


def test_an_end_that_only_regions_give_is_told_once() -> None:
    ending: dict[str, Any] = {"models": [{**LISTED, "retires": "2026-12-01"}]}
    placement = placed(
        settings({"v32": V32}, ["eastus2", "westus3"]),
        region_facts("eastus2", **ending),
        region_facts("westus3", **ending),
    )
    assert [one.message for one in placement.warnings] == [
        "the region gives `DeepSeek-V3.2` version `1` until 2026-12-01"
    ]


def test_a_shared_pool_that_is_large_enough_serves_two_regions() -> None:
    wanted = settings({"v32": {**V32, "capacity": 50}}, {"need": 2, "of": ["eastus2", "westus3"]})
    pools = {V32_POOL: (0, 100)}
    placement = placed(
        wanted,
        region_facts("eastus2", pools=pools),
        region_facts("westus3", pools=pools),
        scopes={V32_POOL: "subscription"},
    )
    assert chosen(placement) == ["eastus2", "westus3"]


def test_a_pool_of_unknown_reach_that_would_not_do_for_all_is_unknown_and_warned_of() -> None:
    wanted = settings({"v32": {**V32, "capacity": 60}}, {"need": 2, "of": ["eastus2", "westus3"]})
    pools = {V32_POOL: (0, 100)}
    placement = placed(wanted, region_facts("eastus2", pools=pools), region_facts("westus3", pools=pools))
    answers = {verdict.region: verdict.answer for verdict in placement.verdicts}
    assert answers == {"eastus2": Answer.YES, "westus3": Answer.UNKNOWN}
    assert [warning.code for warning in placement.warnings] == [ReasonCode.QUOTA_SHORT]


DARK = region_facts("eastus2", "ServiceUnavailable", "ServiceUnavailable")


@pytest.mark.parametrize(
    ("policy", "expected"),
    [(OnUnknown.WARN, ["westus3"]), (OnUnknown.TRY, ["eastus2"]), (OnUnknown.FAIL, ["westus3"])],
)
def test_an_unknown_region_comes_after_the_sure_ones_unless_told_to_try(policy: OnUnknown, expected: list[str]) -> None:
    wanted = settings({"v32": V32}, {"need": 1, "of": ["eastus2", "westus3"]})
    assert chosen(placed(wanted, DARK, region_facts("westus3"), on_unknown=policy)) == expected


def test_unknown_counts_as_no_where_the_user_says_so() -> None:
    with pytest.raises(Refused) as refused:
        placed(settings({"v32": V32}), DARK, on_unknown=OnUnknown.FAIL)
    assert refused.value.problems[1].message.startswith("`v32` may not be able to go to `eastus2`")


def test_unknown_is_taken_with_a_warning_where_there_is_nothing_better() -> None:
    placement = placed(settings({"v32": V32}), DARK)
    assert (chosen(placement), len(placement.warnings)) == (["eastus2"], 1)


def test_trying_says_nothing() -> None:
    assert placed(settings({"v32": V32}), DARK, on_unknown=OnUnknown.TRY).warnings == ()


def test_the_seeds_retirement_is_said_first() -> None:
    placement = placed(settings({"r1": R1}))
    assert placement.warnings[0].message == (
        "Azure retired `DeepSeek-R1` on 2026-08-13 (inferred for serverless); replacement `DeepSeek-V4-Pro`"
    )
    assert placement.warnings[0].hint == "set `model: DeepSeek-V4-Pro` and `hosting: foundry` for `r1`"


def test_strict_refuses_a_retired_model_and_names_the_move() -> None:
    with pytest.raises(Refused) as refused:
        placed(settings({"r1": R1}, US_REGIONS), strict=True)
    assert refused.value.code == "model-retired"
    assert refused.value.hint == "set `model: DeepSeek-V4-Pro` and `hosting: foundry` for `r1`"


def test_the_smallest_change_is_the_smallest_quota() -> None:
    wanted = settings({"v32": V32}, {"need": 1, "of": ["eastus2", "westus3"]})
    with pytest.raises(Refused) as refused:
        placed(
            wanted,
            region_facts("eastus2", pools={V32_POOL: (960, 1000)}),
            region_facts("westus3", pools={V32_POOL: (955, 1000)}),
        )
    assert refused.value.hint == (f"in `westus3` raise the quota `{V32_POOL}` by 5, or lower `capacity` of `v32` to 45")


def test_a_capacity_that_holds_for_two_regions_is_lowered_by_half_of_what_is_short() -> None:
    wanted = settings({"v32": {**V32, "capacity": 60}}, ["eastus2", "westus3"])
    pool: dict[str, Any] = {"pools": {V32_POOL: (0, 100)}}
    with pytest.raises(Refused) as refused:
        placed(
            wanted, region_facts("eastus2", **pool), region_facts("westus3", **pool), scopes={V32_POOL: "subscription"}
        )
    assert refused.value.hint is not None
    assert refused.value.hint.endswith(f"raise the quota `{V32_POOL}` by 20, or lower `capacity` of `v32` to 50")


def test_the_smallest_change_may_be_a_region_that_the_documents_name() -> None:
    with pytest.raises(Refused) as refused:
        placed(settings({"r1": R1}, {"need": 1, "of": ["japaneast"]}))
    assert refused.value.hint == "add `eastus` to `regions.of`, where documents offer it"


def test_where_every_region_of_a_list_is_needed_another_takes_the_place_of_one() -> None:
    with pytest.raises(Refused) as refused:
        placed(settings({"r1": R1}, ["japaneast", "eastus2"]))
    assert refused.value.hint == "name `eastus` instead of `japaneast` under `regions`, where documents offer it"


def test_no_region_is_named_that_would_be_refused_as_well() -> None:
    wanted = settings({"v32": {**V32, "sku": "GlobalStandard"}}, {"need": 1, "of": ["eastus2"], "within": "us"})
    with pytest.raises(Refused) as refused:
        placed(wanted, region_facts("eastus2"))
    assert (refused.value.code, refused.value.hint) == ("boundary", "use a `DataZone…` or a regional sku")


def test_a_published_end_is_not_told_again_where_regions_say_the_same() -> None:
    wanted = settings({"g": {"model": "gpt-5-mini", "version": "2025-08-07", "capacity": 1}}, ["eastus2"])
    model = {"name": "gpt-5-mini", "format": "OpenAI", "version": "2025-08-07", "retires": "2027-02-06"}
    listed = region_facts("eastus2", [{**model, "skus": [{"name": "GlobalStandard", "pool": "p"}]}], {"p": (0, 10)})
    published = catalogue(retirements={"gpt-5-mini/foundry": "2027-02-06"})
    (warning,) = place(wanted, published, facts([listed]), TODAY).warnings
    assert warning.message.startswith("Azure retires")


def test_the_smallest_change_names_the_endpoint_whose_regions_they_are() -> None:
    with pytest.raises(Refused) as refused:
        placed(settings({"r1": {**R1, "regions": ["japaneast"]}}, ["eastus2"]))
    assert refused.value.hint == (
        "name `eastus` instead of `japaneast` under `regions` of `r1`, where documents offer it"
    )


def test_the_smallest_change_may_be_to_need_less() -> None:
    wanted = settings({"cmd": {"model": "gpt-5-mini", "version": "2025-08-07"}}, ["eastus2", "westus3"])
    listed = {"name": "gpt-5-mini", "format": "OpenAI", "version": "2025-08-07"}
    skus = [{"name": "GlobalStandard", "pool": "g"}]
    with pytest.raises(Refused) as refused:
        placed(
            wanted,
            region_facts("eastus2", [{**listed, "skus": skus}], {"g": (0, 10)}),
            region_facts("westus3", []),
        )
    assert refused.value.hint == "lower `need` to 1"


def test_a_refusal_names_every_region_that_stands_in_the_way() -> None:
    with pytest.raises(Refused) as refused:
        placed(settings({"r1": R1}, ["japaneast", "eastus2", "uksouth"]))
    assert [problem.where for problem in refused.value.problems] == [None, "japaneast", "uksouth"]
    assert refused.value.message == "1 of the 3 regions needed can take `r1`"


def test_a_canary_that_is_not_chosen_is_refused() -> None:
    wanted = settings({"r1": R1}, {"need": 1, "of": ["eastus2", "westus3"]}, rollout=Rollout(canary=Region("westus3")))
    with pytest.raises(Refused) as refused:
        placed(wanted)
    assert refused.value.code == "canary-not-chosen"


def test_a_fleet_without_a_list_may_go_wherever_the_documents_offer_it() -> None:
    wanted = settings({"r1": R1}, {"need": 2, "avoid": ["eastus"], "within": "us"})
    assert candidates(wanted, catalogue()) == tuple(region for region in US_REGIONS if region != "eastus")


def test_a_missing_subscription_is_a_named_error() -> None:
    with pytest.raises(ConfigurationError) as missing:
        placed(settings({"r1": R1}, subscription=None))
    assert missing.value.code == "subscription-missing"


def test_more_than_32_deployments_do_not_fit_one_account() -> None:
    many = {f"m{at}": {**V32, "capacity": 1} for at in range(33)}
    with pytest.raises(Refused) as refused:
        placed(settings(many), region_facts("eastus2"))
    assert refused.value.code == "limit-reached"


@pytest.mark.parametrize(("left_the_file", "fits"), [(30, True), (31, False)])
def test_what_left_the_file_still_takes_its_place_in_the_account(left_the_file: int, fits: bool) -> None:
    wanted = settings({"a": {**V32, "capacity": 1}, "b": {**V32, "capacity": 1}})
    live = [live_deployment(wanted, "eastus2", {"key": f"old{at}", "capacity": 1}) for at in range(left_the_file)]
    found = facts([region_facts("eastus2")], live)
    verdicts = assess(Situation(wanted, catalogue(), found, TODAY))
    assert [one.answer is Answer.YES for one in verdicts] == [fits, fits]
    assert fits or (verdicts[0].reasons[0].code, verdicts[0].reasons[0].numbers["asked"]) == ("limit-reached", 33)


def test_32_deployments_fit_one_account() -> None:
    many = {f"m{at}": {**V32, "capacity": 1} for at in range(32)}
    assert chosen(placed(settings(many), region_facts("eastus2"))) == ["eastus2"]


REGIONS = ("eastus2", "westus3", "northcentralus", "westus")
LIMITS = st.tuples(*[st.one_of(st.none(), st.integers(0, 120)) for _ in REGIONS])


def world(limits: tuple[int | None, ...], order: list[int]) -> Facts:
    return facts(
        region_facts(REGIONS[at], pools="TooManyRequests" if limits[at] is None else {V32_POOL: (0, limits[at] or 0)})
        for at in order
    )


FLEET = settings({"a": V32, "b": {**V32, "capacity": 20}}, {"need": 1, "of": list(REGIONS)})


def outcome(found: Facts) -> object:
    try:
        return place(FLEET, catalogue(), found, TODAY)
    except Refused as refused:
        return (refused.message, refused.hint, refused.problems)


@effort(max_examples=40)
@given(LIMITS, st.permutations(range(len(REGIONS))))
def test_the_answer_does_not_depend_on_the_order_of_arrival(limits: tuple[int | None, ...], order: list[int]) -> None:
    assert outcome(world(limits, order)) == outcome(world(limits, list(range(len(REGIONS)))))


RANKED = {Answer.NO: 0, Answer.UNKNOWN: 1, Answer.YES: 2}


@effort(max_examples=40)
@given(LIMITS, st.integers(0, len(REGIONS) - 1), st.integers(1, 100))
def test_more_quota_never_makes_a_verdict_worse(limits: tuple[int | None, ...], at: int, more: int) -> None:
    if limits[at] is None:
        return
    raised = tuple((limit or 0) + more if index == at else limit for index, limit in enumerate(limits))
    in_order = list(range(len(REGIONS)))
    before = assess(Situation(FLEET, catalogue(), world(limits, in_order), TODAY))
    after = assess(Situation(FLEET, catalogue(), world(raised, in_order), TODAY))
    assert all(RANKED[new.answer] >= RANKED[old.answer] for old, new in zip(before, after, strict=True))


@effort(max_examples=40)
@given(LIMITS, st.sampled_from(REGIONS))
def test_what_was_chosen_is_chosen_again_once_it_stands(limits: tuple[int | None, ...], home: str) -> None:
    there = [
        live_deployment(FLEET, home, {"key": "a", "capacity": 50}),
        live_deployment(FLEET, home, {"key": "b", "capacity": 20}),
    ]
    found = world(limits, list(range(len(REGIONS))))
    placement = place(FLEET, catalogue(), facts(found.regions.values(), there), TODAY)
    assert chosen(placement) == [home]


@effort(max_examples=40)
@given(LIMITS, st.sampled_from(["southcentralus", "eastus"]), st.booleans())
def test_a_region_more_at_the_end_never_displaces_a_chosen_one(
    limits: tuple[int | None, ...], more: str, is_readable: bool
) -> None:
    found = world(limits, list(range(len(REGIONS))))
    wider = settings({"a": V32, "b": {**V32, "capacity": 20}}, {"need": 1, "of": [*REGIONS, more]})
    extra = region_facts(more, pools={V32_POOL: (0, 1000)} if is_readable else "TooManyRequests")
    try:
        before = place(FLEET, catalogue(), found, TODAY)
    except Refused:
        return
    after = place(wider, catalogue(), facts([*found.regions.values(), extra]), TODAY)
    was_unknown = any(
        verdict.answer is Answer.UNKNOWN for verdict in before.verdicts if verdict.region == chosen(before)[0]
    )
    assert was_unknown or chosen(after) == chosen(before)


def test_verdicts_come_in_the_files_order() -> None:
    wanted = settings({"b": R1, "a": V32}, {"need": 1, "of": ["westus3", "eastus2"]})
    placement = placed(wanted, region_facts("eastus2"), region_facts("westus3"))
    assert [(one.endpoint, one.region) for one in placement.verdicts] == [
        (EndpointKey("b"), "westus3"),
        (EndpointKey("b"), "eastus2"),
        (EndpointKey("a"), "westus3"),
        (EndpointKey("a"), "eastus2"),
    ]
