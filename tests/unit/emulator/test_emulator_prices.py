"""The Retail Prices API: filters, pages, and what is public about it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.emulator.things import BASE

from azserve.emulator.kernel.clock import Stopped
from azserve.emulator.kernel.wire import Call, Reply
from azserve.emulator.kernel.world import World
from azserve.emulator.prices import serve
from azserve.emulator.scenarios import load

WORLD = World(clock=Stopped(0.0), scenario=load("default"))
PATH = "/api/retail/prices"


def _ask(text: str = "", *, path: str = PATH, method: str = "GET", world: World = WORLD, **query: str) -> Reply:
    asked = {"$filter": text, **{name.replace("_", "-"): value for name, value in query.items()}}
    return serve(world, Call(method, f"/_hosts/prices.azure.com{path}", asked, {}, None, BASE), path)


def _names(text: str, **query: Any) -> list[tuple[str, str]]:
    reply = _ask(text, **query)
    assert reply.status == 200, reply.body
    return [(one["skuName"], one["armRegionName"]) for one in reply.body["Items"]]


def test_the_price_of_deepseek_r1_is_the_published_one() -> None:
    found = _ask("armRegionName eq 'eastus2' and skuName eq 'R1 Outp glbl' and type eq 'Consumption'").body["Items"]
    assert [(one["retailPrice"], one["unitOfMeasure"], one["currencyCode"]) for one in found] == [(0.0054, "1K", "USD")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("skuName eq 'R1 Inp glbl' and armRegionName eq 'westus'", [("R1 Inp glbl", "westus")]),
        ("skuName eq 'r1 inp GLBL' and armRegionName eq 'westus'", [("R1 Inp glbl", "westus")]),
        ("contains(meterName, 'V3-0324 Inp glbl') and armRegionName eq 'westus'", [("V3-0324 Inp glbl", "westus")]),
        ("startswith(skuName, 'R1 Inp') and armRegionName eq 'westus'", [("R1 Inp glbl", "westus")]),
        ("armRegionName eq 'westus' and retailPrice gt 0.005", [("R1 Outp glbl", "westus")]),
        ("armRegionName eq 'nowhere'", []),
        ("armRegionName eq 5", []),
        ("isPrimaryMeterRegion eq false", []),
        (
            "armRegionName eq 'westus' and skuName eq 'R1 Inp glbl' or armRegionName eq 'westus' "
            "and skuName eq 'V3 Inp glbl'",
            [("R1 Inp glbl", "westus"), ("V3 Inp glbl", "westus")],
        ),
    ],
)  # fmt: skip
def test_filters_choose(text: str, expected: list[tuple[str, str]]) -> None:
    assert _names(text) == expected


def test_values_mind_case_from_a_later_version_on() -> None:
    text = "skuName eq 'r1 inp glbl'"
    assert _names(text)
    assert not _names(text, api_version="2023-01-01-preview")


@pytest.mark.parametrize(
    "text", ["skuName", "skuName eq", "nonsense eq 'x'", "skuName eq 'a' and", "skuName eq 'a' skuName eq 'b'", "(("]
)
def test_a_filter_that_cannot_be_read_is_refused(text: str) -> None:
    assert _ask(text).status == 400


@pytest.mark.parametrize("query", [{"$skip": "-1"}, {"$skip": "x"}, {"$top": "0"}])
def test_counts_that_are_none_are_refused(query: dict[str, Any]) -> None:
    assert _ask(**query).status == 400


def test_another_currency_is_refused_aloud() -> None:
    assert _ask(currencycode="'EUR'").status == 501
    assert _ask(currencycode="'usd'").status == 200


def test_the_envelope_names_its_count_and_has_no_next_page_where_all_is_told() -> None:
    body = _ask().body
    assert (body["BillingCurrency"], body["NextPageLink"]) == ("USD", None)
    assert body["Count"] == len(body["Items"]) > 100


def test_pages_follow_one_another_without_a_gap() -> None:
    meters = {f"M{number}": {"price": 1.0, "regions": ["eastus"]} for number in range(2500)}
    shared = {"productName": "p", "serviceName": "s"}
    world = World(clock=Stopped(0.0), scenario={"prices": {"shared": shared, "meters": meters}})
    body, seen = _ask(world=world).body, list[str]()
    while True:
        seen += [one["skuName"] for one in body["Items"]]
        if body["NextPageLink"] is None:
            break
        query: dict[str, Any] = dict(parse_qsl(urlsplit(body["NextPageLink"]).query, keep_blank_values=True))
        body = _ask(world=world, **query).body
    assert seen == list(meters)


def test_there_is_nothing_else_on_that_host() -> None:
    assert _ask(path="/other").status == 404
    assert _ask(method="POST").status == 405


@given(st.text(max_size=40))
def test_any_filter_is_answered_or_refused(text: str) -> None:
    assert _ask(text).status in (200, 400)
