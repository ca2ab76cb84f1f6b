"""Tokens: made, and checked. JWTs with Entra's v1 claims, which is what ARM is sent."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from azserve.emulator.identity.clients import Client
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import ArmError, Json, Principal
from azserve.emulator.kernel.world import World

ARM_AUDIENCES = (
    "https://management.core.windows.net/",
    "https://management.core.windows.net",
    "https://management.azure.com/",
    "https://management.azure.com",
)
_MOST_CHARACTERS = 16_384

inferred(
    "identity.tokens.order",
    "a token is checked for its form, signature, expiry, tenant and audience, in this order",
    because="each refusal is documented, their order is not",
)


def issue(world: World, *, audience: str, client: Client, lifetime_s: float, tenant: str | None = None) -> str:
    """Return a token for `audience` that expires after so many seconds of the wall, by a clock that runs evenly.

    Clients count a token's life by their own clock: one of a fast emulated clock would end before they ask for another.
    """
    now = int(world.now())
    lifetime_s *= max(1.0, world.clock.speed)
    home = tenant or world.tenant
    claims = {
        "aud": audience,
        "iss": f"https://sts.windows.net/{home}/",
        "iat": now,
        "nbf": now,
        "exp": now + int(lifetime_s),
        "appid": client.client_id,
        "appidacr": "1" if client.secret else "2",
        "idp": f"https://sts.windows.net/{home}/",
        "idtyp": "app",
        "oid": client.object_id,
        "sub": client.object_id,
        "tid": home,
        "uti": hashlib.sha256(f"{client.object_id}{audience}{now}".encode()).hexdigest()[:22],
        "ver": "1.0",
        "app_displayname": client.name,
    }
    return _signed(world, claims, "signing-key")


def issue_assertion(world: World, claims: dict[str, Json], *, lifetime_s: float) -> str:
    """Return a token of somebody else's, which signs in to Entra but is none of Entra's own."""
    now = int(world.now())
    return _signed(world, {**claims, "iat": now, "nbf": now, "exp": now + int(lifetime_s)}, "pipeline-key")


def pipeline_bearer(world: World) -> str:
    """Return what a job shows its runner; the same in every run with the same seed."""
    return hashlib.sha256(f"{world.ids.seed}/pipeline/bearer".encode()).hexdigest()[:40]


def check(world: World, header: str | None, audiences: Sequence[str]) -> Principal:
    """Return who an `Authorization` header speaks for.

    Raises ArmError 401 with ARM's codes: AuthenticationFailed (none), InvalidAuthenticationToken (not a token of
    ours), ExpiredAuthenticationToken, InvalidAuthenticationTokenTenant, InvalidAuthenticationTokenAudience. A data
    plane with words of its own translates by `code`. Audiences are compared without a trailing slash.
    """
    scheme, _, token = (header or "").strip().partition(" ")
    if not header or scheme.lower() != "bearer":
        raise _refuse("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
    claims = _verified(world, token.strip())
    now = world.now()
    if claims["exp"] <= now:
        raise _refuse(
            "ExpiredAuthenticationToken",
            f"The access token expiry UTC time '{_clock_face(claims['exp'])}' is earlier than current UTC time "
            f"'{_clock_face(now)}'.",
        )
    if claims["tid"] != world.tenant:
        raise _wrong_tenant(world, str(claims["iss"]))
    if str(claims["aud"]).rstrip("/") not in {one.rstrip("/") for one in audiences}:
        listed = ",".join(f"'{one}'" for one in audiences)
        raise _refuse(
            "InvalidAuthenticationTokenAudience",
            f"The access token has been obtained for wrong audience or resource '{claims['aud']}'. It should exactly "
            f"match with one of the allowed audiences {listed}.",
        )
    return Principal(
        object_id=str(claims["oid"]),
        tenant=str(claims["tid"]),
        audience=str(claims["aud"]),
        kind="ServicePrincipal",
        name=str(claims["appid"]),
    )


def read_claims(token: str) -> dict[str, Json] | None:
    """Return what a token says, whoever signed it; None where it is no JWT."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > _MOST_CHARACTERS:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def _verified(world: World, token: str) -> dict[str, Json]:
    signed, _, signature = token.rpartition(".")
    good = _signature(world, signed)
    claims = read_claims(token) if hmac.compare_digest(signature.encode(), good.encode()) else None
    if claims is None:
        raise _refuse("InvalidAuthenticationToken", "The access token is invalid.")
    return claims


def _signed(world: World, claims: dict[str, Json], purpose: str) -> str:
    head = {"typ": "JWT", "alg": "HS256", "kid": "azserve-emulator"}
    signed = f"{_encode(head)}.{_encode(claims)}"
    return f"{signed}.{_signature(world, signed, purpose)}"


def _signature(world: World, signed: str, purpose: str = "signing-key") -> str:
    key = hashlib.sha256(f"{world.ids.seed}/{purpose}".encode()).digest()
    digest = hmac.new(key, signed.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _encode(what: dict[str, Json]) -> str:
    return base64.urlsafe_b64encode(json.dumps(what, separators=(",", ":")).encode()).decode().rstrip("=")


def _refuse(code: str, message: str) -> ArmError:
    challenge = (
        'Bearer authorization_uri="https://login.windows.net/", error="invalid_token", '
        f'error_description="{message.replace(chr(34), "")}"'
    )
    safe = challenge.encode("ascii", "replace").decode()
    return ArmError(401, code, message, headers={"WWW-Authenticate": safe})


def _wrong_tenant(world: World, issuer: str) -> ArmError:
    home = world.tenant
    return _refuse(
        "InvalidAuthenticationTokenTenant",
        f"The access token is from the wrong issuer '{issuer}'. It must match the tenant "
        f"'https://sts.windows.net/{home}/' associated with this subscription. Please use the authority (URL) "
        f"'https://login.windows.net/{home}' to get the token. Note, if the subscription is transferred to another "
        "tenant there is no impact to the services, but information about new tenant could take time to propagate "
        "(up to an hour). If you just transferred your subscription and see this error message, please try back later.",
    )


def _clock_face(seconds: float) -> str:
    """Say a time as ARM's sign-in errors do: `11/22/2026 9:05:07 PM`."""
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at.month}/{at.day}/{at.year} {at.hour % 12 or 12}:{at:%M:%S} {'PM' if at.hour >= 12 else 'AM'}"
