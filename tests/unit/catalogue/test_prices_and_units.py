"""What units are worth and which meters stand for what: the data, and against the material it was read in."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from azserve.catalogue import load_catalogue
from azserve.catalogue.prices import load_prices, prices_from
from azserve.errors import Bug
from azserve.model.catalogue import Hosting
from azserve.model.names import ModelName
from azserve.model.prices import Meter, Per, Surrounding

ROOT = Path(__file__).parents[3]
REFERENCE = Path(os.environ.get("AZSERVE_REFERENCE") or ROOT.parent / "shared" / "azure")
needs_reference = [
    pytest.mark.reference,
    pytest.mark.skipif(not REFERENCE.is_dir(), reason=f"no reference material at {REFERENCE}"),
]
BOOK, CATALOGUE = load_prices(), load_catalogue()


def meters() -> Iterator[Meter]:
    for tariff in BOOK.tariffs:
        yield from (each for each in (tariff.input, tariff.output, tariff.hourly) if each)


def test_token_prices_are_per_token() -> None:
    tariff = BOOK.tariff(ModelName("DeepSeek-R1"), Hosting.FOUNDRY, "GlobalStandard")
    assert tariff is not None
    assert tariff.output is not None
    assert tariff.output.per is Per.TOKENS
    assert tariff.output.recorded == pytest.approx(5.4e-6)


def test_a_model_without_a_known_meter_has_no_tariff() -> None:
    assert BOOK.tariff(ModelName("gpt-5"), Hosting.FOUNDRY, "GlobalStandard") is None


def test_every_priced_model_is_in_the_catalogue_on_that_hosting() -> None:
    priced = {(name, tariff.hosting) for tariff in BOOK.tariffs for name in tariff.models}
    assert {one for one in priced if CATALOGUE.hosted(*one) is None} == set()


def test_every_surrounding_has_a_meter() -> None:
    assert set(BOOK.surroundings) == set(Surrounding)


def test_units_are_of_known_models_versions_and_skus() -> None:
    for name, units in CATALOGUE.units.items():
        hosted = CATALOGUE.hosted(name, Hosting.FOUNDRY)
        assert hosted is not None
        assert {unit.sku for unit in units} <= set(hosted.skus)
        assert {version for unit in units for version in unit.versions} <= set(hosted.versions)


def test_a_price_file_that_does_not_fit_is_a_bug() -> None:
    with pytest.raises(Bug, match=r"prices\.json"):
        prices_from({"tariffs": [{"rows": [{}]}], "surroundings": []}, {})


class TestAgainstTheReference:
    pytestmark = needs_reference

    def test_recorded_prices_are_those_of_the_dump_in_every_region_that_has_the_meter(self) -> None:
        items = json.loads((REFERENCE / "tables" / "retail_prices_deepseek_2025-08-25.json").read_text())["Items"]
        quantities = {"1K": 1000, "1/Hour": 1}
        dumped: dict[tuple[str, str], set[float]] = {}
        for item in items:
            key = (item["productName"], item["meterName"])
            dumped.setdefault(key, set()).add(round(item["retailPrice"] / quantities.get(item["unitOfMeasure"], 1), 12))
        ours = {(each.product, each.name): {round(each.recorded or 0, 12)} for each in meters()}
        assert ours == {key: dumped[key] for key in ours}

    def test_units_are_those_of_the_recorded_list(self) -> None:
        entries = list(listed(json.loads((REFERENCE / "recordings" / "cs-models-eastus2.json").read_text())))
        checked = 0
        for name, units in CATALOGUE.units.items():
            for unit in units:
                found = [sku for version in unit.versions for sku in skus(entries, name, version, unit.sku, unit.pool)]
                assert found, (name, unit)
                for sku in found:
                    rates = {
                        one["key"]: one["count"] * 60 / one["renewalPeriod"] for one in sku.get("rateLimits") or ()
                    }
                    assert (rates.get("token"), rates.get("request")) == (
                        unit.tokens_per_minute, unit.requests_per_minute,
                    )  # fmt: skip
                    assert sku["capacity"].get("maximum") == unit.maximum
                    checked += 1
        assert checked >= 60


def listed(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every entry of the model list, wherever the recording keeps it."""
    if isinstance(value, dict) and "model" in value and "kind" in value:
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from listed(inner)
    elif isinstance(value, str) and value.startswith('{"') and '"model"' in value:
        yield from listed(json.loads(value))


def skus(entries: list[dict[str, Any]], name: str, version: str, sku: str, pool: str) -> Iterator[dict[str, Any]]:
    for entry in entries:
        model = entry["model"]
        if entry["kind"] == "AIServices" and (model["name"].lower(), model["version"]) == (name.lower(), version):
            yield from (one for one in model.get("skus", ()) if (one["name"], one["usageName"]) == (sku, pool))
