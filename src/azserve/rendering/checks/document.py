"""A template taken apart for the checks: anyone's, so nothing in it is taken for granted.

Expressions are evaluated as far as they go without a deployment. What cannot be known is left out of `body`; whether
it was written at all is asked of `has`. A nested template is a template of its own, with the scope that ARM gives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from azserve.model.json import JsonObject, JsonValue
from azserve.model.resource_id import ResourceId
from azserve.rendering.checks.calling import called, is_guess
from azserve.rendering.escaping import is_expression
from azserve.rendering.expressions import (
    Call,
    Effort,
    Expression,
    Literal,
    Member,
    NotAnExpression,
    Scope,
    Unresolved,
    parse,
    resolve,
)

GROUP: Final = "this-group"
SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000000"
"""Stand-ins: a template does not say where it will be deployed."""
DEEPEST: Final = 64
"""Levels of JSON; azserve writes fourteen at most."""
_ALIKE: Final = 10
"""Resources of one name that a dependency on it is followed to. Two may exclude each other by their conditions; more
are a mistake, of which another check tells."""
_FOLLOWED: Final = 2_000
"""Resources of a template up to which it is followed what waits for what; ARM takes 800."""
_NESTED: Final = "microsoft.resources/deployments"
_NOT_EVALUATED: Final = frozenset({"metadata", "functions"})
_DESCRIBED: Final = frozenset({"parameters", "outputs"})
"""Sections whose entries have a `metadata` of prose."""
_UNKNOWN: Final = object()
SOMETHING: Final = "?"
"""No path: stands for what a resource waits for besides, where that cannot be known."""


@dataclass(frozen=True)
class Written:
    """One resource of a template."""

    path: str
    raw: JsonObject
    type: str
    """Whole, as spelled: a child inside its parent has the parent's before its own. Empty where none is written."""
    name: str | None
    """Whole; None where only a deployment can tell."""
    called: str
    """The name as far as it can be known: `calling` says how."""
    body: JsonObject
    """Evaluated; what cannot be known is left out."""
    symbol: str | None
    """Its key where resources are a map."""
    scope: Scope
    nested_in: str | None = None
    """Path of the resource that it stands inside."""

    @cached_property
    def kind(self) -> str:
        """The type in lower case, for comparing."""
        return self.type.lower()

    @property
    def api_version(self) -> str | None:
        """Its api-version; None where an expression gives it."""
        found = self.body.get("apiVersion")
        return found if isinstance(found, str) else None

    @cached_property
    def depends_on(self) -> list[str]:
        """What it says it waits for, as far as that can be known: ids, names and symbols."""
        written = self.raw.get("dependsOn")
        if not isinstance(written, list):
            written = self.body.get("dependsOn")
        found = (called(one, self.scope) for one in written) if isinstance(written, list) else ()
        return [one for one in found if one is not None]

    @property
    def says_all_it_waits_for(self) -> bool:
        """Whether `depends_on` has everything that is written there."""
        written = self.raw.get("dependsOn")
        return written is None or (isinstance(written, list) and len(written) == len(self.depends_on))

    @property
    def exists(self) -> bool:
        """Whether it is only referred to."""
        return self.raw.get("existing") is True

    @property
    def conditional(self) -> bool:
        """Whether it may be left out, so that a second one of the same name is no clash."""
        return "condition" in self.raw

    @cached_property
    def identity(self) -> str:
        """Type and name, the same for the same resource."""
        return f"{self.kind}/{self.called.lower()}"

    @property
    def labels(self) -> set[str]:
        """What a dependency may call it by: its name, its symbol, and the name of its loop."""
        labels = (self.called, self.symbol, member(self.raw.get("copy"), "name"))
        return {label for label in labels if isinstance(label, str)}

    @cached_property
    def parent(self) -> str:
        """The name of what it belongs to, in lower case."""
        return self.called.rpartition("/")[0].lower()

    def get(self, path: str) -> JsonValue:
        """Return an evaluated value by its dotted path; None where it is absent or cannot be known."""
        found: JsonValue = self.body
        for name in path.split("."):
            found = member(found, name)
        return found

    def has(self, path: str) -> bool:
        """Whether a value is written, whatever it comes to; also where an expression gives what holds it."""
        found: JsonValue = self.raw
        for name in path.split("."):
            if isinstance(found, str) and is_expression(found):
                return True
            found = member(found, name)
        return found is not None


