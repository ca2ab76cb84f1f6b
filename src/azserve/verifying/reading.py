"""Files of probes as `Probe`s."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeVar, cast, get_args

from azserve.errors import Bug
from azserve.model.catalogue import Route, Trait
from azserve.model.chat import ChatRequest, EmbeddingsRequest, Message, Role
from azserve.model.settings import PROBES
from azserve.verifying import expectations as wanted
from azserve.verifying.pictures import require_image
from azserve.verifying.ports import ModelError, Signing
from azserve.verifying.probe import (
    AnswerCheck,
    ChatQuestion,
    EmbeddingsQuestion,
    InfoCheck,
    InfoQuestion,
    Probe,
    Question,
    Refusal,
    VectorCheck,
)
from azserve.verifying.schema import Schema

Raw = Mapping[str, Any]
T = TypeVar("T")

SHARED: Mapping[str, Callable[[Any], Any]] = {
    "usage-adds-up": lambda _: wanted.UsageAddsUp(),
    "model-named": lambda _: wanted.ModelNamed(),
    "rate-limits-told": lambda _: wanted.LimitsTold(),
}
ANSWER_EXPECTATIONS: Mapping[str, Callable[[Any], wanted.AnswerExpectation]] = {
    **SHARED,
    "answer-given": lambda _: wanted.AnswerGiven(),
    "answer-matches": lambda given: wanted.AnswerMatches(re.compile(given)),
    "answer-lacks": lambda given: wanted.AnswerLacks(re.compile(given)),
    "answer-contains": lambda given: wanted.AnswerContains(_text(given)),
    "json-object": lambda _: wanted.JsonObjectGiven(),
    "json-path": lambda given: _json_holds(given),
    "json-schema": lambda given: wanted.JsonObeys(Schema(given)),
    "tool-called": lambda given: _tool_called(given),
    "thinking-apart": lambda _: wanted.ThinkingApart(),
    "status": lambda given: wanted.StatusIs(_statuses(given)),
    "finish-reason": lambda given: wanted.FinishReason(_texts(given)),
    "completion-at-most": lambda given: wanted.CompletionAtMost(_count(given)),
    "stream-ended": lambda _: wanted.StreamEnded(),
    "stream-chunks": lambda given: wanted.StreamChunks(_count(given)),
    "stream-formed": lambda _: wanted.StreamFormed(),
    "like-before": lambda _: wanted.LikeBefore(),
    "first-token-within": lambda given: wanted.FirstTokenWithin(_seconds(given)),
    "first-answer-within": lambda given: wanted.FirstAnswerWithin(_seconds(given)),
    "whole-within": lambda given: wanted.WholeWithin(_seconds(given)),
}
INFO_EXPECTATIONS: Mapping[str, Callable[[Any], wanted.InfoExpectation]] = {
    "info-model": lambda _: wanted.InfoModel(),
    "info-type": lambda given: wanted.InfoType(_texts(given)),
    "info-provider": lambda _: wanted.InfoProvider(),
}
VECTOR_EXPECTATIONS: Mapping[str, Callable[[Any], wanted.VectorExpectation]] = {
    **SHARED,
    "vectors-given": lambda _: wanted.VectorsGiven(),
    "vector-length": lambda given: wanted.VectorLength(_count(given)),
    "second-is-nearest": lambda _: wanted.VectorsNear(),
}
KINDS: Mapping[type, str] = {
    str: "a text",
    list: "a list",
    dict: "a map",
    int: "a whole number",
    float: "a number",
}
ROLES = frozenset(get_args(Role))
REFUSALS = frozenset(kind.default_code for kind in ModelError.__subclasses__())
PROBE = {"asks", "needs", "shows_answer", "only_on", "needs_filter", "steps"}
STEPS = {"info", "chat", "embeddings"}
NUMBERS = ("temperature", "top_p", "presence_penalty", "frequency_penalty")
REQUEST = {*NUMBERS, "messages", "max_tokens", "stop", "seed", "response_format", "tools", "tool_choice", "extra"}
CHAT = {*REQUEST, "extra_parameters", "streamed", "follows", "tool_results", "signing", "refused", "checks"}


@lru_cache(maxsize=1)
def probes() -> tuple[Probe, ...]:
    """Return the probes there are, in the order they are asked. Raises `Bug` where a packaged file does not fit."""
    folder = files("azserve.verifying") / "probes"
    return tuple(packaged_probe(name, folder.joinpath(f"{name}.json").read_text(encoding="utf-8")) for name in PROBES)


def packaged_probe(name: str, text: str) -> Probe:
    """Return a probe of a file's text; raises `Bug` where it does not fit."""
    try:
        return probe_of(name, json.loads(text))
    except ValueError as error:
        raise Bug(f"the packaged probe `{name}` does not fit: {error}", code="probe-data") from error


