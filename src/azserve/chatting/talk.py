"""A conversation going on."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from dataclasses import dataclass

from azserve.chatting.phrasing import Abilities, Question, Wishes, check, notes, request_of, wanted
from azserve.errors import ConfigurationError, Problem, Severity
from azserve.model.chat import AnswerDelta, ChatAnswer, ChatRequest, StreamEnd, ThinkingDelta
from azserve.model.talk import Transcript, Turn
from azserve.verifying.ports import BrokenAnswer, ContentFiltered, ModelClient

Show = Callable[[ThinkingDelta | AnswerDelta], None]
"""Called with each piece as it comes, before the next is waited for."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, and what is odd about it."""

    answer: ChatAnswer
    remarks: tuple[Problem, ...] = ()


class Talk:
    """Asks one model, with all that was said before. One question at a time."""

    def __init__(
        self, client: ModelClient, before: Transcript, *, abilities: Abilities, wishes: Wishes, names: frozenset[str]
    ) -> None:
        self._client = client
        self._abilities = abilities
        self._wishes = wishes
        self._names = frozenset(name.casefold() for name in names)
        """What the model may call itself."""
        self.transcript = before

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What a person should know before asking."""
        return notes(self.transcript.partner.model, self._abilities, self._wishes)

    def check(self, question: Question) -> None:
        """Raise UsageError where the model is published not to take what the question brings."""
        model = self.transcript.partner.model
        check(model, self._abilities, wanted(question, self.transcript, self._wishes))

    def say(self, question: Question, show: Show = lambda piece: None) -> Answered:
        """Ask, show each piece as it comes, and return the whole answer.

        Raises UsageError before anything is sent, ModelError for what is no answer. Whoever is interrupted, or has no
        room to show it, finds in `transcript` what came until then.
        """
        self.check(question)
        request = request_of(self.transcript, question, self._wishes, self._abilities)
        heard = _Heard(show)
        try:
            answer = heard.all_of(self._client, request)
        except (KeyboardInterrupt, ConfigurationError):
            if heard.answer:
                self._remember(Turn(question.content, heard.answer, heard.thinking or None, stopped=True))
            raise
        _check_answer(answer, self._where)
        self._remember(
            Turn(
                question.content,
                answer.answer,
                answer.thinking,
                finish_reason=answer.finish_reason,
                usage=answer.usage,
                timings=answer.timings,
            )
        )
        return Answered(answer, tuple(self._remarks(answer)))

    def forget(self) -> None:
        """Begin anew, with the same wishes."""
        self.transcript = Transcript(self.transcript.partner, self.transcript.system)

    @property
    def _where(self) -> str:
        partner = self.transcript.partner
        return f"{partner.region}/{partner.endpoint}"

    def _remember(self, turn: Turn) -> None:
        self.transcript = self.transcript.with_turn(turn)

    def _remarks(self, answer: ChatAnswer) -> Generator[Problem]:
        if answer.model and answer.model.casefold() not in self._names:
            named = " ".join(answer.model.split())  # somebody else's text: a line of its own may be a CI log's command
            yield Problem(
                "other-model",
                f"`{named}` answered, not `{self.transcript.partner.model}`",
                Severity.WARNING,
                hint="see `azserve info`, and `azserve status` for drift",
                where=self._where,
            )
        if answer.finish_reason == "length":
            message = "the answer was cut: the model came to its limit of tokens"
            yield Problem("answer-cut", message, Severity.WARNING, where=self._where)
        if self._wishes.json_object and not _is_json_object(answer.answer):
            yield Problem("answer-not-json", "the answer is not one JSON object", where=self._where)


class _Heard:
    """An answer as far as it came."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._answer: list[str] = []
        self._thinking: list[str] = []

    @property
    def answer(self) -> str:
        return "".join(self._answer)

    @property
    def thinking(self) -> str:
        return "".join(self._thinking)

    def all_of(self, client: ModelClient, request: ChatRequest) -> ChatAnswer:
        """Return the whole answer; the connection is closed at once where somebody has heard enough."""
        events = client.stream(request)
        try:
            for event in events:
                match event:
                    case StreamEnd(answer):
                        return answer
                    case ThinkingDelta(text):
                        self._thinking.append(text)
                        self._show(event)
                    case AnswerDelta(text):
                        self._answer.append(text)
                        self._show(event)
        finally:
            if isinstance(events, Generator):
                events.close()
        raise BrokenAnswer("the stream ended without an answer")


def _check_answer(answer: ChatAnswer, where: str) -> None:
    """Raise a ModelError for an answer that is none."""
    if answer.finish_reason == "content_filter":
        raise ContentFiltered(
            "the content filter stopped the answer",
            where=where,
            hint="rephrase the question, or set `content_filter` for this endpoint",
        )
    if not answer.done and answer.finish_reason is None:
        raise BrokenAnswer(
            "the answer broke off before its end", where=where, hint="ask again; nothing was repeated by itself"
        )
    if not answer.answer.strip() and not answer.tool_calls:
        said = "the model thought, and answered nothing" if answer.thinking else "the model answered nothing"
        if answer.finish_reason == "length":
            said = "the model came to its limit of tokens before it answered"
        raise BrokenAnswer(said, where=where, hint="ask again, or ask in other words")


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
