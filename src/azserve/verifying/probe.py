"""A probe: questions for a model, and what its answers must be like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from azserve.model.catalogue import Route, Trait
from azserve.model.chat import ChatRequest, EmbeddingsRequest
from azserve.model.json import JsonValue
from azserve.verifying.expectations import AnswerExpectation, InfoExpectation, VectorExpectation
from azserve.verifying.ports import Signing


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
class VectorCheck:
    """An expectation of vectors."""

    name: str
    expects: VectorExpectation


@dataclass(frozen=True, slots=True)
class Refusal:
    """A question that is to be refused, which is a check of its own."""

    name: str
    """The check's."""
    one_of: tuple[str | int, ...]
    """Codes of errors (`unauthorised`, `content-filtered`, …) and HTTP statuses, any of which will do."""
    must: bool = True
    """False: an answer will do as well."""


@dataclass(frozen=True, slots=True)
class InfoQuestion:
    """Ask `/info`, a route of serverless endpoints only."""

    checks: tuple[InfoCheck, ...]


@dataclass(frozen=True, slots=True)
class ChatQuestion:
    """Ask for a chat completion."""

    request: ChatRequest
    checks: tuple[AnswerCheck, ...] = ()
    streamed: bool = False
    follows: bool = False
    """What was said before goes ahead of it: questions, answers without their thinking, calls of tools."""
    tool_results: Mapping[str, JsonValue] = field(default_factory=dict)
    """With `follows`: what each tool returns for the calls before. `{city}` in a text is the call's argument `city`."""
    signing: Signing = Signing.USUAL
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class EmbeddingsQuestion:
    """Ask for vectors."""

    request: EmbeddingsRequest
    checks: tuple[VectorCheck, ...]
    refusal: Refusal | None = None


Question: TypeAlias = InfoQuestion | ChatQuestion | EmbeddingsQuestion


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe."""

    name: str
    asks: str
    """One line for people."""
    needs: tuple[Trait, ...]
    """Traits without which a model is not expected to pass."""
    questions: tuple[Question, ...]
    """Asked in order, on until a check fails."""
    shows_answer: bool = False
    """Whether its finding carries what the model said, for print-outs."""
    routes: tuple[Route, ...] = ()
    """Where it can be asked at all; empty: everywhere."""
    elsewhere: str = ""
    """With `routes`: what to say of the others."""
    needs_filter: bool = False
    """Not asked of an endpoint whose content filter was switched off."""

    @property
    def needs_connection(self) -> bool:
        """Whether it asks through connections, so that an endpoint which nobody is connected to cannot be asked."""
        return any(isinstance(each, ChatQuestion) and each.signing is Signing.CONNECTION for each in self.questions)

    @property
    def most_tokens(self) -> int:
        """An upper bound for what asking once may cost."""
        before = total = 0
        for question in self.questions:
            most = most_tokens(question)
            before = before + most if isinstance(question, ChatQuestion) and question.follows else most
            total += before
        return total

    @property
    def shown_by(self) -> Mapping[str, Trait]:
        """The traits that its checks show, by the check's name."""
        checks = (
            check for question in self.questions if isinstance(question, ChatQuestion) for check in question.checks
        )
        return {check.name: check.shows for check in checks if check.shows is not None}


def most_tokens(question: Question) -> int:
    """Return what a question alone may cost: a token is at least a character, and an answer is limited."""
    match question:
        case InfoQuestion():
            return 0
        case EmbeddingsQuestion(request):
            return sum(len(text) for text in request.texts)
        case ChatQuestion(request, tool_results=results):
            asked = sum(len(str(message.content)) for message in request.messages)
            offered = len(str(request.tools)) if request.tools else 0
            shape = len(str(request.response_format)) if request.response_format else 0
            return asked + offered + shape + len(str(results) if results else "") + (request.max_tokens or 0)
