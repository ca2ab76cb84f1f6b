"""Every failure between a request and its answer is one of ours."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator

import httpx2
import pytest
from tests.unit.inference.endpoints import KEY, asked, serverless
from tests.unit.inference.ticking import Ticking

from azserve.inference.client import HttpModelClient
from azserve.inference.exchange import BODY_LIMIT, NO_END, NO_WAY, Line, Timeouts
from azserve.inference.signin import Credential
from azserve.model.catalogue import Route
from azserve.model.chat import StreamEnd
from azserve.model.secret import MASK, Secret
from azserve.verifying.ports import BrokenAnswer, ModelError, TooSlow, Unauthorised, Unreachable

Answering = Callable[[httpx2.Request], httpx2.Response]
OUR_BUGS = {httpx2.HTTPStatusError, httpx2.CookieConflict, httpx2.StreamError, httpx2.StreamConsumed,
            httpx2.StreamClosed, httpx2.ResponseNotRead, httpx2.RequestNotRead, httpx2.HTTPError,
            httpx2.RequestError}  # fmt: skip
"""Raised by misuse alone, or never as such."""
EVERY = sorted(
    {
        found
        for _, found in inspect.getmembers(httpx2, inspect.isclass)
        if issubclass(found, Exception) and not issubclass(found, Warning)
    },
    key=lambda found: found.__name__,
)


def client(answering: Answering, clock: Ticking | None = None, *, total_s: float = 60.0) -> HttpModelClient:
    """Return a client whose server is a function."""
    endpoint = serverless()
    http = httpx2.Client(transport=httpx2.MockTransport(answering))
    now = clock or Ticking()
    line = Line(http, endpoint.uri, "eastus2/r1", Timeouts(total_s=total_s), now.elapsed_s)
    return HttpModelClient(line, endpoint, Route.SERVERLESS, lambda: Credential(Secret(KEY)))


def answered(content: bytes | Iterator[bytes], status: int = 200, headers: dict[str, str] | None = None) -> Answering:
    return lambda request: httpx2.Response(status, content=content, headers=headers)


def raising(error: Exception) -> Answering:
    def answer(request: httpx2.Request) -> httpx2.Response:
        raise error

    return answer


def made(kind: type[Exception]) -> Exception:
    try:
        return kind(f"it broke near {KEY}\nand more")
    except TypeError:
        return kind(f"it broke near {KEY}", request=httpx2.Request("GET", "https://a"))  # type: ignore[call-arg]


def events(*data: str) -> bytes:
    return "".join(f"data: {each}\n\n" for each in data).encode()


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_every_error_of_the_http_library_is_ours_or_our_bug(kind: type[Exception]) -> None:
    assert kind in OUR_BUGS or issubclass(kind, NO_WAY + NO_END)


@pytest.mark.parametrize(
    "kind", [kind for kind in EVERY if kind not in OUR_BUGS and issubclass(kind, NO_WAY + NO_END)], ids=str
)
def test_an_error_of_the_http_library_becomes_ours_in_one_line_and_without_the_key(kind: type[Exception]) -> None:
    with pytest.raises(ModelError) as caught:
        client(raising(made(kind))).chat(asked())

    assert caught.value.where == "eastus2/r1"
    assert caught.value.hint
    assert KEY not in f"{caught.value.message} {caught.value.raw}"
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx2.ConnectError("[Errno -2] Name or service not known"), Unreachable),
        (httpx2.ConnectTimeout("timed out"), Unreachable),
        (httpx2.ProxyError("407 Proxy Authentication Required"), Unreachable),
        (httpx2.ReadTimeout("timed out"), TooSlow),
        (httpx2.PoolTimeout("timed out"), TooSlow),
        (httpx2.ReadError("reset"), BrokenAnswer),
        (httpx2.RemoteProtocolError("peer closed connection"), BrokenAnswer),
        (httpx2.DecodingError("not gzip"), BrokenAnswer),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.__name__,
)
def test_no_way_there_is_not_too_slow_and_too_slow_is_not_broken(error: Exception, kind: type[ModelError]) -> None:
    with pytest.raises(ModelError) as caught:
        client(raising(error)).chat(asked())

    assert type(caught.value) is kind


def test_a_certificate_that_is_not_trusted_points_at_the_variable_for_it() -> None:
    error = httpx2.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate")

    with pytest.raises(Unreachable) as caught:
        client(raising(error)).info()

    assert "SSL_CERT_FILE" in (caught.value.hint or "")


def test_a_key_that_a_server_repeats_is_masked() -> None:
    with pytest.raises(Unauthorised) as caught:
        client(answered(f"no such key: {KEY}".encode(), 401)).chat(asked())

    assert caught.value.message == f"not signed in: HTTP 401: no such key: {MASK}"
    assert caught.value.raw == f"no such key: {MASK}"


def test_a_key_that_a_stream_repeats_is_masked() -> None:
    stream = answered(events(f"not JSON {KEY}"), headers={"content-type": "text/event-stream"})

    with pytest.raises(BrokenAnswer) as caught:
        list(client(stream).stream(asked()))

    assert caught.value.raw == f"not JSON {MASK}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the endpoint answered with nothing"),
        (b"<html>Sign in to the network</html>", "the endpoint answered with a web page"),
        (b"[1, 2]", "the endpoint answered with something other than JSON"),
        (b"\xff\xfe", "the endpoint answered with something other than JSON"),
        (b"[" * 100_000, "the endpoint answered with something other than JSON"),
        (b"{}", "the endpoint answered with JSON that is no chat completion"),
        (b'{"choices": []}', "the endpoint answered with JSON that is no chat completion"),
        (b'{"error": {"message": "It broke."}}', "the service failed: It broke (inside the answer)"),
    ],
    ids=lambda value: repr(value[:12]),
)
def test_an_answer_that_is_none_says_what_it_is(content: bytes, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        client(answered(content)).chat(asked())

    assert caught.value.message == message


def test_an_answer_without_an_end_is_given_up() -> None:
    endless = (b"x" * 2**20 for _ in range(BODY_LIMIT // 2**20 + 2))

    with pytest.raises(BrokenAnswer, match="longer than 64 MiB"):
        client(answered(endless)).chat(asked())


def test_of_a_refusal_without_an_end_only_the_beginning_is_read() -> None:
    read = []

    def endless() -> Iterator[bytes]:
        for number in range(1000):
            read.append(number)
            yield b"x" * 2**14

    with pytest.raises(ModelError):
        client(answered(endless(), 500)).chat(asked())

    assert len(read) < 10


def test_all_the_time_there_is_holds_however_much_trickles_in() -> None:
    clock = Ticking()

    def trickling() -> Iterator[bytes]:
        while True:
            clock.now_s += 20.0
            yield events('{"choices": [{"delta": {"content": "and "}}]}')

    stream = client(answered(trickling(), headers={"content-type": "text/event-stream"}), clock, total_s=100.0)

    with pytest.raises(TooSlow, match="did not finish in 100 s"):
        list(stream.stream(asked()))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (["{}"], "the stream held no answer"),
        (["[DONE]"], "the stream held no answer"),
        ([], "the stream held no answer"),
        (["[1]"], "the stream holds something other than JSON objects"),
        (["{"], "the stream holds something other than JSON objects"),
        (['{"error": {"code": "429", "message": "Slow down."}}'], "throttled: 429: Slow down (inside the answer)"),
    ],
)
def test_a_stream_that_is_none_says_what_it_is(data: list[str], message: str) -> None:
    stream = answered(events(*data), headers={"content-type": "Text/Event-Stream; charset=utf-8"})

    with pytest.raises(ModelError) as caught:
        list(client(stream).stream(asked()))

    assert caught.value.message == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b'{"choices": [{"message": {"content": "x"}}]}',
            "the endpoint answered in one piece where a stream was asked for",
        ),
        (b"<html>", "the endpoint answered with a web page"),
        (b'{"error": "it broke"}', "the service failed: it broke (inside the answer)"),
    ],
)
def test_what_is_not_streamed_is_no_stream(content: bytes, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        list(client(answered(content, headers={"content-type": "application/json"})).stream(asked()))

    assert caught.value.message == message


def test_a_line_without_an_end_is_no_stream() -> None:
    endless = (b"data: " + b"x" * 2**20 for _ in range(8))

    with pytest.raises(BrokenAnswer, match="the stream cannot be read: an event is longer than 4 MiB"):
        list(client(answered(endless, headers={"content-type": "text/event-stream"})).stream(asked()))


def test_a_stream_that_ends_early_is_told_by_its_end() -> None:
    stream = answered(
        events('{"choices": [{"delta": {"content": "so f"}}]}'), headers={"content-type": "text/event-stream"}
    )

    end = list(client(stream).stream(asked()))[-1]

    assert isinstance(end, StreamEnd)
    assert (end.answer.answer, end.answer.done) == ("so f", False)


def test_nothing_is_asked_twice() -> None:
    asked_for = []

    def failing(request: httpx2.Request) -> httpx2.Response:
        asked_for.append(request)
        return httpx2.Response(503)

    with pytest.raises(ModelError):
        client(failing).chat(asked())

    assert len(asked_for) == 1


def test_a_redirect_is_not_followed() -> None:
    with pytest.raises(BrokenAnswer, match="unexpected: HTTP 302"):
        client(answered(b"", 302, {"location": "https://elsewhere.example"})).chat(asked())


def test_a_message_with_half_a_character_can_be_sent() -> None:
    sent = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.content)
        return httpx2.Response(200, content=b'{"choices": [{"message": {"content": "x"}}]}')

    client(answer).chat(asked("half \ud83d"))

    assert b"half \\ud83d" in sent[0]