@dataclass(frozen=True)
class Text:
    """A string that ARM evaluates."""

    path: str
    text: str

    @cached_property
    def parsed(self) -> Expression | None:
        """Its expression; None where it is none, or a broken one."""
        try:
            return None if not is_expression(self.text) or self.text.startswith("[[") else parse(self.text[1:-1])
        except (NotAnExpression, RecursionError):
            return None

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that its expression names."""
        return self._looked_up("parameters")

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that its expression names."""
        return self._looked_up("variables")

    def _looked_up(self, section: str) -> tuple[str, ...]:
        parsed = self.parsed
        return tuple(
            str(call.arguments[0].value)
            for call in (calls_of(parsed) if parsed else ())
            if call.name == section and len(call.arguments) == 1 and isinstance(call.arguments[0], Literal)
        )


@dataclass(frozen=True)
class Template:
    """One level of a document."""

    path: str
    raw: JsonObject
    declares: JsonObject
    """The level whose parameters and variables its expressions name: its own, or an outer one."""
    scope: Scope
    resources: tuple[Written, ...]

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """What ARM evaluates here, nested templates left out, for they are looked at by themselves."""
        return tuple(self._texts())

    def _texts(self) -> Iterator[Text]:
        for name, value in self.raw.items():
            if name in _DESCRIBED:
                value = {key: undescribed(each) for key, each in entries(value).items()}
            if name not in _NOT_EVALUATED:
                yield from texts_of(value, f"{self.path}.{name}")

    @cached_property
    def by_identity(self) -> Mapping[str, list[Written]]:
        """The resources by type and name."""
        return _grouped((each.identity, each) for each in self.resources)

    @cached_property
    def by_label(self) -> Mapping[str, list[Written]]:
        """The resources by name, and by symbol and by the name of their loop where they have one; in lower case."""
        return _grouped((label.lower(), each) for each in self.resources for label in each.labels)

    @cached_property
    def waits(self) -> Mapping[str, frozenset[str]]:
        """By path, everything that a resource waits for, directly or not; ends where there is a cycle."""
        if len(self.resources) > _FOLLOWED:
            return {each.path: frozenset({SOMETHING}) for each in self.resources}
        return _reached({each.path: self._first(each) for each in self.resources})

    def _first(self, each: Written) -> set[str]:
        """Return what a resource waits for directly."""
        paths = {path for dependency in each.depends_on for path in self.found(dependency)}
        paths |= {each.nested_in} if each.nested_in is not None else set()
        certain = each.says_all_it_waits_for and all(map(self.found, filter(is_guess, each.depends_on)))
        return paths if certain else paths | {SOMETHING}

    def found(self, dependency: str) -> list[str]:
        """Return the paths of the resources that an id, a name or a symbol stands for."""
        resource = _identified(dependency)
        identity = f"{resource.type}/{'/'.join(resource.names)}".lower() if resource is not None else ""
        alike = self.by_identity.get(identity) or self.by_label.get(dependency.lower(), [])
        return [each.path for each in alike[:_ALIKE]]

    def may_have(self, dependency: str) -> bool:
        """Whether a resource may be what a dependency means, though that cannot be known."""
        resource = _identified(dependency)
        kind = None if resource is None else resource.type.lower()
        alike = [each for each in self.resources if kind in {None, each.kind}]
        guess = is_guess(dependency)
        return (guess and kind is None) or any(guess or each.name is None for each in alike)


