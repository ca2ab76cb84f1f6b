"""One region: its template deployment, then its endpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from azserve.deploying.ports import DeploymentRequest, Deployments, DeploymentState, Endpoints
from azserve.errors import AzserveError
from azserve.model.artifact import RegionArtifact
from azserve.model.deployment_name import deployment_name
from azserve.model.json import JsonObject
from azserve.model.names import Region
from azserve.model.progress import Event, Progress, Stage
from azserve.model.receipt import DeploymentRecord, Failure, RegionOutcome, RegionState

WORTH_REPEATING: Final = frozenset(
    {
        "anotheroperationinprogress",
        "gatewaytimeout",
        "internalservererror",
        "requestconflict",
        "resourcerequeststhrottled",
        "serverbusy",
        "servertimeout",
        "serviceunavailable",
        "subscriptionrequeststhrottled",
        "toomanyrequests",
    }
)
"""Codes that a deployment ends in and that the same deployment, made again, may not end in. Lower case."""

ATTEMPTS: Final = 3
PAUSE_S: Final = 20.0
"""Before a deployment is made again; doubles. An account's other operation takes some tens of seconds."""


@dataclass(frozen=True, slots=True)
class RegionWork:
    """What deploying a region needs besides the region itself."""

    deployments: Deployments
    endpoints: Endpoints
    progress: Progress
    left_s: Callable[[], float]
    """Seconds until the deadline of the whole run."""
    pause: Callable[[float], object]


def deployment_request(artifact: RegionArtifact) -> DeploymentRequest:
    """Return the region's deployment: the wrapper at subscription scope, or into the group that exists.

    Only parameters that the template at hand declares are passed: ARM refuses others.
    """
    estate = artifact.estate
    template = artifact.wrapper if artifact.wrapper is not None else artifact.template
    return DeploymentRequest(
        name=deployment_name(estate.fleet_id, estate.region),
        subscription=estate.subscription,
        region=estate.region,
        group=None if artifact.wrapper is not None else estate.group,
        template=template,
        parameters=_declared(template, artifact.parameters),
        tags=estate.tags,
    )


def deploy_region(artifact: RegionArtifact, work: RegionWork) -> tuple[RegionOutcome, AzserveError | None]:
    """Deploy a region and read its endpoints. What Azure refuses is in the outcome, and beside it as it was raised."""
    region, request = artifact.region, deployment_request(artifact)
    work.progress(Event(region, "deploy", Stage.STARTED))
    try:
        states = _attempts(request, work)
        outcome = _with_endpoints(artifact, _outcome(artifact, states), work)
    except AzserveError as error:
        work.progress(Event(region, "deploy", Stage.FAILED, error.message))
        return _failed(artifact, error), error
    work.progress(_last_event(region, outcome))
    return outcome, None


def read_region(artifact: RegionArtifact, work: RegionWork) -> tuple[RegionOutcome, AzserveError | None]:
    """Read the endpoints of a region in which nothing is to be written."""
    work.progress(Event(artifact.region, "deploy", Stage.DONE, "unchanged"))
    outcome = RegionOutcome(artifact.region, artifact.estate.group, RegionState.UNCHANGED)
    try:
        return _with_endpoints(artifact, outcome, work), None
    except AzserveError as error:
        return _failed(artifact, error), error


def failure_from(error: AzserveError) -> Failure:
    """Return a raised error as a receipt holds it."""
    return Failure(error.code, error.message, error.hint, error.where, error.raw)


def _attempts(request: DeploymentRequest, work: RegionWork) -> list[DeploymentState]:
    """Make the deployment, and make it again where it ended in something that passes."""
    states: list[DeploymentState] = []
    pause_s = PAUSE_S
    for left in reversed(range(ATTEMPTS)):
        states.append(_carry_out(request, work))
        code = states[-1].failure.code if states[-1].failure else ""
        if not left or code.lower() not in WORTH_REPEATING or pause_s >= work.left_s():
            break
        work.progress(Event(request.region, "deploy", Stage.WAITING, f"{code}; again in {pause_s:.0f} s"))
        work.pause(pause_s)
        pause_s *= 2
    return states


def _carry_out(request: DeploymentRequest, work: RegionWork) -> DeploymentState:
    def watch(state: DeploymentState) -> None:
        work.progress(Event(request.region, "deploy", Stage.GOING, f"{state.state}, poll {state.polls}"))

    return work.deployments.carry_out(request, watch=watch, deadline_s=max(0.0, work.left_s()))


def _outcome(artifact: RegionArtifact, states: list[DeploymentState]) -> RegionOutcome:
    last = states[-1]
    match last.state:
        case "Succeeded":
            state, failure = RegionState.DEPLOYED, None
        case "Failed" | "Canceled":
            state = RegionState.FAILED
            failure = last.failure or Failure(last.state, f"the deployment `{last.name}` ended as {last.state}")
        case _:
            state, failure = RegionState.RUNNING, None
    records = tuple(
        DeploymentRecord(each.name, each.scope, each.state, each.correlation_id, each.seconds, each.polls)
        for each in states
    )
    return RegionOutcome(artifact.region, artifact.estate.group, state, deployments=records, failure=failure)


def _with_endpoints(artifact: RegionArtifact, outcome: RegionOutcome, work: RegionWork) -> RegionOutcome:
    """Return the outcome with the endpoints that stand; a region that failed may have some of them all the same.

    Where they cannot be read in a region that failed, the first failure is the one to tell.
    """
    try:
        return replace(outcome, endpoints=work.endpoints.in_region(artifact.estate))
    except AzserveError:
        if outcome.state in {RegionState.FAILED, RegionState.RUNNING}:
            return outcome
        raise


def _failed(artifact: RegionArtifact, error: AzserveError) -> RegionOutcome:
    return RegionOutcome(artifact.region, artifact.estate.group, RegionState.FAILED, failure=failure_from(error))


def _last_event(region: Region, outcome: RegionOutcome) -> Event:
    if outcome.failure is not None:
        return Event(region, "deploy", Stage.FAILED, f"{outcome.failure.code}: {outcome.failure.message}")
    if outcome.state is RegionState.RUNNING:
        return Event(region, "deploy", Stage.WAITING, "left running in Azure")
    return Event(region, "deploy", Stage.DONE, "deployed")


def _declared(template: JsonObject, parameters: JsonObject) -> JsonObject:
    declared = template.get("parameters")
    names = declared if isinstance(declared, Mapping) else {}
    return {name: value for name, value in parameters.items() if name in names}
