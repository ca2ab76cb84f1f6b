"""Projects of accounts, and what is asked of regions and subscriptions."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.emulator_providers.bench import ACCOUNT, SYSTEM, Bench, account, deployment

from azserve.emulator.kernel.wire import ArmError
from azserve.emulator.scenarios import load

ACC = f"{ACCOUNT}/acc"
PROJECT = f"{ACC}/projects/proj"
BODY = {"location": "eastus2", "identity": SYSTEM, "properties": {"description": "x"}}
_LOCATION = "Microsoft.CognitiveServices/locations/{location}"


def test_a_project_shows_both_names_and_its_address(bench: Bench) -> None:
    bench.account()
    shown = bench.put(PROJECT, BODY)
    assert shown["name"] == "acc/proj"
    assert shown["properties"]["endpoints"] == {
        "AI Foundry API": "http://here/_hosts/acc.services.ai.azure.com/api/projects/proj"
    }


def test_an_account_lists_its_projects_and_the_first_is_the_default(bench: Bench) -> None:
    bench.account()
    bench.put(PROJECT, BODY)
    bench.put(f"{ACC}/projects/second", BODY)
    shown = bench.get(ACC)["properties"]
    assert (shown["defaultProject"], shown["associatedProjects"]) == ("proj", ["proj", "second"])
    assert bench.get(f"{ACC}/projects/second")["properties"]["isDefault"] is False


def test_a_replaced_account_keeps_its_projects(bench: Bench) -> None:
    bench.account()
    bench.put(PROJECT, BODY)
    assert bench.put(ACC, account())["properties"]["associatedProjects"] == ["proj"]


def test_a_deleted_project_is_off_the_accounts_list(bench: Bench) -> None:
    bench.account()
    bench.put(PROJECT, BODY)
    bench.delete(PROJECT)
    shown = bench.get(ACC)["properties"]
    assert (shown.get("defaultProject"), shown["associatedProjects"]) == (None, [])


def test_a_patched_project_keeps_its_identity_and_place(bench: Bench) -> None:
    bench.account()
    before = bench.put(PROJECT, BODY)
    work = bench.begin(PROJECT, {"tags": {"a": "b"}}, patch=True)
    bench.wait(work.seconds)
    after = bench.get(PROJECT)
    assert (after["tags"], after["identity"], after["properties"]["internalId"]) == (
        {"a": "b"},
        before["identity"],
        before["properties"]["internalId"],
    )


@pytest.mark.parametrize(
    ("of_account", "change", "part"),
    [
        ({}, {"identity": None}, "needs a managed identity"),
        ({}, {"location": "westus"}, "region of its account"),
        ({"properties": {"customSubDomainName": "acc"}}, {}, "does not allow project management"),
        ({"identity": {"type": "None"}}, {}, "account needs a managed identity"),
    ],
)
def test_a_project_without_what_it_needs_is_refused(
    bench: Bench, of_account: dict[str, Any], change: dict[str, Any], part: str
) -> None:
    bench.put(ACC, account() | of_account)
    assert part in bench.refused(PROJECT, BODY | change).message


def test_a_project_name_of_one_letter_is_refused(bench: Bench) -> None:
    bench.account()
    assert bench.refused(f"{ACC}/projects/p", BODY).code == "InvalidResourceName"


def test_a_project_is_not_made_while_a_deployment_is(bench: Bench) -> None:
    bench.account()
    bench.begin(f"{ACC}/deployments/dep", deployment())
    assert bench.refused(PROJECT, BODY).code == "RequestConflict"


def _models(bench: Bench, location: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bench.ask("GET", f"{_LOCATION}/models", location=location).body["value"]
    return found


def test_a_model_is_listed_once_per_kind_of_account(bench: Bench) -> None:
    shown = [one for one in _models(bench, "eastus2") if one["name"] == "DeepSeek.DeepSeek-R1.1"]
    assert [one["kind"] for one in shown] == ["AIServices", "MaaS"]
    assert {one["location"] for one in shown} == {"EastUS2"}


def test_deepseek_r1_is_listed_as_recorded(bench: Bench) -> None:
    model = next(one["model"] for one in _models(bench, "East US 2") if one["model"]["name"] == "DeepSeek-R1")
    assert (model["isDefaultVersion"], model["lifecycleStatus"]) == (False, "Stable")
    assert model["skus"][0]["capacity"] == {"maximum": 5000, "default": 5000}


def test_regions_differ_in_what_they_list(bench: Bench) -> None:
    names = {where: {one["name"] for one in _models(bench, where)} for where in ("eastus2", "southindia", "westus2")}
    assert "DeepSeek.DeepSeek-V4-Pro.2026-04-23" in names["eastus2"] - names["southindia"]
    assert not {name for name in names["westus2"] if name.startswith("DeepSeek")}


def test_a_data_zone_sku_is_listed_in_its_zones_only(bench: Bench) -> None:
    def skus(where: str) -> set[str]:
        model = next(one["model"] for one in _models(bench, where) if one["model"]["name"] == "gpt-5-mini")
        return {sku["name"] for sku in model["skus"]}

    assert skus("swedencentral") - skus("japaneast") == {"DataZoneStandard"}


def test_every_pool_of_a_listed_sku_is_among_the_usages(bench: Bench) -> None:
    for location in load("default")["regionSets"]["openai"]:
        pools = {
            one["name"]["value"] for one in bench.ask("GET", f"{_LOCATION}/usages", location=location).body["value"]
        }
        drawn = {sku["usageName"] for one in _models(bench, location) for sku in one["model"]["skus"]}
        assert drawn <= pools


@pytest.mark.parametrize("what", ["models", "usages", "modelCapacities"])
def test_lists_of_a_region_that_does_not_exist_are_refused(bench: Bench, what: str) -> None:
    with pytest.raises(ArmError, match="'atlantis' is invalid"):
        bench.ask("GET", f"{_LOCATION}/{what}", location="atlantis")


def test_lists_of_a_region_without_the_service_are_empty(bench: Bench) -> None:
    assert _models(bench, "ukwest") == []
    assert bench.ask("GET", f"{_LOCATION}/usages", location="ukwest").body == {"value": []}


_QUERY = "modelformat=DeepSeek&modelname=DeepSeek-R1&modelversion=1"


def test_capacities_name_region_and_sku(bench: Bench) -> None:
    (first, second) = bench.ask("GET", f"{_LOCATION}/modelCapacities", location="eastus2", query=_QUERY).body["value"]
    assert {first["name"], second["name"]} == {"GlobalStandard", "GlobalProvisionedManaged"}
    assert first["properties"]["model"] == {"format": "DeepSeek", "name": "DeepSeek-R1", "version": "1"}


def test_capacities_of_a_subscription_are_of_all_regions_that_have_the_model(bench: Bench) -> None:
    route = "Microsoft.CognitiveServices/modelCapacities"
    places = {one["location"] for one in bench.ask("GET", route, query=_QUERY).body["value"]}
    assert {"EastUS2", "WestUS3"} <= places
    assert "WestUS2" not in places


def test_capacities_ask_for_all_three_names(bench: Bench) -> None:
    with pytest.raises(ArmError, match="all required"):
        bench.ask("GET", f"{_LOCATION}/modelCapacities", location="eastus2", query="modelname=DeepSeek-R1")


def test_skus_of_a_subscription_name_kind_and_region(bench: Bench) -> None:
    shown = bench.ask("GET", "Microsoft.CognitiveServices/skus").body["value"]
    assert ("AIServices", ["EASTUS2"]) in [(one["kind"], one["locations"]) for one in shown]


def test_sku_availability_tells_where_an_account_can_be(bench: Bench) -> None:
    body = {"skus": ["S0", "F0"], "kind": "AIServices", "type": ACCOUNT}
    shown = bench.ask("POST", "/checkSkuAvailability", location="eastus2", body=body).body["value"]
    assert [one["skuAvailable"] for one in shown] == [True, False]


def test_an_account_lists_its_models_usages_and_skus(bench: Bench) -> None:
    bench.account()
    bench.put(f"{ACC}/deployments/dep", deployment())
    models = bench.ask("GET", "accounts/{account}/models", account="acc").body["value"]
    usages = bench.ask("GET", "accounts/{account}/usages", account="acc").body["value"]
    skus = bench.ask("GET", "accounts/{account}/skus", account="acc").body["value"]
    own = bench.ask("GET", "/deployments/{deployment}/skus", account="acc", deployment="dep").body["value"]
    assert "DeepSeek-V3.2" in {one["name"] for one in models}
    assert "AccountCount" in {one["name"]["value"] for one in usages}
    assert skus[0]["sku"]["name"] == "S0"
    assert own[0]["sku"] == {"name": "GlobalStandard", "capacity": 5000}


def test_lists_of_an_account_that_does_not_exist_are_refused(bench: Bench) -> None:
    with pytest.raises(ArmError, match="accounts/nobody"):
        bench.ask("GET", "accounts/{account}/models", account="nobody")
    bench.account()
    with pytest.raises(ArmError, match="'nobody' was not found"):
        bench.ask("GET", "/deployments/{deployment}/skus", account="acc", deployment="nobody")


def test_the_capacity_for_a_load_is_counted_in_units_of_the_skus_own_limit() -> None:
    load = {"requestPerMinute": 60, "requestParameters": {"avgPromptTokens": 300, "avgGeneratedTokens": 700}}
    model = {"format": "DeepSeek", "name": "DeepSeek-R1", "version": "1"}
    asked = {"model": model, "skuName": "GlobalStandard", "workloads": [load, load]}

    answered = Bench().ask("POST", "/calculateModelCapacity", body=asked).body

    assert answered["estimatedCapacity"] == {"value": 120, "deployableValue": 120}
    assert (answered["model"], answered["skuName"]) == (model, "GlobalStandard")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"model": {"name": "nobody"}}, 400),
        ({"model": None}, 400),
        ({"skuName": "Golden"}, 400),
        ({"workloads": [{"requestPerMinute": "many"}]}, 400),
        ({"workloads": 5}, 400),
        ({"skuName": "GlobalProvisionedManaged"}, 501),
    ],
)
def test_a_capacity_that_cannot_be_told_is_refused(changed: dict[str, Any], status: int) -> None:
    model = {"format": "DeepSeek", "name": "DeepSeek-R1", "version": "1"}
    asked = {"model": model, "skuName": "GlobalStandard", "workloads": [], **changed}

    with pytest.raises(ArmError) as caught:
        Bench().ask("POST", "/calculateModelCapacity", body=asked)

    assert caught.value.status == status
