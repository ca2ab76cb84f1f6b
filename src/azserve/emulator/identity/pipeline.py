"""The runner of a pipeline, as far as signing in goes: it hands a job a token that Entra takes for a secret."""

from __future__ import annotations

from azserve.emulator.identity.tokens import issue_assertion, pipeline_bearer
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Call, Json, Reply
from azserve.emulator.kernel.world import World

HOST = "pipelines.actions.githubusercontent.com"
ISSUER = "https://token.actions.githubusercontent.com"
SUBJECT = "repo:azserve/azserve:ref:refs/heads/main"
LIFETIME_S = 300.0

inferred(
    "identity.pipeline.refusals",
    "a runner answers 401 without its job's own token, and 400 without an audience",
    because="the documents of GitHub describe the answer with a token only; a real one has a usual audience",
)


def serve_pipeline(world: World, call: Call) -> Reply:
    """Answer `ACTIONS_ID_TOKEN_REQUEST_URL`: {"value": a JWT for the audience asked for, "count": its length}."""
    if call.headers.get("authorization", "") != f"Bearer {pipeline_bearer(world)}":
        return _refusal(401, "The token of the job is missing or wrong.")
    audience = call.query.get("audience", "")
    if call.method != "GET" or not audience:
        return _refusal(400, "A token is asked for by GET, with an audience.")
    claims: dict[str, Json] = {
        "iss": ISSUER,
        "sub": SUBJECT,
        "aud": audience,
        "ref": "refs/heads/main",
        "repository": "azserve/azserve",
        "repository_owner": "azserve",
        "workflow": "deploy",
        "event_name": "push",
        "runner_environment": "github-hosted",
    }
    token = issue_assertion(world, claims, lifetime_s=LIFETIME_S)
    return Reply(200, {"count": len(token), "value": token})


def _refusal(status: int, message: str) -> Reply:
    return Reply(status, {"$id": "1", "message": message, "typeKey": "UnauthorizedRequestException", "errorCode": 0})
