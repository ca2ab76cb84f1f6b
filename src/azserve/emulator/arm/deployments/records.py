"""What is remembered of a deployment, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from azserve.emulator.arm.deployments.wishes import TYPE
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.clock import timestamp
from azserve.emulator.kernel.wire import ArmError, Json
from azserve.emulator.kernel.world import World

NOTES = "deployments"
WHAT_IFS = "what-ifs"
MOST_IN_SCOPE = 800
"""Deployments remembered in one group or subscription; beyond that Azure deletes the oldest."""


class State(StrEnum):
    """`provisioningState` of a deployment or of one of its operations."""

    ACCEPTED = "Accepted"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    CANCELED = "Canceled"

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self in (State.ACCEPTED, State.RUNNING)


@dataclass(slots=True)
class Step:
    """One operation of a deployment."""

    id: str
    operation: str
    """`Create`, `Delete`, `EvaluateDeploymentOutput`."""
    target: dict[str, Json] | None
    """`{id, resourceType, resourceName}`; None for the outputs."""
    started_at: float
    ended_at: float | None = None
    state: State = State.RUNNING
    status_code: str | None = None
    error: dict[str, Json] | None = None
    request_id: str = ""


@dataclass(slots=True)
class Deployment:
    """A deployment, under way or ended."""

    address: Address
    location: str | None
    tags: dict[str, Json] | None
    mode: str
    template_hash: str
    template: Json
    """As it was sent, for who exports it."""
    parameters: dict[str, Json]
    fingerprint: str
    """Hash of template and parameters, secrets included: the same wish again is recognised by it."""
    correlation_id: str
    status_id: str
    """Last part of its status address."""
    asked_at: float
    providers: list[Json] = field(default_factory=list)
    dependencies: list[Json] = field(default_factory=list)
    state: State = State.ACCEPTED
    changed_at: float = 0.0
    outputs: dict[str, Json] | None = None
    output_resources: list[str] = field(default_factory=list)
    error: dict[str, Json] | None = None
    steps: list[Step] = field(default_factory=list)


def book(world: World) -> dict[str, Deployment]:
    """Return all deployments of a world by key, in order of creation."""
    found: dict[str, Deployment] = world.notes.setdefault(NOTES, {})
    return found


def keep(world: World, deployment: Deployment) -> None:
    """Remember a deployment, in place of an earlier one of the same name; the oldest that ended give way to it."""
    found = book(world)
    found.pop(deployment.address.key, None)
    found[deployment.address.key] = deployment
    if len(found) <= MOST_IN_SCOPE:
        return
    scope = scope_of(deployment.address)
    here = [one for one in found.values() if scope_of(one.address) == scope]
    for old in [one for one in here if not one.state.active][: max(0, len(here) - MOST_IN_SCOPE)]:
        del found[old.address.key]


def scope_of(address: Address) -> tuple[str, str]:
    """Return subscription and group in lower case."""
    return address.subscription.lower(), (address.group or "").lower()


def find(world: World, address: Address) -> Deployment | None:
    """Return a deployment that is remembered; those of a group that was deleted are not."""
    found = book(world).get(address.key)
    if found is None or alive(world, found):
        return found
    del book(world)[address.key]
    return None


def alive(world: World, deployment: Deployment) -> bool:
    """Return whether the group a deployment was made in is still the same one."""
    within = deployment.address.group_address
    if within is None:
        return True
    group = world.get(within)
    return group is not None and group.created_at <= deployment.asked_at


def existing(world: World, address: Address) -> Deployment:
    """Return a deployment; ArmError where there is none."""
    found = find(world, address)
    if found is None:
        raise no_deployment(address)
    return found


def no_deployment(address: Address) -> ArmError:
    """The error for a deployment that is not there."""
    return ArmError(404, "DeploymentNotFound", f"Deployment '{address.name}' could not be found.")


def in_place(world: World, subscription: str, group: str | None) -> Iterator[Deployment]:
    """Yield the deployments of one scope, newest first."""
    for found in reversed(list(book(world).values())):
        if scope_of(found.address) == (subscription.lower(), (group or "").lower()) and find(world, found.address):
            yield found


def show(world: World, one: Deployment) -> dict[str, Json]:
    """Return the body of a GET; recorded 2026-04-09."""
    shown: dict[str, Json] = {"id": str(one.address), "name": one.address.name, "type": TYPE}
    if one.location is not None:
        shown["location"] = one.location
    if one.tags is not None:
        shown["tags"] = one.tags
    changed = one.changed_at or one.asked_at
    properties: dict[str, Json] = {
        "templateHash": one.template_hash,
        "parameters": one.parameters,
        "mode": one.mode,
        "provisioningState": one.state.value,
        "timestamp": timestamp(changed),
        "duration": duration(changed - one.asked_at),
        "correlationId": one.correlation_id,
        "providers": one.providers,
        "dependencies": one.dependencies,
    }
    if one.outputs is not None:
        properties["outputs"] = one.outputs
        properties["outputResources"] = [{"id": resource} for resource in one.output_resources]
    if one.error is not None:
        properties["error"] = one.error
    return {**shown, "properties": properties}


def show_step(one: Deployment, step: Step) -> dict[str, Json]:
    """Return the body of one operation, as the specification has it."""
    ended = step.ended_at if step.ended_at is not None else step.started_at
    properties: dict[str, Json] = {
        "provisioningOperation": step.operation,
        "provisioningState": step.state.value,
        "timestamp": timestamp(ended),
        "duration": duration(ended - step.started_at),
        "trackingId": step.request_id,
        "serviceRequestId": step.request_id,
    }
    if step.status_code is not None:
        properties["statusCode"] = step.status_code
    if step.error is not None:
        properties["statusMessage"] = {"status": "Failed", "error": step.error}
    if step.target is not None:
        properties["targetResource"] = step.target
    path = f"{one.address}/operations/{step.id}"
    return {"id": path, "operationId": step.id, "properties": properties}


def duration(seconds: float) -> str:
    """Return seconds as ISO 8601: `PT1M39.7689131S`."""
    whole = max(0.0, round(seconds, 7))
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    text = "PT" + (f"{int(hours)}H" if hours else "") + (f"{int(minutes)}M" if minutes else "")
    last = f"{rest:.7f}".rstrip("0").rstrip(".")
    return text + (f"{last}S" if rest or text == "PT" else "")


def target_of(resource_id: str, resource_type: str, name: str) -> dict[str, Json]:
    """Return a resource as operations and dependencies name it."""
    return {"id": resource_id, "resourceType": resource_type, "resourceName": name}
