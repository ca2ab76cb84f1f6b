"""`models list` and `models show`: published facts, and Azure's word beside them where it is asked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.unit.planning.worlds import TODAY, catalogue, offered, settings
from tests.unit.surveying.test_survey import FakeReader

from azserve.catalogue import load_catalogue
from azserve.catalogue.prices import load_prices
from azserve.errors import AzureFailed, UsageError
from azserve.model.catalogue import Hosting, LifecycleStage
from azserve.model.names import Region
from azserve.model.outlook import HostingDetail, ModelResult
from azserve.model.verdict import Rank
from azserve.reporting.blocks import Line
from azserve.reporting.views import view
from azserve.verbs.models import ModelRequest, ModelsRequest, list_models, show_model

EASTUS2, WESTUS3 = Region("eastus2"), Region("westus3")
V32 = {"v32": {"model": "DeepSeek-V3.2", "version": "1"}}
R1 = {"r1": {"model": "DeepSeek-R1", "hosting": "serverless"}}
BUSY = AzureFailed("slow down", code="TooManyRequests")


def shown(
    model: str = "DeepSeek-R1", *, reader: FakeReader | None = None, regions: tuple[Region, ...] = ()
) -> ModelResult:
    return show_model(ModelRequest(load_catalogue(), load_prices(), TODAY, model, regions), reader)


def of(result: ModelResult, hosting: Hosting) -> HostingDetail:
    return next(each for each in result.hostings if each.hosting is hosting)


def test_both_hostings_of_a_model_are_shown_whatever_the_case_of_its_name() -> None:
    result = shown("deepseek-r1")
    assert (result.model, [each.hosting for each in result.hostings]) == ("DeepSeek-R1", list(Hosting))


def test_a_retirement_comes_with_source_date_and_days() -> None:
    (version,) = of(shown(), Hosting.FOUNDRY).versions
    assert (version.retires, version.days, version.replacement) == (date(2026, 8, 13), -101, "DeepSeek-V4-Pro")
    assert (version.evidence.rank, version.evidence.as_of) == ("documented", date(2026, 9, 2))


def test_a_serverless_retirement_says_that_it_is_inferred() -> None:
    (version,) = of(shown(), Hosting.SERVERLESS).versions
    assert version.evidence.rank == "inferred"


def test_the_edit_to_the_replacement_names_hosting_version_and_sku() -> None:
    assert of(shown(), Hosting.SERVERLESS).edit == (
        "- model: DeepSeek-R1, hosting: serverless",
        '+ model: DeepSeek-V4-Pro, version: "2026-04-23", sku: GlobalStandard',
    )


def test_a_unit_is_told_in_tokens_and_requests() -> None:
    units = {each.sku: (each.tokens_per_minute, each.requests_per_minute) for each in of(shown(), Hosting.FOUNDRY).skus}
    assert units == {"GlobalStandard": (1000, 1), "GlobalProvisionedManaged": (None, None)}


def test_a_model_without_mapped_meters_has_no_price_rather_than_none_to_pay() -> None:
    assert of(shown("gpt-5"), Hosting.FOUNDRY).meters == ()


def test_prices_are_per_million_tokens() -> None:
    prices = {each.meter: each.amount for each in of(shown(), Hosting.SERVERLESS).meters}
    assert prices == pytest.approx({"R1 Inp regnl Tokens": 1.485, "R1 Outp regnl Tokens": 5.94})


def test_what_a_region_says_stands_beside_what_is_published() -> None:
    reader = FakeReader({("models", EASTUS2): offered({"name": "DeepSeek-R1", "lifecycle": "Deprecated"})})
    (version,) = of(shown(reader=reader, regions=(EASTUS2,)), Hosting.FOUNDRY).versions
    assert (version.stage, [each.lifecycle for each in version.live]) == (LifecycleStage.RETIRED, ["Deprecated"])


def test_a_version_that_only_azure_lists_has_no_published_stage() -> None:
    reader = FakeReader({("models", EASTUS2): offered({"name": "DeepSeek-R1", "version": "2"})})
    versions = of(shown(reader=reader, regions=(EASTUS2,)), Hosting.FOUNDRY).versions
    assert [(each.version, each.stage) for each in versions] == [("1", LifecycleStage.RETIRED), ("2", None)]


def test_a_model_that_only_azure_lists_is_shown_from_its_lists() -> None:
    reader = FakeReader({("models", EASTUS2): offered({"name": "grok-9", "format": "xAI", "retires": "2026-12-01"})})
    result = shown("grok-9", reader=reader, regions=(EASTUS2,))
    assert (result.publisher, result.hostings[0].regions, result.hostings[0].versions[0].days) == ("xAI", (EASTUS2,), 9)


def test_a_region_that_cannot_be_read_is_told_and_hides_no_other() -> None:
    result = shown(reader=FakeReader({("models", WESTUS3): BUSY}), regions=(EASTUS2, WESTUS3))
    assert (result.asked, result.unreadable) == ((EASTUS2,), ("`westus3`: TooManyRequests: slow down",))


def test_where_no_region_can_be_read_the_error_is_raised() -> None:
    with pytest.raises(AzureFailed):
        shown(reader=FakeReader({("models", EASTUS2): BUSY}), regions=(EASTUS2,))


def test_an_unknown_model_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError) as raised:
        shown("DeepSeak-R1")
    assert "`DeepSeek-R1`" in (raised.value.hint or "")


def test_the_list_joins_versions_that_share_their_lifecycle() -> None:
    rows = list_models(ModelsRequest(load_catalogue(), TODAY)).rows
    assert [each.versions for each in rows if each.model == "gpt-4o"] == [
        ("2024-05-13", "2024-08-06"),
        ("2024-11-20",),
    ]


def test_the_list_may_be_of_one_hosting() -> None:
    rows = list_models(ModelsRequest(load_catalogue(), TODAY, hosting=Hosting.SERVERLESS)).rows
    assert {each.hosting for each in rows} == {Hosting.SERVERLESS}


@pytest.mark.parametrize(("day", "hit"), [("2027-02-20", True), ("2027-02-21", False)])
def test_retiring_within_90_days_is_exactly_that(day: str, hit: bool) -> None:
    book = catalogue(retirements={"gpt-5-mini/foundry": day})
    rows = list_models(ModelsRequest(book, TODAY, within_days=90)).rows
    assert ("gpt-5-mini" in {each.model for each in rows}) is hit


def test_a_fleet_is_affected_by_what_retires_and_is_told_the_edit() -> None:
    (affected,) = list_models(ModelsRequest(catalogue(), TODAY, 90, settings=settings(R1))).affected
    assert (affected.endpoint, affected.retires, affected.edit[1][:2]) == ("r1", date(2026, 8, 13), "+ ")


@pytest.mark.parametrize(
    ("published", "rank", "day"),
    [("2026-12-31", Rank.LIVE, date(2026, 12, 1)), ("2026-11-30", Rank.DOCUMENTED, date(2026, 11, 30))],
)
def test_the_nearest_end_counts_with_its_own_source(published: str, rank: Rank, day: date) -> None:
    reader = FakeReader({("models", EASTUS2): offered({"name": "DeepSeek-V3.2", "retires": "2026-12-01"})})
    book = catalogue(retirements={"DeepSeek-V3.2/foundry": published})
    (affected,) = list_models(ModelsRequest(book, TODAY, 90, settings=settings(V32)), reader).affected
    assert (affected.retires, affected.evidence.rank) == (day, rank)


@pytest.mark.parametrize(("day", "said"), [("2026-11-22", "retired on"), ("2026-11-23", "retires on")])
def test_an_end_is_told_as_past_from_its_day_on(day: str, said: str) -> None:
    book = catalogue(retirements={"DeepSeek-R1/serverless": day})
    first = view(list_models(ModelsRequest(book, TODAY, 90, settings=settings(R1))))[0]
    assert isinstance(first, Line)
    assert f"{said} {day}" in first.text


def test_a_fleet_whose_models_stay_is_not_affected() -> None:
    assert list_models(ModelsRequest(catalogue(), TODAY, 90, settings=settings(V32))).affected == ()


@pytest.mark.parametrize(
    ("listed", "affected"),
    [
        ({"name": "DeepSeek-V3.2", "lifecycle": "Deprecated"}, True),
        ({"name": "DeepSeek-V3.2", "lifecycle": "Stable", "retires": "2027-02-20"}, True),
        ({"name": "DeepSeek-V3.2", "lifecycle": "Stable", "retires": "2027-02-21"}, False),
        ({"name": "DeepSeek-V3.2", "version": "2", "lifecycle": "Deprecated"}, False),
        (
            {"name": "DeepSeek-V3.2", "skus": [{"name": "GlobalStandard", "pool": "p", "deprecates": "2027-02-20"}]},
            True,
        ),
        ({"name": "DeepSeek-V3.2", "skus": [{"name": "Standard", "pool": "p", "deprecates": "2027-02-20"}]}, False),
    ],
)
def test_azures_own_word_affects_a_fleet_too(listed: dict[str, Any], affected: bool) -> None:
    reader = FakeReader({("models", EASTUS2): offered(listed)})
    result = list_models(ModelsRequest(catalogue(), TODAY, 90, settings=settings(V32)), reader)
    assert bool(result.affected) is affected
