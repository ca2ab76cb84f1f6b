"""Which path means what. Paths are compared without regard to case, as the service's gateway does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from azserve.emulator.kernel.inferred import inferred

inferred(
    "inference.routes.slashes",
    "Doubled and trailing slashes in a data-plane path are ignored.",
    because="addresses are handed out with and without a trailing slash, and clients join them carelessly",
)
inferred(
    "inference.routes.api-version",
    "A missing api-version is `Resource not found` on /openai/deployments, 400 on /models, and fine elsewhere; any "
    "date from 2022-12-01 on is taken, on /models from 2024-05-01 on.",
    because="the tutorials leave it out on serverless hosts; which dates exist is documented nowhere in one place",
)


class Dialect(StrEnum):
    """Who one speaks with: decides error shapes, and where thinking and usage go."""

    SERVERLESS = "serverless"
    MODELS = "models"
    OPENAI = "openai"


class Operation(StrEnum):
    """What is asked for."""

    INFO = "info"
    CHAT = "chat"
    EMBEDDINGS = "embeddings"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Route:
    """A path that is served."""

    method: str
    operation: Operation
    dialect: Dialect
    deployment: str | None = None
    """Where the path names it; else the body's `model` does."""
    needs_api_version: bool = False
    key_as_bearer: bool = False
    """Whether a key may come as `Authorization: Bearer`."""


@dataclass(frozen=True, slots=True)
class Unmodelled:
    """A path that Azure serves and this emulator does not."""

    what: str


_CHAT, _EMBED, _INFO = Operation.CHAT, Operation.EMBEDDINGS, Operation.INFO

_SERVERLESS = {
    "info": Route("GET", _INFO, Dialect.SERVERLESS, key_as_bearer=True),
    "chat/completions": Route("POST", _CHAT, Dialect.SERVERLESS, key_as_bearer=True),
    "v1/chat/completions": Route("POST", _CHAT, Dialect.SERVERLESS, key_as_bearer=True),
    "embeddings": Route("POST", _EMBED, Dialect.SERVERLESS, key_as_bearer=True),
    "v1/embeddings": Route("POST", _EMBED, Dialect.SERVERLESS, key_as_bearer=True),
}

_FOUNDRY = {
    "models/chat/completions": Route("POST", _CHAT, Dialect.MODELS, needs_api_version=True),
    "models/embeddings": Route("POST", _EMBED, Dialect.MODELS, needs_api_version=True),
    "openai/v1/chat/completions": Route("POST", _CHAT, Dialect.OPENAI, key_as_bearer=True),
    "openai/v1/embeddings": Route("POST", _EMBED, Dialect.OPENAI, key_as_bearer=True),
    "openai/v1/models": Route("GET", Operation.LIST, Dialect.OPENAI, key_as_bearer=True),
}

_DEPLOYMENT = re.compile(r"openai/deployments/(?P<name>[^/]+)/(?P<rest>.+)", re.IGNORECASE)
_UNMODELLED = {
    "serverless": re.compile(r"(v1/)?(completions|images/.+|responses|score)"),
    "foundry": re.compile(
        r"models/images/.+|openai/v1/(responses|images|audio|completions|files|batches|fine_tuning|vector_stores|evals|"
        r"containers|conversations|realtime|videos|models/.+)(/.*)?|openai/(assistants|threads|files|batches|"
        r"fine_tuning|responses|models)(/.*)?|api/projects/.+|providers/.+|speechtotext/.+|contentsafety/.+|"
        r"language/.+|anthropic/.+"
    ),
    "deployment": re.compile(r"(completions|images/.+|audio/.+|responses|extensions/.+|realtime)"),
}
_DATE = re.compile(r"20\d\d-\d\d-\d\d(-preview)?")


def find(hosting: str, path: str) -> Route | Unmodelled | None:
    """Return what a path of a host means; None where Azure has nothing there either."""
    clean = "/".join(part for part in path.split("/") if part)
    low = clean.lower()
    if hosting == "serverless":
        table, unmodelled = _SERVERLESS, _UNMODELLED["serverless"]
    else:
        named = _DEPLOYMENT.fullmatch(clean)
        if named is not None:
            return _under_deployment(named["name"], named["rest"].lower())
        table, unmodelled = _FOUNDRY, _UNMODELLED["foundry"]
    if low in table:
        return table[low]
    return Unmodelled(f"the route `/{clean}`") if unmodelled.fullmatch(low) else None


def _under_deployment(name: str, rest: str) -> Route | Unmodelled | None:
    operation = {"chat/completions": _CHAT, "embeddings": _EMBED}.get(rest)
    if operation is not None:
        return Route("POST", operation, Dialect.OPENAI, deployment=name, needs_api_version=True)
    found = _UNMODELLED["deployment"].fullmatch(rest)
    return Unmodelled(f"the route `/openai/deployments/…/{rest}`") if found else None


def api_version_problem(route: Route, query: Mapping[str, str]) -> str | None:
    """Return `missing` or `unknown`; None where the api-version will do."""
    version = query.get("api-version")
    if version is None:
        return "missing" if route.needs_api_version else None
    if not route.needs_api_version:
        return None
    first = "2024-05-01" if route.dialect is Dialect.MODELS else "2022-12-01"
    return None if _DATE.fullmatch(version) and version[:10] >= first else "unknown"
