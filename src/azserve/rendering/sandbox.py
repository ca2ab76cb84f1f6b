"""Where templates are drawn: strict, without a way to Azure or the disk, and bounded in time and size.

A set of templates comes with a repository, and a pull request may bring one; `azserve render --check` looks at it in
somebody's pipeline. So nothing that a template says may take the machine: loops and calls are counted, and what would
make a value too large is refused before it is made. Jinja has the place of each operator and call for that; `~` and
`for` have none, so these are written as filters when a template is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sized
from dataclasses import is_dataclass
from functools import wraps
from typing import Any, Final, cast

from jinja2 import Environment, StrictUndefined, Template, nodes, pass_context
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from azserve.rendering.escaping import Unrenderable

TURNS: Final = 200_000
"""Turns of loops, calls and partials that one file may take; thirty endpoints in a region take some hundreds."""
LARGEST: Final = 2_000_000
"""Characters of a text, members of a list in all its levels, or bits of a number."""
_PER_TURN: Final = 100
"""Characters, members or bits whose making counts as one turn more."""
_WIDTHS: Final = re.compile(r"\d{6,}|\*")
"""In what `format` and `%` fill: a field as wide as that, or as wide as somebody says."""
_COUNTED: Final = "_counted"
_JOINED: Final = "_joined"


def _too_large(what: str) -> Unrenderable:
    return Unrenderable(f"{what} would be too large", hint="templates lay values out; compute elsewhere what is larger")


class _LightContext(Context):
    """A context that does not keep the names of Jinja's globals: there is one for each partial of each resource."""

    def __init__(
        self,
        environment: Environment,
        parent: dict[str, Any],
        name: str | None,
        blocks: dict[str, Callable[[Context], Iterator[str]]],
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002  Jinja's own
    ) -> None:
        super().__init__(environment, parent, name, blocks)


class Sandbox(ImmutableSandboxedEnvironment):
    """The strict sandbox of Jinja, bounded; and it asks once per type and name instead of at every look at a value.

    What it asks depends on nothing else, but for methods of strings, which it wraps each time.
    """

    context_class = _LightContext
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  Jinja's own
        super().__init__(**options)
        self.turns = 0
        self.globals.pop("lipsum")
        self.filters = {name: _bounded(self, name, each) for name, each in self.filters.items()}
        self.filters |= {_COUNTED: _counted, _JOINED: _joined}
        self._fields: set[tuple[type, str]] = set()
        self._loaded: dict[str, Template] = {}

    def turn(self, times: int = 1) -> None:
        """Count; raises Unrenderable where it is enough."""
        self.turns += times
        if self.turns > TURNS:
            raise Unrenderable(
                f"the file takes more than {TURNS:,} turns of loops and calls",
                hint="leave out the loop, or let it run over what is in `view`",
            )

    def admit(self, what: str, size: int) -> None:
        """Count the making of a value; raises Unrenderable for one that is too large."""
        if size > LARGEST:
            raise _too_large(what)
        self.turn(1 + size // _PER_TURN)

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002
    ) -> Template:
        """Return a template; a partial is asked for once per resource, and does not change meanwhile.

        Turns are counted for a whole file, which nothing includes.
        """
        self.turns = self.turns if parent else 0
        self.turn()
        if not isinstance(name, str) or globals is not None:
            return super().get_template(name, parent, globals)
        found = self._loaded.get(name)
        if found is None:
            found = self._loaded[name] = super().get_template(name, parent)
        return found

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401  Jinja's own
        """Return an attribute, or what stands for one that may not be seen."""
        asked = (type(obj), attribute)
        if asked in self._fields:
            return getattr(obj, attribute)
        found = super().getattr(obj, attribute)
        if (
            (is_dataclass(obj) or isinstance(obj, LoopContext))
            and not attribute.startswith("_")
            and not isinstance(found, StrictUndefined)
        ):
            self._fields.add(asked)
        return found

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401  Jinja's own
        """Carry out an operator whose result is not too large."""
        self.admit(f"what `{operator}` makes", _size_of(operator, left, right))
        return super().call_binop(context, operator, left, right)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401, N805
        """Call what may be called, with values that cannot make the result too large."""
        __self.admit("what is made here", _product((getattr(__obj, "__self__", None), *args, *kwargs.values())))
        return super().call(__context, __obj, *args, **kwargs)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:  # noqa: ANN401  Jinja's own
        """Return the bounded form of `format`; None for anything else."""
        found = super().wrap_str_format(value)
        if found is not None and _WIDTHS.search(value.__self__):
            raise _too_large("what `format` makes")
        return found

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        bounded: nodes.Template = _Bounds().visit(super()._parse(source, name, filename))
        return bounded


