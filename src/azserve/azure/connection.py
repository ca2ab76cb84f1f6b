"""One signed-in cloud. `connect` is where a command enters this room."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast
from urllib.parse import urlsplit

from azure.core.credentials import AccessToken, TokenCredential
from azure.mgmt.core import ARMPipelineClient

from azserve.azure.arm import Arm
from azserve.azure.border import translated
from azserve.azure.pipeline import Patience, SharedToken, policies, transport
from azserve.azure.signin import SignInRequest, credential_for
from azserve.errors import AzureFailed
from azserve.model.secret import Secret
from azserve.model.settings import Cloud, CloudSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
    from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
    from azure.mgmt.resource.deployments import DeploymentsMgmtClient
    from requests.adapters import HTTPAdapter

    from azserve.azure.deployments import TemplateDeployments
    from azserve.azure.endpoints import LiveEndpoints
    from azserve.azure.reader import Reader, Subscriptions
    from azserve.azure.removal import Remover
    from azserve.model.resource_id import ResourceId

ClientT = TypeVar("ClientT")


class Azure:
    """A cloud, a credential, and what follows from them. Close it, or use it in a `with`.

    The ports it hands out share one transport and one token and may be used by many threads. An SDK is imported when
    the first port that needs it is used.
    """

    def __init__(
        self,
        cloud: CloudSettings,
        credential: TokenCredential,
        *,
        patience: Patience | None = None,
        adapter: HTTPAdapter | None = None,
    ) -> None:
        """`adapter` carries the requests away in the place of sockets."""
        self.cloud = cloud
        self.patience = patience or Patience()
        self._credential = SharedToken(credential)
        self._transport = transport(cloud.manager, self.patience, adapter)
        self._lock = threading.RLock()
        self._clients: dict[tuple[str, str], Any] = {}
        client: ARMPipelineClient[Any, Any] = ARMPipelineClient(
            cloud.manager, policies=self._policies(decodes=False), transport=self._transport
        )
        self.arm = Arm(client, cloud.manager)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close connections. Ports handed out are of no use afterwards."""
        if self._transport.session is not None:
            self._transport.session.close()
        self._credential.close()

    def reader(self, subscriptions: Subscriptions, *, existing: Iterable[ResourceId] = ()) -> Reader:
        """Return surveying's port. `existing` names hosts that are not ours but may hold endpoints that are."""
        from azserve.azure.reader import Reader

        return Reader(self, subscriptions, existing=tuple(existing))

    def deployments(self) -> TemplateDeployments:
        """Return deploying's port for template deployments, for any subscription."""
        from azserve.azure.deployments import TemplateDeployments

        return TemplateDeployments(self)

    def endpoints(self) -> LiveEndpoints:
        """Return deploying's port for deployed endpoints, for any subscription."""
        from azserve.azure.endpoints import LiveEndpoints

        return LiveEndpoints(self)

    def removal(self, subscriptions: Subscriptions) -> Remover:
        """Return deploying's port for deleting; soft-deleted accounts are looked for in these subscriptions."""
        from azserve.azure.removal import Remover

        return Remover(self, subscriptions.all)

    def token(self, audience: str) -> Secret:
        """Return a token for an audience (`https://cognitiveservices.azure.com`). Raises SignInError."""
        return Secret(self.access_token(audience).token)

    def access_token(self, audience: str) -> AccessToken:
        """Return a token with the time it ends. Raises SignInError."""
        with translated(f"sign in to `{audience}`"):
            return self._credential.get_token(audience.rstrip("/") + "/.default")

    def template_client(self, subscription: str) -> DeploymentsMgmtClient:
        """Return the SDK's client for template deployments."""
        from azure.mgmt.resource.deployments import DeploymentsMgmtClient

        return self._client(DeploymentsMgmtClient, subscription)

    def cognitive_client(self, subscription: str) -> CognitiveServicesManagementClient:
        """Return the SDK's client for accounts, keys and soft-deleted accounts."""
        from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient

        return self._client(CognitiveServicesManagementClient, subscription)

    def machine_learning_client(self, subscription: str) -> MachineLearningServicesMgmtClient:
        """Return the SDK's client for workspaces and compute quota; its api-version is of 2020."""
        from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient

        return self._client(MachineLearningServicesMgmtClient, subscription)

    def _client(self, kind: Callable[..., ClientT], subscription: str) -> ClientT:
        """Return the one client of a kind for a subscription, made when first asked for."""
        key = (getattr(kind, "__name__", str(kind)), subscription.lower())
        with self._lock:
            if key not in self._clients:
                self._clients[key] = kind(
                    self._credential,
                    subscription,
                    base_url=self.cloud.manager,
                    credential_scopes=[self._scope],
                    policies=self._policies(),
                    transport=self._transport,
                )
            return cast(ClientT, self._clients[key])

    def _policies(self, *, decodes: bool = True) -> list[Any]:
        return policies(self._credential, self.cloud.manager, self._scope, self.patience, decodes=decodes)

    @property
    def _scope(self) -> str:
        return self.cloud.audience.rstrip("/") + "/.default"


def connect(request: SignInRequest, *, patience: Patience | None = None) -> Azure:
    """Sign in and return the cloud. Raises SignInError, and AzureFailed `emulator-missing` where none answers.

    Nothing is asked of a public cloud yet: the first call asks for the token.
    """
    if request.cloud.cloud is Cloud.LOCAL:
        _require_emulator(request.cloud.manager)
    with translated("sign in"):
        credential = credential_for(request)
    return Azure(request.cloud, credential, patience=patience)


def _require_emulator(manager: str) -> None:
    """Knock at the local Azure's door: told apart from a cloud that is down, because the next move differs."""
    address = urlsplit(manager)
    try:
        socket.create_connection((address.hostname or "", address.port or 80), timeout=2.0).close()
    except OSError as error:
        raise AzureFailed(
            f"no local Azure answers at `{manager}`",
            code="emulator-missing",
            hint="start one: `azserve emulator run`, or run the command inside `azserve emulator exec -- …`",
        ) from error
