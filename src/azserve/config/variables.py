"""`${NAME}` in values: replaced once, never parsed again, so a variable cannot bring in structure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from azserve.config.tree import Branch, Leaf, Node, Row
from azserve.errors import Problem
from azserve.model.resolved import Origin

_REFERENCE = re.compile(r"\$\$|\$\{([A-Z][A-Z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Substituted:
    """A tree with its variables put in, and those that were missing."""

    tree: Branch
    problems: tuple[Problem, ...]


def substitute(tree: Branch, environ: Mapping[str, str]) -> Substituted:
    """Put variables into every scalar of the tree; `$$` becomes `$`, and a lone `$` stays.

    A missing or empty variable is a problem, and its scalar is marked unresolved so that nothing else complains
    about it.
    """
    problems: list[Problem] = []

    def walk(node: Node) -> Node:
        match node:
            case Leaf(value=str() as text) if "$" in text:
                return _filled(node, text, environ, problems)
            case Leaf():
                return node
            case Row():
                return replace(node, items=tuple(walk(item) for item in node.items))
            case Branch():
                return replace(node, items={key: walk(item) for key, item in node.items.items()})

    walked = walk(tree)
    assert isinstance(walked, Branch)
    return Substituted(walked, tuple(problems))


def _filled(leaf: Leaf, text: str, environ: Mapping[str, str], problems: list[Problem]) -> Leaf:
    names = tuple(dict.fromkeys(name for name in _REFERENCE.findall(text) if name))
    missing = [name for name in names if not environ.get(name)]
    if missing:
        problems.extend(_missing(name, leaf.origin, is_empty=name in environ) for name in missing)
        return replace(leaf, unresolved=True)
    value = _REFERENCE.sub(lambda match: environ[match[1]] if match[1] else "$", text)
    return replace(leaf, value=value, origin=replace(leaf.origin, variables=names))


def _missing(name: str, origin: Origin, *, is_empty: bool) -> Problem:
    return Problem(
        code="variable-missing",
        message=f"the variable `{name}` is {'empty' if is_empty else 'not set'}",
        hint=f"export {name}=…, or write the value here; `$${{{name}}}` is the literal text",
        where=origin.detail,
    )
