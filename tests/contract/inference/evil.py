"""A server on loopback that answers with whatever bytes it is told to, at whatever pace, whether HTTP or not."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

TLS_HANDSHAKE = b"\x16\x03"

Script = Callable[["Caller"], None]


@dataclass
class Caller:
    """One connection: its request, and the way back."""

    connection: socket.socket
    head: str
    body: bytes
    released: threading.Event

    def send(self, *parts: bytes) -> None:
        """Send bytes, each part by itself."""
        for part in parts:
            self.connection.sendall(part)

    def stall(self) -> None:
        """Say nothing until the test is over."""
        self.released.wait(30)


@dataclass
class EvilServer:
    """Follows one script for every connection. A context manager."""

    script: Script
    tls: ssl.SSLContext | None = None
    requests: list[tuple[str, bytes]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._released = threading.Event()
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._released.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(5)
        for thread in self._threads:
            thread.join(5)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        # A client that has had enough hangs up, as some of these tests want it to.
        with connection, contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                with self.tls.wrap_socket(connection, server_side=True) as wrapped:
                    self._answer(wrapped)
            else:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        head, body = _request(connection)
        self.requests.append((head, body))
        self.script(Caller(connection, head, body, self._released))


def _request(connection: socket.socket) -> tuple[str, bytes]:
    received = b""
    while b"\r\n\r\n" not in received and not received.startswith(TLS_HANDSHAKE):
        part = connection.recv(65536)
        if not part:
            return received.decode(errors="replace"), b""
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head.decode(errors="replace"), body


def head(status: str = "200 OK", **headers: str) -> bytes:
    """Return the head of a response that ends with its connection."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\nconnection: close\r\n{lines}\r\n".encode()


def chunked(*parts: bytes) -> Iterator[bytes]:
    """Yield parts as HTTP chunks, without the one that ends them."""
    for part in parts:
        yield f"{len(part):x}\r\n".encode() + part + b"\r\n"


STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
