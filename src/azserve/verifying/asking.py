"""One endpoint: every probe in turn, until each has ended in a finding."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from azserve.errors import AzserveError
from azserve.model.catalogue import Trait
from azserve.model.chat import ChatAnswer, ChatRequest, Message, StreamEnd, Timings, Usage
from azserve.model.finding import Check, Finding, Outcome
from azserve.model.json import JsonValue
from azserve.model.progress import Event, Progress, Stage
from azserve.model.resource_id import ResourceId
from azserve.model.settings import SignIn
from azserve.verifying.checking import Heard, called, check_answer, check_info, check_vectors, clipped, listed
from azserve.verifying.expectations import StatusIs
from azserve.verifying.judging import LACKING, Judgement, Subject, Task, cannot_be_asked, judge_checks, judge_error
from azserve.verifying.pacing import Pace
from azserve.verifying.patience import Again, Patience, Waiting
from azserve.verifying.ports import (
    BrokenAnswer,
    ContentFiltered,
    ModelClient,
    ModelClients,
    ModelError,
    Signing,
    TooSlow,
    Unreachable,
)
from azserve.verifying.probe import (
    ChatQuestion,
    EmbeddingsQuestion,
    InfoQuestion,
    Question,
    Refusal,
    most_tokens,
)
from azserve.verifying.purse import Purse

TOO_SLOW_IN_TURN: Final = 2
"""After so many an endpoint counts as one that hangs: each takes minutes, and slow once is not dead."""


@dataclass(frozen=True, slots=True)
class Means:
    """What asking needs of the world."""

    clients: ModelClients
    purse: Purse
    patience: Patience
    monotonic: Callable[[], float]
    wait: Callable[[float], None]
    progress: Progress


@dataclass(slots=True)
class _Attempt:
    """What asking once brought, so far."""

    checks: list[Check] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)
    """The conversation, as it would be sent on."""
    answer: ChatAnswer | None = None
    """The last one."""
    timings: Timings = field(default_factory=Timings)
    usage: Usage | None = None
    counted: bool = True
    """Whether `usage` holds all that was used: an answer may say nothing of it, or break off before it does."""
    error: AzserveError | None = None

    @property
    def sound(self) -> bool:
        return all(check.passed for check in self.checks)

    def count(self, usage: Usage | None) -> None:
        """Add the tokens of one answer."""
        if usage is None:
            self.counted = False
        else:
            self.usage = usage if self.usage is None else self.usage + usage


def ask_endpoint(subject: Subject, tasks: Sequence[Task], means: Means) -> tuple[Finding, ...]:
    """Return one finding per task, in order. Where no client can be had, all of them say why.

    What is required is asked first: no budget is spent on the others as long as it may be needed.
    """
    try:
        with means.clients.open(subject.endpoint, route=subject.route) as client:
            asker = _Asker(client, subject, means)
            found = {task.probe.name: asker.finding(task) for task in sorted(tasks, key=lambda each: not each.required)}
        return tuple(found[task.probe.name] for task in tasks)
    except AzserveError as error:
        return tuple(_unasked(task, subject, judge_error(task, error, subject)) for task in tasks)


class _Asker:
    """Asks one endpoint, one question at a time."""

    def __init__(self, client: ModelClient, subject: Subject, means: Means) -> None:
        self._client = client
        self._subject = subject
        self._means = means
        self._waiting = Waiting(means.patience)
        self._pace = Pace(subject.requests_per_minute, subject.tokens_per_minute, means.monotonic)
        self._settled: Judgement | None = None
        """What all that is not asked yet comes to, once asking has no point any more."""
        self._too_slow = 0
        """Probes in turn that were not answered in time."""

    def finding(self, task: Task) -> Finding:
        """Carry out one probe; what cannot be reached, or hangs, is not tried again by each of them."""
        settled = self._settled or cannot_be_asked(task.probe, self._subject)
        if settled:
            return _unasked(task, self._subject, settled)
        self._tell(task, Stage.STARTED)
        finding = self._ask(task)
        self._tell(task, Stage.FAILED if finding.outcome is Outcome.FAILED else Stage.DONE, finding.outcome)
        return finding

    def _ask(self, task: Task) -> Finding:
        chances, attempts = 0, 0
        hiccup: Judgement | None = None
        found: Finding | None = None
        while True:
            most = task.probe.most_tokens * (len(self._subject.connections) if task.probe.needs_connection else 1)
            if not self._means.purse.set_aside(most, self._subject.rate):
                return found or _unasked(task, self._subject, _OVER_BUDGET)
            attempt = self._once(task)
            self._means.purse.settle(most, attempt.usage, self._subject.rate, counted=attempt.counted)
            attempts += 1
            judgement = self._judge(task, attempt)
            chances += judgement.again is Again.ONCE_MORE
            found = _finding(task, self._subject, _after(hiccup, judgement, attempts), attempt, attempts)
            pause_s = self._waiting.pause_s(judgement.again, chances, judgement.retry_after_s)
            if pause_s is None:
                self._settle(attempt.error, judgement)
                return found
            if judgement.again is Again.ONCE_MORE:
                hiccup = hiccup or judgement
            self._tell(task, Stage.WAITING, f"{judgement.message}; asking again in {pause_s:.0f} s")
            self._means.wait(pause_s)

    def _settle(self, error: AzserveError | None, judgement: Judgement) -> None:
        self._too_slow = self._too_slow + 1 if isinstance(error, TooSlow) else 0
        if isinstance(error, Unreachable):
            self._settled = judgement
        elif self._too_slow == TOO_SLOW_IN_TURN:
            self._settled = _HANGS

    def _judge(self, task: Task, attempt: _Attempt) -> Judgement:
        if attempt.error is not None:
            return judge_error(task, attempt.error, self._subject)
        return judge_checks(task, tuple(attempt.checks), self._subject)

    def _once(self, task: Task) -> _Attempt:
        """Ask a probe's questions in turn, on until a check or a question fails."""
        began = self._means.monotonic()
        attempt = _Attempt()
        questions = task.probe.questions
        try:
            for question in questions:
                self._keep_pace(task, question)
                self._put(question, attempt)
                if not attempt.sound:
                    break
        except AzserveError as error:
            attempt.error = error
            attempt.counted = attempt.counted and not isinstance(error, BrokenAnswer | TooSlow)
        if attempt.error is not None or len(questions) > 1 or attempt.timings.total_s is None:
            attempt.timings = replace(attempt.timings, total_s=self._means.monotonic() - began)
        return attempt

    def _keep_pace(self, task: Task, question: Question) -> None:
        if isinstance(question, InfoQuestion):
            return
        most = most_tokens(question)
        pause_s = self._pace.pause_s(most)
        if pause_s > 0:
            self._tell(task, Stage.WAITING, f"keeping under the deployment's own rates for {pause_s:.0f} s")
            self._means.wait(pause_s)
        self._pace.asked(most)

    def _put(self, question: Question, attempt: _Attempt) -> None:
        match question:
            case InfoQuestion(checks):
                info = self._client.info()
                attempt.checks += [check_info(each, info, self._subject.endpoint) for each in checks]
            case EmbeddingsQuestion() | ChatQuestion():
                try:
                    if isinstance(question, ChatQuestion):
                        for through in self._ways(question):
                            self._chat(question, attempt, through)
                    else:
                        self._embed(question, attempt)
                except ModelError as error:
                    held = _meant_to_be(question, error)
                    if not held:
                        raise
                    attempt.checks += held

    def _embed(self, question: EmbeddingsQuestion, attempt: _Attempt) -> None:
        found = self._client.embed(question.request)
        self._pace.told(found.headers)
        attempt.count(found.usage)
        attempt.timings = found.timings
        endpoint = self._subject.endpoint
        attempt.checks += [check_vectors(each, found, question.request, endpoint) for each in question.checks]

    def _ways(self, question: ChatQuestion) -> tuple[ResourceId | None, ...]:
        """Return the connections to ask through; None asks the endpoint itself."""
        return self._subject.connections if question.signing is Signing.CONNECTION else (None,)

    def _chat(self, question: ChatQuestion, attempt: _Attempt, through: ResourceId | None) -> None:
        endpoint, request = self._subject.endpoint, question.request
        if question.signing is Signing.TOKEN and endpoint.sign_in is SignIn.KEY:
            return
        if question.follows:
            results = _results(question, attempt.answer)
            request = replace(request, messages=(*attempt.said, *results, *request.messages))
        if self._subject.support(Trait.SYSTEM_PROMPT) in LACKING:
            request = request.without_system()
        answer = self._answer(question, request, through)
        self._pace.told(answer.headers)
        attempt.count(answer.usage)
        attempt.timings = answer.timings
        before, attempt.answer = attempt.answer, answer
        attempt.said = [*request.messages, Message("assistant", answer.answer, answer.tool_calls)]
        heard = Heard(answer, endpoint, before)
        attempt.checks += [_through(check_answer(each, heard), through) for each in question.checks]
        if question.refusal is not None:
            attempt.checks.append(_not_refused(question.refusal, answer))

    def _answer(self, question: ChatQuestion, request: ChatRequest, through: ResourceId | None) -> ChatAnswer:
        if question.signing is Signing.USUAL:
            return self._streamed(self._client, request) if question.streamed else self._client.chat(request)
        subject, clients = self._subject, self._means.clients
        try:
            with clients.open(
                subject.endpoint, route=subject.route, signing=question.signing, through=through
            ) as client:
                return self._streamed(client, request) if question.streamed else client.chat(request)
        except ModelError as error:
            error.message = f"{_way(through)}{error.message}"
            raise

    def _streamed(self, client: ModelClient, request: ChatRequest) -> ChatAnswer:
        for event in client.stream(request):
            if isinstance(event, StreamEnd):
                return event.answer
        raise BrokenAnswer("the stream ended without an answer")

    def _tell(self, task: Task, stage: Stage, detail: str = "") -> None:
        endpoint = self._subject.endpoint
        subject = f"{endpoint.region}/{endpoint.key}"
        self._means.progress(Event(subject, f"smoke {task.probe.name}", stage, detail))


