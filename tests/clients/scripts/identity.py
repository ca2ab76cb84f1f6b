"""azure-identity against the local Entra: every way to sign in, and how each fails."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from azure.identity import (
    AzureCliCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from tests.clients.scripts.telling import tell, tell_refusal

SCOPE = "https://management.azure.com/.default"
TENANT = os.environ["AZURE_TENANT_ID"]
CLIENT = os.environ["AZSERVE_EMULATOR_CLIENT_ID"]
SECRET = os.environ["AZSERVE_EMULATOR_CLIENT_SECRET"]
AUTHORITY = {"authority": os.environ["AZURE_AUTHORITY_HOST"], "disable_instance_discovery": True}


def told(step: str, credential: Any) -> None:
    """Get a token, use it, and say whom ARM takes it for."""
    token = credential.get_token(SCOPE).token
    request = Request(
        f"{os.environ['AZSERVE_EMULATOR_TLS']}/subscriptions?api-version=2022-12-01",
        headers={"Authorization": f"Bearer {token}"},
    )
    with urlopen(request) as answer:
        subscriptions = json.load(answer)["value"]
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    tell(step, {"client": claims["appid"], "tenant": claims["tid"], "subscriptions": len(subscriptions)})


def assertion(**claims: Any) -> str:
    """A token of an issuer of one's own, as Kubernetes or a pipeline would give."""
    body = {
        "iss": "https://issuer.example", "sub": "system:serviceaccount:default:app", "exp": int(time.time()) + 600,
        "aud": "api://AzureADTokenExchange", **claims,
    }  # fmt: skip
    parts = [
        base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in ({"alg": "RS256"}, body)
    ]
    return ".".join([*parts, "c2lnbmF0dXJl"])


def from_pipeline() -> str:
    """Ask the endpoint that GitHub Actions has for this, as `azure/login` and azserve do."""
    url = os.environ["AZSERVE_EMULATOR_OIDC_URL"] + "&audience=api%3A%2F%2FAzureADTokenExchange"
    token = os.environ["AZSERVE_EMULATOR_OIDC_TOKEN"]
    with urlopen(Request(url, headers={"Authorization": f"Bearer {token}"})) as answer:
        value: str = json.load(answer)["value"]
    return value


def secret(**changes: str) -> ClientSecretCredential:
    """The application with its secret, or with something wrong about it."""
    about = {"tenant_id": TENANT, "client_id": CLIENT, "client_secret": SECRET, **changes}
    return ClientSecretCredential(**about, **AUTHORITY)


def refused(step: str, make: Callable[[], Any]) -> None:
    """Say how a sign-in is refused."""
    tell_refusal(step, lambda: make().get_token(SCOPE))


def by_assertion(make: Callable[[], str]) -> ClientAssertionCredential:
    """The application with a federated credential."""
    return ClientAssertionCredential(TENANT, CLIENT, make, **AUTHORITY)


told("secret", secret())
told("assertion", by_assertion(assertion))
file = Path(os.environ["HOME"]) / "token"
file.write_text(assertion())
workload = {"tenant_id": TENANT, "client_id": CLIENT, "token_file_path": str(file)}
told("workload identity", WorkloadIdentityCredential(**workload, **AUTHORITY))
told("pipeline", by_assertion(from_pipeline))
told("managed identity", ManagedIdentityCredential())
told("default", DefaultAzureCredential())
os.environ |= {"AZURE_CLIENT_ID": CLIENT, "AZURE_CLIENT_SECRET": SECRET}
told("default with a secret", DefaultAzureCredential(**AUTHORITY))
for name in ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_ID"):
    del os.environ[name]
refused("wrong secret", lambda: secret(client_secret="wrong"))
refused("unknown application", lambda: secret(client_id="11111111-1111-4111-8111-111111111111"))
refused("unknown tenant", lambda: secret(tenant_id="11111111-1111-4111-8111-111111111111"))
refused("expired assertion", lambda: by_assertion(lambda: assertion(exp=1)))
refused("assertion for somebody else", lambda: by_assertion(lambda: assertion(aud="api://other")))
refused("no assertion", lambda: by_assertion(lambda: "nonsense"))
refused("unknown identity", lambda: ManagedIdentityCredential(client_id="11111111-1111-4111-8111-111111111111"))
refused("no Azure CLI", AzureCliCredential)
tell_refusal("unknown resource", lambda: secret().get_token("https://nowhere.example/.default"))
