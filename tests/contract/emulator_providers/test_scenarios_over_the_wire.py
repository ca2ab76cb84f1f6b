"""Scenarios that are set while the emulator runs change what the real clients meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.cognitiveservices.models import Account, AccountProperties, Sku
from tests.contract.emulator_arm.arm_client import ArmClient


def _account(location: str = "eastus2") -> Account:
    return Account(
        location=location,
        kind="AIServices",
        sku=Sku(name="S0"),
        properties=AccountProperties(custom_sub_domain_name="acc"),
    )


@pytest.mark.parametrize(
    ("scenario", "location", "status", "code"),
    [
        ("no-permission", "eastus2", 403, "AuthorizationFailed"),
        ("policy", "westus", 403, "RequestDisallowedByPolicy"),
        ("tight-quota", "eastus2", 400, "InsufficientQuota"),
    ],
)
def test_a_scenario_refuses_an_account(
    cognitive: CognitiveServicesManagementClient,
    set_scenario: Callable[[Any], None],
    scenario: str,
    location: str,
    status: int,
    code: str,
) -> None:
    set_scenario(scenario)
    with pytest.raises(HttpResponseError) as refusal:
        cognitive.accounts.begin_create("rg", "acc", _account(location))
    assert refusal.value.error is not None
    assert (refusal.value.status_code, refusal.value.error.code) == (status, code)


def test_a_policy_turns_key_sign_in_off(
    cognitive: CognitiveServicesManagementClient, set_scenario: Callable[[Any], None]
) -> None:
    set_scenario("policy")
    made = cognitive.accounts.begin_create("rg", "acc", _account()).result()
    assert made.properties is not None
    assert made.properties.disable_local_auth is True
    with pytest.raises(HttpResponseError, match="disableLocalAuth"):
        cognitive.accounts.list_keys("rg", "acc")


def test_an_operation_that_fails_in_the_end_fails_the_poller(
    cognitive: CognitiveServicesManagementClient, set_scenario: Callable[[Any], None]
) -> None:
    failure = {"type": "Microsoft.CognitiveServices/accounts", "code": "InternalServerError", "message": "It broke."}
    set_scenario({"failures": [failure]})
    poller = cognitive.accounts.begin_create("rg", "acc", _account())
    with pytest.raises(HttpResponseError, match="It broke"):
        poller.result()
    left = cognitive.accounts.get("rg", "acc")
    assert left.properties is not None
    assert left.properties.provisioning_state == "Failed"


def test_throttling_is_met_with_a_time_to_wait(arm: ArmClient, set_scenario: Callable[[Any], None]) -> None:
    slow = {"size": 2, "perSecond": 0.001}
    set_scenario({"throttling": {"reads": slow, "writes": slow, "deletes": slow}})
    path = "/providers/Microsoft.CognitiveServices/locations/eastus2/usages"
    answers = [arm.ask("GET", path, version="2025-06-01") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert float(answers[-1].headers["retry-after-ms"]) > 0
