"""A wish to what will be deployed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from azserve.emulator.arm.deployments import records
from azserve.emulator.arm.deployments.around import Around, template_refusal
from azserve.emulator.arm.deployments.template.checking import check_expressions
from azserve.emulator.arm.deployments.template.document import Template, read_template
from azserve.emulator.arm.deployments.template.evaluate import Frame, resolve
from azserve.emulator.arm.deployments.template.expand import Expansion, Planned, expand, frame_of
from azserve.emulator.arm.deployments.template.parameters import declared, echoed
from azserve.emulator.arm.deployments.template.values import TemplateError, UnresolvedError, compact, text_of
from azserve.emulator.arm.deployments.wishes import Wish
from azserve.emulator.kernel.wire import Json
from azserve.emulator.kernel.world import World


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A deployment as it will be: its template read, its parameters bound, its resources in order."""

    wish: Wish
    template: Template
    expansion: Expansion

    @property
    def parameters(self) -> dict[str, Json]:
        """The parameters as the deployment shows them."""
        return {} if self.wish.outer is not None else echoed(self.template, self.expansion.frame.parameters)


def draw(world: World, wish: Wish, *, predicting: bool = False) -> Blueprint:
    """Read, bind and expand; TemplateError or ArmError where something is wrong, UnresolvedError in predictions.

    A nested template of outer scope sees the parameters, variables and functions of the template around it.
    """
    template = read_template(wish.template)
    for name, source in template.outputs.items():
        check_output(name, source)
    check_expressions(template, own_names=wish.outer is None)
    if wish.outer is not None:
        return draw_inside(wish, template, wish.outer)
    around = Around(world, wish, template.hash, asked_at=world.now(), predicting=predicting)
    frame = frame_of(
        template, wish.given, outside=around, place=wish.place, hide_secrets=predicting, budget=wish.budget
    )
    echoed(template, frame.parameters)
    # Only now: a default may ask for the deployment's name, and must not wait for itself.
    around.parameters = lambda: echoed(template, frame.parameters)
    around.expansion = expand(template, frame)
    return Blueprint(wish, template, around.expansion)


def draw_inside(wish: Wish, template: Template, outer: Frame) -> Blueprint:
    """Expand a nested template of outer scope: all it can name is what the template around it can name."""
    enclosing = outer.outside
    assert isinstance(enclosing, Around)
    around = replace(enclosing, expansion=None, enclosing=enclosing.expansion)
    around.expansion = expand(template, replace(outer, outside=around, home=wish.place))
    return Blueprint(wish, template, around.expansion)


def check_output(name: str, source: dict[str, Json]) -> None:
    """Raise TemplateError for an output without type or value."""
    declared(name, source)
    if "value" not in source and "copy" not in source:
        raise TemplateError(f"The template output '{name}' is not valid: required property 'value' is not found.")


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what is wrong with a template into what the API answers."""
    try:
        yield
    except TemplateError as error:
        raise template_refusal(error) from error
    except UnresolvedError as error:
        raise template_refusal(
            TemplateError(
                "The template function 'reference' is not expected at this location. "
                "Please see https://aka.ms/arm-functions for usage details."
            )
        ) from error
    except RecursionError as error:
        raise template_refusal(TemplateError("The template nests or refers to itself too deeply.")) from error


def body_of(one: Planned, *, keep_unresolved: bool = False) -> dict[str, Json]:
    """Return what goes to the provider; tags become texts, as ARM makes them."""
    body: dict[str, Json] = resolve(one.frame, one.body_source, keep_unresolved=keep_unresolved)
    if isinstance(body.get("tags"), dict):
        body["tags"] = {name: text_of(value) for name, value in body["tags"].items()}
    return {name: value for name, value in body.items() if value is not None}


def record_of(world: World, drawn: Blueprint) -> records.Deployment:
    """Return the record of a deployment that is about to start."""
    wish = drawn.wish
    return records.Deployment(
        address=wish.address,
        location=wish.location,
        tags=wish.tags,
        mode=wish.mode.value,
        template_hash=drawn.template.hash,
        template=wish.template,
        parameters=drawn.parameters,
        fingerprint=fingerprint(drawn),
        correlation_id=wish.correlation_id,
        status_id=f"{int(world.ids.hex(15), 16):020}"[:20],
        asked_at=world.now(),
        providers=providers_of(world, drawn),
        dependencies=dependencies_of(drawn),
    )


def fingerprint(drawn: Blueprint) -> str:
    """Return a hash of all that makes two deployments the same."""
    wish = drawn.wish
    values = {name: make() for name, make in wish.given.items()}
    content = [drawn.template.hash, values, wish.mode.value, wish.location]
    return hashlib.sha256(compact(content).encode("utf-8", "surrogatepass")).hexdigest()


def providers_of(world: World, drawn: Blueprint) -> list[Json]:
    """Return the types a template uses, by namespace, with their locations; nested deployments have none."""
    found: dict[str, dict[str, list[str | None]]] = {}
    for one in drawn.expansion.resources:
        namespace, _, kind = one.type.partition("/")
        spelled = world.registry.namespace(namespace) or namespace
        locations = found.setdefault(spelled, {}).setdefault(kind, [])
        location = location_of(one)
        if location not in locations:
            locations.append(location)
    return [
        {
            "namespace": namespace,
            "resourceTypes": [{"resourceType": kind, "locations": locations} for kind, locations in kinds.items()],
        }
        for namespace, kinds in found.items()
    ]


def location_of(one: Planned) -> str | None:
    """Return the location a resource asks for, short; None where it has none or it is not known yet."""
    try:
        location = resolve(one.frame, one.source.get("location"))
    except (TemplateError, UnresolvedError):
        return None
    return location.replace(" ", "").lower() if isinstance(location, str) and not one.is_deployment else None


def dependencies_of(drawn: Blueprint) -> list[Json]:
    """Return who waits for whom."""
    known = {one.key: one for one in drawn.expansion.resources}
    return [
        {
            "dependsOn": [records.target_of(known[key].id, known[key].type, known[key].name) for key in one.needs],
            **records.target_of(one.id, one.type, one.name),
        }
        for one in drawn.expansion.resources
        if one.needs
    ]
