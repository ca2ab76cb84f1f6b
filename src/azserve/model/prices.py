"""What things cost: meters, which Azure names in its own way, and prices, each with where it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from azserve.model.catalogue import Hosting
from azserve.model.names import ModelName, Region
from azserve.model.verdict import Evidence

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
    """A sum of money, or why it is not known. Unknown is never zero."""

    amount: float | None
    currency: str
    unknown: tuple[str, ...] = ()
    """What of it has no known price; then `amount` is what is known, or None where nothing is."""


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Which meters stand for what, with the prices that were once read."""

    tariffs: tuple[Tariff, ...]
    surroundings: Mapping[Surrounding, Meter]

    def tariff(self, model: ModelName, hosting: Hosting, sku: str | None) -> Tariff | None:
        """Return the meters of a deployment, None where nobody knows them."""
        return next((each for each in self.tariffs if each.covers(model, hosting, sku)), None)
