"""Azure's management SDKs for Python, sync and aio, over http and TLS."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.clients.conftest import Steps

from azserve.emulator.server import Emulator

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]


@pytest.fixture(scope="module", params=["http", "https"])
def steps(request: pytest.FixtureRequest, told: Callable[..., Steps], emulator: Emulator) -> Steps:
    return told("management.py", emulator.url if request.param == "http" else emulator.tls_url, request.param)


@pytest.mark.parametrize(
    ("step", "saw"),
    [
        ("group", "eastus2"), ("account", True), ("deployment", "Succeeded"), ("models", True),
        ("template", "eastus2"), ("what-if", "Succeeded"), ("workspaces", []), ("resources", 1),
        ("gone", True), ("aio group", "eastus2"), ("aio account", True), ("aio models", True),
        ("aio template", "eastus2"), ("aio workspaces", []), ("aio gone", True),
    ],
)  # fmt: skip
def test_each_step_gives_what_azure_would_give(steps: Steps, step: str, saw: object) -> None:
    assert steps[step] == saw


def test_quota_is_listed(steps: Steps) -> None:
    assert steps["usages"] > 20


def test_what_is_missing_is_an_error_of_the_sdks_own(steps: Steps) -> None:
    assert (steps["missing"]["type"], steps["missing"]["status"]) == ("ResourceNotFoundError", 404)
