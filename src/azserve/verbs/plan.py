"""`azserve plan`: survey, choose, render, compare. Writes nothing to Azure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from azserve.deploying.ports import Rehearsal
from azserve.model.artifact import Artifact
from azserve.model.catalogue import Catalogue
from azserve.model.facts import Facts
from azserve.model.plan import Placement, Plan
from azserve.model.prices import USD, PriceBook, PriceList
from azserve.model.progress import Progress, silent
from azserve.model.results import PlanResult
from azserve.model.settings import Settings
from azserve.planning.choosing import OnUnknown, candidates, place
from azserve.planning.phases import make_plan
from azserve.planning.questions import questions
from azserve.rendering.render import render
from azserve.rendering.templates import TemplateSet
from azserve.surveying.reads import Keeper
from azserve.surveying.survey import SurveyRequest, complete_live
from azserve.verbs.cost import idle_cost, smoke_ceiling
from azserve.verbs.looking import against_placing, looked, oldest
from azserve.verbs.ports import AzurePorts, Clock
from azserve.verbs.rehearse import rehearse


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


def prepare(
    request: PlanRequest, azure: AzurePorts, clock: Clock, progress: Progress = silent, keeper: Keeper | None = None
) -> Prepared:
    """Read Azure, decide where the fleet goes, render it and compare that with what is live.

    `keeper` may answer for Azure what an earlier run has read of models and quota; what it would keep the fleet out
    of is asked again. Raises Refused where the fleet cannot go anywhere near what was asked, with a reason per region.
    """
    settings, catalogue = request.settings, request.catalogue
    regions = candidates(settings, catalogue)
    asked = SurveyRequest(settings, catalogue, regions, questions(settings, regions))

    def placed(facts: Facts) -> Placement:
        today = facts.taken_at.date()
        return place(settings, catalogue, facts, today, on_unknown=request.on_unknown, strict=request.strict)

    facts = looked(asked, azure.reader, clock, against_placing(placed, regions), progress, keeper)
    placement = placed(facts)
    artifact = render(placement, TemplateSet(settings.templates), formats=())
    resources = [resource for region in artifact.regions for resource in region.resources]
    live = complete_live(facts.live, resources, azure.reader, clock, progress)
    plan = make_plan(placement, artifact.regions, live, canary=settings.rollout.canary, prune=request.prune)
    return Prepared(facts, artifact, plan)


def plan(request: PlanRequest, azure: AzurePorts, clock: Clock, progress: Progress = silent) -> PlanResult:
    """Return what a deploy would do."""
    return plan_of(prepare(request, azure, clock, progress))


def plan_of(prepared: Prepared) -> PlanResult:
    """Return the plan that was prepared."""
    return PlanResult(plan=prepared.plan, taken_at=prepared.facts.taken_at, oldest=oldest(prepared.facts))


def reviewed(
    prepared: Prepared, request: PlanRequest, book: PriceBook, rehearsal: Rehearsal | None, progress: Progress = silent
) -> PlanResult:
    """Return the plan with what it costs while idle and at most to smoke, and with what Azure says of it beforehand.

    Without a rehearsal Azure is not asked. Costs are by the prices once read.
    """
    artifacts, prices = prepared.artifact.regions, PriceList(USD)
    return replace(
        plan_of(prepared),
        idle=idle_cost(artifacts, book, prices),
        smoke=smoke_ceiling(request.settings, artifacts, book, prices),
        rehearsed=rehearse(prepared.plan, artifacts, rehearsal, progress) if rehearsal else (),
    )
