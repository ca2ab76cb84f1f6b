"""Azure's own management clients, signed in at the emulator. Only what their documentation offers is set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from azure.identity import ManagedIdentityCredential
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
from tests.contract.emulator_arm.arm_client import ArmClient, LoopbackToken

from azserve.emulator.server import Emulator


@pytest.fixture
def arm(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArmClient]:
    """The generic client, with a group `rg` in eastus2."""
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    client = ArmClient(emulator)
    client.ask("PUT", "/resourceGroups/rg", {"location": "eastus2"}).raise_for_status()
    yield client
    client.close()


@pytest.fixture
def settings(emulator: Emulator, arm: ArmClient) -> Iterator[dict[str, Any]]:
    """What every management client is made with."""
    with ManagedIdentityCredential() as credential:
        token = credential.get_token("https://management.azure.com/.default").token
        yield {
            "credential": credential,
            "subscription_id": emulator.subscription,
            "base_url": emulator.url,
            "authentication_policy": LoopbackToken(token),
            "polling_interval": 0,
            "retry_total": 0,
        }


@pytest.fixture
def cognitive(settings: dict[str, Any]) -> Iterator[CognitiveServicesManagementClient]:
    """azure-mgmt-cognitiveservices."""
    with CognitiveServicesManagementClient(**settings) as client:
        yield client


@pytest.fixture
def learning(settings: dict[str, Any]) -> Iterator[MachineLearningServicesMgmtClient]:
    """azure-mgmt-machinelearningservices 1.0.1, which speaks 2020-08-01."""
    with MachineLearningServicesMgmtClient(**settings) as client:
        yield client


@pytest.fixture
def set_scenario(emulator: Emulator) -> Callable[[Any], None]:
    """Change what the world is like, by a shipped name or an object."""

    def put(scenario: Any) -> None:
        httpx2.put(f"{emulator.url}/_emulator/scenario", json=scenario).raise_for_status()

    return put
