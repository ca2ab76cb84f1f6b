"""What things cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from azserve.model.outlook import CostResult, CostRow, IdleCost, IdleRow, SmokeCeiling
from azserve.model.prices import Cost, Per, Price
from azserve.reporting.blocks import Block, Cell, Column, Line, Mark, Narrow, Table, cell, count
from azserve.reporting.views.models import known
from azserve.reporting.views.money import money, rate

MILLION = 1e6


def cost(result: CostResult) -> tuple[Block, ...]:
    """Per chat, idle, and the ceiling of a smoke run."""
    columns = (
        Column("endpoint"),
        Column("region"),
        Column("model", narrow=Narrow.DROP),
        Column("sku", narrow=Narrow.DROP),
        Column("1M in", "right"),
        Column("1M out", "right"),
        Column(f"{result.chats:,} chats", "right"),
        Column("known from", narrow=Narrow.DROP),
    )
    size = f"{result.chat.prompt_tokens:,} prompt and {result.chat.completion_tokens:,} completion tokens"
    return (
        Line(f"fleet {result.fleet_id}, a chat being {size}", tone="bold"),
        Table(columns, tuple(_row(row) for row in result.rows)),
        *_unknown(iter([*(row.chats for row in result.rows), result.smoke.cost])),
        Line(""),
        *idle(result.idle),
        *ceiling(result.smoke),
        Line(_source(result), tone="dim"),
    )


def _source(result: CostResult) -> str:
    if result.live:
        return "prices of the Azure Retail Prices API, without taxes and discounts"
    return "prices as once read, each with its date; without `--offline` the price list is asked"


def _row(row: CostRow) -> tuple[Cell, ...]:
    prices = [price for price in (row.input, row.output) if price]
    return (
        cell(row.endpoint),
        cell(row.region),
        cell(row.model),
        cell(row.sku or row.hosting),
        _per_million(row.input, row.chats),
        _per_million(row.output, row.chats),
        cell(sum_of(row.chats), raw=row.chats.amount if not row.chats.unknown else ""),
        cell(", ".join(dict.fromkeys(known(price.evidence) for price in prices)) or None),
    )


def _per_million(price: Price | None, chats: Cost) -> Cell:
    if price is None:
        return cell("unknown", Mark.UNKNOWN, raw="") if chats.unknown else cell("by the hour", raw="")
    return cell(rate(price.amount * MILLION, price.currency), raw=f"{price.amount * MILLION:.6g}")


def _unknown(costs: Iterator[Cost]) -> Iterator[Line]:
    lacking = list(dict.fromkeys(what for each in costs for what in each.unknown))
    if lacking:
        yield Line(f"no price is known for {', '.join(lacking)}: unknown, not zero", Mark.UNKNOWN)


def idle(found: IdleCost) -> Iterator[Block]:
    """What is paid while nobody asks anything."""
    if found.rows:
        columns = (
            Column("region"),
            Column("stands idle"),
            Column("count", "right"),
            Column("price", "right"),
            Column("a month", "right"),
            Column("known from", narrow=Narrow.DROP),
        )
        yield Table(columns, tuple(_idle_row(row) for row in found.rows))
        yield from _unknown(row.month for row in found.rows if row.month is not None)
    besides = ", besides what is billed by use" if any(row.month is None for row in found.rows) else ""
    yield Line(f"idle: {sum_of(found.month)} a month{besides}", tone="bold")


def _idle_row(row: IdleRow) -> tuple[Cell, ...]:
    month = "by use" if row.month is None else sum_of(row.month)
    raw = row.month.amount if row.month and not row.month.unknown else None
    return (
        cell(row.region),
        cell(row.what),
        cell(f"{row.count:,g}", raw=f"{row.count:g}"),
        _unit_price(row.price),
        cell(month, raw="" if raw is None else raw),
        cell(known(row.price.evidence) if row.price else None),
    )


PER = {Per.HOURS: "hour", Per.GIGABYTE_MONTHS: "GB and month", Per.OPERATIONS: "10,000 operations", Per.TOKENS: "1M"}
TIMES = {Per.HOURS: 1.0, Per.GIGABYTE_MONTHS: 1.0, Per.OPERATIONS: 1e4, Per.TOKENS: MILLION}


def _unit_price(price: Price | None) -> Cell:
    if price is None:
        return cell("unknown", Mark.UNKNOWN, raw="")
    return cell(f"{rate(price.amount * TIMES[price.per], price.currency)} per {PER[price.per]}", raw=price.amount)


def ceiling(smoke: SmokeCeiling, tone: Literal["dim", "bold"] = "bold") -> Iterator[Line]:
    """The most a smoke run can use."""
    why = " (the file's budget)" if smoke.capped else ""
    tokens = count(smoke.tokens, "token")
    yield Line(f"smoke run: {tokens} at most{why}, {sum_of(smoke.cost)}", tone=tone)


def sum_of(cost: Cost) -> str:
    """Return a sum with what is not in it: `$1.35`, `$1.35 and unknown`, `unknown`."""
    if cost.amount is None:
        return "unknown"
    return money(cost.amount, cost.currency) + (" and unknown" if cost.unknown else "")
