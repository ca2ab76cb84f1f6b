"""Each check speaks up for what it is about, and for nothing else."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.rendering import estates
from tests.unit.rendering.check_cases import ACCOUNT, CASES, GROUP_SCHEMA, Case, deployment, output, resource, template

from azserve.catalogue import load_catalogue
from azserve.errors import Severity
from azserve.model.json import JsonObject
from azserve.rendering.api_versions import API_VERSIONS
from azserve.rendering.checks import CHECKS, Context, lint, lint_text
from azserve.rendering.checks.published import PUBLISHED
from azserve.rendering.render import render_region
from azserve.rendering.templates import TemplateSet

CONTEXT = Context(load_catalogue(), date(2026, 5, 1))
RENDERED = render_region(estates.MIXED, TemplateSet())
EXAMPLE = json.dumps(RENDERED.wrapper)
ESTATES = [name for name in dir(estates) if type(getattr(estates, name)).__name__ == "RegionEstate"]


def codes(document: Any, context: Context = CONTEXT) -> set[str]:
    return {complaint.code for complaint in lint(document, context)}


@pytest.mark.parametrize("name", ESTATES)
def test_what_azserve_renders_displeases_no_check(name: str) -> None:
    made = render_region(getattr(estates, name), TemplateSet())

    assert lint(made.template, CONTEXT) == ()
    assert lint(made.wrapper or made.template, CONTEXT) == ()


def test_every_type_that_azserve_pins_is_held_to_what_is_published_of_it() -> None:
    assert {kind.lower() for kind in API_VERSIONS} == set(PUBLISHED)


def test_every_check_has_a_case() -> None:
    assert [check.code for check in CHECKS] == list(CASES)


@pytest.mark.parametrize(("code", "case"), CASES.items(), ids=CASES)
def test_a_check_tells_a_bad_template_from_a_good_one(code: str, case: Case) -> None:
    assert code in codes(case.failing)
    assert code not in codes(case.passing)


@pytest.mark.parametrize(("code", "case"), CASES.items(), ids=CASES)
def test_a_spoilt_example_displeases_one_check_alone(code: str, case: Case) -> None:
    document = json.loads(EXAMPLE)
    case.spoil(document)

    assert codes(document) == {code}


def test_every_check_says_why_and_what_to_do_and_where_it_was_read() -> None:
    for check in CHECKS:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", check.code)
        assert all((check.what, check.why, check.hint, check.source))
        assert not any(text.endswith(".") for text in (check.what, check.why, check.hint))
        assert check.as_of.year >= 2026


def test_a_complaint_names_its_place_and_the_next_move() -> None:
    document = template(deployment("ai/chat", sku={"name": "Cheap", "capacity": 1}))

    (found,) = [each for each in lint(document, CONTEXT) if each.code == "unknown-sku"]

    assert (found.path, found.severity) == ("$.resources[0].sku.name", Severity.ERROR)
    assert found.message == "`Cheap` is no sku of a deployment"
    assert found.hint.startswith("use one of Standard, GlobalStandard")


def test_a_check_that_is_not_wanted_is_left_out() -> None:
    document = CASES["unknown-sku"].failing

    assert "unknown-sku" not in {each.code for each in lint(document, CONTEXT, ignore={"unknown-sku"})}


@pytest.mark.parametrize(("number", "severity"), [(700, Severity.WARNING), (801, Severity.ERROR)])
def test_a_limit_that_is_near_is_a_warning(number: int, severity: Severity) -> None:
    document = template(*(resource("A.B/c", f"n{at}") for at in range(number)))

    assert [each.severity for each in lint(document, CONTEXT) if each.code == "resource-count"] == [severity]


def test_a_later_api_version_than_azserve_knows_is_a_warning() -> None:
    document = template(resource(ACCOUNT, "thing", "2031-01-01"), resource(ACCOUNT, "thing", "soon"))

    found = [each.severity for each in lint(document, CONTEXT) if each.code == "unknown-api-version"]

    assert found == [Severity.WARNING, Severity.ERROR]


def test_data_that_may_not_leave_may_not_be_computed_anywhere() -> None:
    document = template(deployment())

    assert "data-boundary" not in codes(document)
    assert "data-boundary" in codes(document, Context(CONTEXT.catalogue, CONTEXT.today, within=("eu",)))


# --- templates of others


def test_children_inside_their_parent_and_resources_by_symbol_are_read() -> None:
    document: JsonObject = {
        "$schema": GROUP_SCHEMA,
        "contentVersion": "1.0.0.0",
        "languageVersion": "2.0",
        "resources": {
            "ai": {
                **resource(ACCOUNT, "ai"),
                "resources": [resource("deployments", "one"), {**resource("deployments", "two"), "dependsOn": ["ai"]}],
            },
            "there": {"existing": True, **resource(ACCOUNT, "there")},
        },
    }

    found = [(each.code, each.path) for each in lint(document, CONTEXT)]

    assert ("account-side-by-side", "$.resources.ai.resources[1]") in found
    assert not any(path.startswith("$.resources.there") for _, path in found)
    assert "unknown-dependency" not in {code for code, _ in found}


@pytest.mark.parametrize(
    ("copying", "fires"),
    [({"name": "loop", "count": 3}, True), ({"name": "loop", "count": 3, "mode": "serial", "batchSize": 1}, False)],
)
def test_copies_of_a_deployment_have_to_be_serial(copying: dict[str, Any], fires: bool) -> None:
    document = template(deployment("[format('ai/{0}', copyIndex())]", copy=copying))

    assert ("account-side-by-side" in codes(document)) is fires


@pytest.mark.parametrize(("scope", "fires"), [("inner", True), ("outer", False)])
def test_a_nested_template_names_the_parameters_of_its_scope(scope: str, fires: bool) -> None:
    nested = template(outputs={"it": {"value": "[parameters('above')]"}})
    holder = resource(
        "Microsoft.Resources/deployments", "nested", "2024-07-01",
        properties={"mode": "Incremental", "expressionEvaluationOptions": {"scope": scope}, "template": nested},
    )  # fmt: skip
    document = template(holder, parameters={"above": {"type": "string"}})

    assert ("undefined-name" in codes(document)) is fires
    assert ("unused-name" in codes(document)) is fires


def test_values_given_to_a_nested_template_are_followed() -> None:
    nested = template(
        resource("Microsoft.Storage/storageAccounts", "[parameters('name')]"), parameters={"name": {"type": "string"}}
    )
    holder = resource(
        "Microsoft.Resources/deployments", "nested", "2024-07-01", resourceGroup="rg",
        properties={
            "expressionEvaluationOptions": {"scope": "inner"},
            "parameters": {"name": {"value": "[variables('it')]"}},
            "template": nested,
        },
    )  # fmt: skip

    found = lint(template(holder, variables={"it": "Not_A_Name"}), CONTEXT)

    assert "$.resources[0].properties.template.resources[0].name" in {each.path for each in found}


def test_a_copied_variable_is_declared() -> None:
    document = template(
        variables={"copy": [{"name": "made", "count": 2, "input": "x"}]},
        outputs={"it": {"value": "[variables('made')]"}},
    )

    assert codes(document) == set()


def test_a_function_of_the_templates_own_is_an_expression() -> None:
    assert "broken-expression" not in codes(output("[contoso.named('x', 1)]"))


@pytest.mark.parametrize(
    ("written", "fires"),
    [
        ({"value": "[variables('far')]"}, True),
        ({"value": "[variables('Far')]"}, True),
        ({"value": "[variables('pass').it]"}, True),
        ({"copy": {"count": 1, "input": "[variables('far')]"}}, True),
        ({"value": "x", "metadata": {"description": "[variables('far')]"}}, False),
        ({"value": "[variables('own')]"}, False),
    ],
)
def test_a_secret_that_comes_by_way_of_variables_is_given_away(written: Any, fires: bool) -> None:
    document = template(
        parameters={"given": {"type": "secureString"}},
        variables={
            "far": "[concat('x', variables('pass').it)]",
            "pass": {"it": "[toLower(parameters('given'))]"},
            "own": "[variables('own')]",
        },
        outputs={"it": {"type": "string", **written}},
    )

    assert ("secret-output" in codes(document)) is fires


def test_a_nested_template_of_the_outer_scope_gives_the_outer_secrets_away() -> None:
    nested = template(outputs={"it": {"value": "[parameters('given')]"}})
    holder = resource(
        "Microsoft.Resources/deployments",
        "nested",
        "2024-07-01",
        properties={"mode": "Incremental", "template": nested},
    )

    assert "secret-output" in codes(template(holder, parameters={"given": {"type": "secureString"}}))


def test_a_default_for_what_is_called_a_password_is_one() -> None:
    parameters = {"adminPassword": {"type": "string", "defaultValue": "P@ssw0rd"}}

    assert {"secret-default", "secret-not-secure"} <= codes(template(parameters=parameters))


def test_values_are_compared_as_azure_compares_them() -> None:
    hub = resource("Microsoft.MachineLearningServices/workspaces", kind="hub", properties={})
    closed = resource(
        ACCOUNT, properties={"publicNetworkAccess": "disabled", "networkAcls": {"defaultAction": "allow"}}
    )

    assert "isolation-undecided" in codes(template(hub))
    assert "public-access-contradicted" in codes(template(closed))


def test_a_day_that_there_is_not_is_no_api_version() -> None:
    document = template(resource(ACCOUNT, "thing", "2024-13-45"))

    assert [each.severity for each in lint(document, CONTEXT) if each.code == "unknown-api-version"] == [Severity.ERROR]


@pytest.mark.parametrize(
    ("sections", "path"),
    [
        ({"parameters": []}, "$.parameters"),
        ({"variables": "x"}, "$.variables"),
        ({"outputs": [1]}, "$.outputs"),
        ({"resources": "[variables('x')]"}, "$.resources"),
        ({"resources": [7]}, "$.resources[0]"),
        ({"resources": [resource(ACCOUNT, resources=[None])]}, "$.resources[0].resources[0]"),
    ],
)
def test_a_section_of_another_shape_is_not_passed_over(sections: Any, path: str) -> None:
    found = [each.path for each in lint({**template(), **sections}, CONTEXT) if each.code == "not-a-template"]

    assert found == [path]


def test_a_function_that_is_almost_one_is_told_with_the_one_that_is_meant() -> None:
    (found,) = [each for each in lint(output("[conct('x', conct('y'))]"), CONTEXT) if each.code == "unknown-function"]

    assert (found.severity, found.hint) == (Severity.WARNING, "did you mean `concat`?")


def test_a_template_of_unknown_functions_alone_is_told_quickly() -> None:
    document = template(outputs={f"o{at}": {"value": f"[zz{at}x()]"} for at in range(2_000)})

    found = [each for each in lint(document, CONTEXT) if each.code == "unknown-function"]

    assert (len(found), found[-1].message) == (101, "1,900 more of these are in the file")


def test_many_warnings_are_no_mistake() -> None:
    document = template(*(resource(ACCOUNT, f"n{at}", "2031-01-01") for at in range(150)))

    assert {each.severity for each in lint(document, CONTEXT) if each.code == "unknown-api-version"} == {
        Severity.WARNING
    }


def test_a_chain_is_followed_to_its_end_whatever_waits_for_it() -> None:
    chain = [deployment(f"ai/d{at}", dependsOn=[f"ai/d{at - 1}"] if at else []) for at in range(700)]
    thicket = [resource("A.B/c", f"n{at}", dependsOn=[f"n{each}" for each in range(at)]) for at in range(100)]

    assert not {"account-side-by-side", "dependency-cycle"} & codes(template(*reversed(chain), *thicket))
    assert "dependency-cycle" in codes(template({**chain[0], "dependsOn": ["ai/d699"]}, *chain[1:]))


def test_the_order_of_more_resources_than_arm_takes_many_times_over_is_not_followed() -> None:
    document = template(*(deployment(f"ai/d{at}") for at in range(2_001)))

    assert "resource-count" in codes(document)
    assert "account-side-by-side" not in codes(document)


# --- files that are hardly templates


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_comments_and_strings_of_several_lines_are_read_as_arm_reads_them(encoding: str) -> None:
    text = json.dumps(template(variables={"address": 'https://x//y /* no */ \\" //'}), indent=1)
    text = "// of a quickstart\n/* two\n lines **/" + text.replace(
        '"resources"', '"metadata": {"a": "b\n\tc"}, "resources"'
    )

    assert {each.code for each in lint_text(text.encode(encoding), CONTEXT)} == {"unused-name"}


@pytest.mark.parametrize("text", ["/*" * 200_000, '{"a": "' + '\\"' * 200_000, "{} // x\n{}", '{"a": NaN}', "//"])
def test_what_is_not_json_without_its_comments_either_is_told(text: str) -> None:
    (found,) = lint_text(text, CONTEXT)

    assert found.code == "unreadable"


@pytest.mark.parametrize("text", ["", "{", "[]", "3", b"\xff\xfe", "[" * 100_000, '{"a":' * 300 + "1" + "}" * 300])
def test_what_is_no_template_is_one_complaint(text: str | bytes) -> None:
    (found,) = lint_text(text, CONTEXT)

    assert (found.code, found.severity) == ("unreadable", Severity.ERROR)


def test_a_parameter_file_is_looked_at_for_secrets() -> None:
    parameters = {"adminPassword": {"value": "hunter2"}, "region": {"value": "eastus2"}, "kept": {"reference": {}}}
    text = json.dumps({"$schema": "https://x/2019-04-01/deploymentParameters.json#", "parameters": parameters})

    assert [(each.code, each.path) for each in lint_text(text, CONTEXT)] == [
        ("secret-literal", "$.parameters.adminPassword")
    ]
    assert lint_text(text, CONTEXT, ignore={"secret-literal"}) == ()


def test_a_rendered_parameter_file_has_no_secret() -> None:
    (text,) = [file.text for file in RENDERED.files if file.path.endswith("parameters.json")]

    assert lint_text(text, CONTEXT) == ()


EXPRESSIONS = st.sampled_from(
    ["[parameters()]", "[variables('x')]", "[format()]", "[format('{9}')]", "[resourceId()]", "[resourceId('a/b')]",
     "[subscriptionResourceId()]", "[concat(1, '')]", "[guid()]", "[union(1)]", "[a.b]", "[[x]", "[", "[]",
     "[x(", "[1[0]]"]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | EXPRESSIONS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """The rendered example with a few values replaced by anything."""
    document = json.loads(EXAMPLE)
    for _ in range(draw(st.integers(1, 3))):
        place: Any = document
        for _ in range(draw(st.integers(0, 9))):
            inside = [each for each in (place.values() if isinstance(place, dict) else place)
                      if isinstance(each, dict | list) and each]  # fmt: skip
            if not inside:
                break
            place = draw(st.sampled_from(inside))
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        place[key] = copy.deepcopy(draw(VALUES))
    return document


@settings(max_examples=60, deadline=None)
@given(spoilt())
def test_no_template_makes_the_checks_fail(document: Any) -> None:
    for complaint in lint(document, CONTEXT):
        assert complaint.path.startswith("$")
        assert complaint.message


ODD: tuple[Any, ...] = ([], {}, [[]], {"a": [{}]}, [{"name": []}], 7, True, "[variables('x')]", "[[")


def spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place inside a value: what holds it, and its name there."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in list(inside):
        yield value, name
        yield from spots(each)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_nothing_odd_anywhere_makes_a_check_fail(case: Case) -> None:
    for document in (copy.deepcopy(case.failing), copy.deepcopy(case.passing)):
        places = list(spots(document))
        for holder, name in places if len(places) < 100 else ():  # the larger ones say one thing many times
            there = holder[name]
            for odd in ODD:
                holder[name] = odd
                assert all(each.message for each in lint(document, CONTEXT))
            holder[name] = there


def test_what_doubles_without_end_is_told_by_its_variable() -> None:
    lists = {"d0": ["x"]} | {f"d{at}": [f"[variables('d{at - 1}')]"] * 2 for at in range(1, 41)}
    document = template(resource("A.B/c", tags="[variables('d40')]", dependsOn="[variables('d40')]"), variables=lists)

    (found,) = [each for each in lint(document, CONTEXT) if each.code == "expression-result"]

    assert re.fullmatch(r"the variable `d\d+` comes to more than 1,000,000 values, .*", found.message)


def test_a_large_table_of_which_each_resource_takes_one_entry_is_not_too_much() -> None:
    table = {f"n{at}": {"name": f"n{at}", "notes": ["x" * 400] * 5} for at in range(600)}
    document = template(
        *(resource("A.B/c", f"[variables('table').n{at}.name]") for at in range(600)), variables={"table": table}
    )

    assert "expression-result" not in codes(document)


def test_a_variable_that_stands_for_itself_is_not_known() -> None:
    document = template(resource(ACCOUNT, "[variables('a')]"), variables={"a": "[concat('x', variables('a'))]"})

    assert "name-rule" not in codes(document)


def test_an_order_that_cannot_be_known_is_not_complained_about() -> None:
    first, second = deployment("ai/one"), deployment("ai/two", dependsOn=["[reference('x').name]"])

    assert "account-side-by-side" in codes(template(first, deployment("ai/two")))
    assert "account-side-by-side" not in codes(template(first, second))


def test_a_text_full_of_openings_is_read_once() -> None:
    document = template(outputs={"it": {"value": "{{" * 20_000}, "other": {"value": "{%" * 20_000}})

    assert "unfilled-token" not in codes(document)
    assert "unfilled-token" in codes(template(outputs={"it": {"value": "{{" * 300 + "name}}"}}))


def test_a_name_that_is_there_a_thousand_times_is_told_and_not_followed_everywhere() -> None:
    document = template(*(deployment("ai/chat", dependsOn=["ai/chat"] * 5) for _ in range(1_000)))

    assert "duplicate-resource" in codes(document)
