"""What is said to a model and what comes back, independent of the route it goes over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from azserve.model.json import JsonObject, JsonValue

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn."""

    role: Role
    content: JsonValue
    """Text, or a list of content items in the API's own form for images."""
    tool_calls: tuple[JsonObject, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A chat completion to ask for. None leaves a parameter out of the body."""

    messages: tuple[Message, ...]
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    stop: tuple[str, ...] | None = None
    seed: int | None = None
    response_format: JsonObject | None = None
    tools: tuple[JsonObject, ...] = ()
    tool_choice: JsonValue = None
    extra: Mapping[str, JsonValue] = field(default_factory=dict)
    """Parameters outside the API; sent with `extra-parameters`."""
    extra_parameters: Literal["error", "drop", "pass-through"] | None = None

    def without_system(self) -> ChatRequest:
        """Return it for a model that takes no system prompt: what that said begins the first of the user's messages.

        Without one to put it into, it is left out.
        """
        said = [str(each.content) for each in self.messages if each.role == "system"]
        others = [each for each in self.messages if each.role != "system"]
        first = next((at for at, each in enumerate(others) if each.role == "user"), None)
        if said and first is not None:
            others[first] = replace(others[first], content=_after("\n\n".join(said), others[first].content))
        return replace(self, messages=tuple(others))


def _after(said: str, content: JsonValue) -> JsonValue:
    """Return a message's content, text or items, with something said ahead of it."""
    if isinstance(content, list):
        return [{"type": "text", "text": said}, *content]
    return f"{said}\n\n{content}"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, as the model counted them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int

    def __add__(self, other: Usage) -> Usage:
        """Return the tokens of both."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.total_tokens + other.total_tokens,
        )


@dataclass(frozen=True, slots=True)
class EmbeddingsRequest:
    """Texts to turn into vectors."""

    texts: tuple[str, ...]
    dimensions: int | None = None
    """How long the vectors are to be; None leaves it to the model."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds since the request was sent; None where it never came to that."""

    first_byte_s: float | None = None
    first_token_s: float | None = None
    """First token of any kind, thinking included."""
    first_answer_s: float | None = None
    """First token of the visible answer."""
    total_s: float | None = None


@dataclass(frozen=True, slots=True)
class StreamForm:
    """How the chunks of a stream were made up."""

    begins_with_role: bool
    """The first one names the assistant."""
    ends_with_reason: bool
    """The finish reason came once, and nothing of the answer after it."""


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """A whole answer, streamed or not, its thinking set apart."""

    answer: str
    """What the user is meant to read, without the thinking."""
    thinking: str | None
    """Text between `<think>` tags or in `reasoning_content`; None where the model did not think aloud."""
    model: str
    finish_reason: str | None
    usage: Usage | None
    timings: Timings
    tool_calls: tuple[JsonObject, ...] = ()
    chunks: int = 0
    """Events of a stream that carried a choice; 0 for an unstreamed answer."""
    done: bool = True
    """Whether a stream ended in `[DONE]`."""
    request_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Rate-limit headers only, names in lower case."""
    filters: Mapping[str, JsonValue] = field(default_factory=dict)
    """What the content filter said of the answer, in the service's own form; empty where it said nothing."""
    form: StreamForm | None = None
    """None for an unstreamed answer."""
    status: int = 200
    """Of HTTP."""

    @property
    def tokens_per_second(self) -> float | None:
        """Tokens written per second since the first; None unless it was streamed and counted."""
        first_s, total_s = self.timings.first_token_s, self.timings.total_s
        if self.usage is None or first_s is None or total_s is None or total_s <= first_s:
            return None
        return self.usage.completion_tokens / (total_s - first_s)


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Vectors, in the order of the texts."""

    vectors: tuple[tuple[float, ...], ...]
    model: str
    usage: Usage | None
    """Without completion tokens: nothing is written."""
    timings: Timings
    request_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Rate-limit headers only, names in lower case."""


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """A piece of thinking."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerDelta:
    """A piece of the visible answer."""

    text: str


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """The last event of a stream: the whole answer put together."""

    answer: ChatAnswer


StreamEvent: TypeAlias = ThinkingDelta | AnswerDelta | StreamEnd


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the `/info` route says; from ARM where the route does not exist."""

    model_name: str
    model_type: str
    """`chat-completion` in the specification, `chat-completions` in the tutorials, `embeddings`, …; empty where
    nothing tells."""
    model_provider_name: str
    source: str
    """`/info`, `ARM`, or `ARM, catalogue` where what is published filled in for what ARM leaves out."""