def _identified(dependency: str) -> ResourceId | None:
    """Read an id, or what ARM takes for one: `Microsoft.Storage/storageAccounts/NAME`."""
    short = "." in dependency.partition("/")[0]
    whole = f"/subscriptions/{SUBSCRIPTION}/providers/{dependency}" if short else dependency
    try:
        return ResourceId.parse(whole)
    except ValueError:
        return None


def _grouped(pairs: Iterable[tuple[str, Written]]) -> Mapping[str, list[Written]]:
    groups: dict[str, list[Written]] = {}
    for name, each in pairs:
        groups.setdefault(name, []).append(each)
    return groups


def _reached(direct: Mapping[str, set[str]]) -> Mapping[str, frozenset[str]]:
    """Return what is reached from each path, by Warshall's algorithm; a set is the bits of one number."""
    names = [*direct, SOMETHING]
    place = {name: at for at, name in enumerate(names)}
    reached = [sum(1 << place[name] for name in direct.get(each, ())) for each in names]
    for at, ahead in enumerate(reached):
        if ahead:
            for one, bits in enumerate(reached):
                if bits >> at & 1:
                    reached[one] |= reached[at]
    return {
        name: frozenset(other for other, bit in zip(names, reversed(f"{bits:b}"), strict=False) if bit == "1")
        for name, bits in zip(direct, reached, strict=False)
    }


@dataclass(frozen=True)
class Document:
    """A whole file."""

    root: JsonObject
    templates: tuple[Template, ...]
    """Outermost first."""
    effort: Effort
    """What it took to evaluate it; where it stopped, values after that are not known."""

    @property
    def ours(self) -> bool:
        """Whether azserve rendered it."""
        mark = member(member(self.root.get("metadata"), "_generator"), "name")
        return mark == "azserve"

    @cached_property
    def resources(self) -> tuple[Written, ...]:
        """Every resource that is written, of all levels; what is only referred to is left out."""
        return tuple(each for template in self.templates for each in template.resources if not each.exists)

    def of_type(self, *types: str) -> Iterator[Written]:
        """Yield the resources of these types."""
        wanted = {each.lower() for each in types}
        yield from (each for each in self.resources if each.kind in wanted)


def read_document(root: JsonObject) -> Document:
    """Take a template apart. Nothing it may hold makes this fail, as long as `depth_of` is within `DEEPEST`."""
    effort = Effort()
    outside = Scope(SUBSCRIPTION, GROUP, {}, {}, effort)
    return Document(root, tuple(_templates(root, "$", root, outside, {})), effort)


def depth_of(value: JsonValue) -> int:
    """Return how many levels a value has, without recursion."""
    level, depth = [value], 0
    while level:
        depth += 1
        level = [
            item
            for each in level
            if not isinstance(each, str)
            for item in (each.values() if isinstance(each, Mapping) else each if isinstance(each, Sequence) else ())
        ]
    return depth


def member(value: JsonValue, name: str) -> JsonValue:
    """Return a member of an object; None for anything else."""
    return value.get(name) if isinstance(value, Mapping) else None