_OVER_BUDGET = Judgement(
    Outcome.SKIPPED,
    "not asked: it might have gone over the budget",
    code="over-budget",
    hint="raise `smoke.budget`, or ask fewer probes with `--probe`",
)


_HANGS = Judgement(
    Outcome.SKIPPED,
    f"not asked: {TOO_SLOW_IN_TURN} probes before it in turn were not answered in time",
    code="too-slow",
    hint="see what the first of them waited for; `--probe NAME` asks one by itself",
)


def _results(question: ChatQuestion, before: ChatAnswer | None) -> tuple[Message, ...]:
    """Return what the tools return for the calls that an answer asked for, each as JSON in a text."""
    messages = []
    for call in before.tool_calls if before else ():
        name, arguments = called(call)
        result = _filled(question.tool_results.get(name), arguments)
        messages.append(Message("tool", json.dumps(result), tool_call_id=str(call.get("id") or "")))
    return tuple(messages)


def _filled(result: JsonValue, arguments: str) -> JsonValue:
    """Return a tool's result with the call's arguments in its texts."""
    try:
        given = json.loads(arguments)
    except (ValueError, RecursionError):
        given = {}
    members = given if isinstance(given, dict) else {}

    def fill(value: JsonValue) -> JsonValue:
        match value:
            case str():
                return re.sub(r"\{(\w+)\}", lambda found: str(members.get(found[1], found[0])), value)
            case Mapping():
                return {name: fill(each) for name, each in value.items()}
            case list():
                return [fill(each) for each in value]
            case _:
                return value

    return fill(result)


