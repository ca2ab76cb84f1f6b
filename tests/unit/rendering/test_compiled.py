"""Compiled templates are kept beside their source and follow it; what filters say is never part of them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment, FileSystemLoader

from azserve.rendering.compiled import CompiledTemplates
from azserve.rendering.templates import TemplateSet, template_root


def drawn(root: Path, folder: Path | None = None) -> str:
    environment = Environment(
        loader=FileSystemLoader(folder or root), bytecode_cache=CompiledTemplates(root), autoescape=True
    )
    return environment.get_template("a.j2").render()


def kept(root: Path) -> list[Path]:
    return sorted(path for path in root.glob("__pycache__/*/*") if path.is_file())


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "a.j2").write_text("one")
    return tmp_path / "root"


def test_a_template_is_compiled_once(root: Path) -> None:
    first = drawn(root)
    times = [path.stat().st_mtime_ns for path in kept(root)]

    assert (first, drawn(root)) == ("one", "one")
    assert [path.stat().st_mtime_ns for path in kept(root)] == times
    assert len(times) == 1


def test_a_changed_template_is_compiled_again(root: Path) -> None:
    drawn(root)
    (root / "a.j2").write_text("two")

    assert drawn(root) == "two"


def test_what_was_kept_and_is_broken_is_compiled_again(root: Path) -> None:
    drawn(root)
    kept(root)[0].write_bytes(b"nonsense")

    assert drawn(root) == "one"


def test_a_folder_of_the_users_is_left_as_it_was(root: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(root, mine)

    assert drawn(root, mine) == "one"
    assert kept(mine) == kept(root) == []


def test_a_template_without_a_file_is_not_kept(root: Path) -> None:
    environment = Environment(loader=DictLoader({"a": "x"}), bytecode_cache=CompiledTemplates(root), autoescape=True)

    assert environment.get_template("a").render() == "x"
    assert kept(root) == []


def test_nothing_is_kept_where_python_keeps_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    assert drawn(root) == "one"
    assert kept(root) == []


def test_a_folder_that_cannot_be_written_costs_only_the_time(root: Path) -> None:
    (root / "__pycache__").write_text("in the way")

    assert drawn(root) == "one"


def test_no_api_version_is_compiled_into_a_template() -> None:
    """The table may change while the template's text, by which the compiled form is found, does not."""
    environment = TemplateSet()._arm
    source = (template_root() / "arm" / "main.json.j2").read_text()
    compiled = environment.compile(source, raw=True)

    assert "'Microsoft.Resources/resourceGroups'" in compiled
    assert "2024-07-01" not in compiled
