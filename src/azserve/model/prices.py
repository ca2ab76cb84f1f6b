"""What things cost: meters, which Azure names in its own way, and prices, each with where it was read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from azserve.model.catalogue import Hosting
from azserve.model.names import ModelName, Region
from azserve.model.verdict import Evidence, Rank

HOURS_PER_MONTH = 730.0
"""What Azure's own calculator takes a month for."""


class Per(StrEnum):
    """What a meter counts."""

    TOKENS = "tokens"
    HOURS = "hours"
    GIGABYTE_MONTHS = "gigabyte-months"
    OPERATIONS = "operations"


@dataclass(frozen=True, slots=True)
class Meter:
    """One line of Azure's price list: a name that does not hold the model's."""

    service: str
    """`serviceName`: `Cognitive Services`."""
    product: str
    """`productName`: `Deepseek model family`."""
    name: str
    """`meterName`: `R1 Inp glbl Tokens`."""
    per: Per
    evidence: Evidence
    """For the mapping, and for `recorded`."""
    recorded: float | None = None
    """What one unit cost when the source was read, in US dollars."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """The meters that one model runs on, as one sku of one hosting."""

    models: tuple[ModelName, ...]
    hosting: Hosting
    skus: tuple[str, ...]
    """Empty for serverless, which has none."""
    input: Meter | None = None
    output: Meter | None = None
    hourly: Meter | None = None
    """Per capacity unit, deployed or not used: provisioned throughput."""

    def covers(self, model: ModelName, hosting: Hosting, sku: str | None) -> bool:
        """Whether a deployment is billed by these meters."""
        return model in self.models and hosting is self.hosting and (not self.skus or sku in self.skus)


class Surrounding(StrEnum):
    """What stands around endpoints and is billed by itself."""

    PRIVATE_ENDPOINT = "private-endpoint"
    STORAGE = "hub-storage"
    VAULT = "key-vault"
    FIREWALL = "firewall"


@dataclass(frozen=True, slots=True)
class PriceItem:
    """One price as the Retail Prices API answers it."""

    region: Region
    service: str
    product: str
    meter: str
    unit: str
    """`1K`, `1M`, `1 Hour`, `1/Hour`, `1 GB/Month`, `10K`: the price is for that many."""
    amount: float
    currency: str
    effective: date | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit of a meter costs in a region: a token, an hour, an operation."""

    meter: str
    per: Per
    amount: float
    currency: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Cost:
    """A sum of money, as far as it is known. Unknown is never zero."""

    amount: float | None
    """What is known of it; None where nothing is."""
    currency: str
    unknown: tuple[str, ...] = ()
    """What of it has no known price and is not in `amount`."""


def total(costs: Iterable[Cost], currency: str) -> Cost:
    """Return the sum of several costs; what is unknown of any is unknown of the sum."""
    parts = tuple(costs)
    known = [part.amount for part in parts if part.amount is not None]
    unknown = tuple(dict.fromkeys(what for part in parts for what in part.unknown))
    return Cost(sum(known) if known or not unknown else None, currency, unknown)


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat of a given size, to say what many of them cost."""

    prompt_tokens: int = 500
    completion_tokens: int = 1000


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Which meters stand for what, with the prices that were once read."""

    tariffs: tuple[Tariff, ...]
    surroundings: Mapping[Surrounding, Meter]

    def tariff(self, model: ModelName, hosting: Hosting, sku: str | None) -> Tariff | None:
        """Return the meters of a deployment, None where nobody knows them."""
        return next((each for each in self.tariffs if each.covers(model, hosting, sku)), None)


@dataclass(frozen=True, slots=True)
class PriceList:
    """What was read of the price list, with the book's own figures where nobody asked."""

    currency: str
    items: Mapping[tuple[Region, str, str], PriceItem] = field(default_factory=dict)
    """By region, product and meter, the latter two in lower case."""
    read: frozenset[tuple[Region, str]] = frozenset()
    """Which regions and products were answered for: what such an answer lacks has no price there."""

    def price(self, meter: Meter | None, region: Region) -> Price | None:
        """Return what one unit costs in a region; None where that is not known.

        The book's own figures are in US dollars and the same for all regions.
        """
        if meter is None:
            return None
        item = self.items.get((region, meter.product.lower(), meter.name.lower()))
        if item is not None:
            evidence = Evidence(Rank.LIVE, "Azure Retail Prices API", item.effective)
            return Price(meter.name, meter.per, item.amount / quantity_of(item.unit), item.currency, evidence)
        answered = (region, meter.product.lower()) in self.read
        if answered or self.currency != USD or meter.recorded is None:
            return None
        return Price(meter.name, meter.per, meter.recorded, USD, meter.evidence)


USD = "USD"
_UNIT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KM]?)(?![A-Za-z])", re.ASCII)
_TIMES = {"": 1.0, "K": 1e3, "M": 1e6}


def quantity_of(unit: str) -> float:
    """Return how many units a price is for: `1K` is 1,000, `10K` 10,000, `1 Hour`, `1/Hour` and `1 GB/Month` 1.

    What cannot be read counts as one, which errs on the dear side.
    """
    found = _UNIT.match(unit)
    return max(1.0, float(found[1])) * _TIMES[found[2]] if found else 1.0
