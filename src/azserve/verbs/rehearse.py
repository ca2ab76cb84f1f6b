"""What Azure says of a plan before it is carried out: `validate`, then `whatIf`, held against the plan's own steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from azserve.deploying.in_region import deployment_request
from azserve.deploying.ports import Foretold, ForetoldChange, Rehearsal
from azserve.errors import AzserveError, Problem, Refused, Severity
from azserve.model.artifact import RegionArtifact
from azserve.model.json import JsonObject, JsonValue
from azserve.model.outlook import ForetoldRow, Heard, Rehearsed
from azserve.model.plan import Action, PhaseName, Plan, Step
from azserve.model.progress import Event, Progress, Stage, silent
from azserve.threads import side_by_side

GROUP: Final = "microsoft.resources/resourcegroups"
NESTED: Final = "/providers/microsoft.resources/deployments/"
CONFIRMS: Final[Mapping[Foretold, frozenset[Action]]] = {
    Foretold.CREATE: frozenset({Action.CREATE, Action.REPLACE}),
    Foretold.MODIFY: frozenset({Action.UPDATE, Action.REPLACE}),
    Foretold.NO_CHANGE: frozenset({Action.UNCHANGED, Action.EXTRA, Action.DELETE}),
    Foretold.DEPLOY: frozenset(Action),
}
"""What the plan may say for each word of Azure's. Pruning is no part of the template, so Azure sees no change in it."""


def rehearse(
    plan: Plan, artifacts: Sequence[RegionArtifact], rehearsal: Rehearsal, progress: Progress = silent
) -> tuple[Rehearsed, ...]:
    """Ask Azure about every region in which something would be deployed, all side by side.

    What-if is asked only where validation found nothing wrong and the group exists: of a group that is to be made it
    tells no more than the template does.
    """
    return _ask(plan, artifacts, lambda artifact, steps: _rehearse(artifact, steps, rehearsal), progress)


def require_valid(
    plan: Plan, artifacts: Sequence[RegionArtifact], rehearsal: Rehearsal, progress: Progress = silent
) -> None:
    """Have Azure validate every region in which something would be deployed, all side by side.

    Raises Refused with every region that Azure would refuse. That it could not say is no reason not to try.
    """
    found = _ask(plan, artifacts, lambda artifact, steps: _validated(artifact, steps, rehearsal), progress)
    refused = [one for one in found if one.refused]
    if not refused:
        return
    codes = {one.problem.code for one in refused if one.problem}
    names = ", ".join(f"`{one.region}`" for one in refused)
    headline = Problem(
        codes.pop() if len(codes) == 1 else "validation-failed",
        f"Azure would refuse {names}; nothing was written",
        hint="mend what it says, or put the region under `avoid`",
    )
    problems = tuple(replace(one.problem, where=str(one.region)) for one in refused if one.problem)
    raise Refused(headline.message, code=headline.code, hint=headline.hint, found=(headline, *problems))


def _ask(
    plan: Plan,
    artifacts: Sequence[RegionArtifact],
    ask: Callable[[RegionArtifact, Mapping[str, Step]], Rehearsed],
    progress: Progress,
) -> tuple[Rehearsed, ...]:
    steps = {step.resource.key: step for step in plan.steps}
    writing = {
        step.region
        for phase in plan.phases
        if phase.name is not PhaseName.PRUNE
        for step in phase.steps
        if step.action.writes
    }

    def told(artifact: RegionArtifact) -> Rehearsed:
        progress(Event(artifact.region, "rehearse", Stage.STARTED))
        found = ask(artifact, steps)
        stage = Stage.FAILED if found.refused else Stage.DONE
        progress(Event(artifact.region, "rehearse", stage, found.problem.code if found.problem else ""))
        return found

    return tuple(side_by_side(told, [artifact for artifact in artifacts if artifact.region in writing]))


def _validated(artifact: RegionArtifact, steps: Mapping[str, Step], rehearsal: Rehearsal) -> Rehearsed:
    """Return what validation alone says."""
    request, region = deployment_request(artifact), artifact.region
    partial = any(
        steps[one.id.key].action is Action.CREATE
        for one in artifact.resources
        if one.id.type.lower() == GROUP and one.id.key in steps
    )
    try:
        rehearsal.validate(request)
    except Refused as error:
        return Rehearsed(region, partial, _problem(error, Severity.ERROR))
    except AzserveError as error:
        return Rehearsed(region, partial, _problem(error, Severity.WARNING))
    return Rehearsed(region, partial)


def _rehearse(artifact: RegionArtifact, steps: Mapping[str, Step], rehearsal: Rehearsal) -> Rehearsed:
    valid = _validated(artifact, steps, rehearsal)
    if valid.problem is not None or valid.partial:
        return valid
    region, partial = artifact.region, valid.partial
    try:
        foretold = rehearsal.what_if(deployment_request(artifact))
    except AzserveError as error:
        return Rehearsed(region, partial, _problem(error, Severity.WARNING))
    rendered = {one.id.key: one.body for one in artifact.resources}
    return Rehearsed(region, partial, foretold=tuple(_rows(foretold, steps, rendered)))


def _problem(error: AzserveError, severity: Severity) -> Problem:
    first = error.problems[0]
    return Problem(first.code, first.message, severity, first.hint, first.where)


def _rows(
    foretold: Sequence[ForetoldChange], steps: Mapping[str, Step], rendered: Mapping[str, JsonObject]
) -> Iterator[ForetoldRow]:
    for change in foretold:
        step = steps.get(change.resource.lower())
        if step is None and change.change is Foretold.NO_CHANGE:
            continue  # something else in the group, which the template does not touch
        heard, because = _heard(change, step, rendered.get(change.resource.lower()))
        yield ForetoldRow(change.resource, change.change.value, heard, change.paths, because)


def _heard(change: ForetoldChange, step: Step | None, body: JsonObject | None) -> tuple[Heard, str]:
    """Return whether a change is believed, and why not.

    The kinds of noise are those that Azure's documentation and its issue list name (2025): properties that the service
    fills in, expressions that are not worked out, nested deployments told as resources, and types that cannot tell.
    """
    if "[" in change.resource:
        return Heard.NOISE, "the id holds an expression that what-if does not work out"
    if NESTED in change.resource.lower():
        return Heard.NOISE, "the deployment inside the deployment"
    if change.change is Foretold.UNSUPPORTED:
        return Heard.NOISE, change.because or "what-if cannot tell for this type"
    if step is None:
        return Heard.DIFFERS, "the plan does not know this resource"
    if step.action in CONFIRMS.get(change.change, frozenset()):
        return Heard.AGREES, ""
    if change.change is Foretold.MODIFY and step.action is Action.UNCHANGED:
        ours = [path for path in change.paths if body is not None and _sets(body, path)]
        if not ours:
            return Heard.NOISE, "none of it is set by the template: the service fills it in"
        return Heard.DIFFERS, f"the plan found {', '.join(f'`{path}`' for path in ours)} equal"
    return Heard.DIFFERS, f"the plan says {step.action}"


def _sets(body: JsonObject, path: str) -> bool:
    """Whether the rendered body sets a property, or what is inside it."""
    value: JsonValue = body
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return value is not None
        found = next((key for key in value if key.lower() == name.lower()), None)
        if found is None:
            return False
        value = value[found]
    return value is not None  # a template's null sets nothing


def problems_of(rehearsed: Sequence[Rehearsed]) -> tuple[Problem, ...]:
    """Return what Azure would refuse, and what it could not say."""
    return tuple(one.problem for one in rehearsed if one.problem is not None)
