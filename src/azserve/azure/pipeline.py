"""What every request to Azure passes: ids, retries, the token. One list of policies for all clients."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import ServiceResponseTimeoutError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import (
    ContentDecodePolicy,
    CustomHookPolicy,
    HeadersPolicy,
    RedirectPolicy,
    RequestIdPolicy,
    RetryPolicy,
    SensitiveHeaderCleanupPolicy,
    UserAgentPolicy,
)
from azure.core.pipeline.transport import RequestsTransport
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy, ARMHttpLoggingPolicy
from requests import Session
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from azserve import __version__
from azserve.errors import SignInError

Answer: TypeAlias = PipelineResponse[Any, Any]

CONNECTIONS: Final = 32
"""Open connections kept per host; as many threads may ask at once."""
BLOCK: Final = 1 << 20
"""Bytes of an answer read at a time. Threads that read long lists in small blocks wait for each other at each block."""
EARLY_S: Final = 300.0
"""A token is renewed this long before it ends, as the SDKs do."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long azserve waits for Azure, in seconds of the wall's clock."""

    longest_pause_s: float = 60.0
    """Cap on `Retry-After`: Azure has sent a whole day (86400)."""
    first_pause_s: float = 0.8
    """Before the first repeat where no header says; doubles each time."""
    tries: int = 6
    """Of one call, the first one included."""
    poll_s: float = 10.0
    """Between polls of an operation where no header says."""
    poll_exactly_s: float | None = None
    """Overrides header and default: for recordings, whose polls need no pause."""
    connect_s: float = 10.0
    read_s: float = 100.0


def is_loopback(host: str | None) -> bool:
    """Say whether a host name or address cannot leave this machine."""
    if host is None:
        return False
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def asked_pause_s(response: Answer) -> float | None:
    """Return the pause an answer asks for, in any header Azure has for it; None for none, and for what is no time."""
    try:
        return RetryPolicy[Any, Any]().get_retry_after(response)
    except ValueError:
        return None


class PatientRetry(RetryPolicy[Any, Any]):
    """Repeats what may be repeated: throttling, server errors, a connection that broke, and 409 `RequestConflict`.

    `Retry-After` is honoured up to the cap. Where a local Azure refuses the connection there is no point in waiting.
    """

    def __init__(self, patience: Patience, *, local: bool) -> None:
        repeats = patience.tries - 1
        super().__init__(
            retry_total=repeats,
            retry_status=repeats,
            retry_connect=0 if local else min(3, repeats),
            retry_read=min(3, repeats),
            retry_backoff_factor=patience.first_pause_s,
            retry_backoff_max=patience.longest_pause_s,
        )
        self._longest_pause_s = patience.longest_pause_s

    def get_retry_after(self, response: Answer) -> float | None:
        """Return what the header asks for, capped; None where it asks for nothing or for what is no time."""
        asked = asked_pause_s(response)
        return None if asked is None else min(asked, self._longest_pause_s)

    def increment(
        self,
        settings: dict[str, Any],
        response: PipelineRequest[Any] | Answer | None = None,
        error: Exception | None = None,
    ) -> bool:
        """Count a repeat, and say whether there is another. A silence of the full length is repeated once only."""
        if isinstance(error, ServiceResponseTimeoutError):
            settings["read"] = min(settings["read"], 1)
        return super().increment(settings, response, error)

    def get_backoff_time(self, settings: dict[str, Any]) -> float:
        """Return the pause before the next repeat. Unlike the stock policy, the first repeat waits too."""
        repeats = len(settings["history"])
        return float(min(settings["max_backoff"], settings["backoff"] * 2 ** max(0, repeats - 1)))

    def is_retry(self, settings: dict[str, Any], response: Answer) -> bool:
        """Say whether to repeat; another operation on the same account is a reason to."""
        if response.http_response.status_code == 409 and settings["total"] > 0:
            return self._is_conflict(response)
        return bool(super().is_retry(settings, response))

    @staticmethod
    def _is_conflict(response: Answer) -> bool:
        if hasattr(response.http_response, "read"):
            response.http_response.read()
        return "RequestConflict" in response.http_response.text()


