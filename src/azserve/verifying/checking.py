"""One answer against one expectation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from azserve.model.chat import ChatAnswer, Embeddings, EmbeddingsRequest, ModelInfo, Usage
from azserve.model.endpoint import Endpoint
from azserve.model.finding import Check
from azserve.verifying import expectations as wanted
from azserve.verifying.expectations import AnswerExpectation, InfoExpectation, VectorExpectation
from azserve.verifying.probe import AnswerCheck, InfoCheck, VectorCheck

CLIP = 120
TAGS = ("<think>", "</think>")

Held = tuple[bool, str, str]
"""Whether it holds, what was expected and what was found."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, whose it is, and what was answered to the question before."""

    answer: ChatAnswer
    endpoint: Endpoint
    before: ChatAnswer | None = None


def check_answer(check: AnswerCheck, heard: Heard) -> Check:
    """Hold an answer against one expectation."""
    return Check(check.name, *_OF_ANSWERS[type(check.expects)](check.expects, heard))


def check_info(check: InfoCheck, info: ModelInfo, endpoint: Endpoint) -> Check:
    """Hold what `/info` said against one expectation."""
    return Check(check.name, *_of_info(check.expects, info, endpoint))


def check_vectors(check: VectorCheck, found: Embeddings, request: EmbeddingsRequest, endpoint: Endpoint) -> Check:
    """Hold vectors against one expectation."""
    return Check(check.name, *_of_vectors(check.expects, found, request, endpoint))


def _of_info(expects: InfoExpectation, info: ModelInfo, endpoint: Endpoint) -> Held:
    match expects:
        case wanted.InfoModel():
            return _same_model(info.model_name, endpoint), endpoint.model, info.model_name or "no name"
        case wanted.InfoType(one_of):
            return info.model_type in one_of, " or ".join(one_of), info.model_type or "no type"
        case wanted.InfoProvider():
            return bool(info.model_provider_name.strip()), "a provider", info.model_provider_name or "none"
        case _:
            assert_never(expects)


def _of_vectors(expects: VectorExpectation, found: Embeddings, request: EmbeddingsRequest, endpoint: Endpoint) -> Held:
    match expects:
        case wanted.VectorsGiven():
            return _vectors_given(found, len(request.texts))
        case wanted.VectorLength(length):
            lengths = sorted({len(vector) for vector in found.vectors})
            return (
                lengths == [length],
                f"vectors of {length}",
                f"vectors of {', '.join(map(str, lengths)) or 'nothing'}",
            )
        case wanted.VectorsNear():
            return _vectors_near(found)
        case wanted.UsageAddsUp():
            counted = found.usage is not None and 0 < found.usage.prompt_tokens == found.usage.total_tokens
            said = f"{found.usage.prompt_tokens}, total {found.usage.total_tokens}" if found.usage else "no usage"
            return counted, "prompt tokens that make the total", said
        case wanted.ModelNamed():
            return _same_model(found.model, endpoint), endpoint.model, found.model or "no model"
        case wanted.LimitsTold():
            return _limits_told(found.headers)
        case _:
            assert_never(expects)


def _vectors_given(found: Embeddings, texts: int) -> Held:
    lengths = {len(vector) for vector in found.vectors}
    sound = len(found.vectors) == texts and len(lengths) == 1 and all(any(vector) for vector in found.vectors)
    return sound, f"{texts} vectors of one length", f"{len(found.vectors)} of {len(lengths)} lengths, zeros or not"


def _vectors_near(found: Embeddings) -> Held:
    first, *others = found.vectors
    likeness = [_likeness(first, other) for other in others]
    said = "likenesses " + ", ".join(f"{each:.3f}" for each in likeness)
    return bool(likeness) and likeness[0] == max(likeness) > min(likeness), "the second text nearest", said


