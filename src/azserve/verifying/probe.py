"""A probe: a question for a model, and what its answer must be like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from azserve.model.catalogue import Trait
from azserve.model.chat import ChatRequest


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """The visible answer holds more than white space."""


@dataclass(frozen=True, slots=True)
class AnswerMatches:
    """The visible answer holds a match of the pattern."""

    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class ThinkingApart:
    """There is thinking, and no trace of its tags in the answer."""


@dataclass(frozen=True, slots=True)
class FinishReason:
    """The answer ended for one of these reasons."""

    one_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UsageAddsUp:
    """Tokens were counted, and prompt and completion make the total."""


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
class InfoModel:
    """`/info` names the model that was deployed."""


@dataclass(frozen=True, slots=True)
class InfoType:
    """`/info` gives one of these types."""

    one_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InfoProvider:
    """`/info` names a provider."""


AnswerExpectation: TypeAlias = (
    AnswerGiven | AnswerMatches | ThinkingApart | FinishReason | UsageAddsUp | ModelNamed | StreamEnded | StreamChunks
)
InfoExpectation: TypeAlias = InfoModel | InfoType | InfoProvider


@dataclass(frozen=True, slots=True)
class AnswerCheck:
    """An expectation of an answer."""

    name: str
    """Stable, kebab-case; what reports and exit messages call it."""
    expects: AnswerExpectation
    shows: Trait | None = None
    """The trait that this check shows to be there: its failing says that the model lacks it, not that it is broken."""


@dataclass(frozen=True, slots=True)
class InfoCheck:
    """An expectation of `/info`."""

    name: str
    expects: InfoExpectation


@dataclass(frozen=True, slots=True)
class InfoQuestion:
    """Ask `/info`, a route of serverless endpoints only."""

    checks: tuple[InfoCheck, ...]


@dataclass(frozen=True, slots=True)
class ChatQuestion:
    """Ask for a chat completion."""

    request: ChatRequest
    checks: tuple[AnswerCheck, ...]
    streamed: bool = False


Question: TypeAlias = InfoQuestion | ChatQuestion


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe."""

    name: str
    asks: str
    """One line for people."""
    needs: tuple[Trait, ...]
    """Traits without which a model is not expected to pass."""
    question: Question
    shows_answer: bool = False
    """Whether its finding carries what the model said, for print-outs."""

    @property
    def most_tokens(self) -> int:
        """An upper bound for what asking once may cost: a token is at least a character, and an answer is limited."""
        match self.question:
            case InfoQuestion():
                return 0
            case ChatQuestion(request):
                asked = sum(len(str(message.content)) for message in request.messages)
                return asked + (request.max_tokens or 0)
