"""Opens clients."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from azserve.errors import SignInError
from azserve.inference.routes import AUDIENCES, Credential, default_route
from azserve.model.catalogue import Route
from azserve.model.endpoint import Endpoint, EndpointKeys
from azserve.model.secret import Secret
from azserve.model.settings import SignIn
from azserve.verifying.ports import ModelClient, Unreachable

if TYPE_CHECKING:
    from azserve.inference.client import Timeouts

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class ModelDoor:
    """verifying.ports.ModelClients: one client per call, each endpoint's key fetched once. Shared by threads.

    `keys` reads an endpoint's keys; `token` gives a token for an audience and renews it by itself, and is asked anew
    for every request.
    """

    def __init__(
        self,
        keys: Callable[[Endpoint], EndpointKeys],
        token: Callable[[str], Secret] | None = None,
        *,
        timeouts: Timeouts | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = keys
        self._token = token
        self._timeouts = timeouts
        self._monotonic = monotonic
        self._known: dict[str, Secret] = {}
        self._lock = threading.Lock()

    @contextmanager
    def open(self, endpoint: Endpoint, *, route: Route | None = None) -> Iterator[ModelClient]:
        """Yield a client. Raises an AzserveError where there is no key or token, Unreachable where no address."""
        import httpx2

        from azserve.inference.client import HttpModelClient, Timeouts

        if not endpoint.uri:
            raise Unreachable(
                f"`{endpoint.key}` has no address yet",
                where=f"{endpoint.region}/{endpoint.key}",
                hint="it may still be being made; see `azserve status`",
            )
        timeouts = self._timeouts or Timeouts()
        limits = httpx2.Timeout(timeouts.read_s, connect=timeouts.connect_s)
        # A proxy set for the internet is not meant for this machine's own addresses.
        proxied = urlsplit(endpoint.uri).hostname not in LOOPBACK
        with httpx2.Client(timeout=limits, trust_env=proxied) as http:
            yield HttpModelClient(
                http,
                endpoint,
                route or default_route(endpoint),
                self._credential(endpoint),
                timeouts=timeouts,
                monotonic=self._monotonic,
            )

    def _credential(self, endpoint: Endpoint) -> Callable[[], Credential]:
        """Return what signs a request in: the key where the endpoint takes one, else a token."""
        if endpoint.sign_in is not SignIn.ENTRA:
            key = Credential(self._key(endpoint))
            return lambda: key
        token, audience = self._token, AUDIENCES[endpoint.hosting]
        if token is None:
            raise SignInError(
                f"`{endpoint.key}` takes Entra tokens only, and nobody is signed in to give one",
                where=f"{endpoint.region}/{endpoint.key}",
                hint="sign in, for example with `az login`",
            )
        return lambda: Credential(token(audience), is_token=True)

    def _key(self, endpoint: Endpoint) -> Secret:
        identity = endpoint.resource.key
        with self._lock:
            if identity in self._known:
                return self._known[identity]
        keys = self._keys(endpoint)
        with self._lock:
            return self._known.setdefault(identity, keys.primary or keys.secondary)