def _likeness(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return the cosine of two vectors, 0 where either is zero or their lengths differ."""
    if len(one) != len(other):
        return 0.0
    product = sum(a * b for a, b in zip(one, other, strict=True))
    lengths = sum(a * a for a in one) * sum(b * b for b in other)
    return product / lengths**0.5 if lengths else 0.0


def _answer_given(_: wanted.AnswerGiven, heard: Heard) -> Held:
    return bool(heard.answer.answer.strip()), "an answer", clipped(heard.answer.answer)


def _answer_matches(expects: wanted.AnswerMatches, heard: Heard) -> Held:
    found = expects.pattern.search(heard.answer.answer)
    return found is not None, f"a match of `{expects.pattern.pattern}`", clipped(heard.answer.answer)


def _answer_lacks(expects: wanted.AnswerLacks, heard: Heard) -> Held:
    found = expects.pattern.search(heard.answer.answer)
    return found is None, f"no match of `{expects.pattern.pattern}`", clipped(heard.answer.answer)


def _answer_contains(expects: wanted.AnswerContains, heard: Heard) -> Held:
    held = expects.words.casefold() in heard.answer.answer.casefold()
    return held, f"the words `{expects.words}`", clipped(heard.answer.answer)


def _parsed(answer: ChatAnswer) -> Any:  # noqa: ANN401  whatever the model wrote
    """Return the JSON of an answer; raises ValueError."""
    try:
        return json.loads(answer.answer)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _json_object_given(_: wanted.JsonObjectGiven, heard: Heard) -> Held:
    try:
        held = isinstance(_parsed(heard.answer), dict)
    except ValueError:
        held = False
    return held, "one JSON object and nothing around it", clipped(heard.answer.answer)


def _json_holds(expects: wanted.JsonHolds, heard: Heard) -> Held:
    import jmespath

    expected = f"`{expects.path}` to match `{expects.pattern.pattern}`"
    try:
        found = jmespath.search(expects.path, _parsed(heard.answer))
    except ValueError:
        return False, expected, clipped(heard.answer.answer)
    said = found if isinstance(found, str) else json.dumps(found)
    return expects.pattern.search(said) is not None, expected, clipped(said)


def _json_obeys(expects: wanted.JsonObeys, heard: Heard) -> Held:
    expected = "JSON that obeys the schema"
    try:
        complaint = expects.schema.complaint(_parsed(heard.answer))
    except ValueError:
        return False, expected, clipped(heard.answer.answer)
    return complaint is None, expected, complaint or "such JSON"


def _tool_called(expects: wanted.ToolCalled, heard: Heard) -> Held:
    wishes = ", ".join(f"{name}: {pattern.pattern}" for name, pattern in expects.arguments.items())
    expected = f"a call `{expects.name}({wishes})`"
    calls = [called(each) for each in heard.answer.tool_calls]
    said = ", ".join(f"`{name}({clipped(text)})`" for name, text in calls) or f"no call, but {_said(heard)}"
    held = any(name == expects.name and _fits(text, expects) for name, text in calls)
    return held, expected, said


def _said(heard: Heard) -> str:
    return clipped(heard.answer.answer)


def called(call: Mapping[str, Any]) -> tuple[str, str]:
    """Return the name and the arguments, as text, of a call that a model asks for."""
    function = call.get("function")
    named = function if isinstance(function, Mapping) else {}
    return str(named.get("name") or ""), str(named.get("arguments") or "")


def _fits(text: str, expects: wanted.ToolCalled) -> bool:
    try:
        given = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return False
    return isinstance(given, dict) and all(
        pattern.search(str(given.get(name, ""))) is not None for name, pattern in expects.arguments.items()
    )


def _finish_reason(expects: wanted.FinishReason, heard: Heard) -> Held:
    said = heard.answer.finish_reason
    return said in expects.one_of, " or ".join(expects.one_of), said or "no finish reason"


def _completion_at_most(expects: wanted.CompletionAtMost, heard: Heard) -> Held:
    usage = heard.answer.usage
    held = usage is None or usage.completion_tokens <= expects.tokens
    return held, f"at most {expects.tokens} tokens", f"{usage.completion_tokens}" if usage else "no usage"


def _stream_formed(_: wanted.StreamFormed, heard: Heard) -> Held:
    form = heard.answer.form
    held = form is not None and form.begins_with_role and form.ends_with_reason
    begins = "begins with its role" if form and form.begins_with_role else "begins without a role"
    ends = "ends with its reason" if form and form.ends_with_reason else "does not end with one reason"
    return held, "a role first and the reason last", f"{begins}, {ends}" if form else "no stream"


def _like_before(_: wanted.LikeBefore, heard: Heard) -> Held:
    if heard.before is None:
        return False, "an answer before it", "none"
    shown = [_shape(each) for each in (heard.before, heard.answer)]
    return shown[0] == shown[1], f"as unstreamed: {shown[0]}", shown[1]


def _shape(answer: ChatAnswer) -> str:
    thinks = "with thinking" if answer.thinking else "without thinking"
    return f"{answer.model or 'no model'}, {answer.finish_reason or 'no finish reason'}, {thinks}"


def _limits_told(headers: Mapping[str, str]) -> Held:
    names = sorted(name for name in headers if name.startswith("x-ratelimit-remaining-"))
    return bool(names), "headers `x-ratelimit-remaining-…`", ", ".join(names) or "none"


def _within(seconds: float, took: float | None, what: str) -> Held:
    said = "none" if took is None else f"{took:.1f} s"
    return took is not None and took <= seconds, f"{what} within {seconds:g} s", said


_OF_ANSWERS: Mapping[type[AnswerExpectation], Callable[[Any, Heard], Held]] = {
    wanted.AnswerGiven: _answer_given,
    wanted.AnswerMatches: _answer_matches,
    wanted.AnswerLacks: _answer_lacks,
    wanted.AnswerContains: _answer_contains,
    wanted.JsonObjectGiven: _json_object_given,
    wanted.JsonHolds: _json_holds,
    wanted.JsonObeys: _json_obeys,
    wanted.ToolCalled: _tool_called,
    wanted.ThinkingApart: lambda _, heard: _thinking_apart(heard.answer),
    wanted.FinishReason: _finish_reason,
    wanted.StatusIs: lambda expects, heard: (
        heard.answer.status in expects.one_of,
        listed(expects.one_of),
        f"HTTP {heard.answer.status}",
    ),
    wanted.UsageAddsUp: lambda _, heard: _usage_adds_up(heard.answer.usage),
    wanted.CompletionAtMost: _completion_at_most,
    wanted.ModelNamed: lambda _, heard: (
        _same_model(heard.answer.model, heard.endpoint),
        heard.endpoint.model,
        heard.answer.model or "no model",
    ),
    wanted.StreamEnded: lambda _, heard: (
        heard.answer.done,
        "`[DONE]` at the end",
        "`[DONE]`" if heard.answer.done else "an end without it",
    ),
    wanted.StreamChunks: lambda expects, heard: (
        heard.answer.chunks >= expects.at_least,
        f"{expects.at_least} pieces or more",
        f"{heard.answer.chunks}",
    ),
    wanted.StreamFormed: _stream_formed,
    wanted.LikeBefore: _like_before,
    wanted.LimitsTold: lambda _, heard: _limits_told(heard.answer.headers),
    wanted.FirstTokenWithin: lambda expects, heard: _within(
        expects.seconds, heard.answer.timings.first_token_s, "a first token"
    ),
    wanted.FirstAnswerWithin: lambda expects, heard: _within(
        expects.seconds, heard.answer.timings.first_answer_s, "the answer to begin"
    ),
    wanted.WholeWithin: lambda expects, heard: _within(expects.seconds, heard.answer.timings.total_s, "a whole answer"),
}
"""How each kind of expectation is held against an answer; a test sees that none is missing."""


def _thinking_apart(answer: ChatAnswer) -> Held:
    expected = "thinking, apart from the answer"
    if not (answer.thinking or "").strip():
        return False, expected, "no thinking"
    tag = next((tag for tag in TAGS if tag in answer.answer), None)
    if tag:
        return False, expected, f"`{tag}` in the answer"
    return True, expected, f"{len(answer.thinking or '')} characters of it"


def _usage_adds_up(usage: Usage | None) -> Held:
    expected = "prompt and completion tokens that make the total"
    if usage is None:
        return False, expected, "no usage"
    found = f"{usage.prompt_tokens} + {usage.completion_tokens}, total {usage.total_tokens}"
    counted = usage.prompt_tokens > 0 and usage.completion_tokens > 0
    return counted and usage.prompt_tokens + usage.completion_tokens == usage.total_tokens, expected, found


def _same_model(said: str, endpoint: Endpoint) -> bool:
    """Whether a name means the deployed model."""
    return said.casefold() in {name.casefold() for name in endpoint.model_names}


def listed(statuses: Iterable[int]) -> str:
    """Return the statuses that are expected."""
    return "HTTP " + " or ".join(str(status) for status in statuses)


def clipped(text: str) -> str:
    """Return a text in one short line, for a report."""
    joined = " ".join(text.split())
    if not joined:
        return "nothing"
    return joined if len(joined) <= CLIP else joined[:CLIP].rsplit(" ", 1)[0] + " …"