class _Bounds(NodeTransformer):
    """Puts a filter before every loop, and one in the place of every `~`."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802  Jinja's own
        self.generic_visit(node)
        node.iter = _filtered(node.iter, _COUNTED)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802  Jinja's own
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), _JOINED)


def _filtered(node: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(cast(nodes.Expr, node), name, [], [], None, None, lineno=node.lineno)


@pass_context
def _counted(context: Context, values: Iterable[object]) -> Iterable[object]:
    """Return what a loop runs over, its turns counted beforehand where that is possible."""
    environment = context.environment
    assert isinstance(environment, Sandbox)
    if isinstance(values, Sized):
        environment.turn(len(values))
        return values
    return _one_by_one(environment, values)


def _one_by_one(environment: Sandbox, values: Iterable[object]) -> Iterator[object]:
    for value in values:
        environment.turn()
        yield value


@pass_context
def _joined(context: Context, values: list[object]) -> str:
    assert isinstance(context.environment, Sandbox)
    context.environment.admit("what `~` makes", sum(map(weight_of, values)))
    return "".join(map(str, values))


def _bounded(environment: Sandbox, name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(filter_)
    def bounded(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401  whatever the filter has
        if name == "format" and _WIDTHS.search(str(arguments[0])):
            raise _too_large("what `format` makes")
        environment.admit(f"what `{name}` makes", _product((*arguments, *named.values())))
        return filter_(*arguments, **named)

    return bounded


def _product(values: Iterable[object]) -> int:
    """Return how large a result is at most: each part of one value once for each part of the others.

    No method and no filter makes more. A number is a width, or so many copies.
    """
    product = 1
    for value in values:
        if not isinstance(value, Context):
            product *= max(1, abs(value) if isinstance(value, int) else weight_of(value))
    return product


def _size_of(operator: str, left: object, right: object) -> int:
    """Return how large a result is at most."""
    if operator == "**":
        return _bits(left) * abs(right) if isinstance(right, int) else 0
    if operator == "*":
        one, other = (left, right) if isinstance(right, int) else (right, left)
        if not isinstance(other, int):
            return 0
        return _bits(one) + _bits(other) if isinstance(one, int) else weight_of(one) * abs(other)
    if operator == "%" and isinstance(left, str):
        return LARGEST + 1 if _WIDTHS.search(left) else weight_of(left) + weight_of(right) * left.count("%")
    return weight_of(left) + weight_of(right)


def _bits(value: object) -> int:
    return value.bit_length() if isinstance(value, int) else 0


def weight_of(value: object) -> int:
    """Return the characters and members in a value, of all its levels; stops counting where it is too large."""
    if isinstance(value, str):
        return len(value)
    if not isinstance(value, list | tuple | Mapping):
        return _bits(value) + 1
    weight, left = 0, [value]
    while left and weight <= LARGEST:
        one = left.pop()
        inside = one.items() if isinstance(one, Mapping) else one
        weight += 1
        for each in inside:
            if isinstance(each, list | tuple | Mapping):
                left.append(each)
            else:
                weight += weight_of(each)
    return weight
