"""Reads the Bicep that azserve renders, independently of how it was rendered, and says what it describes.

tree-sitter decides where strings begin and end and what is an interpolation; the rest is Bicep's own rules for the
few constructs the templates use. Anything else fails the test that met it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import tree_sitter
import tree_sitter_bicep

from azserve.model.estate import Resource
from azserve.model.resource_id import ResourceId

_PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]+)\}|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", "$": "$"}
_GUIDS = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
_BODY = ("location", "tags", "kind", "sku", "identity", "properties")


class UnknownBeforeDeployment(Exception):
    """What the expression comes to is known to a running deployment only."""


@dataclass
class _Declared:
    """A resource declaration and the object that describes it."""

    type: str
    api_version: str
    existing: bool
    members: Mapping[str, tree_sitter.Node]


@dataclass
class BicepFile:
    """One parsed file."""

    text: str
    subscription: str
    group: str
    given: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root = _PARSER.parse(self.text.encode()).root_node
        assert not self.root.has_error, f"Bicep does not parse:\n{self.text}"
        self.parameters: dict[str, Any] = {}
        self.declared: dict[str, _Declared] = {}
        self.modules: dict[str, dict[str, Any]] = {}
        self.outputs: list[str] = []
        for node in self.root.named_children:
            self._declare(node)

    def _declare(self, node: tree_sitter.Node) -> None:
        named = node.named_children
        match node.type:
            case "parameter_declaration":
                name = _text(named[0])
                self.parameters[name] = self.given.get(name, self.value(named[-1]))
            case "resource_declaration":
                kind, _, version = str(self.value(named[1])).partition("@")
                existing = any(child.type == "existing" for child in node.children)
                self.declared[_text(named[0])] = _Declared(kind, version, existing, self._members(named[-1]))
            case "module_declaration":
                self.modules[str(self.value(named[1]))] = {
                    "name": self.value(self._members(named[-1])["name"]),
                    "params": self.value(self._members(named[-1])["params"]),
                }
            case "output_declaration":
                self.outputs.append(_text(named[0]))
            case "target_scope_assignment" | "decorators" | "comment":
                pass
            case other:
                raise AssertionError(f"a statement of another kind: {other} {_text(node)!r}")

    def resources(self) -> Iterator[Resource]:
        """Yield what the file writes, in its order."""
        for symbol, declared in self.declared.items():
            if declared.existing:
                continue
            try:
                resource_id = self.id_of(symbol)
            except UnknownBeforeDeployment:
                continue
            body = {name: declared.members[name] for name in _BODY if name in declared.members}
            yield Resource(
                id=resource_id,
                api_version=declared.api_version,
                body=self._known(body),
                depends_on=tuple(self._depends_on(symbol)),
            )

    def id_of(self, symbol: str) -> ResourceId:
        """Return the id behind a symbolic name."""
        declared = self.declared[symbol]
        name = str(self.value(declared.members["name"]))
        if declared.type == "Microsoft.Resources/resourceGroups":
            return ResourceId.of_group(self.subscription, name)
        if "parent" in declared.members:
            return self.id_of(_text(declared.members["parent"])).child(declared.type.rpartition("/")[2], name)
        if "scope" in declared.members:
            return ResourceId.parse(f"{self.id_of(_text(declared.members['scope']))}/providers/{declared.type}/{name}")
        return ResourceId(self.subscription, self.group, declared.type, (name,))

    def _depends_on(self, symbol: str) -> list[ResourceId]:
        mentioned = {
            name
            for member in self.declared[symbol].members.values()
            for name in _identifiers(member)
            if name in self.declared and not self.declared[name].existing
        }
        return sorted((self.id_of(name) for name in mentioned), key=str)

    def _members(self, node: tree_sitter.Node) -> dict[str, tree_sitter.Node]:
        assert node.type == "object", node.type
        members: dict[str, tree_sitter.Node] = {}
        for member in node.named_children:
            if member.type == "comment":
                continue
            assert member.type == "object_property", member.type
            key, value = (child for child in member.named_children if child.type != "comment")
            name = string_value(key) if key.type == "string" else _text(key)
            assert name not in members, f"{name!r} is there twice"
            members[name] = value
        return members

    def _known(self, members: Mapping[str, tree_sitter.Node]) -> dict[str, Any]:
        known = {}
        for name, node in members.items():
            try:
                known[name] = self.value(node)
            except UnknownBeforeDeployment:
                continue
        return known

    def value(self, node: tree_sitter.Node) -> Any:
        """Return what an expression comes to."""
        match node.type:
            case "object":
                return self._known(self._members(node))
            case "array":
                return [self.value(item) for item in node.named_children if item.type != "comment"]
            case "identifier":
                return self.parameters[_text(node)]
            case "member_expression":
                return self._member(node)
            case "call_expression":
                return self._call(node)
        return _literal(node)

    def _member(self, node: tree_sitter.Node) -> Any:
        of, name = node.named_children
        if of.type == "identifier" and _text(of) in self.declared and _text(name) == "id":
            return str(self.id_of(_text(of)))
        raise UnknownBeforeDeployment

    def _call(self, node: tree_sitter.Node) -> Any:
        name, arguments = node.named_children
        given = [self.value(argument) for argument in arguments.named_children]
        match _text(name), given:
            case "union", [{**base}, {**more}]:
                return {**base, **more}
            case "guid", parts:
                return str(uuid.uuid5(_GUIDS, "-".join(parts)))
            case "subscriptionResourceId", [kind, each]:
                namespace, _, rest = kind.partition("/")
                return f"/subscriptions/{self.subscription}/providers/{namespace}/{rest}/{each}"
            case "json", [text]:
                return float(text)
            case other, _:
                raise AssertionError(f"a call of another function: {other}")


def _literal(node: tree_sitter.Node) -> Any:
    match node.type:
        case "string":
            return string_value(node)
        case "number":
            return int(_text(node))
        case "boolean":
            return _text(node) == "true"
        case "null":
            return None
        case other:
            raise AssertionError(f"an expression of another kind: {other} {_text(node)!r}")


def string_value(node: tree_sitter.Node) -> str:
    """Return the text of a single-quoted literal; fails where anything in it is evaluated."""
    assert not any(child.type == "interpolation" for child in node.children), _text(node)
    written = _text(node)
    assert written[0] == written[-1] == "'", written
    assert "\n" not in written
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _ESCAPED[found[2]], written[1:-1])


def read(files: Mapping[str, str], *, subscription: str, group: str) -> list[Resource]:
    """Return what a region's Bicep describes, from `main.bicep` where there is one."""
    if "main.bicep" not in files:
        return list(BicepFile(files["region.bicep"], subscription, group).resources())
    main = BicepFile(files["main.bicep"], subscription, group)
    region = BicepFile(files["region.bicep"], subscription, group, main.modules["region.bicep"]["params"])
    return [*main.resources(), *region.resources()]


def _identifiers(node: tree_sitter.Node) -> Iterator[str]:
    if node.type == "identifier":
        yield _text(node)
    for child in node.children:
        if node.type == "object_property" and child == node.named_children[0]:
            continue
        yield from _identifiers(child)


def _text(node: tree_sitter.Node) -> str:
    assert node.text is not None
    return node.text.decode()
