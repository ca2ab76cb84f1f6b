"""The packaged template set, as files to be copied and changed: with a page on what templates are given.

The page is made from the classes themselves, so it cannot say something else than what a template meets.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from azserve.model.artifact import RenderedFile
from azserve.rendering import azd, pieces
from azserve.rendering.checks import CHECKS
from azserve.rendering.pieces import CONTEXT_VERSION
from azserve.rendering.sandbox import LARGEST, TURNS
from azserve.rendering.templates import ARM_FILTERS, BICEP_FILTERS, CONTEXT_FILE, SHARED_FILTERS, template_root

FOLDERS: Final = ("arm", "bicep")
"""What a set is made of. Client code (`snippets`) is drawn from the packaged templates alone."""
_WHOLE: Final = ("RegionView", "FleetView")
_HEAD: Final = """\
# Templates of your own

Ejected by `azserve templates eject`, for **context {version}**. Point your file at this folder to render with it:

```yaml
templates: ./{folder}
```

Keep only the files that you change; the packaged ones fill in for the others, and get better with each release.
`{stamp}` says which context these templates were written for: an azserve that gives another one stops and says so.

## How they are drawn

- `arm/region.json.j2` and `bicep/region.bicep.j2` make what stands in a resource group; `main.*` make the group round
  it; `bicep/*.bicepparam.j2` and `bicep/azd.bicep.j2` are for `--format bicepparam` and `--layout azd`. Each resource
  is drawn by the partial of its kind, in both languages; in a partial the resource is `it` and the region is `view`.
- The language is Jinja2, sandboxed and strict: a name that is not there is an error with file and line, and so is
  `{{{{ name }}}}` without a filter, because nothing may reach a template raw. Macros return plain text and do not help;
  compose by `include`.
- A file may take {turns:,} turns of loops and calls, and no value may be larger than {largest:,} characters or members.
- ARM templates have to make JSON. azserve parses it and prints it again, so its layout does not matter.
- `azserve render --check` looks at the result, whoever wrote the templates.
"""


@dataclass(frozen=True, slots=True)
class Name:
    """Something that a template may use."""

    name: str
    type: str
    says: str


@dataclass(frozen=True, slots=True)
class Thing:
    """A class that templates meet."""

    title: str
    bases: tuple[str, ...]
    says: str
    names: tuple[Name, ...]


def ejected_files(folder: str) -> tuple[RenderedFile, ...]:
    """Return the whole set, with its page and its stamp; `folder` is what the page calls the place."""
    root = template_root()
    paths = sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.j2"))
    texts = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in paths}
    texts[CONTEXT_FILE] = json.dumps({"context": CONTEXT_VERSION}) + "\n"
    texts["README.md"] = context_page(folder)
    return tuple(RenderedFile(path, text) for path, text in sorted(texts.items()))


def context_page(folder: str) -> str:
    """Return what templates are given, as Markdown."""
    things = {thing.title: thing for module in (pieces, azd) for thing in _things(inspect.getsource(module))}
    parts = [
        _HEAD.format(version=CONTEXT_VERSION, folder=folder, stamp=CONTEXT_FILE, turns=TURNS, largest=LARGEST),
        "\n## Filters\n",
    ]
    for title, filters in (("In both", SHARED_FILTERS), ("In ARM", ARM_FILTERS), ("In Bicep", BICEP_FILTERS)):
        parts.append(f"\n{title}:\n\n" + "".join(_filter_lines(filters)))
    parts.append("\n## What `view` is\n")
    parts += [_section(things[title], things) for title in _WHOLE]
    parts.append("\n## What `it` is\n\nEvery kind has what `Piece` has.\n")
    parts += [_section(thing, things) for title, thing in things.items() if title not in _WHOLE]
    parts.append("\n## What `azserve render --check` looks at\n\n| code | what holds | why |\n|---|---|---|\n")
    parts += [f"| `{check.code}` | {check.what} | {check.why} |\n" for check in CHECKS]
    return "".join(parts)


def _filter_lines(filters: Mapping[str, Callable[..., object]]) -> Iterator[str]:
    for name, filter_ in sorted(filters.items()):
        says = (inspect.getdoc(filter_) or "").partition("\n")[0]
        yield f"- `{name}`: {says}\n"


def _section(thing: Thing, things: Mapping[str, Thing]) -> str:
    inherited = [base for base in thing.bases if base in things]
    title = thing.title + (f" (a {inherited[0]})" if inherited else "")
    rows = "".join(f"| `{each.name}` | `{each.type}` | {each.says} |\n" for each in thing.names)
    table = f"\n| name | type | |\n|---|---|---|\n{rows}" if rows else ""
    return f"\n### {title}\n\n{thing.says}\n{table}"


def _things(source: str) -> Iterator[Thing]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            bases = tuple(base.id for base in node.bases if isinstance(base, ast.Name))
            yield Thing(node.name, bases, _says(ast.get_docstring(node)), tuple(_names(node)))


def _names(node: ast.ClassDef) -> Iterator[Name]:
    """Yield fields, each with the string below it, and properties with their docstrings."""
    for at, each in enumerate(node.body):
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            type_ = ast.unparse(each.annotation).replace("|", "or")
            if type_.startswith("ClassVar"):
                partial = each.value.value if isinstance(each.value, ast.Constant) else None
                if isinstance(partial, str):
                    yield Name(each.target.id, "str", f"`{partial}`")
                continue
            below = node.body[at + 1] if at + 1 < len(node.body) else None
            yield Name(each.target.id, type_, _says(_string(below)))
        elif isinstance(each, ast.FunctionDef) and each.returns is not None:
            yield Name(each.name, ast.unparse(each.returns).replace("|", "or"), _says(ast.get_docstring(each)))


def _string(node: ast.stmt | None) -> str | None:
    is_string = (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    )
    return node.value.value if is_string else None  # type: ignore[union-attr]


def _says(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")
