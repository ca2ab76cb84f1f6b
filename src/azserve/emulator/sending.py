"""An answer put on the wire, with whatever a fault rule does to it on the way."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from azserve.emulator.faults import Fault, Reset
from azserve.emulator.kernel.clock import Clock
from azserve.emulator.kernel.wire import Json, Reply, StreamReply, encode
from azserve.emulator.reading import Receive

Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Wire:
    """One connection, while it waits for an answer."""

    receive: Receive
    send: Send
    transport: asyncio.Transport | None
    """The socket below, to cut it; None where there is none (tests without a server)."""
    head_only: bool
    """The request was a HEAD: headers, no body."""


def apply(fault: Fault, answer: Reply | StreamReply) -> Reply | StreamReply:
    """Return the answer with the fault's headers and body in place of its own."""
    if not fault.headers and not fault.has_body:
        return answer
    headers = {
        **{name: value for name, value in answer.headers.items() if not _named(name, fault.headers)},
        **fault.headers,
    }
    if fault.has_body:
        return Reply(answer.status, fault.body, headers)
    if isinstance(answer, StreamReply):
        return StreamReply(answer.status, answer.chunks, headers)
    return Reply(answer.status, answer.body, headers)


def made_by(fault: Fault) -> Reply:
    """Return the answer of a fault that answers by itself."""
    status = fault.status or 500
    body = fault.body
    if not fault.has_body and status >= 400:
        body = {"error": {"code": _CODES.get(status, "InjectedFault"), "message": f"Injected fault: HTTP {status}."}}
    return Reply(status, body, fault.headers)


_CODES = {
    401: "InvalidAuthenticationToken",
    403: "AuthorizationFailed",
    404: "ResourceNotFound",
    409: "Conflict",
    429: "TooManyRequests",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


async def deliver(wire: Wire, answer: Reply | StreamReply, fault: Fault, clock: Clock) -> None:
    """Send an answer; a fault may cut it short, hold it back or never let it end."""
    if fault.reset is Reset.AFTER:
        await cut(wire, hard=True)
        return
    gone = asyncio.ensure_future(_disconnected(wire.receive))
    try:
        if isinstance(answer, StreamReply):
            await _send_pieces(wire, answer.status, answer.headers, answer.chunks, fault, clock, gone)
        else:
            await _send_whole(wire, answer, fault, clock, gone)
    finally:
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone


async def cut(wire: Wire, *, hard: bool) -> None:
    """Close the connection: `hard` resets it at once, otherwise what was sent still arrives."""
    transport = wire.transport
    if transport is None:
        return
    if hard:
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()
    await _disconnected(wire.receive)


async def hang(wire: Wire) -> None:
    """Answer nothing until the client gives up."""
    await _disconnected(wire.receive)


async def _send_whole(wire: Wire, answer: Reply, fault: Fault, clock: Clock, gone: asyncio.Future[None]) -> None:
    body, kind = _payload(answer.body)
    sent = b"" if wire.head_only or answer.status in {204, 304} else body
    headers = dict(answer.headers)
    if sent and not _named("content-type", headers):
        headers["Content-Type"] = kind
    if fault.stall_after_chunks is not None:
        await _send_pieces(wire, answer.status, headers, [(0.0, sent)], fault, clock, gone)
        return
    if answer.status not in {204, 304} and not _named("content-length", headers):
        headers["Content-Length"] = str(len(sent))
    await wire.send({"type": "http.response.start", "status": answer.status, "headers": _raw(headers)})
    limit = fault.truncate_after_bytes
    if limit is not None and limit < len(sent):
        await wire.send({"type": "http.response.body", "body": sent[:limit], "more_body": True})
        await cut(wire, hard=False)
        return
    await wire.send({"type": "http.response.body", "body": sent})


async def _send_pieces(
    wire: Wire,
    status: int,
    headers: Mapping[str, str],
    pieces: Iterable[tuple[float, bytes]] | AsyncIterator[tuple[float, bytes]],
    fault: Fault,
    clock: Clock,
    gone: asyncio.Future[None],
) -> None:
    await wire.send({"type": "http.response.start", "status": status, "headers": _raw(headers)})
    left, count = fault.truncate_after_bytes, 0
    async for delay_s, piece in _as_they_come(pieces, gone):
        if fault.stall_after_chunks is not None and count >= fault.stall_after_chunks:
            break
        count += 1
        if delay_s > 0:
            await asyncio.wait([gone], timeout=clock.wall(delay_s))
        if gone.done():
            return
        if left is not None and len(piece) >= left:
            await wire.send({"type": "http.response.body", "body": piece[:left], "more_body": True})
            await cut(wire, hard=False)
            return
        left = None if left is None else left - len(piece)
        await wire.send({"type": "http.response.body", "body": piece, "more_body": True})
    if fault.stall_after_chunks is not None:
        await gone
    if not gone.done():
        await wire.send({"type": "http.response.body", "body": b""})


async def _as_they_come(
    pieces: Iterable[tuple[float, bytes]] | AsyncIterator[tuple[float, bytes]], gone: asyncio.Future[None]
) -> AsyncIterator[tuple[float, bytes]]:
    """Yield the pieces; those that are waited for end when the client has gone."""
    if not isinstance(pieces, AsyncIterator):
        for ready in pieces:
            yield ready
        return
    while True:
        coming = asyncio.ensure_future(anext(pieces, None))
        awaited: set[asyncio.Future[Any]] = {coming, gone}
        await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            coming.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await coming
            return
        piece = coming.result()
        if piece is None:
            return
        yield piece


def _payload(body: Json) -> tuple[bytes, str]:
    if body is None:
        return b"", ""
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        return body.encode("utf-8", "replace"), "text/plain; charset=utf-8"
    return encode(body), "application/json; charset=utf-8"


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _named(name: str, headers: Mapping[str, str]) -> bool:
    return any(name.lower() == known.lower() for known in headers)


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as the server takes them; a line break in a value must not become a header of its own."""
    return [
        (
            name.lower().encode("ascii", "replace"),
            value.replace("\r", " ").replace("\n", " ").encode("latin-1", "replace"),
        )
        for name, value in headers.items()
    ]
