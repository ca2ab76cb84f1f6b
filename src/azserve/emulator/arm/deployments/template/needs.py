"""What must exist before a resource: its `dependsOn`, the batch before it, and what its expressions refer to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from azserve.emulator.arm.deployments.template.evaluate import evaluate, resolve
from azserve.emulator.arm.deployments.template.syntax import FunctionCall, calls_in, is_expression, parse
from azserve.emulator.arm.deployments.template.values import TemplateError, UnresolvedError
from azserve.emulator.kernel.wire import Json

if TYPE_CHECKING:
    from azserve.emulator.arm.deployments.template.expand import Planned

NOT_ASKING = frozenset({"dependsOn", "resources", "copy", "comments", "metadata"})


@dataclass(slots=True)
class Known:
    """All the ways in which a template may name its own resources, to their keys."""

    symbols: dict[str, list[str]] = field(default_factory=dict)
    """By symbol, and for loops also by `symbol[0]`."""
    paths: dict[str, list[str]] = field(default_factory=dict)
    """By id, by `type/name`, by loop and by bare name, in lower case."""
    absent: set[str] = field(default_factory=set)
    """Keys of resources whose condition is false."""

    def add(self, one: Planned, *, symbol: str | None, absent: bool) -> None:
        """Enter a resource under all its names."""
        if absent:
            self.absent.add(one.key)
        else:
            self.absent.discard(one.key)
        if symbol is not None:
            self.symbols.setdefault(symbol, []).append(one.key)
            if one.loop is not None:
                self.symbols[f"{symbol}[{one.turn}]"] = [one.key]
        namespace, *kinds = one.type.split("/")
        turns = "/".join(part for pair in zip(kinds, one.name.split("/"), strict=True) for part in pair)
        names = {one.id, f"{namespace}/{turns}", f"{one.type}/{one.name}", one.name}
        if one.loop is not None:
            names.add(one.loop)
        for name in names:
            keys = self.paths.setdefault(name.lower().strip("/"), [])
            if one.key not in keys:
                keys.append(one.key)

    def find(self, target: str) -> Sequence[str]:
        """Return the keys of what a text names; empty where it is nothing of this template."""
        return self.symbols.get(target) or self.paths.get(target.lower().strip("/")) or ()


def find_needs(one: Planned, known: Known, active: Sequence[Planned]) -> tuple[str, ...]:
    """Return the keys of all that must be done before a resource starts, each once."""
    there = {two.key for two in active}
    found = [*named(one, known), *batch_before(one, active), *asked(one, known)]
    return tuple(key for key in dict.fromkeys(found) if key in there)


def named(one: Planned, known: Known) -> Iterator[str]:
    """Yield what `dependsOn` names."""
    try:
        entries = resolve(one.frame, one.source.get("dependsOn") or [])
    except UnresolvedError as unresolved:
        raise TemplateError("The template function 'reference' is not expected in 'dependsOn'.") from unresolved
    if not isinstance(entries, list):
        raise TemplateError(f"The template resource '{one.name}' property 'dependsOn' must be an array.")
    for entry in entries:
        keys = known.find(entry) if isinstance(entry, str) else ()
        if not keys:
            raise TemplateError(
                f"The resource '{str(entry)[:300]}' is not defined in the template. "
                "Please see https://aka.ms/arm-syntax for usage details."
            )
        yield from keys


def batch_before(one: Planned, active: Sequence[Planned]) -> Iterator[str]:
    """Yield the turns that a serial loop finishes before this one."""
    if one.batch is None:
        return
    mine = one.turn // one.batch
    for two in active:
        if two.source is one.source and two.batch == one.batch and two.turn // one.batch == mine - 1:
            yield two.key


def asked(one: Planned, known: Known) -> Iterator[str]:
    """Yield what the resource's expressions ask for with `reference` and `list*`, where the name can be told."""
    for call in calls(one):
        try:
            target = evaluate(one.frame, call.arguments[0])
        except (TemplateError, UnresolvedError):
            continue
        if isinstance(target, str):
            yield from (key for key in known.find(target) if key != one.key)


def mentions(one: Planned) -> bool:
    """Return whether a resource's body asks for what only a running deployment knows."""
    return any(True for _ in calls(one))


def calls(one: Planned) -> Iterator[FunctionCall]:
    """Yield the calls of `reference` and `list*` in a resource's expressions, not in a nested template's."""
    for name, value in one.source.items():
        if name in NOT_ASKING:
            continue
        if one.is_deployment and name == "properties" and isinstance(value, dict):
            value = {key: inner for key, inner in value.items() if key != "template"}
        for text in texts(value):
            if is_expression(text):
                yield from (call for call in calls_in(parse(text)) if is_asking(call))


def texts(value: Json) -> Iterator[str]:
    """Yield all texts in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)


def is_asking(call: FunctionCall) -> bool:
    """Return whether a call is one of `reference` or `list*`."""
    low = call.name.lower()
    return bool(call.arguments) and (low == "reference" or (low.startswith("list") and low != "list"))


def order(resources: Sequence[Planned]) -> tuple[Planned, ...]:
    """Return the resources with dependencies first, otherwise as written; TemplateError where they form a circle."""
    done: dict[str, Planned] = {}
    left = list(resources)
    while left:
        ready = [one for one in left if all(key in done for key in one.needs)]
        if not ready:
            raise TemplateError(
                f"Circular dependency detected on resource: '{left[0].id}'. "
                "Please see https://aka.ms/arm-syntax-resources for usage details."
            )
        done.update((one.key, one) for one in ready)
        left = [one for one in left if one.key not in done]
    return tuple(done.values())
