"""Collects what is wrong with a document and says it in one voice: place, key, found, wanted, next move."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from azserve.config.shape import keys_at
from azserve.config.tree import Branch, Leaf, Located, Node, Path, Row, locate, spelled
from azserve.config.vocabulary import suggestion
from azserve.errors import Problem
from azserve.model.resolved import Origin, OriginKind

MOST_REPORTED = 100

_WANTED = {
    "string_type": "be text",
    "dict_type": "be a map",
    "model_type": "be a map",
    "model_attributes_type": "be a map",
    "tuple_type": "be a list",
    "bool_type": "be `true` or `false`",
}
_POSITION = re.compile(r":(\d+):(\d+)$")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong; its hint is worked out only if it is shown."""

    code: str
    message: str
    origin: Origin
    hint: str | None = None
    word: str = ""
    choices: Sequence[str] = ()
    """What `word` might have been."""

    def problem(self) -> Problem:
        """Return it as it is shown."""
        hint = suggestion(self.word, self.choices) if self.choices else None
        said = " ".join(part for part in (hint, self.hint) if part) or None
        return Problem(code=self.code, message=self.message, hint=said, where=self.origin.detail or None)


@dataclass(slots=True)
class Complaints:
    """What is wrong with one tree. Nothing is said of a scalar whose variable is missing: that was said already."""

    tree: Branch
    environment: str | None = None
    found: list[Complaint] = field(default_factory=list)
    left_out: list[Path] = field(default_factory=list)
    """What was complained about and is no longer looked at."""

    def incomplete(self, path: Path) -> bool:
        """Whether something at a path, below it or above it was left out, so that its absence says nothing."""
        return any(path[: len(out)] == out[: len(path)] for out in self.left_out)

    def about(
        self, path: Path, code: str, message: str, *, hint: str | None = None, choices: Sequence[str] = ()
    ) -> None:
        """Complain about the value at a path."""
        located = locate(self.tree, path)
        if isinstance(located.node, Leaf) and located.node.unresolved:
            return
        if any(path[: len(out)] == out for out in self.left_out):
            return
        origin = located.key_origin if located.absent else located.origin
        self.found.append(Complaint(code, message, origin, hint, _shown(located.node), choices))

    def about_key(
        self, path: Path, code: str, message: str, *, hint: str | None = None, choices: Sequence[str] = ()
    ) -> None:
        """Complain about the key that a path ends in."""
        origin = locate(self.tree, path).key_origin
        self.found.append(Complaint(code, message, origin, hint, str(path[-1]), choices))

    def about_shape(self, error: ValidationError) -> None:
        """Complain about all that the shape refused, and note what to leave out so that the rest fits."""
        details = error.errors(include_url=False)
        mistyped = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]
        out = [detail["loc"][:-1] if _is_mistyped(detail, mistyped) else self._refused(detail) for detail in details]
        self.left_out.extend(locate(self.tree, path).path for path in out)

    def _refused(self, detail: Any) -> Path:  # noqa: ANN401  pydantic's own dictionary
        path: Path = detail["loc"]
        kind, context = str(detail["type"]), detail.get("ctx") or {}
        if path and path[-1] == "[key]":
            return self._refused_key(path[:-1], kind, context)
        match kind:
            case "extra_forbidden":
                self._unknown_key(path)
            case "missing":
                self._missing(path)
                return path[:-1]
            case _:
                self._wrong_value(path, kind, context, str(detail["msg"]))
        return path

    def _wrong_value(self, path: Path, kind: str, context: Mapping[str, Any], said: str) -> None:
        located = locate(self.tree, path)
        wanted = str(context.get("wanted") or _WANTED.get(kind) or f"fit: {said.lower()}")
        hint = context.get("hint") or ("quote it" if kind == "string_type" and _is_scalar(located.node) else None)
        message = f"`{self._named(located)}` must {wanted}"
        if not wanted.startswith("have "):
            message += f", not {_quoted(located.node)}"
        code = kind if "wanted" in context else "wrong-type"
        self.about(path, code, message, hint=hint, choices=context.get("choices") or ())

    def _named(self, located: Located) -> str:
        """Name a value by its path in the file, which for an overlay begins in the environment."""
        if located.origin.kind is OriginKind.OVERLAY and self.environment:
            return spelled(("environments", self.environment, *located.path))
        return spelled(located.path) or "the file"

    def _refused_key(self, path: Path, kind: str, context: Mapping[str, Any]) -> Path:
        wanted = context.get("wanted") or "be text"
        choices = context.get("choices") or ()
        hint = context.get("hint")
        self.about_key(path, kind, f"the key `{spelled(path)}` must {wanted}", hint=hint, choices=choices)
        return path

    def _unknown_key(self, path: Path) -> None:
        allowed = tuple(keys_at(path[:-1]))
        if len(path) == 1:
            allowed = (*allowed, "environments")
        hint = None
        if path[-1] == "<<":
            hint, allowed = "merge keys are not read: write the values out", ()
        self.about_key(path, "unknown-key", f"`{spelled(path)}` is not a key azserve knows", hint=hint, choices=allowed)

    def _missing(self, path: Path) -> None:
        located = locate(self.tree, path)
        meaning = keys_at(path[:-1]).get(str(path[-1]), "")
        hint = f"add `{path[-1]}: …`: {meaning[:1].lower()}{meaning[1:].rstrip('.')}"
        self.found.append(Complaint("missing-key", f"`{spelled(path)}` is missing", located.key_origin, hint))


def _is_mistyped(detail: Any, mistyped: Sequence[Path]) -> bool:  # noqa: ANN401  pydantic's own dictionary
    """Whether a missing key is there under a name so near that the complaint about that one says enough."""
    path: Path = detail["loc"]
    beside = [str(other[-1]) for other in mistyped if other[:-1] == path[:-1]]
    return detail["type"] == "missing" and bool(get_close_matches(str(path[-1]), beside, n=1))


def problems_of(complaints: Iterable[Complaint], others: Iterable[Problem] = ()) -> tuple[Problem, ...]:
    """Return each problem once, in the file's order; after the first hundred only their number."""
    unique = {(each.code, each.origin.detail, each.message): each for each in complaints}
    ordered = sorted(unique.values(), key=lambda each: _position(each.origin.detail))
    shown = [each.problem() for each in ordered[:MOST_REPORTED]]
    every = sorted([*dict.fromkeys(others), *shown], key=lambda problem: _position(problem.where or ""))
    left = len(ordered) - len(shown)
    if left:
        every.append(Problem("more-problems", f"there are {left:,} more problems", hint="mend these first"))
    return tuple(every)


def _position(where: str) -> tuple[int, int]:
    match = _POSITION.search(where)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _is_scalar(node: Node) -> bool:
    return isinstance(node, Leaf)


def _shown(node: Node) -> str:
    match node:
        case Leaf():
            line = node.shown.replace("\n", "\\n")  # a value of several lines must not begin a line of a log
            return line if len(line) <= 60 else line[:57] + "…"
        case Row():
            return "a list"
        case Branch():
            return "a map"


def _quoted(node: Node) -> str:
    shown = _shown(node)
    if not isinstance(node, Leaf):
        return shown
    if node.origin.variables:
        return f"what `{shown}` holds"
    return f"`{shown}`" if shown else "nothing"
