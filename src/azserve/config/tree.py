"""A parsed document that remembers where everything stood."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from azserve.model.resolved import Origin, OriginKind

Part: TypeAlias = "str | int"
Path: TypeAlias = "tuple[Part, ...]"
Scalar: TypeAlias = "str | int | float | bool | None"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar."""

    value: Scalar
    origin: Origin
    shown: str
    """As the file spells it, before variables are put in: this is what problems quote."""
    unresolved: bool = False
    """A variable in it is missing, so what the value is cannot be judged."""
    size: int = 1
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A list."""

    items: tuple[Node, ...]
    origin: Origin
    size: int = 1
    """How many nodes this is with every alias written out."""
    depth: int = 1
    """How many maps and lists are inside each other here, this one included."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A map."""

    items: Mapping[str, Node]
    keys: Mapping[str, Origin]
    """Where each key stands."""
    origin: Origin
    size: int = 1
    depth: int = 1


Node: TypeAlias = "Leaf | Row | Branch"


@dataclass(frozen=True, slots=True)
class Located:
    """What a path leads to, or the nearest thing above it that is in the document."""

    node: Node
    origin: Origin
    """Of the value."""
    key_origin: Origin
    """Of its key, where it has one."""
    path: Path
    """The parts that were found."""
    implied: bool
    """The document has a shorthand here (a list for a map, a number for a range) that stands for the path."""
    absent: bool
    """The path goes on where the document has a map without that key."""


def locate(tree: Node, path: Path) -> Located:
    """Follow a path as far as the document has it.

    A part that is not there is skipped when the node is a list or a scalar, because those are shorthands: in
    `regions: [eastus2]` the path `regions.of[0]` is `regions[0]`.
    """
    node, key_origin = tree, tree.origin
    found: list[Part] = []
    implied = False
    for part in path:
        match node:
            case Branch() if str(part) in node.items:
                key_origin = node.keys[str(part)]
                node = node.items[str(part)]
            case Row() if isinstance(part, int) and part < len(node.items):
                node = node.items[part]
                key_origin = node.origin
            case Branch():
                return Located(node, node.origin, key_origin, tuple(found), implied=implied, absent=True)
            case _:
                implied = True
                continue
        found.append(part)
    return Located(node, node.origin, key_origin, tuple(found), implied=implied, absent=False)


def plain(node: Node) -> Any:  # noqa: ANN401  what a YAML document may hold
    """Return the values alone, in new containers."""
    match node:
        case Leaf():
            return node.value
        case Row():
            return [plain(item) for item in node.items]
        case Branch():
            return {key: plain(item) for key, item in node.items.items()}


def merged(base: Branch, overlay: Branch) -> Branch:
    """Lay one map over another: maps merge, lists and scalars replace, null removes."""
    items, keys = dict(base.items), dict(base.keys)
    for key, value in overlay.items.items():
        if isinstance(value, Leaf) and value.value is None:
            items.pop(key, None)
            continue
        below = items.get(key)
        if isinstance(below, Branch) and isinstance(value, Branch):
            items[key] = merged(below, value)
        else:
            items[key] = value
            keys[key] = overlay.keys[key]
    return replace(base, items=items, keys=keys)


def without_nulls(branch: Branch) -> Branch:
    """Return the map without the keys whose value is null, at every depth but inside lists."""
    items = {
        key: without_nulls(value) if isinstance(value, Branch) else value
        for key, value in branch.items.items()
        if not (isinstance(value, Leaf) and value.value is None)
    }
    return replace(branch, items=items)


def without_key(branch: Branch, key: str) -> Branch:
    """Return the map without one key."""
    return replace(branch, items={name: value for name, value in branch.items.items() if name != key})


def pruned(branch: Branch, paths: Collection[Path]) -> Branch:
    """Return the map without what stands at the paths."""
    return replace(branch, items=_kept(branch, paths, ()))


def _kept(branch: Branch, paths: Collection[Path], at: Path) -> dict[str, Node]:
    return {key: _without(item, paths, (*at, key)) for key, item in branch.items.items() if (*at, key) not in paths}


def _without(node: Node, paths: Collection[Path], at: Path) -> Node:
    match node:
        case Leaf():
            return node
        case Row():
            kept = ((*at, index) for index in range(len(node.items)))
            items = (
                _without(item, paths, path) for item, path in zip(node.items, kept, strict=True) if path not in paths
            )
            return replace(node, items=tuple(items))
        case Branch():
            return replace(node, items=_kept(node, paths, at))


def with_leaf(branch: Branch, key: str, leaf: Leaf) -> Branch:
    """Return the map with one key set to a scalar."""
    return replace(branch, items={**branch.items, key: leaf}, keys={**branch.keys, key: leaf.origin})


def marked(node: Node, kind: OriginKind) -> Node:
    """Return the same node with every origin's kind replaced."""

    def mark(origin: Origin) -> Origin:
        return replace(origin, kind=kind)

    match node:
        case Leaf():
            return replace(node, origin=mark(node.origin))
        case Row():
            return replace(node, origin=mark(node.origin), items=tuple(marked(item, kind) for item in node.items))
        case Branch():
            return replace(
                node,
                origin=mark(node.origin),
                items={key: marked(value, kind) for key, value in node.items.items()},
                keys={key: mark(origin) for key, origin in node.keys.items()},
            )


def spelled(path: Path) -> str:
    """Write a path as the file's reader would: `endpoints.r1.regions.of[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
