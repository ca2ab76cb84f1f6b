"""What listens: uvicorn's HTTP protocol under a loop of our own.

Rejected: `uvicorn.Server`. It wakes ten times a second, ends the process when the port is taken, and takes a moment to
stop; the emulator should idle at no cost, say what is wrong, and come and go quickly in tests.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from azserve.emulator.app import LocalAzureApp
from azserve.emulator.door import Door

GRACE_S = 1.0
"""How long answers under way may take once it is told to stop; a stalled stream would hold it for ever."""
_KEEP_ALIVE_S = 75


class LocalAzureProtocol(H11Protocol):
    """Tells the application which transport a request came over, so that a fault rule can cut it.

    Gives up on a client that says nothing, or sends the head of its request too slowly; bodies are timed by the
    application.
    """

    head_timeout_s = 30.0
    silence_s = float(_KEEP_ALIVE_S)
    _too_slow: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Put the transport where the request's scope takes its state from."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}
        self.timeout_keep_alive_task = self.loop.call_later(self.silence_s, self.timeout_keep_alive_handler)

    def data_received(self, data: bytes) -> None:
        """Time the head of a request from its first byte to its last."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_timing()
        elif self._too_slow is None:
            self._too_slow = self.loop.call_later(self.head_timeout_s, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the time limit with the connection."""
        self._stop_timing()
        super().connection_lost(exc)

    def _stop_timing(self) -> None:
        if self._too_slow is not None:
            self._too_slow.cancel()
            self._too_slow = None

    def _give_up(self) -> None:
        self.transport.write(b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        self.transport.close()


async def listen(
    app: LocalAzureApp,
    *,
    host: str,
    port: int,
    ready: Callable[[int], None],
    stop: asyncio.Event,
    tls: ssl.SSLContext | None = None,
) -> None:
    """Serve until `stop` is set; `ready` gets the port. OSError where the address cannot be had.

    With `tls` the port answers https as well as http.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        app,
        http=LocalAzureProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
    )
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()

    def connect() -> LocalAzureProtocol:
        return LocalAzureProtocol(config=config, server_state=state, app_state={}, _loop=loop)

    doors: set[Door] = set()
    answering = connect if tls is None else lambda: Door(connect, tls, doors)
    listener = await loop.create_server(answering, host=host, port=port, backlog=2048)
    try:
        ready(listener.sockets[0].getsockname()[1])
        await stop.wait()
    finally:
        await asyncio.sleep(0)  # a connection just accepted gets its transport in the next turn of the loop,
        listener.close()
        await asyncio.sleep(0)  # and its protocol in the one after that
        for door in list(doors):
            door.close()
        await _end(state)


async def _end(state: ServerState) -> None:
    """Let what is being answered finish, then close every connection, and cancel what does not notice."""
    for connection in list(state.connections):
        connection.shutdown()
    tasks = set(state.tasks)
    if tasks:
        await asyncio.wait(tasks, timeout=GRACE_S)
    for connection in list(state.connections):
        connection.transport.abort()
    late = {task for task in tasks if not task.done()}
    if late:
        await asyncio.wait(late, timeout=GRACE_S / 10)
    for task in late:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
