"""One request and its response: bounded in time and size, every failure a typed error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from azserve.inference.refusals import embedded_failure, not_json, refusal
from azserve.inference.signin import Credential
from azserve.verifying.ports import BrokenAnswer, ModelError, TooSlow, Unreachable

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes of an unstreamed answer read before it is given up: ten megabytes of thinking have to fit."""
REFUSAL_LIMIT = 64 * 1024
"""Bytes of a refusal that are read; the rest of a longer one is of no interest."""

NO_WAY = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError, httpx2.UnsupportedProtocol, httpx2.InvalidURL)
NO_END = (httpx2.TransportError, httpx2.DecodingError, httpx2.TooManyRedirects)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in parts. Reasoning models may think for 29 minutes before they answer (documentation)."""

    connect_s: float = 10.0
    read_s: float = 300.0
    """Between two pieces of an answer, and before the first."""
    total_s: float = 1740.0
    """For all of an answer, however many pieces keep coming."""


@dataclass(frozen=True, slots=True)
class Line:
    """The way to one endpoint."""

    http: httpx2.Client
    base: str
    """The endpoint's address, for messages."""
    where: str
    """`eastus2/r1`"""
    timeouts: Timeouts
    monotonic: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What to send."""

    method: str
    url: str
    credential: Credential
    headers: Mapping[str, str]
    """The credential's among them."""
    body: Mapping[str, Any] | None = None


class Reply:
    """A response that is not a refusal, its body still to be read."""

    def __init__(self, response: httpx2.Response, line: Line, credential: Credential, began: float) -> None:
        self._response = response
        self._line = line
        self._credential = credential
        self._began = began
        self.first_byte_s = self.elapsed_s()
        self.headers = {name.lower(): value for name, value in response.headers.items()}

    @property
    def status(self) -> int:
        """HTTP's."""
        return self._response.status_code

    def elapsed_s(self) -> float:
        """Return the seconds since the request was sent."""
        return self._line.monotonic() - self._began

    def parts(self) -> Iterator[bytes]:
        """Yield the body as it comes. Raises TooSlow where all the time is used up."""
        limit_s = self._line.timeouts.total_s
        for part in self._response.iter_bytes():
            if self.elapsed_s() > limit_s:
                raise _too_slow(self._line, f"did not finish in {limit_s:g} s")
            yield part

    def body(self) -> Mapping[str, Any]:
        """Return the JSON object that is the body. Raises BrokenAnswer, or what an error inside it stands for."""
        text = self._credential.veiled(self._text(BODY_LIMIT))
        body = _parsed(text)
        if not isinstance(body, dict):
            raise not_json(self._response.status_code, text, self._line.where)
        return self._sound(body, text)

    def chunk(self, data: str) -> Mapping[str, Any]:
        """Return the JSON object that is an event's data. Raises as `body` does."""
        chunk = _parsed(data)
        if not isinstance(chunk, dict):
            raw = self._credential.veiled(data[:400])
            raise BrokenAnswer("the stream holds something other than JSON objects", where=self._line.where, raw=raw)
        return self._sound(chunk, data)

    def broken(self, message: str) -> BrokenAnswer:
        """Return an error about this response."""
        return BrokenAnswer(message, status=self._response.status_code, where=self._line.where)

    def _sound(self, body: dict[str, Any], text: str) -> Mapping[str, Any]:
        if body.get("error"):
            raise embedded_failure(self._credential.veiled(text), self.headers, self._line.where)
        return body

    def _text(self, limit: int) -> str:
        parts, size = [], 0
        for part in self.parts():
            size += len(part)
            if size > limit:
                raise self.broken(f"the answer is longer than {limit // 2**20} MiB")
            parts.append(part)
        return b"".join(parts).decode(errors="replace")

    def refused(self) -> ModelError:
        """Return the error that this response, other than 2xx, stands for."""
        parts, size = [], 0
        for part in self.parts():
            parts.append(part)
            size += len(part)
            if size > REFUSAL_LIMIT:
                break
        text = b"".join(parts)[:REFUSAL_LIMIT].decode(errors="replace")
        return refusal(self._response.status_code, self.headers, self._credential.veiled(text), self._line.where)


@contextmanager
def exchange(line: Line, outgoing: Outgoing) -> Iterator[Reply]:
    """Send a request and yield its response; every failure on the way is a ModelError."""
    veiled = outgoing.credential.veiled
    content = None if outgoing.body is None else json.dumps(outgoing.body).encode()
    began = line.monotonic()
    try:
        request = line.http.build_request(outgoing.method, outgoing.url, headers=outgoing.headers, content=content)
        response = line.http.send(request, stream=True)
        try:
            reply = Reply(response, line, outgoing.credential, began)
            if not response.is_success:
                raise reply.refused()
            yield reply
        finally:
            response.close()
    except NO_WAY as error:
        raise _unreachable(line, veiled(_reason(error))) from error
    except httpx2.TimeoutException as error:
        raise _too_slow(line, f"said nothing for {line.timeouts.read_s:g} s") from error
    except NO_END as error:
        raise BrokenAnswer(
            f"the answer broke off: {veiled(_reason(error))}", where=line.where, hint="try again; nothing was repeated"
        ) from error


def _unreachable(line: Line, reason: str) -> Unreachable:
    hint = "check address and network; a private endpoint answers only from inside (`smoke: {from: private}`)"
    if "CERTIFICATE" in reason:
        hint = "a proxy may stand between; name its certificates with the variable SSL_CERT_FILE"
    return Unreachable(f"`{line.base}` could not be reached: {reason}", where=line.where, hint=hint)


def _too_slow(line: Line, what: str) -> TooSlow:
    hint = "slow is not dead: ask again, or see `azserve status`"
    return TooSlow(f"`{line.base}` {what}", where=line.where, hint=hint)


def _parsed(text: str) -> object:
    """Return parsed JSON, None for what is none, be it for its depth."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _reason(error: Exception) -> str:
    """Return an error in one line."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
