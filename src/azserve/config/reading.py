"""Bytes to a tree: YAML, read from the parser's events so that depth and size are bounded while reading.

Nothing is composed or constructed by the YAML library: 100,000 nested brackets crash its C composer, and its stock
resolver turns `no`, `1:30`, `012` and dates into other things. Here only `true`, `false`, null and plain decimal
numbers that survive the round trip are anything but text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import yaml

from azserve.config.tree import Branch, Leaf, Node, Row, Scalar, without_nulls
from azserve.errors import ConfigurationError, Problem
from azserve.model.resolved import Origin, OriginKind

if TYPE_CHECKING:
    from yaml.error import Mark

MAX_DEPTH = 40
MAX_NODES = 500_000
"""With aliases written out. 5,000 endpoints with twenty values each are a fifth of it."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"(?:0|-?[1-9][0-9]{0,17})\Z")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}\Z")
_STRING_TAG = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class Reading:
    """A document, and what is wrong with it as YAML though it could be read."""

    document: Branch
    problems: tuple[Problem, ...]


def read_tree(raw: bytes, name: str) -> Reading:
    """Parse a file's bytes; `name` is how places call it.

    Raises ConfigurationError where there is no document to go on with: `not-utf8`, `not-yaml`, `file-empty`,
    `yaml-too-deep`, `yaml-bomb`, `yaml-cycle`, `wrong-type`.
    """
    text = _decoded(raw, name)
    builder = _Builder(name)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        raise _not_yaml(error, name) from error
    document = builder.document
    if document is None or (isinstance(document, Leaf) and document.value is None):
        raise ConfigurationError(
            f"`{name}` is empty", code="file-empty", hint="write a starter file with `azserve init --force`", where=name
        )
    if not isinstance(document, Branch):
        kind = "a list" if isinstance(document, Row) else "a single value"
        raise ConfigurationError(
            f"`{name}` holds {kind} where a map is wanted",
            code="wrong-type",
            hint="start with `fleet: NAME`; `azserve init` writes a file to begin with",
            where=document.origin.detail,
        )
    return Reading(without_nulls_below(document), tuple(builder.problems))


def without_nulls_below(document: Branch) -> Branch:
    """Drop nulls of the base file, but not of overlays, where they remove."""
    environments = document.items.get("environments")
    cleaned = without_nulls(document)
    if isinstance(environments, Branch):
        return replace(cleaned, items={**cleaned.items, "environments": environments})
    return cleaned


def _decoded(raw: bytes, name: str) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        raise ConfigurationError(
            f"`{name}` is not UTF-8 text",
            code="not-utf8",
            hint="save it as UTF-8; a binary file or UTF-16 is not read",
            where=f"{name}:{line}:{column}",
        ) from error
    return text


def _not_yaml(error: yaml.YAMLError, name: str) -> ConfigurationError:
    mark: Mark | None = getattr(error, "problem_mark", None)
    where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    return ConfigurationError(
        f"`{name}` is not YAML: {said}",
        code="not-yaml",
        hint="look at that line's indentation, quotes and brackets; text with `: ` or `#` in it needs quotes",
        where=where,
    )


@dataclass(slots=True)
class _Growing:
    """A map or list that is still being read."""

    origin: Origin
    is_map: bool
    anchor: str | None
    items: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Origin] = field(default_factory=dict)
    rows: list[Node] = field(default_factory=list)
    key: str | None = None
    key_origin: Origin | None = None
    expects_value: bool = False
    """A key was read (perhaps one that cannot be used) and its value is next."""
    size: int = 1
    depth: int = 1

    def finished(self) -> Node:
        """Return the frozen node."""
        if self.is_map:
            return Branch(self.items, self.keys, self.origin, self.size, self.depth)
        return Row(tuple(self.rows), self.origin, self.size, self.depth)


