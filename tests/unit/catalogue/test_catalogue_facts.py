"""The catalogue checks itself: every fact has a source, and what it points at exists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from azserve.catalogue import load_catalogue
from azserve.catalogue.prices import read_price_file
from azserve.catalogue.reader import DataFiles, catalogue_from, read_data_files
from azserve.errors import Bug
from azserve.model.catalogue import (
    HostedModel,
    Hosting,
    Lifecycle,
    LifecycleStage,
    ModelEntry,
    Offer,
    Route,
    Support,
    Trait,
)
from azserve.model.names import ModelName, Region
from azserve.model.verdict import Evidence, Rank

CATALOGUE = load_catalogue()
HOSTED = [
    pytest.param(entry, hosted, id=f"{entry.name}-{hosted.hosting}")
    for entry in CATALOGUE.models.values()
    for hosted in entry.hostings.values()
]
DEEPSEEK = {
    "DeepSeek-R1",
    "DeepSeek-R1-0528",
    "DeepSeek-V3-0324",
    "DeepSeek-V3.1",
    "DeepSeek-V3.2",
    "DeepSeek-V3.2-Speciale",
    "DeepSeek-V4-Pro",
    "DeepSeek-V4-Flash",
    "DeepSeek-V4-Flash-0731",
}


def hosted(model: str, hosting: Hosting) -> HostedModel:
    found = CATALOGUE.hosted(ModelName(model), hosting)
    assert found is not None
    return found


def evidence_of(model: HostedModel) -> Iterator[Evidence | None]:
    yield model.evidence
    yield model.traits_evidence
    yield from (lifecycle.evidence for lifecycle in model.lifecycles.values())
    if model.regions is not None:
        yield model.regions_evidence
    if model.tokens_per_minute or model.requests_per_minute:
        yield model.limits_evidence


@pytest.mark.parametrize(("entry", "model"), HOSTED)
def test_every_fact_of_a_model_has_a_source_and_a_date(entry: ModelEntry, model: HostedModel) -> None:
    assert all(evidence and evidence.source and evidence.as_of for evidence in evidence_of(model))


@pytest.mark.parametrize(("entry", "model"), HOSTED)
def test_a_model_that_retires_for_another_names_one_that_exists(entry: ModelEntry, model: HostedModel) -> None:
    replacements = {life.replacement for life in model.lifecycles.values() if life.replacement}
    assert replacements <= set(CATALOGUE.models) - {entry.name}


@pytest.mark.parametrize(("entry", "model"), HOSTED)
def test_the_regions_of_a_model_exist(entry: ModelEntry, model: HostedModel) -> None:
    assert set(model.regions or ()) <= set(CATALOGUE.regions)


@pytest.mark.parametrize(("entry", "model"), HOSTED)
def test_a_hosting_has_exactly_the_facts_that_belong_to_it(entry: ModelEntry, model: HostedModel) -> None:
    match model.hosting:
        case Hosting.SERVERLESS:
            facts = (model.model_id, model.tokens_per_minute, tuple(model.lifecycles) == ("latest",), not model.skus)
            routes = {Route.SERVERLESS}
        case Hosting.FOUNDRY:
            facts = (model.format, len(model.skus), "latest" not in model.lifecycles, model.model_id is None)
            routes = {Route.MODELS, Route.OPENAI_DEPLOYMENTS, Route.OPENAI_V1}
    assert all(facts)
    assert set(model.traits) == routes


@pytest.mark.parametrize(("entry", "model"), HOSTED)
def test_traits_are_complete_on_every_route(entry: ModelEntry, model: HostedModel) -> None:
    assert all(set(traits) == set(Trait) for traits in model.traits.values())


@pytest.mark.parametrize(("entry", "model"), [p for p in HOSTED if p.values[1].model_id])  # type: ignore[union-attr]
def test_a_serverless_model_id_names_the_model_and_no_version(entry: ModelEntry, model: HostedModel) -> None:
    assert model.model_id is not None
    assert model.model_id.startswith("azureml://registries/")
    assert model.model_id.endswith(f"/models/{entry.name}")


def test_every_region_has_a_source_and_a_date() -> None:
    assert all(entry.evidence and entry.evidence.as_of for entry in CATALOGUE.regions.values())


def test_a_data_zone_is_of_the_same_geography() -> None:
    zones = {entry.data_zone: entry.geography for entry in CATALOGUE.regions.values() if entry.data_zone}
    assert zones == {"us": "us", "eu": "eu"}


def test_the_european_union_leaves_out_its_neighbours() -> None:
    union = {name for name, entry in CATALOGUE.regions.items() if entry.geography == "eu"}
    assert union.isdisjoint({Region("uksouth"), Region("norwayeast"), Region("switzerlandnorth")})
    assert {Region("swedencentral"), Region("francecentral"), Region("northeurope")} <= union


def test_the_whole_deepseek_family_is_known() -> None:
    assert {name for name, entry in CATALOGUE.models.items() if entry.publisher == "DeepSeek"} == DEEPSEEK


def test_serverless_r1_is_sold_by_azure_in_six_regions() -> None:
    r1 = hosted("DeepSeek-R1", Hosting.SERVERLESS)
    assert r1.offer is Offer.AZURE
    assert r1.model_id == "azureml://registries/azureml-deepseek/models/DeepSeek-R1"
    assert len(r1.regions or ()) == 6
    assert Region("swedencentral") not in (r1.regions or ())


def test_the_retirement_of_serverless_r1_is_marked_as_inferred() -> None:
    life = hosted("DeepSeek-R1", Hosting.SERVERLESS).lifecycles["latest"]
    assert life.retires == date(2026, 8, 13)
    assert life.replacement == "DeepSeek-V4-Pro"
    assert life.evidence.rank is Rank.INFERRED


def test_the_retirement_of_foundry_r1_is_documented() -> None:
    life = hosted("DeepSeek-R1", Hosting.FOUNDRY).lifecycles["1"]
    assert (life.stage, life.retires) == (LifecycleStage.RETIRED, date(2026, 8, 13))
    assert life.evidence.rank is Rank.DOCUMENTED


def test_a_partner_model_is_a_marketplace_offer() -> None:
    assert hosted("Cohere-command-r-08-2024", Hosting.SERVERLESS).offer is Offer.MARKETPLACE


@pytest.mark.parametrize("model", ["Phi-4", "Phi-4-mini-instruct", "Phi-4-reasoning", "Phi-4-multimodal-instruct"])
def test_a_microsoft_model_is_no_marketplace_offer(model: str) -> None:
    assert hosted(model, Hosting.SERVERLESS).offer is Offer.AZURE


@pytest.mark.parametrize(
    ("model", "hosting", "route", "trait", "support"),
    [
        ("DeepSeek-R1", Hosting.SERVERLESS, Route.SERVERLESS, Trait.REASONING, Support.ACCEPTED),
        ("DeepSeek-R1", Hosting.SERVERLESS, Route.SERVERLESS, Trait.SAMPLING, Support.IGNORED),
        ("DeepSeek-R1", Hosting.FOUNDRY, Route.OPENAI_V1, Trait.TOOLS, Support.REFUSED),
        ("DeepSeek-V3-0324", Hosting.FOUNDRY, Route.MODELS, Trait.TOOLS, Support.ACCEPTED),
        ("DeepSeek-V3.2", Hosting.FOUNDRY, Route.MODELS, Trait.JSON_OBJECT, Support.ACCEPTED),
        ("Phi-4", Hosting.SERVERLESS, Route.SERVERLESS, Trait.REASONING, Support.IGNORED),
        ("Phi-4-multimodal-instruct", Hosting.SERVERLESS, Route.SERVERLESS, Trait.IMAGES, Support.ACCEPTED),
        ("embed-v-4-0", Hosting.FOUNDRY, Route.MODELS, Trait.CHAT, Support.REFUSED),
    ],
)
def test_traits_say_what_a_probe_may_expect(
    model: str, hosting: Hosting, route: Route, trait: Trait, support: Support
) -> None:
    assert hosted(model, hosting).traits[route][trait] is support


def test_it_is_read_once() -> None:
    assert load_catalogue() is load_catalogue()


def test_it_is_as_fresh_as_its_newest_fact() -> None:
    dates = {e.as_of for p in HOSTED for e in evidence_of(p.values[1]) if e and e.as_of}  # type: ignore[arg-type]
    assert CATALOGUE.as_of >= max(dates)


def test_a_source_that_nothing_names_is_not_kept() -> None:
    data = read_data_files()
    text = f"{data.regions}{data.models}{data.units}{read_price_file()}"
    assert [name for name in data.sources if repr(name) not in text] == []


def test_a_data_file_that_does_not_fit_is_our_bug_and_says_where() -> None:
    data = read_data_files()
    broken = DataFiles(data.sources, data.regions, data.traits, {"x.json": {"models": [{"name": "Broken-1"}]}})
    with pytest.raises(Bug, match=r"`Broken-1` in the catalogue's `x\.json`"):
        catalogue_from(broken)


def test_lifecycle_stages_agree_with_their_dates() -> None:
    lives: list[Lifecycle] = [
        life
        for entry in CATALOGUE.models.values()
        for model in entry.hostings.values()
        for life in model.lifecycles.values()
    ]
    assert all(life.retires for life in lives if life.stage in {LifecycleStage.RETIRED, LifecycleStage.DEPRECATED})
