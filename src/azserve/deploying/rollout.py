"""A plan, carried out: phases one after another, regions side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from azserve.deploying.in_region import RegionWork, deploy_region, failure_from, read_region
from azserve.deploying.ports import Deployments, Endpoints, Removal
from azserve.deploying.pruning import delete_all, new_in, pruned
from azserve.errors import AzserveError, FleetBusy, PermissionDenied, SignInError
from azserve.model.artifact import RegionArtifact
from azserve.model.endpoint import Endpoint
from azserve.model.names import Region
from azserve.model.plan import PhaseName, Plan
from azserve.model.progress import Event, Progress, Stage, silent
from azserve.model.receipt import Failure, Receipt, RegionOutcome, RegionState
from azserve.model.resource_id import ResourceId
from azserve.model.settings import Settings
from azserve.threads import as_they_end

Gate: TypeAlias = Callable[[tuple[Endpoint, ...]], Failure | None]
"""Asked between the canary and the rest, with the canary's endpoints; a Failure holds the rest back."""
Outcomes: TypeAlias = dict[Region, RegionOutcome]

GRACE_S: Final = 5.0
"""How long after the deadline a region may take to say how far it got."""
SAME_EVERYWHERE = (SignInError, PermissionDenied, FleetBusy)
"""Refusals that say the same of every region: where all regions get one, the run ends with it and not in a receipt."""


@dataclass(frozen=True, slots=True)
class CarryOutRequest:
    """A plan, and what it was rendered to."""

    plan: Plan
    artifacts: Sequence[RegionArtifact]
    """One per chosen region, in the plan's order."""
    settings: Settings
    deadline_s: float = 3600.0
    """For the whole run; what is unfinished then goes on in Azure and is RUNNING in the receipt."""


@dataclass(slots=True)
class _Run:
    """What one run has done so far."""

    request: CarryOutRequest
    work: RegionWork
    removal: Removal
    outcomes: Outcomes = field(default_factory=dict)
    raised: dict[Region, AzserveError] = field(default_factory=dict)
    busy: set[Region] = field(default_factory=set)

    def side_by_side(self, work: Mapping[Region, Callable[[], tuple[RegionOutcome, AzserveError | None]]]) -> None:
        """Let regions work at the same time, and keep what comes of each.

        A region ends its own wait at the deadline; one that hangs in a call beyond it is left to itself.
        """
        self.busy = set(work)
        for region, (outcome, error) in as_they_end(work, enough=lambda: self.work.left_s() < -GRACE_S):
            self.busy.discard(region)
            self.outcomes[region] = outcome
            if error is not None:
                self.raised[region] = error
        groups = {artifact.region: artifact.estate.group for artifact in self.request.artifacts}
        for region in sorted(self.busy):
            self.work.progress(Event(region, "deploy", Stage.WAITING, "no answer; left running in Azure"))
            before = self.outcomes.get(region) or RegionOutcome(region, groups.get(region, ""), RegionState.RUNNING)
            self.outcomes[region] = replace(before, state=RegionState.RUNNING)


def carry_out(
    request: CarryOutRequest,
    deployments: Deployments,
    endpoints: Endpoints,
    removal: Removal,
    clock: Callable[[], datetime],
    progress: Progress = silent,
    *,
    gate: Gate | None = None,
    pause: Callable[[float], object] | None = None,
) -> Receipt:
    """Carry out a plan and return what happened; a region's failure is in the receipt, not raised.

    Regions without a writing step are only read. `gate` holds back what comes after the canary; `pause` waits between
    two attempts of a deployment and is for tests.

    Raises SignInError, PermissionDenied or FleetBusy where every region was refused for that reason and nothing was
    written. On Ctrl-C, KeyboardInterrupt goes through at once: Azure carries on, and progress says where.
    """
    started = clock()

    def left_s() -> float:
        return request.deadline_s - (clock() - started).total_seconds()

    work = RegionWork(deployments, endpoints, progress, left_s, pause or threading.Event().wait)
    run = _Run(request, work, removal)
    try:
        _deploy(run, gate)
        _raise_where_all_agree(run)
        _roll_back(run)
        _prune(run)
    except KeyboardInterrupt:
        for region in sorted(run.busy):
            progress(Event(region, "deploy", Stage.WAITING, "interrupted here; left running in Azure"))
        raise
    return Receipt(
        fleet_id=request.plan.placement.fleet_id,
        subscription=str(request.settings.subscription or ""),
        cloud=str(request.settings.cloud.cloud),
        started_at=started,
        finished_at=clock(),
        regions=tuple(_in_order(run)),
        plan=request.plan,
    )


