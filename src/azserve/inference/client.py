"""One endpoint: info, chat, stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from azserve.inference.answers import StreamedAnswer, embeddings_of, first_choice, info_of, whole_answer
from azserve.inference.events import EventTooLong, event_data
from azserve.inference.exchange import Line, Outgoing, Reply, exchange
from azserve.inference.routes import chat_body, chat_headers, chat_url, embeddings_body, embeddings_url, info_url
from azserve.inference.signin import Credential
from azserve.model.catalogue import Route
from azserve.model.chat import (
    ChatAnswer,
    ChatRequest,
    Embeddings,
    EmbeddingsRequest,
    ModelInfo,
    StreamEnd,
    StreamEvent,
    Timings,
)
from azserve.model.endpoint import Endpoint

DONE = "[DONE]"


class HttpModelClient:
    """verifying.ports.ModelClient over httpx2. One at a time: a client is not shared by threads."""

    def __init__(self, line: Line, endpoint: Endpoint, route: Route, credential: Callable[[], Credential]) -> None:
        self._line = line
        self._endpoint = endpoint
        self._route = route
        self._credential = credential
        """Asked for every request, so that a token may be renewed."""

    def info(self) -> ModelInfo:
        """Return what `/info` says; only serverless endpoints have the route."""
        credential = self._credential()
        headers = {"accept": "application/json", **credential.headers(self._route)}
        with exchange(self._line, Outgoing("GET", info_url(self._endpoint), credential, headers)) as reply:
            info = info_of(reply.body())
            if not info.model_name:
                raise reply.broken("the endpoint answered `/info` with JSON that names no model")
            return info

    def chat(self, request: ChatRequest) -> ChatAnswer:
        """Return a whole answer."""
        with exchange(self._line, self._asking(request, stream=False)) as reply:
            body = reply.body()
            if first_choice(body) is None:
                raise reply.broken("the endpoint answered with JSON that is no chat completion")
            timings = Timings(first_byte_s=reply.first_byte_s, total_s=reply.elapsed_s())
            return replace(whole_answer(body, reply.headers, timings), status=reply.status)

    def stream(self, request: ChatRequest) -> Iterator[StreamEvent]:
        """Yield the answer as it comes; one that ends early still ends in a StreamEnd, with `done` false."""
        with exchange(self._line, self._asking(request, stream=True)) as reply:
            _check_streams(reply)
            answer = StreamedAnswer(reply.elapsed_s, reply.first_byte_s)
            done = False
            for data in _events(reply):
                if data == DONE:
                    done = True
                    break
                yield from answer.take(reply.chunk(data))
            if not answer.chunks:
                raise reply.broken("the stream held no answer")
            last, whole = answer.end(done=done, headers=reply.headers)
            whole = replace(whole, status=reply.status)
        yield from last
        yield StreamEnd(whole)

    def embed(self, request: EmbeddingsRequest) -> Embeddings:
        """Return vectors, one per text."""
        credential = self._credential()
        outgoing = Outgoing(
            "POST",
            embeddings_url(self._endpoint, self._route),
            credential,
            {"content-type": "application/json", "accept": "application/json", **credential.headers(self._route)},
            embeddings_body(request, self._endpoint, self._route),
        )
        with exchange(self._line, outgoing) as reply:
            body = reply.body()
            timings = Timings(first_byte_s=reply.first_byte_s, total_s=reply.elapsed_s())
            found = embeddings_of(body, reply.headers, timings)
            if found is None:
                raise reply.broken("the endpoint answered with JSON that holds no vectors")
            return found

    def _asking(self, request: ChatRequest, *, stream: bool) -> Outgoing:
        credential = self._credential()
        return Outgoing(
            "POST",
            chat_url(self._endpoint, self._route),
            credential,
            {**chat_headers(request, self._route, stream=stream), **credential.headers(self._route)},
            chat_body(request, self._endpoint, self._route, stream=stream),
        )


def _check_streams(reply: Reply) -> None:
    """Raise what the response stands for unless it is a stream of events."""
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/event-stream":
        return
    reply.body()
    raise reply.broken("the endpoint answered in one piece where a stream was asked for")


def _events(reply: Reply) -> Iterator[str]:
    try:
        yield from event_data(reply.parts())
    except EventTooLong as error:
        raise reply.broken(f"the stream cannot be read: {error}") from error