class ManagerToken(ARMChallengeAuthenticationPolicy):
    """Adds the bearer token, for the manager's host only, and over plain http on loopback only.

    This is the one place where the SDKs' refusal to send a token over http is lifted. Elsewhere the refusal is our
    own error, which the retry policy does not know and so does not repeat.
    """

    def __init__(self, credential: TokenCredential, manager: str, scope: str) -> None:
        super().__init__(credential, scope)
        self._host = (urlsplit(manager).hostname or "").lower()

    def on_request(self, request: PipelineRequest[Any]) -> None:
        url = urlsplit(request.http_request.url)
        host = (url.hostname or "").lower()
        if host != self._host and not host.endswith("." + self._host):
            raise SignInError(
                f"refused to send the token to `{host}`, which is not `{self._host}`",
                code="token-elsewhere",
                hint="Azure answered with a link to another host; check the cloud's address",
            )
        if url.scheme != "https":
            if not is_loopback(url.hostname):
                raise SignInError(
                    f"refused to send the token to `{host}` over plain http",
                    code="token-over-http",
                    hint="give the cloud's address with https",
                )
            request.context.options["enforce_https"] = False
        super().on_request(request)


class SharedToken:
    """A credential that asks the one below once for all clients and threads, and again shortly before the end.

    Without it every client asks for its own: `az` takes half a second each time, and sixteen threads that start
    together would start it sixteen times.
    """

    def __init__(self, below: TokenCredential, now: Callable[[], float] = time.time) -> None:
        self._below = below
        self._now = now
        self._lock = threading.Lock()
        self._tokens: dict[tuple[str, ...], AccessToken] = {}

    def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **_: object,
    ) -> AccessToken:
        """Return a token for the scopes. Claims ask for a new one."""
        with self._lock:
            held = self._tokens.get(scopes)
            if held is None or claims is not None or held.expires_on - self._now() < EARLY_S:
                held = self._below.get_token(*scopes, claims=claims, tenant_id=tenant_id, enable_cae=enable_cae)
                self._tokens[scopes] = held
            return held

    def close(self) -> None:
        """Close the sessions of the credential below, where it has any."""
        close = getattr(self._below, "close", None)
        if close is not None:
            close()


def policies(
    credential: TokenCredential, manager: str, scope: str, patience: Patience, *, decodes: bool = True
) -> list[Any]:
    """Return the policies of one client, in order. Every client needs its own: each links to its neighbours.

    With `decodes` every answer is parsed on its way, as the SDKs want it; who parses for itself saves that.
    """
    return [
        RequestIdPolicy(),
        HeadersPolicy(),
        UserAgentPolicy(base_user_agent=f"azserve/{__version__}"),
        *([ContentDecodePolicy()] if decodes else []),
        RedirectPolicy(),
        PatientRetry(patience, local=is_loopback(urlsplit(manager).hostname)),
        ManagerToken(credential, manager, scope),
        CustomHookPolicy(),
        SensitiveHeaderCleanupPolicy(),
        ARMHttpLoggingPolicy(),
    ]


def transport(manager: str, patience: Patience, adapter: HTTPAdapter | None = None) -> RequestsTransport:
    """Return the transport that all clients share. Proxy variables do not apply to loopback.

    `adapter` is what carries a request away; without one, sockets do.
    """
    local = is_loopback(urlsplit(manager).hostname)
    session = Session()
    session.trust_env = not local
    adapter = adapter or HTTPAdapter(
        pool_connections=CONNECTIONS,
        pool_maxsize=CONNECTIONS,
        max_retries=Retry(total=False, redirect=False, raise_on_status=False),
    )
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return RequestsTransport(
        session=session,
        session_owner=False,
        connection_timeout=patience.connect_s,
        connection_data_block_size=BLOCK,
        read_timeout=patience.read_s,
        use_env_settings=not local,
    )
