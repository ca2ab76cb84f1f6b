"""Many reads at once, each ending in a fact."""

from __future__ import annotations

import gc
import math
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Set
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from azserve.errors import AzserveError, SignInError
from azserve.model.facts import Fact
from azserve.model.progress import Event, Progress, Stage
from azserve.model.verdict import Evidence, Rank
from azserve.threads import LOOK_S, Crew

K = TypeVar("K", bound=Hashable)

MOST_AT_ONCE: Final = 32
"""As many as connections are kept open; ARM lets 250 reads pass at once and 25 more each second (documented 2025)."""


@dataclass(frozen=True, slots=True)
class Question:
    """One read: how, from where, and how it is told of."""

    read: Callable[[], Any]
    source: str
    """For people: `GET …/locations/eastus2/models`."""
    subject: str
    doing: str
    kept_as: str | None = None
    """The name under which an answer may be kept for later runs; None for what has to be true now."""


class Keeper(Protocol):
    """Answers of earlier runs. Called from several threads."""

    def recall(self, name: str) -> tuple[object, datetime] | None:
        """Return a kept answer and when it was read, None where there is none that is young enough."""
        ...

    def keep(self, name: str, value: object, read_at: datetime) -> None:
        """Keep an answer for later runs; that it could not be kept is nobody's concern."""
        ...


class KeepsNothing:
    """Every answer is read now."""

    def recall(self, name: str) -> tuple[object, datetime] | None:
        """Return None."""
        return None

    def keep(self, name: str, value: object, read_at: datetime) -> None:
        """Do nothing."""


class _Collector:
    """Python's search for cycles, which rests while at least one survey goes on.

    Lists of Azure's hold no cycles, and there are a million objects in thirty of them: searched again and again while
    they come in, they took twice as long to parse. What they take is given back as always, when nobody needs it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._resting = 0
        self._was_on = False

    @contextmanager
    def rests(self) -> Iterator[None]:
        """Have it rest until the end of the block, and of all others."""
        with self._lock:
            if not self._resting:
                self._was_on = gc.isenabled()
                gc.disable()
            self._resting += 1
        try:
            yield
        finally:
            with self._lock:
                self._resting -= 1
                if not self._resting and self._was_on:
                    if not gc.get_freeze_count():
                        # All that is left counts as old, or everything would be searched at once, here.
                        gc.freeze()
                        gc.unfreeze()
                    gc.enable()


_COLLECTOR: Final = _Collector()


class Reads:
    """Turns questions into facts, and remembers how they went."""

    def __init__(
        self, clock: Callable[[], datetime], progress: Progress, keeper: Keeper | None = None, *, deadline_s: float
    ) -> None:
        """`deadline_s` bounds one call of `ask`: what has not answered by then is unreadable, and left behind."""
        self._clock = clock
        self._progress = progress
        self._keeper = keeper or KeepsNothing()
        self._deadline_s = deadline_s
        self._errors: list[AzserveError] = []
        self._worked = 0
        self._lock = threading.Lock()

    def ask(self, questions: Mapping[K, Question]) -> dict[K, Fact[Any]]:
        """Return a fact per question, at most 32 read at once.

        Raises SignInError as soon as one read does, for then none will work, and what is our own mistake.
        """
        with _COLLECTOR.rests():
            return self._asked(questions)

    def _asked(self, questions: Mapping[K, Question]) -> dict[K, Fact[Any]]:
        crew = Crew(MOST_AT_ONCE, "survey")
        try:
            going = {key: crew.submit(self._answered, question) for key, question in questions.items()}
            try:
                self._await(set(going.values()))
            except SignInError:
                # Whichever read was the first to fail: nobody is signed in for the first question either, and it is
                # the one that says what for.
                first = next(iter(going.values()))
                wait((first,), LOOK_S)
                if first.done():
                    first.result()
                raise
            return {
                key: future.result() if future.done() else self._late(questions[key]) for key, future in going.items()
            }
        finally:
            crew.shutdown(wait=False, cancel_futures=True)

    def raise_if_blind(self) -> None:
        """Raise where there were errors and not one read worked."""
        if self._errors and not self._worked:
            raise min(self._errors, key=lambda error: (error.code, error.message))

    def _await(self, going: Set[Future[Fact[Any]]]) -> None:
        """Wait for all, for the deadline, or for the first exception, which is raised."""
        look_s = min(LOOK_S, self._deadline_s)
        for _ in range(math.ceil(self._deadline_s / look_s)):
            ended, going = wait(going, look_s, FIRST_EXCEPTION)
            for future in ended:
                future.result()
            if not going:
                return

    def _answered(self, question: Question) -> Fact[Any]:
        evidence = Evidence(Rank.LIVE, question.source)
        recalled = self._keeper.recall(question.kept_as) if question.kept_as else None
        if recalled is not None:
            value, read_at = recalled
            with self._lock:
                self._worked += 1
            return Fact(evidence, value, read_at=read_at, kept=True)
        self._progress(Event(question.subject, question.doing, Stage.STARTED))
        try:
            value = question.read()
        except AzserveError as error:
            fact = self._failed(question, error)
            if isinstance(error, SignInError):
                raise
            return fact
        read_at = self._clock()
        if question.kept_as:
            self._keeper.keep(question.kept_as, value, read_at)
        with self._lock:
            self._worked += 1
        self._progress(Event(question.subject, question.doing, Stage.DONE))
        return Fact(evidence, value, read_at=read_at)

    def _failed(self, question: Question, error: AzserveError) -> Fact[Any]:
        said = f"{error.code}: {error.message}"
        with self._lock:
            self._errors.append(error)
        self._progress(Event(question.subject, question.doing, Stage.FAILED, detail=said))
        return Fact(Evidence(Rank.LIVE, question.source), read_at=self._clock(), unreadable=said)

    def _late(self, question: Question) -> Fact[Any]:
        said = f"no-answer: nothing came within {self._deadline_s:g} s"
        self._progress(Event(question.subject, question.doing, Stage.FAILED, detail=said))
        return Fact(Evidence(Rank.LIVE, question.source), read_at=self._clock(), unreadable=said)
