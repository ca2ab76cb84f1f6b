"""surveying.ports.SelfKnowledge: tokens looked into, hosts knocked at."""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from azserve.azure.oidc import OidcToken, oidc_token
from azserve.azure.pipeline import is_loopback
from azserve.errors import AzureFailed, SignInError
from azserve.model.diagnosis import PipelineToken, Ring, TokenFacts
from azserve.model.secret import Secret

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken

TIMEOUT_S: Final = 10.0
AZURE_CLI: Final = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
"""Client id of the Azure CLI, the same everywhere (published in its source)."""


class Diagnosis:
    """surveying.ports.SelfKnowledge. Safe to share by threads."""

    def __init__(self, method: str, get_token: Callable[[str], AccessToken], environ: Mapping[str, str]) -> None:
        """`get_token` takes an audience and raises SignInError."""
        self._method = method
        self._get_token = get_token
        self._environ = environ

    @property
    def method(self) -> str:
        """How azserve signs in."""
        return self._method

    def token(self, audience: str) -> TokenFacts:
        """Get a token and return what it says of itself; raises SignInError."""
        found = self._get_token(audience)
        claims = claims_of(Secret(found.token)) or {}
        expires = datetime.fromtimestamp(found.expires_on, UTC)
        return TokenFacts(
            audience=str(claims.get("aud") or audience),
            expires_at=expires,
            tenant=_text(claims.get("tid")),
            object_id=_text(claims.get("oid")),
            application=_text(claims.get("appid") or claims.get("azp")),
            name=_text(claims.get("upn") or claims.get("preferred_username") or claims.get("app_displayname")),
            kind=_kind(claims),
            version=_text(claims.get("ver")),
        )

    def ring(self, url: str) -> Ring:
        """Knock at a host without signing in; any answer is one. Raises AzureFailed where none comes."""
        import httpx2

        local = is_loopback(urlsplit(url).hostname)
        began = time.monotonic()
        try:
            with httpx2.Client(timeout=TIMEOUT_S, trust_env=not local, follow_redirects=False) as http:
                response = http.get(url)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            why = str(error) or type(error).__name__
            raise AzureFailed(
                f"`{urlsplit(url).hostname}` does not answer: {why}",
                code="unreachable",
                hint="check the network, the proxy (HTTPS_PROXY), private DNS and firewalls on the way",
                where=url,
            ) from error
        seconds = time.monotonic() - began
        return Ring(url, response.status_code, seconds, datetime.now(UTC), _date(response.headers.get("date")))

    def pipeline(self) -> PipelineToken | None:
        """Return what the pipeline's own token says, None where this is no pipeline that hands any out."""
        try:
            source = OidcToken.of(self._environ)
        except SignInError:
            return None
        claims = claims_of(oidc_token(source))
        if claims is None:
            raise SignInError("the pipeline's token cannot be read", code="oidc-unreadable")
        return PipelineToken(str(claims.get("iss")), str(claims.get("sub")), str(claims.get("aud")))


def claims_of(token: Secret) -> Mapping[str, object] | None:
    """Return the claims of a JSON Web Token, not verified; None where it is none."""
    parts = token.reveal().split(".")
    if len(parts) != 3:
        return None
    padded = parts[1] + "=" * (-len(parts[1]) % 4)
    try:
        claims = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error):
        return None
    return claims if isinstance(claims, Mapping) else None


def _kind(claims: Mapping[str, object]) -> str | None:
    """Return what signed in. Claim names as documented for access tokens of Entra (2025)."""
    if claims.get("xms_mirid"):
        return "managed identity"
    if _text(claims.get("appid") or claims.get("azp")) == AZURE_CLI:
        return "person, by the Azure CLI"
    match _text(claims.get("idtyp")):
        case "app":
            return "app"
        case "user":
            return "person"
        case _:
            return "person" if claims.get("upn") or claims.get("scp") else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _date(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header) if header else None
    except ValueError:
        return None
