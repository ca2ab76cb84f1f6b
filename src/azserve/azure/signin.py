"""Who azserve is to Azure: a credential for a cloud and a way to sign in.

azure-identity is imported where a credential is made: it takes longer than every other import of this room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from azure.core.credentials import TokenCredential

from azserve.azure.oidc import OidcToken, oidc_token
from azserve.errors import SignInError
from azserve.model.settings import Cloud, CloudSettings


class SignInKind(StrEnum):
    """How to get a token. DEFAULT tries what azure-identity's `DefaultAzureCredential` tries, in its order."""

    DEFAULT = "default"
    CLI = "cli"
    ENVIRONMENT = "env"
    MANAGED_IDENTITY = "managed-identity"
    WORKLOAD_IDENTITY = "workload-identity"
    OIDC = "oidc"
    """The pipeline's own token, GitHub Actions or Azure DevOps, exchanged for one of Entra."""


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """All that a sign-in depends on. `environ` is what `os.environ` holds, handed in by the command.

    azure-identity reads some variables by itself (`AZURE_CLIENT_SECRET`, `IDENTITY_ENDPOINT`); they have to be in
    the process's environment as well.
    """

    cloud: CloudSettings
    kind: SignInKind = SignInKind.DEFAULT
    tenant: str | None = None
    client_id: str | None = None
    environ: Mapping[str, str] = field(default_factory=dict)


def credential_for(request: SignInRequest) -> TokenCredential:
    """Return a credential; nothing is asked of anybody yet. Raises SignInError where something needed is missing."""
    if request.cloud.cloud is Cloud.LOCAL:
        return _local(request)
    try:
        return _public(request)
    except ValueError as error:
        raise SignInError(
            f"cannot sign in with `{request.kind}`: {str(error).rstrip('.')}",
            code="sign-in-incomplete",
            hint=f"set what `{request.kind}` needs, or sign in another way",
        ) from error


def _local(request: SignInRequest) -> TokenCredential:
    """The local Azure's own managed identity, through the real credential."""
    if not (request.environ.get("IDENTITY_ENDPOINT") and request.environ.get("IDENTITY_HEADER")):
        raise SignInError(
            "the local Azure's sign-in is not set: `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` are missing",
            code="local-identity-missing",
            hint="run the command inside `azserve emulator exec -- …`, or export what `azserve emulator run` printed",
        )
    from azure.identity import ManagedIdentityCredential

    return ManagedIdentityCredential()


def _public(request: SignInRequest) -> TokenCredential:
    from azure.identity import (
        AzureCliCredential,
        DefaultAzureCredential,
        EnvironmentCredential,
        ManagedIdentityCredential,
        WorkloadIdentityCredential,
    )

    authority, client = request.cloud.authority, _client_id(request)
    match request.kind:
        case SignInKind.DEFAULT:
            return DefaultAzureCredential(
                authority=authority,
                managed_identity_client_id=client,
                workload_identity_tenant_id=request.tenant,
                additionally_allowed_tenants=["*"],
            )
        case SignInKind.CLI:
            return AzureCliCredential(tenant_id=request.tenant or "")
        case SignInKind.ENVIRONMENT:
            return EnvironmentCredential(authority=authority)
        case SignInKind.MANAGED_IDENTITY:
            return ManagedIdentityCredential(client_id=client)
        case SignInKind.WORKLOAD_IDENTITY:
            return WorkloadIdentityCredential(tenant_id=request.tenant, client_id=client, authority=authority)
        case SignInKind.OIDC:
            return _oidc(request, client)
        case _:
            assert_never(request.kind)


def _oidc(request: SignInRequest, client: str | None) -> TokenCredential:
    tenant = request.tenant or request.environ.get("AZURE_TENANT_ID")
    if not tenant or not client:
        raise SignInError(
            "cannot sign in with `oidc`: the tenant or the client id is missing",
            code="sign-in-incomplete",
            hint="set `AZURE_TENANT_ID` and `AZURE_CLIENT_ID` of the app the pipeline signs in as",
        )
    from azure.identity import ClientAssertionCredential

    source = OidcToken.of(request.environ)
    return ClientAssertionCredential(
        tenant_id=tenant, client_id=client, func=lambda: oidc_token(source).reveal(), authority=request.cloud.authority
    )


def _client_id(request: SignInRequest) -> str | None:
    return request.client_id or request.environ.get("AZURE_CLIENT_ID")
