"""Names that only a deployment knows are told apart, and recognised where they are written in another way."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.unit.rendering.check_cases import ACCOUNT, COMMAND, DEPLOYMENT, deployment, endpoint, resource, template

from azserve.catalogue import load_catalogue
from azserve.rendering.checks import Context, lint
from azserve.rendering.checks.calling import called
from azserve.rendering.expressions import Scope

CONTEXT = Context(load_catalogue(), date(2026, 5, 1))
NAMES = {"name": {"type": "string"}, "other": {"type": "string"}}
AI = resource(ACCOUNT, "[parameters('name')]")
ON_AI = f"[resourceId('{ACCOUNT}', parameters('name'))]"


def codes(*resources: Any, **sections: Any) -> set[str]:
    return {each.code for each in lint(template(*resources, parameters=NAMES, **sections), CONTEXT)}


def child(name: str, *depends_on: str) -> Any:
    return deployment(f"[format('{{0}}/{{1}}', parameters('name'), '{name}')]", dependsOn=[ON_AI, *depends_on])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("plain", "plain"),
        ("[[plain]", "[plain]"),
        ("[concat('ai-', uniqueString(resourceGroup().id))]", "ai-‹uniquestring(resourcegroup()['id'])›"),
        ("[format('{0}/{1}', parameters('name'), 'chat')]", "‹parameters('name')›/chat"),
        ("[concat(variables('whole'), '/chat')]", "‹parameters('name')›-x/chat"),
        ("[variables('again')]", None),
        ("[split('a/b', '/')[0]]", "‹split('a∕b', '∕')[0]›"),
        ("[concat('a']", None),
        (7, None),
    ],
)
def test_what_is_not_known_stands_in_a_name_as_written(text: Any, name: str | None) -> None:
    variables = {"whole": "[concat(parameters('name'), '-x')]", "again": "[concat(variables('again'), 'x')]"}

    assert called(text, Scope("s", "g", {}, variables)) == name


def test_deployments_side_by_side_are_seen_where_the_account_is_a_parameter() -> None:
    first, second = child("one"), child("two")
    after = deployment("[concat(parameters('name'), '/two')]",
                       dependsOn=[f"[resourceId('{DEPLOYMENT}', parameters('name'), 'one')]"])  # fmt: skip

    assert "account-side-by-side" in codes(AI, first, second)
    assert "account-side-by-side" not in codes(AI, first, after)


def test_children_of_two_parameters_are_not_siblings() -> None:
    one = endpoint("[format('{0}/{1}', parameters('name'), 'r1')]")
    two = endpoint("[format('{0}/{1}', parameters('other'), 'r1')]")
    again = endpoint("[concat(parameters('name'), '/r2')]")

    assert "same-model-twice" not in codes(one, two)
    assert "same-model-twice" in codes(one, again)


def test_a_subscription_in_another_project_is_not_enough() -> None:
    wanted = endpoint("[format('{0}/{1}', parameters('name'), 'cmd')]", COMMAND)
    kind = "Microsoft.MachineLearningServices/workspaces/marketplaceSubscriptions"
    elsewhere = resource(kind, "[format('{0}/{1}', parameters('other'), 'cmd')]", properties={"modelId": COMMAND})

    assert "marketplace-missing" in codes(wanted, elsewhere)


def test_resources_that_wait_for_each_other_are_seen_whatever_they_are_called() -> None:
    waiting = {**AI, "dependsOn": [f"[resourceId('{DEPLOYMENT}', parameters('name'), 'one')]"]}

    assert "dependency-cycle" in codes(waiting, child("one"))
    assert "dependency-cycle" not in codes(AI, child("one"))


def test_one_name_written_twice_is_there_twice() -> None:
    assert "duplicate-resource" in codes(AI, {**AI})
    assert "duplicate-resource" not in codes(AI, resource(ACCOUNT, "[parameters('other')]"))


@pytest.mark.parametrize("member", ["scope", "resourceGroup", "subscriptionId"])
def test_one_name_in_two_places_is_two_resources(member: str) -> None:
    here, there = ({**resource("A.B/c", "x"), member: f"[parameters('{name}')]"} for name in NAMES)

    assert "duplicate-resource" not in codes(here, there)
    assert "duplicate-resource" in codes(here, {**here})


@pytest.mark.parametrize(
    ("dependency", "fires"),
    [
        (f"[resourceId('{ACCOUNT}', parameters('name'))]", False),
        (f"[concat('{ACCOUNT}/', parameters('name'))]", False),
        ("[parameters('name')]", False),
        (f"[resourceId('{ACCOUNT}', toLower(parameters('name')))]", False),
        (f"[resourceId('{ACCOUNT}', 'may-be-it')]", False),
        ("[resourceId('Microsoft.Storage/storageAccounts', parameters('name'))]", True),
        ("Microsoft.Storage/storageAccounts/none", True),
    ],
)
def test_a_dependency_is_complained_about_where_no_resource_can_be_meant(dependency: str, fires: bool) -> None:
    assert ("unknown-dependency" in codes(AI, resource("A.B/c", "x", dependsOn=[dependency]))) is fires


def test_a_dependency_on_a_loop_is_by_the_loops_name() -> None:
    copied = resource("A.B/c", "[format('x{0}', copyIndex())]", copy={"name": "Loop", "count": 2})

    assert "unknown-dependency" not in codes(copied, resource("A.B/d", "y", dependsOn=["loop"]))


@pytest.mark.parametrize("copy", [{"name": []}, {"name": {}}, {"name": 7}, [], "x"])
def test_a_loop_that_is_none_is_called_by_no_name(copy: Any) -> None:
    assert "unknown-dependency" in codes(resource("A.B/c", "x", copy=copy, dependsOn=["loop"]))


def test_an_order_that_rests_on_a_name_nobody_can_tell_is_not_complained_about() -> None:
    uncertain = deployment("[concat(parameters('name'), '/two')]",
                           dependsOn=[f"[resourceId('{DEPLOYMENT}', parameters('name'), toLower('ONE'))]"])  # fmt: skip

    assert "account-side-by-side" not in codes(AI, child("one"), uncertain)