def probe_of(name: str, raw: Raw) -> Probe:
    """Return a probe of its parsed file; raises ValueError that says which member does not fit."""
    _only(raw, "", PROBE | STEPS)
    questions = _questions(raw)
    names = [each for question in questions for each in _names(question)]
    twice = next((each for each in names if names.count(each) > 1), None)
    if twice or not names:
        raise ValueError(f"there are two checks `{twice}`" if twice else "nothing is checked")
    only_on = _object(raw, "only_on")
    _only(only_on, "only_on", {"routes", "elsewhere"})
    first = questions[0]
    if isinstance(first, ChatQuestion) and not first.request.messages:
        raise ValueError("`messages` must hold one at least: nothing was said before")
    return Probe(
        name=name,
        asks=_member(raw, "asks", str),
        needs=tuple(_trait(each, "needs") for each in _member(raw, "needs", list)),
        questions=questions,
        shows_answer=_flag(raw, "shows_answer"),
        routes=tuple(_word(Route, each, "routes") for each in _listed(only_on, "routes")),
        elsewhere=str(only_on.get("elsewhere", "")),
        needs_filter=_flag(raw, "needs_filter"),
    )


def _questions(raw: Raw) -> tuple[Question, ...]:
    if "steps" not in raw:
        return (_question(raw),)
    steps = _member(raw, "steps", list)
    if not steps or STEPS & set(raw):
        raise ValueError("`steps` must hold at least one, and stands for itself")
    for step in steps:
        _only(step, "steps", STEPS)
    return tuple(_question(step) for step in steps)


def _question(raw: Raw) -> Question:
    asked = STEPS & set(raw)
    if len(asked) > 1:
        raise ValueError(" and ".join(f"`{name}`" for name in sorted(asked, reverse=True)) + " exclude each other")
    match raw:
        case {"info": {"checks": [*checks], **others}}:
            _only(others, "info", set())
            return InfoQuestion(tuple(_info_check(each) for each in checks))
        case {"embeddings": asking}:
            return _embeddings(asking)
        case {"chat": asking}:
            return _chat(asking)
        case _:
            raise ValueError("`info`, `chat` or `embeddings` must say what to ask")


def _names(question: Question) -> list[str]:
    refusal = None if isinstance(question, InfoQuestion) else question.refusal
    return [*(each.name for each in question.checks), *([refusal.name] if refusal else [])]


def _embeddings(raw: Raw) -> EmbeddingsQuestion:
    _only(raw, "embeddings", {"texts", "dimensions", "refused", "checks"})
    dimensions = _member(raw, "dimensions", int) if "dimensions" in raw else None
    checks = (_vector_check(each) for each in _member(raw, "checks", list))
    request = EmbeddingsRequest(tuple(_text(each) for each in _member(raw, "texts", list)), dimensions)
    return EmbeddingsQuestion(request, tuple(checks), _refusal(raw))


def _chat(raw: Raw) -> ChatQuestion:
    _only(raw, "chat", CHAT)
    return ChatQuestion(
        request=_request(raw),
        checks=tuple(_answer_check(each) for each in _listed(raw, "checks")),
        streamed=_flag(raw, "streamed"),
        follows=_flag(raw, "follows"),
        tool_results=_object(raw, "tool_results"),
        signing=_word(Signing, raw.get("signing", "usual"), "signing"),
        refusal=_refusal(raw),
    )


def _request(raw: Raw) -> ChatRequest:
    numbers = {name: float(_member(raw, name, (int, float))) for name in NUMBERS if name in raw}
    treated = raw.get("extra_parameters")
    if treated not in (None, "error", "drop", "pass-through"):
        raise ValueError(f"`extra_parameters` cannot be `{treated}`")
    return ChatRequest(
        messages=tuple(_message(each) for each in _member(raw, "messages", list)),
        max_tokens=_count(_member(raw, "max_tokens", int), "`max_tokens`"),
        stop=tuple(_text(each) for each in _listed(raw, "stop")) or None,
        seed=_member(raw, "seed", int) if "seed" in raw else None,
        response_format=_object(raw, "response_format") or None,
        tools=tuple(_listed(raw, "tools")),
        tool_choice=raw.get("tool_choice"),
        extra=_object(raw, "extra"),
        extra_parameters=treated,
        **numbers,
    )


