"""What no server should do, over real sockets: each ends in an answer or in one error of ours, and in time."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from tests.contract.inference.evil import LAST_CHUNK, STREAM_HEAD, Caller, EvilServer, Script, chunked, head
from tests.unit.inference.endpoints import KEY, asked, keys, serverless

from azserve.errors import SignInError
from azserve.inference import ModelDoor
from azserve.inference.exchange import Timeouts
from azserve.model.chat import AnswerDelta, ChatAnswer, StreamEnd, StreamEvent
from azserve.model.endpoint import EndpointKeys
from azserve.model.secret import Secret
from azserve.verifying.ports import BrokenAnswer, ModelClient, ModelError, TooSlow, Unauthorised, Unreachable

QUICK = Timeouts(connect_s=0.5, read_s=0.2, total_s=0.5)
FINITE = Timeouts(connect_s=5.0, read_s=5.0, total_s=0.3)
PATIENT = Timeouts(connect_s=5.0, read_s=5.0, total_s=20.0)


@contextmanager
def speaking_to(script: Script, timeouts: Timeouts = PATIENT) -> Iterator[tuple[ModelClient, EvilServer]]:
    """Yield a client of a server that follows a script."""
    with EvilServer(script) as server:
        endpoint = serverless(uri=server.url)
        with ModelDoor(keys, timeouts=timeouts).open(endpoint) as client:
            yield client, server


def said(*contents: str, finish: str | None = "stop") -> list[bytes]:
    """Return the events of a stream that says this."""
    chunks: list[object] = [{"choices": [{"delta": {"content": each}, "finish_reason": None}]} for each in contents]
    chunks.append({"model": "DeepSeek-R1", "choices": [{"delta": {"content": ""}, "finish_reason": finish}]})
    return [b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks] + [b"data: [DONE]\n\n"]


def the_end_of(events: Iterator[StreamEvent]) -> ChatAnswer:
    *_, end = events
    assert isinstance(end, StreamEnd)
    return end.answer


def error_of(script: Script, timeouts: Timeouts = PATIENT, *, stream: bool = True) -> ModelError:
    with speaking_to(script, timeouts) as (client, _), pytest.raises(ModelError) as caught:
        the_end_of(client.stream(asked())) if stream else client.chat(asked())
    assert KEY not in f"{caught.value.message} {caught.value.hint} {caught.value.raw}"
    return caught.value


def test_a_stream_cut_after_every_byte_is_the_same_stream() -> None:
    whole = b"".join(said("<think>Okay,", " so.</think>", "\n\n7,000 – 😀"))

    def byte_by_byte(caller: Caller) -> None:
        caller.send(STREAM_HEAD, *chunked(*(whole[at : at + 1] for at in range(len(whole)))), LAST_CHUNK)

    with speaking_to(byte_by_byte) as (client, _):
        answer = the_end_of(client.stream(asked()))

    assert (answer.thinking, answer.answer, answer.done) == ("Okay, so.", "7,000 – 😀", True)


def test_a_piece_is_shown_before_the_server_sends_the_next() -> None:
    shown = threading.Event()

    def waiting(caller: Caller) -> None:
        first, *rest = chunked(*said("one", " two"))
        caller.send(STREAM_HEAD, first)
        if shown.wait(5):
            caller.send(*rest, LAST_CHUNK)

    with speaking_to(waiting) as (client, _):
        events = client.stream(asked())
        first = next(events)
        shown.set()
        answer = the_end_of(events)

    assert (first, answer.answer) == (AnswerDelta("one"), "one two")


def test_ten_megabytes_of_thinking_fit() -> None:
    piece = "thinking hard, " * 400
    pieces = 10 * 2**20 // len(piece)

    def long_winded(caller: Caller) -> None:
        caller.send(STREAM_HEAD, *chunked(*said("<think>", *[piece] * pieces, "</think>", "42")), LAST_CHUNK)

    with speaking_to(long_winded) as (client, _):
        answer = the_end_of(client.stream(asked()))

    assert (len(answer.thinking or ""), answer.answer) == (pieces * len(piece) - 1, "42")


def test_a_stream_without_done_is_told_by_its_end() -> None:
    def ending_early(caller: Caller) -> None:
        caller.send(STREAM_HEAD, *chunked(*said("7,000")[:-1]), LAST_CHUNK)

    with speaking_to(ending_early) as (client, _):
        answer = the_end_of(client.stream(asked()))

    assert (answer.answer, answer.finish_reason, answer.done) == ("7,000", "stop", False)


def test_what_comes_after_done_is_of_no_interest() -> None:
    def never_closing(caller: Caller) -> None:
        caller.send(STREAM_HEAD, *chunked(*said("7,000"), b"data: garbage\n\n"))
        caller.stall()

    with speaking_to(never_closing) as (client, _):
        assert the_end_of(client.stream(asked())).done


def test_a_connection_cut_in_a_stream_is_a_broken_answer() -> None:
    def cutting(caller: Caller) -> None:
        caller.send(STREAM_HEAD, next(chunked(said("7,0")[0])), b"40\r\ndata: {")

    error = error_of(cutting)

    assert isinstance(error, BrokenAnswer)
    assert error.message.startswith("the answer broke off: ")


def test_a_connection_cut_in_a_body_is_a_broken_answer() -> None:
    error = error_of(lambda caller: caller.send(head(content_length="100"), b'{"choices"'), stream=False)

    assert isinstance(error, BrokenAnswer)


def test_a_connection_closed_without_a_word_is_a_broken_answer() -> None:
    assert isinstance(error_of(lambda caller: None), BrokenAnswer)


def test_what_is_not_http_is_a_broken_answer() -> None:
    assert isinstance(error_of(lambda caller: caller.send(b"SSH-2.0-OpenSSH_9.6\r\n")), BrokenAnswer)


def test_a_body_that_is_not_compressed_as_it_says_is_a_broken_answer() -> None:
    error = error_of(lambda caller: caller.send(head(content_encoding="gzip"), b"not gzip"), stream=False)

    assert isinstance(error, BrokenAnswer)


def test_a_page_of_a_proxy_is_a_broken_answer() -> None:
    page = b"<html><body>Sign in to the guest network</body></html>"

    error = error_of(lambda caller: caller.send(head(content_type="text/html"), page))

    assert error.message == "the endpoint answered with a web page"


def test_garbage_in_a_stream_is_a_broken_answer() -> None:
    def garbling(caller: Caller) -> None:
        caller.send(STREAM_HEAD, *chunked(said("7,0")[0], b"data: \xff\xfe{{{\n\n"), LAST_CHUNK)

    assert error_of(garbling).message == "the stream holds something other than JSON objects"


def test_silence_before_an_answer_is_too_slow() -> None:
    error = error_of(Caller.stall, QUICK, stream=False)

    assert isinstance(error, TooSlow)
    assert error.message.endswith("said nothing for 0.2 s")


def test_a_stream_that_stalls_is_too_slow() -> None:
    def stalling(caller: Caller) -> None:
        caller.send(STREAM_HEAD, next(chunked(said("7,0")[0])))
        caller.stall()

    assert isinstance(error_of(stalling, QUICK), TooSlow)


@pytest.mark.parametrize("part", [b": keep-alive\n\n", b"data: {}\n\n", b"x"], ids=["comments", "events", "no-line"])
def test_a_stream_that_never_ends_is_too_slow(part: bytes) -> None:
    def endless(caller: Caller) -> None:
        caller.send(STREAM_HEAD)
        while not caller.released.wait(0.02):
            caller.send(*chunked(part))

    error = error_of(endless, FINITE)

    assert isinstance(error, TooSlow)
    assert "did not finish" in error.message


def test_a_stream_that_is_left_is_hung_up_on() -> None:
    gone = threading.Event()

    def endless(caller: Caller) -> None:
        caller.send(STREAM_HEAD)
        try:
            while not caller.released.is_set():
                caller.send(*chunked(said("and ")[0]))
                time.sleep(0.001)
        except OSError:
            gone.set()

    with speaking_to(endless) as (client, _):
        events = client.stream(asked())
        next(events)
        events.close()  # type: ignore[attr-defined]

        assert gone.wait(5)


def test_a_server_that_repeats_the_key_does_not_get_it_into_an_error() -> None:
    def repeating(caller: Caller) -> None:
        caller.send(head("401 Unauthorized"), json.dumps({"error": {"message": caller.head}}).encode())

    assert isinstance(error_of(repeating), Unauthorised)


def test_nobody_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    endpoint = serverless(uri=f"http://127.0.0.1:{port}")
    with ModelDoor(keys, timeouts=QUICK).open(endpoint) as client, pytest.raises(Unreachable) as caught:
        client.info()

    assert caught.value.message.startswith(f"`http://127.0.0.1:{port}` could not be reached: ")


def test_a_server_without_tls_is_unreachable_over_it() -> None:
    with EvilServer(lambda caller: caller.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        endpoint = serverless(uri=server.url.replace("http://", "https://"))
        with ModelDoor(keys, timeouts=PATIENT).open(endpoint) as client, pytest.raises(Unreachable) as caught:
            client.chat(asked())

    assert "SSL" in caught.value.message


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@contextmanager
def over_tls(authority: trustme.CA) -> Iterator[ModelClient]:
    """Yield a client of a sound server with a certificate of this authority."""

    def answering(caller: Caller) -> None:
        caller.send(head(), b'{"choices": [{"message": {"content": "here"}}]}')

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.ECDSA).configure_cert(context)
    with EvilServer(answering, context) as server:
        endpoint = serverless(uri=server.url)
        with ModelDoor(keys, timeouts=PATIENT).open(endpoint) as client:
            yield client


def test_a_certificate_of_a_stranger_is_unreachable_with_the_way_out(authority: trustme.CA) -> None:
    with over_tls(authority) as client, pytest.raises(Unreachable) as caught:
        client.chat(asked())

    assert caught.value.hint == "a proxy may stand between; name its certificates with the variable SSL_CERT_FILE"


def test_the_way_out_leads_out(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    with over_tls(authority) as client:
        assert client.chat(asked()).answer == "here"


def test_a_stranger_on_this_machine_is_not_reached_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    def answering(caller: Caller) -> None:
        caller.send(head(), b'{"choices": [{"message": {"content": "here"}}]}')

    with speaking_to(answering) as (client, _):
        assert client.chat(asked()).answer == "here"


def test_a_key_that_no_header_may_hold_does_not_leave_the_process() -> None:
    with EvilServer(lambda caller: caller.send(head(), b"{}")) as server:
        door = ModelDoor(lambda endpoint: EndpointKeys(Secret("a\r\nb"), Secret("")))
        endpoint = serverless(uri=server.url)
        with pytest.raises(SignInError, match="empty or holds what no header may"), door.open(endpoint):
            pass

        assert server.requests == []
