"""Requests and answers in the form the rest of the emulator sees them: parsed, and free of the web framework."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""Parsed JSON. The emulator checks shapes where it reads them, as a service does, so the type says nothing."""


def encode(body: Json) -> bytes:
    """Return a body as JSON bytes; text that UTF-8 cannot hold goes out escaped."""
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(body, separators=(",", ":")).encode("ascii")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who signed in, out of a checked token."""

    object_id: str
    tenant: str
    audience: str
    kind: str
    """`ServicePrincipal` or `User`."""
    name: str = ""
    """Client id or user name; what `systemData.createdBy` shows."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, authenticated where its plane asks for that."""

    method: str
    path: str
    """Percent-decoded, as sent: clients spell ids in many ways, so compare in lower case."""
    query: Mapping[str, str]
    """Names in lower case (`api-version`, `$filter`)."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Json
    """Parsed JSON, None where there was no body."""
    base: str
    """Scheme, host and port as the client addressed them; what the emulator's own links start with."""
    principal: Principal | None = None

    @property
    def api_version(self) -> str | None:
        """The `api-version` asked for."""
        return self.query.get("api-version")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `body` None sends no body at all."""

    status: int
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StreamReply:
    """An answer in pieces, as server-sent events come. Each piece is the emulated seconds to wait, then the bytes.

    Pieces that somebody else has to be waited for come asynchronously.
    """

    status: int
    chunks: Iterable[tuple[float, bytes]] | AsyncIterator[tuple[float, bytes]]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LateReply:
    """An answer that waits for somebody else. `give` may take its time, and sees the World only between its waits."""

    give: Callable[[], Awaitable[Reply | StreamReply]]
    headers: Mapping[str, str] = field(default_factory=dict)
    """Added to those of the answer."""


class ArmError(Exception):
    """An error as ARM and its providers put it: `{"error": {"code", "message", "target", "details", …}}`.

    Raised anywhere below the app, which turns it into a Reply. `code` and wording are the cloud's; where they are
    not known from a recording or a published text, the place that raises says so with `inferred`.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str | None = None,
        details: Sequence[Json] = (),
        additional_info: Sequence[Json] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.details = tuple(details)
        self.additional_info = tuple(additional_info)
        self.headers = dict(headers or {})

    @property
    def error(self) -> dict[str, Json]:
        """The object under `error`."""
        body: dict[str, Json] = {"code": self.code, "message": self.message}
        if self.target is not None:
            body["target"] = self.target
        if self.details:
            body["details"] = list(self.details)
        if self.additional_info:
            body["additionalInfo"] = list(self.additional_info)
        return body

    def reply(self) -> Reply:
        """The answer to send."""
        return Reply(self.status, {"error": self.error}, self.headers)


def not_modelled(what: str) -> ArmError:
    """Refuse aloud what the emulator does not model; `what` names it as the caller would."""
    return ArmError(501, "NotModelledByEmulator", f"The azserve emulator does not model {what}.")
