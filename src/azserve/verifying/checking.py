"""One answer against one expectation."""

from __future__ import annotations

from typing import assert_never

from azserve.model.chat import ChatAnswer, ModelInfo, Usage
from azserve.model.endpoint import Endpoint
from azserve.model.finding import Check
from azserve.verifying.probe import (
    AnswerCheck,
    AnswerExpectation,
    AnswerGiven,
    AnswerMatches,
    FinishReason,
    InfoCheck,
    InfoExpectation,
    InfoModel,
    InfoProvider,
    InfoType,
    ModelNamed,
    StreamChunks,
    StreamEnded,
    ThinkingApart,
    UsageAddsUp,
)

CLIP = 120
TAGS = ("<think>", "</think>")


def check_answer(check: AnswerCheck, answer: ChatAnswer, endpoint: Endpoint) -> Check:
    """Hold an answer against one expectation."""
    return Check(check.name, *_of_answer(check.expects, answer, endpoint))


def check_info(check: InfoCheck, info: ModelInfo, endpoint: Endpoint) -> Check:
    """Hold what `/info` said against one expectation."""
    return Check(check.name, *_of_info(check.expects, info, endpoint))


def _of_answer(expects: AnswerExpectation, answer: ChatAnswer, endpoint: Endpoint) -> tuple[bool, str, str]:
    """Return whether it holds, what was expected and what was found."""
    match expects:
        case AnswerGiven():
            return bool(answer.answer.strip()), "an answer", clipped(answer.answer)
        case AnswerMatches(pattern):
            found = pattern.search(answer.answer)
            return found is not None, f"a match of `{pattern.pattern}`", clipped(answer.answer)
        case ThinkingApart():
            return _thinking_apart(answer)
        case FinishReason(one_of):
            return answer.finish_reason in one_of, " or ".join(one_of), answer.finish_reason or "no finish reason"
        case UsageAddsUp():
            return _usage_adds_up(answer.usage)
        case ModelNamed():
            return _same_model(answer.model, endpoint), endpoint.model, answer.model or "no model"
        case StreamEnded():
            return answer.done, "`[DONE]` at the end", "`[DONE]`" if answer.done else "an end without it"
        case StreamChunks(at_least):
            return answer.chunks >= at_least, f"{at_least} pieces or more", f"{answer.chunks}"
        case _:
            assert_never(expects)


def _of_info(expects: InfoExpectation, info: ModelInfo, endpoint: Endpoint) -> tuple[bool, str, str]:
    match expects:
        case InfoModel():
            return _same_model(info.model_name, endpoint), endpoint.model, info.model_name or "no name"
        case InfoType(one_of):
            return info.model_type in one_of, " or ".join(one_of), info.model_type or "no type"
        case InfoProvider():
            return bool(info.model_provider_name.strip()), "a provider", info.model_provider_name or "none"
        case _:
            assert_never(expects)


def _thinking_apart(answer: ChatAnswer) -> tuple[bool, str, str]:
    expected = "thinking, apart from the answer"
    if not (answer.thinking or "").strip():
        return False, expected, "no thinking"
    tag = next((tag for tag in TAGS if tag in answer.answer), None)
    if tag:
        return False, expected, f"`{tag}` in the answer"
    return True, expected, f"{len(answer.thinking or '')} characters of it"


def _usage_adds_up(usage: Usage | None) -> tuple[bool, str, str]:
    expected = "prompt and completion tokens that make the total"
    if usage is None:
        return False, expected, "no usage"
    found = f"{usage.prompt_tokens} + {usage.completion_tokens}, total {usage.total_tokens}"
    counted = usage.prompt_tokens > 0 and usage.completion_tokens > 0
    return counted and usage.prompt_tokens + usage.completion_tokens == usage.total_tokens, expected, found


def _same_model(said: str, endpoint: Endpoint) -> bool:
    """Whether a name means the deployed model.

    Hosts spell it as the catalogue does or in lower case, OpenAI's with the version behind it (`gpt-4o-2024-11-20`);
    one tutorial shows the deployment's name, as it was sent.
    """
    names = {endpoint.model, f"{endpoint.model}-{endpoint.version}", endpoint.deployment or endpoint.model}
    return said.casefold() in {name.casefold() for name in names}


def clipped(text: str) -> str:
    """Return a text in one short line, for a report."""
    joined = " ".join(text.split())
    if not joined:
        return "nothing"
    return joined if len(joined) <= CLIP else joined[:CLIP].rsplit(" ", 1)[0] + " …"
