"""A fresh bench for each test."""

from __future__ import annotations

import pytest
from tests.unit.emulator_providers.bench import Bench


@pytest.fixture
def bench() -> Bench:
    """The default scenario, empty."""
    return Bench()
