"""The steps from what is live to what is rendered, in phases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from azserve.errors import Refused
from azserve.model.artifact import RegionArtifact
from azserve.model.estate import RegionEstate, Resource
from azserve.model.facts import Fact, LiveResource
from azserve.model.json import JsonObject, JsonValue
from azserve.model.names import ENDPOINT_TAG, FLEET_TAG, EndpointKey, FleetId, Region
from azserve.model.plan import Action, Change, Phase, PhaseName, Placement, Plan, Step
from azserve.model.resource_id import ResourceId
from azserve.planning.difference import changes_between
from azserve.planning.holdings import SERVERLESS_ENDPOINT, dig, same_text, text_at
from azserve.planning.naming import Identity, marketplace_subscription_name
from azserve.planning.soft_deleted import returning

GROUP: Final = "microsoft.resources/resourcegroups"
MARKETPLACE: Final = "microsoft.machinelearningservices/workspaces/marketplacesubscriptions"
WORKSPACE: Final = "microsoft.machinelearningservices/workspaces"
_FIXED: Final = (
    "kind",
    "location",
    "properties.modelSettings.modelId",
    "properties.model.name",
    "properties.model.format",
)
"""What Azure does not change on a resource that exists. That a deployment's model cannot be swapped in place is
inferred; its version can."""

_SETTLED: Final = {"", "Succeeded"}
"""States of a resource that is as it says; not every type has a state. In any other one the deployment is made again:
it joins the one in flight, and mends one that failed."""
_BROKEN: Final = {"Failed", "Canceled"}


@dataclass(frozen=True, slots=True)
class _Live:
    """The fleet's live resources, by id and by what is below what."""

    fleet_id: FleetId
    by_key: Mapping[str, LiveResource]

    def get(self, resource: ResourceId) -> LiveResource | None:
        return self.by_key.get(resource.key)

    def predecessor(self, resource: Resource, rendered: frozenset[str]) -> LiveResource | None:
        """Return the serverless endpoint that served the same key with another model, in the same project."""
        key = _tag(resource.body, ENDPOINT_TAG)
        if resource.id.type.lower() != SERVERLESS_ENDPOINT or key is None:
            return None
        siblings = [
            one
            for one in self.by_key.values()
            if one.id.key not in rendered
            and one.id.type.lower() == SERVERLESS_ENDPOINT
            and one.id.parent is not None
            and resource.id.parent is not None
            and one.id.parent.key == resource.id.parent.key
            and one.tags.get(ENDPOINT_TAG) == key
            and one.tags.get(FLEET_TAG) == str(self.fleet_id)
        ]
        return min(siblings, key=lambda one: one.id.key, default=None)


def make_plan(
    placement: Placement,
    artifacts: Sequence[RegionArtifact],
    live: Fact[tuple[LiveResource, ...]],
    *,
    canary: Region | None = None,
    prune: bool = False,
) -> Plan:
    """Return the steps that turn what is live into what was rendered, what is depended on first.

    What is live and ours but no longer rendered is EXTRA, and DELETE only with `prune`; what depends on others goes
    first then. Raises Refused where what the fleet has could not be read, or where a group that is to be made
    belongs to somebody else.
    """
    if live.value is None:
        raise Refused(
            f"what `{placement.fleet_id}` has in Azure could not be read: {live.unreadable or 'nobody asked'}",
            code="unreadable",
            hint="sign in and try again; without it every step would be a guess",
        )
    known = _Live(placement.fleet_id, {one.id.key: one for one in live.value})
    rendered = frozenset(resource.id.key for artifact in artifacts for resource in artifact.resources)
    by_region = {artifact.region: tuple(_region_steps(artifact, known, rendered)) for artifact in artifacts}
    first = tuple(step for region, steps in by_region.items() if region == canary for step in steps)
    others = tuple(step for region, steps in by_region.items() if region != canary for step in steps)
    extras = tuple(_extras(placement, artifacts, known, rendered, prune=prune))
    phases = (Phase(PhaseName.CANARY, first), Phase(PhaseName.DEPLOY, others), Phase(PhaseName.PRUNE, extras))
    return Plan(placement, tuple(phase for phase in phases if phase.steps))


