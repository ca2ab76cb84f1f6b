"""The catalogue against tables gathered from public material, where those are at hand."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from pathlib import Path

import pytest

from azserve.catalogue import load_catalogue
from azserve.model.catalogue import HostedModel, Hosting, Offer
from azserve.model.names import ModelName, region

ROOT = Path(__file__).parents[3]
REFERENCE = Path(os.environ.get("AZSERVE_REFERENCE") or ROOT.parent / "shared" / "azure")
CATALOGUE = load_catalogue()

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not REFERENCE.is_dir(), reason=f"no reference material at {REFERENCE}"),
]


def rows(table: str) -> list[dict[str, str]]:
    with (REFERENCE / "tables" / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def known(name: str, hosting: Hosting) -> HostedModel | None:
    return CATALOGUE.hosted(ModelName(name), hosting)


def test_serverless_model_ids_and_offers_are_the_documented_ones() -> None:
    told = {
        row["model_id"]: Offer.MARKETPLACE if row["marketplace_subscription_needed"] == "yes" else Offer.AZURE
        for row in rows("model_ids.csv")
        if row["deploy_as"] == "serverlessEndpoint"
    }
    ours = {
        hosted.model_id: hosted.offer
        for entry in CATALOGUE.models.values()
        for hosting, hosted in entry.hostings.items()
        if hosting is Hosting.SERVERLESS and hosted.model_id in told
    }
    assert len(ours) >= 6
    assert ours == {model_id: told[model_id] for model_id in ours if model_id}


def test_retirements_are_those_of_the_latest_schedule() -> None:
    latest: dict[str, dict[str, str]] = {}
    for row in sorted(rows("model_retirement_2026-07-07.csv"), key=lambda row: row["doc_ms_date"]):
        latest[row["model"]] = row
    compared = {
        name: (row["retirement_date"], tuple(sorted({str(x.retires or "") for x in hosted.lifecycles.values()})))
        for name, row in latest.items()
        if (hosted := known(name, Hosting.FOUNDRY))
    }
    assert len(compared) >= 15
    assert {name: ours for name, (_, ours) in compared.items()} == {
        name: (told,) for name, (told, _) in compared.items()
    }


def test_replacements_are_those_of_the_schedule() -> None:
    told = {row["model"]: row["replacement"] for row in rows("model_retirement_2026-07-07.csv") if row["replacement"]}
    compared = {
        name: {life.replacement for life in hosted.lifecycles.values()}
        for name in told
        if (hosted := known(name, Hosting.FOUNDRY))
    }
    assert compared
    assert compared == {name: {told[name]} for name in compared}


def test_serverless_regions_are_the_documented_ones() -> None:
    told = {
        row["model_display_name"]: {region(name) for name in row["hub_project_deployment_regions"].split("|")}
        for row in rows("serverless_region_availability.csv")
    }
    spelled = {
        "Cohere-command-r-08-2024": "Cohere Command R 08-2024",
        "mistral-small-2503": "Mistral Small 25.03",
        "Meta-Llama-3.1-8B-Instruct": "Llama 3.1 8B Instruct",
    }
    serverless = {name: hosted for name in CATALOGUE.models if (hosted := known(name, Hosting.SERVERLESS))}
    assert {name: set(hosted.regions or ()) for name, hosted in serverless.items()} == {
        name: told[spelled.get(name, name)] for name in serverless
    }


def test_foundry_formats_versions_and_skus_are_the_recorded_ones() -> None:
    recorded: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows("foundry_models_eastus2_2026-04-23.csv"):
        for column in ("format", "version", "sku"):
            recorded[row["name"]][column].add(row[column])
    compared = [name for name in CATALOGUE.models if name in recorded and known(name, Hosting.FOUNDRY)]
    assert len(compared) >= 15
    for name in compared:
        hosted = known(name, Hosting.FOUNDRY)
        assert hosted is not None
        assert {hosted.format} == recorded[name]["format"]
        assert set(hosted.versions) == recorded[name]["version"]
        assert set(hosted.skus) <= recorded[name]["sku"]


def test_global_standard_regions_are_the_documented_ones() -> None:
    told: dict[str, set[str]] = defaultdict(set)
    for row in rows("foundry_direct_globalstandard_2025-09-15.csv"):
        if row["available"] == "yes":
            told[row["model_name"]].add(row["region"])
    compared = [name for name in told if known(name, Hosting.FOUNDRY)]
    assert len(compared) >= 4
    for name in compared:
        hosted = known(name, Hosting.FOUNDRY)
        assert hosted is not None
        assert set(hosted.regions or ()) == told[name]
