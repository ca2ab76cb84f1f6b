"""Preflight: the whole deployment carried out in a copy of the world.

Each resource is checked against the copy and then made in it, finished at once, dependencies first. What a provider
refuses only when it is asked for real (in `put` or at the end of its work) is not seen here, as with Azure.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from azserve.emulator.arm import engine, refusals
from azserve.emulator.arm.deployments import failures, records
from azserve.emulator.arm.deployments.blueprint import Blueprint, body_of, draw, record_of
from azserve.emulator.arm.deployments.outputs import evaluate_outputs
from azserve.emulator.arm.deployments.records import WHAT_IFS
from azserve.emulator.arm.deployments.template.expand import Planned
from azserve.emulator.arm.deployments.template.values import TemplateError, UnresolvedError
from azserve.emulator.arm.deployments.wishes import Level, Wish, nested_wish
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.clock import Stopped
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import ArmError, Json
from azserve.emulator.kernel.world import Ids, Shelf, World

OUTRIGHT = frozenset(
    {
        "AuthorizationFailed", "InvalidApiVersionParameter", "InvalidResourceNamespace", "InvalidResourceType",
        "InvalidSubscriptionId", "LocationNotAvailableForResourceType", "LocationRequired",
        "MissingSubscriptionRegistration", "NoRegisteredProviderFound", "ResourceGroupBeingDeleted",
        "ResourceGroupNotFound", "SubscriptionNotFound",
    }
)  # fmt: skip
"""Refusals of ARM itself, which answer the request as they are; those of providers become inner errors."""

NOT_COPIED = frozenset({records.NOTES, WHAT_IFS})
PASSING = frozenset({"RequestConflict"})
"""Refusals that only hold for the moment, which preflight does not look for."""

inferred(
    "arm.deployments.preflight",
    "a parent that is missing is found when the deployment runs, not by preflight; a resource whose body uses "
    "reference() or list*() is not shown to its provider before it runs",
    because="templates that fail so are seen to fail while running in public issues",
)


@dataclass(slots=True)
class Rehearsal:
    """What came of it."""

    world: World
    """The copy, with everything the deployment would make."""
    before: frozenset[str]
    """Keys of what there is without it."""
    resources: list[str] = field(default_factory=list)
    """Ids of all that would be written, nested deployments and their resources included."""
    refusals: list[dict[str, Json]] = field(default_factory=list)
    """Inner errors."""
    missing: set[str] = field(default_factory=set)
    """Keys of what could not be made in the copy; what hangs on them is not judged."""


def fork(world: World) -> World:
    """Return a copy of a world in which nothing is due to happen and nothing done is seen outside.

    Time stands still in it.
    """
    made = World(
        clock=Stopped(world.now(), speed=world.clock.speed),
        ids=Ids(f"{world.ids.seed}/rehearsal"),
        scenario=world.scenario,
        registry=world.registry,
        subscriptions=world.subscriptions,
        tenant=world.tenant,
    )
    made.stored = Shelf(
        (key, replace(one, body=copied(one.body), hidden=copied(one.hidden))) for key, one in world.stored.items()
    )
    made.notes = {key: copied(note) for key, note in world.notes.items() if key not in NOT_COPIED}
    made.notes[records.NOTES] = dict(records.book(world))
    return made


def copied(value: Json) -> Json:
    """Return a deep copy; much faster than the library's for what nearly all of it is, JSON."""
    if isinstance(value, dict):
        return {key: copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [copied(inner) for inner in value]
    return value if value is None or isinstance(value, str | int | float) else copy.deepcopy(value)


def rehearse(world: World, wish: Wish) -> Rehearsal:
    """Carry a deployment out in a copy of the world.

    Raises TemplateError for a nested template that is wrong, ArmError for what ARM itself refuses; what providers
    refuse is in the result.
    """
    wish.budget.renew()
    rehearsal = Rehearsal(fork(world), frozenset(world.stored))
    rehearse_in(rehearsal, wish, judged=wish.level is Level.PROVIDER)
    return rehearsal


def check(world: World, wish: Wish) -> Rehearsal:
    """Rehearse; ArmError where a provider refuses something."""
    rehearsal = rehearse(world, wish)
    if rehearsal.refusals:
        raise failures.not_valid(world, wish.name, rehearsal.refusals)
    return rehearsal


def rehearse_in(rehearsal: Rehearsal, wish: Wish, *, judged: bool) -> Blueprint:
    """Carry one deployment out in the copy; where it is not `judged`, providers are not asked whether they would."""
    drawn = draw(rehearsal.world, wish)
    for one in drawn.expansion.resources:
        rehearsal.resources.append(one.id)
        if any(key in rehearsal.missing for key in one.needs):
            rehearsal.missing.add(one.key)
        elif one.is_deployment:
            rehearse_nested(rehearsal, wish, one, drawn.expansion.resources, judged=judged)
        else:
            rehearse_resource(rehearsal, wish, one, judged=judged and not one.runtime)
    return drawn


def check_group_is_waited_for(rehearsal: Rehearsal, wish: Wish, one: Planned, siblings: Sequence[Planned]) -> None:
    """Raise ArmError where a nested deployment does not wait for the group that its own template makes."""
    within = wish.address.group_address
    if within is None or within.key in rehearsal.before:
        return
    known = {sibling.key: sibling for sibling in siblings}
    waited, left = set[str](), list(one.needs)
    while left:
        key = left.pop()
        if key not in waited and key in known:
            waited.add(key)
            left += known[key].needs
    if within.key in known and within.key not in waited:
        raise refusals.no_group(within.name)


def rehearse_nested(
    rehearsal: Rehearsal, parent: Wish, one: Planned, siblings: Sequence[Planned], *, judged: bool
) -> None:
    """Carry a nested deployment out in the copy; one whose parameters are not known yet cannot be judged."""
    world = rehearsal.world
    try:
        wish = nested_wish(parent, one)
    except UnresolvedError:
        rehearsal.missing.add(one.key)
        return
    except ArmError as error:
        if error.status == 501 or not one.runtime:
            raise
        rehearsal.missing.add(one.key)
        return
    engine.group_of(world, wish.address)
    check_group_is_waited_for(rehearsal, wish, one, siblings)
    drawn = rehearse_in(rehearsal, wish, judged=judged and not one.runtime)
    record = record_of(world, drawn)
    record.state = records.State.SUCCEEDED
    records.keep(world, record)
    try:
        record.outputs = evaluate_outputs(drawn)
    except ArmError:
        # Something in it could not be made in the copy, so whoever waits for its outputs cannot be judged.
        rehearsal.missing.add(one.key)


def rehearse_resource(rehearsal: Rehearsal, wish: Wish, one: Planned, *, judged: bool) -> None:
    """Check one resource against the copy and make it there."""
    world = rehearsal.world
    address = Address.parse(one.id)
    if address is None:
        raise TemplateError(f"The resource '{one.id[:300]}' is not at a scope that can be deployed to.")
    try:
        body = body_of(one)
    except (UnresolvedError, TemplateError, ArmError):
        if not one.runtime:
            raise
        rehearsal.missing.add(one.key)
        return
    for outer in (address.parent, address.scope):
        if outer is not None and world.get(outer) is None:
            rehearsal.missing.add(one.key)
            return
    put = engine.wish(world, address, body, api_version=one.api_version, principal=wish.principal, base=wish.base)
    try:
        if judged:
            engine.check_put(world, put)
        else:
            engine.check_api_version(engine.kind_at(world, address), one.api_version)
    except ArmError as error:
        if error.code in OUTRIGHT:
            raise
        if error.code not in PASSING:
            rehearsal.refusals.append(error.error)
            rehearsal.missing.add(one.key)
            return
    try:
        work = engine.kind_at(world, address).put(world, put)
        failed = work.finish() if work.finish is not None else None
    except ArmError as error:
        failed = error
    if failed is not None:
        rehearsal.missing.add(one.key)
