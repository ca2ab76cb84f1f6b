"""Opens clients."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from azserve.errors import Bug, PermissionDenied, SignInError
from azserve.inference.routes import default_route
from azserve.inference.signin import Credential
from azserve.model.audience import audience_of
from azserve.model.catalogue import Hosting, Route
from azserve.model.endpoint import ConnectionTarget, Endpoint, EndpointKeys
from azserve.model.resource_id import ResourceId
from azserve.model.secret import Secret
from azserve.model.settings import SignIn
from azserve.verifying.ports import ModelClient, Signing, Unreachable

if TYPE_CHECKING:
    from ssl import SSLContext

    import httpx2

    from azserve.inference.exchange import Timeouts

LOOPBACK = ("127.0.0.1", "localhost", "::1")
STRANGER = "not-a-key-of-this-endpoint"
"""What a probe sends to see it refused."""
Token = Callable[[str], Secret]


class ModelDoor:
    """verifying.ports.ModelClients: one client per call, each host's key fetched once. Shared by threads.

    `keys` reads an endpoint's keys; `token` gives a token for an audience and renews it by itself, and is asked anew
    for every request; `connections` reads where a project's connection leads.
    """

    def __init__(
        self,
        keys: Callable[[Endpoint], EndpointKeys],
        token: Token | None = None,
        *,
        connections: Callable[[ResourceId], ConnectionTarget] | None = None,
        timeouts: Timeouts | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = KeyRing(keys)
        self._token = token
        self._connections = connections
        self._timeouts = timeouts
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._tls: SSLContext | None = None

    @contextmanager
    def open(
        self,
        endpoint: Endpoint,
        *,
        route: Route | None = None,
        signing: Signing = Signing.USUAL,
        through: ResourceId | None = None,
    ) -> Iterator[ModelClient]:
        """Yield a client on a route, the usual one unless another is named.

        Raises an AzserveError where there is no key or token, Unreachable where no key may be sent to the address.
        """
        from azserve.inference.client import HttpModelClient
        from azserve.inference.exchange import Line, Timeouts

        where = f"{endpoint.region}/{endpoint.key}"
        connected = self._connected(through) if through else None
        if connected:
            endpoint = replace(endpoint, uri=connected.uri)
        _check_address(endpoint, where)
        timeouts = self._timeouts or Timeouts()
        credential = _by_key(connected.key) if connected else self._signing(endpoint, where, signing)
        with self._http(timeouts, where) as http:
            line = Line(http, endpoint.uri, where, timeouts, self._monotonic)
            yield HttpModelClient(line, endpoint, route or default_route(endpoint), credential)

    def _signing(self, endpoint: Endpoint, where: str, signing: Signing) -> Callable[[], Credential]:
        """Return what signs a request in."""
        match signing:
            case Signing.USUAL | Signing.CONNECTION:
                return self._credential(endpoint, where)
            case Signing.TOKEN:
                return self._by_token(endpoint, where)
            case Signing.WRONG:
                stranger = Credential(Secret(STRANGER), is_token=endpoint.sign_in is SignIn.ENTRA)
                return lambda: stranger
            case Signing.NONE:
                nobody = Credential(None)
                return lambda: nobody

    def _credential(self, endpoint: Endpoint, where: str) -> Callable[[], Credential]:
        """Return the key where the endpoint takes one and we may read it, else a token."""
        if endpoint.sign_in is not SignIn.ENTRA:
            try:
                key = Credential(self._keys.of(endpoint))
            except PermissionDenied:
                if endpoint.sign_in is not SignIn.BOTH or self._token is None:
                    raise
            else:
                return lambda: key
        return self._by_token(endpoint, where)

    def _connected(self, connection: ResourceId) -> ConnectionTarget:
        if self._connections is None:
            raise Bug("connections are asked through, and nobody reads them")
        return self._connections(connection)

    def _by_token(self, endpoint: Endpoint, where: str) -> Callable[[], Credential]:
        token = self._token
        if token is None:
            raise SignInError(
                f"`{endpoint.key}` takes Entra tokens only, and nobody is signed in to give one",
                where=where,
                hint="sign in, for example with `az login`",
            )
        audience = audience_of(endpoint)
        return lambda: Credential(token(audience), is_token=True)

    def _http(self, timeouts: Timeouts, where: str) -> httpx2.Client:
        """Return an HTTP client. Raises Unreachable where settings for proxies or certificates cannot be used."""
        import httpx2

        from azserve import __version__

        limits = httpx2.Timeout(timeouts.read_s, connect=timeouts.connect_s)
        # A proxy set for the internet is not meant for this machine's own addresses.
        direct = {f"all://[{host}]" if ":" in host else f"all://{host}": None for host in LOOPBACK}
        agent = {"user-agent": f"azserve/{__version__}"}
        try:
            return httpx2.Client(verify=self._trusted(), timeout=limits, mounts=direct, headers=agent)
        except (ImportError, OSError, ValueError, httpx2.InvalidURL) as error:
            raise Unreachable(
                "this machine's settings for proxies or certificates cannot be used",
                where=where,
                hint="check the variables HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR",
            ) from error

    def _trusted(self) -> SSLContext:
        """Return the certificates to trust, read once: that takes some fifty milliseconds."""
        import httpx2

        with self._lock:
            if self._tls is None:
                self._tls = httpx2.create_ssl_context()
            return self._tls


def _by_key(key: Secret) -> Callable[[], Credential]:
    credential = Credential(key)
    return lambda: credential


class KeyRing:
    """Keys, each fetched once, whoever asks first: a serverless endpoint has its own, deployments their account's."""

    def __init__(self, fetch: Callable[[Endpoint], EndpointKeys]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._slots: dict[str, _Slot] = {}

    def of(self, endpoint: Endpoint) -> Secret:
        """Return the key of an endpoint. Raises what fetching it raises; the next one to ask tries again."""
        owner = endpoint.resource.parent if endpoint.hosting is Hosting.FOUNDRY else endpoint.resource
        with self._lock:
            slot = self._slots.setdefault((owner or endpoint.resource).key, _Slot())
        with slot.lock:
            if slot.key is None:
                keys = self._fetch(endpoint)
                slot.key = keys.primary or keys.secondary
            return slot.key


class _Slot:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.key: Secret | None = None


def _check_address(endpoint: Endpoint, where: str) -> None:
    """Raise Unreachable unless a key may be sent there: over TLS, or to this machine."""
    if not endpoint.uri:
        raise Unreachable(
            f"`{endpoint.key}` has no address yet",
            where=where,
            hint="it may still be being made; see `azserve status`",
        )
    try:
        parts = urlsplit(endpoint.uri)
        host = parts.hostname
        (host or "").encode("idna")  # as the socket will: what it cannot look up is no address
    except ValueError:
        host = None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)):
        raise Unreachable(
            f"`{endpoint.uri}` is not an address that a key may be sent to",
            where=where,
            hint="an endpoint's address begins with https://",
        )
