"""`azserve plan`: survey, choose, render, compare. Writes nothing to Azure."""

from __future__ import annotations

from dataclasses import dataclass

from azserve.errors import Refused
from azserve.model.artifact import Artifact
from azserve.model.catalogue import Catalogue
from azserve.model.facts import Facts
from azserve.model.plan import Plan
from azserve.model.progress import Progress, silent
from azserve.model.results import PlanResult
from azserve.model.settings import Settings
from azserve.planning import OnUnknown, make_plan, place
from azserve.rendering.render import render
from azserve.rendering.templates import TemplateSet
from azserve.surveying import SurveyRequest, survey
from azserve.verbs.ports import AzurePorts, Clock


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What to plan, and how strictly."""

    settings: Settings
    catalogue: Catalogue
    on_unknown: OnUnknown = OnUnknown.WARN
    prune: bool = False
    """Also delete what this fleet has and the file no longer asks for."""
    strict: bool = False
    """Treat warnings (a published retirement in the past) as refusals."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything between the file and the first write."""

    facts: Facts
    artifact: Artifact
    plan: Plan


def prepare(request: PlanRequest, azure: AzurePorts, clock: Clock, progress: Progress = silent) -> Prepared:
    """Read Azure, decide where the fleet goes, render it and compare that with what is live.

    Raises Refused where the fleet cannot go anywhere near what was asked, with a reason per region.
    """
    facts = survey(SurveyRequest(request.settings, request.catalogue), azure.reader, clock, progress)
    placement = place(request.settings, request.catalogue, facts, facts.taken_at.date(), on_unknown=request.on_unknown)
    if request.strict and placement.warnings:
        first = placement.warnings[0]
        raise Refused(first.message, code=first.code.value, hint=first.hint)
    artifact = render(placement, TemplateSet(request.settings.templates))
    return Prepared(facts, artifact, make_plan(placement, artifact.regions, facts, prune=request.prune))


def plan(request: PlanRequest, azure: AzurePorts, clock: Clock, progress: Progress = silent) -> PlanResult:
    """Return what a deploy would do."""
    prepared = prepare(request, azure, clock, progress)
    return PlanResult(plan=prepared.plan, taken_at=prepared.facts.taken_at)
