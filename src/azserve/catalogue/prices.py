"""Reads which meters stand for what. Apart from `reader`, for only few commands ask what things cost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from azserve.catalogue.reader import evidence_of
from azserve.errors import Bug
from azserve.model.catalogue import Hosting
from azserve.model.names import ModelName
from azserve.model.prices import Meter, Per, PriceBook, Surrounding, Tariff
from azserve.model.verdict import Evidence

Raw = Mapping[str, Any]


@lru_cache(maxsize=1)
def load_prices() -> PriceBook:
    """Return the meters and the prices once read."""
    sources = _parsed("sources.json")
    return prices_from(read_price_file(), {name: evidence_of(raw) for name, raw in sources.items()})


def read_price_file() -> Raw:
    """Parse the packaged data file."""
    return _parsed("prices.json")


def _parsed(name: str) -> Raw:
    file = files("azserve.catalogue") / "data" / name
    parsed: Raw = json.loads(file.read_text(encoding="utf-8"))
    return parsed


def prices_from(raw: Raw, sources: Mapping[str, Evidence]) -> PriceBook:
    """Make the book of a parsed file; raises `Bug` where it does not fit."""
    try:
        return PriceBook(
            tariffs=tuple(_tariff(family, row, sources) for family in raw["tariffs"] for row in family["rows"]),
            surroundings={Surrounding(each["what"]): _surrounding(each, sources) for each in raw["surroundings"]},
        )
    except (KeyError, ValueError, TypeError) as error:
        raise Bug(f"the catalogue's `prices.json` does not fit: {error!r}", code="catalogue-data") from error


def _tariff(family: Raw, row: Raw, sources: Mapping[str, Evidence]) -> Tariff:
    evidence = sources[row["source"]]

    def meter(which: str, per: Per, quantity: float) -> Meter | None:
        if which not in row:
            return None
        recorded = row["recorded"].get(which)
        amount = None if recorded is None else recorded / quantity
        return Meter(family["service"], family["product"], row[which], per, evidence, amount)

    return Tariff(
        models=tuple(ModelName(name) for name in row["models"]),
        hosting=Hosting(row["hosting"]),
        skus=tuple(row["skus"]),
        input=meter("input", Per.TOKENS, family["token_prices_per"]),
        output=meter("output", Per.TOKENS, family["token_prices_per"]),
        hourly=meter("hourly", Per.HOURS, 1),
    )


def _surrounding(raw: Raw, sources: Mapping[str, Evidence]) -> Meter:
    return Meter(
        raw["service"], raw["product"], raw["meter"], Per(raw["per"]), sources[raw["source"]], raw.get("recorded")
    )
