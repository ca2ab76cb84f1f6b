"""What goes wrong between azserve and Azure, made to happen in the emulator."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests
from tests.contract.azure.conftest import AUDIENCE
from tests.contract.azure.templates import EASTUS2, a_group

from azserve.azure.connection import Azure, connect
from azserve.azure.pipeline import Patience
from azserve.azure.reader import Subscriptions
from azserve.azure.signin import SignInRequest
from azserve.deploying.ports import DeploymentRequest, DeploymentState
from azserve.emulator.server import Emulator
from azserve.errors import AzserveError, AzureFailed, FleetBusy, SignInError
from azserve.model.names import FleetId
from azserve.model.settings import Cloud, CloudSettings

FLEET = FleetId("contract", "trouble")
BRIEF = Patience(first_pause_s=0.0, longest_pause_s=0.05)


@pytest.fixture
def azure(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Azure:
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    cloud = CloudSettings(Cloud.LOCAL, emulator.url, AUDIENCE)
    return connect(SignInRequest(cloud, environ=emulator.environment()), patience=BRIEF)


def faults(emulator: Emulator, *rules: dict[str, Any]) -> None:
    answer = requests.put(f"{emulator.url}/_emulator/faults", json={"rules": list(rules)}, timeout=10)
    assert answer.status_code == 200, answer.text


def throttled(path: str, *times: int) -> dict[str, Any]:
    body = {"error": {"code": "TooManyRequests", "message": "The request is being throttled."}}
    match = {"path": path, "nth": list(times)}
    return {"match": match, "status": 429, "headers": {"Retry-After": "1"}, "body": body}


def test_throttled_reads_are_repeated_until_they_are_answered(emulator: Emulator, azure: Azure) -> None:
    faults(emulator, throttled("*/models", 1, 2), throttled("*/usages", 1))
    with azure:
        reader = azure.reader(Subscriptions(emulator.subscription))
        assert reader.models(EASTUS2)
        assert reader.pools(EASTUS2)


def test_reads_that_stay_throttled_are_told_as_such(emulator: Emulator, azure: Azure) -> None:
    faults(emulator, throttled("*/models", *range(1, 30)))
    with azure, pytest.raises(AzureFailed) as caught:
        azure.reader(Subscriptions(emulator.subscription)).models(EASTUS2)
    assert (caught.value.code, caught.value.where) == ("TooManyRequests", "eastus2")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_that_breaks_at_the_put_does_not_lose_the_deployment(
    emulator: Emulator, azure: Azure, when: str
) -> None:
    faults(emulator, {"match": {"method": "PUT", "path": "*/deployments/*", "nth": [1]}, "reset": when})
    with azure:
        state = deploy(azure, a_group(emulator.subscription, FLEET))
    assert state.state == "Succeeded"


def test_a_status_that_answers_nonsense_does_not_fail_the_deployment(emulator: Emulator, azure: Azure) -> None:
    faults(emulator, {"match": {"path": "*/operationStatuses/*", "nth": [2]}, "status": 404, "body": {"error": {}}})
    with azure:
        assert deploy(azure, a_group(emulator.subscription, FLEET)).state == "Succeeded"


def test_a_page_of_a_proxy_is_an_error_and_not_an_empty_answer(emulator: Emulator, azure: Azure) -> None:
    faults(emulator, {"match": {"path": "*/models"}, "status": 200, "body": "<html>sign in to the wifi</html>"})
    with azure, pytest.raises(AzserveError) as caught:
        azure.reader(Subscriptions(emulator.subscription)).models(EASTUS2)
    assert caught.value.code == "unreadable-answer"


def test_a_token_that_is_refused_is_a_failed_sign_in(emulator: Emulator, azure: Azure) -> None:
    body = {"error": {"code": "InvalidAuthenticationToken", "message": "The access token is invalid."}}
    faults(emulator, {"match": {"path": "*/models"}, "status": 401, "body": body})
    with azure, pytest.raises(SignInError) as caught:
        azure.reader(Subscriptions(emulator.subscription)).models(EASTUS2)
    assert caught.value.code == "InvalidAuthenticationToken"


def test_an_identity_endpoint_that_refuses_is_a_failed_sign_in(
    emulator: Emulator, azure: Azure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "wrong")
    with azure, pytest.raises(SignInError):
        azure.reader(Subscriptions(emulator.subscription)).models(EASTUS2)


def test_two_runs_of_the_same_deployment_both_see_its_end(emulator: Emulator, azure: Azure) -> None:
    slow_down(emulator)
    request = a_group(emulator.subscription, FLEET)
    with azure:
        first = deploy_when_started(azure, request, lambda: deploy(azure, request))
    assert [state.state for state in first] == ["Succeeded", "Succeeded"]


def test_a_different_deployment_of_that_name_in_flight_is_somebody_elses(emulator: Emulator, azure: Azure) -> None:
    slow_down(emulator)
    request = a_group(emulator.subscription, FLEET)
    other = a_group(emulator.subscription, FleetId("contract", "other"))

    def refused() -> DeploymentState:
        with pytest.raises(FleetBusy):
            deploy(azure, other)
        return DeploymentState("x", "x", "refused")

    with azure:
        states = deploy_when_started(azure, request, refused)
    assert [state.state for state in states] == ["Succeeded", "refused"]


def deploy(azure: Azure, request: DeploymentRequest) -> DeploymentState:
    return azure.deployments().carry_out(request, watch=lambda state: None, deadline_s=60)


def deploy_when_started(
    azure: Azure, request: DeploymentRequest, then: Callable[[], DeploymentState]
) -> list[DeploymentState]:
    """Start a deployment, do something else while it runs, and return how both ended."""
    started, ended = threading.Event(), list[DeploymentState]()

    def first() -> None:
        ended.append(azure.deployments().carry_out(request, watch=lambda state: started.set(), deadline_s=60))

    running = threading.Thread(target=first)
    running.start()
    assert started.wait(10)
    second = then()
    running.join(30)
    return [*ended, second]


def slow_down(emulator: Emulator) -> None:
    requests.put(f"{emulator.url}/_emulator/clock", json={"speed": 2}, timeout=10).raise_for_status()