def _deploy(run: _Run, gate: Gate | None) -> None:
    """Deploy the canary, then the rest if the canary stands and passes the gate."""
    by_region = {artifact.region: artifact for artifact in run.request.artifacts}
    canary = [region for region in _regions_of(run.request.plan, PhaseName.CANARY) if region in by_region]
    rest = [region for region in by_region if region not in canary]
    run.side_by_side({region: _task(run, by_region[region]) for region in canary})
    held = _held_back(run, canary, gate)
    if held is None:
        run.side_by_side({region: _task(run, by_region[region]) for region in rest})
        return
    for region in rest:
        run.work.progress(Event(region, "deploy", Stage.FAILED, f"not started: {held}"))
        run.outcomes[region] = RegionOutcome(region, by_region[region].estate.group, RegionState.SKIPPED)


def _task(run: _Run, artifact: RegionArtifact) -> Callable[[], tuple[RegionOutcome, AzserveError | None]]:
    """Return what is to be done in a region: deploy where the plan writes and not only deletes, else read."""
    writes = any(
        step.action.writes and step.region == artifact.region
        for phase in run.request.plan.phases
        if phase.name is not PhaseName.PRUNE
        for step in phase.steps
    )
    return partial(deploy_region if writes else read_region, artifact, run.work)


def _held_back(run: _Run, canary: Sequence[Region], gate: Gate | None) -> str | None:
    """Return why what comes after the canary is not started, None where it is."""
    outcomes = [run.outcomes[region] for region in canary]
    for outcome in outcomes:
        if outcome.state not in {RegionState.DEPLOYED, RegionState.UNCHANGED}:
            return f"the canary `{outcome.region}` is {outcome.state}"
    if gate is None or not canary:
        return None
    failure = gate(tuple(endpoint for outcome in outcomes for endpoint in outcome.endpoints))
    if failure is None:
        return None
    for outcome in outcomes:
        run.outcomes[outcome.region] = replace(outcome, failure=failure)
    return f"the gate after the canary did not open: {failure.message}"


def _raise_where_all_agree(run: _Run) -> None:
    """Raise what every region was refused for; a receipt that says it once per region would say less."""
    errors = list(run.raised.values())
    if errors and len(errors) == len([o for o in run.outcomes.values() if o.state is not RegionState.SKIPPED]):
        first = errors[0]
        if isinstance(first, SAME_EVERYWHERE) and all(type(error) is type(first) for error in errors):
            raise first


def _roll_back(run: _Run) -> None:
    """Where the file asks for it, delete what failed regions got new. What was there before stays."""
    if run.request.settings.rollout.on_failure != "rollback":
        return
    failed = [region for region, outcome in run.outcomes.items() if outcome.state is RegionState.FAILED]
    _delete(run, {region: new_in(run.request.plan, region) for region in failed}, "rolled back, not wholly: ")


def _prune(run: _Run) -> None:
    """Delete what the plan prunes, but nothing in a region where the new does not stand yet, nor while any fails."""
    steps = pruned(run.request.plan)
    unfinished = {RegionState.FAILED, RegionState.RUNNING, RegionState.SKIPPED}
    if any(outcome.state in unfinished or outcome.failure for outcome in run.outcomes.values()):
        return
    by_region: dict[Region, list[ResourceId]] = {}
    for step in steps:
        by_region.setdefault(step.region, []).append(step.resource)
    _delete(run, by_region, "not pruned: ")


def _delete(run: _Run, resources: Mapping[Region, Sequence[ResourceId]], prefix: str) -> None:
    work = {region: partial(_delete_in, run, region, ids, prefix) for region, ids in resources.items() if ids}
    run.side_by_side(work)


def _delete_in(
    run: _Run, region: Region, resources: Sequence[ResourceId], prefix: str
) -> tuple[RegionOutcome, AzserveError | None]:
    """Delete in one region. A refusal fails the region, unless the region has a failure to tell already."""
    before = run.outcomes.get(region) or RegionOutcome(region, resources[0].group or "", RegionState.DEPLOYED)
    try:
        delete_all(resources, region, run.removal, run.work.left_s, run.work.progress)
    except AzserveError as error:
        run.work.progress(Event(region, "delete", Stage.FAILED, error.message))
        failure = failure_from(error)
        told = before.failure or replace(failure, message=prefix + failure.message)
        return replace(before, state=RegionState.FAILED, failure=told), None
    gone = before.state is RegionState.FAILED
    return (replace(before, endpoints=()) if gone else before), None


def _in_order(run: _Run) -> list[RegionOutcome]:
    """Return the outcomes in the plan's order, regions that only lost something last."""
    order = [artifact.region for artifact in run.request.artifacts]
    return [run.outcomes[region] for region in [*order, *sorted(set(run.outcomes) - set(order))]]


def _regions_of(plan: Plan, name: PhaseName) -> tuple[Region, ...]:
    return tuple(region for phase in plan.phases if phase.name is name for region in phase.regions)
