"""What `azserve info` tells, and where it has it from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.unit.inference.endpoints import foundry, serverless
from tests.unit.verifying.fakes import FakeClients

from azserve.catalogue import load_catalogue
from azserve.inference.answers import info_of
from azserve.model.chat import ModelInfo
from azserve.model.endpoint import DeployedModel, Endpoint
from azserve.model.names import FleetId
from azserve.model.results import InfoResult, InfoRow
from azserve.reporting.plain import plain
from azserve.reporting.views import view
from azserve.reporting.voices import text
from azserve.verbs.info import InfoRequest
from azserve.verbs.info import info_of as information
from azserve.verifying.ports import Unreachable

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass
class Settings:
    """As much of the settings as `info` reads."""

    fleet_id: FleetId


@dataclass
class Ports:
    """As much of Azure as `info` asks once it knows the endpoints."""

    models: Any


def told(*endpoints: Endpoint, models: FakeClients | None = None) -> InfoResult:
    settings: Any = Settings(FleetId("f"))
    ports: Any = Ports(models or FakeClients())
    return information(InfoRequest(settings, load_catalogue()), endpoints, ports)


def arm(name: str, format: str = "", *capabilities: str) -> ModelInfo:  # noqa: A002
    (row,) = told(replace(foundry(model=name), deployed=DeployedModel(name, format, capabilities))).rows
    assert row.info is not None
    return row.info


def test_a_serverless_endpoint_is_asked_itself() -> None:
    (row,) = told(serverless()).rows

    assert row.info == ModelInfo("DeepSeek-R1", "chat-completions", "DeepSeek", "/info")


@pytest.mark.parametrize(
    ("capability", "kind"),
    [("chatCompletion", "chat-completion"), ("embeddings", "embeddings"), ("imageGenerations", "image-generation")],
)
def test_on_foundry_the_type_is_what_arm_says_the_model_can_do(capability: str, kind: str) -> None:
    assert arm("new-model", "Vendor", "agentsV2", capability) == ModelInfo("new-model", kind, "Vendor", "ARM")


def test_where_arm_names_no_capability_the_catalogue_fills_in_and_is_named() -> None:
    assert arm("embed-v-4-0", "Cohere") == ModelInfo("embed-v-4-0", "embeddings", "Cohere", "ARM, catalogue")


def test_what_nothing_tells_is_empty_and_not_guessed() -> None:
    assert arm("new-model", "Vendor") == ModelInfo("new-model", "", "Vendor", "ARM")


def test_the_model_that_stands_is_told_and_not_the_one_of_the_file() -> None:
    endpoint = replace(foundry(), deployed=DeployedModel("text-embedding-3-large", "OpenAI", ("embeddings",)))

    (row,) = told(endpoint).rows

    assert row.info == ModelInfo("text-embedding-3-large", "embeddings", "OpenAI", "ARM")


def test_without_a_word_from_arm_the_catalogue_is_the_source() -> None:
    (row,) = told(foundry()).rows

    assert row.info == ModelInfo("DeepSeek-V3.2", "chat-completion", "DeepSeek", "ARM, catalogue")


def test_an_endpoint_that_does_not_answer_is_a_row_with_its_problem() -> None:
    models = FakeClients(models={"eastus2/r1": Unreachable("gone")})

    first, second = told(serverless(), serverless("r2"), models=models).rows

    assert (first.info, first.problem and first.problem.code) == (None, "unreachable")
    assert second.info is not None


def test_a_table_shows_embeddings_for_what_they_are() -> None:
    result = told(replace(foundry("vec", model="embed-v-4-0"), deployed=DeployedModel("embed-v-4-0", "Cohere")))

    shown = text(view(result), width=120, colour=False, unicode=True)

    assert "embed-v-4-0" in shown
    assert "embeddings" in shown
    assert "ARM, catalogue" in shown


def test_json_names_type_and_source() -> None:
    (row,) = told(foundry()).rows

    document: Any = plain(row)

    assert (document["info"]["model_type"], document["info"]["source"]) == ("chat-completion", "ARM, catalogue")


def test_what_info_leaves_out_shows_as_a_dash() -> None:
    row = InfoRow(serverless(), info_of({"model_name": "m"}))

    shown = text(view(InfoResult(FleetId("f"), (row,))), width=120, colour=False, unicode=True)

    assert shown.splitlines()[-1].split() == ["r1", "eastus2", "m", "–", "–", "/info"]
