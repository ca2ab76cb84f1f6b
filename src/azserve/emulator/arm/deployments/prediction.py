"""What-if: what a deployment would change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from azserve.emulator.arm import engine
from azserve.emulator.arm.deployments import failures
from azserve.emulator.arm.deployments.blueprint import body_of, draw
from azserve.emulator.arm.deployments.rehearsal import rehearse
from azserve.emulator.arm.deployments.template.expand import Planned
from azserve.emulator.arm.deployments.template.values import TemplateError, UnresolvedError, same
from azserve.emulator.arm.deployments.wishes import Mode, Wish, nested_wish
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json
from azserve.emulator.kernel.world import Stored, World

inferred(
    "arm.deployments.whatif",
    "a property the template does not name is not reported as deleted, except a tag",
    because="Azure hides what it knows to be a default or read only, and reports some as noise; which is not published",
)

NOT_COMPARED = frozenset({"id", "name", "type", "apiVersion", "dependsOn"})
UNSUPPORTED = (
    "Changes to the resource declared in the template cannot be analyzed because its resource ID or its parameters "
    "cannot be calculated until the deployment is under way."
)


@dataclass(slots=True)
class Prediction:
    """Changes found so far."""

    world: World
    """As it is."""
    future: World
    """As it will be: only groups are asked of it."""
    changes: list[dict[str, Json]] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    """Keys of what templates name."""
    groups: dict[str, Mode] = field(default_factory=dict)
    """Ids of groups deployed into."""


def predict(world: World, wish: Wish) -> dict[str, Json]:
    """Return the body of a finished what-if: `{status, properties}` or `{status, error}`."""
    rehearsal = rehearse(world, wish)
    if rehearsal.refusals:
        return {"status": "Failed", "error": failures.not_valid(world, wish.name, rehearsal.refusals).error}
    wish.budget.renew()
    prediction = Prediction(world, rehearsal.world)
    predict_in(prediction, wish)
    for group, mode in prediction.groups.items():
        prediction.changes += untouched(prediction, group, mode)
    return {
        "status": "Succeeded",
        "properties": {"correlationId": wish.correlation_id, "changes": prediction.changes},
    }


def predict_in(prediction: Prediction, wish: Wish) -> None:
    """Add the changes of one deployment."""
    if wish.place.group is not None:
        prediction.groups.setdefault(str(Address(wish.place.subscription, wish.place.group)), wish.mode)
    drawn = draw(prediction.future, wish, predicting=True)
    for one in drawn.expansion.resources:
        prediction.named.add(one.key)
        if not one.is_deployment:
            prediction.changes.append(change_of(prediction.world, one))
            continue
        try:
            predict_in(prediction, nested_wish(wish, one, keep_unresolved=True))
        except (TemplateError, UnresolvedError):
            prediction.changes.append(
                {"resourceId": one.id, "changeType": "Unsupported", "unsupportedReason": UNSUPPORTED}
            )


def change_of(world: World, one: Planned) -> dict[str, Json]:
    """Return the change to one resource that a template names."""
    after = ordered(
        {"id": one.id, "name": one.name.rpartition("/")[2], "type": one.type, "apiVersion": one.api_version}
        | body_of(one, keep_unresolved=True)
    )
    address = Address.parse(one.id)
    stored = world.get(address) if address is not None else None
    if stored is None:
        return {"resourceId": one.id, "changeType": "Create", "after": after}
    before = snapshot(world, stored)
    delta = list(differences(before, after))
    return {
        "resourceId": one.id,
        "changeType": "Modify" if delta else "NoChange",
        "before": before,
        "after": after,
        "delta": delta,
    }


def snapshot(world: World, stored: Stored) -> dict[str, Json]:
    """Return a resource as what-if shows it."""
    body = engine.present(world, stored)
    shown = {name: value for name, value in body.items() if name not in ("etag", "systemData")}
    return ordered({**shown, "apiVersion": stored.api_version})


def ordered(body: dict[str, Json]) -> dict[str, Json]:
    """Return the members by name, as recorded."""
    return {name: body[name] for name in sorted(body)}


def differences(before: dict[str, Json], after: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """Yield what the template changes in a resource, by property path."""
    for name, value in after.items():
        if name in NOT_COMPARED:
            continue
        if name == "location" and short(before.get(name)) == short(value):
            continue
        yield from difference(name, before, name, value)
    yield from lost_tags(before.get("tags"), after.get("tags"))


def difference(path: str, holder: dict[str, Json], name: str, after: Json) -> Iterator[dict[str, Json]]:
    """Yield the changes at one property."""
    if name not in holder:
        yield {"path": path, "propertyChangeType": "Create", "after": after}
        return
    before = holder[name]
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in after.items():
            yield from difference(f"{path}.{key}", before, key, value)
    elif same(before, after):
        return
    elif isinstance(before, list) and isinstance(after, list):
        yield {"path": path, "propertyChangeType": "Array", "children": elements(before, after)}
    else:
        yield {"path": path, "propertyChangeType": "Modify", "before": before, "after": after}


def elements(before: list[Json], after: list[Json]) -> list[dict[str, Json]]:
    """Return the changes inside an array, by index."""
    made: list[dict[str, Json]] = []
    for at in range(max(len(before), len(after))):
        if at >= len(after):
            made.append({"path": str(at), "propertyChangeType": "Delete", "before": before[at]})
        elif at >= len(before):
            made.append({"path": str(at), "propertyChangeType": "Create", "after": after[at]})
        else:
            made += difference(str(at), {str(at): before[at]}, str(at), after[at])
    return made


def lost_tags(before: Json, after: Json) -> Iterator[dict[str, Json]]:
    """Yield the tags that a write takes away, because it replaces them all."""
    if not isinstance(before, dict):
        return
    kept = after if isinstance(after, dict) else {}
    for name, value in before.items():
        if name not in kept:
            yield {"path": f"tags.{name}", "propertyChangeType": "Delete", "before": value}


def short(location: Json) -> str:
    """Return a location in one spelling."""
    return str(location).replace(" ", "").lower()


def untouched(prediction: Prediction, group: str, mode: Mode) -> Iterator[dict[str, Json]]:
    """Yield what is in a group and in no template: ignored, or deleted in complete mode."""
    address = Address.parse(group)
    assert address is not None
    change = "Delete" if mode is Mode.COMPLETE else "Ignore"
    for stored in prediction.world.under(address):
        if stored.address.parent is None and stored.address.key not in prediction.named:
            yield {
                "resourceId": str(stored.address),
                "changeType": change,
                "before": snapshot(prediction.world, stored),
            }


def ids_only(body: dict[str, Json]) -> dict[str, Json]:
    """Return a what-if without payloads, for the result format `ResourceIdOnly`."""
    if "properties" not in body:
        return body
    changes = [
        {name: value for name, value in change.items() if name not in ("before", "after", "delta")}
        for change in body["properties"]["changes"]
    ]
    return {**body, "properties": {**body["properties"], "changes": changes}}
