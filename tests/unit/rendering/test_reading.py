"""Rendered ARM JSON is read back to literal resources, and says nothing about what it cannot know."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

import pytest
from tests.unit.rendering import estates
from tests.unit.rendering.estates import SUBSCRIPTION

from azserve.model.estate import Resource
from azserve.rendering.expressions import NotAnExpression, Scope, Unresolved, parse, resolve
from azserve.rendering.reading import Described, resources_of
from azserve.rendering.render import render_region
from azserve.rendering.templates import TemplateSet

GROUP_ID = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
SCOPE = Scope(SUBSCRIPTION, "rg", {"name": "n", "list": ["a", "b"]}, {"v": "[parameters('name')]", "t": {"k": "v"}})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("plain", "plain"),
        ("[[x]", "[x]"),
        ("[[[x]", "[[x]"),
        ("[x", "[x"),
        ("['it''s']", "it's"),
        ("[parameters('name')]", "n"),
        ("[PARAMETERS('NAME')]", "n"),
        ("[parameters('list')[1]]", "b"),
        ("[variables('v')]", "n"),
        ("[variables('t').k]", "v"),
        ("[ format( '{0}/{1}{0}' , 'a', 'b' ) ]", "a/ba"),
        ("[concat('a', 'b', 1)]", "ab1"),
        ("[resourceGroup().name]", "rg"),
        ("[subscription().subscriptionId]", SUBSCRIPTION),
        ("[union(variables('t'), variables('t'))]", {"k": "v"}),
        ("[resourceId('A.B/c/d', 'x', 'y')]", f"{GROUP_ID}/providers/A.B/c/x/d/y"),
        ("[resourceId('g', 'A.B/c', 'x')]", f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/A.B/c/x"),
        ("[resourceId('s', 'g', 'A.B/c', 'x')]", "/subscriptions/s/resourceGroups/g/providers/A.B/c/x"),
        ("[subscriptionResourceId('A.B/c', 'x')]", f"/subscriptions/{SUBSCRIPTION}/providers/A.B/c/x"),
        ("[guid('a', 'b')]", str(uuid5(UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830"), "a-b"))),
        ({"[[k]": ["[[v]", 1, None]}, {"[k]": ["[v]", 1, None]}),
    ],
)
def test_an_expression_comes_to_its_value(written: Any, meant: Any) -> None:
    assert resolve(written, SCOPE) == meant


@pytest.mark.parametrize(
    "written",
    [
        "[reference('x').y]",
        "[deployer().objectId]",
        "[subscription().tenantId]",
        "[parameters('missing')]",
        "[parameters('list')[9]]",
        "[parameters('name').x]",
        "[resourceId('x')]",
        ["[deployer().objectId]"],
    ],
)
def test_what_only_a_deployment_knows_is_unresolved(written: Any) -> None:
    with pytest.raises(Unresolved):
        resolve(written, SCOPE)


@pytest.mark.parametrize("written", ["[resourceGroup().name]", "[resourceId('A.B/c', 'x')]"])
def test_at_subscription_scope_there_is_no_group_to_speak_of(written: str) -> None:
    with pytest.raises(Unresolved):
        resolve(written, Scope(SUBSCRIPTION, None, {}, {}))


def test_a_group_is_addressed_as_azure_addresses_it() -> None:
    written = "[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'rg')]"

    assert resolve(written, SCOPE) == GROUP_ID


def test_a_property_that_cannot_be_known_is_left_out() -> None:
    assert resolve({"a": {"b": "[subscription().tenantId]", "c": 1}}, SCOPE) == {"a": {"c": 1}}


@pytest.mark.parametrize("text", ["", "f(", "f('a' 'b')", "'a' 'b'", "f('a", "f(%)", "x.y", "f()."])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(NotAnExpression):
        parse(text)


def template(*resources: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"resources": list(resources), **rest}


ACCOUNT = {"type": "A.B/c", "apiVersion": "2025-01-01", "name": "x"}


def test_a_given_parameter_wins_over_its_default() -> None:
    written = template(
        {**ACCOUNT, "location": "[parameters('location')]", "kind": "[parameters('kind')]"},
        parameters={
            "location": {"type": "string", "defaultValue": "[[here]"},
            "kind": {"type": "string", "defaultValue": "k"},
        },
    )

    (found,) = resources_of(written, {"kind": {"value": "[given]"}}, subscription=SUBSCRIPTION, group="rg")

    assert found.body == {"location": "[here]", "kind": "[given]"}


def test_a_resource_whose_name_cannot_be_known_is_left_out() -> None:
    written = template({**ACCOUNT, "name": "[guid(deployer().objectId)]"}, ACCOUNT)

    found = resources_of(written, {}, subscription=SUBSCRIPTION, group="rg")

    assert [each.id.name for each in found] == ["x"]


def test_a_nested_deployment_is_read_through_in_its_own_group() -> None:
    inner = template({**ACCOUNT, "tags": "[parameters('tags')]"}, parameters={"tags": {"type": "object"}})
    written = template(
        {
            "type": "Microsoft.Resources/deployments",
            "apiVersion": "2024-07-01",
            "name": "n",
            "resourceGroup": "inner",
            "properties": {"template": inner, "parameters": {"tags": {"value": {"a": "b"}}}},
        }
    )

    (found,) = resources_of(written, {}, subscription=SUBSCRIPTION, group=None)

    assert (found.id.group, found.body) == ("inner", {"tags": {"a": "b"}})


def test_an_extension_resource_is_found_under_what_it_extends() -> None:
    written = template(
        {**ACCOUNT, "type": "Microsoft.Authorization/locks", "scope": "[resourceId('A.B/c', 'x')]", "name": "keep"}
    )

    (found,) = resources_of(written, {}, subscription=SUBSCRIPTION, group="rg")

    assert str(found.id) == f"{GROUP_ID}/providers/A.B/c/x/providers/Microsoft.Authorization/locks/keep"


def test_dependencies_are_ids_and_a_bare_name_is_passed_over() -> None:
    written = template({**ACCOUNT, "dependsOn": ["[resourceId('A.B/c', 'y')]", "loop", "[reference('x')]"]})

    (found,) = resources_of(written, {}, subscription=SUBSCRIPTION, group="rg")

    assert [str(each) for each in found.depends_on] == [f"{GROUP_ID}/providers/A.B/c/y"]


def test_what_is_described_is_read_once_and_only_when_asked_for() -> None:
    asked: list[int] = []

    def read() -> tuple[Resource, ...]:
        asked.append(1)
        return tuple(render_region(estates.SERVERLESS, TemplateSet()).resources[:2])

    described = Described(read)
    assert asked == []
    assert (len(described), described[0].id.name, len(described[:1])) == (2, "rg-r1-chat-eastus2", 1)
    assert described == (described[0], described[1])
    assert asked == [1]


def test_what_no_template_can_know_leaves_out_what_is_named_by_it_and_nothing_else() -> None:
    named = {"type": "A.B/c", "apiVersion": "1", "name": "[parameters('id')]"}
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2024-07-01",
        "name": "inside",
        "resourceGroup": "[parameters('id')]",
        "properties": {"template": {"resources": [{**named, "name": "never"}]}},
    }
    handed = {
        **nested,
        "resourceGroup": "other",
        "properties": {
            "parameters": {"it": {"value": "[parameters('id')]"}},
            "template": {
                "parameters": {"it": {"type": "string", "defaultValue": "not this"}},
                "resources": [{**named, "name": "[parameters('it')]"}, {**named, "name": "kept"}],
            },
        },
    }
    template = {
        "parameters": {"id": {"type": "string", "defaultValue": "[newGuid()]"}},
        "resources": [named, nested, handed, {**named, "name": "known"}],
    }

    found = resources_of(template, {}, subscription="s", group="g")

    assert [each.id.names[-1] for each in found] == ["kept", "known"]
