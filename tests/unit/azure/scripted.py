"""Azure without a socket: an adapter that answers requests from a script, below the real SDKs."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from azure.core.credentials import AccessToken
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from azserve.azure.connection import Azure
from azserve.azure.pipeline import Patience
from azserve.model.settings import Cloud, CloudSettings

MANAGER = "https://management.azure.com"
SUBSCRIPTION = "00000000-0000-0000-0000-00000000000a"
AT_ONCE = Patience(first_pause_s=0.0, longest_pause_s=0.0, poll_exactly_s=0.0, tries=3)


@dataclass(frozen=True)
class Asked:
    """A request as it reached the other side."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Answer:
    """What to answer. A body that is bytes goes out as it is; an exception is raised in the place of an answer."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raises: Exception | None = None


Reaction = Answer | Callable[[Asked], Answer]


class ScriptedAdapter(HTTPAdapter):
    """Answers by method and path, without regard to case; several answers come one after another, the last again."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Asked] = []
        self._script: dict[tuple[str, str], list[Reaction]] = {}
        self._lock = threading.Lock()

    def on(self, method: str, path: str, *answers: Reaction) -> ScriptedAdapter:
        """Add answers for a path."""
        self._script.setdefault((method, path.lower()), []).extend(answers)
        return self

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """Answer one request."""
        url = urlsplit(request.url or "")
        text = request.body if isinstance(request.body, str | bytes) else None
        asked = Asked(
            str(request.method),
            unquote(url.path),
            dict(parse_qsl(url.query)),
            {name.lower(): str(value) for name, value in request.headers.items()},
            json.loads(text) if text else None,
        )
        with self._lock:
            self.asked.append(asked)
            reactions = self._script.get((asked.method, asked.path.lower()))
            if not reactions:
                error = {"code": "ResourceNotFound", "message": f"nothing scripted for {asked.method} {asked.path}"}
                reactions = [Answer(404, {"error": error})]
            reaction = reactions.pop(0) if len(reactions) > 1 else reactions[0]
        answer = reaction(asked) if callable(reaction) else reaction
        if answer.raises is not None:
            raise answer.raises
        return self.build_response(request, _wire(answer))

    def paths(self, method: str) -> list[str]:
        """The paths asked with a method, in order."""
        return [asked.path for asked in self.asked if asked.method == method]


def _wire(answer: Answer) -> HTTPResponse:
    body = answer.body
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **answer.headers}
    return HTTPResponse(body=BytesIO(data), headers=headers, status=answer.status, preload_content=False)


class FixedToken:
    """A credential that always has a token, and counts how often it was asked."""

    def __init__(self, expires_on: int = 4_000_000_000) -> None:
        self.asked = 0
        self._expires_on = expires_on

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.asked += 1
        return AccessToken(f"token-for-{scopes[0]}", self._expires_on)


def azure_with(adapter: ScriptedAdapter, *, manager: str = MANAGER, patience: Patience = AT_ONCE) -> Azure:
    """Return a signed-in cloud whose requests end at the adapter."""
    cloud = CloudSettings(Cloud.PUBLIC, manager, MANAGER)
    return Azure(cloud, FixedToken(), patience=patience, adapter=adapter)


def error(code: str, message: str = "m", status: int = 400) -> Answer:
    """An error of ARM."""
    return Answer(status, {"error": {"code": code, "message": message}})
