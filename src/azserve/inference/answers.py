"""What comes back, put together: from one body, or from the chunks of a stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from azserve.inference.text import AnswerText, is_visible
from azserve.inference.thinking import Piece
from azserve.model.chat import ChatAnswer, Embeddings, ModelInfo, StreamForm, Timings, Usage

Json = Mapping[str, Any]
NOTHING: Json = {}
LIMIT_HEADERS = ("x-ratelimit-", "retry-after")
ID_HEADERS = ("apim-request-id", "x-ms-request-id", "x-request-id")


def rate_limit_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Keep the headers that speak of limits; nothing else of a response is anybody's business."""
    return {name: value for name, value in headers.items() if name.startswith(LIMIT_HEADERS)}


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return the id that Azure's support asks for."""
    return next((headers[name] for name in ID_HEADERS if name in headers), None)


def usage_of(body: Json) -> Usage | None:
    """Return the usage, None where it is missing, null or not made of numbers."""
    usage = _object(body.get("usage"))
    prompt, completion, total = (usage.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens"))
    if not (isinstance(prompt, int) and isinstance(completion, int) and isinstance(total, int)):
        return None
    return Usage(prompt, completion, total)


def first_choice(body: Json) -> Json | None:
    """Return the first choice of a body or a chunk, None where it has none."""
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        return None
    return choices[0]


def info_of(body: Json) -> ModelInfo:
    """Return what `/info` says; what it leaves out is empty."""
    return ModelInfo(
        model_name=_text(body.get("model_name")) or "",
        model_type=_text(body.get("model_type")) or "",
        model_provider_name=_text(body.get("model_provider_name")) or "",
        source="/info",
    )


def filters_of(choice: Json) -> dict[str, Any]:
    """Return what the content filter said of an answer; the OpenAI routes say it beside each choice."""
    return dict(_object(choice.get("content_filter_results")))


def embeddings_of(body: Json, headers: Mapping[str, str], timings: Timings) -> Embeddings | None:
    """Return vectors in the order of their texts, None where the body holds none."""
    data = body.get("data")
    found = [_object(each) for each in data] if isinstance(data, list) else []
    if not found:
        return None
    ordered = sorted(enumerate(found), key=lambda pair: _place(pair[1].get("index"), pair[0]))
    vectors = [_numbers(each.get("embedding")) for _, each in ordered]
    if not all(vectors):
        return None
    usage = _object(body.get("usage"))
    prompt, total = usage.get("prompt_tokens"), usage.get("total_tokens")
    return Embeddings(
        vectors=tuple(vectors),
        model=_text(body.get("model")) or "",
        usage=Usage(prompt, 0, total) if isinstance(prompt, int) and isinstance(total, int) else None,
        timings=timings,
        request_id=request_id(headers),
        headers=rate_limit_headers(headers),
    )


def _place(index: object, otherwise: int) -> int:
    return index if isinstance(index, int) else otherwise


def _numbers(vector: object) -> tuple[float, ...]:
    """Return a vector, an empty one for what is none."""
    if not isinstance(vector, list) or not all(isinstance(each, int | float) for each in vector):
        return ()
    return tuple(float(each) for each in vector)


def whole_answer(body: Json, headers: Mapping[str, str], timings: Timings) -> ChatAnswer:
    """Return an unstreamed answer. `headers` has names in lower case."""
    choice = first_choice(body) or NOTHING
    message = _object(choice.get("message"))
    text, calls = AnswerText(), ToolCalls()
    text.feed(content=message.get("content"), aside=message.get("reasoning_content"))
    text.finish()
    calls.take(message.get("tool_calls"))
    return ChatAnswer(
        answer=text.answer,
        thinking=text.thinking,
        model=_text(body.get("model")) or "",
        finish_reason=_text(choice.get("finish_reason")),
        usage=usage_of(body),
        timings=timings,
        tool_calls=calls.whole,
        request_id=request_id(headers),
        headers=rate_limit_headers(headers),
        filters=filters_of(choice),
    )


class StreamedAnswer:
    """An answer in the making, from chunks.

    Tolerates what has been seen: `role` null after the first chunk, `usage` null on every chunk or on an extra one
    without choices, an empty `finish_reason`, unknown keys.
    """

    def __init__(self, elapsed_s: Callable[[], float], first_byte_s: float) -> None:
        self._elapsed_s = elapsed_s
        self._first_byte_s = first_byte_s
        self._first_token_s: float | None = None
        self._first_answer_s: float | None = None
        self._text = AnswerText()
        self._calls = ToolCalls()
        self._model = ""
        self._finish: str | None = None
        self._usage: Usage | None = None
        self._filters: dict[str, Any] = {}
        self._begins_with_role = False
        self._ends = 0
        self._after_end = False
        self.chunks = 0
        """Those that carried a choice."""

    def take(self, chunk: Json) -> list[Piece]:
        """Take one chunk; return what it adds."""
        self._model = _text(chunk.get("model")) or self._model
        self._usage = usage_of(chunk) or self._usage
        choice = first_choice(chunk)
        if choice is None:
            return []
        self.chunks += 1
        delta = _object(choice.get("delta"))
        content, aside, calls = (delta.get(name) for name in ("content", "reasoning_content", "tool_calls"))
        if self.chunks == 1:
            self._begins_with_role = delta.get("role") == "assistant"
        self._after_end |= self._ends > 0 and bool(content or aside or calls)
        if reason := _text(choice.get("finish_reason")):
            self._finish = reason
            self._ends += 1
        self._filters |= filters_of(choice)
        if self._first_token_s is None and (content or aside or calls):
            self._first_token_s = self._elapsed_s()
        self._calls.take(calls)
        return self._timed(self._text.feed(content=content, aside=aside))

    def end(self, *, done: bool, headers: Mapping[str, str]) -> tuple[list[Piece], ChatAnswer]:
        """Return what was held back, and the whole answer. `done`: the stream ended in `[DONE]`."""
        last = self._timed(self._text.finish())
        return last, ChatAnswer(
            answer=self._text.answer,
            thinking=self._text.thinking,
            model=self._model,
            finish_reason=self._finish,
            usage=self._usage,
            timings=Timings(self._first_byte_s, self._first_token_s, self._first_answer_s, self._elapsed_s()),
            tool_calls=self._calls.whole,
            chunks=self.chunks,
            done=done,
            request_id=request_id(headers),
            headers=rate_limit_headers(headers),
            filters=self._filters,
            form=StreamForm(self._begins_with_role, self._ends == 1 and not self._after_end),
        )

    def _timed(self, pieces: list[Piece]) -> list[Piece]:
        if self._first_answer_s is None and any(is_visible(piece) for piece in pieces):
            self._first_answer_s = self._elapsed_s()
        return pieces


class ToolCalls:
    """Calls put together: each comes once with its name, then its arguments in pieces, by index; or at once."""

    def __init__(self) -> None:
        self._calls: dict[int, dict[str, Any]] = {}

    def take(self, calls: object) -> None:
        """Take the calls of a message or a delta; what is no call is passed over."""
        for place, found in enumerate(calls if isinstance(calls, list) else ()):
            call = _object(found)
            function = _object(call.get("function"))
            if not function:
                continue
            index = call.get("index")
            whole = self._calls.setdefault(
                index if isinstance(index, int) else place,
                {"id": "", "type": "function", "function": {"name": "", "arguments": ""}},
            )
            whole["id"] = _text(call.get("id")) or whole["id"]
            whole["function"]["name"] = _text(function.get("name")) or whole["function"]["name"]
            whole["function"]["arguments"] += _text(function.get("arguments")) or ""

    @property
    def whole(self) -> tuple[Json, ...]:
        """The calls, in the API's own form, by index."""
        return tuple(self._calls[index] for index in sorted(self._calls))


def _object(value: object) -> Json:
    return value if isinstance(value, Mapping) else NOTHING


def _text(value: object) -> str | None:
    """Return a text that holds something, None for all else."""
    return value if isinstance(value, str) and value else None
