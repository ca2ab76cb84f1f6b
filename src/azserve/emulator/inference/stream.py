"""A completion as server-sent events."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from azserve.emulator.inference.answers import Envelope
from azserve.emulator.inference.completion import CLOSE, OPEN, Completion, apart
from azserve.emulator.inference.mutants import Mutant
from azserve.emulator.inference.routes import Dialect
from azserve.emulator.inference.script.tokens import tokens
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json, encode

inferred(
    "inference.stream.tags",
    "A `<think>` tag comes as a piece of its own, glued to text, or split over two pieces; which of them follows from "
    "the request and its `seed`.",
    because="the tutorial's sample waits for the bare tag, the reference shows it glued, and a client must bear all",
)
inferred(
    "inference.stream.usage",
    "Usage comes on the last chunk on serverless hosts and /models; on the OpenAI routes as one more chunk without "
    "choices, and only with `stream_options.include_usage`.",
    because="the first is documented; the second is the OpenAI API, though one documented sample differs",
)
inferred(
    "inference.stream.done",
    "A stream ends with `data: [DONE]`.",
    because="it is the OpenAI convention, and every client looks for it; no capture shows it",
)


@dataclass(frozen=True, slots=True)
class Pace:
    """Emulated seconds a stream takes its time."""

    first_s: float = 0.2
    chunk_s: float = 0.002


SLOW_START_S = 45.0
"""Emulated seconds."""


class TagForm(Enum):
    """How the tags of thinking are cut into pieces."""

    ALONE = 0
    GLUED = 1
    SPLIT = 2


@dataclass(frozen=True, slots=True)
class Form:
    """What of a request decides how its answer is cut."""

    seed: int
    include_usage: bool
    reasons: bool


def events(envelope: Envelope, completion: Completion, form: Form, pace: Pace) -> Iterator[tuple[float, bytes]]:
    """Yield emulated seconds to wait and the bytes of each event."""
    delay = SLOW_START_S if Mutant.SLOW_START in envelope.mutants else pace.first_s
    all_chunks = list(_chunks(envelope, completion, form))
    cut_at = len(all_chunks) // 2 if Mutant.CUT_STREAM in envelope.mutants else None
    for index, chunk in enumerate(all_chunks):
        event = b"data: " + encode(chunk) + b"\n\n"
        if index == cut_at:
            yield delay, event[: len(event) // 2]
            return
        yield delay, event
        delay = pace.chunk_s
    if Mutant.NO_DONE not in envelope.mutants:
        yield delay, b"data: [DONE]\n\n"


def _chunks(envelope: Envelope, completion: Completion, form: Form) -> Iterator[dict[str, Json]]:
    openai = envelope.dialect is Dialect.OPENAI
    shape = Shape.of(envelope, form)
    yield shape.chunk({"role": "assistant", "content": ""})
    basis = f"{form.seed}/{completion.prompt_tokens}/{completion.text[:200]}"
    digest = hashlib.sha256(basis.encode("utf-8", "surrogatepass")).digest()
    for name, piece in _pieces(completion.text, digest, apart_thinking=openai):
        yield shape.chunk({name: piece})
    for index, call in enumerate(completion.tool_calls):
        named = {"index": index, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
        yield shape.chunk({"tool_calls": [named]})
        for piece in _grouped(tokens(call.arguments), digest):
            yield shape.chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield from shape.last(completion, form)


@dataclass(frozen=True, slots=True)
class Shape:
    """Which of the members without content a route sends."""

    envelope: Envelope
    spare: bool
    """Without the nulls that hosts of chat models send in every delta."""
    show_usage: bool

    def chunk(self, delta: dict[str, Json], *, finish_reason: str | None = None) -> dict[str, Json]:
        if not self.spare:
            delta = {"role": None, "content": None, "tool_calls": None, **delta}
        choice: dict[str, Json] = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        if not self.spare:
            choice["matched_stop"] = None
        body = self.envelope.around("chat.completion.chunk", [choice])
        return {**body, "usage": None} if self.show_usage else body

    def last(self, completion: Completion, form: Form) -> Iterator[dict[str, Json]]:
        """Yield how a stream ends: the reason, and the usage where the route has it."""
        last = self.chunk({"content": ""}, finish_reason=self.envelope.finish_reason(completion))
        usage = self.envelope.usage(completion)
        if self.envelope.dialect is not Dialect.OPENAI:
            yield last if usage is None else {**last, "usage": usage}
            return
        yield last
        if form.include_usage and usage is not None:
            yield {**self.envelope.around("chat.completion.chunk", []), "usage": usage}

    @classmethod
    def of(cls, envelope: Envelope, form: Form) -> Shape:
        """Return the shape of a route and a model."""
        openai = envelope.dialect is Dialect.OPENAI
        return cls(envelope, spare=openai or form.reasons, show_usage=not openai or form.include_usage)


def _pieces(text: str, digest: bytes, *, apart_thinking: bool) -> Iterator[tuple[str, str]]:
    """Yield the member of a delta and its text; all of `content` joined is the unstreamed answer."""
    if apart_thinking:
        thinking, answer = apart(text)
        for piece in _grouped(tokens(thinking or ""), digest):
            yield "reasoning_content", piece
        for piece in _grouped(tokens(answer), digest):
            yield "content", piece
        return
    cuts = _cuts(text, digest)
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        if text[start:end]:
            yield "content", text[start:end]


def _cuts(text: str, digest: bytes) -> list[int]:
    """Return where a text with thinking is cut, tags in the form that the digest picks."""
    cuts: set[int] = set()
    at = 0
    for piece in _grouped(tokens(text), digest):
        at += len(piece)
        cuts.add(at)
    form = TagForm(digest[0] % len(TagForm))
    closing = text.find(CLOSE)
    tags = [(0, len(OPEN))] if text.startswith(OPEN) else []
    tags += [(closing, closing + len(CLOSE))] if closing >= 0 and tags else []
    for start, end in tags:
        cuts -= set(range(start, end + 2))
        if form is TagForm.ALONE:
            cuts |= {start, end}
        elif form is TagForm.SPLIT:
            cuts.add(start + 4)
    return sorted(cuts)


def _grouped(pieces: list[str], digest: bytes) -> Iterator[str]:
    """Join one to three tokens at a time, as many as the digest says."""
    at = turn = 0
    while at < len(pieces):
        size = 1 + digest[turn % len(digest)] % 3
        yield "".join(pieces[at : at + size])
        at, turn = at + size, turn + 1
