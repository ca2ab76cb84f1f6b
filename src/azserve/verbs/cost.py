"""`azserve cost`: what the fleet costs, per chat, while idle, and for a smoke run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from azserve.errors import AzserveError
from azserve.model.artifact import RegionArtifact
from azserve.model.catalogue import Catalogue
from azserve.model.names import Region, SubscriptionId
from azserve.model.outlook import CostResult, CostRow, IdleCost, IdleRow, SmokeCeiling
from azserve.model.prices import USD, Chat, Meter, PriceBook, PriceItem, PriceList, total
from azserve.model.settings import Settings
from azserve.planning.choosing import OnUnknown, place
from azserve.planning.costs import Placed, ceiling_of, idle_of, meters_of, placed_in, use_of
from azserve.rendering.render import render
from azserve.rendering.templates import TemplateSet
from azserve.surveying.ports import Prices
from azserve.surveying.survey import offline_facts
from azserve.threads import side_by_side
from azserve.verifying import probes
from azserve.verifying.patience import Patience

NOBODYS = SubscriptionId("00000000-0000-0000-0000-000000000000")
"""Stands in where none is named: names depend on the subscription, prices do not."""


@dataclass(frozen=True, slots=True)
class CostRequest:
    """What to price."""

    settings: Settings
    catalogue: Catalogue
    book: PriceBook
    now: datetime
    chat: Chat = field(default_factory=Chat)
    chats: int = 1000
    currency: str = USD
    regions: tuple[Region, ...] = ()
    """There, instead of where the published facts would have the fleet go."""


def cost(request: CostRequest, prices: Prices | None = None) -> CostResult:
    """Return what the fleet costs; without a price list, by the figures once read, which are in US dollars.

    Raises Refused where the published facts allow no choice of regions.
    """
    artifacts = _rendered(request)
    listed, unreadable = _listed(request, artifacts, prices)
    uses = [
        use_of(placed, request.chat, request.chats, request.book, listed)
        for artifact in artifacts
        for placed in placed_in(artifact.estate)
    ]
    return CostResult(
        fleet_id=request.settings.fleet_id,
        currency=request.currency,
        chats=request.chats,
        chat=request.chat,
        rows=tuple(
            CostRow(use.placed.endpoint, use.placed.region, use.placed.model, use.placed.hosting, use.placed.sku,
                    use.input, use.output, use.chats)
            for use in uses
        ),
        idle=idle_cost(artifacts, request.book, listed),
        smoke=smoke_ceiling(request.settings, artifacts, request.book, listed),
        live=prices is not None,
        unreadable=unreadable,
    )  # fmt: skip


def idle_cost(artifacts: Sequence[RegionArtifact], book: PriceBook, prices: PriceList) -> IdleCost:
    """Return what stands around and is paid for in a month in which nobody asks anything."""
    rows = [one for artifact in artifacts for one in idle_of(artifact, book, prices)]
    return IdleCost(
        rows=tuple(IdleRow(one.region, one.what, one.count, one.price, one.month) for one in rows),
        month=total((one.month for one in rows if one.month is not None), prices.currency),
    )


def smoke_ceiling(
    settings: Settings, artifacts: Sequence[RegionArtifact], book: PriceBook, prices: PriceList
) -> SmokeCeiling:
    """Return the most that a smoke run of the whole fleet can use; a budget in the file caps it."""
    each = sum(probe.most_tokens for probe in probes()) * Patience().tries
    most: list[tuple[Placed, int]] = [(one, each) for artifact in artifacts for one in placed_in(artifact.estate)]
    tokens, budget = each * len(most), settings.smoke.budget_tokens
    if budget is None or budget >= tokens:
        return SmokeCeiling(tokens, ceiling_of(most, book, prices))
    # A budget may all be spent on whichever endpoint is the dearest.
    dearest = max((ceiling_of([(one, budget)], book, prices) for one, _ in most), key=lambda found: found.amount or 0.0)
    unknown = ceiling_of(most, book, prices).unknown
    return SmokeCeiling(budget, replace(dearest, unknown=unknown), capped=True)


def _rendered(request: CostRequest) -> tuple[RegionArtifact, ...]:
    settings = request.settings
    settings = replace(settings, subscription=settings.subscription or NOBODYS)
    if request.regions:
        settings = replace(settings, regions=replace(settings.regions, of=request.regions, need=None))
    facts = offline_facts(settings, request.catalogue, request.now)
    placement = place(settings, request.catalogue, facts, request.now.date(), on_unknown=OnUnknown.TRY)
    return render(placement, TemplateSet(settings.templates), formats=()).regions


def _listed(
    request: CostRequest, artifacts: Sequence[RegionArtifact], prices: Prices | None
) -> tuple[PriceList, tuple[str, ...]]:
    """Read the price list for what the fleet runs on. What cannot be read is told, and stays unknown."""
    if prices is None:
        return PriceList(request.currency), ()
    wanted = sorted(_products(meters_of(artifacts, request.book)))

    def ask(one: tuple[Region, str]) -> tuple[PriceItem, ...] | str:
        try:
            return prices.prices(*one, request.currency)
        except AzserveError as error:
            return f"{one[1]} in {one[0]}: {error.message}"

    answers = dict(zip(wanted, side_by_side(ask, wanted), strict=True))
    items = {
        (region, item.product.lower(), item.meter.lower()): item
        for (region, _), found in answers.items()
        if not isinstance(found, str)
        for item in found
    }
    # An answer that failed counts as read: an old figure in its place would pass for today's.
    read = frozenset((region, product.lower()) for region, product in wanted)
    unreadable = tuple(found for found in answers.values() if isinstance(found, str))
    return PriceList(request.currency, items, read), unreadable


def _products(meters: Mapping[Region, Sequence[Meter]]) -> set[tuple[Region, str]]:
    return {(region, meter.product) for region, here in meters.items() for meter in here}
