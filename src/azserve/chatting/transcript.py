"""A conversation as a document, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from azserve.errors import ConfigurationError
from azserve.model.chat import Timings, Usage
from azserve.model.json import JsonObject, JsonValue
from azserve.model.names import EndpointKey, ModelName, Region
from azserve.model.talk import Partner, Transcript, Turn

SCHEMA = "azserve/transcript/v1"


def document_of(transcript: Transcript) -> JsonObject:
    """Return a conversation as JSON; it holds no key."""
    turns: list[JsonValue] = [
        {
            "question": turn.question,
            "thinking": turn.thinking,
            "answer": turn.answer,
            "stopped": turn.stopped,
            "finish_reason": turn.finish_reason,
            "usage": asdict(turn.usage) if turn.usage else None,
            "timings": asdict(turn.timings) if turn.timings else None,
        }
        for turn in transcript.turns
    ]
    return {"schema": SCHEMA, **asdict(transcript.partner), "system": transcript.system, "turns": turns}


def transcript_of(document: JsonValue, where: str) -> Transcript:
    """Return the conversation in a document; raises ConfigurationError (`transcript-unfit`) for what holds none.

    Usage and times are read leniently: they are of no use to what is asked next.
    """
    try:
        body = _object(document, "")
        if body.get("schema") != SCHEMA:
            raise _Unfit(f"its `schema` is not `{SCHEMA}`")
        turns = body.get("turns")
        if not isinstance(turns, list):
            raise _Unfit("`turns` is not a list")
        partner = Partner(
            EndpointKey(_text(body, "endpoint")), Region(_text(body, "region")), ModelName(_text(body, "model"))
        )
        read = tuple(_turn(each, f"turns[{at}]") for at, each in enumerate(turns))
        return Transcript(partner, _text_or_none(body, "system"), read)
    except _Unfit as error:
        raise ConfigurationError(
            f"`{where}` does not hold a conversation: {error}",
            code="transcript-unfit",
            hint="name another file with `--save`: this one was left as it is",
        ) from error


class _Unfit(ValueError):
    """What does not fit, in words."""


def _turn(value: JsonValue, at: str) -> Turn:
    body = _object(value, at)
    question = body.get("question")
    if not isinstance(question, str) and not _are_items(question):
        raise _Unfit(f"`{at}.question` is neither text nor a list of content items")
    return Turn(
        question=question,
        answer=_text(body, "answer", at),
        thinking=_text_or_none(body, "thinking", at),
        stopped=body.get("stopped") is True,
        finish_reason=_text_or_none(body, "finish_reason", at),
        usage=_usage(body.get("usage")),
        timings=_timings(body.get("timings")),
    )


def _are_items(value: JsonValue) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _object(value: JsonValue, at: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _Unfit(f"`{at}` is not an object" if at else "it is not an object")
    return value


def _text(body: Mapping[str, Any], name: str, at: str = "") -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise _Unfit(f"`{at}{'.' if at else ''}{name}` is not text")
    return value


def _text_or_none(body: Mapping[str, Any], name: str, at: str = "") -> str | None:
    return None if body.get(name) is None else _text(body, name, at)


def _usage(value: JsonValue) -> Usage | None:
    body = value if isinstance(value, Mapping) else {}
    prompt, completion, total = (body.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens"))
    if isinstance(prompt, int) and isinstance(completion, int) and isinstance(total, int):
        return Usage(prompt, completion, total)
    return None


def _timings(value: JsonValue) -> Timings | None:
    if not isinstance(value, Mapping):
        return None
    found = {name: value.get(name) for name in ("first_byte_s", "first_token_s", "first_answer_s", "total_s")}
    return Timings(**{name: each for name, each in found.items() if isinstance(each, int | float)})
