"""The ports of one run: what a command needs of Azure, made from its settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from azserve.azure.connection import connect
from azserve.azure.deployments import TemplateDeployments
from azserve.azure.diagnosis import Diagnosis
from azserve.azure.endpoints import LiveEndpoints
from azserve.azure.pipeline import Patience
from azserve.azure.reader import Reader, Subscriptions
from azserve.azure.removal import Remover
from azserve.azure.signin import SignInKind, SignInRequest
from azserve.errors import ConfigurationError
from azserve.model.resource_id import ResourceId
from azserve.model.secret import Secret
from azserve.model.settings import Cloud, Settings

SIGN_IN_VARIABLE = "AZSERVE_SIGN_IN"


@dataclass(frozen=True, slots=True)
class OpenAzure:
    """One signed-in Azure."""

    reader: Reader
    deployments: TemplateDeployments
    endpoints: LiveEndpoints
    removal: Remover
    knowledge: Diagnosis
    token: Callable[[str], Secret]
    """A token for an audience: `https://cognitiveservices.azure.com`, with or without `/.default`."""


@contextmanager
def opened(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    existing: Iterable[ResourceId] = (),
    patience: Patience | None = None,
) -> Iterator[OpenAzure]:
    """Sign in and yield the ports; connections are closed at the end. Raises what `connect` raises.

    `existing` names the hosts under `existing:`. What is ours in them carries the fleet's tag but does not show up in
    ARM's lists by tag (a Foundry deployment is no tracked resource), so the reader has to look into them.
    """
    assert settings.subscription is not None
    subscriptions = Subscriptions(settings.subscription, dict(settings.subscriptions))
    kind = sign_in_kind(environ, settings.credential)
    request = SignInRequest(settings.cloud, kind, tenant=settings.tenant, environ=environ)
    method = "local" if settings.cloud.cloud is Cloud.LOCAL else kind.value
    with connect(request, patience=patience) as azure:
        yield OpenAzure(
            reader=azure.reader(subscriptions, existing=existing),
            deployments=azure.deployments(),
            endpoints=azure.endpoints(),
            removal=azure.removal(subscriptions),
            knowledge=Diagnosis(method, azure.access_token, environ),
            token=azure.token,
        )


def sign_in_kind(environ: Mapping[str, str], otherwise: str = SignInKind.DEFAULT) -> SignInKind:
    """Return the way to sign in that `AZSERVE_SIGN_IN` names, else what the settings say.

    Raises ConfigurationError where the variable names none.
    """
    asked = environ.get(SIGN_IN_VARIABLE, "").strip().lower() or otherwise
    try:
        return SignInKind(asked)
    except ValueError:
        raise ConfigurationError(
            f"`{SIGN_IN_VARIABLE}` is `{asked}`, which is no way to sign in",
            code="unknown-sign-in",
            hint="use one of " + ", ".join(f"`{kind}`" for kind in SignInKind),
        ) from None
