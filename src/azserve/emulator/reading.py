"""A request as the web server has it, turned into a Call: limits first, then form."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from azserve.emulator.kernel.wire import ArmError, Call, Json
from azserve.emulator.relaxed import parse_relaxed

MOST_BODY_BYTES = 32 * 1024 * 1024
"""Enough for a chat with pictures in it."""
MOST_ARM_BYTES = 4 * 1024 * 1024
"""What ARM takes in one request; documented as the limit of a template with its resources, 2025."""
DEEPEST_JSON = 128
MOST_HEADERS = 200
"""Far more than any client sends; each of them is kept while a request is answered."""
BODY_TIMEOUT_S = 60.0
"""For the whole of a body: a sender that drips byte by byte would otherwise hold its place for ever."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]


class ClientGone(Exception):
    """The client hung up before its request was complete."""


async def read_body(scope: Scope, receive: Receive, *, most: int = MOST_BODY_BYTES) -> bytes:
    """Return the whole body. ArmError 413 beyond `most` bytes, 408 for a sender too slow; ClientGone if it hung up.

    Also ArmError 431 for too many headers.
    """
    if len(scope["headers"]) > MOST_HEADERS:
        raise ArmError(431, "RequestHeaderFieldsTooLarge", f"A request may have {MOST_HEADERS} headers.")
    headers = dict(scope["headers"])
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced[:20]) > most:
        raise _too_large(most)
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            return await _gathered(receive, most)
    except TimeoutError as error:
        raise ArmError(408, "RequestTimeout", "The request body did not arrive in time.") from error


async def _gathered(receive: Receive, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise _too_large(most)
        if not message.get("more_body"):
            return b"".join(parts)


def read_path(scope: Scope) -> str:
    """Return the decoded path; ArmError 400 where it is not UTF-8 or holds control characters."""
    try:
        path = unquote_to_bytes(scope["raw_path"]).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ArmError(400, "BadRequest", "The path of the request is not valid UTF-8.") from error
    if _CONTROL.search(path):
        raise ArmError(400, "BadRequest", "The path of the request holds control characters.")
    return path


def read_query(scope: Scope) -> dict[str, str]:
    """Return the query, names in lower case, the first of equal names."""
    query: dict[str, str] = {}
    for name, value in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True):
        query.setdefault(name.lower(), value)
    return query


def read_base(scope: Scope) -> str:
    """Return scheme, host and port as the client wrote them; a strange `Host` is replaced by the socket's own."""
    said = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    if not _HOST.fullmatch(said):
        host, port = scope["server"]
        said = f"{host}:{port}"
    return f"{scope['scheme']}://{said}"


def make_call(scope: Scope, path: str, raw: bytes) -> Call:
    """Put a Call together; ArmError where the body is not what its content type says."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    return Call(
        method=scope["method"].upper(),
        path=path,
        query=read_query(scope),
        headers=headers,
        body=_parse(raw, headers.get("content-type", ""), relaxed=not path.startswith("/_")),
        base=read_base(scope),
    )


def parse_json(raw: bytes, *, relaxed: bool = False) -> Json:
    """Return the value of a JSON text; ArmError 400 for bad UTF-8, no JSON, and nesting beyond reason.

    `relaxed` reads what ARM reads beyond the standard.
    """
    try:
        value = _loads(raw.decode("utf-8-sig"), relaxed=relaxed)
    except UnicodeDecodeError as error:
        raise _not_json("the body is not valid UTF-8") from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise _not_json(str(error)) from error
    if _depth_exceeds(value, DEEPEST_JSON):
        raise _too_deep()
    return value


def _loads(text: str, *, relaxed: bool) -> Json:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except ValueError as error:
        if not relaxed or len(text) > MOST_ARM_BYTES:
            raise
        try:
            return parse_relaxed(text, _refuse_constant)
        except ValueError:
            raise error from None  # the place in the text as it was sent


def _parse(raw: bytes, content_type: str, *, relaxed: bool) -> Json:
    if not raw.strip():
        return None
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return raw.decode("latin-1")
    if kind in {"", "text/json"} or kind.endswith(("/json", "+json")):
        return parse_json(raw, relaxed=relaxed)
    raise ArmError(
        415,
        "UnsupportedMediaType",
        f"The content media type '{kind[:80]}' is not supported. Only 'application/json' is supported.",
    )


def _depth_exceeds(value: Json, limit: int) -> bool:
    """Look level by level, so that our own stack is not what gives way."""
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True


def _refuse_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")


def _not_json(why: str) -> ArmError:
    return ArmError(
        400, "InvalidRequestContent", f"The request content was invalid and could not be deserialized: '{why[:300]}'."
    )


def _too_deep() -> ArmError:
    return _not_json(f"the JSON is nested more than {DEEPEST_JSON} levels deep")


def _too_large(most: int) -> ArmError:
    return ArmError(
        413, "RequestContentTooLarge", f"The request content size exceeds the maximum size of {most >> 20} MB."
    )