def _region_steps(artifact: RegionArtifact, live: _Live, rendered: frozenset[str]) -> Iterator[Step]:
    back = frozenset(one.key for one in returning(artifact.estate))
    for resource in artifact.resources:
        step = _step(resource, artifact.estate, live, rendered)
        returns = step.action is Action.CREATE and resource.id.key in back
        yield replace(step, because="is soft-deleted, and is brought back") if returns else step


def _step(resource: Resource, estate: RegionEstate, live: _Live, rendered: frozenset[str]) -> Step:
    endpoint = _endpoint_key(resource.id, estate)
    there = live.get(resource.id)
    if there is None:
        old = live.predecessor(resource, rendered)
        if old is not None:
            path = ("properties", "modelSettings", "modelId")
            change = Change(".".join(path), dig(old.body, *path), dig(resource.body, *path))
            because = f"the model changes; `{old.id.name}` keeps serving beside it until it is pruned"
            return Step(Action.REPLACE, resource.id, estate.region, because, endpoint, (change,))
        return Step(Action.CREATE, resource.id, estate.region, "does not exist yet", endpoint)
    _check_owner(there, estate)
    changes = changes_between(resource.body, there.body)
    state = text_at(there.body, "properties", "provisioningState")
    if not changes and state not in _SETTLED:
        told = f"its last deployment ended as {state}" if state in _BROKEN else f"is still {state}"
        return Step(Action.UPDATE, resource.id, estate.region, f"is as rendered, but {told}", endpoint)
    if not changes:
        return Step(Action.UNCHANGED, resource.id, estate.region, "is as rendered", endpoint)
    fixed = [change.path for change in changes if change.path in _FIXED]
    if fixed:
        because = f"{_paths(fixed)} cannot be changed in place"
        return Step(Action.REPLACE, resource.id, estate.region, because, endpoint, changes)
    because = f"{_paths([change.path for change in changes])} {'differs' if len(changes) == 1 else 'differ'}"
    return Step(Action.UPDATE, resource.id, estate.region, because, endpoint, changes)


def _check_owner(there: LiveResource, estate: RegionEstate) -> None:
    """Refuse to write a group that carries another fleet's tag, or none: everything in it would look like ours."""
    if there.id.type.lower() != GROUP or estate.group_exists:
        return
    owner = there.tags.get(FLEET_TAG)
    if owner == str(estate.fleet_id):
        return
    whose = f"belongs to the fleet `{owner}`" if owner else "was not made by azserve"
    raise Refused(
        f"the group `{estate.group}` exists and {whose}",
        code="name-taken",
        hint="choose another pattern for `group`, or name it under `existing:` to use it as it is",
        where=str(there.id),
    )


def _extras(
    placement: Placement, artifacts: Sequence[RegionArtifact], live: _Live, rendered: frozenset[str], *, prune: bool
) -> Iterator[Step]:
    """Yield what is ours and not rendered; what lies in an extra resource goes with it and is not named."""
    regions = {estate.group.lower(): estate.region for estate in placement.estates}
    found = {key: one for key, one in live.by_key.items() if key not in rendered and _is_ours(one, live)}
    kept = {key for key, one in found.items() if _marketplace_in_use(one, live, found)}
    whole = [one for key, one in found.items() if key not in kept and not _inside(one.id, found)]
    for one in sorted(whole, key=lambda one: (one.region, _depth(one), one.id.key)):
        region = one.region or regions.get((one.id.group or "").lower(), one.region)
        holds = [EndpointKey(key) for key in _keys_under(one, live)]
        action = Action.DELETE if prune else Action.EXTRA
        endpoint = holds[0] if holds and not _holds_others(one) else None
        yield Step(action, one.id, region, _why_extra(one, holds, placement, artifacts), endpoint)


def _is_ours(resource: LiveResource, live: _Live) -> bool:
    """Return whether this fleet and environment made a resource.

    The tag on it says so; where the type takes no tags, its parent's tag and the name that azserve would give it.
    """
    owner = str(live.fleet_id)
    if resource.tags.get(FLEET_TAG) == owner:
        return True
    parent = live.get(resource.id.parent) if resource.id.parent else None
    if resource.id.type.lower() != MARKETPLACE or parent is None or parent.tags.get(FLEET_TAG) != owner:
        return False
    identity = Identity(live.fleet_id, resource.id.subscription, parent.region)
    named = marketplace_subscription_name(identity, text_at(resource.body, "properties", "modelId"))
    return same_text(resource.id.name, named)


