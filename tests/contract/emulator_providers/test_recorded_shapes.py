"""What the providers answer has the members and types of recorded traffic and of published examples."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.contract.emulator_conformance.checker import unlike
from tests.unit.emulator_providers.bench import ACCOUNT, COMMAND_R, SYSTEM, Bench, account, deployment, endpoint

REFERENCE = Path(os.environ.get("AZSERVE_REFERENCE", Path(__file__).parents[3].parent / "shared" / "azure"))
pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not REFERENCE.is_dir(), reason=f"no reference material at {REFERENCE}"),
]
ACC = f"{ACCOUNT}/acc"
LOCATION = "Microsoft.CognitiveServices/locations/{location}"
NOT_SHOWN = frozenset(
    {
        "$.properties.apiProperties",
        "$.properties.callRateLimit",
        "$.properties.networkAcls",
        "$.model.description",
        "$.model.finetuneCapabilities",
        "$.model.skus[].costs",
        "$.model.deprecation.fineTune",
        "$.properties.model.source",
    }
)
"""What the emulator leaves out on purpose: nothing that a fleet reads."""


def problems(recorded: Any, ours: Any) -> list[str]:
    """Return where ours lacks a recorded member, or has one of another type."""
    return list(unlike(recorded, ours, but=NOT_SHOWN))


def _recorded(name: str, number: int) -> Any:
    text = (REFERENCE / "recordings" / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text)["exchanges"][number]["response"]["body"]


def _example(name: str, status: str = "200") -> Any:
    folder = REFERENCE / "spec" / "examples"
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["responses"][status]["body"]


@pytest.fixture
def ready(bench: Bench) -> Bench:
    """An account with a project and a deployment."""
    bench.account()
    bench.put(f"{ACC}/projects/proj", {"location": "eastus2", "identity": SYSTEM, "properties": {}})
    bench.put(f"{ACC}/deployments/dep", deployment("gpt-4o-mini", "2024-07-18", format_="OpenAI"))
    return bench


@pytest.fixture
def bench() -> Bench:
    """The default scenario, empty."""
    return Bench()


def test_the_checker_passes_a_recording_against_itself_and_finds_what_is_dropped_or_retyped() -> None:
    body = _recorded("cs-account-and-project-get", 1)
    assert problems(body, body) == []
    assert problems(body, body | {"location": 1}) == ["$.location is number, recorded is str"]
    assert problems(body, {key: value for key, value in body.items() if key != "sku"}) == ["$.sku is missing"]


def test_an_account_has_the_recorded_shape(ready: Bench) -> None:
    assert problems(_recorded("cs-account-and-project-get", 1), ready.get(ACC)) == []


def test_a_project_has_the_recorded_shape(ready: Bench) -> None:
    assert problems(_recorded("cs-account-and-project-get", 0), ready.get(f"{ACC}/projects/proj")) == []


def test_a_deployment_has_the_recorded_shape(ready: Bench) -> None:
    recorded = _recorded("cs-accounts-and-deployments-list", 2)["value"][0]
    assert problems(recorded, ready.get(f"{ACC}/deployments/dep")) == []


def test_an_account_being_made_has_the_recorded_shape(bench: Bench) -> None:
    bench.begin(ACC, account())
    recorded = _recorded("cs-account-and-deployment-lifecycle", 0)
    del recorded["properties"]["_trimmed"]
    assert problems(recorded, bench.get(ACC)) == []


@pytest.mark.parametrize("name", ["DeepSeek-R1", "DeepSeek-V3.2", "gpt-5-mini", "Llama-3.3-70B-Instruct"])
def test_a_listed_model_has_the_recorded_shape(bench: Bench, name: str) -> None:
    recorded = {
        (one["name"], one["kind"]): one
        for one in _recorded("cs-models-eastus2", 0)["value"]
        if one["model"]["name"] == name
    }
    listed = bench.ask("GET", f"{LOCATION}/models", location="eastus2").body["value"]
    ours = {(one["name"], one["kind"]): one for one in listed if one["model"]["name"] == name}
    assert ours
    assert {key: problems(recorded[key], one) for key, one in ours.items()} == {key: [] for key in ours}


def test_usages_have_the_recorded_shape_and_names(bench: Bench) -> None:
    recorded = {one["name"]["value"]: one for one in _recorded("cs-usages-eastus2", 0)["value"]}
    listed = bench.ask("GET", f"{LOCATION}/usages", location="eastus2").body["value"]
    ours = {one["name"]["value"]: one for one in listed}
    known = {name for name in ours if name in recorded}
    assert len(known) > 20
    assert [problems(recorded[name], ours[name]) for name in known] == [[]] * len(known)


def test_skus_have_the_recorded_shape(bench: Bench) -> None:
    ours = bench.ask("GET", "Microsoft.CognitiveServices/skus").body["value"][0]
    assert problems(_recorded("cs-skus", 0)["value"][0], ours) == []


@pytest.mark.parametrize(
    ("example", "method", "template", "names", "query", "body"),
    [
        ("ListUsages", "GET", f"{LOCATION}/usages", {"location": "eastus2"}, "", None),
        (
            "ListLocationBasedModelCapacities",
            "GET",
            f"{LOCATION}/modelCapacities",
            {"location": "eastus2"},
            "modelformat=DeepSeek&modelname=DeepSeek-R1&modelversion=1",
            None,
        ),
        (
            "CheckSkuAvailability",
            "POST",
            "/checkSkuAvailability",
            {"location": "eastus2"},
            "",
            {"skus": ["S0"], "kind": "AIServices"},
        ),
        ("CheckDomainAvailability", "POST", "/checkDomainAvailability", {}, "", {"subdomainName": "acc"}),
        ("ListSkus", "GET", "accounts/{account}/skus", {"account": "acc"}, "", None),
    ],
)
def test_lists_have_the_shape_of_the_published_examples(
    ready: Bench, example: str, method: str, template: str, names: dict[str, str], query: str, body: Any
) -> None:
    published = _example(f"cognitiveservices-2024-06-01-preview/{example}")
    assert problems(published, ready.ask(method, template, query=query, body=body, **names).body) == []


def test_a_deleted_account_has_the_shape_of_the_published_example(ready: Bench) -> None:
    ready.delete(f"{ACC}/projects/proj")
    ready.delete(ACC)
    published = _example("cognitiveservices-2024-06-01-preview/GetDeletedAccount")
    for name in ("etag", "tags"):
        del published[name]
    shown = ready.ask("GET", "/deletedAccounts/{account}", location="eastus2", account="acc").body
    assert problems(published, shown) == []


def test_an_endpoint_and_its_keys_have_the_shape_of_the_published_examples(bench: Bench) -> None:
    path = f"{bench.project()}/serverlessEndpoints/r1"
    body = endpoint() | {"tags": {"a": "b"}}
    bench.put(path, body)
    published = _example("ml-2024-04-01/ServerlessEndpoint/get")
    for given in ("identity", "tags", "kind"):
        published.pop(given, None)
    published["sku"] = {"name": "string"}
    del published["properties"]["marketplaceSubscriptionId"]
    assert problems(published, bench.get(path)) == []
    keys = _example("ml-2024-04-01/ServerlessEndpoint/listKeys")
    assert problems(keys, bench.act(path, "listKeys")) == []


def test_a_marketplace_subscription_has_the_shape_of_the_published_example(bench: Bench) -> None:
    path = f"{bench.project()}/marketplaceSubscriptions/cmd"
    bench.put(path, {"properties": {"modelId": COMMAND_R}})
    published = _example("ml-2024-04-01/MarketplaceSubscription/get")
    assert problems(published, bench.get(path)) == []
