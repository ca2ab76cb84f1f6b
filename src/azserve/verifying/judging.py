"""What checks or an error mean, given what the model is known to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from azserve.errors import AzserveError
from azserve.model.catalogue import Catalogue, Hosting, Route, Support, Trait
from azserve.model.endpoint import Endpoint
from azserve.model.finding import Check, Outcome
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
from azserve.verifying.probe import ChatQuestion, InfoQuestion, Probe

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


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is asked, and what is known and expected of it."""

    endpoint: Endpoint
    abilities: Mapping[Trait, Support]
    private: bool = False
    """Not to be reached from here by design."""

    def support(self, traits: Iterable[Trait]) -> Support:
        """Return the least of what is known of these traits: one that is lacking decides, then one that is unknown."""
        known = {self.abilities.get(trait, Support.UNKNOWN) for trait in traits}
        return next((each for each in (Support.REFUSED, Support.IGNORED, Support.UNKNOWN) if each in known),
                    Support.ACCEPTED)  # fmt: skip


def abilities_of(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[Trait, Support]:
    """Return what is published about the model on the route that is used by default; nothing for an unknown model."""
    hosted = catalogue.hosted(endpoint.model, endpoint.hosting)
    if hosted is None:
        return {}
    return hosted.traits.get(Route.SERVERLESS if endpoint.hosting is Hosting.SERVERLESS else Route.MODELS, {})


def cannot_be_asked(probe: Probe, endpoint: Endpoint) -> Judgement | None:
    """Return the judgement on a probe for which this hosting has no route, None for all others."""
    if isinstance(probe.question, InfoQuestion) and endpoint.hosting is Hosting.FOUNDRY:
        return Judgement(Outcome.UNSUPPORTED, "Foundry has no `/info`; `azserve info` tells what ARM says")
    return None


def judge_checks(probe: Probe, checks: tuple[Check, ...], subject: Subject) -> Judgement:
    """Return what an answer comes to."""
    failed = [check for check in checks if not check.passed]
    if not failed:
        if subject.support(probe.needs) is Support.REFUSED:
            lacking = [trait for trait in probe.needs if subject.abilities.get(trait) is Support.REFUSED]
            return Judgement(Outcome.UNEXPECTED, f"works, although {_said_of(lacking)} is published as refused")
        return Judgement(Outcome.PASSED, f"{len(checks)} checks held" if len(checks) != 1 else "1 check held")
    shown = _shown(probe)
    traits = [trait for check in failed if (trait := shown.get(check.name)) is not None]
    if len(traits) == len(failed):
        lacks = _lacks(traits, subject, f"{failed[0].found}")
        if lacks:
            return lacks
    first = failed[0]
    return Judgement(
        Outcome.FAILED,
        f"`{first.name}`: expected {first.expected}, found {first.found}",
        code=first.name,
        again=Again.ONCE_MORE,
    )


def judge_error(probe: Probe, error: AzserveError, subject: Subject) -> Judgement:
    """Return what an error comes to."""
    if isinstance(error, ParameterRefused):
        lacks = _lacks(probe.needs, subject, error.message)
        if lacks:
            return lacks
    retry_after_s = error.retry_after_s if isinstance(error, Throttled) else None
    return Judgement(
        _outcome(error, subject),
        error.message,
        code=(error.service_code if isinstance(error, ModelError) else None) or error.code,
        hint=error.hint,
        again=_again(error, subject),
        retry_after_s=retry_after_s,
    )


def _outcome(error: AzserveError, subject: Subject) -> Outcome:
    match error:
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


def _lacks(traits: Iterable[Trait], subject: Subject, found: str) -> Judgement | None:
    """Return the judgement on a model that showed not to do this, None where it is published to do it."""
    wanting = [trait for trait in traits if subject.abilities.get(trait, Support.UNKNOWN) is not Support.ACCEPTED]
    if not wanting:
        return None
    if subject.support(wanting) in LACKING:
        return Judgement(Outcome.UNSUPPORTED, f"does not do {_said_of(wanting)}, as published")
    return Judgement(
        Outcome.UNKNOWN,
        f"nothing is published on {_said_of(wanting)}, and it did not show it: {found}",
        code="trait-unknown",
        hint="take it out of `required` for this endpoint if the model cannot do it",
    )


def _shown(probe: Probe) -> Mapping[str, Trait | None]:
    match probe.question:
        case InfoQuestion():
            return {}
        case ChatQuestion(checks=checks):
            return {check.name: check.shows for check in checks}


def _said_of(traits: Iterable[Trait]) -> str:
    return ", ".join(f"`{trait}`" for trait in traits)
