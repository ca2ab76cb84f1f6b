"""The page of an ejected set says what templates meet, and the stamp holds them to it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from azserve.rendering import azd, pieces
from azserve.rendering.checks import CHECKS
from azserve.rendering.ejecting import context_page
from azserve.rendering.templates import ARM_FILTERS, BICEP_FILTERS, SHARED_FILTERS, TemplateFailed, TemplateSet

PAGE = context_page("mine")


def section(title: str) -> str:
    return PAGE.partition(f"\n### {title}")[2].partition("\n### ")[0]


@pytest.mark.parametrize("view", [pieces.RegionView, azd.FleetView, pieces.Deployment, azd.RegionModule])
def test_every_name_of_a_class_is_on_the_page(view: type) -> None:
    assert dataclasses.is_dataclass(view)
    inherited = {field.name for field in dataclasses.fields(pieces.Piece)} if issubclass(view, pieces.Piece) else set()
    own = {field.name for field in dataclasses.fields(view)} - inherited
    properties = {name for name, each in vars(view).items() if isinstance(each, property)}

    assert all(f"| `{name}` |" in section(view.__name__) for name in own | properties)


def test_every_partial_is_named() -> None:
    classes = [vars(each) for each in vars(pieces).values() if isinstance(each, type)]
    partials = {each["partial"] for each in classes if "partial" in each}

    assert all(f"| `partial` | `str` | `{partial}` |" in PAGE for partial in partials)


def test_every_filter_and_every_check_is_explained() -> None:
    for filters in (ARM_FILTERS, BICEP_FILTERS, SHARED_FILTERS):
        assert all(f"- `{name}`: " in PAGE for name in filters)
    assert all(f"| `{check.code}` | {check.what} | {check.why} |" in PAGE for check in CHECKS)


def test_no_line_of_a_table_is_broken() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("|")]

    assert {line.replace("\\|", "").count("|") for line in rows} == {4}


def test_a_set_for_another_context_is_not_drawn(tmp_path: Path) -> None:
    (tmp_path / "context.json").write_text(json.dumps({"context": 0}))

    with pytest.raises(TemplateFailed, match="for context 0, and azserve now gives") as raised:
        TemplateSet(tmp_path)
    assert raised.value.code == "template-context"
    assert "eject the set anew" in str(raised.value.hint)


@pytest.mark.parametrize("text", ["", "[]", "{}", "3"])
def test_a_stamp_that_says_nothing_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "context.json").write_text(text)

    with pytest.raises(TemplateFailed, match="does not say which context") as raised:
        TemplateSet(tmp_path)
    assert raised.value.where == str(tmp_path / "context.json")


def test_a_set_without_a_stamp_is_taken_at_its_word(tmp_path: Path) -> None:
    TemplateSet(tmp_path)
