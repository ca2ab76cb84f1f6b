"""Whatever is sent, the engine answers with a result or with an error of ARM's, and leaves nothing half done."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.emulator_templates.language import Nowhere, box, template, value_of
from tests.unit.emulator_templates.tools import Site, nested, tool

from azserve.emulator.arm.deployments.records import State
from azserve.emulator.arm.deployments.template.functions import FUNCTIONS
from azserve.emulator.arm.deployments.template.functions.unique import unique_string
from azserve.emulator.arm.deployments.template.syntax import is_expression, parse, unescaped
from azserve.emulator.arm.deployments.template.values import TemplateError, UnresolvedError

words = st.sampled_from(
    ["a", "b", "one", "Test.Tools/tools", "2025-01-01", "", "x/y", "é😀", "it''s", "PT1H", "{0}", "{{", "5"]
)
atoms = st.one_of(
    words.map(lambda word: f"'{word}'"),
    st.integers(-3, 30).map(str),
    st.sampled_from(["true()", "null()", "createArray()", "createObject('a', 1)", "parameters('p')", "variables('v')"]),
)
names = st.sampled_from([*sorted(one.name for one in FUNCTIONS.values()), "listKeys", "nope", "pickZones"])


def calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    called = st.builds(lambda name, of: f"{name}({', '.join(of)})", names, st.lists(inner, max_size=4))
    return st.one_of(
        called,
        st.builds(lambda of, member: f"{of}.{member}", called, st.sampled_from(["a", "properties", "id"])),
        st.builds(lambda of, at: f"{of}[{at}]", called, inner),
        st.builds(lambda body: f"map(range(0, 3), lambda('i', {body}))", inner),
    )


expressions = st.recursive(atoms, calls, max_leaves=12)
values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=6),
        expressions.map(lambda one: f"[{one}]"), words,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "size", "copy", "name", "count", "input", "late"]), inner, max_size=3),
    ),
    max_leaves=6,
)  # fmt: skip
kinds = st.sampled_from(
    [("Test.Tools/tools", ""), ("Test.Things/boxes", ""), ("Test.Things/marks", ""), ("Test.Things/boxes/lids", "r0/")]
)
loops = st.fixed_dictionaries(
    {"name": st.just("all"), "count": st.integers(0, 3)},
    optional={"mode": st.sampled_from(["serial", "parallel"]), "batchSize": st.integers(1, 2)},
)
seen = st.sampled_from(
    [
        "[string(reference('r0'))]",
        "[reference('r1', '2025-01-01', 'Full').location]",
        "[listKeys('r0', '2025-01-01').key]",
        "[parameters('p')]",
        "[string(variables('v'))]",
        "[deployment().name]",
    ]
)
extras = st.fixed_dictionaries(
    {},
    optional={
        "properties": st.dictionaries(
            st.sampled_from(["size", "late", "fail", "x"]),
            st.one_of(st.integers(0, 6), st.just(False), seen, values),
            max_size=2,
        ),
        "dependsOn": st.sampled_from([[], ["r0"], ["Test.Tools/tools/r0"]]),
        "condition": st.sampled_from([True, False, "[equals(1, 1)]", "[empty(parameters('p'))]"]),
        "tags": st.one_of(st.just({"a": 1}), values),
    },
)


def resource(kind: tuple[str, str], loop: Any, scope: Any, version: str, more: dict[str, Any]) -> dict[str, Any]:
    """A resource whose name is given when its place in the template is known."""
    made = {"type": kind[0], "apiVersion": version, "name": kind[1], "location": "[resourceGroup().location]", **more}
    made |= {} if loop is None else {"copy": loop}
    return made | ({} if scope is None else {"scope": scope})


resources = st.builds(
    resource,
    kinds,
    st.one_of(st.none(), st.none(), loops),
    st.sampled_from([None, None, None, None, "Test.Tools/tools/r0", "[resourceGroup().id]"]),
    st.just("2025-01-01"),
    extras,
)


def named(at: int, one: dict[str, Any]) -> dict[str, Any]:
    """The resource with a name that is its own, in a loop as well."""
    if one["name"].startswith("nested"):
        return {**one, "name": f"nested{at}"}
    name = f"{one['name']}r{at}"
    return {**one, "name": f"[concat('{name}', copyIndex())]" if "copy" in one else name}


def templates(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda listed, variable, output: template(
            [named(at, one) for at, one in enumerate(listed)],
            parameters={"p": {"type": "string", "defaultValue": "a"}},
            variables={"v": variable},
            outputs={"o": {"type": "string", "value": output}},
        ),
        st.lists(inner, min_size=1, max_size=4),
        values,
        st.one_of(seen, seen, seen, values),
    )


nesting = st.recursive(
    resources,
    lambda inner: st.builds(
        lambda source, scope, parameters: nested("nested", source, scope=scope, properties={"parameters": parameters}),
        templates(inner),
        st.sampled_from(["inner", "outer", None]),
        st.one_of(st.just({}), st.dictionaries(st.just("p"), st.fixed_dictionaries({"value": values}))),
    ),
    max_leaves=4,
)
odd = st.dictionaries(st.sampled_from(["$schema", "resources", "outputs"]), values)
documents = st.integers(0, 9).flatmap(lambda dice: odd if dice == 0 else templates(nesting))


@given(expressions)
def test_an_expression_has_a_value_or_an_error_of_the_language(expression: str) -> None:
    parameters = {"p": {"type": "string", "defaultValue": "a"}}
    try:
        value_of(f"[{expression}]", parameters=parameters, variables={"v": [1, {"a": 2}]}, outside=Nowhere({}))
    except (TemplateError, UnresolvedError):
        return


@given(st.text(alphabet="[](),.'aé1 -{}$\n", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        value_of(text, outside=Nowhere({}))
    except (TemplateError, UnresolvedError):
        return


@given(st.text(max_size=40))
def test_a_literal_comes_through_the_language_unchanged(text: str) -> None:
    escaped = f"[{text}" if text.startswith("[") and text.endswith("]") and text != "[" else text
    assert unescaped(escaped) == text
    assert not is_expression(escaped)


@given(st.text(max_size=40))
def test_a_quoted_text_comes_through_an_expression_unchanged(text: str) -> None:
    source = "['" + text.replace("'", "''") + "']"
    assert parse(source) is not None
    assert value_of(source) == text


@given(st.text(max_size=40), st.text(max_size=40))
def test_unique_strings_have_thirteen_characters_and_differ(one: str, other: str) -> None:
    assert re.fullmatch("[a-z2-7]{13}", unique_string(one))
    assert (unique_string(one) == unique_string(other)) == (one == other)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(documents)
def test_any_template_ends_in_a_result_or_an_error(source: Any) -> None:
    site = Site()
    reply = site.send("PUT", "main", source)
    if reply.status not in (200, 201):
        assert reply.body["error"]["code"]
        return
    site.pass_time(600)
    shown = site.properties()
    assert shown["provisioningState"] in (State.SUCCEEDED, State.FAILED)
    assert ("error" in shown) == (shown["provisioningState"] == State.FAILED)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(documents, st.sampled_from(["/validate", "/whatIf"]))
def test_asking_about_any_template_changes_nothing(source: Any, action: str) -> None:
    site = Site()
    before = set(site.world.stored)
    reply = site.send("POST", "main", source, action=action)
    site.pass_time(600)
    assert set(site.world.stored) == before
    assert reply.status in (200, 202) or reply.body["error"]["code"]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.lists(st.sampled_from("abc"), max_size=2)), max_size=3)
)
def test_what_a_deployment_says_it_made_is_there(wanted: list[tuple[str, bool, list[str]]]) -> None:
    known = {name for name, _, _ in wanted}
    listed = [
        tool(name, properties={"late": late}, dependsOn=[other for other in others if other in known])
        for name, late, others in {one[0]: one for one in wanted}.values()
    ]
    site = Site()
    reply = site.send("PUT", "main", template([*listed, box("always")]))
    if reply.status != 201:
        return
    site.pass_time(600)
    shown = site.properties()
    made = {one.address.key for one in site.world.stored.values() if one.address.names}
    if shown["provisioningState"] == State.SUCCEEDED:
        assert {one["id"].lower() for one in shown["outputResources"]} == made
    else:
        assert any(name for name, late, _ in wanted if late)
