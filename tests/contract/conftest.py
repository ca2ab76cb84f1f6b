"""What contract tests drive: a running emulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from azserve.emulator.server import Emulator

SPEED = 50.0
"""Emulated seconds per second, so that operations end soon."""


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[Emulator]:
    """One emulator per test process; what a test makes stays. Use `emulator` unless that is what you want."""
    with Emulator(speed=SPEED) as running:
        yield running


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """A running emulator, empty, without faults, in the default scenario, at `SPEED`."""
    shared_emulator.reset()
    return shared_emulator
