"""What is sent: history, system prompt, files and images, as the model takes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from azserve.chatting.attachments import TextFile
from azserve.errors import Problem, Severity, UsageError
from azserve.model.catalogue import Support, Trait
from azserve.model.chat import ChatRequest, Message
from azserve.model.json import JsonValue
from azserve.model.names import ModelName
from azserve.model.talk import Transcript

Abilities = Mapping[Trait, Support]
LACKS = {
    Trait.CHAT: ("does not chat: it makes vectors", "choose another with `--endpoint`"),
    Trait.IMAGES: ("reads text only, as published: it takes no image", "choose one that sees with `--endpoint`"),
    Trait.JSON_OBJECT: (
        "has no JSON mode, as published",
        "leave out `--json` and ask for JSON in words, or choose another with `--endpoint`",
    ),
}
"""What is missing where a model refuses a trait, and the next move."""
IN_JSON = "Answer with one JSON object and nothing else."
"""OpenAI's models refuse the JSON mode unless some message speaks of JSON (documentation)."""
RUN_OF_TICKS = re.compile("`{3,}")


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks, and what goes with it."""

    text: str
    files: tuple[TextFile, ...] = ()
    images: tuple[str, ...] = ()
    """Addresses: of the web, or data URLs."""

    @property
    def content(self) -> JsonValue:
        """The content of its message: text, or a list of items where there are images."""
        text = "\n\n".join([*(_fenced(file) for file in self.files), self.text])
        if not self.images:
            return text
        images: list[JsonValue] = [{"type": "image_url", "image_url": {"url": url}} for url in self.images]
        return [{"type": "text", "text": text}, *images]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants of every answer."""

    system: str | None = None
    json_object: bool = False


def check(model: ModelName, abilities: Abilities, wanted: Iterator[Trait]) -> None:
    """Raise UsageError for the first thing wanted that is published as refused."""
    for trait in wanted:
        if abilities.get(trait) is Support.REFUSED:
            lack, hint = LACKS[trait]
            raise UsageError(f"`{model}` {lack}", code="trait-refused", hint=hint)


def wanted(question: Question, before: Transcript, wishes: Wishes) -> Iterator[Trait]:
    """Yield what a question asks of a model, images of earlier questions included."""
    yield Trait.CHAT
    if question.images or any(isinstance(turn.question, list) for turn in before.turns):
        yield Trait.IMAGES
    if wishes.json_object:
        yield Trait.JSON_OBJECT


def notes(model: ModelName, abilities: Abilities, wishes: Wishes) -> tuple[Problem, ...]:
    """Return what a person should know before asking."""
    found = []
    support = abilities.get(Trait.SYSTEM_PROMPT)
    if wishes.system and support is Support.REFUSED:
        message = f"`{model}` takes no system prompt, as published: it goes at the head of the first question"
        found.append(Problem("system-prompt-moved", message, Severity.NOTE))
    if wishes.system and support is Support.IGNORED:
        message = f"`{model}` is published to ignore system prompts"
        hint = "say it in the question"
        found.append(Problem("system-prompt-ignored", message, Severity.WARNING, hint=hint))
    if wishes.json_object and abilities.get(Trait.JSON_OBJECT) is Support.IGNORED:
        message = f"`{model}` is published to ignore the JSON mode"
        found.append(Problem("json-ignored", message, Severity.WARNING))
    return tuple(found)


def request_of(before: Transcript, question: Question, wishes: Wishes, abilities: Abilities) -> ChatRequest:
    """Return the request: all that was said, without the thinking, then the question."""
    said: list[Message] = []
    for turn in before.turns:
        said += [Message("user", turn.question), Message("assistant", turn.answer)]
    said.append(Message("user", question.content))
    system = _system(said, wishes)
    if system and abilities.get(Trait.SYSTEM_PROMPT) is Support.REFUSED:
        said[0] = Message("user", _headed(system, said[0].content))
    elif system:
        said.insert(0, Message("system", system))
    return ChatRequest(tuple(said), response_format={"type": "json_object"} if wishes.json_object else None)


def _system(said: list[Message], wishes: Wishes) -> str | None:
    spoken = any("json" in text.lower() for each in said for text in _texts(each.content))
    if not wishes.json_object or spoken or "json" in (wishes.system or "").lower():
        return wishes.system
    return f"{wishes.system}\n{IN_JSON}" if wishes.system else IN_JSON


def _texts(content: JsonValue) -> Iterator[str]:
    """Yield the words of a content; an image's letters are none."""
    if isinstance(content, str):
        yield content
    for item in content if isinstance(content, list) else ():
        if isinstance(item, Mapping) and isinstance(item.get("text"), str):
            yield item["text"]


def _headed(head: str, content: JsonValue) -> JsonValue:
    if isinstance(content, list):
        return [{"type": "text", "text": head}, *content]
    return f"{head}\n\n{content}"


def _fenced(file: TextFile) -> str:
    """Return a file's text between fences longer than any inside it."""
    longest = max((len(run) for run in RUN_OF_TICKS.findall(file.text)), default=2)
    fence = "`" * (longest + 1)
    text = file.text if file.text.endswith("\n") else file.text + "\n"
    return f"File `{file.name}`:\n{fence}\n{text}{fence}"
