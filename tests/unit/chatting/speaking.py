"""Models that say what they are told to, and remember what they were asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from azserve.chatting import Question, Talk, Wishes
from azserve.errors import AzserveError
from azserve.model.catalogue import Support, Trait
from azserve.model.chat import (
    AnswerDelta,
    ChatAnswer,
    ChatRequest,
    Embeddings,
    EmbeddingsRequest,
    ModelInfo,
    StreamEnd,
    StreamEvent,
    ThinkingDelta,
    Timings,
    Usage,
)
from azserve.model.names import EndpointKey, ModelName, Region
from azserve.model.talk import Partner, Transcript

PARTNER = Partner(EndpointKey("r1"), Region("eastus2"), ModelName("DeepSeek-R1"))
NOBODY = Transcript(PARTNER)
TAKES_ALL = dict.fromkeys(Trait, Support.ACCEPTED)
SOUND = ChatAnswer(
    answer="About 7,000.",
    thinking="Okay, so…",
    model="DeepSeek-R1",
    finish_reason="stop",
    usage=Usage(11, 5, 16),
    timings=Timings(0.1, 0.2, 0.3, 0.4),
    chunks=3,
)


def answer(text: str = "About 7,000.", **others: object) -> ChatAnswer:
    return replace(SOUND, answer=text, **others)  # type: ignore[arg-type]


@dataclass
class Speaker:
    """A model that answers each question with the next of its answers; Ctrl-C comes where one is an exception."""

    answers: list[ChatAnswer | BaseException] = field(default_factory=lambda: [SOUND])
    broken_after: str | None = None
    """What is said before the exception."""
    asked: list[ChatRequest] = field(default_factory=list)
    closed: int = 0

    def stream(self, request: ChatRequest) -> Iterator[StreamEvent]:
        self.asked.append(request)
        turn = self.answers.pop(0)
        try:
            if isinstance(turn, ChatAnswer):
                if turn.thinking:
                    yield ThinkingDelta(turn.thinking)
                if turn.answer:
                    yield AnswerDelta(turn.answer)
                yield StreamEnd(turn)
                return
            if self.broken_after:
                yield AnswerDelta(self.broken_after)
            raise turn
        finally:
            self.closed += 1

    def chat(self, request: ChatRequest) -> ChatAnswer:
        raise AzserveError("not asked that way here")

    def info(self) -> ModelInfo:
        raise AzserveError("not asked that way here")

    def embed(self, request: EmbeddingsRequest) -> Embeddings:
        raise AzserveError("not asked that way here")


def talk_with(
    speaker: Speaker,
    *,
    before: Transcript = NOBODY,
    wishes: Wishes | None = None,
    abilities: Mapping[Trait, Support] = TAKES_ALL,
) -> Talk:
    names = frozenset({"DeepSeek-R1", "DeepSeek-R1-None"})
    return Talk(speaker, before, abilities=abilities, wishes=wishes or Wishes(), names=names)


def asking(text: str = "How many languages are in the world?") -> Question:
    return Question(text)
