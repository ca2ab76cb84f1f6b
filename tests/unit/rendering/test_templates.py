"""Template sets: where they come from, and what a template may not do."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.rendering import estates

from azserve.model.json import JsonObject
from azserve.rendering.api_versions import API_VERSIONS
from azserve.rendering.composing import region_view
from azserve.rendering.render import render_region
from azserve.rendering.templates import TemplateFailed, TemplateSet, template_root

VIEW = region_view(estates.SERVERLESS)


def drawn(folder: Path, text: str) -> JsonObject:
    path = folder / "arm" / "own.json.j2"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return TemplateSet(folder).arm("arm/own.json.j2", VIEW)


def test_the_packaged_templates_are_found() -> None:
    assert (template_root() / "arm" / "region.json.j2").is_file()


def test_a_users_template_replaces_the_packaged_one_and_the_rest_stays(tmp_path: Path) -> None:
    (tmp_path / "bicep").mkdir()
    (tmp_path / "bicep" / "main.bicep.j2").write_text("// mine\n")

    files = {file.path: file.text for file in render_region(estates.SERVERLESS, TemplateSet(tmp_path)).files}

    assert files["eastus2/main.bicep"].endswith("\n// mine\n")
    assert "resource r1Endpoint" in files["eastus2/region.bicep"]


def test_a_users_template_is_still_marked_as_rendered_by_azserve(tmp_path: Path) -> None:
    (tmp_path / "arm").mkdir()
    (tmp_path / "arm" / "region.json.j2").write_text('{"metadata": {"owner": "me"}, "resources": []}')

    template = render_region(estates.EXISTING, TemplateSet(tmp_path)).template

    assert template["metadata"] == {
        "_generator": {"name": "azserve", "fleet": "guest", "again": "azserve render"},
        "owner": "me",
    }


def test_a_template_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateFailed, match="does not exist") as raised:
        TemplateSet(tmp_path / "nowhere")
    assert raised.value.hint == "make it with `azserve templates eject`, or leave out `templates:`"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{{ view.region }}", "'eastus2' is printed without a filter"),
        ("{{ 'constant' }}", "'constant' is printed without a filter"),
        ("{{ view.region | upper }}", "'EASTUS2' is printed without a filter"),
        ("{{ view.region | arm | lower }}", "printed without a filter"),
        ("{% macro m() %}x{% endmacro %}{{ m() }}", "'x' is printed without a filter"),
        ("{{ view.nonsense }}", "has no attribute 'nonsense'"),
        ("{{ view.nonsense | arm }}", "has no attribute 'nonsense'"),
        ("{{ nonsense | arm }}", "'nonsense' is undefined"),
        ("{% if view.nonsense %}{% endif %}", "has no attribute 'nonsense'"),
        ("{{ view.__class__.__mro__ | arm }}", "unsafe"),
        ("{{ view.tags | template }}", "only `region` can be embedded"),
        ("{{ 'Microsoft.Web/sites' | api_version }}", "no api-version is known for `Microsoft.Web/sites`"),
        ("{{ 'x' | role_id }}", "no id of a role"),
        ("{{ view.tags.missing | arm }}", "missing"),
        ("{{ (1 / 0) | arm }}", "division by zero"),
        ("{{ view | arm }}", "not JSON serializable"),
    ],
)
def test_a_template_that_fails_is_named_with_its_line(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(TemplateFailed, match=complaint.replace("(", r"\(")) as raised:
        drawn(tmp_path, f'{{\n"a": {line}\n}}')
    assert raised.value.where == f"{tmp_path}/arm/own.json.j2:2"


BOMBS = {
    "a power": "{{ (10 ** (10 ** 8)) | arm }}",
    "a product": "{{ ('x' * 10 ** 9) | arm }}",
    "a product from the other side": "{{ (10 ** 9 * [1]) | length | arm }}",
    "numbers": "{% set ns = namespace(x=2) %}{% for i in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
    "sums": "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "joined": "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
    "lists of lists": (
        "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}"
        "{{ ns.x | arm }}"
    ),
    "a list as text": (
        "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}"
        "{{ (ns.x ~ '') | arm }}"
    ),
    "a range": "{% for i in range(10 ** 9) %}{% endfor %}",
    "loops in loops": "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "loops over what is made on the way": (
        "{% for i in range(99999) %}{% for j in 'abc' | map('upper') %}"
        "{% for k in range(9999) | select %}{% endfor %}{% endfor %}{% endfor %}"
    ),
    "a wide field": "{{ '%999999999d' | format(1) | arm }}",
    "a field as wide as one says": "{{ ('%*d' % (999999999, 1)) | arm }}",
    "a wide field of a method": "{{ '{:999999999}'.format(1) | arm }}",
    "a width": "{{ 'x' | center(999999999) | arm }}",
    "a width of a method": "{{ 'x'.rjust(999999999) | arm }}",
    "what is put in everywhere": "{% set x = 'x' * 99999 %}{{ x.replace('x', x) | arm }}",
    "macros that call themselves": (
        "{% macro m(n) %}{% if n %}{% set a = m(n - 1) %}{% set b = m(n - 1) %}{% endif %}{% endmacro %}"
        "{% set it = m(60) %}"
    ),
    "one long sum after another": (
        "{% set ns = namespace(x='x' * 1900000) %}{% for i in range(99999) %}{% set y = ns.x + 'a' %}{% endfor %}"
    ),
    "filler": "{{ lipsum(9999) | arm }}",
}


@pytest.mark.parametrize("line", BOMBS.values(), ids=BOMBS)
def test_a_template_that_takes_too_much_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(TemplateFailed) as raised:
        drawn(tmp_path, f'{{\n"a": {line}\n}}')
    assert raised.value.where == f"{tmp_path}/arm/own.json.j2:2"


def test_partials_that_take_in_each_other_come_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "arm").mkdir()
    for number in range(60):
        twice = f'{{% include "arm/p{number + 1}.j2" %}}' * 2
        (tmp_path / "arm" / f"p{number}.j2").write_text(twice)
    (tmp_path / "arm" / "p60.j2").write_text("")

    with pytest.raises(TemplateFailed, match="turns of loops and calls"):
        drawn(tmp_path, '{% include "arm/p0.j2" %}')


def test_each_file_has_turns_of_its_own(tmp_path: Path) -> None:
    templates = TemplateSet(tmp_path)
    (tmp_path / "arm").mkdir()
    (tmp_path / "arm" / "own.json.j2").write_text(
        '{"a": {% for i in range(300) %}{% for j in range(400) %}{% endfor %}{% endfor %}1}'
    )

    assert [templates.arm("arm/own.json.j2", VIEW) for _ in range(2)] == [{"a": 1}, {"a": 1}]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("{{ (view.region ~ '-' ~ 1) | arm }}", "eastus2-1"),
        ("{{ ('{:>9}-{}'.format(view.region, 2)) | arm }}", "  eastus2-2"),
        ("{{ ('%s-%03d' % (view.region, 7)) | arm }}", "eastus2-007"),
        ("{{ (2 ** 10 + 3 * 4 % 5) | arm }}", 1026),
        ("{{ (['a'] * 2 + ['b']) | join('/') | arm }}", "a/a/b"),
        ("{% for each in [1, 2] %}{% if loop.last %}{{ loop.length | arm }}{% endif %}{% endfor %}", 2),
    ],
)
def test_what_templates_usually_do_is_not_in_the_way_of_that(tmp_path: Path, line: str, value: object) -> None:
    assert drawn(tmp_path, f'{{"a": {line}}}') == {"a": value}


def test_a_template_that_does_not_parse_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(TemplateFailed, match="cannot be read") as raised:
        drawn(tmp_path, "{\n{% if %}\n}")
    assert raised.value.where == f"{tmp_path}/arm/own.json.j2:2"


@pytest.mark.parametrize("name", ["gone.j2", "../../secret"])
def test_a_template_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(TemplateFailed, match="does not exist"):
        drawn(tmp_path, f'{{% include "{name}" %}}')


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("{", "does not make JSON"), ('{"a": 1, "a": 2}', "`a` is there twice"), ("[]", "does not make a JSON object")],
)
def test_a_template_that_does_not_make_a_json_object_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(TemplateFailed, match=complaint):
        drawn(tmp_path, text)


def test_every_api_version_has_a_source_and_a_date() -> None:
    assert list(API_VERSIONS) == sorted(API_VERSIONS)
    assert all(row.source and row.as_of.year >= 2026 for row in API_VERSIONS.values())