def _message(raw: Raw) -> Message:
    _only(raw, "messages", {"role", "content"})
    role = _member(raw, "role", str)
    if role not in ROLES:
        raise ValueError(f"`role` cannot be `{role}`")
    content = _member(raw, "content", (str, list))
    for item in content if isinstance(content, list) else ():
        require_image(item)
    return Message(cast("Role", role), content)


def _refusal(raw: Raw) -> Refusal | None:
    if "refused" not in raw:
        return None
    told = _object(raw, "refused")
    _only(told, "refused", {"name", "as", "must"})
    one_of = tuple(_member(told, "as", list))
    for each in one_of:
        if each not in REFUSALS and not isinstance(each, int):
            raise ValueError(f"`refused` knows no `{each}`; there are {', '.join(sorted(REFUSALS))} and HTTP statuses")
    return Refusal(_member(told, "name", str), one_of, must=told.get("must") is not False)


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


def _vector_check(raw: Raw) -> VectorCheck:
    _only(raw, "checks", {"name", "expects"})
    return VectorCheck(name=_member(raw, "name", str), expects=_expectation(raw, VECTOR_EXPECTATIONS))


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
        # Libraries draw where a pattern or a path goes wrong, in several lines.
        raise ValueError(f"`{kind}` does not take `{given}`: {' '.join(str(error).split())}") from error


def _json_holds(given: Raw) -> wanted.JsonHolds:
    import jmespath

    _only(given, "json-path", {"path", "matches"})
    path = _member(given, "path", str)
    jmespath.compile(path)
    return wanted.JsonHolds(path, re.compile(_member(given, "matches", str)))


def _tool_called(given: Raw) -> wanted.ToolCalled:
    _only(given, "tool-called", {"name", "arguments"})
    patterns = {name: re.compile(_text(each)) for name, each in _object(given, "arguments").items()}
    return wanted.ToolCalled(_member(given, "name", str), patterns)


def _statuses(given: Any) -> tuple[int, ...]:  # noqa: ANN401  whatever the file holds
    """Return one status or several."""
    statuses = given if isinstance(given, list) else [given]
    if not statuses or not all(type(each) is int and 100 <= each < 600 for each in statuses):
        raise ValueError("a status is a number from 100 to 599")
    return tuple(statuses)


def _texts(given: Any) -> tuple[str, ...]:  # noqa: ANN401  whatever the file holds
    """Return one text or several."""
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts:
        raise ValueError("a text or a list of them is expected")
    return tuple(_text(each) for each in texts)


def _count(given: Any, name: str = "this") -> int:  # noqa: ANN401  whatever the file holds
    if type(given) is not int or given < 1:
        raise ValueError(f"{name} must be a whole number of at least 1")
    return given


def _seconds(given: Any) -> float:  # noqa: ANN401  whatever the file holds
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not 0 < given < math.inf:
        raise ValueError("seconds are a number above 0")
    return float(given)


def _trait(given: Any, place: str) -> Trait:  # noqa: ANN401  whatever the file holds
    try:
        return Trait(given)
    except ValueError as error:
        raise ValueError(f"`{place}` names a trait that there is not: `{given}`") from error


def _word(kind: Callable[[Any], T], given: Any, place: str) -> T:  # noqa: ANN401  whatever the file holds
    try:
        return kind(given)
    except ValueError as error:
        raise ValueError(f"`{place}` cannot be `{given}`") from error


def _text(given: Any) -> str:  # noqa: ANN401  whatever the file holds
    if not isinstance(given, str):
        raise ValueError(f"`{given}` is no text")
    return given


def _member(raw: Raw, name: str, kind: type | tuple[type, ...]) -> Any:  # noqa: ANN401  as `kind` says
    value = raw.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        raise ValueError(f"`{name}` is missing or not {' or '.join(KINDS[each] for each in kinds)}")
    return value


def _listed(raw: Raw, name: str) -> list[Any]:
    return _member(raw, name, list) if name in raw else []


def _object(raw: Raw, name: str) -> dict[str, Any]:
    return _member(raw, name, dict) if name in raw else {}


def _flag(raw: Raw, name: str) -> bool:
    value = raw.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"`{name}` must be true or false")
    return value


def _only(raw: object, place: str, known: set[str]) -> None:
    if not isinstance(raw, Mapping):
        raise ValueError(f"`{place or 'probe'}` must be an object")
    unknown = sorted(set(raw) - known)
    if unknown:
        raise ValueError(f"unknown member `{unknown[0]}`" + (f" in `{place}`" if place else ""))
