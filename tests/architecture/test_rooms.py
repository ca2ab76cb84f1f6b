"""The arrows between rooms go one way, and no module outgrows its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "azserve"

STAGES = ("config", "surveying", "planning", "rendering", "deploying", "verifying", "chatting", "reporting")
NOUNS = frozenset({"model", "errors"})
BASE = NOUNS | {"threads"}
"""What a room that waits for others may stand on besides."""

ALLOWED: dict[str, frozenset[str]] = {
    "__init__": frozenset(),
    "__main__": frozenset({"cli"}),
    "errors": frozenset(),
    "threads": frozenset(),
    "model": frozenset({"errors"}),
    "config": NOUNS | {"catalogue"},
    "catalogue": NOUNS,
    "surveying": BASE,
    "planning": NOUNS,
    "rendering": NOUNS,
    "deploying": BASE,
    "verifying": BASE,
    "chatting": NOUNS | {"verifying.ports"},
    "reporting": NOUNS,
    "azure": BASE | {"surveying.ports", "deploying.ports"},
    "inference": NOUNS | {"verifying.ports"},
    "verbs": BASE | {"catalogue", *STAGES},
    "emulator": frozenset(),
    "cli": NOUNS | {"catalogue", "verbs", "azure", "inference", "emulator", *STAGES},
}
"""What each room may import of ours. A stage knows nouns only: verbs hand values from one to the next."""

ONLY_ROOM = {
    "azure": {"azure"},
    "httpx2": {"inference", "azure", "emulator"},
    "jinja2": {"rendering"},
    "click": {"cli"},
}
"""Third-party packages and the rooms that own them."""


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def room_of(path: Path) -> str:
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def strangers(path: Path) -> set[str]:
    """Return what a module imports of ours that its room may not."""
    room = room_of(path)
    allowed = ALLOWED[room] | {room}
    found = set()
    for name in imports_of(path):
        if not name.startswith("azserve."):
            continue
        inside = name.removeprefix("azserve.")
        if inside != "__version__" and not any(inside == each or inside.startswith(f"{each}.") or
                                               each.startswith(f"{inside}.") for each in allowed):  # fmt: skip
            found.add(name)
    return found


def test_a_room_imports_only_what_lies_before_it() -> None:
    assert {path: found for path in modules() if (found := strangers(path))} == {}


def test_a_library_is_imported_only_by_the_room_that_owns_it() -> None:
    taken = {
        (path, library)
        for path in modules()
        for library, rooms in ONLY_ROOM.items()
        if room_of(path) not in rooms and library in {name.split(".")[0] for name in imports_of(path)}
    }

    assert taken == set()


def test_no_module_is_over_five_hundred_lines() -> None:
    assert {path: lines for path in modules() if (lines := len(path.read_text().splitlines())) > 500} == {}


def test_every_room_has_a_place_in_the_order() -> None:
    assert {room_of(path) for path in modules()} == set(ALLOWED)


def test_every_room_says_what_it_is() -> None:
    silent = [room for room in ALLOWED if (SOURCE / room).is_dir()
              and not ast.get_docstring(ast.parse((SOURCE / room / "__init__.py").read_text()))]  # fmt: skip

    assert silent == []


def test_the_check_sees_an_arrow_that_goes_the_wrong_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = tmp_path / "azserve" / "planning" / "planted.py"
    planted.parent.mkdir(parents=True)
    planted.write_text("from azserve.cli.main import run\nfrom azserve.model.plan import Plan\n")
    monkeypatch.setattr(f"{__name__}.SOURCE", tmp_path / "azserve")

    assert strangers(planted) == {"azserve.cli.main", "azserve.cli.main.run"}