def entries(value: JsonValue) -> JsonObject:
    """Return an object; an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def settled(value: JsonValue, scope: Scope) -> JsonValue:
    """Return a value evaluated as far as it goes; None where it cannot be known."""
    found = _settled(value, scope)
    return None if found is _UNKNOWN else found


def _settled(value: JsonValue, scope: Scope) -> Any:  # noqa: ANN401  a value, or the mark of an unknown one
    if isinstance(value, Mapping):
        known = {name: _settled(item, scope) for name, item in value.items()}
        return {name: item for name, item in known.items() if item is not _UNKNOWN}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [item for each in value if (item := _settled(each, scope)) is not _UNKNOWN]
    try:
        return resolve(value, scope)
    except (Unresolved, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return _UNKNOWN  # the functions here expect what azserve writes; others write other things


def undescribed(entry: JsonValue) -> JsonValue:
    """Return the declaration of a parameter or output without its prose."""
    if not isinstance(entry, Mapping):
        return entry
    return {name: each for name, each in entry.items() if name != "metadata"}


def texts_of(value: JsonValue, path: str) -> Iterator[Text]:
    """Yield every string of a value with its path, nested templates left out."""
    if isinstance(value, str):
        yield Text(path, value)
    elif isinstance(value, Mapping):
        inside = str(value.get("type", "")).lower() == _NESTED
        for name, item in value.items():
            if inside and name == "properties" and isinstance(item, Mapping):
                item = {key: each for key, each in item.items() if key != "template"}
            yield from texts_of(item, f"{path}.{name}")
    elif isinstance(value, Sequence):
        for at, item in enumerate(value):
            yield from texts_of(item, f"{path}[{at}]")


def calls_of(expression: Expression) -> Iterator[Call]:
    """Yield every call of an expression, outermost first."""
    left = [expression]
    while left:  # members may be thousands deep, so not by recursion
        match left.pop():
            case Call(_, arguments) as call:
                yield call
                left.extend(reversed(arguments))
            case Member(of, key):
                left.extend((key, of))
            case _:
                pass


def _templates(
    raw: JsonObject, path: str, declares: JsonObject, outside: Scope, given: JsonObject
) -> Iterator[Template]:
    scope = outside
    if declares is raw:
        defaults = {
            name: found
            for name, declared in entries(raw.get("parameters")).items()
            if (found := _settled(member(declared, "defaultValue"), outside)) is not _UNKNOWN and found is not None
        }
        scope = Scope(outside.subscription, outside.group, {**defaults, **given}, entries(raw.get("variables")),
                      outside.effort)  # fmt: skip
    resources = tuple(_resources(raw.get("resources"), f"{path}.resources", scope))
    yield Template(path, raw, declares, scope, resources)
    for each in resources:
        inside = member(each.raw.get("properties"), "template")
        if each.kind == _NESTED and isinstance(inside, Mapping):
            yield from _nested(each, inside, declares, scope)


def _nested(holder: Written, inside: JsonObject, declares: JsonObject, scope: Scope) -> Iterator[Template]:
    path = f"{holder.path}.properties.template"
    group = settled(holder.raw.get("resourceGroup"), scope)
    there = Scope(
        scope.subscription,
        group if isinstance(group, str) else scope.group,
        scope.parameters,
        scope.variables,
        scope.effort,
    )
    if holder.get("properties.expressionEvaluationOptions.scope") != "inner":
        yield from _templates(inside, path, declares, there, {})
        return
    values = entries(holder.get("properties.parameters"))
    given = {name: found for name, each in values.items() if (found := member(each, "value")) is not None}
    yield from _templates(inside, path, inside, Scope(there.subscription, there.group, {}, {}, scope.effort), given)


def _resources(raw: JsonValue, path: str, scope: Scope, above: Written | None = None) -> Iterator[Written]:
    pairs: list[tuple[str, str | None, JsonValue]] = []
    if isinstance(raw, Mapping):
        pairs = [(f"{path}.{symbol}", symbol, each) for symbol, each in raw.items()]
    elif isinstance(raw, Sequence) and not isinstance(raw, str):
        pairs = [(f"{path}[{at}]", None, each) for at, each in enumerate(raw)]
    for where, symbol, each in pairs:
        if isinstance(each, Mapping):
            found = _resource(each, where, symbol, scope, above)
            yield found
            yield from _resources(each.get("resources"), f"{where}.resources", scope, found)


def _resource(raw: JsonObject, path: str, symbol: str | None, scope: Scope, above: Written | None) -> Written:
    kind = str(raw.get("type", ""))
    name = settled(raw.get("name"), scope)
    whole = name if isinstance(name, str) else None
    label = called(raw.get("name"), scope) or str(raw.get("name"))
    if above is not None:
        kind = f"{above.type}/{kind}"
        whole = f"{above.name}/{whole}" if whole is not None and above.name is not None else None
        label = f"{above.called}/{label}"
    body = entries(settled({key: each for key, each in raw.items() if key != "resources"}, scope))
    return Written(path, raw, kind, whole, label, body, symbol, scope, above.path if above else None)
