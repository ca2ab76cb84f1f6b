"""Malformed and hostile requests over a socket: each gets an error, and the next client is served as ever."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator

import httpx2
import pytest

from azserve.emulator import door
from azserve.emulator.protocol import LocalAzureProtocol
from azserve.emulator.server import Emulator

GROUP = "/subscriptions/5eeda25e-0000-4000-8000-000000000001/resourceGroups/rg?api-version=2021-04-01"


def _send(emulator: Emulator, *pieces: bytes) -> bytes:
    """Send bytes as they are; return what comes back until the connection ends or the answer is whole."""
    with socket.create_connection(("127.0.0.1", int(emulator.url.rpartition(":")[2])), timeout=10) as raw:
        for piece in pieces:
            try:
                raw.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                break
        answer = b""
        while True:
            try:
                got = raw.recv(65_536)
            except (ConnectionResetError, TimeoutError):
                return answer
            answer += got
            if not got or b"\r\n\r\n" in answer:
                return answer


def _status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


@pytest.fixture(autouse=True)
def still_serving(emulator: Emulator) -> Iterator[None]:
    """Whatever was sent, the emulator answers the next one and holds nothing it did not hold before."""
    yield
    health = httpx2.get(f"{emulator.url}/_emulator/health").json()
    assert (health["status"], health["resources"]) == ("ok", 0)


def _connected(emulator: Emulator) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(emulator.url.rpartition(":")[2])), timeout=10)


def _put(body: bytes, *, length: int | None = None, path: str = GROUP) -> bytes:
    head = f"PUT {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length or len(body)}"
    return head.encode() + b"\r\nconnection: close\r\n\r\n" + body


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (_put(b"{}", length=1 << 40), 413),
        (_put(b"[" * 100_000 + b"]" * 100_000), 400),
        (_put(b'{"a":' * 500 + b"1" + b"}" * 500), 400),
        (_put(b'{"location": "\xff\xfe"}'), 400),
        (_put(b'{"location": NaN}'), 400),
        (_put(b"{} trailing"), 400),
        (_put(b"{}", path="/subscriptions/%ff%fe/resourceGroups/x?api-version=2021-04-01"), 400),
        (_put(b"{}", path="/subscriptions/x%00y?api-version=2021-04-01"), 400),
        (_put(b"{}", path="/_hosts/../../etc/passwd"), 404),
        (_put(b"{}", path="/_hosts/%2e%2e%2f%2e%2e%2fetc/passwd"), 404),
        (b"GET /\x00 HTTP/1.1\r\nhost: x\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 200_000 + b"\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: -5\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 401),
        (b"POST /_emulator/reset HTTP/1.1\r\nhost: x\r\norigin: https://evil.example\r\n\r\n", 403),
        (b"GET / HTTP/1.1\r\nhost: x\r\n" + b"".join(b"x-%d: y\r\n" % n for n in range(5_000)) + b"\r\n", 431),
        (b"PUT / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n", 400),
        (b"PUT / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1;" + b"a" * 200_000 + b"\r\n", 400),
        (b"PUT / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
        (b"PUT / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}x", 400),
        (b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", 401),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 405),
        (b"CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example:443\r\n\r\n", 405),
        (_put(b"{}", path="/subscriptions/%252e%252e/%252e%252e/_emulator/requests?api-version=2021-04-01"), 401),
        (_put(b"{}", path="/subscriptions/a%0d%0aset-cookie:b?api-version=2021-04-01"), 400),
        (_put(b"{}", path="/subscriptions/" + "a" * 1_000_000), 400),
    ],
    ids=[
        "announced-1-TB", "deep-lists", "deep-objects", "not-utf-8", "nan", "trailing", "path-not-utf-8", "path-nul",
        "path-up", "path-up-encoded", "nul-in-line", "no-http", "endless-header", "negative-length", "two-lengths",
        "foreign-page", "header-bomb", "negative-chunk", "endless-chunk-extension", "coded-twice",
        "two-different-lengths", "two-hosts", "websocket", "http-2", "tunnel", "path-up-twice-encoded",
        "header-in-path", "endless-path",
    ],
)  # fmt: skip
def test_a_hostile_request_gets_an_error(emulator: Emulator, request_: bytes, status: int) -> None:
    assert _status(_send(emulator, request_)) == status


def test_a_body_that_never_ends_is_refused(emulator: Emulator) -> None:
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    head = f"PUT {GROUP} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".encode()

    assert _status(_send(emulator, head, *[chunk] * 34)) in (413, 0)


def test_arm_takes_less_in_one_request_than_a_model_does(emulator: Emulator) -> None:
    body = b'{"location": "' + b"x" * (4 << 20) + b'"}'

    assert _status(_send(emulator, _put(body))) == 413
    assert _status(_send(emulator, _put(body, path="/_hosts/nobody.services.ai.azure.com/models/info"))) == 404


def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind(emulator: Emulator) -> None:
    for cut in (1, 20, 120):
        with socket.create_connection(("127.0.0.1", int(emulator.url.rpartition(":")[2]))) as raw:
            raw.sendall(_put(json.dumps({"location": "eastus2"}).encode())[:-cut])


def test_an_answer_to_each_of_many_requests_sent_at_once(emulator: Emulator) -> None:
    with _connected(emulator) as raw:
        raw.sendall(b"GET /_emulator/health HTTP/1.1\r\nhost: x\r\n\r\n" * 300)
        got = b""
        while got.count(b"HTTP/1.1 200") < 300:
            part = raw.recv(65_536)
            assert part, got.count(b"HTTP/1.1 200")
            got += part


def test_many_who_only_hold_the_line_keep_nobody_from_being_answered(emulator: Emulator) -> None:
    with contextlib.ExitStack() as held:
        for number in range(300):
            raw = held.enter_context(_connected(emulator))
            raw.sendall(
                [b"", b"GET / HTTP/1.1\r\nhost:", b"GET /_emulator/requests HTTP/1.1\r\nhost: x\r\n\r\n"][number % 3]
            )

        assert httpx2.get(f"{emulator.url}/_emulator/health").status_code == 200


def test_who_says_nothing_is_hung_up_on(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalAzureProtocol, "silence_s", 0.05)

    with _connected(emulator) as raw:
        assert raw.recv(1) == b""


def test_who_says_nothing_at_the_door_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "PATIENCE_S", 0.05)

    with Emulator(tls=True) as secured, _connected(secured) as raw, contextlib.suppress(ConnectionResetError):
        assert raw.recv(1) == b""
