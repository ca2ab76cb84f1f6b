"""A deployment carried out, event by event.

Resources start when all they need is done, so many run at once; each takes the time its kind says. When one fails,
those that wait for it never start and the others go on. Nothing here waits: every step is an event of the World.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from azserve.emulator.arm import engine, locks, operations
from azserve.emulator.arm.deployments import failures, records
from azserve.emulator.arm.deployments.blueprint import Blueprint, body_of, draw, record_of, refusing
from azserve.emulator.arm.deployments.outputs import evaluate_outputs
from azserve.emulator.arm.deployments.records import Deployment, State, Step
from azserve.emulator.arm.deployments.template.expand import Planned
from azserve.emulator.arm.deployments.template.values import TemplateError
from azserve.emulator.arm.deployments.wishes import Mode, nested_wish
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import ArmError, Json
from azserve.emulator.kernel.world import Stored, World

STARTS_AFTER_S = 0.3
"""Between the answer `Accepted` and the first resource."""

inferred(
    "arm.deployments.pace",
    f"a deployment starts {STARTS_AFTER_S} s after it is accepted and lasts {operations.SHORTEST_S} s at least",
    because="recordings keep no running polls; the real service takes about 20 s for one storage account",
)
inferred(
    "arm.deployments.cancel",
    "after a cancel the resources that had started still end, and no others start",
    because="documented so; the state shown in between is not",
)


class Run:
    """One deployment under way."""

    def __init__(
        self,
        world: World,
        drawn: Blueprint,
        record: Deployment,
        *,
        at_least_s: float = 0.0,
        then: Callable[[Deployment], None] | None = None,
    ) -> None:
        self._world = world
        self._drawn = drawn
        self._record = record
        self._ends_after = world.now() + at_least_s
        self._then = then
        self._nesting = failures.nesting(world, drawn.wish.api_version)
        self._waiting = {one.key: one for one in drawn.expansion.resources}
        self._running: set[str] = set()
        self._done: set[str] = set()
        self._errors: list[dict[str, Json]] = []
        self._made: dict[str, list[str]] = {}
        world.after(STARTS_AFTER_S, self._advance)

    def _advance(self) -> None:
        """Start all that can start; end when nothing runs any more."""
        if self._record.state is State.CANCELED:
            return
        self._change(State.RUNNING)
        ready = [one for one in self._waiting.values() if all(key in self._done for key in one.needs)]
        for one in ready:
            del self._waiting[one.key]
            self._running.add(one.key)
            self._start(one)
        if not ready and not self._running:
            self._finish_all()

    def _start(self, one: Planned) -> None:
        """Start one resource; what goes wrong at once is told in an event of its own, like all else."""
        step = self._step("Create", records.target_of(one.id, one.type, one.name))
        try:
            with refusing():
                if one.is_deployment:
                    self._start_nested(one, step)
                else:
                    self._start_resource(one, step)
        except ArmError as error:
            detail = failures.write_refused(self._nesting, in_words(one, error))
            self._world.after(0, partial(self._ended, one, step, detail, failures.reason(error.status)))

    def _start_resource(self, one: Planned, step: Step) -> None:
        address = Address.parse(one.id)
        if address is None:
            raise TemplateError(f"The resource '{one.id[:300]}' is not at a scope that can be deployed to.")
        wish = self._drawn.wish
        put = engine.wish(
            self._world,
            address,
            body_of(one),
            api_version=one.api_version,
            principal=wish.principal,
            base=wish.base,
        )
        work = engine.put_resource(self._world, put)
        status = "Created" if put.existing is None else "OK"

        def then(error: ArmError | None) -> None:
            detail = None if error is None else failures.write_failed(self._nesting, one.id, error.error)
            self._ended(one, step, detail, status if error is None else failures.reason(error.status))

        self._made[one.key] = [one.id]
        operations.run(self._world, work, then)

    def _start_nested(self, one: Planned, step: Step) -> None:
        wish = nested_wish(self._drawn.wish, one)
        engine.group_of(self._world, wish.address)
        check_not_active(self._world, wish.address)
        drawn = draw(self._world, wish)
        record = record_of(self._world, drawn)
        records.keep(self._world, record)

        def then(ended: Deployment) -> None:
            self._made[one.key] = ended.output_resources
            detail = None
            if ended.error is not None:
                detail = failures.write_failed(self._nesting, ended.address, ended.error)
            self._ended(one, step, detail, "OK" if detail is None else "Conflict")

        Run(self._world, drawn, record, then=then)

    def _ended(self, one: Planned, step: Step, error: dict[str, Json] | None, status: str) -> None:
        """Note how one resource ended and let others start."""
        step.ended_at = self._world.now()
        step.state = State.SUCCEEDED if error is None else State.FAILED
        step.status_code = status
        step.error = error
        self._running.discard(one.key)
        if error is None:
            self._done.add(one.key)
        else:
            self._errors.append(error)
        self._world.after(0, self._advance)

    def _finish_all(self) -> None:
        """Clear what is in excess, then end, not before the time that a client is promised."""
        works = [] if self._errors or self._drawn.wish.mode is Mode.INCREMENTAL else self._clear()
        left = max(self._ends_after - self._world.now(), *works) if works else self._ends_after - self._world.now()
        self._running.add("")
        self._world.after(max(0.0, left), self._conclude)

    def _clear(self) -> list[float]:
        """Complete mode: delete what is in the group and not in the template; return how long each takes."""
        seconds: list[float] = []
        for stored in excess(self._world, self._drawn):
            target = records.target_of(str(stored.address), stored.address.type, "/".join(stored.address.names))
            step = self._step("Delete", target)
            try:
                locks.refuse_delete(self._world, stored.address)
                engine.check_permission(
                    self._world, self._drawn.wish.principal, f"{stored.address.type}/delete", stored.address
                )
                work = engine.delete_resource(self._world, stored, None)
            except ArmError as error:
                self._cleared(step, error)
                continue
            seconds.append(work.seconds)
            operations.run(self._world, work, partial(self._cleared, step))
        return seconds

    def _cleared(self, step: Step, error: ArmError | None) -> None:
        step.ended_at = self._world.now()
        step.state = State.SUCCEEDED if error is None else State.FAILED
        step.status_code = "OK" if error is None else failures.reason(error.status)
        if error is not None:
            step.error = failures.write_refused(self._nesting, error)
            self._errors.append(step.error)

    def _conclude(self) -> None:
        """End: outputs if all went well, the errors if not."""
        record = self._record
        if record.state is State.CANCELED:
            return
        made = [self._made.get(one.key, []) for one in self._drawn.expansion.resources if one.key in self._done]
        record.output_resources = list(dict.fromkeys(resource for ids in made for resource in ids))
        if self._errors:
            record.error = failures.deployment_failed(self._nesting, record.address, self._errors)
        else:
            self._evaluate_outputs()
        self._change(State.SUCCEEDED if record.error is None else State.FAILED)
        if self._then is not None:
            self._then(record)

    def _evaluate_outputs(self) -> None:
        step = self._step("EvaluateDeploymentOutput", None)
        step.ended_at, step.state, step.status_code = self._world.now(), State.SUCCEEDED, "OK"
        try:
            with refusing():
                self._record.outputs = evaluate_outputs(self._drawn)
        except ArmError as error:
            step.state, step.status_code, step.error = State.FAILED, "BadRequest", error.error
            self._record.error = error.error

    def _step(self, operation: str, target: dict[str, Json] | None) -> Step:
        """Open an operation of the deployment."""
        step = Step(
            id=self._world.ids.hex(16).upper(),
            operation=operation,
            target=target,
            started_at=self._world.now(),
            request_id=self._world.ids.guid(),
        )
        self._record.steps.append(step)
        return step

    def _change(self, state: State) -> None:
        self._record.state = state
        self._record.changed_at = self._world.now()


def in_words(one: Planned, error: ArmError) -> ArmError:
    """Say of an expression that fails while running which resource it is in."""
    inner = error.message.removeprefix("Deployment template validation failed: ").rstrip(".")
    if error.code != "InvalidTemplate" or inner == error.message.rstrip("."):
        return error
    return ArmError(
        400, "InvalidTemplate", f"Unable to process template language expressions for resource '{one.id}'. {inner}"
    )


def excess(world: World, drawn: Blueprint) -> list[Stored]:
    """Return what complete mode deletes, newest first: what is in the group, top level, and not in the template.

    A resource whose condition is false counts as not in the template, as documented since REST version 2019-05-10.
    """
    wish = drawn.wish
    if wish.place.group is None:
        return []
    kept = {one.key for one in drawn.expansion.resources}
    group = Address(wish.place.subscription, wish.place.group)
    found = [one for one in world.under(group) if one.address.parent is None and one.address.key not in kept]
    return [one for one in reversed(found) if world.registry.kind(one.address.type) is not None]


def check_not_active(world: World, address: Address) -> None:
    """Raise ArmError where a deployment of this name is under way."""
    found = records.find(world, address)
    if found is not None and found.state.active:
        raise ArmError(
            409,
            "DeploymentActive",
            f"The deployment with resource id '{found.address}' cannot be saved, because this would overwrite an "
            "existing deployment which is still active. "
            "Please see https://aka.ms/arm-deployment-operations for usage details.",
        )


def cancel(world: World, record: Deployment) -> None:
    """Let nothing more start, here and in nested deployments; ArmError where it has ended."""
    if not record.state.active:
        raise ArmError(
            409,
            "DeploymentCannotBeCancelled",
            f"The deployment '{record.address.name}' cannot be canceled because it is in state '{record.state.value}'.",
        )
    record.state = State.CANCELED
    record.changed_at = world.now()
    for step in record.steps:
        if step.state is State.RUNNING and step.target is not None:
            nested = Address.parse(step.target["id"])
            inner = records.book(world).get(nested.key) if nested is not None else None
            if inner is not None and inner.state.active:
                cancel(world, inner)
            step.state, step.ended_at = State.CANCELED, world.now()
