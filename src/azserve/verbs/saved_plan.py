"""`plan --out` and `deploy --plan`: a plan that somebody looked at, carried out only if it is still the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from azserve.errors import ConfigurationError, Problem, Refused
from azserve.model.artifact import RegionArtifact
from azserve.model.json import JsonObject, JsonValue
from azserve.model.names import Region
from azserve.model.plan import Plan, Step
from azserve.planning.choosing import OnUnknown
from azserve.planning.serial import plan_from_json, plan_to_json
from azserve.verbs.plan import PlanRequest, Prepared


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan out of a file."""

    plan: Plan
    taken_at: datetime
    on_unknown: OnUnknown
    prune: bool
    strict: bool
    digests: Mapping[str, str]
    """By region: of the templates and parameters that would be deployed."""


def saved(prepared: Prepared, request: PlanRequest) -> JsonObject:
    """Return what is written to the file; holds no secret, for no plan does."""
    return {
        **plan_to_json(prepared.plan),
        "taken_at": prepared.facts.taken_at.isoformat(),
        "on_unknown": request.on_unknown.value,
        "prune": request.prune,
        "strict": request.strict,
        "digests": {str(one.region): _digest(one) for one in prepared.artifact.regions},
    }


def saved_plan(document: JsonValue) -> SavedPlan:
    """Read a file's document; raises ConfigurationError where it is no plan, or a damaged one."""
    plan = plan_from_json(document)
    assert isinstance(document, Mapping)
    digests = document.get("digests")
    try:
        return SavedPlan(
            plan=plan,
            taken_at=datetime.fromisoformat(str(document.get("taken_at"))),
            on_unknown=OnUnknown(str(document.get("on_unknown"))),
            prune=document.get("prune") is True,
            strict=document.get("strict") is True,
            digests={str(name): str(digest) for name, digest in digests.items()}
            if isinstance(digests, Mapping)
            else {},
        )
    except ValueError as error:
        raise ConfigurationError(
            f"the plan is damaged: {error}", code="plan-file", hint="write it again with `azserve plan --out FILE`"
        ) from error


def check_unmoved(before: SavedPlan, now: Prepared) -> None:
    """Raise Refused where the files or the facts have moved since the plan was made, with all that differs.

    Only what decides counts: another fleet, other regions, templates or steps, a verdict that turned. That somebody
    else uses more or less of a quota that still suffices is no reason to refuse.
    """
    found = tuple(_moved(before, now))
    if found:
        when = f"{before.taken_at:%Y-%m-%d %H:%M %Z}"
        headline = Problem(
            "plan-moved",
            f"files or facts have moved since the plan was made at {when}",
            hint="look at what changed, then make the plan again: `azserve plan --out FILE`",
        )
        raise Refused(headline.message, code=headline.code, hint=headline.hint, found=(headline, *found))


def _moved(before: SavedPlan, now: Prepared) -> Iterator[Problem]:
    was, would = before.plan.placement, now.plan.placement
    if was.fleet_id != would.fleet_id:
        yield _problem(f"the plan is of fleet `{was.fleet_id}`, the file of `{would.fleet_id}`", "file")
        return
    digests = {str(one.region): _digest(one) for one in now.artifact.regions}
    for region in dict.fromkeys([*before.digests, *digests]):
        if region not in digests:
            yield _problem(f"`{region}` is no longer chosen", "facts", region)
        elif region not in before.digests:
            yield _problem(f"`{region}` was not chosen then", "facts", region)
        elif digests[region] != before.digests[region]:
            yield _problem(f"`{region}` renders to other templates or parameters", "file", region)
    yield from _moved_steps(before.plan, now.plan)
    answers = {(one.endpoint, one.region): one.answer for one in was.verdicts}
    for verdict in would.verdicts:
        old = answers.get((verdict.endpoint, verdict.region))
        if old is not None and old is not verdict.answer:
            text = f"`{verdict.endpoint}` in `{verdict.region}` was {old}, and is {verdict.answer} now"
            yield _problem(text, "facts", verdict.region)


def _moved_steps(was: Plan, would: Plan) -> Iterator[Problem]:
    """Yield one problem for each region whose steps differ, with the first of them."""
    before = {step.resource.key: step for step in was.steps}
    after = {step.resource.key: step for step in would.steps}
    found: dict[Region, list[str]] = {}
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        told = _moved_step(old, new)
        step = new or old
        if told is not None and step is not None:
            found.setdefault(step.region, []).append(f"`{step.resource.name}`: {told}")
    for region, steps in found.items():
        more = f" (and {len(steps) - 1} more steps)" if len(steps) > 1 else ""
        yield _problem(steps[0] + more, "facts", region)


def _moved_step(old: Step | None, new: Step | None) -> str | None:
    if old is None or new is None:
        return (
            f"{new.action}, which was not planned" if new else f"{old.action} was planned, and no more" if old else None
        )
    if _what(old) == _what(new):
        return None
    if old.action is new.action:
        return f"{new.action} would change other properties now"
    return f"{old.action} was planned, {new.action} it would be now"


def _what(step: Step) -> tuple[object, ...]:
    changes = [(change.path, change.old, change.new) for change in step.changes]
    return step.action, json.dumps(changes, sort_keys=True, default=list)


def _problem(message: str, moved: str, where: str | None = None) -> Problem:
    return Problem(f"{moved}-moved", message, where=where)


def _digest(artifact: RegionArtifact) -> str:
    content = [artifact.wrapper, artifact.template, artifact.parameters]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
