"""azure-identity, unmodified, against the emulator's sign-in."""

from __future__ import annotations

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ManagedIdentityCredential

from azserve.emulator.server import Emulator

ARM_SCOPE = "https://management.azure.com/.default"


@pytest.fixture
def signed_in_here(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    return emulator


@pytest.mark.parametrize("scope", [ARM_SCOPE, "https://cognitiveservices.azure.com/.default"])
def test_a_managed_identity_gets_tokens(signed_in_here: Emulator, scope: str) -> None:
    with ManagedIdentityCredential() as credential:
        assert credential.get_token(scope).token.count(".") == 2


def test_a_managed_identity_with_the_wrong_header_is_refused(
    signed_in_here: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "wrong")
    with ManagedIdentityCredential() as credential, pytest.raises(ClientAuthenticationError):
        credential.get_token(ARM_SCOPE)


def test_a_resource_there_is_none_of_is_refused(signed_in_here: Emulator) -> None:
    with ManagedIdentityCredential() as credential, pytest.raises(ClientAuthenticationError):
        credential.get_token("https://example.com/.default")


def test_an_identity_can_be_asked_for_by_client_id(signed_in_here: Emulator) -> None:
    with ManagedIdentityCredential(client_id=signed_in_here.client_id) as credential:
        assert credential.get_token(ARM_SCOPE).token
