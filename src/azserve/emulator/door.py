"""One port for http and https: the first byte of a connection tells which of them it is.

Rejected: a second port, which one more setting would have to name. Peeking at the socket before asyncio has it would
be shorter and works with one kind of event loop only.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from typing import cast

_CLIENT_HELLO = 0x16
"""The type of a TLS handshake record; no HTTP method begins with it."""
PATIENCE_S = 75.0
"""How long somebody may stand at the door without a word."""


class Door(asyncio.Protocol):
    """Hands a connection to a protocol of `connect`, inside TLS where the client opens with a handshake.

    `waiting` holds the doors that nothing has come through yet, for who closes the server.
    """

    def __init__(self, connect: Callable[[], asyncio.Protocol], context: ssl.SSLContext, waiting: set[Door]) -> None:
        self._connect = connect
        self._context = context
        self._waiting = waiting
        self._loop = asyncio.get_running_loop()
        self._handshake: asyncio.Task[None] | None = None
        self._early = bytearray()
        """What arrived decrypted before the protocol was there to take it."""
        self._transport: asyncio.Transport
        self._patience: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first byte."""
        self._transport = cast(asyncio.Transport, transport)
        self._patience = self._loop.call_later(PATIENCE_S, self._transport.abort)
        self._waiting.add(self)

    def data_received(self, data: bytes) -> None:
        """Decide by the first byte; once a handshake is under way, keep what it lets through."""
        self._patience.cancel()
        if self._handshake is not None:
            self._early += data
        elif data[0] == _CLIENT_HELLO:
            self._handshake = self._loop.create_task(self._secure(data))
        else:
            self._hand_over(self._transport, data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody came through."""
        self._patience.cancel()
        self._waiting.discard(self)

    def close(self) -> None:
        """Close a connection that is still at the door."""
        self._transport.abort()

    def _hand_over(self, transport: asyncio.Transport, data: bytes) -> None:
        self._waiting.discard(self)
        protocol = self._connect()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        if data:
            protocol.data_received(data)

    async def _secure(self, hello: bytes) -> None:
        """Shake hands, with what was read already put back in front of what comes."""
        raw = self._transport
        raw.pause_reading()
        handshake = self._loop.create_task(self._loop.start_tls(raw, self, self._context, server_side=True))
        while not raw.is_reading() and not raw.is_closing():  # until asyncio's TLS protocol has taken its place
            await asyncio.sleep(0)
        below = cast(asyncio.BufferedProtocol, raw.get_protocol())
        with contextlib.suppress(OSError):  # also ssl.SSLError and TimeoutError: no client that we could tell
            if not raw.is_closing():
                _feed(below, hello)
            secured = await handshake
            if secured is not None:
                self._hand_over(secured, bytes(self._early))


def _feed(protocol: asyncio.BufferedProtocol, data: bytes) -> None:
    """Give a protocol bytes as its transport would."""
    left = memoryview(data)
    while left:
        room = protocol.get_buffer(len(left))
        count = min(len(room), len(left))  # type: ignore[arg-type]  # a Buffer that asyncio itself measures
        room[:count] = left[:count]  # type: ignore[index]
        protocol.buffer_updated(count)
        left = left[count:]
