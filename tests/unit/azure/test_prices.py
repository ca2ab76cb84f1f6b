"""The Retail Prices API: pages, pauses, refusals, and an address that cannot be led elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from azserve.azure.prices import PATH, RetailPrices, address_of
from azserve.errors import AzureFailed
from azserve.model.names import Region
from azserve.model.settings import Cloud, CloudSettings

ADDRESS = f"https://prices.example{PATH}"
ITEM = {
    "currencyCode": "USD", "retailPrice": 0.00135, "armRegionName": "eastus2", "meterName": "R1 Inp glbl Tokens",
    "productName": "Deepseek model family", "serviceName": "Cognitive Services", "unitOfMeasure": "1K",
    "type": "Consumption", "tierMinimumUnits": 0.0, "effectiveStartDate": "2025-02-01T00:00:00Z",
}  # fmt: skip
Handler = Callable[[httpx2.Request], httpx2.Response]


class List:
    """A price list with scripted answers; remembers what it was asked and how long it was waited for."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self.asked: list[httpx2.Request] = []
        self.pauses: list[float] = []
        self._answers = list(answers)
        http = httpx2.Client(transport=httpx2.MockTransport(self._answer))
        self._prices = RetailPrices(ADDRESS, http, pause=self.pauses.append)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def read(self, currency: str = "USD") -> Any:
        return self._prices.prices(Region("eastus2"), "Deepseek model family", currency)


def page(*items: Any, link: str | None = None) -> httpx2.Response:
    return httpx2.Response(200, json={"Items": list(items), "NextPageLink": link, "Count": len(items)})


def test_an_item_is_read_with_region_meter_unit_and_day() -> None:
    (item,) = List(page(ITEM)).read()
    assert (item.region, item.meter, item.unit, item.amount) == ("eastus2", "R1 Inp glbl Tokens", "1K", 0.00135)
    assert item.effective == date(2025, 2, 1)


def test_region_product_and_currency_are_asked_for() -> None:
    prices = List(page())
    prices.read("EUR")
    query = parse_qs(urlsplit(str(prices.asked[0].url)).query)
    assert query["currencyCode"] == ["'EUR'"]
    assert query["$filter"] == [
        "armRegionName eq 'eastus2' and productName eq 'Deepseek model family' and type eq 'Consumption'"
    ]


def test_pages_are_followed_at_the_own_address_whatever_host_the_link_names() -> None:
    prices = List(page(ITEM, link="https://elsewhere.example/steal?%24skip=1000&api-version=x"), page(ITEM))
    assert len(prices.read()) == 2
    assert str(prices.asked[1].url).startswith(f"{ADDRESS}?%24skip=1000")


def test_an_empty_page_may_have_another_after_it() -> None:
    assert len(List(page(link=f"{ADDRESS}?$skip=1"), page(ITEM)).read()) == 1


def test_throttling_is_waited_out_as_asked_and_capped() -> None:
    prices = List(
        httpx2.Response(429, headers={"retry-after": "3"}),
        httpx2.Response(503, headers={"retry-after": "86400"}),
        page(ITEM),
    )
    assert (len(prices.read()), prices.pauses) == (1, [3.0, 30.0])


def test_a_broken_connection_is_tried_again() -> None:
    assert len(List(httpx2.ConnectError("reset"), page(ITEM)).read()) == 1


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([httpx2.ConnectError("no route")] * 4, "prices-unreachable"),
        ([httpx2.Response(429)] * 4, "prices-refused"),
        ([httpx2.Response(400, text="bad filter")], "prices-refused"),
        ([httpx2.Response(200, text="<html>")], "unreadable-answer"),
        ([httpx2.Response(200, json=[])], "unreadable-answer"),
    ],
)
def test_what_cannot_be_read_says_why(answers: list[Any], code: str) -> None:
    with pytest.raises(AzureFailed) as raised:
        List(*answers).read()
    assert raised.value.code == code


@pytest.mark.parametrize(
    "spoilt",
    [{"retailPrice": None}, {"retailPrice": "free"}, {"retailPrice": True}, {"tierMinimumUnits": 100.0}],
)
def test_what_is_no_price_of_one_unit_is_left_out(spoilt: dict[str, Any]) -> None:
    assert List(page({**ITEM, **spoilt})).read() == ()


def test_a_day_that_is_none_leaves_the_price_as_it_is() -> None:
    (item,) = List(page({**ITEM, "effectiveStartDate": "soon"}, "not an item")).read()
    assert (item.amount, item.effective) == (0.00135, None)


def test_a_pause_that_is_no_number_is_a_second() -> None:
    prices = List(httpx2.Response(500, headers={"retry-after": "Sun, 22 Nov 2026 10:00:00 GMT"}), page(ITEM))
    prices.read()
    assert prices.pauses == [1.0]


@pytest.mark.parametrize(
    ("cloud", "manager", "address"),
    [
        (Cloud.PUBLIC, "https://management.azure.com", "https://prices.azure.com/api/retail/prices"),
        (Cloud.USGOV, "https://management.usgovcloudapi.net", "https://prices.azure.com/api/retail/prices"),
        (Cloud.LOCAL, "http://127.0.0.1:4190", "http://127.0.0.1:4190/_hosts/prices.azure.com/api/retail/prices"),
    ],
)
def test_prices_are_public_save_for_the_local_azures_own(cloud: Cloud, manager: str, address: str) -> None:
    assert address_of(CloudSettings(cloud, manager, manager)) == address
