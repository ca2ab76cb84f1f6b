"""What the fleet costs: per chat, and while nobody asks it anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from azserve.model.artifact import RegionArtifact
from azserve.model.catalogue import Hosting
from azserve.model.estate import RegionEstate
from azserve.model.names import EndpointKey, ModelName, Region
from azserve.model.prices import HOURS_PER_MONTH, Chat, Cost, Meter, Per, Price, PriceBook, PriceList, Surrounding
from azserve.planning.holdings import text_at

BILLED: Final[Mapping[str, Surrounding]] = {
    "microsoft.network/privateendpoints": Surrounding.PRIVATE_ENDPOINT,
    "microsoft.storage/storageaccounts": Surrounding.STORAGE,
    "microsoft.keyvault/vaults": Surrounding.VAULT,
}
"""What of the rendered resources is billed by itself, by type in lower case; hosts and endpoints are not."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One endpoint in one region, as it would be billed."""

    endpoint: EndpointKey
    region: Region
    model: ModelName
    hosting: Hosting
    sku: str | None = None
    capacity: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """What one endpoint costs when it is asked something."""

    placed: Placed
    input: Price | None
    output: Price | None
    chats: Cost


@dataclass(frozen=True, slots=True)
class Idle:
    """What stands in a region and is billed whether or not anybody asks anything."""

    region: Region
    what: str
    """A `Surrounding`, or the endpoint whose provisioned units are paid by the hour."""
    count: float
    price: Price | None
    month: Cost | None
    """None where it is billed by what is stored or asked, which is next to nothing while idle."""


def placed_in(estate: RegionEstate) -> tuple[Placed, ...]:
    """Return the endpoints of a region."""
    serverless = estate.serverless.endpoints if estate.serverless else ()
    foundry = estate.foundry.deployments if estate.foundry else ()
    return (
        *(Placed(one.key, estate.region, one.model, Hosting.SERVERLESS) for one in serverless),
        *(Placed(one.key, estate.region, one.model, Hosting.FOUNDRY, one.sku, one.capacity) for one in foundry),
    )


def meters_of(artifacts: Sequence[RegionArtifact], book: PriceBook) -> Mapping[Region, tuple[Meter, ...]]:
    """Return every meter that the fleet runs on, region by region: what a price list has to be asked for."""
    found: dict[Region, dict[Meter, None]] = {}
    for artifact in artifacts:
        here = found.setdefault(artifact.region, {})
        for placed in placed_in(artifact.estate):
            tariff = book.tariff(placed.model, placed.hosting, placed.sku)
            if tariff is not None:
                here.update({each: None for each in (tariff.input, tariff.output, tariff.hourly) if each})
        here.update({book.surroundings[each]: None for each in _around(artifact) if each in book.surroundings})
    return {region: tuple(meters) for region, meters in found.items()}


def use_of(placed: Placed, chat: Chat, chats: int, book: PriceBook, prices: PriceList) -> Use:
    """Return what so many chats cost. Provisioned units cost the same whatever is asked of them: nothing per token."""
    tariff = book.tariff(placed.model, placed.hosting, placed.sku)
    if tariff is not None and tariff.hourly is not None:
        return Use(placed, None, None, Cost(0.0, prices.currency))
    asked = prices.price(tariff.input if tariff else None, placed.region)
    said = prices.price(tariff.output if tariff else None, placed.region)
    return Use(placed, asked, said, _of_chats(placed, asked, said, chat, chats, prices.currency))


def idle_of(artifact: RegionArtifact, book: PriceBook, prices: PriceList) -> Iterator[Idle]:
    """Yield what a region costs while nobody asks anything: provisioned units, then what surrounds the endpoints."""
    region = artifact.region
    for placed in placed_in(artifact.estate):
        if placed.sku is None or not placed.sku.endswith("ProvisionedManaged"):
            continue
        tariff = book.tariff(placed.model, placed.hosting, placed.sku)
        price = prices.price(tariff.hourly if tariff else None, region)
        what = f"{placed.endpoint}: {placed.sku}"
        yield Idle(region, what, float(placed.capacity), price, _month(what, region, placed.capacity, price, prices))
    for surrounding, count in _around(artifact).items():
        meter = book.surroundings.get(surrounding)
        price = prices.price(meter, region)
        hourly = meter is not None and meter.per is Per.HOURS
        month = _month(surrounding.value, region, count, price, prices) if hourly else None
        yield Idle(region, surrounding.value, float(count), price, month)


def ceiling_of(most_tokens: Sequence[tuple[Placed, int]], book: PriceBook, prices: PriceList) -> Cost:
    """Return the most that so many tokens of each endpoint can cost, every one at the dearer of its two prices."""
    amount, unknown, known = 0.0, dict[str, None](), False
    for placed, tokens in most_tokens:
        use = use_of(placed, Chat(), 1, book, prices)
        if use.chats.amount == 0.0 and not use.chats.unknown:
            known = True
            continue
        dearest = max((price.amount for price in (use.input, use.output) if price), default=None)
        if dearest is None or use.input is None or use.output is None:
            unknown[f"{placed.model} in {placed.region}"] = None
            continue
        amount, known = amount + dearest * tokens, True
    return Cost(amount if known else None, prices.currency, tuple(unknown))


def _of_chats(placed: Placed, asked: Price | None, said: Price | None, chat: Chat, chats: int, currency: str) -> Cost:
    parts = ((asked, chat.prompt_tokens, "input"), (said, chat.completion_tokens, "output"))
    known = [price.amount * tokens * chats for price, tokens, _ in parts if price is not None]
    lacking = tuple(f"{placed.model} {kind} tokens in {placed.region}" for price, _, kind in parts if price is None)
    lacking = lacking if known else (f"{placed.model} in {placed.region}",)
    return Cost(sum(known) if known else None, currency, lacking)


def _month(what: str, region: Region, count: float, price: Price | None, prices: PriceList) -> Cost:
    if price is None:
        return Cost(None, prices.currency, (f"{what} in {region}",))
    return Cost(price.amount * count * HOURS_PER_MONTH, prices.currency)


def _around(artifact: RegionArtifact) -> Mapping[Surrounding, int]:
    """Count what is rendered and billed by itself, and the firewall that a hub's network brings with it.

    A managed network has a firewall where only approved destinations are allowed (documented 2025); the packaged
    templates allow the internet, somebody's own may not.
    """
    counted: dict[Surrounding, int] = {}
    for resource in artifact.resources:
        surrounding = BILLED.get(resource.id.type.lower())
        if text_at(resource.body, "properties", "managedNetwork", "isolationMode") == "AllowOnlyApprovedOutbound":
            surrounding = Surrounding.FIREWALL
        if surrounding is not None:
            counted[surrounding] = counted.get(surrounding, 0) + 1
    return counted
