"""What contract tests drive, a running emulator, and how what is said to an Azure is recorded: `make record`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import cassette_hygiene

from azserve.emulator.server import Emulator

SPEED = 50.0
"""Emulated seconds per second, so that operations end soon."""
CASSETTES = Path(__file__).parents[2] / "cassettes" / "contract"
RECORDS_FROM = os.environ.get("AZSERVE_RECORD_CLOUD", "local")
ORIGINS = {
    "local": "origin: recorded from azserve's own emulator, through the real clients.\n"
    "It proves that what azserve sends did not change; of the real Azure it proves nothing.",
    "public": "origin: recorded from the public Azure, through the real clients; identities have stand-ins.",
}


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


class Stated:
    """vcr's serialiser: refuses what is unsafe, and writes where the recording comes from on top."""

    @staticmethod
    def serialize(document: dict[str, Any]) -> str:
        return cassette_hygiene.serialize(document, ORIGINS[RECORDS_FROM])

    @staticmethod
    def deserialize(text: str) -> dict[str, Any]:
        return cassette_hygiene.deserialize(text)


def pytest_recording_configure(config: pytest.Config, vcr: Any) -> None:
    """Make vcr write through the check."""
    vcr.register_serializer("stated", Stated)


@pytest.fixture(scope="module")
def vcr_cassette_dir(request: pytest.FixtureRequest) -> str:
    """One folder per module: `cassettes/contract/<room>/<module>`."""
    return str(CASSETTES / request.path.parent.name / request.path.stem)


@pytest.fixture
def default_cassette_name(request: pytest.FixtureRequest) -> str:
    """One cassette per test, and per parameter of it beyond the backend."""
    test: str = request.node.originalname
    others = request.node.name.removeprefix(test).strip("[]").replace("cassette", "").strip("-")
    return f"{test}-{others}" if others else test
