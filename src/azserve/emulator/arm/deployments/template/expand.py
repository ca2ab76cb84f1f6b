"""Resources as they will be: loops unrolled, conditions decided, names and ids known, dependencies found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from azserve.emulator.arm.deployments.template.copies import MOST_TURNS, count_of, unrolled
from azserve.emulator.arm.deployments.template.document import LIMITS, Template, children_of
from azserve.emulator.arm.deployments.template.evaluate import Frame, Names, Outside, Place, resolve
from azserve.emulator.arm.deployments.template.functions.addresses import id_in, provider_path
from azserve.emulator.arm.deployments.template.needs import Known, find_needs, mentions, order
from azserve.emulator.arm.deployments.template.parameters import Given, bind
from azserve.emulator.arm.deployments.template.values import Budget, TemplateError, UnresolvedError, is_int, kind_of
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json

DEPLOYMENTS = "microsoft.resources/deployments"
HELP = "Please see https://aka.ms/arm-syntax-resources for usage details."
NOT_BODY = frozenset(
    {
        "type", "name", "apiVersion", "dependsOn", "condition", "copy", "comments", "metadata", "scope",
        "subscriptionId", "resourceGroup", "existing", "resources", "deploymentTimeout",
    }
)  # fmt: skip
"""Members of a resource that speak to the deployment, not to the provider."""
BODY = frozenset(
    {
        "location", "tags", "kind", "sku", "plan", "identity", "properties", "zones", "managedBy", "managedByExtended",
        "extendedLocation", "placement", "etag",
    }
)  # fmt: skip
_STEPS_PER_RESOURCE = 40
"""What one resource costs beyond its expressions; 10,000 of them are too many, nested ones included."""
REFUSED = {
    "@options": "options of resources",
    "$options": "options of resources",
    "asserts": "assertions",
    "import": "extensions",
    "extension": "extensions",
}
inferred(
    "arm.template.members",
    "a resource with a member that ARM does not know is refused",
    because="messages of that kind are seen in public issues; the list of members is gathered from published templates",
)


@dataclass(frozen=True, slots=True)
class Planned:
    """One resource of a template, one turn of its loop."""

    key: str
    """Its id in lower case; what dependencies name."""
    id: str
    type: str
    name: str
    """All segments: `account/deployment`."""
    api_version: str
    source: dict[str, Json]
    frame: Frame
    place: Place
    """Where it lies; for a nested deployment where its own resources do."""
    symbol: str | None = None
    loop: str | None = None
    turn: int = 0
    batch: int | None = None
    """Turns that run together, for a serial loop."""
    existing: bool = False
    """Only looked at, never written."""
    runtime: bool = False
    """Whether its body asks for what only a running deployment knows."""
    needs: tuple[str, ...] = ()

    @property
    def is_deployment(self) -> bool:
        """Whether it is a nested deployment."""
        return self.type.lower() == DEPLOYMENTS

    @property
    def body_source(self) -> dict[str, Json]:
        """What goes to the provider, not yet evaluated."""
        return {name: value for name, value in self.source.items() if name not in NOT_BODY}


@dataclass(frozen=True, slots=True)
class Expansion:
    """All resources of a template, dependencies first."""

    frame: Frame
    resources: tuple[Planned, ...]
    known: Known
    existing: Mapping[str, Planned] = field(default_factory=dict)
    """Resources that are only looked at, by key."""


def frame_of(
    template: Template,
    given: Given,
    *,
    outside: Outside,
    place: Place,
    hide_secrets: bool = False,
    budget: Budget | None = None,
) -> Frame:
    """Return the frame of a template's expressions, its parameters and variables bound."""
    variables = Names("variable")
    frame = Frame(
        outside=outside,
        place=place,
        parameters=Names("parameter"),
        variables=variables,
        budget=budget or Budget(),
    )
    frame = replace(frame, parameters=bind(template, given, frame, hide_secrets=hide_secrets))
    for name, source in template.variables.items():
        if name.lower() == "copy" and isinstance(source, list):
            for loop in source:
                define_loop(variables, frame, loop)
        else:
            variables.define(name, later(frame, source))
    return frame


def later(frame: Frame, source: Json) -> Callable[[], Json]:
    """Return what evaluates a variable when it is asked for."""
    return lambda: resolve(frame, source)


