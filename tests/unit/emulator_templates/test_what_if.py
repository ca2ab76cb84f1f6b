"""What-if: the changes a deployment would make."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.emulator.things import code_of
from tests.unit.emulator_templates.language import template
from tests.unit.emulator_templates.tools import ROOT, TOOLS, Site, nested, tool


@pytest.fixture
def site() -> Site:
    return Site()


def ask(site: Site, source: Any, **more: Any) -> dict[str, Any]:
    reply = site.send("POST", "main", source, action="/whatIf", **more)
    assert reply.status == 202, reply.body
    site.pass_time(3)
    found: dict[str, Any] = site.poll(reply).body
    return found


def changes(site: Site, source: Any, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(site, source, **more)["properties"]["changes"]
    return found


def kinds(found: list[dict[str, Any]]) -> dict[str, str]:
    return {one["resourceId"].rpartition("/")[2]: one["changeType"] for one in found}


def delta(site: Site, before: Any, after: Any) -> list[dict[str, Any]]:
    """What is said to change when one tool becomes another."""
    site.deploy(template([tool("a", **before)]), "before")
    (one,) = changes(site, template([tool("a", **after)]))
    found: list[dict[str, Any]] = one["delta"]
    return found


def test_the_result_is_not_there_at_once(site: Site) -> None:
    reply = site.send("POST", "main", template(), action="/whatIf")
    polls = []
    for _ in range(3):
        site.pass_time(1)
        polls.append(site.poll(reply))
    assert [poll.status for poll in polls] == [202, 202, 200]
    assert (reply.headers["Retry-After"], polls[0].headers["Retry-After"]) == ("1", "1")


def test_what_is_not_there_is_created(site: Site) -> None:
    (one,) = changes(site, template([tool("a", properties={"size": 2}, tags={"n": 5})]))
    assert one == {
        "resourceId": f"{TOOLS}/a",
        "changeType": "Create",
        "after": {
            "apiVersion": "2025-01-01",
            "id": f"{TOOLS}/a",
            "location": "eastus2",
            "name": "a",
            "properties": {"size": 2},
            "tags": {"n": "5"},
            "type": "Test.Tools/tools",
        },
    }


def test_what_is_there_already_does_not_change(site: Site) -> None:
    source = template([tool("a", properties={"size": 2}, location="East US 2")])
    site.deploy(source, "before")
    (one,) = changes(site, source)
    assert (one["changeType"], one["delta"]) == ("NoChange", [])
    assert one["before"]["properties"]["address"] == "https://a.example"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"properties": {"size": 1}}, {"properties": {"size": 2}},
         [{"path": "properties.size", "propertyChangeType": "Modify", "before": 1, "after": 2}]),
        ({}, {"properties": {"deep": {"x": 1}}},
         [{"path": "properties.deep", "propertyChangeType": "Create", "after": {"x": 1}}]),
        ({"properties": {"deep": {"x": 1, "y": 1}}}, {"properties": {"deep": {"x": True}}},
         [{"path": "properties.deep.x", "propertyChangeType": "Modify", "before": 1, "after": True}]),
        ({"properties": {"list": [1, {"a": 1}, 3]}}, {"properties": {"list": [1, {"a": 2}]}},
         [{"path": "properties.list", "propertyChangeType": "Array", "children": [
             {"path": "1.a", "propertyChangeType": "Modify", "before": 1, "after": 2},
             {"path": "2", "propertyChangeType": "Delete", "before": 3}]}]),
        ({"properties": {"list": []}}, {"properties": {"list": [1]}},
         [{"path": "properties.list", "propertyChangeType": "Array", "children": [
             {"path": "0", "propertyChangeType": "Create", "after": 1}]}]),
        ({"tags": {"a": "1", "b": "2"}}, {"tags": {"a": "1"}},
         [{"path": "tags.b", "propertyChangeType": "Delete", "before": "2"}]),
        ({"tags": {"a": "1"}}, {}, [{"path": "tags.a", "propertyChangeType": "Delete", "before": "1"}]),
        ({"sku": {"name": "S0"}}, {"sku": {"name": "S1"}},
         [{"path": "sku.name", "propertyChangeType": "Modify", "before": "S0", "after": "S1"}]),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_a_change_is_told_by_its_path(site: Site, before: Any, after: Any, expected: Any) -> None:
    assert delta(site, before, after) == expected


def test_what_the_template_does_not_name_is_ignored(site: Site) -> None:
    site.deploy(template([tool("a"), tool("b")]), "before")
    assert kinds(changes(site, template([tool("a")]))) == {"a": "NoChange", "b": "Ignore"}


def test_what_complete_mode_would_delete_is_said(site: Site) -> None:
    site.deploy(template([tool("a"), tool("b")]), "before")
    assert kinds(changes(site, template([tool("a")]), mode="Complete")) == {"a": "NoChange", "b": "Delete"}


def test_nested_deployments_are_looked_into_and_not_shown(site: Site) -> None:
    inner = template([tool("[parameters('n')]")], parameters={"n": {"type": "string"}})
    source = template([nested("in", inner, properties={"parameters": {"n": {"value": "t"}}})])
    assert kinds(changes(site, source)) == {"t": "Create"}


def test_a_group_that_will_be_made_can_be_asked_for() -> None:
    site = Site(group=False)
    group = {"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2021-04-01", "name": "new",
             "location": "westus3", "tags": {"a": "[string(5)]"}}  # fmt: skip
    inner = template([tool("t", location="[resourceGroup().location]")])
    source = template([group, nested("in", inner, resourceGroup="new", dependsOn=["new"])])
    found = changes(site, source, scope=ROOT, location="eastus2")
    assert (kinds(found), found[1]["after"]["location"]) == ({"new": "Create", "t": "Create"}, "westus3")
    assert site.world.stored == {}


def test_what_only_a_running_deployment_knows_stays_an_expression(site: Site) -> None:
    parameters = {
        "secret": {"type": "securestring"},
        "later": {"type": "string", "defaultValue": "[dateTimeAdd(utcNow('o'), 'PT1H')]"},
    }
    properties = {
        "reference": "[reference('a').address]",
        "keys": "[listKeys('a', '2025-01-01').key]",
        "secret": "[parameters('secret')]",
        "later": "[parameters('later')]",
        "mixed": "[concat('x', parameters('later'))]",
        "known": "[concat('x', 'y')]",
    }
    source = template([tool("a"), tool("b", properties=properties)], parameters=parameters)
    found = changes(site, source, parameters={"secret": "hunter2"})
    after = next(one for one in found if one["resourceId"].endswith("/b"))["after"]
    assert after["properties"] == properties | {"later": parameters["later"]["defaultValue"], "known": "xy"}


def test_a_nested_parameter_that_is_not_known_stays_an_expression(site: Site) -> None:
    inner = template([tool("b", properties={"seen": "[parameters('p')]"})], parameters={"p": {"type": "string"}})
    given = {"p": {"value": "[reference('a').address]"}}
    found = changes(site, template([tool("a"), nested("in", inner, properties={"parameters": given})]))
    assert found[1]["after"]["properties"] == {"seen": "[reference('a').address]"}


def test_a_nested_deployment_whose_names_are_not_known_cannot_be_told(site: Site) -> None:
    inner = template([tool("[parameters('p')]")], parameters={"p": {"type": "string"}})
    given = {"p": {"value": "[last(split(reference('a').address, '//'))]"}}
    found = changes(site, template([tool("a"), nested("in", inner, properties={"parameters": given})]))
    assert (found[1]["changeType"], "cannot be analyzed" in found[1]["unsupportedReason"]) == ("Unsupported", True)


def test_ids_alone_can_be_asked_for(site: Site) -> None:
    settings = {"whatIfSettings": {"resultFormat": "ResourceIdOnly"}}
    assert changes(site, template([tool("a")]), properties=settings) == [
        {"resourceId": f"{TOOLS}/a", "changeType": "Create"}
    ]


def test_settings_must_be_an_object(site: Site) -> None:
    reply = site.send("POST", "main", template(), action="/whatIf", properties={"whatIfSettings": 5})
    assert code_of(reply) == (400, "InvalidRequestContent")


@pytest.mark.parametrize("settings", [{}, {"whatIfSettings": {"resultFormat": "ResourceIdOnly"}}])
def test_what_preflight_refuses_is_a_failed_result(site: Site, settings: Any) -> None:
    found = ask(site, template([tool("a", properties={"size": 11})]), properties=settings)
    assert (found["status"], found["error"]["code"]) == ("Failed", "InvalidTemplateDeployment")


def test_a_result_nobody_asked_for_is_not_there(site: Site) -> None:
    path = f"{ROOT}/providers/Microsoft.Resources/deployments/main/whatIfResults/nope"
    assert code_of(site.ask("GET", path, api_version="2026-06-01")) == (404, "NotFound")


def test_old_results_are_forgotten(site: Site) -> None:
    first = site.send("POST", "main", template(), action="/whatIf")
    for _ in range(101):
        site.send("POST", "main", template(), action="/whatIf")
    assert site.poll(first).status == 404


def test_nothing_is_changed_by_asking(site: Site) -> None:
    before = dict(site.world.stored)
    changes(site, template([tool("a")]))
    assert site.world.stored == before
