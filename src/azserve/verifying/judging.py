"""What checks or an error mean, given what the model is known to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from azserve.errors import AzserveError, PermissionDenied
from azserve.model.catalogue import Catalogue, Route, Support, Trait
from azserve.model.endpoint import Endpoint
from azserve.model.finding import Check, Outcome
from azserve.model.resource_id import ResourceId
from azserve.model.settings import SignIn
from azserve.verifying.patience import Again
from azserve.verifying.ports import (
    BrokenAnswer,
    ModelError,
    ModelFailed,
    NotVisibleYet,
    ParameterRefused,
    Throttled,
    Unauthorised,
    Unreachable,
)
from azserve.verifying.probe import Probe
from azserve.verifying.purse import FREE, Rate

FROM_WITHIN = (
    "`smoke: {from: private}` says that it cannot be reached from here: run `azserve smoke --receipt FILE` on a "
    "machine of its network; `azserve deploy --receipt FILE` writes the file"
)
LACKING = frozenset({Support.REFUSED, Support.IGNORED})


@dataclass(frozen=True, slots=True)
class Judgement:
    """What asking once came to."""

    outcome: Outcome
    message: str
    code: str | None = None
    hint: str | None = None
    again: Again = Again.NO
    retry_after_s: float | None = None
    lacking: bool = False
    """As `Finding.lacking`."""


@dataclass(frozen=True, slots=True)
class Task:
    """A probe to carry out."""

    probe: Probe
    required: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is asked, and what is known and expected of it."""

    endpoint: Endpoint
    route: Route
    abilities: Mapping[Trait, Support]
    """What is published about the model on that route; nothing for an unknown model."""
    private: bool = False
    """Not to be reached from here by design."""
    unfiltered: bool = False
    """Its content filter was switched off."""
    connections: tuple[ResourceId, ...] = ()
    """Those that other people's projects should have to it."""
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    """Published; None where a deployment's capacity decides, which its answers tell."""
    rate: Rate = FREE
    """FREE where no price is known, which the run's result says."""

    def support(self, trait: Trait) -> Support:
        """Return what is published about one trait."""
        return self.abilities.get(trait, Support.UNKNOWN)


def subject_of(endpoint: Endpoint, catalogue: Catalogue, *, private: bool, unfiltered: bool = False) -> Subject:
    """Return an endpoint with what is published about its model on the route it is asked over."""
    hosted = catalogue.hosted(endpoint.model, endpoint.hosting)
    route = catalogue.usual_route(endpoint.model, endpoint.hosting)
    if hosted is None:
        return Subject(endpoint, route, {}, private, unfiltered)
    traits = hosted.traits.get(route, {})
    requests, tokens = hosted.requests_per_minute, hosted.tokens_per_minute
    return Subject(endpoint, route, traits, private, unfiltered, requests_per_minute=requests, tokens_per_minute=tokens)


def cannot_be_asked(probe: Probe, subject: Subject) -> Judgement | None:
    """Return the judgement on a probe that this route or endpoint has nothing for, None for all others."""
    if probe.routes and subject.route not in probe.routes:
        return Judgement(Outcome.UNSUPPORTED, probe.elsewhere or f"not asked over the route `{subject.route}`")
    if probe.needs_connection and not subject.connections:
        return Judgement(Outcome.UNSUPPORTED, "the file connects no other project to it")
    if probe.needs_filter and subject.unfiltered:
        return Judgement(Outcome.UNSUPPORTED, "`content_filter: off` switched it off, as the file says")
    return None


def judge_checks(task: Task, checks: tuple[Check, ...], subject: Subject) -> Judgement:
    """Return what an answer comes to."""
    failed = [check for check in checks if not check.passed]
    if not failed:
        return _held(task.probe, checks, subject)
    shown = task.probe.shown_by
    lacking = {
        check.name: trait
        for check in failed
        if (trait := shown.get(check.name)) and subject.support(trait) is not Support.ACCEPTED
    }
    fault = next((check for check in failed if check.name not in lacking), None)
    if fault is None:
        return _lacks(task, tuple(lacking.values()), subject, failed[0].found)
    message = f"`{fault.name}`: expected {fault.expected}, found {fault.found}"
    return Judgement(Outcome.FAILED, message, code=fault.name, again=Again.ONCE_MORE, lacking=True)


