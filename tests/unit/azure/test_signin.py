"""Which credential a cloud and a way to sign in lead to, and what is said where something is missing."""

from __future__ import annotations

from pathlib import Path

import azure.identity
import pytest
from azure.core.credentials import TokenCredential
from tests.unit.azure.scripted import ScriptedAdapter, azure_with

from azserve.azure import open_azure
from azserve.azure.connection import connect
from azserve.azure.oidc import AUDIENCE, OidcToken
from azserve.azure.opening import sign_in_kind
from azserve.azure.signin import SignInKind, SignInRequest, credential_for
from azserve.errors import AzureFailed, ConfigurationError, SignInError
from azserve.model.names import FleetId, Region, SubscriptionId
from azserve.model.secret import Secret
from azserve.model.settings import Cloud, CloudSettings, RegionChoice, Settings

PUBLIC = CloudSettings(
    Cloud.PUBLIC, "https://management.azure.com", "https://management.azure.com", "https://login.microsoftonline.com"
)
LOCAL = CloudSettings(Cloud.LOCAL, "http://127.0.0.1:4190", "https://management.azure.com")
APP = {
    "AZURE_TENANT_ID": "00000000-0000-0000-0000-000000000001",
    "AZURE_CLIENT_ID": "00000000-0000-0000-0000-000000000002",
}
GITHUB = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://token.example/x?v=1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t0ken"}
DEVOPS = {
    "SYSTEM_OIDCREQUESTURI": "https://dev.azure.com/x",
    "SYSTEM_ACCESSTOKEN": "t0ken",
    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "c",
}


def closed(credential: TokenCredential) -> str:
    """Return what kind of credential it is, its sessions closed."""
    close = getattr(credential, "close", None)
    if close is not None:
        close()
    return type(credential).__name__


@pytest.mark.parametrize(
    ("kind", "credential"),
    [
        (SignInKind.DEFAULT, azure.identity.DefaultAzureCredential),
        (SignInKind.CLI, azure.identity.AzureCliCredential),
        (SignInKind.ENVIRONMENT, azure.identity.EnvironmentCredential),
        (SignInKind.MANAGED_IDENTITY, azure.identity.ManagedIdentityCredential),
        (SignInKind.OIDC, azure.identity.ClientAssertionCredential),
    ],
)
def test_each_way_to_sign_in_has_its_credential(kind: SignInKind, credential: type) -> None:
    request = SignInRequest(PUBLIC, kind, environ={**APP, **GITHUB})
    assert closed(credential_for(request)) == credential.__name__


def test_a_workload_identity_needs_its_token_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(tmp_path / "token"))
    request = SignInRequest(PUBLIC, SignInKind.WORKLOAD_IDENTITY, tenant=APP["AZURE_TENANT_ID"], environ=APP)
    assert closed(credential_for(request)) == "WorkloadIdentityCredential"


def test_a_sign_in_that_lacks_something_says_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_FEDERATED_TOKEN_FILE", raising=False)
    with pytest.raises(SignInError) as caught:
        credential_for(SignInRequest(PUBLIC, SignInKind.WORKLOAD_IDENTITY, environ={}))
    assert caught.value.code == "sign-in-incomplete"


@pytest.mark.parametrize("missing", list(APP))
def test_oidc_needs_tenant_and_client(missing: str) -> None:
    environ = {name: value for name, value in {**APP, **GITHUB}.items() if name != missing}
    with pytest.raises(SignInError) as caught:
        credential_for(SignInRequest(PUBLIC, SignInKind.OIDC, environ=environ))
    assert "AZURE_TENANT_ID" in (caught.value.hint or "")


def test_oidc_outside_a_pipeline_says_what_is_missing() -> None:
    with pytest.raises(SignInError) as caught:
        credential_for(SignInRequest(PUBLIC, SignInKind.OIDC, environ=APP))
    assert caught.value.code == "oidc-missing"


def test_the_local_cloud_signs_in_with_its_managed_identity() -> None:
    environ = {"IDENTITY_ENDPOINT": "http://127.0.0.1:4190/msi/token", "IDENTITY_HEADER": "x"}
    assert closed(credential_for(SignInRequest(LOCAL, environ=environ))) == "ManagedIdentityCredential"


@pytest.mark.parametrize("environ", [{}, {"IDENTITY_ENDPOINT": "http://127.0.0.1/msi"}, {"IDENTITY_HEADER": "x"}])
def test_the_local_cloud_without_its_variables_says_how_to_get_them(environ: dict[str, str]) -> None:
    with pytest.raises(SignInError) as caught:
        credential_for(SignInRequest(LOCAL, environ=environ))
    assert "azserve emulator exec" in (caught.value.hint or "")


def test_no_local_azure_is_told_apart_from_a_cloud_that_is_down() -> None:
    cloud = CloudSettings(Cloud.LOCAL, "http://127.0.0.1:1", "https://management.azure.com")
    with pytest.raises(AzureFailed) as caught:
        connect(SignInRequest(cloud))
    assert caught.value.code == "emulator-missing"
    assert "azserve emulator run" in (caught.value.hint or "")


def test_a_public_cloud_is_not_asked_anything_yet() -> None:
    with connect(SignInRequest(PUBLIC)) as azure:
        assert azure.cloud is PUBLIC


def test_githubs_token_is_asked_for_with_the_audience_of_entra() -> None:
    source = OidcToken.of(GITHUB)
    assert (source.method, source.member) == ("GET", "value")
    assert source.url == f"https://token.example/x?v=1&audience={AUDIENCE.replace(':', '%3A').replace('/', '%2F')}"


def test_azure_devops_token_is_asked_for_by_service_connection() -> None:
    source = OidcToken.of(DEVOPS)
    assert (source.method, source.member) == ("POST", "oidcToken")
    assert "serviceConnectionId=c" in source.url


def test_a_pipelines_own_token_is_masked() -> None:
    assert "t0ken" not in repr(OidcToken.of(GITHUB))


def test_what_is_no_pipeline_says_what_a_pipeline_needs() -> None:
    with pytest.raises(SignInError) as caught:
        OidcToken.of({})
    assert "id-token: write" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("value", "kind"), [("", SignInKind.DEFAULT), (" CLI ", SignInKind.CLI), ("oidc", SignInKind.OIDC)]
)
def test_a_variable_names_the_way_to_sign_in(value: str, kind: SignInKind) -> None:
    assert sign_in_kind({"AZSERVE_SIGN_IN": value}) is kind


def test_a_way_to_sign_in_that_does_not_exist_lists_those_that_do() -> None:
    with pytest.raises(ConfigurationError) as caught:
        sign_in_kind({"AZSERVE_SIGN_IN": "magic"})
    assert "`workload-identity`" in (caught.value.hint or "")


def test_a_token_for_an_audience_is_masked() -> None:
    with azure_with(ScriptedAdapter()) as azure:
        token = azure.token("https://ai.azure.com/")
    assert token == Secret("token-for-https://ai.azure.com/.default")


def test_all_ports_come_out_of_the_settings() -> None:
    settings = Settings(
        FleetId("f"), Path("azserve.yaml"), {}, RegionChoice((Region("eastus2"),)), PUBLIC, SubscriptionId("s")
    )
    with open_azure(settings, {"AZSERVE_SIGN_IN": "cli"}) as azure:
        assert all([azure.reader, azure.deployments, azure.endpoints, azure.removal, azure.token])


def test_clients_are_made_once_per_subscription() -> None:
    with azure_with(ScriptedAdapter()) as azure:
        assert azure.template_client("S") is azure.template_client("s")
        assert azure.template_client("a") is not azure.template_client("b")