def _way(through: ResourceId | None) -> str:
    """Return whose connection was asked through, to put before what came of it."""
    return f"through the connection of `{through.parent.name}`: " if through and through.parent else ""


def _through(check: Check, through: ResourceId | None) -> Check:
    return replace(check, found=f"{_way(through)}{check.found}")


def _meant_to_be(question: ChatQuestion | EmbeddingsQuestion, error: ModelError) -> list[Check]:
    """Return the checks that an error makes hold; none where it was not asked for."""
    refusal = question.refusal
    if refusal is not None and _is_meant(refusal, error):
        return [Check(refusal.name, True, _meant(refusal), error.message)]
    if error.status is None or not all(isinstance(each.expects, StatusIs) for each in question.checks):
        return []
    wanted = [(each.name, each.expects.one_of) for each in question.checks if isinstance(each.expects, StatusIs)]
    held = [
        Check(name, True, listed(one_of), f"HTTP {error.status}") for name, one_of in wanted if error.status in one_of
    ]
    return held if len(held) == len(wanted) else []


def _is_meant(refusal: Refusal, error: ModelError) -> bool:
    return error.code in refusal.one_of or type(error).default_code in refusal.one_of or error.status in refusal.one_of


def _meant(refusal: Refusal) -> str:
    said = " or ".join(str(each) for each in refusal.one_of)
    return f"a refusal: {said}" if refusal.must else f"an answer, or a refusal: {said}"


def _not_refused(refusal: Refusal, answer: ChatAnswer) -> Check:
    """Return the check on a question that was answered; an answer that the filter cut is its refusal."""
    cut = answer.finish_reason == "content_filter"
    held = not refusal.must or (cut and ContentFiltered.default_code in refusal.one_of)
    found = "an answer cut by the filter" if cut else f"an answer: {clipped(answer.answer)}"
    return Check(refusal.name, held, _meant(refusal), found)


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
        checks=tuple(attempt.checks),
        timings=attempt.timings,
        usage=attempt.usage,
        attempts=attempts,
        lacking=judgement.lacking,
        answer=answer if task.probe.shows_answer else None,
        model=answer.model if answer else "",
        filters=tuple(sorted(answer.filters)) if answer else (),
        tokens_per_second=answer.tokens_per_second if answer else None,
    )
