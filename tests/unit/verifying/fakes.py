"""Stand-ins for models, and a clock that goes when somebody waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from azserve.errors import AzserveError
from azserve.model.catalogue import (
    Catalogue,
    HostedModel,
    Hosting,
    ModelEntry,
    Offer,
    Route,
    Support,
    Trait,
)
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
from azserve.model.endpoint import Endpoint
from azserve.model.names import ModelName
from azserve.model.progress import Event
from azserve.model.resource_id import ResourceId
from azserve.model.verdict import Evidence, Rank
from azserve.verifying.ports import ModelClient, Signing, Unauthorised
from azserve.verifying.reading import probe_of

DOCUMENT = Evidence(Rank.DOCUMENTED, "a document", date(2025, 11, 24))
THINKS = dict.fromkeys(Trait, Support.ACCEPTED)
VECTORS = Embeddings(
    vectors=((1.0, 0.0), (0.9, 0.1), (0.0, 1.0)),
    model="embed-v-4-0",
    usage=Usage(9, 0, 9),
    timings=Timings(total_s=0.1),
)
INFO = ModelInfo("DeepSeek-R1", "chat-completions", "DeepSeek", "/info")


def answer(text: str = "7,000", **others: object) -> ChatAnswer:
    """Return a sound answer of a thinking model, or one that differs in what is named."""
    sound = ChatAnswer(
        answer=text,
        thinking="Okay, so…",
        model="DeepSeek-R1",
        finish_reason="stop",
        usage=Usage(11, 5, 16),
        timings=Timings(first_byte_s=0.1, total_s=0.2),
        chunks=12,
    )
    return replace(sound, **others)  # type: ignore[arg-type]


SOUND: Mapping[str, ChatAnswer] = {
    "Reply": answer("ready"),
    "Count": answer("1, 2, 3, 4, 5, 6, 7, 8, 9, 10"),
    "How many": answer("There are about **7,000** languages."),
}
"""What a sound model says, by how the question begins."""

RAW: Mapping[str, Any] = {
    "info": {
        "asks": "does /info name the deployed model?",
        "needs": [],
        "info": {
            "checks": [
                {"name": "info-names-model", "expects": "info-model"},
                {
                    "name": "info-type-is-known",
                    "expects": {"info-type": ["chat-completion", "chat-completions", "embeddings"]},
                },
                {"name": "info-names-provider", "expects": "info-provider"},
            ]
        },
        "only_on": {
            "routes": ["serverless"],
            "elsewhere": "Foundry has no `/info`; `azserve info` tells what ARM says",
        },
    },
    "chat": {
        "asks": "does it answer a simple request, under its own name, and count its tokens?",
        "needs": ["chat"],
        "chat": {
            "messages": [{"role": "user", "content": "Reply with exactly this word and nothing else: ready"}],
            "max_tokens": 2048,
            "checks": [
                {"name": "answer-given", "expects": "answer-given"},
                {"name": "answer-is-ready", "expects": {"answer-matches": "(?i)\\bready\\b"}},
                {"name": "finish-reason-stop", "expects": {"finish-reason": ["stop"]}},
                {"name": "usage-adds-up", "expects": "usage-adds-up"},
                {"name": "model-named", "expects": "model-named"},
            ],
        },
    },
    "stream": {
        "asks": "does a streamed answer come in pieces, in order, and to its end?",
        "needs": ["chat", "stream"],
        "chat": {
            "streamed": True,
            "messages": [
                {"role": "user", "content": "Count from 1 to 10, separated by commas, and write nothing else."}
            ],
            "max_tokens": 2048,
            "checks": [
                {"name": "answer-given", "expects": "answer-given"},
                {
                    "name": "pieces-in-order",
                    "expects": {"answer-matches": "(?s)1\\b.*2\\b.*3\\b.*4\\b.*5\\b.*6\\b.*7\\b.*8\\b.*9\\b.*10\\b"},
                },
                {"name": "comes-in-pieces", "expects": {"stream-chunks": 3}},
                {"name": "finish-reason-stop", "expects": {"finish-reason": ["stop"]}},
                {"name": "ends-in-done", "expects": "stream-ended"},
            ],
        },
    },
    "reasoning": {
        "asks": "does it think aloud about how many languages are in the world, and answer apart from that?",
        "needs": ["chat", "reasoning"],
        "shows_answer": True,
        "chat": {
            "messages": [{"role": "user", "content": "How many languages are in the world?"}],
            "max_tokens": 4096,
            "checks": [
                {"name": "answer-given", "expects": "answer-given"},
                {"name": "answer-is-some-thousands", "expects": {"answer-matches": "\\b[678][,.’ ]?\\d{3}\\b"}},
                {"name": "thinking-apart", "expects": "thinking-apart", "shows": "reasoning"},
                {"name": "finish-reason-stop", "expects": {"finish-reason": ["stop"]}},
            ],
        },
    },
}
"""Four simple probes, whatever those of the package become."""
PROBES = tuple(probe_of(name, raw) for name, raw in RAW.items())

Turn = ChatAnswer | ModelInfo | Embeddings | AzserveError


@dataclass
class FakeModel:
    """Answers soundly, unless a script says otherwise: what to do, in order, for questions that begin so."""

    scripts: dict[str, list[Turn]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    before: Callable[[str], None] = lambda question: None

    def info(self) -> ModelInfo:
        turn = self._turn("info", INFO)
        assert isinstance(turn, ModelInfo)
        return turn

    def chat(self, request: ChatRequest) -> ChatAnswer:
        question = str(request.messages[-1].content)
        sound = (said for begins, said in SOUND.items() if question.startswith(begins))
        turn = self._turn(question, next(sound, SOUND["Reply"]))
        assert isinstance(turn, ChatAnswer)
        return turn

    def stream(self, request: ChatRequest) -> Iterator[StreamEvent]:
        whole = self.chat(request)
        if whole.thinking:
            yield ThinkingDelta(whole.thinking)
        yield AnswerDelta(whole.answer)
        yield StreamEnd(whole)

    def embed(self, request: EmbeddingsRequest) -> Embeddings:
        turn = self._turn(request.texts[0], VECTORS)
        assert isinstance(turn, Embeddings)
        return turn

    def _turn(self, question: str, sound: Turn) -> Turn:
        self.asked.append(question)
        self.before(question)
        script = next((script for begins, script in self.scripts.items() if question.startswith(begins)), [])
        turn = script.pop(0) if script else sound
        if isinstance(turn, AzserveError):
            raise turn
        return turn


@dataclass
class FakeClients:
    """verifying.ports.ModelClients over fakes: one model for all, or one per region and endpoint.

    Whoever signs in with nothing, or with what is not taken, is refused.
    """

    model: ModelClient = field(default_factory=FakeModel)
    models: Mapping[str, ModelClient | AzserveError] = field(default_factory=dict)
    opened: list[tuple[str, Route | None]] = field(default_factory=list)

    @contextmanager
    def open(
        self,
        endpoint: Endpoint,
        *,
        route: Route | None = None,
        signing: Signing = Signing.USUAL,
        through: ResourceId | None = None,
    ) -> Iterator[ModelClient]:
        where = f"{endpoint.region}/{endpoint.key}" if through is None else through.name
        self.opened.append((where, route))
        found = self.models.get(where, self.model)
        if isinstance(found, AzserveError):
            raise found
        yield Closed() if signing in {Signing.WRONG, Signing.NONE} else found


class Closed(FakeModel):
    """Refuses everybody."""

    def _turn(self, question: str, sound: Turn) -> Turn:
        raise Unauthorised("the key is not taken")


@dataclass
class FakeTime:
    """A clock that goes when somebody waits."""

    now_s: float = 0.0
    waits: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def monotonic(self) -> float:
        return self.now_s

    def wait(self, seconds: float) -> None:
        with self._lock:
            self.waits.append(seconds)
            self.now_s += seconds


@dataclass
class Told:
    """Remembers what was told while it happened."""

    events: list[Event] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        self.events.append(event)


def catalogue(traits: Mapping[Trait, Support] = THINKS, *, format: str = "DeepSeek") -> Catalogue:  # noqa: A002
    """Return a catalogue whose models have these traits on every route; `unheard-of` is not among them."""
    hostings = {
        hosting: HostedModel(
            hosting=hosting,
            offer=Offer.AZURE,
            evidence=DOCUMENT,
            lifecycles={},
            format=format if hosting is Hosting.FOUNDRY else None,
            traits=dict.fromkeys(Route, traits),
        )
        for hosting in Hosting
    }
    names = [ModelName(name) for name in ("DeepSeek-R1", "DeepSeek-V3.2")]
    return Catalogue({name: ModelEntry(name, "DeepSeek", hostings) for name in names}, {}, date(2026, 11, 22))
