"""A deployment from its PUT to its end, and what is shown of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.emulator.things import code_of
from tests.unit.emulator_templates.language import box, template
from tests.unit.emulator_templates.tools import API, GROUP_ID, ROOT, TOOLS, Site, nested, tool

from azserve.emulator.arm.deployments.outputs import camel
from azserve.emulator.arm.deployments.records import duration
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.world import Stored

EMPTY = template()


@pytest.fixture
def site() -> Site:
    return Site()


def outputs(**values: Any) -> dict[str, Any]:
    return {name: {"type": "string", "value": value} for name, value in values.items()}


def test_a_new_deployment_is_created_and_the_same_name_again_is_ok(site: Site) -> None:
    first = site.send("PUT", "main", EMPTY)
    site.pass_time(60)
    assert (first.status, site.send("PUT", "main", EMPTY).status) == (201, 200)


def test_the_answer_to_a_put_is_accepted_and_says_where_to_ask(site: Site) -> None:
    reply = site.send("PUT", "main", EMPTY, tags={"a": "b"})
    assert (reply.body["properties"]["provisioningState"], reply.body["tags"]) == ("Accepted", {"a": "b"})
    assert "/deployments/main/operationStatuses/" in reply.headers["Azure-AsyncOperation"]
    assert reply.headers["Retry-After"] == "1"


def test_a_client_that_waits_as_told_sees_two_unfinished_polls(site: Site) -> None:
    reply = site.send("PUT", "main", EMPTY)
    states = []
    for _ in range(3):
        site.pass_time(1)
        states.append(site.poll(reply).body)
    assert states == [{"status": "Running"}, {"status": "Running"}, {"status": "Succeeded"}]


def test_each_new_guid_differs_and_stays_what_it_was_in_one_deployment(site: Site) -> None:
    guids = {name: {"type": "string", "defaultValue": "[newGuid()]"} for name in ("a", "b")}
    shown = outputs(a="[parameters('a')]", again="[parameters('a')]", b="[parameters('b')]")
    found = site.deploy(template(parameters=guids, outputs=shown))["outputs"]
    later = site.deploy(template(parameters=guids, outputs=shown), "later")["outputs"]

    assert found["a"]["value"] == found["again"]["value"]
    assert len({found["a"]["value"], found["b"]["value"], later["a"]["value"]}) == 3


def test_a_type_may_end_in_a_slash(site: Site) -> None:
    found = site.deploy(template(outputs=outputs(id="[resourceId('Microsoft.Resources/resourceGroups/', 'rg')]")))

    assert found["outputs"]["id"]["value"] == GROUP_ID


def test_a_name_in_any_script_has_an_address_that_a_header_can_carry(site: Site) -> None:
    reply = site.send("PUT", "größe", EMPTY)
    assert "/deployments/gr%C3%B6%C3%9Fe/operationStatuses/" in reply.headers["Azure-AsyncOperation"]


def test_an_unfinished_poll_says_how_long_to_wait(site: Site) -> None:
    assert site.poll(site.send("PUT", "main", EMPTY)).headers["Retry-After"] == "1"


def test_at_another_speed_the_first_pause_is_in_milliseconds() -> None:
    reply = Site(speed=50).send("PUT", "main", EMPTY)
    assert (reply.headers["retry-after-ms"], "Retry-After" in reply.headers) == ("20", False)


def test_resources_that_need_nothing_run_at_once(site: Site) -> None:
    site.send("PUT", "main", template([tool("a"), tool("b")]))
    site.pass_time(1)
    assert [one.state for name in "ab" if (one := site.tool(name))] == ["Creating", "Creating"]


def test_a_resource_starts_when_what_it_needs_is_done(site: Site) -> None:
    site.send("PUT", "main", template([tool("a"), tool("b", dependsOn=["a"])]))
    site.pass_time(1)
    before = site.tool("b")
    site.pass_time(2)
    assert (before, bool(site.tool("b"))) == (None, True)


def test_a_reference_sees_what_the_provider_filled_in(site: Site) -> None:
    shown = site.deploy(
        template([tool("a"), box("b", properties={"seen": "[reference('a').address]"})],
                 outputs=outputs(out="[reference('b').seen]"))
    )  # fmt: skip
    assert shown["outputs"] == {"out": {"type": "String", "value": "https://a.example"}}


def test_a_full_reference_has_more_than_properties(site: Site) -> None:
    shown = site.deploy(template([tool("a")], outputs=outputs(
        out="[string(reference('a', '2025-01-01', 'Full'))]")))  # fmt: skip
    full = json.loads(shown["outputs"]["out"]["value"])
    assert {"location", "apiVersion", "properties", "resourceId", "subscriptionId"} <= set(full)


def test_a_list_function_asks_the_resource(site: Site) -> None:
    shown = site.deploy(
        template([tool("a")], outputs=outputs(out="[listKeys('a', '2025-01-01', createObject('why', 'x')).key]"))
    )
    assert shown["outputs"]["out"]["value"] == "key of a"


def test_secret_outputs_and_nulls_have_no_value(site: Site) -> None:
    wanted = {
        "secret": {"type": "securestring", "value": "[listKeys('a', '2025-01-01').key]"},
        "nothing": {"type": "string", "value": "[null()]"},
        "off": {"type": "string", "condition": False, "value": "x"},
        "list": {"type": "array", "copy": {"count": 2, "input": "[copyIndex()]"}},
    }
    assert site.deploy(template([tool("a")], outputs=wanted))["outputs"] == {
        "secret": {"type": "SecureString"},
        "nothing": {"type": "String"},
        "list": {"type": "Array", "value": [0, 1]},
    }


def test_a_finished_deployment_shows_what_the_recorded_ones_show(site: Site) -> None:
    shown = site.deploy(
        template([tool("a"), tool("b", dependsOn=["a"])], parameters={"p": {"type": "string"}}), parameters={"p": "x"}
    )
    assert shown == {
        "templateHash": shown["templateHash"],
        "parameters": {"p": {"type": "String", "value": "x"}},
        "mode": "Incremental",
        "provisioningState": "Succeeded",
        "timestamp": shown["timestamp"],
        "duration": "PT4.3S",
        "correlationId": shown["correlationId"],
        "providers": [
            {"namespace": "Test.Tools", "resourceTypes": [{"resourceType": "tools", "locations": ["eastus2"]}]}
        ],
        "dependencies": [
            {
                "dependsOn": [{"id": f"{TOOLS}/a", "resourceType": "Test.Tools/tools", "resourceName": "a"}],
                "id": f"{TOOLS}/b",
                "resourceType": "Test.Tools/tools",
                "resourceName": "b",
            }
        ],
        "outputs": {},
        "outputResources": [{"id": f"{TOOLS}/a"}, {"id": f"{TOOLS}/b"}],
    }


def test_tags_become_texts(site: Site) -> None:
    site.deploy(template([tool("a", tags={"flag": True, "list": [1, "x"], "text": "[string(5)]"})]))
    found = site.tool("a")
    assert found is not None
    assert found.body["tags"] == {"flag": "True", "list": '[1,"x"]', "text": "5"}


def test_a_template_at_subscription_scope_makes_a_group_and_fills_it() -> None:
    site = Site(group=False)
    group = {"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2021-04-01", "name": "new",
             "location": "eastus2"}  # fmt: skip
    inner = template(
        [tool("[parameters('n')]", location="[resourceGroup().location]")],
        parameters={"n": {"type": "string"}},
        outputs=outputs(ADDRESS_OF="[reference(parameters('n')).address]"),
    )
    deployment = nested(
        "fill", inner, resourceGroup="new", dependsOn=["new"], properties={"parameters": {"n": {"value": "t"}}}
    )
    shown = site.deploy(
        template([group, deployment], outputs=outputs(at="[reference('fill').outputs.address_of.value]")),
        scope=ROOT,
        location="eastus2",
    )
    assert shown["outputs"]["at"]["value"] == "https://t.example"
    assert [one["id"].rpartition("/")[2] for one in shown["outputResources"]] == ["new", "t"]
    assert shown["providers"][0]["resourceTypes"][1] == {"resourceType": "deployments", "locations": [None]}
    inside = site.properties("fill", scope=f"{ROOT}/resourceGroups/new")
    assert inside["outputs"] == {"addresS_OF": {"type": "String", "value": "https://t.example"}}


def test_a_nested_template_of_outer_scope_sees_the_parameters_around_it(site: Site) -> None:
    inner = template([tool("[variables('n')]")])
    site.deploy(
        template([nested("in", inner, scope="outer")], variables={"n": "[parameters('p')]"},
                 parameters={"p": {"type": "string"}}),
        parameters={"p": "seen"},
    )  # fmt: skip
    assert site.tool("seen")


def test_the_scope_of_a_nested_template_is_outer_unless_it_says_otherwise(site: Site) -> None:
    site.deploy(template([nested("in", template([tool("[variables('n')]")]), scope=None)], variables={"n": "x"}))
    assert site.tool("x")


def test_functions_of_an_outer_scope_speak_of_the_deployment_around(site: Site) -> None:
    site.make_group("other", "westus3")
    inner = template([tool("t", location="[resourceGroup().location]")])
    site.deploy(template([nested("in", inner, scope="outer", resourceGroup="other")]))
    found = site.world.stored[f"{ROOT}/resourceGroups/other/providers/Test.Tools/tools/t".lower()]
    assert found.body["location"] == "eastus2"


def test_functions_of_an_inner_scope_speak_of_the_nested_deployment(site: Site) -> None:
    site.make_group("other", "westus3")
    inner = template([tool("t", location="[resourceGroup().location]")])
    site.deploy(template([nested("in", inner, resourceGroup="other")]))
    found = site.world.stored[f"{ROOT}/resourceGroups/other/providers/Test.Tools/tools/t".lower()]
    assert found.body["location"] == "westus3"


def test_an_outer_scope_can_name_resources_of_the_template_around(site: Site) -> None:
    inner = template([box("b", properties={"seen": "[reference('a').address]"})])
    shown = site.deploy(
        template([tool("a"), nested("in", inner, scope="outer", dependsOn=["a"])],
                 outputs=outputs(o="[reference(resourceId('Test.Things/boxes', 'b'), '2025-01-01').seen]"))
    )  # fmt: skip
    assert shown["outputs"]["o"]["value"] == "https://a.example"


def test_existing_resources_can_be_referred_to(site: Site) -> None:
    site.deploy(template([tool("a")]), "before")
    shown = site.deploy(
        template({"a": tool("a", existing=True)}, languageVersion="2.0", outputs=outputs(o="[reference('a').address]"))
    )
    assert (shown["outputs"]["o"]["value"], shown["outputResources"]) == ("https://a.example", [])


def test_a_reference_by_id_needs_an_api_version(site: Site) -> None:
    site.deploy(template([tool("a")]), "before")
    wanted = outputs(o="[reference(resourceId('Test.Tools/tools', 'a')).address]")
    error = site.deploy(template(outputs=wanted))["error"]
    assert (error["code"], "an api-version is required" in error["details"][0]["message"]) == (
        "DeploymentOutputEvaluationFailed",
        True,
    )


def test_a_reference_to_what_is_not_deployed_is_an_error(site: Site) -> None:
    error = site.deploy(template([tool("a", condition=False)], outputs=outputs(o="[reference('a').address]")))["error"]
    assert "condition evaluated to false" in error["details"][0]["message"]


def test_the_deployment_and_its_surroundings_can_be_asked_for(site: Site) -> None:
    asked = {
        "name": "[deployment().name]",
        "mode": "[deployment().properties.mode]",
        "group": "[resourceGroup().id]",
        "subscription": "[subscription().id]",
        "manager": "[environment().resourceManager]",
        "who": "[deployer().objectId]",
        "tenant": "[equals(tenant().tenantId, subscription().tenantId)]",
    }
    wanted = outputs(**asked) | {"tenant": {"type": "bool", "value": asked["tenant"]}}
    found = {name: one["value"] for name, one in site.deploy(template(outputs=wanted))["outputs"].items()}
    assert found == {
        "name": "main", "mode": "Incremental", "group": GROUP_ID, "subscription": ROOT,
        "manager": "http://127.0.0.1:4190/", "who": "oid", "tenant": True,
    }  # fmt: skip


def test_a_deployment_at_subscription_scope_has_a_location_and_no_group(site: Site) -> None:
    wanted = outputs(where="[deployment().location]")
    shown = site.deploy(template(outputs=wanted), scope=ROOT, location="West US 3")
    assert shown["outputs"]["where"]["value"] == "West US 3"
    reply = site.send("PUT", "x", template(outputs=outputs(o="[resourceGroup().id]")), scope=ROOT, location="eastus2")
    site.pass_time(60)
    assert "RESOURCEGROUP" in site.poll(reply).body["error"]["details"][0]["message"]


def test_operations_say_what_each_resource_did(site: Site) -> None:
    site.deploy(template([tool("a")]))
    listed = site.send("GET", "main", action="/operations").body["value"]
    assert [(one["properties"]["provisioningOperation"], one["properties"]["provisioningState"]) for one in listed] == [
        ("EvaluateDeploymentOutput", "Succeeded"),
        ("Create", "Succeeded"),
    ]
    assert listed[1]["properties"]["targetResource"]["id"] == f"{TOOLS}/a"
    assert listed[1]["properties"]["statusCode"] == "Created"


def test_operations_have_a_second_spelling_in_groups(site: Site) -> None:
    site.deploy(template([tool("a")]))
    listed = site.ask("GET", f"{GROUP_ID}/deployments/main/operations", api_version=API).body["value"]
    one = site.ask("GET", f"{GROUP_ID}/deployments/main/operations/{listed[1]['operationId']}", api_version=API)
    assert one.body == listed[1]
    assert code_of(site.send("GET", "main", action="/operations/nope")) == (404, "DeploymentOperationNotFound")


def test_deployments_are_listed_by_scope_and_state(site: Site) -> None:
    site.deploy(EMPTY, "one")
    site.deploy(EMPTY, "top", scope=ROOT, location="eastus2")
    site.send("PUT", "two", EMPTY)
    assert [one["name"] for one in site.send("GET", "").body["value"]] == ["two", "one"]
    many = f"{GROUP_ID}/providers/Microsoft.Resources/deployments"
    only = site.ask("GET", many, api_version=API, filter="provisioningState eq 'Succeeded'")
    assert [one["name"] for one in only.body["value"]] == ["one"]
    assert code_of(site.ask("GET", many, api_version=API, filter="name eq 'x'")) == (400, "InvalidFilterInQueryString")


def test_head_says_whether_there_is_one(site: Site) -> None:
    site.deploy(EMPTY)
    assert (site.send("HEAD", "main").status, site.send("HEAD", "other").status) == (204, 404)


def test_deleting_a_deployment_forgets_it_and_keeps_its_resources(site: Site) -> None:
    site.deploy(template([tool("a")]))
    reply = site.send("DELETE", "main")
    site.pass_time(5)
    assert (reply.status, site.poll(reply).status, site.send("GET", "main").status) == (202, 204, 404)
    assert (bool(site.tool("a")), site.send("DELETE", "main").status) == (True, 204)


def test_a_deployment_in_flight_cannot_be_deleted(site: Site) -> None:
    site.send("PUT", "main", EMPTY)
    assert code_of(site.send("DELETE", "main")) == (409, "DeploymentActive")


def test_the_same_wish_joins_the_deployment_in_flight(site: Site) -> None:
    first = site.send("PUT", "main", EMPTY)
    again = site.send("PUT", "main", EMPTY)
    assert (again.status, again.headers["Azure-AsyncOperation"]) == (200, first.headers["Azure-AsyncOperation"])


def test_another_wish_under_a_name_in_flight_is_refused(site: Site) -> None:
    site.send("PUT", "main", EMPTY)
    assert code_of(site.send("PUT", "main", template([tool("a")]))) == (409, "DeploymentActive")


def test_a_group_made_anew_has_no_deployments(site: Site) -> None:
    site.deploy(EMPTY)
    site.ask("DELETE", GROUP_ID)
    site.pass_time(60)
    site.make_group()
    assert code_of(site.send("GET", "main")) == (404, "DeploymentNotFound")


def test_cancelling_lets_nothing_more_start(site: Site) -> None:
    reply = site.send("PUT", "main", template([tool("a"), tool("b", dependsOn=["a"])]))
    site.pass_time(1)
    stopped = site.send("POST", "main", action="/cancel")
    site.pass_time(60)
    end = site.poll(reply).body
    assert (stopped.status, end["status"], end["error"]["code"]) == (204, "Canceled", "DeploymentCanceled")
    assert (bool(site.tool("a")), site.tool("b")) == (True, None)
    assert site.properties()["provisioningState"] == "Canceled"


def test_cancelling_reaches_into_nested_deployments(site: Site) -> None:
    inner = template([tool("a"), tool("b", dependsOn=["a"])])
    site.send("PUT", "main", template([nested("in", inner)]))
    site.pass_time(1)
    site.send("POST", "main", action="/cancel")
    site.pass_time(60)
    assert (site.properties("in")["provisioningState"], site.tool("b")) == ("Canceled", None)


def test_what_has_ended_cannot_be_cancelled(site: Site) -> None:
    site.deploy(EMPTY)
    assert code_of(site.send("POST", "main", action="/cancel")) == (409, "DeploymentCannotBeCancelled")


def test_complete_mode_deletes_what_the_template_does_not_name(site: Site) -> None:
    site.deploy(template([tool("a"), tool("b")]), "before")
    shown = site.deploy(template([tool("a")]), mode="Complete")
    assert (shown["provisioningState"], bool(site.tool("a")), site.tool("b")) == ("Succeeded", True, None)


def test_incremental_mode_leaves_the_rest_alone(site: Site) -> None:
    site.deploy(template([tool("a"), tool("b")]), "before")
    site.deploy(template([tool("a")]))
    assert site.tool("b")


def test_what_complete_mode_cannot_delete_is_an_error(site: Site) -> None:
    site.deploy(template([box("b", properties={"stubborn": "always"})]), "before")
    shown = site.deploy(EMPTY, mode="Complete")
    assert (shown["provisioningState"], shown["error"]["details"][0]["code"]) == ("Failed", "ThingStays")


def test_what_is_locked_stays_in_complete_mode_and_fails_it(site: Site) -> None:
    site.deploy(template([tool("b")]), "before")
    lock = Address.parse(f"{TOOLS}/b/providers/Microsoft.Authorization/locks/keep")
    assert lock is not None
    locked = Stored(lock, "2020-05-01", {"properties": {"level": "CanNotDelete"}}, 0, 0)
    site.world.stored[lock.key] = locked

    shown = site.deploy(EMPTY, mode="Complete")

    assert (shown["provisioningState"], shown["error"]["details"][0]["code"]) == ("Failed", "ScopeLocked")
    assert site.tool("b")


def test_who_may_not_delete_cannot_do_it_by_complete_mode() -> None:
    site = Site(scenario={"permissions": {"denied": ["Test.Tools/tools/delete"]}})
    site.deploy(template([tool("b")]), "before")

    shown = site.deploy(EMPTY, mode="Complete")

    assert (shown["error"]["details"][0]["code"], bool(site.tool("b"))) == ("AuthorizationFailed", True)


def test_a_template_is_exported_as_it_was_sent(site: Site) -> None:
    sent = template([tool("[toLower('A')]")], outputs=outputs(x="y"))
    site.deploy(sent)

    assert site.send("POST", "main", action="/exportTemplate").body == {"template": sent}


def test_a_deployment_tells_its_parameters_but_no_secret(site: Site) -> None:
    declared = {"size": {"type": "int", "defaultValue": 3}, "key": {"type": "secureString"}}
    asked = {"given": {"type": "object", "value": "[deployment().properties.parameters]"}}
    shown = site.deploy(template(parameters=declared, outputs=asked), parameters={"key": "hunter2"})

    told = shown["outputs"]["given"]["value"]
    assert told["size"] == {"type": "Int", "value": 3}
    assert "hunter2" not in str(told)


def test_a_default_may_ask_for_the_deployments_name(site: Site) -> None:
    declared = {"name": {"type": "string", "defaultValue": "[concat('for-', deployment().name)]"}}

    shown = site.deploy(template(parameters=declared, outputs=outputs(name="[parameters('name')]")))

    assert shown["outputs"]["name"]["value"] == "for-main"


def test_a_poll_of_an_earlier_run_is_not_answered(site: Site) -> None:
    first = site.send("PUT", "main", EMPTY)
    site.pass_time(60)
    site.send("PUT", "main", EMPTY)
    assert code_of(site.poll(first)) == (404, "DeploymentOperationNotFound")


def test_the_hash_of_a_template_can_be_asked_for(site: Site) -> None:
    reply = site.ask("POST", "/providers/Microsoft.Resources/calculateTemplateHash", EMPTY, api_version=API)
    assert reply.body["templateHash"] == site.deploy(EMPTY)["templateHash"]


def test_four_hundred_resources_in_a_row_are_no_trouble(site: Site) -> None:
    loop = {"name": "all", "count": 400, "mode": "serial", "batchSize": 1}
    mark = {"type": "Test.Things/marks", "apiVersion": "2025-01-01", "name": "[format('m{0}', copyIndex())]",
            "copy": loop, "properties": {"seconds": 0}}  # fmt: skip
    assert site.deploy(template([mark]))["provisioningState"] == "Succeeded"


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("STORAGE_ACCOUNT_ID", "storagE_ACCOUNT_ID"), ("nullableParamOutput", "nullableParamOutput"), ("BOOL", "bool"),
        ("ARRAY_INT", "arraY_INT"), ("Name", "name"), ("", ""), ("A", "a"),
    ],
)  # fmt: skip
def test_names_of_outputs_are_spelled_back_as_the_service_does(name: str, spelled: str) -> None:
    assert camel(name) == spelled


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "PT0S"), (20.7905082, "PT20.7905082S"), (99.5, "PT1M39.5S"), (3600, "PT1H"), (60, "PT1M"), (-1, "PT0S")],
)
def test_a_duration_is_shown_in_iso_form(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown
