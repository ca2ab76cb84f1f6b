"""Recorded answers of the real Azure, served over loopback, read by our reader and by the real SDK."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.cassette_hygiene import SUBSCRIPTION
from tests.contract.azure.conftest import AUDIENCE, ReplayToken

from azserve.azure.connection import Azure
from azserve.azure.pipeline import Patience
from azserve.azure.reader import Reader, Subscriptions
from azserve.model.facts import OfferedModel, QuotaPool
from azserve.model.names import Region
from azserve.model.settings import Cloud, CloudSettings

ROOT = Path(__file__).parents[3]
RECORDINGS = (ROOT / os.environ.get("AZSERVE_REFERENCE", "../shared/azure") / "recordings").resolve()
EASTUS2 = Region("eastus2")

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"no reference material in {RECORDINGS}"),
]


def recorded(name: str) -> bytes:
    """Return the body of a recording's first answer, as it would come over the wire."""
    exchanges: Any = json.loads((RECORDINGS / name).read_text())["exchanges"]
    return json.dumps(exchanges[0]["response"]["body"]).encode()


class Served(BaseHTTPRequestHandler):
    """Answers with what the path ends in."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        what = self.path.partition("?")[0].rpartition("/")[2]
        body = recorded(f"cs-{what}-eastus2.json")
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's own name
        """Say nothing."""


@pytest.fixture(scope="module")
def azure() -> Iterator[Azure]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Served)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    cloud = CloudSettings(Cloud.LOCAL, f"http://127.0.0.1:{server.server_port}", AUDIENCE)
    with Azure(cloud, ReplayToken(), patience=Patience(tries=1)) as azure:
        yield azure
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def models(azure: Azure) -> tuple[OfferedModel, ...]:
    return Reader(azure, Subscriptions(SUBSCRIPTION)).models(EASTUS2)


@pytest.fixture(scope="module")
def pools(azure: Azure) -> dict[str, QuotaPool]:
    return {pool.name: pool for pool in Reader(azure, Subscriptions(SUBSCRIPTION)).pools(EASTUS2)}


def named(models: tuple[OfferedModel, ...], name: str) -> list[OfferedModel]:
    return [model for model in models if model.name == name]


def test_every_entry_is_read(models: tuple[OfferedModel, ...]) -> None:
    assert len(models) == 436


def test_a_model_comes_once_per_kind(models: tuple[OfferedModel, ...]) -> None:
    assert Counter(model.kind for model in models) == {"AIServices": 218, "MaaS": 137, "OpenAI": 81}


def test_the_seeds_model_is_there_twice_and_its_only_version_is_not_the_default(
    models: tuple[OfferedModel, ...],
) -> None:
    found = named(models, "DeepSeek-R1")
    assert [(model.kind, model.version, model.is_default_version) for model in found] == [
        ("AIServices", "1", False),
        ("MaaS", "1", False),
    ]


def test_the_seeds_model_has_no_date_in_this_list(models: tuple[OfferedModel, ...]) -> None:
    assert {model.retires for model in named(models, "DeepSeek-R1")} == {None}


def test_the_default_capacity_of_the_seeds_model_exceeds_its_quota(
    models: tuple[OfferedModel, ...], pools: dict[str, QuotaPool]
) -> None:
    (sku,) = [sku for sku in named(models, "DeepSeek-R1")[0].skus if sku.name == "GlobalStandard"]
    assert (sku.capacity_default, pools[sku.usage_name].limit) == (5000, 1000.0)


def test_a_unit_of_the_seeds_model_is_worth_one_request_and_a_thousand_tokens_a_minute(
    models: tuple[OfferedModel, ...],
) -> None:
    sku = named(models, "DeepSeek-R1")[0].skus[0]
    assert [(limit.key, limit.count, limit.renewal_period_s) for limit in sku.rate_limits] == [
        ("request", 1.0, 60.0),
        ("token", 1000.0, 60.0),
    ]


def test_versions_of_one_name_are_all_there_as_text(models: tuple[OfferedModel, ...]) -> None:
    assert {model.version for model in named(models, "Llama-3.3-70B-Instruct")} == {"1", "2", "3", "4", "5", "9"}


def test_a_sku_may_be_there_twice(models: tuple[OfferedModel, ...]) -> None:
    names = [
        [sku.name for sku in model.skus].count("Standard")
        for model in named(models, "gpt-4o")
        if model.kind == "AIServices"
    ]
    assert max(names) == 2


def test_all_skus_are_read(models: tuple[OfferedModel, ...]) -> None:
    assert sum(len(model.skus) for model in models) == 748


def test_every_pool_is_read(pools: dict[str, QuotaPool]) -> None:
    assert len(pools) == 202


def test_a_pool_that_holds_more_than_its_limit_has_nothing_left(pools: dict[str, QuotaPool]) -> None:
    pool = pools["AIServices.GlobalStandard.claude-sonnet-4-5"]
    assert (pool.current, pool.limit, pool.left) == (150.0, 0.0, 0.0)


def test_every_sku_finds_its_pool(models: tuple[OfferedModel, ...], pools: dict[str, QuotaPool]) -> None:
    assert {sku.usage_name for model in models for sku in model.skus} <= set(pools)


def test_the_sdk_reads_the_same_models(azure: Azure, models: tuple[OfferedModel, ...]) -> None:
    theirs = azure.cognitive_client(SUBSCRIPTION).models.list(EASTUS2)
    assert [(each.kind, each.model.name, each.model.version) for each in theirs if each.model] == [
        (model.kind, model.name, model.version) for model in models
    ]


def test_the_sdk_reads_the_same_pools(azure: Azure, pools: dict[str, QuotaPool]) -> None:
    theirs = azure.cognitive_client(SUBSCRIPTION).usages.list(EASTUS2)
    assert {each.name.value: (each.current_value, each.limit) for each in theirs if each.name} == {
        pool.name: (pool.current, pool.limit) for pool in pools.values()
    }
