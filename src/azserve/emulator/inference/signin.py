"""Who may call: keys, Entra tokens and the roles behind them, per hosting."""

from __future__ import annotations

import hmac

from azserve.emulator.identity import roles, tokens
from azserve.emulator.inference.refusals import Refused, plain
from azserve.emulator.inference.routes import Dialect, Operation, Route
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Target
from azserve.emulator.kernel.wire import ArmError, Call, Principal
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

inferred(
    "inference.signin.network",
    "a host whose publicNetworkAccess is Disabled (of a serverless endpoint: its hub's) answers 403 to whoever calls, "
    "before any key is looked at; a scenario with `inference: {from: private}` calls from inside",
    because="the words were reported by users of Foundry resources; a local Azure has no networks to tell apart",
)
inferred(
    "inference.signin.role",
    "a token without a role for the call is 401 `PermissionDenied`; /models asks for the data action `MaaS/…`, a "
    "serverless host for `serverlessEndpoints/score/action`",
    because="the refusal was reported for the OpenAI routes; the names of the two others are made after their like",
)
_ACCOUNTS = "Microsoft.CognitiveServices/accounts"
_SCORE = "Microsoft.MachineLearningServices/workspaces/serverlessEndpoints/score/action"
_NO_TOKEN = "Unauthorized. Access token is missing, invalid, audience is incorrect ({audiences}), or have expired."  # noqa: S105
_NO_KEY = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an "
    "active subscription and use a correct regional API endpoint for your resource."
)


def check(world: World, target: Target, route: Route, call: Call) -> None:
    """Raise Refused unless the call comes from a network that is let in and is signed in."""
    if not target.public and not _inside(world):
        raise plain(403, "403", "Public access is disabled. Please configure private endpoint.")
    if target.hosting == "serverless":
        _serverless(world, target, route, call)
    else:
        _foundry(world, target, route, call)


def _inside(world: World) -> bool:
    said = world.scenario.get("inference") if isinstance(world.scenario, dict) else None
    return isinstance(said, dict) and said.get("from") == "private"


def _serverless(world: World, target: Target, route: Route, call: Call) -> None:
    header = call.headers.get("authorization", "")
    kind, _, value = header.partition(" ")
    if kind.lower() != "bearer" or not value.strip():
        raise Refused(400, {"status": "Auth token must be passed as a header called Authorization"})
    if _is_key(target, value.strip()):
        return
    who = _whose_token(world, target, header)
    if who is None:
        raise Refused(401, {"status": "Invalid auth token"})
    if not roles.allows(world, who, _SCORE, target.resource):
        raise Refused(401, {"status": _lacking(who, _SCORE, route, call)})


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
    who = _whose_token(world, target, header)
    if who is None:
        named = " or ".join(dict.fromkeys(audience.rstrip("/") for audience in target.audiences))
        raise plain(401, "401", _NO_TOKEN.format(audiences=named))
    action = _data_action(route)
    if not roles.allows_data(world, who, action, target.resource):
        raise plain(401, "PermissionDenied", _lacking(who, action, route, call))


def _is_key(target: Target, value: str) -> bool:
    return any(hmac.compare_digest(value.encode(), key.encode()) for key in target.keys)


def _whose_token(world: World, target: Target, header: str) -> Principal | None:
    if not header or not target.audiences:
        return None
    try:
        return tokens.check(world, header, target.audiences)
    except ArmError:
        return None


def _data_action(route: Route) -> str:
    """Return what one must be allowed to do on an account to use a route."""
    if route.operation is Operation.LIST:
        return f"{_ACCOUNTS}/OpenAI/models/read"
    what = "embeddings" if route.operation is Operation.EMBEDDINGS else "chat/completions"
    return f"{_ACCOUNTS}/{'OpenAI/deployments' if route.dialect is Dialect.OPENAI else 'MaaS'}/{what}/action"


def _lacking(who: Principal, action: str, route: Route, call: Call) -> str:
    path = f"/{call.path.partition('/_hosts/')[2].partition('/')[2]}"
    shown = path.replace(f"/{route.deployment}/", "/{deployment-id}/") if route.deployment else path
    return (
        f"The principal `{who.object_id}` lacks the required data action `{action}` to perform `{call.method} {shown}` "
        "operation."
    )
