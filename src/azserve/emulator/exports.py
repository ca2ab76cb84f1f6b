"""What to set so that programs written for Azure use the local one: each variable is one that a client documents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from azserve.emulator.identity.pipeline import HOST as PIPELINE_HOST
from azserve.emulator.tls import Certificates

_AZ_SETTINGS = """\
[cloud]
name = AzserveEmulator
[core]
collect_telemetry = no
instance_discovery = no
output = json
[auto-upgrade]
enable = no
[extension]
use_dynamic_install = no
"""
"""The Azure CLI of the local Azure: nothing of it looks for the public cloud."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who may sign in and where."""

    subscription: str
    tenant: str
    identity_header: str
    client_id: str
    client_secret: str
    job_token: str
    """What a pipeline's job shows its runner for a token of its own."""


def plain(url: str, sign_in: SignIn) -> dict[str, str]:
    """Return what makes azserve and Azure's sign-in libraries use the emulator over http."""
    return {
        "AZSERVE_CLOUD": "local",
        "AZSERVE_EMULATOR": url,
        "AZURE_SUBSCRIPTION_ID": sign_in.subscription,
        "AZURE_TENANT_ID": sign_in.tenant,
        "IDENTITY_ENDPOINT": f"{url}/msi/token",
        "IDENTITY_HEADER": sign_in.identity_header,
    }


def secure(url: str, sign_in: SignIn, certificates: Certificates) -> dict[str, str]:
    """Return what is added with TLS. `url` is the https address.

    The application's id and secret go by names of our own: under Azure's names every `DefaultAzureCredential` would
    try them first, and ask the public cloud whether it knows this authority. The same holds for a pipeline's
    `ACTIONS_ID_TOKEN_REQUEST_URL` and `_TOKEN`, which may be there already and mean the real thing.
    """
    bundle = str(certificates.bundle)
    metadata = f"{url}/metadata/endpoints?api-version=2019-05-01"  # the Azure CLI reads the form of this version
    return {
        "AZSERVE_EMULATOR_TLS": url,
        "AZSERVE_EMULATOR_CA": str(certificates.authority),
        "AZSERVE_EMULATOR_CLIENT_ID": sign_in.client_id,
        "AZSERVE_EMULATOR_CLIENT_SECRET": sign_in.client_secret,
        "AZSERVE_EMULATOR_OIDC_URL": f"{url}/_hosts/{PIPELINE_HOST}/idtoken?api-version=2.0",
        "AZSERVE_EMULATOR_OIDC_TOKEN": sign_in.job_token,
        "AZURE_AUTHORITY_HOST": url,
        "ARM_CLOUD_METADATA_URL": metadata,
        "AZURE_CONFIG_DIR": str(_az_folder(certificates.folder)),
        "REQUESTS_CA_BUNDLE": bundle,
        "SSL_CERT_FILE": bundle,
        "CURL_CA_BUNDLE": bundle,
        "NODE_EXTRA_CA_CERTS": str(certificates.authority),
    }


def _az_folder(folder: Path) -> Path:
    """Return a folder for the Azure CLI, so that signing in here leaves the user's own sign-in alone."""
    az = folder / "az"
    az.mkdir(exist_ok=True)
    settings = az / "config"
    if not settings.exists():
        settings.write_text(_AZ_SETTINGS, encoding="utf-8")
    return az
