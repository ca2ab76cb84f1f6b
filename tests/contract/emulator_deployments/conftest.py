"""Azure's own deployments client, signed in at the emulator. Only what its documentation offers is set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from azure.identity import ManagedIdentityCredential
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
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


@contextmanager
def signed_in(emulator: Emulator) -> Iterator[DeploymentsMgmtClient]:
    """Make azure-mgmt-resource-deployments 2 speak to an emulator."""
    with ManagedIdentityCredential() as credential:
        token = credential.get_token("https://management.azure.com/.default").token
        with DeploymentsMgmtClient(
            credential,
            emulator.subscription,
            base_url=emulator.url,
            authentication_policy=LoopbackToken(token),
            polling_interval=0,
            retry_total=0,
        ) as made:
            yield made


@pytest.fixture
def client(emulator: Emulator, arm: ArmClient) -> Iterator[DeploymentsMgmtClient]:
    """The deployments client; there is a group `rg`."""
    with signed_in(emulator) as made:
        yield made


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[DeploymentsMgmtClient]:
    """The same at an emulator that keeps our time, for what must be caught in flight."""
    with Emulator() as slow:
        for name, value in slow.environment().items():
            monkeypatch.setenv(name, value)
        arm = ArmClient(slow)
        arm.ask("PUT", "/resourceGroups/rg", {"location": "eastus2"}).raise_for_status()
        arm.close()
        with signed_in(slow) as made:
            yield made
