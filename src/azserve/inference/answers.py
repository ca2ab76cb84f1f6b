"""What comes back, put together: from one body, or from the chunks of a stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from azserve.inference.thinking import ThinkingSplitter, split_thinking
from azserve.model.chat import AnswerDelta, ChatAnswer, ThinkingDelta, Timings, Usage

Json = Mapping[str, Any]


def rate_limit_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Keep the headers that speak of limits; nothing else of a response is anybody's business."""
    kept = ("x-ratelimit-", "retry-after")
    return {name.lower(): value for name, value in headers.items() if name.lower().startswith(kept)}


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return the id that Azure's support asks for."""
    names = ("apim-request-id", "x-ms-request-id", "x-request-id")
    lowered = {name.lower(): value for name, value in headers.items()}
    return next((lowered[name] for name in names if name in lowered), None)


def usage_of(body: Json) -> Usage | None:
    """Return the usage, None where it is missing, null or not made of numbers."""
    usage = body.get("usage")
    if not isinstance(usage, Mapping):
        return None
    prompt, completion, total = (usage.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens"))
    if not (isinstance(prompt, int) and isinstance(completion, int) and isinstance(total, int)):
        return None
    return Usage(prompt, completion, total)


def whole_answer(body: Json, headers: Mapping[str, str], timings: Timings) -> ChatAnswer:
    """Return an unstreamed answer. A body without a choice is an answer without text."""
    choices = body.get("choices")
    choice: Json = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], Mapping) else {}
    found = choice.get("message")
    message: Json = found if isinstance(found, Mapping) else {}
    content, aside = message.get("content"), message.get("reasoning_content")
    thinking, answer = split_thinking(content if isinstance(content, str) else "")
    if isinstance(aside, str) and aside.strip():
        thinking = aside.strip()
    return ChatAnswer(
        answer=answer,
        thinking=thinking,
        model=str(body.get("model") or ""),
        finish_reason=choice.get("finish_reason") or None,
        usage=usage_of(body),
        timings=timings,
        tool_calls=tuple(message.get("tool_calls") or ()),
        request_id=request_id(headers),
        headers=rate_limit_headers(headers),
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
        self._splitter = ThinkingSplitter()
        self._thinking: list[str] = []
        self._answer: list[str] = []
        self._thought = False
        self._calls: dict[int, dict[str, Any]] = {}
        self._model = ""
        self._finish: str | None = None
        self._usage: Usage | None = None
        self._chunks = 0

    def take(self, chunk: Json) -> list[ThinkingDelta | AnswerDelta]:
        """Take one chunk; return what it adds."""
        self._model = chunk.get("model") or self._model
        self._usage = usage_of(chunk) or self._usage
        choices = chunk.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
            return []
        choice: Json = choices[0]
        self._chunks += 1
        self._finish = choice.get("finish_reason") or self._finish
        found = choice.get("delta")
        delta: Json = found if isinstance(found, Mapping) else {}
        self._take_calls(delta.get("tool_calls"))
        pieces: list[ThinkingDelta | AnswerDelta] = []
        if isinstance(aside := delta.get("reasoning_content"), str) and aside:
            pieces.append(ThinkingDelta(aside))
        if isinstance(content := delta.get("content"), str) and content:
            if self._first_token_s is None:
                self._first_token_s = self._elapsed_s()
            pieces += self._splitter.feed(content)
        return self._kept(pieces)

    def end(self, *, done: bool, headers: Mapping[str, str]) -> tuple[list[ThinkingDelta | AnswerDelta], ChatAnswer]:
        """Return what was held back, and the whole answer. `done`: the stream ended in `[DONE]`."""
        last = self._kept(self._splitter.finish())
        thinking = "".join(self._thinking).strip()
        return last, ChatAnswer(
            answer="".join(self._answer),
            thinking=thinking if self._thought else None,
            model=self._model,
            finish_reason=self._finish,
            usage=self._usage,
            timings=Timings(self._first_byte_s, self._first_token_s, self._first_answer_s, self._elapsed_s()),
            tool_calls=tuple(self._calls[index] for index in sorted(self._calls)),
            chunks=self._chunks,
            done=done,
            request_id=request_id(headers),
            headers=rate_limit_headers(headers),
        )

    def _kept(self, pieces: list[ThinkingDelta | AnswerDelta]) -> list[ThinkingDelta | AnswerDelta]:
        for piece in pieces:
            if self._first_token_s is None:
                self._first_token_s = self._elapsed_s()
            match piece:
                case ThinkingDelta():
                    self._thought = True
                    self._thinking.append(piece.text)
                case AnswerDelta():
                    if self._first_answer_s is None:
                        self._first_answer_s = self._elapsed_s()
                    self._answer.append(piece.text)
        return pieces

    def _take_calls(self, calls: object) -> None:
        """Put tool calls together: a call comes once with its name, then its arguments in pieces, by index."""
        if not isinstance(calls, list):
            return
        for call in calls:
            if not isinstance(call, Mapping):
                continue
            kept = self._calls.setdefault(
                int(call.get("index") or 0), {"id": "", "type": "function", "function": {"name": "", "arguments": ""}}
            )
            kept["id"] = call.get("id") or kept["id"]
            function = call.get("function") or {}
            kept["function"]["name"] = function.get("name") or kept["function"]["name"]
            kept["function"]["arguments"] += function.get("arguments") or ""
