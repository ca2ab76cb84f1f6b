"""A local Azure whose time runs fast, empty for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.contract.emulator_arm.arm_client import ArmClient
from tests.contract.rendering.fleets import Platform

from azserve.emulator.server import Emulator

SPEED = 500.0


@pytest.fixture(scope="session")
def fast_emulator() -> Iterator[Emulator]:
    with Emulator(speed=SPEED) as running:
        yield running


@pytest.fixture
def azure(fast_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """An empty local Azure that this process is signed in at."""
    fast_emulator.reset()
    for name, value in fast_emulator.environment().items():
        monkeypatch.setenv(name, value)
    return fast_emulator


@pytest.fixture
def platform(azure: Emulator) -> Iterator[Platform]:
    """What makes things that azserve only uses."""
    client = ArmClient(azure)
    yield Platform(client)
    client.close()