def define_loop(variables: Names, frame: Frame, loop: Json) -> None:
    """Define a variable made by `copy`."""
    name = loop.get("name") if isinstance(loop, dict) else None
    if not isinstance(name, str):
        unrolled(frame, [loop])
        return
    variables.define(name, lambda: unrolled(frame, [loop])[name])


def expand(template: Template, frame: Frame) -> Expansion:
    """Return the resources of a template in an order that respects their dependencies.

    Raises TemplateError for wrong names, duplicates, unknown dependencies and circles.
    """
    made = list(instances(template, frame))
    if sum(one is not None for _, one, _ in made) > LIMITS["resources"]:
        raise TemplateError(
            f"The number of template resources limit exceeded. Limit: '{LIMITS['resources']}'. "
            "Please see https://aka.ms/arm-limits for usage details."
        )
    known = Known()
    for symbol, one, absent in made:
        known.add(one, symbol=symbol, absent=absent)
    active = [one for _, one, absent in made if not absent and not one.existing]
    check_unique(active)
    resolved = [replace(one, needs=find_needs(one, known, active), runtime=mentions(one)) for one in active]
    existing = {one.key: one for _, one, absent in made if one.existing and not absent}
    return Expansion(frame, order(resolved), known, existing)


def instances(template: Template, frame: Frame) -> Iterator[tuple[str | None, Planned, bool]]:
    """Yield each resource with its symbol, and whether its condition says that it is not there."""
    for symbol, source in template.resources:
        yield from turns(symbol, source, frame, prefix=("", ""))


def turns(
    symbol: str | None, source: dict[str, Json], frame: Frame, *, prefix: tuple[str, str]
) -> Iterator[tuple[str | None, Planned, bool]]:
    """Yield the turns of one resource's loop, or the one resource, each followed by its nested children."""
    loop = source.get("copy")
    if loop is None:
        yield from with_children(planned(symbol, source, frame, prefix))
        return
    if not isinstance(loop, dict) or not isinstance(loop.get("name"), str):
        raise TemplateError(
            "The template resource 'copy' definition is not valid: it must have 'name' and 'count'. "
            "Please see https://aka.ms/arm-resource-loops for usage details."
        )
    name = str(evaluated(frame, loop["name"], "copy"))
    batch = batch_of(frame, loop)
    for turn in range(count_of(frame, loop, name)):
        one = planned(symbol, source, frame.in_loop(name, turn), prefix)
        yield from with_children(replace(one, loop=name, turn=turn, batch=batch))


def batch_of(frame: Frame, loop: dict[str, Json]) -> int | None:
    """Return how many turns of a serial loop run together; None for a parallel one."""
    mode = str(loop.get("mode", "parallel")).lower()
    if mode not in ("parallel", "serial"):
        raise TemplateError(f"The template copy mode '{mode[:40]}' is not valid: it must be 'Parallel' or 'Serial'.")
    if mode == "parallel":
        return None
    batch = evaluated(frame, loop.get("batchSize", 1), "batchSize")
    if not is_int(batch) or not 1 <= batch <= MOST_TURNS:
        raise TemplateError(f"The template copy batch size must be between '1' and '{MOST_TURNS}'.")
    return int(batch)


def with_children(one: Planned) -> Iterator[tuple[str | None, Planned, bool]]:
    """Yield one turn of a resource and its nested children."""
    frame, source = one.frame, one.source
    condition = evaluated(frame, source.get("condition", True), "condition")
    if not isinstance(condition, bool):
        raise TemplateError(
            f"The template resource '{one.name}' condition is not valid: expected a value of type 'Boolean', got "
            f"'{kind_of(condition)}'. {HELP}"
        )
    yield one.symbol, one, not condition
    for child_symbol, child in children_of(source):
        yield from turns(child_symbol, child, frame, prefix=(one.type, one.name))


def planned(symbol: str | None, source: dict[str, Json], frame: Frame, prefix: tuple[str, str]) -> Planned:
    """Name one resource and say where it lies."""
    frame.budget.spend(_STEPS_PER_RESOURCE)
    check_members(source)
    outer_type, outer_name = prefix
    resource_type = text(frame, source, "type")
    name = text(frame, source, "name")
    if outer_type:
        resource_type = f"{outer_type}/{resource_type}"
        name = f"{outer_name}/{name}"
    existing = source.get("existing") is True
    api_version = text(frame, source, "apiVersion") if source.get("apiVersion") is not None or not existing else ""
    check_segments(resource_type, name)
    place = place_of(frame, source)
    resource_id = id_of(frame, source, place, resource_type, name)
    return Planned(
        key=resource_id.lower(),
        id=resource_id,
        type=resource_type,
        name=name,
        api_version=api_version,
        source=source,
        frame=frame,
        place=place,
        symbol=symbol,
        existing=existing,
    )


