"""The shipped scenarios hold together, and a bad one is refused with a next step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.emulator_providers.bench import Bench

from azserve.emulator.providers import offered
from azserve.emulator.providers.scenario import display_name, seconds, spelled
from azserve.emulator.scenarios import ScenarioError, expand, load, merge, names


@pytest.fixture(params=names())
def scenario(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each shipped scenario, expanded."""
    return load(request.param)


def _regions(scenario: dict[str, Any], given: Any) -> set[str]:
    return set(scenario["regionSets"][given] if isinstance(given, str) else given)


def test_every_scenario_says_its_name_and_what_it_is_about(scenario: dict[str, Any]) -> None:
    assert scenario["name"] in names()
    assert scenario["about"].endswith(".")


def test_every_region_that_is_named_exists(scenario: dict[str, Any]) -> None:
    known = {one["name"] for one in scenario["locations"]}
    named = set(scenario["regions"])
    for regions in scenario["regionSets"].values():
        named |= set(regions)
    for usage in scenario["cognitiveServices"]["usages"].values():
        named |= {*usage.get("limits", {}), *usage.get("held", {})}
    for entry in (
        *scenario["cognitiveServices"]["models"].values(),
        *scenario["machineLearning"]["serverless"].values(),
    ):
        named |= _regions(scenario, entry["regions"])
    assert named <= known


def test_every_pool_has_a_limit(scenario: dict[str, Any]) -> None:
    usages = scenario["cognitiveServices"]["usages"]
    for key, entry in scenario["cognitiveServices"]["models"].items():
        model = entry["model"]
        assert key == f"{model['format']}.{model['name']}.{model['version']}"
        assert {sku["usageName"] for sku in model["skus"]} <= set(usages)


def test_every_chat_model_that_can_be_deployed_has_traits(scenario: dict[str, Any]) -> None:
    served = {
        entry["model"]["name"]
        for entry in scenario["cognitiveServices"]["models"].values()
        if entry["model"]["lifecycleStatus"] not in ("Deprecated", "Deprecating")
    }
    served |= {entry["model"] for entry in scenario["machineLearning"]["serverless"].values()}
    assert served <= set(scenario["models"])


def test_limits_differ_between_regions_so_that_choosing_matters() -> None:
    usages = load("default")["cognitiveServices"]["usages"]
    assert len(set(usages["AIServices.GlobalStandard.DeepSeek-V3.2"]["limits"].values())) > 3


def test_models_of_partners_have_a_plan_and_models_sold_by_azure_have_none() -> None:
    serverless = load("default")["machineLearning"]["serverless"]
    bought = {key.split("/")[3] for key, entry in serverless.items() if "marketplacePlan" in entry}
    assert bought == {"azureml-cohere", "azureml-meta", "azureml-mistral"}


def test_a_slow_region_takes_longer_and_its_own_times_win() -> None:
    world = Bench("slow-region").world
    assert seconds(world, "account", "westus3") == 20 * seconds(world, "account", "eastus2")
    assert seconds(world, "deployment-ready", "West US 3") == 120
    assert seconds(world, "nothing-known", "westus3") == 0


def test_regions_are_spelled_as_lists_and_people_spell_them() -> None:
    world = Bench().world
    assert (spelled(world, "eastus2"), display_name(world, "EastUS2")) == ("EastUS2", "East US 2")
    assert (spelled(world, "atlantis"), display_name(world, "atlantis")) == ("atlantis", "atlantis")


def test_a_scenario_offers_services_where_it_says() -> None:
    overlay = expand({"cognitiveServices": {"locations": ["uksouth"]}})
    assert offered(overlay)[0].kinds[0].locations == ("uksouth",)


def test_an_overlay_replaces_lists_merges_objects_and_removes_with_null() -> None:
    assert merge({"a": {"x": 1, "y": 2}, "b": [1], "c": 3}, {"a": {"x": 9}, "b": [2], "c": None}) == {
        "a": {"x": 9, "y": 2},
        "b": [2],
    }


def test_an_inline_scenario_is_laid_over_the_default_unless_it_says_otherwise() -> None:
    assert expand({"seconds": {"account": 9}})["seconds"]["deployment"] == load("default")["seconds"]["deployment"]
    assert expand({"extends": [], "seconds": {"account": 9}}) == {"seconds": {"account": 9}}
    assert expand({"extends": "tight-quota"})["name"] == "tight-quota"
    assert "locations" in expand({"name": "default"})


def test_a_scenario_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"name": "mine", "extends": ["slow-region"]}), encoding="utf-8")
    found = load(str(path))
    assert (found["name"], found["regions"]["westus3"]["slowness"]) == ("mine", 20)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("not json", "cannot be read", "JSON"),
        ("[" * 100_000, "cannot be read", "JSON"),
        ("[]", "is not a JSON object", "object"),
        ('{"secconds": {}}', "member `secconds`", "did you mean `seconds`?"),
        ('{"zzz": {}}', "member `zzz`", "members are"),
        ('{"extends": "tight"}', "which is not shipped", "tight-quota"),
        ('{"extends": "parts/../../../secrets"}', "which is not shipped", "tight-quota"),
        ('{"extends": 7}', "not a list of names", "shipped"),
    ],
)
def test_a_bad_file_is_refused_with_a_next_step(tmp_path: Path, text: str, message: str, hint: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=message) as refusal:
        load(str(path))
    assert hint in refusal.value.hint


@pytest.mark.parametrize(("name", "hint"), [("defualt", "did you mean `default`?"), ("zzz", "slow-region")])
def test_an_unknown_name_is_refused_with_those_there_are(name: str, hint: str) -> None:
    with pytest.raises(ScenarioError, match="no scenario") as refusal:
        load(name)
    assert hint in refusal.value.hint


def test_the_parts_of_the_default_are_no_scenarios() -> None:
    assert not [name for name in names() if "/" in name or name == "locations"]
