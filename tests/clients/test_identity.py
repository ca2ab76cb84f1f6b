"""azure-identity signs in every way it knows, and is refused as Entra refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.clients.conftest import Steps

from azserve.emulator.server import Emulator

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def steps(told: Callable[..., Steps]) -> Steps:
    return told("identity.py")


@pytest.mark.parametrize(
    "way", ["secret", "assertion", "workload identity", "pipeline", "default with a secret"]
)  # fmt: skip
def test_the_application_signs_in(steps: Steps, emulator: Emulator, way: str) -> None:
    assert steps[way] == {"client": emulator.client_id, "tenant": emulator.tenant, "subscriptions": 1}


@pytest.mark.parametrize("way", ["managed identity", "default"])
def test_the_managed_identity_signs_in(steps: Steps, emulator: Emulator, way: str) -> None:
    assert (steps[way]["tenant"], steps[way]["subscriptions"]) == (emulator.tenant, 1)
    assert steps[way]["client"] != emulator.client_id


@pytest.mark.parametrize(
    ("way", "code"),
    [
        ("wrong secret", "AADSTS7000215"),
        ("unknown application", "AADSTS700016"),
        ("expired assertion", "AADSTS700024"),
        ("assertion for somebody else", "AADSTS700212"),
        ("no assertion", "AADSTS50027"),
        ("unknown resource", "AADSTS"),
    ],
)
def test_a_wrong_sign_in_fails_with_entras_code(steps: Steps, way: str, code: str) -> None:
    assert steps[way]["type"] == "ClientAuthenticationError"
    assert code in steps[way]["message"]


def test_an_unknown_tenant_is_not_found(steps: Steps) -> None:
    assert "double check your tenant name" in steps["unknown tenant"]["message"]


def test_an_unknown_identity_is_no_credential(steps: Steps) -> None:
    assert steps["unknown identity"] is not None


def test_who_has_not_signed_in_with_the_azure_cli_is_told_so(steps: Steps) -> None:
    assert steps["no Azure CLI"]["type"] == "CredentialUnavailableError"