def check_members(source: dict[str, Json]) -> None:
    """Raise TemplateError for a member of a resource that is unknown or not modelled."""
    for name in source:
        if name in REFUSED:
            raise TemplateError(
                f"The azserve emulator does not model {REFUSED[name]} ('{name}').", code="NotModelledByEmulator"
            )
        if name not in NOT_BODY and name not in BODY:
            raise TemplateError(
                f"Could not find member '{name[:80]}' on object of type 'TemplateResource'.",
                code="InvalidRequestContent",
            )


def evaluated(frame: Frame, source: Json, where: str) -> Json:
    """Evaluate what must be known before the deployment runs."""
    try:
        return resolve(frame, source)
    except UnresolvedError as unresolved:
        raise TemplateError(
            f"The template function 'reference' is not expected at this location ('{where}'). "
            "Please see https://aka.ms/arm-functions for usage details."
        ) from unresolved


def text(frame: Frame, source: dict[str, Json], name: str) -> str:
    """Return a member of a resource that must be a text."""
    found = source.get(name)
    if found is None:
        raise TemplateError(
            f"The template resource is not valid: required property '{name}' is not found. {HELP}",
            code="InvalidRequestContent",
        )
    value = evaluated(frame, found, name)
    if not isinstance(value, str) or not value:
        raise TemplateError(
            f"The template resource '{name}' is not valid: expected a value of type 'String', got '{kind_of(value)}'. "
            f"{HELP}"
        )
    return value


def check_segments(resource_type: str, name: str) -> None:
    """Raise TemplateError unless a type has one segment more than its name."""
    kinds, names = resource_type.split("/"), name.split("/")
    if len(kinds) != len(names) + 1 or not all(kinds) or not all(names):
        raise TemplateError(
            f"The template resource '{name}' for type '{resource_type}' has incorrect segment lengths. A nested "
            "resource type must have identical number of segments as its resource name. A root resource type must "
            f"have segment length one greater than its resource name. {HELP}"
        )


def place_of(frame: Frame, source: dict[str, Json]) -> Place:
    """Return the scope a resource names with `subscriptionId` and `resourceGroup`, else the deployment's own.

    An empty name is none: templates pass on parameters that default to nothing.
    """
    place = frame.home or frame.place
    subscription, group = (
        text(frame, source, name) if evaluated(frame, source.get(name), name) not in (None, "") else None
        for name in ("subscriptionId", "resourceGroup")
    )
    if subscription is not None and subscription.lower() != place.subscription.lower():
        return Place(subscription, group)
    return Place(place.subscription, place.group if group is None else group)


def id_of(frame: Frame, source: dict[str, Json], place: Place, resource_type: str, name: str) -> str:
    """Return the full id of a resource, on another one where it has a `scope`."""
    names = name.split("/")
    if source.get("scope") is None:
        return id_in("resourceId", place, resource_type, names)
    scope = text(frame, source, "scope")
    if resource_type.lower() == DEPLOYMENTS or scope == "/":
        raise TemplateError(
            f"The azserve emulator does not model a 'scope' of '{scope[:80]}' for '{resource_type}'.",
            code="NotModelledByEmulator",
        )
    if not scope.startswith("/"):
        scope = f"{place}{relative(scope)}"
    return scope.rstrip("/") + provider_path("resourceId", resource_type, names)


def relative(path: str) -> str:
    """Return the id of `Namespace/type/name/kind/name` within its scope."""
    namespace, *rest = path.split("/")
    if len(rest) < 2 or len(rest) % 2:
        raise TemplateError(f"The template resource scope '{path[:80]}' is not valid. {HELP}")
    return f"/providers/{namespace}/{'/'.join(rest)}"


def check_unique(resources: list[Planned]) -> None:
    """Raise TemplateError where two resources would be the same."""
    seen: set[str] = set()
    for one in resources:
        if one.key in seen:
            raise TemplateError(f"The resource '{one.type}/{one.name}' is defined multiple times in a template. {HELP}")
        seen.add(one.key)
