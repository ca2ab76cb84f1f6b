"""What other people's templates and folders can end in is told, and never taken for a bug of ours."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.unit.rendering import estates

from azserve.catalogue import load_catalogue
from azserve.errors import UsageError
from azserve.model.artifact import Artifact
from azserve.rendering.checks import Context, lint, lint_text
from azserve.rendering.expressions import NotAnExpression, parse
from azserve.rendering.render import render_region
from azserve.rendering.templates import TemplateFailed, TemplateSet
from azserve.rendering.writing import check_artifact, write_artifact

CONTEXT = Context(load_catalogue(), date(2026, 5, 1))
RENDERED = render_region(estates.MIXED, TemplateSet())
ARTIFACT = Artifact(estates.MIXED.fleet_id, (RENDERED,))


def own(folder: Path, text: str) -> TemplateSet:
    (folder / "arm").mkdir()
    (folder / "arm" / "region.json.j2").write_text(text, "utf-8")
    return TemplateSet(folder)


@pytest.mark.parametrize(
    "text", ['{% include "arm/region.json.j2" %}', "[" * 100_000, "{{ ('a' * 10**15) | arm }}"],
    ids=["includes itself", "nests too deep", "asks for the moon"],
)  # fmt: skip
def test_a_template_that_exhausts_the_machine_has_failed(tmp_path: Path, text: str) -> None:
    with pytest.raises(TemplateFailed):
        render_region(estates.MIXED, own(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{}", "`resources` is no list"),
        ('{"resources": {"a": {}}}', "`resources` is no list"),
        ('{"resources": [{"name": "x"}]}', "there is no `type`"),
        ('{"resources": ["x"]}', "has not the shape that ARM takes"),
        ('{"resources": [{"type": "A.B/c", "apiVersion": "1", "name": "[if(1)]"}]}', "not enough values"),
        ('{"resources": [{"type": "A.B/c", "apiVersion": "1", "name": "[a(]"}]}', r"`\[a\(\]` is no expression"),
        ('{"resources": [{"type": "A.B/c", "apiVersion": "1", "name": "[1 2]"}]}', "`2` follows its end"),
    ],
)
@pytest.mark.parametrize("group_exists", [True, False])
def test_a_plan_by_a_template_that_cannot_be_read_says_why(
    tmp_path: Path, text: str, why: str, group_exists: bool
) -> None:
    made = render_region(replace(estates.MIXED, group_exists=group_exists), own(tmp_path, text))

    with pytest.raises(TemplateFailed, match=f"cannot be read: .*{why}"):
        len(made.resources)


@pytest.mark.parametrize("group_exists", [True, False])
def test_a_partial_that_cannot_be_read_is_named(tmp_path: Path, group_exists: bool) -> None:
    (tmp_path / "arm").mkdir()
    (tmp_path / "arm" / "hub.json.j2").write_text('{"type": "A.B/c", "apiVersion": "1", "name": "[a(]"}')
    made = render_region(replace(estates.SERVERLESS, group_exists=group_exists), TemplateSet(tmp_path))

    with pytest.raises(TemplateFailed, match="is no expression") as raised:
        len(made.resources)

    assert raised.value.where == str(tmp_path / "arm" / "hub.json.j2")


def test_a_stamp_that_is_a_folder_says_nothing_of_the_context(tmp_path: Path) -> None:
    (tmp_path / "context.json").mkdir()

    with pytest.raises(TemplateFailed, match="does not say which context"):
        TemplateSet(tmp_path)


def test_a_folder_whose_name_is_too_long_cannot_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_artifact(ARTIFACT, tmp_path / ("a" * 300))


def test_links_that_lead_in_a_circle_are_no_folder(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")

    with pytest.raises(UsageError):
        write_artifact(ARTIFACT, tmp_path / "one" / "build")
    with pytest.raises(UsageError):
        check_artifact(ARTIFACT, tmp_path / "one" / "build")


def test_an_expression_of_thousands_of_members_is_looked_at() -> None:
    document = {"outputs": {"it": {"value": f"[parameters('x'){'.a' * 5000}]"}}}

    assert "undefined-name" in {each.code for each in lint(document, CONTEXT)}


def test_an_expression_of_brackets_alone_is_refused_at_once() -> None:
    with pytest.raises((NotAnExpression, RecursionError)):
        parse("(" * 400_000)


def test_what_a_complaint_quotes_cannot_command_a_terminal() -> None:
    hostile = {"resources": [{"type": "Microsoft.Storage/storageAccounts", "name": "\x1b[31mred\u202e"}]}

    told = [f"{each.path} {each.message}" for each in lint_text(json.dumps(hostile), CONTEXT)]

    assert any("\\u001b[31mred\\u202e" in each for each in told)
    assert not any("\x1b" in each for each in told)
