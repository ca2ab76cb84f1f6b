"""The server: starting, stopping, refusing, and faults that only a socket shows."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from azserve.emulator.facts import all_facts
from azserve.emulator.protocol import LocalAzureProtocol
from azserve.emulator.server import Emulator, EmulatorError


@contextmanager
def _connection(emulator: Emulator) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(emulator.url.removeprefix("http://"), timeout=10)
    try:
        yield connection
    finally:
        connection.close()


def _ask(emulator: Emulator, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    with _connection(emulator) as connection:
        connection.request(method, path, None if body is None else json.dumps(body))
        answer = connection.getresponse()
        raw = answer.read()
        return answer.status, json.loads(raw) if raw else None


def test_it_says_what_to_set(emulator: Emulator) -> None:
    assert emulator.environment() == {
        "AZSERVE_CLOUD": "local",
        "AZSERVE_EMULATOR": emulator.url,
        "AZURE_SUBSCRIPTION_ID": emulator.subscription,
        "AZURE_TENANT_ID": emulator.tenant,
        "IDENTITY_ENDPOINT": f"{emulator.url}/msi/token",
        "IDENTITY_HEADER": emulator.identity_header,
    }
    assert emulator.url.startswith("http://127.0.0.1:")
    assert len(emulator.client_secret) == 40


def test_a_port_taken_is_said_with_the_next_move(emulator: Emulator) -> None:
    port = int(emulator.url.rpartition(":")[2])
    with pytest.raises(EmulatorError, match=f"port `{port}` of `127.0.0.1` is taken") as raised, Emulator(port=port):
        pass

    assert "--port" in raised.value.hint


def test_a_port_taken_stops_the_foreground_too(emulator: Emulator) -> None:
    with pytest.raises(EmulatorError, match="is taken"):
        Emulator(port=int(emulator.url.rpartition(":")[2])).serve_forever()


def test_an_address_of_another_machine_cannot_be_listened_on() -> None:
    with pytest.raises(EmulatorError, match="cannot listen on"), Emulator(host="192.0.2.1", allow_remote=True):
        pass


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.1", "example.com", "::"])
def test_it_does_not_listen_beyond_loopback_unless_told(host: str) -> None:
    with pytest.raises(EmulatorError, match="not a loopback address"):
        Emulator(host=host)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.2", "::1"])
def test_loopback_has_many_names(host: str) -> None:
    Emulator(host=host)


def test_everywhere_is_reached_by_loopback() -> None:
    lines: list[str] = []
    with Emulator(host="0.0.0.0", allow_remote=True, log=lines.append) as everywhere:
        assert _ask(everywhere, "GET", "/_emulator/health")[0] == 200
        assert lines == [f"emulator ready at {everywhere.url}"]


def test_an_unknown_scenario_is_said_before_anything_starts() -> None:
    with pytest.raises(EmulatorError, match="no-such"), Emulator(scenario="no-such"):
        pass


def test_what_does_not_run_has_no_address() -> None:
    idle = Emulator()
    for use in (lambda: idle.url, lambda: idle.client_id, idle.reset, idle.environment):
        with pytest.raises(EmulatorError, match="not running"):
            use()
    idle.stop()


def test_it_can_be_started_again() -> None:
    again = Emulator(speed=50)
    for _ in range(2):
        with again:
            assert _ask(again, "GET", "/_emulator/health")[1]["speed"] == 50


def test_it_runs_in_the_foreground_until_stopped() -> None:
    local, ready = Emulator(), threading.Event()
    thread = threading.Thread(target=lambda: local.serve_forever(ready=ready.set))
    thread.start()
    assert ready.wait(20)
    status = _ask(local, "GET", "/_emulator/health")[0]
    local.stop()
    thread.join(20)

    assert (status, thread.is_alive()) == (200, False)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_in_the_foreground(number: signal.Signals) -> None:
    code = "from azserve.emulator.server import Emulator as E; E().serve_forever(ready=lambda: print('up', flush=True))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        os.kill(process.pid, number)
        _, errors = process.communicate(timeout=20)

    assert (process.returncode, errors) == (0, b"")


def test_importing_it_imports_no_web_server() -> None:
    code = (
        "import azserve.emulator.server, sys; print([n for n in ('uvicorn', 'starlette', 'h11') if n in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("fault", [{"hang": True}, {"delay_ms": 3_600_000}])
def test_a_stalled_answer_does_not_hold_up_the_stop(fault: dict[str, Any]) -> None:
    local = Emulator()
    with local:
        _ask(local, "PUT", "/_emulator/faults", {"rules": [fault]})
        connection = http.client.HTTPConnection(local.url.removeprefix("http://"), timeout=20)
        connection.request("GET", "/subscriptions")
        while not _ask(local, "GET", "/_emulator/requests")[1]["value"]:
            pass
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        connection.getresponse()
    connection.close()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_reset_is_a_reset(emulator: Emulator, when: str) -> None:
    _ask(emulator, "PUT", "/_emulator/faults", {"rules": [{"reset": when}]})

    with pytest.raises(ConnectionResetError):
        _ask(emulator, "GET", "/subscriptions")


def test_a_truncated_answer_is_seen_as_incomplete(emulator: Emulator) -> None:
    _ask(emulator, "PUT", "/_emulator/faults", {"rules": [{"truncate_after_bytes": 10}]})

    with pytest.raises(http.client.IncompleteRead) as raised:
        _ask(emulator, "GET", "/subscriptions")
    assert len(raised.value.partial) == 10


def test_a_hang_outlasts_the_clients_patience(emulator: Emulator) -> None:
    _ask(emulator, "PUT", "/_emulator/faults", {"rules": [{"hang": True}]})
    with _connection(emulator) as connection:
        connection.timeout = 0.2
        connection.request("GET", "/subscriptions")
        with pytest.raises(TimeoutError):
            connection.getresponse()


@pytest.mark.parametrize(
    "junk", [b"\x16\x03\x01\x02\x00\x01\xfc\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n" + b"x" * 10]
)
def test_what_is_not_http_harms_nothing(emulator: Emulator, junk: bytes) -> None:
    with socket.create_connection(("127.0.0.1", int(emulator.url.rpartition(":")[2])), timeout=10) as raw:
        raw.sendall(junk)
        assert raw.recv(100).startswith(b"HTTP/1.1 4")

    assert _ask(emulator, "GET", "/_emulator/health")[0] == 200


def test_headers_without_end_are_refused(emulator: Emulator) -> None:
    with socket.create_connection(("127.0.0.1", int(emulator.url.rpartition(":")[2])), timeout=10) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 200_000)
        assert raw.recv(100).startswith(b"HTTP/1.1 4")


def test_a_head_sent_too_slowly_is_given_up(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalAzureProtocol, "head_timeout_s", 0.05)
    with socket.create_connection(("127.0.0.1", int(emulator.url.rpartition(":")[2])), timeout=10) as raw:
        raw.sendall(b"GET /_emulator/health HTTP/1.1\r\nHost: x\r\nA:")
        assert raw.recv(100).startswith(b"HTTP/1.1 408")


def test_a_head_in_pieces_is_still_a_head(emulator: Emulator) -> None:
    with socket.create_connection(("127.0.0.1", int(emulator.url.rpartition(":")[2])), timeout=10) as raw:
        raw.sendall(b"GET /_emulator/health HT")
        raw.sendall(b"TP/1.1\r\nHost: x\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 200")


def test_every_guess_is_listed() -> None:
    facts = all_facts()

    assert {"arm.groups.delete", "identity.tokens.order", "arm.paging.full-page"} <= set(facts)
    assert all(one.what and one.because for one in facts.values())
