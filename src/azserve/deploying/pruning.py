"""What is deleted by a deploy: pruned steps, and on rollback what a failed region got new."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

from azserve.deploying.ports import Removal
from azserve.model.names import Region
from azserve.model.plan import Action, PhaseName, Plan, Step
from azserve.model.progress import Event, Progress, Stage
from azserve.model.resource_id import ResourceId

GROUP_TYPE: Final = "microsoft.resources/resourcegroups"

REMOVAL_RANK: Final = {
    "microsoft.network/privateendpoints": 0,
    "microsoft.machinelearningservices/workspaces/connections": 0,
    "microsoft.machinelearningservices/workspaces/serverlessendpoints": 1,
    "microsoft.machinelearningservices/workspaces/marketplacesubscriptions": 2,
    "microsoft.cognitiveservices/accounts/deployments": 1,
    "microsoft.cognitiveservices/accounts/projects": 2,
    "microsoft.machinelearningservices/workspaces": 3,
    "microsoft.cognitiveservices/accounts": 3,
    GROUP_TYPE: 9,
}
"""Dependents go first: endpoints before subscriptions and projects, these before hosts. Others come before groups."""


LEFT_BEHIND: Final = frozenset({"microsoft.keyvault/vaults/secrets"})
"""What ARM can write and cannot delete."""


def dependents_first(resources: Iterable[ResourceId], hubs: Collection[ResourceId] = ()) -> list[ResourceId]:
    """Return the resources in an order in which each may be deleted, children before what they are in.

    `hubs` names the workspaces that others depend on: their type does not tell.
    """

    def order(each: ResourceId) -> tuple[int, bool, int, str]:
        return REMOVAL_RANK.get(each.type.lower(), 5), each in hubs, -len(each.names), each.key

    return sorted(resources, key=order)


def pruned(plan: Plan) -> list[Step]:
    """Return the steps that delete, in the plan's order."""
    return [
        step
        for phase in plan.phases
        if phase.name is PhaseName.PRUNE
        for step in phase.steps
        if step.action is Action.DELETE
    ]


def new_in(plan: Plan, region: Region) -> list[ResourceId]:
    """Return what the plan was to create in a region, last made first, a new group in place of what is in it."""
    steps = [step for step in plan.steps if step.region == region and step.action is Action.CREATE]
    created = [step.resource for step in steps if step.resource.type.lower() not in LEFT_BEHIND]
    groups = [resource for resource in created if resource.type.lower() == GROUP_TYPE]
    inside = {(group.subscription.lower(), (group.group or "").lower()) for group in groups}
    others = [each for each in created if (each.subscription.lower(), (each.group or "").lower()) not in inside]
    return [*others[::-1], *groups]


def delete_all(
    resources: Sequence[ResourceId], region: Region, removal: Removal, left_s: Callable[[], float], progress: Progress
) -> None:
    """Delete one after another. Raises the first refusal; what was deleted until then stays deleted."""
    for resource in resources:
        progress(Event(f"{region}/{resource.name}", "delete", Stage.STARTED))
        removal.delete(resource, "", deadline_s=max(0.0, left_s()))
        progress(Event(f"{region}/{resource.name}", "delete", Stage.DONE))
