"""http and https on one port, and the certificates that clients are shown."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from azserve.emulator.server import Emulator, EmulatorError


@pytest.fixture(scope="module")
def secured() -> Iterator[Emulator]:
    with Emulator(tls=True) as running:
        yield running


def _trusting(emulator: Emulator) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(emulator.ca_file))


def _where(emulator: Emulator) -> tuple[str, int]:
    parts = urlsplit(emulator.tls_url)
    return str(parts.hostname), int(parts.port or 0)


def _health(connection: http.client.HTTPConnection) -> str:
    try:
        connection.request("GET", "/_emulator/health")
        return str(json.loads(connection.getresponse().read())["status"])
    finally:
        connection.close()


def _is_well(emulator: Emulator) -> bool:
    host, port = _where(emulator)
    return _health(http.client.HTTPSConnection(host, port, context=_trusting(emulator), timeout=10)) == "ok"


def test_one_port_answers_http_and_https(secured: Emulator) -> None:
    host, port = _where(secured)

    assert _health(http.client.HTTPConnection(host, port, timeout=10)) == "ok"
    assert _is_well(secured)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_its_certificate_is_good_for_every_name_of_loopback(secured: Emulator, name: str) -> None:
    with (
        socket.create_connection(_where(secured), timeout=10) as raw,
        _trusting(secured).wrap_socket(raw, server_hostname=name) as shaken,
    ):
        assert shaken.version() in {"TLSv1.2", "TLSv1.3"}


def test_addresses_that_it_hands_out_are_those_of_the_asking_scheme(secured: Emulator) -> None:
    host, port = _where(secured)
    connection = http.client.HTTPSConnection(host, port, context=_trusting(secured), timeout=10)
    connection.request("GET", "/metadata/endpoints?api-version=2022-09-01")
    cloud = json.loads(connection.getresponse().read())
    connection.close()

    assert cloud["resourceManager"] == f"{secured.tls_url}/"


def test_a_handshake_in_many_small_pieces_is_a_handshake(secured: Emulator) -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = _trusting(secured).wrap_bio(incoming, outgoing, server_hostname="localhost")
    with socket.create_connection(_where(secured), timeout=10) as raw:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            try:
                client.do_handshake()
            except ssl.SSLWantReadError:
                hello = outgoing.read()
                for start in range(0, len(hello), 40):
                    raw.sendall(hello[start : start + 40])
                incoming.write(raw.recv(65536))
            else:
                break

    assert client.version() is not None


@pytest.mark.parametrize(
    "garbage", [b"\x16", b"\x16" * 64, b"\x16\x03\x01\x00\x05hello", b"\x00\x00\x00", b"\x16\x03\x03\xff\xff"]
)
def test_a_broken_handshake_harms_nobody_else(secured: Emulator, garbage: bytes) -> None:
    with socket.create_connection(_where(secured), timeout=10) as raw:
        raw.sendall(garbage)

    assert _is_well(secured)


def test_a_client_that_does_not_trust_it_is_told_by_its_own_library(secured: Emulator) -> None:
    host, port = _where(secured)
    connection = http.client.HTTPSConnection(host, port, context=ssl.create_default_context(), timeout=10)
    with pytest.raises(ssl.SSLCertVerificationError):
        connection.request("GET", "/_emulator/health")
    connection.close()

    assert _is_well(secured)


def test_many_clients_of_both_kinds_at_once_are_all_answered(secured: Emulator) -> None:
    host, port = _where(secured)
    context = _trusting(secured)
    answered: list[str] = []

    def ask(number: int) -> None:
        plain = http.client.HTTPConnection(host, port, timeout=10)
        answered.append(
            _health(plain if number % 2 else http.client.HTTPSConnection(host, port, context=context, timeout=10))
        )

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answered == ["ok"] * 24


def test_it_says_what_else_to_set(secured: Emulator) -> None:
    found = secured.environment()

    assert found["AZSERVE_EMULATOR"] == secured.url
    assert found["AZSERVE_EMULATOR_TLS"] == found["AZURE_AUTHORITY_HOST"] == secured.tls_url
    assert found["ARM_CLOUD_METADATA_URL"].startswith(f"{secured.tls_url}/metadata/endpoints?")
    assert found["REQUESTS_CA_BUNDLE"] == found["SSL_CERT_FILE"] == found["CURL_CA_BUNDLE"]
    assert "AZURE_CLIENT_SECRET" not in found
    assert "collect_telemetry = no" in (Path(found["AZURE_CONFIG_DIR"]) / "config").read_text()


def test_the_bundle_holds_what_was_trusted_before(tmp_path: Path) -> None:
    company = tmp_path / "company.pem"
    company.write_text("-- the company's --\n")
    with Emulator(tls=True, roots=company) as running:
        bundle = Path(running.environment()["REQUESTS_CA_BUNDLE"]).read_text()

        assert bundle == running.ca_file.read_text() + "\n-- the company's --\n"


def test_a_bundle_that_is_not_there_is_no_reason_to_fail(tmp_path: Path) -> None:
    with Emulator(tls=True, roots=tmp_path / "gone.pem") as running:
        assert Path(running.environment()["SSL_CERT_FILE"]).read_text().strip() == running.ca_file.read_text().strip()


def test_its_folder_goes_when_it_stops_and_was_closed_to_others() -> None:
    with Emulator(tls=True) as running:
        folder = running.ca_file.parent
        mode = folder.stat().st_mode & 0o077

    assert mode == 0
    assert not folder.exists()


def test_it_stops_though_a_connection_is_still_silent() -> None:
    running = Emulator(tls=True)
    running.start()
    with socket.create_connection(_where(running), timeout=10) as silent:
        running.stop()

        assert silent.recv(1) == b""


def test_without_tls_there_is_no_https_address() -> None:
    with Emulator() as running, pytest.raises(EmulatorError, match="does not speak TLS") as raised:
        print(running.tls_url)

    assert "--tls" in raised.value.hint