def _marketplace_in_use(resource: LiveResource, live: _Live, extras: Mapping[str, LiveResource]) -> bool:
    """Return whether an endpoint that stays hangs on this marketplace subscription."""
    if resource.id.type.lower() != MARKETPLACE or resource.id.parent is None:
        return False
    model = text_at(resource.body, "properties", "modelId")
    return any(
        one.id.parent is not None
        and one.id.parent.key == resource.id.parent.key
        and same_text(text_at(one.body, "properties", "modelSettings", "modelId"), model)
        for key, one in live.by_key.items()
        if key not in extras and one.id.type.lower() == SERVERLESS_ENDPOINT
    )


def _inside(resource: ResourceId, extras: Mapping[str, LiveResource]) -> bool:
    """Return whether something that is to go holds this resource."""
    parent = resource.parent
    while parent is not None:
        if parent.key in extras:
            return True
        parent = parent.parent
    if resource.type.lower() == GROUP or resource.group is None:
        return False
    return ResourceId.of_group(resource.subscription, resource.group).key in extras


def _depth(resource: LiveResource) -> int:
    """Return a number to delete by, dependents first: children, projects, hubs, groups last."""
    kind = resource.id.type.lower()
    if kind == SERVERLESS_ENDPOINT:
        return 0
    if resource.id.parent is not None:
        return 1
    if kind == WORKSPACE:
        return 2 if text_at(resource.body, "kind").lower() == "project" else 3
    return 5 if kind == GROUP else 4


def _keys_under(resource: LiveResource, live: _Live) -> tuple[str, ...]:
    """Return the keys of the endpoints that would go with a resource, itself included."""
    if resource.id.type.lower() == GROUP:
        inside = [one for one in live.by_key.values() if same_text(one.id.group, resource.id.group)]
    else:
        start = resource.id.key + "/"
        inside = [one for key, one in live.by_key.items() if key == resource.id.key or key.startswith(start)]
    return tuple(sorted({one.tags[ENDPOINT_TAG] for one in inside if ENDPOINT_TAG in one.tags}))


def _holds_others(resource: LiveResource) -> bool:
    return ENDPOINT_TAG not in resource.tags


def _why_extra(
    resource: LiveResource, holds: Sequence[EndpointKey], placement: Placement, artifacts: Sequence[RegionArtifact]
) -> str:
    names = ", ".join(f"`{key}`" for key in holds)
    if resource.id.type.lower() == GROUP:
        left = resource.region not in {estate.region for estate in placement.estates}
        why = f"`{resource.region}` is no longer chosen" if left else "the group is no longer used"
        return f"{why}; holds {names}" if names else why
    if resource.id.type.lower() == SERVERLESS_ENDPOINT and holds:
        heirs = (
            one.id.name
            for artifact in artifacts
            for one in artifact.resources
            if one.id.parent is not None
            and resource.id.parent is not None
            and one.id.parent.key == resource.id.parent.key
            and _endpoint_key(one.id, artifact.estate) == holds[0]
        )
        heir = next(heirs, None)
        if heir is not None:
            return f"`{heir}` takes {names} over with another model"
    return f"serves {names}, no longer asked for here" if names else "is no longer asked for"


def _endpoint_key(resource: ResourceId, estate: RegionEstate) -> EndpointKey | None:
    """Return which endpoint a rendered resource is."""
    if estate.serverless is not None and resource.type.lower() == SERVERLESS_ENDPOINT:
        return next((one.key for one in estate.serverless.endpoints if same_text(one.name, resource.name)), None)
    if estate.foundry is not None and resource.type.lower().endswith("/accounts/deployments"):
        return next((one.key for one in estate.foundry.deployments if same_text(one.name, resource.name)), None)
    return None


def _tag(body: JsonObject, name: str) -> str | None:
    value: JsonValue = dig(body, "tags", name)
    return value if isinstance(value, str) else None


def _paths(paths: Sequence[str]) -> str:
    return ", ".join(f"`{path}`" for path in paths)