@dataclass(slots=True)
class _Builder:
    """Takes events one by one and grows the tree, without recursion."""

    name: str
    document: Node | None = None
    problems: list[Problem] = field(default_factory=list)
    _open: list[_Growing] = field(default_factory=list)
    _anchors: dict[str, Node | None] = field(default_factory=dict)
    """None while the node is still open: an alias to it would be a cycle."""
    _documents: int = 0

    def take(self, event: yaml.Event) -> None:
        match event:
            case yaml.ScalarEvent():
                origin = self._origin(event)
                self._placed(self._leaf(event, origin), event.anchor)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._opened(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                done = self._open.pop()
                self._placed(done.finished(), done.anchor)
            case yaml.AliasEvent():
                self._placed(self._aliased(event), None)
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise ConfigurationError(
                        f"`{self.name}` holds more than one document",
                        code="not-yaml",
                        hint="one fleet per file: remove what follows `---`",
                        where=self._origin(event).detail,
                    )
            case _:
                pass

    def _opened(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        origin = self._origin(event)
        self._refuse_depth(1, origin)
        self._refuse_tag(event.tag, origin)
        if event.anchor:
            self._anchors[event.anchor] = None
        self._open.append(_Growing(origin, isinstance(event, yaml.MappingStartEvent), event.anchor))

    def _placed(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = node
        if not self._open:
            self.document = node
            return
        parent = self._open[-1]
        if not parent.is_map:
            parent.rows.append(node)
        elif not parent.expects_value:
            self._key(parent, node)
        else:
            self._value(parent, node)
        parent.size += node.size
        parent.depth = max(parent.depth, node.depth + 1)
        if parent.size > MAX_NODES:
            raise ConfigurationError(
                f"`{self.name}` holds more than {MAX_NODES:,} values once its aliases are written out",
                code="yaml-bomb",
                hint="remove aliases that repeat aliases, or split the fleet over several files",
                where=parent.origin.detail,
            )

    def _refuse_depth(self, more: int, origin: Origin) -> None:
        if len(self._open) + more > MAX_DEPTH:
            raise ConfigurationError(
                f"`{self.name}` is nested more than {MAX_DEPTH} deep",
                code="yaml-too-deep",
                hint="nothing in a fleet's file is nested that deep: look for a stray bracket",
                where=origin.detail,
            )

    def _key(self, parent: _Growing, node: Node) -> None:
        parent.expects_value = True
        parent.key_origin = node.origin
        parent.key = node.shown if isinstance(node, Leaf) else None
        if parent.key is None:
            self._problem("wrong-type", "a key must be text", "write a map's keys as plain words", node.origin)
        elif parent.key in parent.items:
            first = parent.keys[parent.key]
            self._problem(
                "duplicate-key",
                f"`{parent.key}` is there twice in one map",
                f"remove one; the first is at {first.detail}",
                node.origin,
            )
            parent.key = None

    def _value(self, parent: _Growing, node: Node) -> None:
        parent.expects_value = False
        if parent.key is not None and parent.key_origin is not None:
            parent.items[parent.key] = node
            parent.keys[parent.key] = parent.key_origin

    def _aliased(self, event: yaml.AliasEvent) -> Node:
        origin = self._origin(event)
        if event.anchor not in self._anchors:
            raise ConfigurationError(
                f"`*{event.anchor}` refers to an anchor that is not there",
                code="not-yaml",
                hint=f"write `&{event.anchor}` before the value that it repeats, or quote the asterisk",
                where=origin.detail,
            )
        node = self._anchors[event.anchor]
        if node is None:
            raise ConfigurationError(
                f"`*{event.anchor}` refers to the value it stands in",
                code="yaml-cycle",
                hint="write the value out; a file that contains itself has no end",
                where=origin.detail,
            )
        self._refuse_depth(node.depth, origin)
        return node

    def _leaf(self, event: yaml.ScalarEvent, origin: Origin) -> Leaf:
        self._refuse_tag(event.tag, origin)
        plain = event.implicit[0] and event.tag is None
        return Leaf(_resolved(event.value) if plain else event.value, origin, event.value)

    def _refuse_tag(self, tag: str | None, origin: Origin) -> None:
        if tag not in {None, "!", _STRING_TAG}:
            self._problem("yaml-tag", f"`{tag}` is a tag, and tags are not read", "remove it", origin)

    def _problem(self, code: str, message: str, hint: str, origin: Origin) -> None:
        self.problems.append(Problem(code=code, message=message, hint=hint, where=origin.detail))

    def _origin(self, event: yaml.Event) -> Origin:
        mark = event.start_mark
        return Origin(OriginKind.FILE, f"{self.name}:{mark.line + 1}:{mark.column + 1}" if mark else self.name)


def _resolved(text: str) -> Scalar:
    """Give a plain scalar its type."""
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if _INTEGER.match(text):
        return int(text)
    if _DECIMAL.match(text) and repr(float(text)) == text:
        return float(text)
    return text
