"""The grammar of `[...]` expressions: text to a tree.

    expression = primary { "." name | "[" expression "]" }
    primary    = 'text' | integer | name { "." name } "(" [ expression { "," expression } ] ")"

There are no operators and no other literals: `true()`, `null()` and arithmetic are functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from azserve.emulator.arm.deployments.template.values import TemplateError

LONGEST = 24_576
"""Characters an expression may have; Microsoft's template limits, 2025."""
DEEPEST = 64
"""Levels of nesting; ours, so that a hostile template cannot exhaust the stack."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A text or an integer."""

    value: str | int


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function with its arguments, not yet evaluated."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """`of.name`."""

    of: Node
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """`of[at]`."""

    of: Node
    at: Node


Node: TypeAlias = Literal | FunctionCall | Member | Index


def calls_in(node: Node) -> Iterator[FunctionCall]:
    """Yield every call in a tree, outer ones first."""
    match node:
        case Literal():
            return
        case Member(of, _):
            yield from calls_in(of)
        case Index(of, at):
            yield from calls_in(of)
            yield from calls_in(at)
        case FunctionCall(_, arguments):
            yield node
            for argument in arguments:
                yield from calls_in(argument)


TOKENS = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<int>[+-]?\d+)|(?P<name>[A-Za-z_$][\w$]*)|(?P<mark>[().,\[\]]))"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression; `kind` is text, int, name, mark or end."""

    kind: str
    text: str
    at: int


def is_expression(value: str) -> bool:
    """Return whether a string of a template is an expression rather than itself."""
    return value.startswith("[") and value.endswith("]") and not value.startswith("[[")


def unescaped(value: str) -> str:
    """Return the literal that a string stands for which is no expression: `[[x]` is `[x]`."""
    return value[1:] if value.startswith("[[") and value.endswith("]") else value


@lru_cache(maxsize=2048)
def parse(value: str) -> Node:
    """Return the tree of an expression, brackets included in `value`.

    Raises TemplateError with the position of what is wrong.
    """
    if len(value) > LONGEST:
        raise TemplateError(
            f"The language expression length limit exceeded. Limit: '{LONGEST}' and actual: '{len(value)}'"
        )
    return Parser(value).whole()


def tokens(source: str, start: int, end: int) -> Iterator[Token]:
    """Yield the words of `source[start:end]`, and one of kind `end`."""
    at = start
    while True:
        found = TOKENS.match(source, at, end)
        if found is None:
            break
        kind = str(found.lastgroup)
        yield Token(kind, found.group(kind), found.start(kind))
        at = found.end()
    rest = source[at:end]
    if rest.strip():
        raise wrong(source, at + len(rest) - len(rest.lstrip()))
    yield Token("end", "", end)


def wrong(source: str, at: int) -> TemplateError:
    """The error for an expression that breaks off the grammar at a position."""
    found = source[at : at + 1] or "EndOfData"
    return TemplateError(
        f"Unable to parse language expression '{source[1:-1]}': expected token 'LeftParenthesis' and actual '{found}' "
        f"at position '{at}'."
        if found == "EndOfData"
        else f"Unable to parse language expression '{source[1:-1]}': unexpected '{found}' at position '{at}'."
    )


class Parser:
    """Recursive descent over one expression."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = list(tokens(source, 1, len(source) - 1))
        self._next = 0
        self._depth = 0

    def whole(self) -> Node:
        """Return the tree of the whole expression."""
        tree = self._expression()
        self._expect("end")
        return tree

    def _expression(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise TemplateError(f"The language expression nests deeper than '{DEEPEST}' levels.")
        tree = self._primary()
        while (token := self._peek()).text in (".", "["):
            self._next += 1
            if token.text == ".":
                tree = Member(tree, self._expect("name").text)
            else:
                tree = Index(tree, self._expression())
                self._expect("mark", "]")
            self._check_length(tree)
        self._depth -= 1
        return tree

    def _check_length(self, tree: Node) -> None:
        """Refuse a chain of members as deep as a nest: the evaluator walks both the same way."""
        length = 0
        while isinstance(tree, Member | Index):
            tree, length = tree.of, length + 1
        if length > DEEPEST:
            raise TemplateError(f"The language expression nests deeper than '{DEEPEST}' levels.")

    def _primary(self) -> Node:
        token = self._take()
        match token.kind:
            case "text":
                return Literal(token.text[1:-1].replace("''", "'"))
            case "int":
                return Literal(self._integer(token))
            case "name":
                return self._call(token.text)
            case _:
                raise wrong(self._source, token.at)

    def _integer(self, token: Token) -> int:
        value = int(token.text) if len(token.text) < 25 else 2**64
        if not -(2**63) <= value < 2**63:
            raise TemplateError(f"Unable to parse language expression: '{token.text[:40]}' is not a valid integer.")
        return value

    def _call(self, name: str) -> Node:
        while self._peek().text == ".":
            self._next += 1
            name += "." + self._expect("name").text
        self._expect("mark", "(")
        arguments: list[Node] = []
        if self._peek().text != ")":
            arguments.append(self._expression())
            while self._peek().text == ",":
                self._next += 1
                arguments.append(self._expression())
        self._expect("mark", ")")
        return FunctionCall(name, tuple(arguments))

    def _peek(self) -> Token:
        token = self._tokens[self._next]
        return token if token.kind in ("mark", "end") else Token(token.kind, "", token.at)

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next += token.kind != "end"
        return token

    def _expect(self, kind: str, text: str | None = None) -> Token:
        token = self._take()
        if token.kind != kind or (text is not None and token.text != text):
            raise wrong(self._source, token.at)
        return token
