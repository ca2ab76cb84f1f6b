"""Long-running operations: how they run, how they are announced, and what their addresses answer.

An operation that a client is told of lasts `SHORTEST_S` at least, so that a client that waits as it is told sees it
unfinished twice. What a deployment does inside lasts as long as its kind says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from azserve.emulator.arm import engine, refusals
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.clock import timestamp
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Style, Work
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply
from azserve.emulator.kernel.world import Operation, Stored, World

SHORTEST_S = 2.2
RETRY_AFTER_S = 1.0
_MOST_KEPT = 5_000

inferred(
    "arm.operations.addresses",
    "the address of an operation's status: the provider's `locations/{location}/operationStatuses/{id}`",
    because="documented as the common form; the recorded ones carry signed parts and differ from provider to provider",
)
inferred(
    "arm.operations.deleted",
    "the `Location` of a deleted resource ends in 204, that of a group in an empty 200",
    because="the group's is recorded; of resources the specification only says 200, 202 and 204",
)


def pause(world: World) -> dict[str, str]:
    """Return the header that says how long to wait before the next poll."""
    return world.clock.pause(RETRY_AFTER_S)


def run(world: World, work: Work, then: Callable[[ArmError | None], None], *, at_least_s: float = 0.0) -> float:
    """Let a piece of work take its time, make its end visible and tell `then`; return when that is."""
    seconds = max(work.seconds, at_least_s)

    def end() -> None:
        then(work.finish() if work.finish is not None else None)

    if seconds > 0:
        return world.after(seconds, end)
    end()
    return world.now()


def start(world: World, work: Work, *, resource: Address | None, end_status: int = 200) -> Operation:
    """Run a piece of work as an operation whose address a client gets.

    `resource` is what a `Location` shows at the end; None leaves it to `Operation.result`, or to nothing.
    """
    now = world.now()
    operation = Operation(
        id=world.ids.guid(),
        started_at=now,
        ends_at=now + max(work.seconds, SHORTEST_S),
        resource=resource,
        end_status=end_status,
        tells_status=work.style is Style.AZURE_ASYNC,
    )
    _forget_old(world)
    world.operations[operation.id] = operation

    def then(error: ArmError | None) -> None:
        operation.state, operation.error = ("Failed", error) if error is not None else ("Succeeded", None)

    run(world, work, then, at_least_s=SHORTEST_S)
    return operation


def headers(
    world: World, operation: Operation, *, base: str, about: Address, location: str, api_version: str, style: Style
) -> dict[str, str]:
    """Return the headers that announce an operation; `about` is the resource it works on."""
    if not about.names:
        path = f"/subscriptions/{about.subscription}/operationresults/{operation.id}"
    else:
        kind = "operationStatuses" if style is Style.AZURE_ASYNC else "operationResults"
        within = f"/subscriptions/{about.subscription}/providers/{about.namespace}/locations/{location}"
        path = f"{within}/{kind}/{operation.id}"
    name = "Azure-AsyncOperation" if style is Style.AZURE_ASYNC else "Location"
    return {name: f"{base}{quote(path)}?api-version={quote(api_version)}", **pause(world)}


def answer_write(world: World, call: Call, stored: Stored, work: Work) -> Reply:
    """Start what a PUT or PATCH began and answer it: the body as it is now, and where to ask for its end."""
    about = stored.address
    if work.style is Style.NONE:
        run(world, work, _unheard)
        return Reply(work.status, engine.present(world, stored))
    operation = start(world, work, resource=about)
    announced = _announced(world, call, operation, stored, work.style)
    return Reply(work.status, engine.present(world, stored), announced)


def answer_delete(world: World, call: Call, stored: Stored, work: Work) -> Reply:
    """Start what a DELETE began and answer it."""
    if work.style is Style.NONE:
        run(world, work, _unheard)
        return Reply(work.status)
    is_group = not stored.address.names
    operation = start(world, work, resource=None, end_status=200 if is_group else 204)
    return Reply(work.status, None, _announced(world, call, operation, stored, work.style))


def show(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer what the address of an operation is asked, in the manner in which it was announced.

    The last part of the address does not tell the manner: a recorded `Azure-AsyncOperation` ends in operationResults.
    """
    operation = _find(world, names["operation"])
    return _show_status(world, call, operation) if operation.tells_status else _show_result(world, call, operation)


def _show_status(world: World, call: Call, operation: Operation) -> Reply:
    body: dict[str, Json] = {
        "id": call.path,
        "name": operation.id,
        "status": operation.state,
        "startTime": timestamp(operation.started_at),
    }
    if operation.state == "InProgress":
        operation.polls += 1
        return Reply(200, body, pause(world))
    body["endTime"] = timestamp(operation.ends_at)
    if operation.error is not None:
        body["error"] = operation.error.error
    return Reply(200, body)


def _show_result(world: World, call: Call, operation: Operation) -> Reply:
    """202 until the end, then what the operation left."""
    if operation.state == "InProgress":
        operation.polls += 1
        here = f"{call.base}{quote(call.path)}?api-version={quote(call.api_version or '')}"
        return Reply(202, None, {"Location": here, **pause(world)})
    if operation.error is not None:
        raise operation.error
    if operation.resource is None:
        return Reply(operation.end_status, operation.result)
    return Reply(operation.end_status, engine.present(world, engine.existing(world, operation.resource)))


def _announced(world: World, call: Call, operation: Operation, stored: Stored, style: Style) -> dict[str, str]:
    return headers(
        world,
        operation,
        base=call.base,
        about=stored.address,
        location=_location_of(world, stored),
        api_version=call.api_version or stored.api_version,
        style=style,
    )


def _location_of(world: World, stored: Stored) -> str:
    """The region an operation runs in: the resource's, else its parent's, else its group's."""
    at: Address | None = stored.address
    while at is not None:
        found = stored if at == stored.address else world.get(at)
        if found is not None and isinstance(found.body.get("location"), str):
            return engine.short_location(found.body["location"])
        at = at.parent or at.scope or (at.group_address if at.names else None)
    return "global"


def _find(world: World, operation: str) -> Operation:
    found = world.operations.get(operation.lower())
    if found is None:
        raise refusals.no_operation(operation)
    return found


def _unheard(error: ArmError | None) -> None:
    """Nobody is told: the resource's own provisioningState says how it ended."""


def _forget_old(world: World) -> None:
    """Keep the newest operations; one that still runs is never forgotten."""
    excess = len(world.operations) - _MOST_KEPT
    for key in [key for key, one in world.operations.items() if one.state != "InProgress"][: max(0, excess)]:
        del world.operations[key]
