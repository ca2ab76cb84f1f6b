"""Verdicts on a region as Azure really answered (eastus2, 2026-04-23): worked out by hand from the recorded lists."""

from __future__ import annotations

import json
import os
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.unit.planning.worlds import LIVE, catalogue, facts, settings

from azserve.azure.listings import offered_model, quota_pools
from azserve.model.facts import Fact, RegionFacts
from azserve.model.names import Region
from azserve.model.verdict import Answer
from azserve.planning.choosing import assess
from azserve.planning.situation import Situation

ROOT = Path(__file__).parents[3]
REFERENCE = Path(os.environ.get("AZSERVE_REFERENCE", ROOT.parent / "shared" / "azure")) / "recordings"

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not REFERENCE.is_dir(), reason="the recordings are not at hand"),
]

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
CASES = [
    # model, version, sku, capacity, answer, first code
    ("DeepSeek-R1", "1", "GlobalStandard", 1000, YES, "offered"),  # 0 of 1000; isDefaultVersion false
    ("DeepSeek-R1", "1", "GlobalStandard", 1001, NO, "quota-short"),
    ("DeepSeek-R1", "1", "GlobalStandard", 5001, NO, "capacity-step"),  # maximum 5000, which is also the default
    ("DeepSeek-R1", "1", "GlobalProvisionedManaged", 100, NO, "quota-short"),  # 0 of 0
    ("DeepSeek-R1", "1", "GlobalProvisionedManaged", 150, NO, "capacity-step"),  # step 100
    ("DeepSeek-R1", "1", "DataZoneStandard", 1, NO, "sku-not-offered"),
    ("DeepSeek-R1", "2", "GlobalStandard", 1, NO, "version-not-offered"),
    ("DeepSeek-R2", "1", "GlobalStandard", 1, NO, "region-not-offered"),
    ("DeepSeek-V3.2", "1", "GlobalStandard", 1000, YES, "offered"),  # labelled "Requests Per Minute"
    ("Llama-3.3-70B-Instruct", "9", "GlobalStandard", 250, YES, "offered"),  # not the finetune pool of 1000
    ("Llama-3.3-70B-Instruct", "9", "GlobalStandard", 251, NO, "quota-short"),
    ("Llama-3.3-70B-Instruct", "1", "GlobalStandard", 1, YES, "offered"),  # the shared MaaS pool, 1 of 600
    ("Llama-3.3-70B-Instruct", "1", "GlobalStandard", 2, NO, "capacity-step"),  # maximum 1
    ("Llama-3.3-70B-Instruct", "7", "GlobalStandard", 1, NO, "version-not-offered"),
    ("cohere-command-a", "1", "GlobalStandard", 100, YES, "offered"),
    ("cohere-command-a", "1", "GlobalStandard", 101, NO, "quota-short"),
    ("gpt-5-mini", "2025-08-07", "GlobalStandard", 850, YES, "offered"),  # 150 of 1000
    ("gpt-5-mini", "2025-08-07", "GlobalStandard", 851, NO, "quota-short"),
    ("gpt-5-mini", "2025-08-07", "DataZoneStandard", 300, YES, "offered"),
    ("gpt-5-mini", "2025-08-07", "Standard", 1, NO, "sku-not-offered"),
    ("gpt-4o", "2024-08-06", "Standard", 1, NO, "model-deprecated"),  # Deprecating, still listed, Standard twice
    ("claude-haiku-4-5", "20251001", "GlobalStandard", 1, NO, "quota-short"),  # 0 of 0
    ("claude-sonnet-4-5", "20250929", "GlobalStandard", 1, NO, "quota-short"),  # 150 of 0
    ("AI21-Jamba-1.5-Large", "1", "GlobalStandard", 1, NO, "model-deprecated"),
]


def answers(file: str) -> list[Any]:
    recorded = json.loads((REFERENCE / file).read_text("utf-8"))
    body = recorded["exchanges"][0]["response"]["body"]
    found: list[Any] = (json.loads(body) if isinstance(body, str) else body)["value"]
    return found


@cache
def eastus2() -> RegionFacts:
    return RegionFacts(
        Region("eastus2"),
        Fact(LIVE, tuple(offered_model(item) for item in answers("cs-models-eastus2.json"))),
        Fact(LIVE, quota_pools(answers("cs-usages-eastus2.json"))),
    )


@pytest.mark.parametrize(("model", "version", "sku", "capacity", "answer", "code"), CASES)
def test_a_request_is_judged_as_the_recorded_lists_say(
    model: str, version: str, sku: str, capacity: int, answer: Answer, code: str
) -> None:
    wanted = settings({"one": {"model": model, "version": version, "sku": sku, "capacity": capacity}})
    known = catalogue(retirements={"DeepSeek-R1/foundry": "2099-01-01"})
    (verdict,) = assess(Situation(wanted, known, facts([eastus2()]), date(2026, 4, 23)))
    assert (verdict.answer, verdict.reasons[0].code) == (answer, code)
