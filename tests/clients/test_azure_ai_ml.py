"""azure-ai-ml: `MLClient.serverless_endpoints` and `marketplace_subscriptions`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.clients.conftest import Steps

from azserve.emulator.server import Emulator

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def steps(told: Callable[..., Steps]) -> Steps:
    return told("machine_learning.py")


def test_a_hub_is_made_by_the_clients_own_template(steps: Steps) -> None:
    assert (steps["hub"], steps["project"]) == ("hub-ml", "proj-ml")


def test_an_endpoint_is_created_shown_and_listed(steps: Steps, emulator: Emulator) -> None:
    assert steps["created"] == {"state": "succeeded", "location": "eastus2"}
    assert steps["uri"].startswith(f"{emulator.tls_url}/_hosts/r1-ml.eastus2.models.ai.azure.com")
    assert steps["listed"] == ["r1-ml"]


def test_one_key_is_renewed_and_the_other_stays(steps: Steps) -> None:
    assert steps["keys"] == [True, True]


def test_the_clients_own_method_for_it_fails_before_anything_is_sent(steps: Steps) -> None:
    assert steps["regenerate"]["type"] == "TypeError"


def test_a_partners_model_needs_a_subscription(steps: Steps) -> None:
    assert steps["unsubscribed"]["type"] == "HttpResponseError"
    assert (steps["subscribed"], steps["subscriptions"], steps["plan"]) == ("subscribed", ["cohere"], "cohere")
    assert steps["subscribed model"] == "succeeded"


def test_a_model_sold_by_azure_must_not_have_one(steps: Steps) -> None:
    assert "does not require a Marketplace subscription" in steps["needless"]["message"]


def test_what_was_made_can_be_deleted(steps: Steps) -> None:
    assert steps["left"] == []
