"""Files of probes as `Probe`s."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeVar, cast

from azserve.errors import Bug
from azserve.model.catalogue import Trait
from azserve.model.chat import ChatRequest, Message, Role
from azserve.verifying.probe import (
    AnswerCheck,
    AnswerExpectation,
    AnswerGiven,
    AnswerMatches,
    ChatQuestion,
    FinishReason,
    InfoCheck,
    InfoExpectation,
    InfoModel,
    InfoProvider,
    InfoQuestion,
    InfoType,
    ModelNamed,
    Probe,
    Question,
    StreamChunks,
    StreamEnded,
    ThinkingApart,
    UsageAddsUp,
)

Raw = Mapping[str, Any]
T = TypeVar("T")

ORDER = ("info", "chat", "stream", "reasoning")
"""The order in which probes are asked and reported: what is cheap and says most first."""

ANSWER_EXPECTATIONS: Mapping[str, Callable[[Any], AnswerExpectation]] = {
    "answer-given": lambda _: AnswerGiven(),
    "answer-matches": lambda given: AnswerMatches(re.compile(given)),
    "thinking-apart": lambda _: ThinkingApart(),
    "finish-reason": lambda given: FinishReason(tuple(given)),
    "usage-adds-up": lambda _: UsageAddsUp(),
    "model-named": lambda _: ModelNamed(),
    "stream-ended": lambda _: StreamEnded(),
    "stream-chunks": lambda given: StreamChunks(int(given)),
}
INFO_EXPECTATIONS: Mapping[str, Callable[[Any], InfoExpectation]] = {
    "info-model": lambda _: InfoModel(),
    "info-type": lambda given: InfoType(tuple(given)),
    "info-provider": lambda _: InfoProvider(),
}
ROLES = frozenset({"system", "user", "assistant", "tool"})


@lru_cache(maxsize=1)
def probes() -> tuple[Probe, ...]:
    """Return the probes there are, in the order they are asked. Raises `Bug` where a packaged file does not fit."""
    folder = files("azserve.verifying") / "probes"
    return tuple(packaged_probe(name, folder.joinpath(f"{name}.json").read_text(encoding="utf-8")) for name in ORDER)


def packaged_probe(name: str, text: str) -> Probe:
    """Return a probe of a file's text; raises `Bug` where it does not fit."""
    try:
        return probe_of(name, json.loads(text))
    except ValueError as error:
        raise Bug(f"the packaged probe `{name}` does not fit: {error}", code="probe-data") from error


def probe_of(name: str, raw: Raw) -> Probe:
    """Return a probe of its parsed file; raises ValueError that says which member does not fit."""
    _only(raw, "", {"asks", "needs", "shows_answer", "info", "chat"})
    return Probe(
        name=name,
        asks=_member(raw, "asks", str),
        needs=tuple(_trait(each, "needs") for each in _member(raw, "needs", list)),
        question=_question(raw),
        shows_answer=raw.get("shows_answer") is True,
    )


def _question(raw: Raw) -> Question:
    match raw:
        case {"info": _, "chat": _}:
            raise ValueError("`info` and `chat` exclude each other")
        case {"info": {"checks": [*checks], **others}}:
            _only(others, "info", set())
            return InfoQuestion(tuple(_info_check(each) for each in checks))
        case {"chat": asked}:
            return _chat(asked)
        case _:
            raise ValueError("`info` or `chat` must say what to ask")


def _chat(raw: Raw) -> ChatQuestion:
    _only(raw, "chat", {"messages", "max_tokens", "streamed", "checks"})
    request = ChatRequest(
        messages=tuple(_message(each) for each in _member(raw, "messages", list)),
        max_tokens=_member(raw, "max_tokens", int),
    )
    checks = tuple(_answer_check(each) for each in _member(raw, "checks", list))
    return ChatQuestion(request, checks, streamed=raw.get("streamed") is True)


def _message(raw: Raw) -> Message:
    _only(raw, "messages", {"role", "content"})
    role = _member(raw, "role", str)
    if role not in ROLES:
        raise ValueError(f"`role` cannot be `{role}`")
    return Message(cast("Role", role), _member(raw, "content", str))


def _answer_check(raw: Raw) -> AnswerCheck:
    _only(raw, "checks", {"name", "expects", "shows"})
    shows = raw.get("shows")
    return AnswerCheck(
        name=_member(raw, "name", str),
        expects=_expectation(raw, ANSWER_EXPECTATIONS),
        shows=None if shows is None else _trait(shows, "shows"),
    )


def _info_check(raw: Raw) -> InfoCheck:
    _only(raw, "checks", {"name", "expects"})
    return InfoCheck(name=_member(raw, "name", str), expects=_expectation(raw, INFO_EXPECTATIONS))


def _expectation(raw: Raw, known: Mapping[str, Callable[[Any], T]]) -> T:
    """Read `"answer-given"` or `{"answer-matches": "…"}`."""
    expects = raw.get("expects")
    if isinstance(expects, str):
        expects = {expects: None}
    if not isinstance(expects, Mapping) or len(expects) != 1:
        raise ValueError(f"`expects` cannot be `{expects}`")
    ((kind, given),) = expects.items()
    if kind not in known:
        raise ValueError(f"there is no expectation `{kind}` here; there are {', '.join(known)}")
    try:
        return known[kind](given)
    except (TypeError, ValueError, re.error) as error:
        raise ValueError(f"`{kind}` does not take `{given}`: {error}") from error


def _trait(given: Any, place: str) -> Trait:  # noqa: ANN401  whatever the file holds
    try:
        return Trait(given)
    except ValueError as error:
        raise ValueError(f"`{place}` names a trait that there is not: `{given}`") from error


def _member(raw: Raw, name: str, kind: type[T]) -> T:
    value = raw.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"`{name}` is missing or not {kind.__name__}")
    return value


def _only(raw: object, place: str, known: set[str]) -> None:
    if not isinstance(raw, Mapping):
        raise ValueError(f"`{place or 'probe'}` must be an object")
    unknown = sorted(set(raw) - known)
    if unknown:
        raise ValueError(f"unknown member `{unknown[0]}`" + (f" in `{place}`" if place else ""))
