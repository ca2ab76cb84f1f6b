"""One endpoint: every probe in turn, until each has ended in a finding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from azserve.errors import AzserveError
from azserve.model.chat import ChatAnswer, ChatRequest, StreamEnd, Timings
from azserve.model.finding import Check, Finding, Outcome
from azserve.model.progress import Event, Progress, Stage
from azserve.verifying.checking import check_answer, check_info
from azserve.verifying.judging import Judgement, Subject, Task, cannot_be_asked, judge_checks, judge_error
from azserve.verifying.patience import Again, Patience, Waiting
from azserve.verifying.ports import BrokenAnswer, ModelClient, ModelClients, Unreachable
from azserve.verifying.probe import ChatQuestion, InfoQuestion, Probe
from azserve.verifying.purse import Purse


@dataclass(frozen=True, slots=True)
class Means:
    """What asking needs of the world."""

    clients: ModelClients
    purse: Purse
    patience: Patience
    monotonic: Callable[[], float]
    wait: Callable[[float], None]
    progress: Progress


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What asking once brought."""

    checks: tuple[Check, ...] = ()
    timings: Timings = field(default_factory=Timings)
    answer: ChatAnswer | None = None
    error: AzserveError | None = None


def ask_endpoint(subject: Subject, tasks: Sequence[Task], means: Means) -> tuple[Finding, ...]:
    """Return one finding per task, in order. Where no client can be had, all of them say why."""
    try:
        with means.clients.open(subject.endpoint, route=subject.route) as client:
            asker = _Asker(client, subject, means)
            return tuple(asker.finding(task) for task in tasks)
    except AzserveError as error:
        return tuple(_unasked(task, subject, judge_error(task, error, subject)) for task in tasks)


class _Asker:
    """Asks one endpoint, one question at a time."""

    def __init__(self, client: ModelClient, subject: Subject, means: Means) -> None:
        self._client = client
        self._subject = subject
        self._means = means
        self._waiting = Waiting(means.patience)
        self._unreachable: Judgement | None = None

    def finding(self, task: Task) -> Finding:
        """Carry out one probe; what cannot be reached is not tried again by each of them."""
        settled = self._unreachable or cannot_be_asked(task.probe, self._subject.endpoint)
        if settled:
            return _unasked(task, self._subject, settled)
        self._tell(task, Stage.STARTED)
        finding = self._ask(task)
        self._tell(task, Stage.FAILED if finding.outcome is Outcome.FAILED else Stage.DONE, finding.outcome)
        return finding

    def _ask(self, task: Task) -> Finding:
        chances, attempts = 0, 0
        hiccup: Judgement | None = None
        while True:
            most = task.probe.most_tokens
            if not self._means.purse.set_aside(most):
                return _unasked(task, self._subject, _OVER_BUDGET)
            attempt = self._once(task.probe)
            self._means.purse.settle(most, attempt.answer.usage if attempt.answer else None)
            attempts += 1
            judgement = self._judge(task, attempt)
            chances += judgement.again is Again.ONCE_MORE
            pause_s = self._waiting.pause_s(judgement.again, chances, judgement.retry_after_s)
            if pause_s is None:
                if isinstance(attempt.error, Unreachable):
                    self._unreachable = judgement
                return _finding(task, self._subject, _after(hiccup, judgement, attempts), attempt, attempts)
            if judgement.again is Again.ONCE_MORE:
                hiccup = hiccup or judgement
            self._tell(task, Stage.WAITING, f"{judgement.message}; asking again in {pause_s:.0f} s")
            self._means.wait(pause_s)

    def _judge(self, task: Task, attempt: _Attempt) -> Judgement:
        if attempt.error is not None:
            return judge_error(task, attempt.error, self._subject)
        return judge_checks(task, attempt.checks, self._subject)

    def _once(self, probe: Probe) -> _Attempt:
        began = self._means.monotonic()
        endpoint = self._subject.endpoint
        try:
            match probe.question:
                case InfoQuestion(checks):
                    info = self._client.info()
                    timings = Timings(total_s=self._means.monotonic() - began)
                    return _Attempt(tuple(check_info(each, info, endpoint) for each in checks), timings)
                case ChatQuestion(request, wanted, streamed):
                    answer = self._streamed(request) if streamed else self._client.chat(request)
                    held = tuple(check_answer(each, answer, endpoint) for each in wanted)
                    return _Attempt(held, answer.timings, answer)
        except AzserveError as error:
            return _Attempt(timings=Timings(total_s=self._means.monotonic() - began), error=error)

    def _streamed(self, request: ChatRequest) -> ChatAnswer:
        for event in self._client.stream(request):
            if isinstance(event, StreamEnd):
                return event.answer
        raise BrokenAnswer("the stream ended without an answer")

    def _tell(self, task: Task, stage: Stage, detail: str = "") -> None:
        endpoint = self._subject.endpoint
        subject = f"{endpoint.region}/{endpoint.key}"
        self._means.progress(Event(subject, f"smoke {task.probe.name}", stage, detail))


_OVER_BUDGET = Judgement(
    Outcome.SKIPPED,
    "not asked: it might have gone over the budget of tokens",
    code="over-budget",
    hint="raise `smoke.budget.tokens`, or ask fewer probes with `--probe`",
)


def _after(hiccup: Judgement | None, judgement: Judgement, attempts: int) -> Judgement:
    """Return the last judgement; a pass after a hiccup is flaky, and says what the hiccup was."""
    if hiccup is None or judgement.outcome is not Outcome.PASSED:
        return judgement
    message = f"passed when asked {attempts} times; at first {hiccup.message}"
    return Judgement(Outcome.FLAKY, message, code=hiccup.code, hint=hiccup.hint)


def _unasked(task: Task, subject: Subject, judgement: Judgement) -> Finding:
    return _finding(task, subject, judgement, _Attempt(), 0)


def _finding(task: Task, subject: Subject, judgement: Judgement, attempt: _Attempt, attempts: int) -> Finding:
    answer = attempt.answer
    return Finding(
        probe=task.probe.name,
        endpoint=subject.endpoint.key,
        region=subject.endpoint.region,
        outcome=judgement.outcome,
        required=task.required,
        message=judgement.message,
        code=judgement.code,
        hint=judgement.hint,
        checks=attempt.checks,
        timings=attempt.timings,
        usage=answer.usage if answer else None,
        attempts=attempts,
        answer=answer if task.probe.shows_answer else None,
    )
