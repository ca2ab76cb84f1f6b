"""What an answer must be like, one noun per kind. `checking` holds answers against them, `reading` makes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from azserve.verifying.schema import Schema


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """The visible answer holds more than white space."""


@dataclass(frozen=True, slots=True)
class AnswerMatches:
    """The visible answer holds a match of the pattern."""

    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class AnswerLacks:
    """The visible answer holds no match of the pattern."""

    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class AnswerContains:
    """The visible answer holds these words, in whatever case."""

    words: str


@dataclass(frozen=True, slots=True)
class JsonObjectGiven:
    """The visible answer is one JSON object, with nothing around it."""


@dataclass(frozen=True, slots=True)
class JsonHolds:
    """What a JMESPath finds in the JSON of the answer matches a pattern."""

    path: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class JsonObeys:
    """The JSON of the answer obeys a schema."""

    schema: Schema


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """The model asks for a call of this tool, its arguments a JSON object whose members match the patterns."""

    name: str
    arguments: Mapping[str, re.Pattern[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ThinkingApart:
    """There is thinking, and no trace of its tags in the answer."""


@dataclass(frozen=True, slots=True)
class StatusIs:
    """HTTP's status is one of these; where nothing else is expected, one of a refusal will do."""

    one_of: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FinishReason:
    """The answer ended for one of these reasons."""

    one_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UsageAddsUp:
    """Tokens were counted, and prompt and completion make the total."""


@dataclass(frozen=True, slots=True)
class CompletionAtMost:
    """No more tokens were written than so many; an answer that does not count them passes."""

    tokens: int


@dataclass(frozen=True, slots=True)
class ModelNamed:
    """The answer names the model that was deployed."""


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """The stream came to its `[DONE]`."""


@dataclass(frozen=True, slots=True)
class StreamChunks:
    """The answer came in pieces, at least so many."""

    at_least: int


@dataclass(frozen=True, slots=True)
class StreamFormed:
    """The first chunk names the assistant, the last of the answer why it ended, once."""


@dataclass(frozen=True, slots=True)
class LikeBefore:
    """Same model, finish reason, and thinking or none, as the answer to the question before."""


@dataclass(frozen=True, slots=True)
class LimitsTold:
    """Headers say what is left of the rate limits."""


@dataclass(frozen=True, slots=True)
class FirstTokenWithin:
    """The first token came in time, thinking or answer."""

    seconds: float


@dataclass(frozen=True, slots=True)
class FirstAnswerWithin:
    """The first token of the visible answer came in time."""

    seconds: float


@dataclass(frozen=True, slots=True)
class WholeWithin:
    """The whole answer came in time."""

    seconds: float


@dataclass(frozen=True, slots=True)
class InfoModel:
    """`/info` names the model that was deployed."""


@dataclass(frozen=True, slots=True)
class InfoType:
    """`/info` gives one of these types."""

    one_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InfoProvider:
    """`/info` names a provider."""


@dataclass(frozen=True, slots=True)
class VectorsGiven:
    """One vector per text, all of one length, none of them zero."""


@dataclass(frozen=True, slots=True)
class VectorLength:
    """Vectors are of this length."""

    length: int


@dataclass(frozen=True, slots=True)
class VectorsNear:
    """The first text is nearer to the second than to any other."""


AnswerExpectation: TypeAlias = (
    AnswerGiven
    | AnswerMatches
    | AnswerLacks
    | AnswerContains
    | JsonObjectGiven
    | JsonHolds
    | JsonObeys
    | ToolCalled
    | ThinkingApart
    | StatusIs
    | FinishReason
    | UsageAddsUp
    | CompletionAtMost
    | ModelNamed
    | StreamEnded
    | StreamChunks
    | StreamFormed
    | LikeBefore
    | LimitsTold
    | FirstTokenWithin
    | FirstAnswerWithin
    | WholeWithin
)
InfoExpectation: TypeAlias = InfoModel | InfoType | InfoProvider
VectorExpectation: TypeAlias = VectorsGiven | VectorLength | VectorsNear | UsageAddsUp | ModelNamed | LimitsTold
