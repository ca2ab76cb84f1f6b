"""`prices.azure.com`: the Retail Prices API, over the scenario's `prices`. Nobody signs in to it.

A scenario names meters in short; what is the same for all of them, and ids, are filled in here.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Call, Json, Reply
from azserve.emulator.kernel.world import World

HOST = "prices.azure.com"
_PATH = "/api/retail/prices"
_PAGE = 1000
_CASELESS_UNTIL = "2023-01-01-preview"
_FIELDS = (
    "currencyCode", "armRegionName", "location", "meterName", "meterId", "productName", "productId", "skuName", "skuId",
    "serviceName", "serviceId", "serviceFamily", "unitOfMeasure", "type", "armSkuName", "retailPrice", "unitPrice",
    "tierMinimumUnits", "isPrimaryMeterRegion", "effectiveStartDate",
)  # fmt: skip
_TERM = re.compile(
    r"\s*(?:(?P<call>contains|startswith)\(\s*(?P<inside>\w+)\s*,\s*'(?P<part>(?:[^']|'')*)'\s*\)"
    r"|(?P<field>\w+)\s+(?P<how>eq|ne|gt|ge|lt|le)\s+(?:'(?P<text>(?:[^']|'')*)'|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<flag>true|false)))\s*",
    re.IGNORECASE,
)
_JOIN = re.compile(r"(and|or)\b", re.IGNORECASE)
Item = dict[str, Json]
Test = Callable[[Item], bool]

inferred(
    "prices.envelope",
    "the envelope of a page, its size of 1,000, and the words of refusals",
    because="documented; a recorded answer was not at hand, only its items",
)
inferred(
    "prices.filter",
    "a filter is a chain of comparisons with `and` and `or`, without brackets; values are compared with regard to case "
    "from api-version 2023-01-01-preview on",
    because="that is what the documentation shows; the last is said there",
)


def serve(world: World, call: Call, path: str) -> Reply:
    """Answer one request; `path` is what follows the host."""
    if path.rstrip("/").lower() != _PATH:
        return _refused(404, "NotFound", "Resource not found.")
    if call.method != "GET":
        return _refused(405, "MethodNotAllowed", "Only GET is supported.")
    currency = call.query.get("currencycode", "USD").strip("'\"").upper()
    if currency != "USD":
        return _refused(501, "NotModelledByEmulator", f"The azserve emulator does not model prices in {currency[:10]}.")
    try:
        chosen = _compile(call.query.get("$filter", ""), caseless=(call.api_version or "") < _CASELESS_UNTIL)
        skip = int(call.query.get("$skip", "0"))
        top = int(call.query.get("$top", str(_PAGE)))
        if skip < 0 or not top > 0:
            raise ValueError("$skip and $top are counts")
    except ValueError as error:
        return _refused(400, "BadRequest", f"Invalid OData parameters supplied: {error}.")
    found = [item for item in items(world.scenario) if chosen(item)]
    page = found[skip : skip + min(top, _PAGE)]
    more = skip + len(page) < len(found) and top > _PAGE - 1
    query = {**call.query, "$skip": str(skip + len(page))}
    return Reply(
        200,
        {
            "BillingCurrency": currency,
            "CustomerEntityId": "Default",
            "CustomerEntityType": "Retail",
            "Items": page,
            "NextPageLink": f"{call.base}/_hosts/{HOST}{_PATH}?{urlencode(query)}" if more else None,
            "Count": len(page),
        },
    )


def items(scenario: Json) -> Iterator[Item]:
    """Yield the meters of a scenario, one per region, in wire form."""
    names = {one["name"]: one["displayName"] for one in scenario.get("locations", [])}
    said = scenario.get("prices", {})
    shared: Item = {
        "currencyCode": "USD", "tierMinimumUnits": 0.0, "type": "Consumption", "isPrimaryMeterRegion": True,
        **said.get("shared", {}),
    }  # fmt: skip
    for name, meter in said.get("meters", {}).items():
        listed = meter.get("regions", "all")
        regions = scenario.get("regionSets", {}).get(listed, names) if isinstance(listed, str) else listed
        given = {key: value for key, value in meter.items() if key not in ("regions", "price")}
        for region in regions:
            item = {
                **shared,
                "meterName": f"{name} Tokens",
                "skuName": name,
                "armSkuName": name,
                "retailPrice": meter["price"],
                "unitPrice": meter["price"],
                **given,
                "armRegionName": region,
                "location": names.get(region, region),
            }
            yield {**item, **_ids(item)}


def _ids(item: Item) -> Item:
    """Ids that look like Azure's and follow from the names."""
    product = _hex(item["productName"])[:9].upper()
    return {
        "productId": f"DZH{product}",
        "serviceId": f"DZH{_hex(item['serviceName'])[:9].upper()}",
        "skuId": f"DZH{product}/{_hex(item['skuName'])[:4].upper()}",
        "meterId": str(uuid.UUID(_hex(f"{item['meterName']}/{item['armRegionName']}")[:32], version=5)),
    }


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _compile(text: str, *, caseless: bool) -> Test:
    """Return the test that a filter stands for; ValueError where it cannot be read."""
    alternatives: list[list[Test]] = [[]]
    rest = text.strip()
    while rest:
        found = _TERM.match(rest)
        if found is None:
            raise ValueError(f"the filter cannot be read from '{rest[:60]}' on")
        alternatives[-1].append(_test(found, caseless=caseless))
        rest = rest[found.end() :]
        joined = _JOIN.match(rest)
        if rest and joined is None:
            raise ValueError(f"'and' or 'or' was expected at '{rest[:60]}'")
        if joined is not None:
            rest = rest[joined.end() :]
            if not rest.strip():
                raise ValueError("the filter ends in the middle")
            if joined[1].lower() == "or":
                alternatives.append([])
    return lambda item: any(all(test(item) for test in tests) for tests in alternatives)


def _test(found: re.Match[str], *, caseless: bool) -> Test:
    name = found["inside"] or found["field"]
    field = next((one for one in _FIELDS if one.lower() == name.lower()), None)
    if field is None:
        raise ValueError(f"there is no field '{name}'")
    fold = str.lower if caseless else str
    if found["call"]:
        part = fold(found["part"].replace("''", "'"))
        starts = found["call"].lower() == "startswith"
        return lambda item: fold(str(item[field])).startswith(part) if starts else part in fold(str(item[field]))
    return _comparison(field, found, fold)


def _comparison(field: str, found: re.Match[str], fold: Callable[[str], str]) -> Test:
    wanted: Json = fold((found["text"] or "").replace("''", "'"))
    if found["number"] is not None:
        wanted = float(found["number"])
    elif found["flag"] is not None:
        wanted = found["flag"].lower() == "true"
    compare = _COMPARE[found["how"].lower()]

    def test(item: Item) -> bool:
        value = fold(item[field]) if isinstance(item[field], str) else item[field]
        if isinstance(value, str) != isinstance(wanted, str):
            return False
        return compare(value, wanted)

    return test


_COMPARE: dict[str, Callable[[Json, Json], bool]] = {
    "eq": lambda one, other: bool(one == other),
    "ne": lambda one, other: bool(one != other),
    "gt": lambda one, other: bool(one > other),
    "ge": lambda one, other: bool(one >= other),
    "lt": lambda one, other: bool(one < other),
    "le": lambda one, other: bool(one <= other),
}


def _refused(status: int, code: str, message: str) -> Reply:
    return Reply(status, {"Error": {"Code": code, "Message": message}})
