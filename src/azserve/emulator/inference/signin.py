"""Who may call: keys and Entra tokens, per hosting."""

from __future__ import annotations

import hmac

from azserve.emulator.identity import tokens
from azserve.emulator.inference.refusals import Refused, plain
from azserve.emulator.inference.routes import Route
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Target
from azserve.emulator.kernel.wire import ArmError, Call
from azserve.emulator.kernel.world import World

inferred(
    "inference.signin.serverless-key",
    'A wrong key on a serverless host is 401 {"status": "Invalid auth token"}.',
    because="only the body for a missing header was reported, and it has this form",
)
inferred(
    "inference.signin.foundry-key",
    "A wrong or missing key on a Foundry resource is 401 with code `401` and the gateway's wording; a key where keys "
    "are switched off is 403 `AuthenticationTypeDisabled`.",
    because="this is how Cognitive Services resources answer; no capture from this host is at hand",
)
inferred(
    "inference.signin.bearer-key",
    "A key as `Authorization: Bearer` is taken under /openai/v1, and nowhere else on a Foundry resource.",
    because="the OpenAI client sends it so and is documented to work there",
)

_NO_TOKEN = "Unauthorized. Access token is missing, invalid, audience is incorrect ({audiences}), or have expired."  # noqa: S105
_NO_KEY = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an "
    "active subscription and use a correct regional API endpoint for your resource."
)


def check(world: World, target: Target, route: Route, call: Call) -> None:
    """Raise Refused unless the call is signed in."""
    if target.hosting == "serverless":
        _serverless(world, target, call)
    else:
        _foundry(world, target, route, call)


def _serverless(world: World, target: Target, call: Call) -> None:
    header = call.headers.get("authorization", "")
    kind, _, value = header.partition(" ")
    if kind.lower() != "bearer" or not value.strip():
        raise Refused(400, {"status": "Auth token must be passed as a header called Authorization"})
    if _is_key(target, value.strip()):
        return
    if not target.audiences or not _is_token(world, target, header):
        raise Refused(401, {"status": "Invalid auth token"})


def _foundry(world: World, target: Target, route: Route, call: Call) -> None:
    key = call.headers.get("api-key")
    header = call.headers.get("authorization", "")
    bearer = header.partition(" ")[2].strip()
    if key is None and route.key_as_bearer and bearer and "." not in bearer:
        key = bearer
    if key is not None:
        if not target.keys:
            raise plain(403, "AuthenticationTypeDisabled", "Key based authentication is disabled for this resource.")
        if not _is_key(target, key):
            raise plain(401, "401", _NO_KEY)
        return
    if not header and not target.audiences:
        raise plain(401, "401", _NO_KEY)
    if not _is_token(world, target, header):
        named = " or ".join(dict.fromkeys(audience.rstrip("/") for audience in target.audiences))
        raise plain(401, "401", _NO_TOKEN.format(audiences=named))


def _is_key(target: Target, value: str) -> bool:
    return any(hmac.compare_digest(value.encode(), key.encode()) for key in target.keys)


def _is_token(world: World, target: Target, header: str) -> bool:
    if not header or not target.audiences:
        return False
    try:
        tokens.check(world, header, target.audiences)
    except ArmError:
        return False
    return True
