"""A signed-in generic ARM client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.contract.emulator_arm.arm_client import ArmClient

from azserve.emulator.server import Emulator


@pytest.fixture
def arm(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArmClient]:
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    client = ArmClient(emulator)
    yield client
    client.close()
