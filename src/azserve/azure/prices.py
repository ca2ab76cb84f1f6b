"""The Retail Prices API: public, read without signing in, at one address for all clouds."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from azserve.azure.pipeline import is_loopback
from azserve.errors import AzureFailed
from azserve.model.names import Region
from azserve.model.prices import PriceItem
from azserve.model.settings import Cloud, CloudSettings

if TYPE_CHECKING:
    import httpx2

HOST: Final = "prices.azure.com"
PATH: Final = "/api/retail/prices"
VERSION: Final = "2023-01-01-preview"
"""From this one on values in a filter are compared with regard to case (documented 2025)."""
TRIES: Final = 4
LONGEST_PAUSE_S: Final = 30.0
MOST_PAGES: Final = 50
TIMEOUT_S: Final = 20.0
REPEATED: Final = frozenset({429, 500, 502, 503, 504})


def address_of(cloud: CloudSettings) -> str:
    """Return where prices are read: the public address, or the local Azure's own."""
    if cloud.cloud is Cloud.LOCAL or is_loopback(urlsplit(cloud.manager).hostname):
        return f"{cloud.manager}/_hosts/{HOST}{PATH}"
    return f"https://{HOST}{PATH}"


class RetailPrices:
    """surveying.ports.Prices. Safe to share by threads."""

    def __init__(self, address: str, http: httpx2.Client, *, pause: Callable[[float], object] | None = None) -> None:
        """`pause` waits between two tries."""
        self._address = address
        self._http = http
        self._pause = pause or threading.Event().wait

    def prices(self, region: Region, product: str, currency: str) -> tuple[PriceItem, ...]:
        """Return the consumption prices of a product in a region, all pages; raises AzureFailed."""
        chosen = {"armRegionName": str(region), "productName": product, "type": "Consumption"}
        terms = " and ".join(f"{name} eq '{_quoted(value)}'" for name, value in chosen.items())
        query = {"api-version": VERSION, "currencyCode": f"'{currency}'", "$filter": terms}
        return tuple(found for item in self._pages(query, region) if (found := _item(item, currency)) is not None)

    def _pages(self, query: Mapping[str, str], region: Region) -> Iterator[Mapping[str, Any]]:
        for _ in range(MOST_PAGES):
            page = self._page(query, region)
            items = page.get("Items")
            yield from (each for each in items if isinstance(each, Mapping)) if isinstance(items, list) else ()
            link = page.get("NextPageLink")
            if not isinstance(link, str) or not link:
                return
            # Only the query is taken from the link, so that it can lead nowhere else.
            query = dict(parse_qsl(urlsplit(link).query))

    def _page(self, query: Mapping[str, str], region: Region) -> Mapping[str, Any]:
        import httpx2

        doing = f"read the prices of `{region}`"
        url = f"{self._address}?{urlencode(query)}"
        for left in reversed(range(TRIES)):
            try:
                response = self._http.get(url)
            except httpx2.HTTPError as error:
                if left:
                    self._pause(1.0)
                    continue
                raise _unreachable(doing, str(error) or type(error).__name__) from error
            if response.status_code in REPEATED and left:
                self._pause(_asked_for(response.headers.get("retry-after")))
                continue
            return _body(response, doing)
        raise AssertionError("the last try returns or raises")


@contextmanager
def opened_prices(cloud: CloudSettings) -> Iterator[RetailPrices]:
    """Yield the price list of a cloud; nothing is asked until it is used."""
    import httpx2

    from azserve import __version__

    address = address_of(cloud)
    local = is_loopback(urlsplit(address).hostname)
    agent = {"user-agent": f"azserve/{__version__}", "accept": "application/json"}
    try:
        http = httpx2.Client(timeout=TIMEOUT_S, headers=agent, trust_env=not local)
    except (ImportError, OSError, ValueError, httpx2.InvalidURL) as error:
        raise _unreachable(
            "read prices", "this machine's settings for proxies or certificates cannot be used"
        ) from error
    with http:
        yield RetailPrices(address, http)


def _body(response: httpx2.Response, doing: str) -> Mapping[str, Any]:
    if response.status_code != 200:
        raise AzureFailed(
            f"could not {doing}: the price list answered with status {response.status_code}",
            code="prices-refused",
            hint="try again later; `--offline` shows the prices once read",
            raw=response.text[:2000],
        )
    try:
        body = json.loads(response.content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise AzureFailed(
            f"could not {doing}: the answer is not JSON", code="unreadable-answer", raw=response.text[:2000]
        )
    return body


def _unreachable(doing: str, why: str) -> AzureFailed:
    hint = "check the network and the proxy; `--offline` shows the prices once read"
    return AzureFailed(f"could not {doing}: {why}", code="prices-unreachable", hint=hint)


def _item(raw: Mapping[str, Any], currency: str) -> PriceItem | None:
    """Return an item, None where it is not one price for one meter: later tiers, reservations, no number."""
    amount, tier = raw.get("retailPrice"), raw.get("tierMinimumUnits") or 0.0
    if not isinstance(amount, int | float) or isinstance(amount, bool) or tier:
        return None
    return PriceItem(
        region=Region(str(raw.get("armRegionName") or "")),
        service=str(raw.get("serviceName") or ""),
        product=str(raw.get("productName") or ""),
        meter=str(raw.get("meterName") or ""),
        unit=str(raw.get("unitOfMeasure") or ""),
        amount=float(amount),
        currency=str(raw.get("currencyCode") or currency),
        effective=_day(raw.get("effectiveStartDate")),
    )


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _asked_for(header: str | None) -> float:
    """Return the pause that the answer asks for, capped; a second where it asks for none."""
    try:
        return min(LONGEST_PAUSE_S, max(0.0, float(header or 1.0)))
    except ValueError:
        return 1.0


def _quoted(text: str) -> str:
    return text.replace("'", "''")
