"""Reads the Bicep that azserve renders, independently of how it was rendered, and says what it describes.

tree-sitter decides where strings begin and end and what is an interpolation; the rest is Bicep's own rules for the
few constructs the templates use. Anything else fails the test that met it.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
class _Module:
    """A call of another file."""

    file: str
    members: Mapping[str, tree_sitter.Node]


@dataclass
class BicepFile:
    """One parsed file."""

    text: str
    subscription: str
    group: str
    given: Mapping[str, Any] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    """The files it may call as modules."""

    def __post_init__(self) -> None:
        self.root = _PARSER.parse(self.text.encode()).root_node
        assert not self.root.has_error, f"Bicep does not parse:\n{self.text}"
        self.parameters: dict[str, Any] = {}
        self.declared: dict[str, _Declared] = {}
        self.modules: dict[str, _Module] = {}
        self.outputs: list[str] = []
        for node in self.root.named_children:
            self._declare(node)

    def _declare(self, node: tree_sitter.Node) -> None:
        named = node.named_children
        match node.type:
            case "parameter_declaration":
                name = _text(named[0])
                self.parameters[name] = self.given[name] if name in self.given else self.value(named[-1])
            case "resource_declaration":
                kind, _, version = str(self.value(named[1])).partition("@")
                existing = any(child.type == "existing" for child in node.children)
                self.declared[_text(named[0])] = _Declared(kind, version, existing, self._members(named[-1]))
            case "module_declaration":
                self.modules[_text(named[0])] = _Module(str(self.value(named[1])), self._members(named[-1]))
            case "output_declaration":
                self.outputs.append(_text(named[0]))
            case "target_scope_assignment" | "decorators" | "comment" | "diagnostic_comment":
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
                depends_on=tuple(self._depends_on(declared.members)),
            )
        for symbol in self.modules:
            yield from self._inside(symbol)

    def _inside(self, symbol: str) -> Iterator[Resource]:
        """Yield what a module writes; it starts when what it is given stands."""
        called = self.modules[symbol]
        subscription, group = self._place(called.members["scope"])
        params = self.value(called.members["params"])
        in_a_group = called.members["scope"].type != "identifier"
        first = tuple(self._depends_on(called.members)) if in_a_group else ()
        module = BicepFile(self.beside[called.file], subscription, group, params, self.beside)
        for resource in module.resources():
            yield replace(resource, depends_on=(*resource.depends_on, *first))

    def _place(self, scope: tree_sitter.Node) -> tuple[str, str]:
        """Return subscription and group behind `resourceGroup(…)`, or behind the symbol of a group."""
        if scope.type == "identifier":
            return self.subscription, self.id_of(_text(scope)).names[0]
        name, arguments = scope.named_children
        assert _text(name) == "resourceGroup", _text(scope)
        subscription, group = (str(self.value(argument)) for argument in arguments.named_children)
        return subscription, group

    def id_of(self, symbol: str) -> ResourceId:
        """Return the id behind a symbolic name."""
        declared = self.declared[symbol]
        name = str(self.value(declared.members["name"]))
        if declared.type == "Microsoft.Resources/resourceGroups":
            return ResourceId.of_group(self.subscription, name)
        if "parent" in declared.members:
            return self.id_of(_text(declared.members["parent"])).child(declared.type.rpartition("/")[2], name)
        if "scope" in declared.members and declared.existing:
            return ResourceId(*self._place(declared.members["scope"]), declared.type, (name,))
        if "scope" in declared.members:
            return ResourceId.parse(f"{self.id_of(_text(declared.members['scope']))}/providers/{declared.type}/{name}")
        return ResourceId(self.subscription, self.group, declared.type, (name,))

    def _depends_on(self, members: Mapping[str, tree_sitter.Node]) -> list[ResourceId]:
        mentioned = {
            name
            for member in members.values()
            for name in _identifiers(member)
            if name in self.declared and not self.declared[name].existing
        }
        return sorted((self.id_of(name) for name in mentioned), key=str)

    def _members(self, node: tree_sitter.Node) -> dict[str, tree_sitter.Node]:
        assert node.type == "object", node.type
        members: dict[str, tree_sitter.Node] = {}
        for member in node.named_children:
            if member.type in {"comment", "diagnostic_comment"}:
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
            case "subscript_expression":
                of, key = node.named_children
                return self.value(of)[self.value(key)]
            case "ternary_expression":
                wanted, then, otherwise = node.named_children
                return self.value(then if self.value(wanted) else otherwise)
        return _literal(node)

    def _member(self, node: tree_sitter.Node) -> Any:
        of, name = node.named_children
        if of.type == "identifier" and _text(of) in self.declared and _text(name) in {"id", "name"}:
            found = self.id_of(_text(of))
            return str(found) if _text(name) == "id" else found.name
        match _text(node):
            case "subscription().subscriptionId":
                return self.subscription
            case "resourceGroup().name":
                return self.group
        raise UnknownBeforeDeployment

    def _call(self, node: tree_sitter.Node) -> Any:
        name, arguments = node.named_children
        if name.type == "member_expression":
            raise UnknownBeforeDeployment
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
    first = "main.bicep" if "main.bicep" in files else "region.bicep"
    return list(BicepFile(files[first], subscription, group, beside=files).resources())


def normal(resources: Sequence[Resource]) -> list[tuple[str, str, str, list[str]]]:
    """Return resources in the form in which two descriptions of them are equal."""
    return [
        (str(each.id), each.api_version, json.dumps(each.body, sort_keys=True), sorted(map(str, each.depends_on)))
        for each in resources
    ]


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
