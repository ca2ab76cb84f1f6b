"""One endpoint: info, chat, stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2

from azserve.inference.answers import StreamedAnswer, whole_answer
from azserve.inference.refusals import not_json, refusal
from azserve.inference.routes import Credential, chat_body, chat_headers, chat_url, info_url
from azserve.model.catalogue import Route
from azserve.model.chat import ChatAnswer, ChatRequest, ModelInfo, StreamEnd, StreamEvent, Timings
from azserve.model.endpoint import Endpoint
from azserve.verifying.ports import BrokenAnswer, ModelError, Unreachable

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes of an unstreamed answer read before it is given up: ten megabytes of thinking have to fit."""
DONE = "[DONE]"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in parts. Reasoning models may think for 29 minutes before they answer (documentation)."""

    connect_s: float = 10.0
    read_s: float = 300.0
    """Between two pieces of an answer, and before the first."""
    total_s: float = 1740.0


class HttpModelClient:
    """verifying.ports.ModelClient over httpx2. One at a time: a client is not shared by threads."""

    def __init__(
        self,
        http: httpx2.Client,
        endpoint: Endpoint,
        route: Route,
        credential: Callable[[], Credential],
        *,
        timeouts: Timeouts,
        monotonic: Callable[[], float],
    ) -> None:
        self._http = http
        self._endpoint = endpoint
        self._route = route
        self._credential = credential
        self._timeouts = timeouts
        self._monotonic = monotonic
        self._where = f"{endpoint.region}/{endpoint.key}"

    def info(self) -> ModelInfo:
        """Return what `/info` says; only serverless endpoints have the route."""
        began = self._monotonic()
        with self._exchange("GET", info_url(self._endpoint), {}, None) as response:
            body, _ = self._body(response, began)
        return ModelInfo(
            model_name=str(body.get("model_name") or ""),
            model_type=str(body.get("model_type") or ""),
            model_provider_name=str(body.get("model_provider_name") or ""),
            source="/info",
        )

    def chat(self, request: ChatRequest) -> ChatAnswer:
        """Return a whole answer."""
        began = self._monotonic()
        body = chat_body(request, self._endpoint, self._route, stream=False)
        with self._exchange("POST", self._url, chat_headers(request, self._route), body) as response:
            first_byte_s = self._monotonic() - began
            answered, total_s = self._body(response, began)
            timings = Timings(first_byte_s=first_byte_s, total_s=total_s)
            return whole_answer(answered, response.headers, timings)

    def stream(self, request: ChatRequest) -> Iterator[StreamEvent]:
        """Yield the answer as it comes; a stream that ends early still ends in a StreamEnd, with `done` false."""
        began = self._monotonic()

        def elapsed_s() -> float:
            return self._monotonic() - began

        body = chat_body(request, self._endpoint, self._route, stream=True)
        headers = {**chat_headers(request, self._route), "Accept": "text/event-stream"}
        with self._exchange("POST", self._url, headers, body) as response:
            self._check_is_stream(response)
            answer = StreamedAnswer(elapsed_s, elapsed_s())
            done = False
            for data in _events(self._in_time(response.iter_lines(), began)):
                if data == DONE:
                    done = True
                    break
                yield from answer.take(self._chunk(data))
            last, whole = answer.end(done=done, headers=response.headers)
        yield from last
        yield StreamEnd(whole)

    @property
    def _url(self) -> str:
        return chat_url(self._endpoint, self._route)

    @contextmanager
    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> Iterator[httpx2.Response]:
        """Send a request and yield its response; every failure on the way is a ModelError."""
        signed = {**headers, **self._credential().headers(self._route)}
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            with self._http.stream(method, url, headers=signed, content=content) as response:
                if response.status_code >= 300:
                    text = self._text(response, self._monotonic())
                    raise refusal(response.status_code, _lowered(response.headers), text, self._where)
                yield response
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError, httpx2.UnsupportedProtocol) as error:
            raise self._unreachable("could not be reached", error) from error
        except httpx2.TimeoutException as error:
            waited = f"said nothing for {self._timeouts.read_s:.0f} s"
            raise self._unreachable(waited, error) from error
        except (httpx2.TransportError, httpx2.DecodingError, httpx2.TooManyRedirects) as error:
            raise BrokenAnswer(
                f"the answer broke off: {_reason(error)}", where=self._where, hint="try again; nothing was repeated"
            ) from error
        except httpx2.InvalidURL as error:
            raise self._unreachable("has an address that is none", error) from error

    def _unreachable(self, what: str, error: Exception) -> Unreachable:
        return Unreachable(
            f"`{self._endpoint.uri}` {what}: {_reason(error)}",
            where=self._where,
            hint="check address and network; a private endpoint answers only from inside (`smoke: {from: private}`)",
        )

    def _text(self, response: httpx2.Response, began: float) -> str:
        """Return a body as text, bounded in size and time."""
        parts, size = [], 0
        for part in self._in_time(response.iter_bytes(), began):
            size += len(part)
            if size > BODY_LIMIT:
                raise BrokenAnswer(f"the answer is longer than {BODY_LIMIT // 2**20} MiB", where=self._where)
            parts.append(part)
        return b"".join(parts).decode(errors="replace")

    def _body(self, response: httpx2.Response, began: float) -> tuple[Mapping[str, Any], float]:
        """Return the JSON object of a response, and the seconds until it was whole."""
        text = self._text(response, began)
        total_s = self._monotonic() - began
        try:
            body = json.loads(text)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise not_json(response.status_code, text, self._where)
        return body, total_s

    def _in_time(self, parts: Iterator[T], began: float) -> Iterator[T]:
        for part in parts:
            if self._monotonic() - began > self._timeouts.total_s:
                raise self._unreachable("did not finish", TimeoutError(f"{self._timeouts.total_s:.0f} s have passed"))
            yield part

    def _check_is_stream(self, response: httpx2.Response) -> None:
        kind = response.headers.get("content-type", "")
        if not kind.startswith("text/event-stream"):
            raise not_json(response.status_code, self._text(response, self._monotonic()), self._where)

    def _chunk(self, data: str) -> Mapping[str, Any]:
        try:
            chunk = json.loads(data)
        except ValueError as error:
            raise BrokenAnswer(
                "the stream holds something other than JSON", where=self._where, raw=data[:400]
            ) from error
        if not isinstance(chunk, dict):
            raise BrokenAnswer("the stream holds something other than objects", where=self._where, raw=data[:400])
        if isinstance(failure := chunk.get("error"), dict):
            raise ModelError(
                f"the stream ended in an error: {failure.get('message') or failure.get('code')}",
                service_code=str(failure.get("code") or "") or None,
                where=self._where,
                raw=data[:400],
            )
        return chunk


def _events(lines: Iterator[str]) -> Iterator[str]:
    """Yield the data of server-sent events. The API sends one line of data each and names no event."""
    for line in lines:
        if line.startswith("data:"):
            yield line[5:].strip()


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _reason(error: Exception) -> str:
    """Return an error in one line; httpx2 puts no header and no body into its messages."""
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
