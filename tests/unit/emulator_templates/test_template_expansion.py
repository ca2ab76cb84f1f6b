"""A template's sections, its parameters, and the resources it becomes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.emulator_templates.language import SUBSCRIPTION, box, expansion, frame, template, value_of

from azserve.emulator.arm.deployments.template.document import read_template
from azserve.emulator.arm.deployments.template.evaluate import Place
from azserve.emulator.arm.deployments.template.parameters import echoed
from azserve.emulator.arm.deployments.template.values import TemplateError

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"


def names(source: dict[str, Any], **given_values: Any) -> list[str]:
    return [one.name for one in expansion(source, **given_values).resources]


def needs(source: dict[str, Any]) -> dict[str, list[str]]:
    found = expansion(source)
    known = {one.key: one.name for one in found.resources}
    return {one.name: sorted(known[key] for key in one.needs) for one in found.resources}


# Sections


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ([], "must be a JSON object"),
        ({"contentVersion": "1.0.0.0", "resources": []}, "schema '' is not supported"),
        ({**template(), "$schema": "https://example.org/x.json"}, "is not supported"),
        ({**template(), "contentVersion": None}, "contentVersion"),
        ({**template(), "extra": 1}, "Could not find member 'extra'"),
        ({**template(), "parameters": []}, "'parameters' must be a JSON object"),
        ({**template(), "parameters": {"a": 1}}, "'parameters.a' must be a JSON object"),
        ({**template(), "resources": 5}, "'resources' not found"),
        ({**template(), "resources": [5]}, "must be a JSON object"),
        ({**template(), "resources": {}}, "require 'languageVersion'"),
        ({**template(), "languageVersion": "9.0"}, "language version '9.0'"),
        ({**template(), "languageVersion": "2.1-experimental"}, "experimental"),
        ({**template(), "functions": [{}]}, "user-defined functions"),
        ({**template(), "definitions": {"a": {}}}, "user-defined types"),
        ({**template(), "imports": {"a": {}}}, "imports"),
        ({**template(), "extensions": {"a": {}}}, "extensions"),
        ({**template(), "parameters": {f"p{n}": {} for n in range(257)}}, "Limit: '256' and actual: '257'"),
        ({**template(), "resources": [{}] * 801}, "Limit: '800'"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_template_is_refused_for_its_form(source: Any, words: str) -> None:
    with pytest.raises(TemplateError, match=words):
        read_template(source)


def test_a_template_that_nests_too_deep_is_refused() -> None:
    deep: Any = 1
    for _ in range(200):
        deep = [deep]
    with pytest.raises(TemplateError, match="nests deeper"):
        read_template({**template(), "metadata": {"deep": deep}})


def test_the_hash_of_a_template_does_not_mind_its_generator_or_order() -> None:
    one = {**template(), "metadata": {"_generator": {"name": "bicep"}}}
    other = dict(reversed({**template(), "metadata": {"_generator": {"name": "other"}}}.items()))
    assert read_template(one).hash == read_template(other).hash


def test_the_hash_of_a_template_minds_its_content() -> None:
    assert read_template(template()).hash != read_template(template([box()])).hash


# Parameters and variables


@pytest.mark.parametrize(
    ("declared", "value", "expected"),
    [
        ({"type": "string"}, "a", "a"),
        ({"type": "securestring"}, "a", "a"),
        ({"type": "Int"}, 5, 5),
        ({"type": "bool"}, True, True),
        ({"type": "array"}, [1], [1]),
        ({"type": "object"}, {"a": 1}, {"a": 1}),
        ({"type": "secureObject"}, {"a": 1}, {"a": 1}),
        ({"type": "string"}, "[concat('x')]", "[concat('x')]"),
        ({"type": "string", "nullable": True}, None, None),
        ({"type": "array", "allowedValues": ["a", "b"]}, ["b"], ["b"]),
        ({"type": "int", "minValue": 1, "maxValue": 3}, 3, 3),
    ],
    ids=str,
)
def test_a_parameter_has_the_value_given(declared: Any, value: Any, expected: Any) -> None:
    assert value_of("[parameters('p')]", parameters={"p": declared}, given={"P": value}) == expected


@pytest.mark.parametrize(
    ("declared", "value", "words"),
    [
        ({"type": "string"}, 5, "Expected 'String, Uri'. Actual 'Integer'"),
        ({"type": "int"}, "5", "Expected 'Integer'. Actual 'String'"),
        ({"type": "int"}, True, "Actual 'Boolean'"),
        ({"type": "bool"}, 1, "Expected 'Boolean'"),
        ({"type": "array"}, {}, "Expected 'Array'. Actual 'Object'"),
        ({"type": "object"}, None, "Expected 'Object'. Actual 'Null'"),
        ({"type": "int"}, 1.5, "Actual 'Float'"),
        ({"type": "wrong"}, 1, "type 'wrong' is not valid"),
        ({"$ref": "#/definitions/x"}, 1, "user-defined types"),
        ({"type": "string", "allowedValues": ["a", "b"]}, "c", "not part of the allowed value.*'a,b'"),
        ({"type": "string", "minLength": 3}, "ab", "greater than or equal to '3'"),
        ({"type": "array", "maxLength": 1}, [1, 2], "less than or equal to '1'"),
        ({"type": "int", "minValue": 3}, 2, "The value should be greater"),
        ({"type": "int", "maxValue": 3}, 4, "The value should be less"),
    ],
    ids=str,
)
def test_a_parameter_refuses_what_does_not_fit(declared: Any, value: Any, words: str) -> None:
    with pytest.raises(TemplateError, match=words):
        value_of("[parameters('p')]", parameters={"p": declared}, given={"p": value})


def test_a_refused_secret_is_not_shown() -> None:
    declared = {"type": "securestring", "minLength": 30}
    with pytest.raises(TemplateError) as caught:
        value_of("[parameters('p')]", parameters={"p": declared}, given={"p": "hunter2"})
    assert "hunter2" not in caught.value.message


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(TemplateError, match="The value for the template parameter 'p' is not provided"):
        value_of("x", parameters={"p": {"type": "string"}})


def test_a_parameter_that_is_not_declared_is_named() -> None:
    with pytest.raises(TemplateError, match=r"parameters 'q' in the parameters file are not valid.*are 'p'"):
        value_of("x", parameters={"p": {"type": "string"}}, given={"p": "", "q": 1})


def test_a_default_may_use_other_parameters_and_the_time() -> None:
    parameters = {
        "a": {"type": "string", "defaultValue": "[concat(parameters('b'), '-', utcNow('yyyy'))]"},
        "b": {"type": "string", "defaultValue": "[resourceGroup().location]"},
    }
    assert value_of("[parameters('a')]", parameters=parameters) == "eastus2-2026"


def test_null_for_a_parameter_with_a_default_means_the_default() -> None:
    declared = {"p": {"type": "string", "defaultValue": "usual", "allowedValues": ["usual"]}}

    assert value_of("[parameters('p')]", parameters=declared, given={"p": None}) == "usual"


def test_null_for_a_parameter_that_may_be_null_is_null() -> None:
    declared = {"p": {"type": "string", "defaultValue": "usual", "nullable": True}}

    assert value_of("[parameters('p')]", parameters=declared, given={"p": None}) is None


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("", "20261122T210507Z"), ("o", "2026-11-22T21:05:07.1200000Z"), ("d", "11/22/2026"),
        ("yyyy-MM-dd HH:mm:ss.fff 'at' yy", "2026-11-22 21:05:07.120 at 26"), ("R", "Sun, 22 Nov 2026 21:05:07 GMT"),
    ],
)  # fmt: skip
def test_the_time_is_shown_in_a_format(shape: str, expected: str) -> None:
    source = f"[utcNow('{shape.replace(chr(39), chr(39) * 2)}')]" if shape else "[utcNow()]"
    assert value_of("[parameters('t')]", parameters={"t": {"type": "string", "defaultValue": source}}) == expected


def test_defaults_that_refer_to_each_other_in_a_circle_are_refused() -> None:
    parameters = {
        "a": {"type": "string", "defaultValue": "[parameters('b')]"},
        "b": {"type": "string", "defaultValue": "[parameters('a')]"},
    }
    with pytest.raises(TemplateError, match="Circular reference"):
        value_of("[parameters('a')]", parameters=parameters)


def test_secrets_are_not_echoed() -> None:
    parameters = {
        "open": {"type": "string", "defaultValue": "a"},
        "closed": {"type": "securestring", "defaultValue": "b"},
        "box": {"type": "secureObject", "defaultValue": {"c": 1}},
        "none": {"type": "string", "nullable": True},
    }
    read = read_template(template(parameters=parameters))
    assert echoed(read, frame(parameters=parameters).parameters) == {
        "open": {"type": "String", "value": "a"},
        "closed": {"type": "SecureString"},
        "box": {"type": "SecureObject"},
        "none": {"type": "String", "value": None},
    }


def test_variables_use_each_other_in_any_order() -> None:
    variables = {"a": "[variables('B').x]", "b": {"x": "[concat('v', '1')]"}}
    assert value_of("[variables('a')]", variables=variables) == "v1"


def test_variables_can_be_made_by_loops() -> None:
    variables = {
        "copy": [{"name": "many", "count": 2, "input": "[copyIndex('many', 1)]"}],
        "inside": {"copy": [{"name": "list", "count": 2, "input": {"i": "[copyIndex('list')]"}}], "other": 1},
    }
    assert value_of(["[variables('many')]", "[variables('inside')]"], variables=variables) == [
        [1, 2],
        {"list": [{"i": 0}, {"i": 1}], "other": 1},
    ]


@pytest.mark.parametrize(
    ("loop", "words"),
    [
        ({"name": "a", "count": 801, "input": 1}, "between '0' and '800'"),
        ({"name": "a", "count": -1, "input": 1}, "between '0' and '800'"),
        ({"name": "a", "count": "2", "input": 1}, "Expected|expected a value of type 'Integer'"),
        ({"count": 2, "input": 1}, "must have 'name', 'count' and 'input'"),
        ({"name": "a", "count": 2}, "must have 'name', 'count' and 'input'"),
    ],
    ids=str,
)
def test_a_loop_is_refused_for_its_form(loop: Any, words: str) -> None:
    with pytest.raises(TemplateError, match=words):
        value_of("[variables('a')]", variables={"copy": [loop]})


# Resources


def test_ids_follow_the_scope_of_the_deployment() -> None:
    source = template([box("one"), {**box("one/two"), "type": "Test.Things/boxes/lids"}])
    found = [one.id for one in expansion(source).resources]
    assert found == [
        f"{GROUP}/providers/Test.Things/boxes/one",
        f"{GROUP}/providers/Test.Things/boxes/one/lids/two",
    ]


def test_at_subscription_scope_a_group_has_its_own_id() -> None:
    group = {"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2021-04-01", "name": "new", "location": "x"}
    found = expansion(template([group]), place=Place(SUBSCRIPTION)).resources[0]
    assert found.id == f"/subscriptions/{SUBSCRIPTION}/resourceGroups/new"


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("Test.Things/boxes/one", f"{GROUP}/providers/Test.Things/boxes/one/providers/Test.Things/marks/m"),
        ("[resourceId('Test.Things/boxes', 'one')]",
         f"{GROUP}/providers/Test.Things/boxes/one/providers/Test.Things/marks/m"),
        ("[subscription().id]", f"/subscriptions/{SUBSCRIPTION}/providers/Test.Things/marks/m"),
    ],
)  # fmt: skip
def test_an_extension_resource_lies_on_its_scope(scope: str, expected: str) -> None:
    mark = {"type": "Test.Things/marks", "apiVersion": "1", "name": "m", "scope": scope}
    assert expansion(template([mark])).resources[0].id == expected


def test_nested_children_get_their_parents_type_and_name() -> None:
    source = template([box("one", resources=[{"type": "lids", "apiVersion": "1", "name": "two"}])])
    assert [(one.type, one.name) for one in expansion(source).resources] == [
        ("Test.Things/boxes", "one"),
        ("Test.Things/boxes/lids", "one/two"),
    ]


def test_a_resource_whose_condition_is_false_is_not_there() -> None:
    assert names(template([box("a", condition="[equals(1, 2)]"), box("b", condition=True)])) == ["b"]


def test_a_loop_makes_a_resource_per_turn() -> None:
    source = template([box("[concat('b', copyIndex(1))]", copy={"name": "all", "count": 3})])
    assert names(source) == ["b1", "b2", "b3"]


def test_a_serial_loop_waits_for_the_batch_before() -> None:
    loop = {"name": "all", "count": 4, "mode": "serial", "batchSize": 2}
    assert needs(template([box("[format('b{0}', copyIndex())]", copy=loop)])) == {
        "b0": [], "b1": [], "b2": ["b0", "b1"], "b3": ["b0", "b1"],
    }  # fmt: skip


@pytest.mark.parametrize(
    "depends_on",
    [
        "one",
        "Test.Things/boxes/one",
        "[resourceId('Test.Things/boxes', 'ONE')]",
        "[concat('Test.Things/boxes/', 'one')]",
    ],
)
def test_dependencies_can_be_named_in_many_ways(depends_on: str) -> None:
    assert needs(template([box("two", dependsOn=[depends_on]), box("one")]))["two"] == ["one"]


def test_a_dependency_on_a_loop_is_one_on_all_its_turns() -> None:
    source = template(
        [box("[format('b{0}', copyIndex())]", copy={"name": "all", "count": 2}), box("z", dependsOn=["all"])]
    )
    assert needs(source)["z"] == ["b0", "b1"]


def test_a_dependency_on_what_is_not_deployed_is_ignored() -> None:
    assert needs(template([box("a", condition=False), box("b", dependsOn=["a"])])) == {"b": []}


@pytest.mark.parametrize(
    "value",
    [
        "[reference('one').x]",
        "[reference(resourceId('Test.Things/boxes', 'one'), '2025-01-01').x]",
        "[concat('a', reference('Test.Things/boxes/one').x)]",
        "[listKeys('one', '2025-01-01').key]",
        "[createArray(reference('one').x)[0]]",
        "[if(true(), 'a', reference('one').x)]",
    ],
)
def test_a_reference_is_a_dependency(value: str) -> None:
    found = expansion(template([box("two", properties={"deep": [{"x": value}]}), box("one")]))
    two = next(one for one in found.resources if one.name == "two")
    assert (list(two.needs), two.runtime) == ([f"{GROUP}/providers/Test.Things/boxes/one".lower()], True)


def test_symbolic_names_can_be_depended_on() -> None:
    source = template(
        {
            "first": box("one"),
            "second": box("two", dependsOn=["first"]),
            "third": box("x", properties="[reference('second')]"),
        },
        languageVersion="2.0",
    )
    assert needs(source) == {"one": [], "two": ["one"], "x": ["two"]}


def test_a_turn_of_a_symbolic_loop_can_be_depended_on() -> None:
    source = template(
        {
            "many": box("[format('b{0}', copyIndex())]", copy={"name": "many", "count": 3}),
            "last": box("z", dependsOn=["many[1]"]),
        },
        languageVersion="2.0",
    )
    assert needs(source)["z"] == ["b1"]


def test_an_existing_resource_is_looked_at_but_not_deployed() -> None:
    source = template(
        {"there": box("one", existing=True), "new": box("two", dependsOn=["there"])}, languageVersion="2.0"
    )
    found = expansion(source)
    assert ([one.name for one in found.resources], [one.name for one in found.existing.values()]) == (["two"], ["one"])


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        ([box("a", dependsOn=["b"]), box("b", dependsOn=["a"])], "Circular dependency detected"),
        ([box("a", dependsOn=["a"])], "Circular dependency detected"),
        ([box("a"), box("A")], "defined multiple times"),
        ([box("a", dependsOn=["nope"])], "'nope' is not defined in the template"),
        ([box("a", dependsOn=[5])], "'5' is not defined"),
        ([box("a", dependsOn="b")], "must be an array"),
        ([box("a", dependsOn=["[reference('b')]"])], "not expected in 'dependsOn'"),
        ([box("a/b")], "incorrect segment lengths"),
        ([box("")], "got 'String'"),
        ([box("[reference('x').y]")], "not expected at this location"),
        ([box("a", condition="yes")], "condition is not valid"),
        ([box("a", condition="[reference('x').y]")], "not expected at this location"),
        ([box("a", copy={"count": 2})], "must have 'name' and 'count'"),
        ([box("a", copy={"name": "x", "count": 2, "mode": "odd"})], "copy mode 'odd'"),
        ([box("a", copy={"name": "x", "count": 2, "mode": "serial", "batchSize": 0})], "batch size"),
        ([box("a", copy={"name": "x", "count": 2})], "defined multiple times"),
        ([{"type": "Test.Things/boxes", "name": "a"}], "'apiVersion' is not found"),
        ([box("a", resources=[5])], "must be a JSON object"),
        ([box("a", propertys={})], "Could not find member 'propertys' on object of type 'TemplateResource'"),
        ([{**box("a"), "@options": {"onlyIfNotExists": True}}], "does not model options of resources"),
        ([box("a", scope="odd")], "scope 'odd' is not valid"),
        ([box("a", scope="/")], "does not model a 'scope'"),
        ([box("[format('b{0}', copyIndex())]", copy={"name": "x", "count": 800}), box("z")], "Limit: '800'"),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
def test_resources_are_refused_with_what_is_wrong(resources: list[Any], words: str) -> None:
    with pytest.raises(TemplateError, match=words):
        expansion(template(resources))


@given(st.permutations(range(6)), st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_resources_come_after_all_they_need(written: list[int], arrows: list[tuple[int, int]]) -> None:
    wanted = {one: {f"b{other}" for two, other in arrows if two == one and other < one} for one in range(6)}
    source = template([box(f"b{one}", dependsOn=sorted(wanted[one])) for one in written])
    order = names(source)
    assert all(order.index(f"b{one}") > order.index(name) for one, all_names in wanted.items() for name in all_names)
