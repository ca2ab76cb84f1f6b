"""What stands already, as estates: whatever the file says of regions now, and whatever state it is in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tests.unit.planning.worlds import LIVE, NOW, catalogue, live_deployment, live_endpoint, settings

from azserve.model.estate import RegionEstate
from azserve.model.facts import Fact, LiveResource
from azserve.model.names import Region
from azserve.planning.standing import standing_estates

V32 = {"model": "DeepSeek-V3.2", "version": "1", "capacity": 50}
R1 = {"model": "DeepSeek-R1", "hosting": "serverless"}
BOTH = settings({"r1": R1, "v32": V32}, ["eastus2", "westus3"])


def estates(live: Iterable[LiveResource]) -> tuple[RegionEstate, ...]:
    return standing_estates(BOTH, catalogue(), Fact(LIVE, tuple(live)), NOW)


def held(found: tuple[RegionEstate, ...]) -> list[tuple[str, list[str]]]:
    return [
        (
            one.region,
            [str(each.key) for each in (one.serverless.endpoints if one.serverless else ())]
            + [str(each.key) for each in (one.foundry.deployments if one.foundry else ())],
        )
        for one in found
    ]


def v32(region: str, **more: object) -> LiveResource:
    return live_deployment(BOTH, region, {"key": "v32", "capacity": 50, **more})


def r1(region: str) -> LiveResource:
    return live_endpoint(BOTH, region, {"key": "r1"})


def test_where_nothing_stands_there_are_no_estates() -> None:
    assert estates(()) == ()


def test_an_estate_holds_what_stands_there_and_no_other() -> None:
    assert held(estates([r1("eastus2"), v32("westus3")])) == [("eastus2", ["r1"]), ("westus3", ["v32"])]


def test_both_hostings_may_stand_in_a_region() -> None:
    assert held(estates([v32("eastus2"), r1("eastus2")])) == [("eastus2", ["r1", "v32"])]


def test_regions_come_in_the_files_order_whatever_came_first() -> None:
    assert held(estates([v32("westus3"), v32("eastus2")])) == [("eastus2", ["v32"]), ("westus3", ["v32"])]


def test_regions_that_left_the_file_come_last() -> None:
    found = estates([v32("francecentral"), v32("westus3")])
    assert held(found) == [("westus3", ["v32"]), ("francecentral", ["v32"])]


def test_what_failed_is_still_there_to_be_told_of() -> None:
    assert held(estates([v32("eastus2", state="Failed")])) == [("eastus2", ["v32"])]


def test_an_endpoint_that_the_file_does_not_name_is_not_counted() -> None:
    stranger = live_deployment(BOTH, "eastus2", {"key": "before", "capacity": 50})
    assert held(estates([stranger])) == []


def test_what_has_no_region_makes_no_estate() -> None:
    assert estates([replace(v32("eastus2"), region=Region(""))]) == ()
