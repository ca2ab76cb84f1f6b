"""What the model said → a completion: one text, cut where limits, stop sequences and the filter cut it, and counted."""

from __future__ import annotations

from dataclasses import dataclass

from azserve.emulator.inference.messages import ToolCall, prompt_texts
from azserve.emulator.inference.parameters import ChatWish
from azserve.emulator.inference.script.filter import ContentFilter
from azserve.emulator.inference.script.model import Utterance
from azserve.emulator.inference.script.tokens import count, count_prompt, tokens
from azserve.emulator.kernel.inferred import inferred

inferred(
    "inference.completion.stop",
    "Stop sequences end the visible answer and not the thinking; the sequence itself is left out.",
    because="a stop inside the thinking would leave no answer; the reference does not say",
)
inferred(
    "inference.completion.think",
    "Thinking is `<think>`, line break, text, line break, `</think>`, blank line, answer.",
    because="so the longest of the tutorials' print-outs has it; others have no line breaks",
)

OPEN, CLOSE = "<think>", "</think>"


@dataclass(frozen=True, slots=True)
class Completion:
    """A finished answer, not yet in any dialect's form."""

    text: str
    """Thinking, its tags and the answer, as the model wrote them."""
    tool_calls: tuple[ToolCall, ...]
    finish_reason: str
    """`stop`, `length`, `content_filter` or `tool_calls`."""
    prompt_tokens: int
    completion_tokens: int


def prompt_tokens(wish: ChatWish) -> int:
    """Return what a request costs before anything is answered: messages, pictures, tools and schema."""
    pictures = sum(image.tokens for turn in wish.turns for image in turn.images)
    offered = sum(count(f"{tool.name} {tool.description} {tool.parameters}") for tool in wish.tools)
    schema = count(str(wish.schema)) if wish.schema is not None else 0
    return count_prompt(prompt_texts(wish.turns)) + pictures + offered + schema


def complete(
    wish: ChatWish, said: Utterance, filtering: ContentFilter | None, *, spent_on_prompt: int, closes: bool = True
) -> Completion:
    """Cut and count. `closes` False leaves the closing tag out, as a misbehaving model does."""
    answer, reason = said.answer, "tool_calls" if said.tool_calls else "stop"
    places = [answer.find(stop) for stop in wish.stop if stop in answer]
    if places:
        answer = answer[: min(places)]
    allowed = filtering.allowed(answer) if filtering is not None else None
    if allowed is not None:
        answer, reason = allowed, "content_filter"
    text = answer
    if said.thinking is not None:
        text = f"{OPEN}\n{said.thinking}\n{CLOSE if closes else ''}\n\n{answer}"
    pieces = tokens(text)
    calls = said.tool_calls
    called = sum(count(call.name + call.arguments) for call in calls)
    spent = len(pieces) + called
    if wish.max_tokens is not None and spent > wish.max_tokens:
        spent, reason, calls = wish.max_tokens, "length", ()
        text = "".join(pieces[:spent])
    return Completion(text, calls, reason, spent_on_prompt, spent)


def apart(text: str) -> tuple[str | None, str]:
    """Return thinking and answer of a text, as the OpenAI routes send them; thinking None where there is none."""
    if not text.startswith(OPEN):
        unfinished = bool(text) and f"{OPEN}\n".startswith(text)
        return ("", "") if unfinished else (None, text)
    thinking, _, answer = text.removeprefix(OPEN).lstrip("\n").partition(CLOSE)
    return thinking, answer.lstrip("\n")
