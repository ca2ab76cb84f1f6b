"""What is known of models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from azserve.model.catalogue import Offer, Support
from azserve.model.names import Region
from azserve.model.outlook import (
    HostingDetail,
    MeterDetail,
    ModelResult,
    ModelRow,
    ModelsResult,
    SkuDetail,
    VersionDetail,
)
from azserve.model.verdict import Evidence
from azserve.reporting.blocks import Block, Cell, Column, Line, Mark, Narrow, Table, cell, count
from azserve.reporting.views.money import rate

SOON_DAYS = 90


def models(result: ModelsResult) -> tuple[Block, ...]:
    """One row per model, hosting and lifecycle; endpoints of the fleet first where it is about them."""
    columns = (
        Column("model"),
        Column("hosting"),
        Column("versions", narrow=Narrow.DROP),
        Column("stage"),
        Column("retires"),
        Column("replacement", narrow=Narrow.DROP),
        Column("sold by", narrow=Narrow.DROP),
        Column("regions", "right", Narrow.DROP),
        Column("known from", narrow=Narrow.DROP),
    )
    return (
        *_affected(result),
        Table(columns, tuple(_model_row(row) for row in result.rows)),
        *(Line(f"could not be read: {each}", Mark.UNKNOWN) for each in result.unreadable),
        Line(_summary(result), tone="bold"),
    )


def _model_row(row: ModelRow) -> tuple[Cell, ...]:
    return (
        cell(row.model),
        cell(row.hosting),
        cell(", ".join(row.versions)),
        cell(row.stage, _end_mark(row.days)),
        cell(row.retires),
        cell(row.replacement),
        cell("Azure" if row.offer is Offer.AZURE else f"{row.publisher} (marketplace)", raw=row.offer.value),
        cell(row.regions),
        cell(known(row.evidence)),
    )


def _affected(result: ModelsResult) -> Iterator[Block]:
    for each in result.affected:
        verb = "retired" if each.days is not None and each.days <= 0 else "retires"
        when = f" {verb} on {each.retires}" if each.retires else " takes no new deployments"
        yield Line(f"{each.endpoint}: {each.model} ({each.hosting}){when}, {known(each.evidence)}", Mark.WARNING)
        for live in each.live:
            until = f" until {live.retires}" if live.retires else ""
            yield Line(f"{live.region} lists it as {live.lifecycle}{until}", indent=4, tone="dim")
        for line in each.edit:
            yield Line(line, indent=4)
    if result.affected:
        yield Line("")


def _summary(result: ModelsResult) -> str:
    listed = f"{count(len({row.model for row in result.rows}), 'model')}, facts up to {result.as_of}"
    if result.within_days is None:
        return listed
    within = f"retired, or retiring within {count(result.within_days, 'day')}: {listed}"
    if result.fleet_id is None:
        return f"{within}; no fleet was looked at"
    return f"{within}; {count(len(result.affected), 'endpoint')} of fleet {result.fleet_id} affected"


def model(result: ModelResult) -> tuple[Block, ...]:
    """All that is known of one model, hosting by hosting."""
    publisher = f" by {result.publisher}" if result.publisher else ""
    return (
        Line(f"{result.model}{publisher}", tone="bold"),
        *((Line(result.summary),) if result.summary else ()),
        *(block for hosting in result.hostings for block in _hosting(hosting)),
        Line(""),
        *(Line(f"could not be read: {each}", Mark.UNKNOWN) for each in result.unreadable),
        Line(_asked(result), tone="dim"),
    )


def _asked(result: ModelResult) -> str:
    if result.asked:
        return f"Azure was asked in {count(len(result.asked), 'region')}; published facts up to {result.as_of}"
    return f"published facts up to {result.as_of}; `--live` asks Azure as well"


def _hosting(detail: HostingDetail) -> Iterator[Block]:
    yield Line("")
    yield Line(f"hosting: {detail.hosting}", tone="bold")
    yield from _offer(detail)
    if detail.model_id:
        yield Line(f"model id   {detail.model_id}", indent=2)
    if detail.format:
        yield Line(f"format     {detail.format}", indent=2)
    if detail.tokens_per_minute is not None and detail.limits_evidence:
        rates = f"{detail.tokens_per_minute:,} tokens and {detail.requests_per_minute or 0:,} requests a minute"
        yield Line(f"limit      {rates} per endpoint; no quota is used ({known(detail.limits_evidence)})", indent=2)
    yield from _places(detail.regions, detail.regions_evidence)
    yield Line("")
    yield _versions(detail.versions)
    for version in detail.versions:
        yield from _live(version)
    if detail.edit:
        yield Line("to move to the replacement, in azserve.yaml:", indent=2)
        for line in detail.edit:
            yield Line(line, indent=4)
    if detail.skus:
        yield Line("")
        yield _skus(detail.skus)
    yield Line("")
    yield from _prices(detail)
    yield from _traits(detail)


def _offer(detail: HostingDetail) -> Iterator[Line]:
    match detail.offer:
        case Offer.AZURE:
            text = "sold by Azure: no marketplace subscription"
        case Offer.MARKETPLACE:
            text = "a partner's offer: a marketplace subscription is made first, and needs a payment method"
        case None:
            text = "not known"
    yield Line(f"offer      {text} ({known(detail.evidence)})", indent=2)


def _places(regions: Sequence[Region] | None, evidence: Evidence | None) -> Iterator[Line]:
    if regions is None:
        yield Line("regions    no document says; `azserve regions --model` asks Azure", Mark.UNKNOWN, indent=2)
        return
    source = f" ({known(evidence)})" if evidence else ""
    yield Line(f"regions    {', '.join(regions)}{source}", indent=2)


def _versions(versions: Sequence[VersionDetail]) -> Table:
    columns = (
        Column("version"),
        Column("stage"),
        Column("retires"),
        Column("days", "right"),
        Column("replacement"),
        Column("known from", narrow=Narrow.DROP),
        Column("source", narrow=Narrow.FOLD),
    )
    rows = tuple(
        (
            cell(each.version),
            cell(each.stage, _end_mark(each.days)),
            cell(each.retires),
            cell(each.days),
            cell(each.replacement),
            cell(known(each.evidence)),
            cell(each.evidence.source),
        )
        for each in versions
    )
    return Table(columns, rows)


def _live(version: VersionDetail) -> Iterator[Line]:
    by_word: dict[tuple[str, date | None], list[str]] = {}
    for each in version.live:
        by_word.setdefault((each.lifecycle, each.retires), []).append(each.region)
    for (word, retires), regions in by_word.items():
        until = f" until {retires}" if retires else ""
        yield Line(f"version {version.version} live: {word}{until} in {', '.join(regions)}", Mark.YES, indent=2)


def _skus(skus: Sequence[SkuDetail]) -> Table:
    columns = (
        Column("sku"),
        Column("versions", narrow=Narrow.DROP),
        Column("TPM a unit", "right"),
        Column("RPM a unit", "right"),
        Column("units", "right"),
        Column("quota pool", narrow=Narrow.DROP),
        Column("known from", narrow=Narrow.DROP),
    )
    rows = tuple(
        (
            cell(each.sku),
            cell(", ".join(each.versions)),
            cell(_number(each.tokens_per_minute), raw=each.tokens_per_minute),
            cell(_number(each.requests_per_minute), raw=each.requests_per_minute),
            cell(_units(each)),
            cell(each.pool),
            cell(known(each.evidence)),
        )
        for each in skus
    )
    return Table(columns, rows)


def _units(sku: SkuDetail) -> str | None:
    if sku.maximum is None:
        return None
    step = f" by {sku.step}" if sku.step and sku.step > 1 else ""
    return f"{sku.minimum or 1:,} to {sku.maximum:,}{step}"


def _prices(detail: HostingDetail) -> Iterator[Block]:
    if not detail.meters:
        yield Line("price      not known: no meter is mapped to it", Mark.UNKNOWN, indent=2)
        return
    columns = (
        Column("sku", narrow=Narrow.DROP),
        Column("meter"),
        Column("price", "right"),
        Column("known from", narrow=Narrow.DROP),
    )
    yield Table(columns, tuple(_meter_row(each) for each in detail.meters))


def _meter_row(meter: MeterDetail) -> tuple[Cell, ...]:
    per = "unit and hour" if meter.counts == "hour" else f"1M {meter.counts} tokens"
    shown = None if meter.amount is None else f"{rate(meter.amount, 'USD')} per {per}"
    return (cell(meter.sku), cell(meter.meter), cell(shown, raw=meter.amount), cell(known(meter.evidence)))


def _traits(detail: HostingDetail) -> Iterator[Line]:
    for route, traits in detail.traits.items():
        able = [trait.value for trait, support in traits.items() if support is Support.ACCEPTED]
        unable = [f"{trait.value} ({found.value})" for trait, found in traits.items() if found is not Support.ACCEPTED]
        text = ", ".join(able) + (f"; not: {', '.join(unable)}" if unable else "")
        yield Line(f"{route}: {text}", indent=2, tone="dim")


def known(evidence: Evidence) -> str:
    """Return rank and date: `documented 2025-11-24`, `live`."""
    return evidence.rank.value + (f" {evidence.as_of}" if evidence.as_of else "")


def _end_mark(days: int | None) -> Mark:
    if days is None:
        return Mark.NONE
    return Mark.NO if days <= 0 else Mark.WARNING if days <= SOON_DAYS else Mark.NONE


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:,.0f}"