def judge_error(task: Task, error: AzserveError, subject: Subject) -> Judgement:
    """Return what an error comes to."""
    wanting = _not_published(task.probe.needs, subject)
    if wanting and isinstance(error, ParameterRefused):
        return _lacks(task, wanting, subject, error.message)
    if isinstance(error, NotVisibleYet) and any(subject.support(trait) is Support.REFUSED for trait in wanting):
        return _lacks(task, wanting, subject, error.message)
    return Judgement(
        _outcome(error, task, subject),
        error.message,
        code=(error.service_code if isinstance(error, ModelError) else None) or error.code,
        hint=FROM_WITHIN if isinstance(error, Unreachable) and subject.private else error.hint,
        again=_again(error, subject),
        retry_after_s=error.retry_after_s if isinstance(error, Throttled) else None,
        lacking=isinstance(error, ParameterRefused),
    )


def _held(probe: Probe, checks: tuple[Check, ...], subject: Subject) -> Judgement:
    """Return the judgement on an answer that is as it should be."""
    shown = set(probe.shown_by.values())
    surprising = [trait for trait in probe.needs
                  if subject.support(trait) in (LACKING if trait in shown else {Support.REFUSED})]  # fmt: skip
    if surprising:
        return Judgement(Outcome.UNEXPECTED, f"works, although {_listed(surprising)} is published as not done")
    return Judgement(Outcome.PASSED, f"{len(checks)} check{'s' if len(checks) != 1 else ''} held")


def _outcome(error: AzserveError, task: Task, subject: Subject) -> Outcome:
    match error:
        case PermissionDenied() if task.probe.needs_connection:
            # The project is somebody else's: that we may not read its secrets says nothing of the connection.
            return Outcome.UNKNOWN
        case Throttled():
            return Outcome.UNKNOWN
        case Unreachable() if subject.private:
            return Outcome.UNKNOWN
        case _:
            return Outcome.FAILED


def _again(error: AzserveError, subject: Subject) -> Again:
    match error:
        case Throttled():
            return Again.WHEN_QUIET
        case NotVisibleYet():
            return Again.WHEN_VISIBLE
        case Unauthorised() if subject.endpoint.sign_in is SignIn.ENTRA:
            return Again.WHEN_ALLOWED
        case Unreachable() if not subject.private:
            return Again.ONCE_MORE
        case ModelFailed() | BrokenAnswer():
            return Again.ONCE_MORE
        case _:
            return Again.NO


def _not_published(traits: Iterable[Trait], subject: Subject) -> tuple[Trait, ...]:
    """Return the traits that a model is not published to have."""
    return tuple(trait for trait in traits if subject.support(trait) is not Support.ACCEPTED)


def _lacks(task: Task, wanting: tuple[Trait, ...], subject: Subject, found: str) -> Judgement:
    """Return the judgement on a model that showed not to do what it is not published to do.

    Where nothing is published, what was asked for has failed, and what was not asked for has not been found out.
    """
    if any(subject.support(trait) in LACKING for trait in wanting):
        return Judgement(Outcome.UNSUPPORTED, f"does not do {_listed(wanting)}, as published")
    message = f"nothing is published on {_listed(wanting)}, and it did not show it: {found}"
    if not task.required:
        return Judgement(Outcome.UNKNOWN, message, code="trait-unknown", lacking=True)
    hint = "take the probe out of `required` for this endpoint if the model cannot do it"
    return Judgement(Outcome.FAILED, message, code="trait-unknown", hint=hint, lacking=True)


def _listed(traits: Iterable[Trait]) -> str:
    return ", ".join(f"`{trait}`" for trait in traits)
