"""What a deployment is refused for, before and while it runs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.emulator.things import code_of
from tests.unit.emulator_templates.language import box, template
from tests.unit.emulator_templates.tools import GROUP_ID, OLD_API, ROOT, TOOLS, Site, nested, tool

from azserve.emulator.arm.deployments import records
from azserve.emulator.arm.deployments.failures import as_text
from azserve.emulator.kernel.inferred import FACTS

EMPTY = template()
GROUP = {"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2021-04-01", "name": "new", "location": "eastus2"}


@pytest.fixture
def site() -> Site:
    return Site()


# The request


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        (None, 400, "InvalidRequestContent", "'properties' not found"),
        ({"properties": []}, 400, "InvalidRequestContent", "'properties' not found"),
        ({"properties": {"mode": "Incremental"}}, 400, "InvalidDeployment", "'template' or 'templateLink'"),
        ({"properties": {"template": EMPTY}}, 400, "InvalidDeployment", "'mode'"),
        ({"properties": {"template": EMPTY, "mode": "odd"}}, 400, "InvalidDeployment", "'odd'"),
        ({"properties": {"template": EMPTY, "mode": "Incremental", "x": 1}}, 400, "InvalidRequestContent",
         "member 'x'"),
        ({"properties": {"template": EMPTY, "mode": "Incremental"}, "location": "eastus2"}, 400, "InvalidDeployment",
         "not allowed for 'main' at resource group scope"),
        ({"properties": {"template": EMPTY, "mode": "Incremental"}, "tags": 5}, 400, "InvalidRequestContent", "tags"),
        ({"properties": {"templateLink": {"uri": "https://x"}, "mode": "Incremental"}}, 501, "NotModelledByEmulator",
         "linked templates"),
        ({"properties": {"template": EMPTY, "parametersLink": {"uri": "x"}, "mode": "Incremental"}}, 501,
         "NotModelledByEmulator", "linked parameters"),
        ({"properties": {"template": EMPTY, "mode": "Incremental", "onErrorDeployment": {"type": "LastSuccessful"}}},
         501, "NotModelledByEmulator", "redeployment on error"),
        ({"properties": {"template": EMPTY, "mode": "Incremental", "parameters": []}}, 400, "InvalidRequestContent",
         "'parameters' must be"),
        ({"properties": {"template": EMPTY, "mode": "Incremental", "parameters": {"a": 1}}}, 400,
         "InvalidRequestContent", "parameter 'a' must be"),
        ({"properties": {"template": EMPTY, "mode": "Incremental", "parameters": {"a": {}}}}, 400,
         "InvalidRequestContent", "must have a 'value'"),
        ({"properties": {"template": EMPTY, "mode": "Incremental", "parameters": {"a": {"reference": {"k": 1}}}}}, 501,
         "NotModelledByEmulator", "vaults"),
        ({"properties": {"template": EMPTY, "mode": "Incremental", "parameters": {"a": {"expression": "x"}}}}, 501,
         "NotModelledByEmulator", "external inputs"),
        ({"properties": {"template": {**EMPTY, "functions": [1]}, "mode": "Incremental"}}, 501,
         "NotModelledByEmulator", "user-defined functions"),
        ({"properties": {"template": {**EMPTY, "odd": 1}, "mode": "Incremental"}}, 400, "InvalidRequestContent",
         "'odd'"),
        ({"properties": {"template": {}, "mode": "Incremental"}}, 400, "InvalidTemplate",
         "Deployment template validation failed: 'Deployment template schema"),
    ],
    ids=lambda value: str(value)[:50],
)  # fmt: skip
@pytest.mark.parametrize("action", ["", "/validate", "/whatIf"])
def test_a_request_is_refused(body: Any, status: int, code: str, words: str, action: str) -> None:
    site = Site()
    path = f"{GROUP_ID}/providers/Microsoft.Resources/deployments/main{action}"
    reply = site.ask("POST" if action else "PUT", path, body, api_version="2026-06-01")
    assert code_of(reply) == (status, code)
    assert words in reply.body["error"]["message"]


def test_a_name_of_65_characters_is_refused(site: Site) -> None:
    assert (site.send("PUT", "x" * 64, EMPTY).status, code_of(site.send("PUT", "x" * 65, EMPTY))) == (
        201,
        (400, "InvalidDeployment"),
    )


def test_subscription_scope_needs_a_location(site: Site) -> None:
    reply = site.send("PUT", "main", EMPTY, scope=ROOT)
    assert (code_of(reply), "must be specified" in reply.body["error"]["message"]) == ((400, "InvalidDeployment"), True)


def test_subscription_scope_has_no_complete_mode(site: Site) -> None:
    reply = site.send("PUT", "main", EMPTY, scope=ROOT, location="eastus2", mode="Complete")
    assert code_of(reply) == (400, "InvalidDeployment")


def test_a_name_used_in_another_location_is_refused(site: Site) -> None:
    site.deploy(EMPTY, scope=ROOT, location="East US 2")
    site.deploy(EMPTY, scope=ROOT, location="eastus2")
    reply = site.send("PUT", "main", EMPTY, scope=ROOT, location="westus3")
    assert code_of(reply) == (409, "InvalidDeploymentLocation")
    assert "already exists in location 'eastus2'" in reply.body["error"]["message"]


def test_a_group_that_is_not_there_is_named(site: Site) -> None:
    missing = f"{ROOT}/resourceGroups/nope"
    for method, action in (("PUT", ""), ("GET", ""), ("POST", "/validate"), ("GET", "/operations")):
        assert code_of(site.send(method, "main", EMPTY, scope=missing, action=action)) == (404, "ResourceGroupNotFound")


def test_who_may_not_write_deployments_is_told_so() -> None:
    site = Site(scenario={"permissions": {"denied": ["Microsoft.Resources/deployments/write"]}})
    assert code_of(site.send("PUT", "main", EMPTY)) == (403, "AuthorizationFailed")


def test_an_unknown_api_version_is_refused(site: Site) -> None:
    assert site.send("PUT", "main", EMPTY, version="1999-01-01").status == 400


def test_exporting_a_group_as_a_template_is_not_modelled(site: Site) -> None:
    exported = site.ask("POST", f"{GROUP_ID}/exportTemplate", {"resources": ["*"]}, api_version=OLD_API)

    assert code_of(exported) == (501, "NotModelledByEmulator")


def test_there_is_no_template_of_a_deployment_that_is_not_there(site: Site) -> None:
    assert code_of(site.send("POST", "main", action="/exportTemplate")) == (404, "DeploymentNotFound")


def test_a_deployment_that_is_not_there_is_named(site: Site) -> None:
    assert code_of(site.send("GET", "nope")) == (404, "DeploymentNotFound")


def test_variables_that_follow_each_other_for_ever_are_refused(site: Site) -> None:
    chain = {f"v{n}": f"[variables('v{n + 1}')]" for n in range(500)} | {"v500": "end"}
    wanted = {"o": {"type": "string", "value": "[variables('v0')]"}}
    reply = site.send("PUT", "main", template([tool("[variables('v0')]")], variables=chain, outputs=wanted))
    assert code_of(reply) == (400, "InvalidTemplate")


# Preflight


def test_preflight_refuses_what_a_provider_refuses(site: Site) -> None:
    reply = site.send("PUT", "main", template([tool("a", properties={"size": 11})]))
    error = reply.body["error"]
    assert code_of(reply) == (400, "InvalidTemplateDeployment")
    assert error["details"] == [{"code": "PoolEmpty", "message": "Only 10 left."}]
    assert error["message"].startswith(
        "The template deployment 'main' is not valid according to the validation procedure."
    )


def test_preflight_sums_over_the_template(site: Site) -> None:
    source = template([tool("a", properties={"size": 6}), tool("b", properties={"size": 6})])
    reply = site.send("POST", "main", source, action="/validate")
    assert reply.body["error"]["details"] == [{"code": "PoolEmpty", "message": "Only 4 left."}]


def test_preflight_sums_over_nested_deployments(site: Site) -> None:
    inner = template([tool("b", properties={"size": 6})])
    source = template([tool("a", properties={"size": 6}), nested("in", inner)])
    assert code_of(site.send("PUT", "main", source)) == (400, "InvalidTemplateDeployment")


def test_preflight_counts_what_a_deployment_replaces_once(site: Site) -> None:
    source = template([tool("a", properties={"size": 6})])
    site.deploy(source, "before")
    assert site.deploy(source)["provisioningState"] == "Succeeded"


def test_preflight_leaves_no_trace(site: Site) -> None:
    before = dict(site.world.stored)
    site.send("POST", "main", template([tool("a"), nested("in", template([tool("b")]))]), action="/validate")
    site.pass_time(60)
    assert site.world.stored == before
    assert [site.send("GET", name).status for name in ("main", "in")] == [404, 404]


def test_preflight_skips_what_refers_to_other_resources(site: Site) -> None:
    late = tool("b", properties={"size": 11, "seen": "[reference('a').address]"})
    source = template([tool("a"), late])
    assert site.send("POST", "main", source, action="/validate").status == 200
    error = site.deploy(source)["error"]
    assert error["details"][0]["code"] == "PoolEmpty"


def test_preflight_does_not_look_for_conflicts_of_the_moment(site: Site) -> None:
    site.deploy(template([tool("a", properties={"alone": True})]), "before")
    site.send("PUT", "main", template([tool("a", properties={"alone": True})]))
    site.pass_time(1)
    assert site.send("POST", "x", template([tool("b")]), action="/validate").status == 200


def test_only_the_template_is_looked_at_where_that_is_asked(site: Site) -> None:
    source = template([tool("a", properties={"size": 11})])
    reply = site.send("POST", "main", source, action="/validate", properties={"validationLevel": "Template"})
    assert reply.status == 200


def test_validate_lists_what_would_be_written(site: Site) -> None:
    body = site.send(
        "POST", "main", template([tool("a"), nested("in", template([tool("b")]))]), action="/validate"
    ).body
    assert [one["id"].rpartition("/")[2] for one in body["properties"]["validatedResources"]] == ["a", "in", "b"]
    assert (body["properties"]["provisioningState"], body["properties"]["duration"]) == ("Succeeded", "PT0S")


def test_validate_can_judge_a_group_that_does_not_exist_yet() -> None:
    site = Site(group=False)
    inner = template([tool("a", location="[resourceGroup().location]", properties={"size": 11})])
    source = template([GROUP, nested("in", inner, resourceGroup="new", dependsOn=["new"])])
    reply = site.send("POST", "main", source, scope=ROOT, location="eastus2", action="/validate")
    assert reply.body["error"]["details"][0]["code"] == "PoolEmpty"


@pytest.mark.parametrize(
    ("needs", "status"), [([], 404), (["new"], 201), (["marker"], 201)], ids=["no", "directly", "through another"]
)
def test_a_nested_deployment_must_wait_for_the_group_its_template_makes(needs: list[str], status: int) -> None:
    site = Site(group=False)
    marker = {"type": "Test.Things/marks", "apiVersion": "2025-01-01", "name": "marker", "dependsOn": ["new"]}
    source = template([GROUP, marker, nested("in", EMPTY, resourceGroup="new", dependsOn=needs)])
    assert site.send("PUT", "main", source, scope=ROOT, location="eastus2").status == status


def test_a_nested_deployment_need_not_wait_for_a_group_that_is_there_already() -> None:
    site = Site(group=False)
    site.make_group("new")
    source = template([GROUP, nested("in", EMPTY, resourceGroup="new")])
    assert site.send("PUT", "main", source, scope=ROOT, location="eastus2").status == 201


@pytest.mark.parametrize(
    ("resource", "status", "code"),
    [
        (tool("a", location="mars"), 400, "LocationNotAvailableForResourceType"),
        (tool("a", apiVersion="1999-01-01"), 400, "NoRegisteredProviderFound"),
        ({**tool("a"), "type": "Test.Nothing/tools"}, 404, "InvalidResourceNamespace"),
        ({**tool("a"), "type": "Test.Tools/nothing"}, 404, "InvalidResourceType"),
        (nested("in", EMPTY, resourceGroup="nope"), 404, "ResourceGroupNotFound"),
        (nested("in", EMPTY, subscriptionId="22222222-2222-4222-8222-222222222222", location="eastus2",
                resourceGroup="x"), 404, "SubscriptionNotFound"),
        (nested("in", {}), 400, "InvalidTemplate"),
        (nested("x" * 65, EMPTY), 400, "InvalidDeployment"),
        (nested("in", template([tool("[resourceGroup().name]")]), resourceGroup="nope"), 404, "ResourceGroupNotFound"),
        (nested("in", EMPTY, properties={"parameters": "[createArray()]"}), 400, "InvalidRequestContent"),
        (nested("in", template([tool("a/b")])), 400, "InvalidTemplate"),
        ({**nested("in", EMPTY), "properties": 5}, 400, "InvalidRequestContent"),
        (nested("in", EMPTY, properties={"templateLink": {"uri": "x"}}), 501, "NotModelledByEmulator"),
        (nested("in", EMPTY, properties={"parameters": 5}), 400, "InvalidRequestContent"),
        (tool("a", properties="[toLower(5)]"), 400, "InvalidTemplate"),
        (tool("a", resources=5), 400, "InvalidRequestContent"),
        (tool("a", resources=[5]), 400, "InvalidRequestContent"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_arm_itself_refuses_is_the_answer(site: Site, resource: Any, status: int, code: str) -> None:
    assert code_of(site.send("PUT", "main", template([resource]))) == (status, code)


CHOICE = "[if(true(), 'a', {})]"


@pytest.mark.parametrize(
    ("source", "status", "words"),
    [
        (template(outputs={"o": {"type": "string", "value": "[frobnicate('x')]"}}), 400,
         "The template output 'o' is not valid: The template function 'frobnicate' is not valid"),
        (template(outputs={"o": {"type": "string", "value": "[parameters('nope')]"}}), 400,
         "The template output 'o' is not valid: The template parameter 'nope' is not found"),
        (template(outputs={"o": {"type": "string", "value": "[concat('a'))]"}}), 400, "Unable to parse"),
        (template(outputs={"o": {"type": "array", "copy": {"count": 0, "input": "[variables('nope')]"}}}), 400,
         "variable 'nope' is not found"),
        (template(outputs={"o": {"type": "array", "value": "[pickZones('a', 'b', 'c')]"}}), 501, "'pickZones'"),
        (template(variables={"unused": "[frobnicate()]"}), 400, "The template variable 'unused' is not valid"),
        (template(parameters={"p": {"type": "string", "defaultValue": CHOICE.format("frobnicate()")}}), 400,
         "The template parameter 'p' is not valid"),
        (template([tool("a"), tool("b", properties={"x": CHOICE.format("reference('a').none[variables('v')]")})]), 400,
         "The template resource 'b' is not valid: The template variable 'v' is not found"),
        (template({"kid": tool("b", tags={"x": CHOICE.format("ns.own()")})}, languageVersion="2.0"), 501,
         "The template resource 'kid' is not valid: The azserve emulator does not model user-defined functions"),
        (template([{**box("a"), "resources": [{"type": "lids", "apiVersion": "2025-01-01", "name": "b",
                                               "properties": {"x": CHOICE.format("frobnicate()")}}]}]), 400,
         "The template resource 'b' is not valid"),
        (template([nested("in", template(outputs={"o": {"type": "string", "value": "[frobnicate()]"}}))]), 400,
         "The template output 'o' is not valid"),
    ],
    ids=lambda value: str(value)[-60:],
)  # fmt: skip
def test_what_no_value_can_mend_is_refused_before_anything_runs(
    site: Site, source: Any, status: int, words: str
) -> None:
    for asked in (site.send("PUT", "main", source), site.send("POST", "main", source, action="/validate")):
        assert (asked.status, words in asked.body["error"]["message"]) == (status, True), asked.body
    assert site.send("GET", "main").status == 404


@pytest.mark.parametrize(
    "source",
    [
        template([{**tool("a"), "comments": "[see the notes]", "metadata": {"by": "[nobody]"}}]),
        template(outputs={"o": {"type": "string", "value": "x", "metadata": {"description": "[none]"}}}),
        template(variables={"copy": [{"name": "Names", "count": 2, "input": "x"}]},
                 outputs={"o": {"type": "array", "value": "[variables('names')]"}}),
        template(outputs={"o": {"type": "array", "value": "[map(range(0, 2), Lambda('i', lambdaVariables('i')))]"}}),
        template([nested("in", template([tool("[parameters('p')]")]), scope="outer")],
                 parameters={"p": {"type": "string", "defaultValue": "a"}}),
        template([nested("in", template([tool("[parameters('p')]")], parameters={"p": {"type": "string"}}),
                         properties={"parameters": {"p": {"value": "a"}}})]),
    ],
    ids=["never-read", "described", "looped-variable", "lambda", "outer-names", "inner-names"],
)  # fmt: skip
def test_what_is_not_an_expression_or_declared_elsewhere_is_let_be(site: Site, source: Any) -> None:
    assert site.deploy(source)["provisioningState"] == "Succeeded"


def test_a_parent_that_is_not_there_is_found_while_running(site: Site) -> None:
    lid = {"type": "Test.Things/boxes/lids", "apiVersion": "2025-01-01", "name": "nope/lid"}
    shown = site.deploy(template([lid]))
    assert shown["error"]["details"][0]["code"] == "ParentResourceNotFound"


# While running


def test_siblings_go_on_and_dependents_do_not_start(site: Site) -> None:
    shown = site.deploy(
        template([tool("bad", properties={"late": True}), tool("good"), tool("after", dependsOn=["bad"])])
    )
    assert shown["provisioningState"] == "Failed"
    assert (bool(site.tool("good")), site.tool("after")) == (True, None)
    assert "outputs" not in shown


def test_a_refused_write_is_a_detail(site: Site) -> None:
    error = site.deploy(template([tool("bad", properties={"late": True})]))["error"]
    assert error == {
        "code": "DeploymentFailed",
        "target": f"{GROUP_ID}/providers/Microsoft.Resources/deployments/main",
        "message": "At least one resource deployment operation failed. Please list deployment operations for details. "
        "Please see https://aka.ms/arm-deployment-operations for usage details.",
        "details": [{"code": "TooLate", "message": "Refused by the service."}],
    }


def test_work_that_fails_in_the_end_is_a_detail_of_a_detail(site: Site) -> None:
    error = site.deploy(template([box("bad", properties={"fail": True})]))["error"]
    (detail,) = error["details"]
    assert (detail["code"], detail["details"]) == (
        "ResourceDeploymentFailure",
        [{"code": "ThingFailed", "message": "It broke."}],
    )


def test_a_poll_ends_with_the_error(site: Site) -> None:
    reply = site.send("PUT", "main", template([tool("bad", properties={"late": True})]))
    site.pass_time(60)
    assert site.poll(reply).body == {"status": "Failed", "error": site.properties()["error"]}


def test_a_failed_operation_says_why(site: Site) -> None:
    site.deploy(template([tool("bad", properties={"late": True})]))
    (one,) = site.send("GET", "main", action="/operations").body["value"]
    properties = one["properties"]
    assert (properties["provisioningState"], properties["statusCode"], properties["statusMessage"]) == (
        "Failed",
        "Conflict",
        {"status": "Failed", "error": {"code": "TooLate", "message": "Refused by the service."}},
    )


def test_nested_deployments_nest_their_errors(site: Site) -> None:
    inner = template([nested("deep", template([tool("bad", properties={"late": True})]))])
    error: Any = site.deploy(template([nested("in", inner)]))["error"]
    codes = [error["code"]]
    while error.get("details"):
        error = error["details"][0]
        codes.append(error["code"])
    assert codes == ["DeploymentFailed", "ResourceDeploymentFailure", "DeploymentFailed", "ResourceDeploymentFailure",
                     "DeploymentFailed", "TooLate"]  # fmt: skip


def inner_text(detail: dict[str, Any]) -> Any:
    return json.loads(detail["message"])


def test_older_clients_get_inner_errors_as_text(site: Site) -> None:
    source = template([nested("in", template([tool("bad", properties={"late": True})]))])
    error = site.deploy(source, version=OLD_API)["error"]
    assert (set(error), error["message"].split()[-4]) == (
        {"code", "message", "details"},
        "https://aka.ms/DeployOperations",
    )
    outer = inner_text(error["details"][0])["error"]
    failed = outer["details"][0]
    refused = inner_text(failed["details"][0])["error"]
    assert [error["details"][0]["code"], outer["code"], failed["code"], refused["code"]] == [
        "Conflict", "ResourceDeploymentFailure", "DeploymentFailed", "TooLate",
    ]  # fmt: skip


def test_a_scenario_can_ask_for_text() -> None:
    site = Site(scenario={"deployments": {"nesting": "text"}})
    error = site.deploy(template([tool("bad", properties={"late": True})]))["error"]
    assert inner_text(error["details"][0]) == {"error": {"code": "TooLate", "message": "Refused by the service."}}


def test_inner_text_is_indented_as_dotnet_does() -> None:
    assert as_text({"a": ["é"]}) == '{\r\n  "a": [\r\n    "é"\r\n  ]\r\n}'


def test_an_expression_that_fails_while_running_names_its_resource(site: Site) -> None:
    error = site.deploy(template([tool("a"), tool("b", properties={"x": "[reference('a').nothing]"})]))["error"]
    detail = error["details"][0]
    assert detail["code"] == "InvalidTemplate"
    assert detail["message"].startswith(
        f"Unable to process template language expressions for resource '{TOOLS}/b'. 'The language expression property "
        "'nothing' doesn't exist"
    )


def test_an_output_that_cannot_be_evaluated_fails_the_deployment(site: Site) -> None:
    wanted = {"bad": {"type": "string", "value": "[reference('a').nothing]"}, "off": {"type": "int", "value": "text"}}
    shown = site.deploy(template([tool("a")], outputs=wanted))
    assert (shown["provisioningState"], shown["error"]["code"]) == ("Failed", "DeploymentOutputEvaluationFailed")
    assert [one["target"] for one in shown["error"]["details"]] == ["bad", "off"]


@pytest.mark.parametrize("wanted", [{"type": "odd", "value": 1}, {"type": "string"}, {"value": 1}], ids=str)
def test_an_output_without_type_or_value_is_refused(site: Site, wanted: Any) -> None:
    assert code_of(site.send("PUT", "main", template(outputs={"o": wanted}))) == (400, "InvalidTemplate")


def test_an_output_loop_needs_input(site: Site) -> None:
    shown = site.deploy(template(outputs={"o": {"type": "array", "copy": {"count": 2}}}))
    assert "must have 'count' and 'input'" in shown["error"]["details"][0]["message"]


def test_a_nested_deployment_does_not_overwrite_one_in_flight(site: Site) -> None:
    site.send("PUT", "busy", template([tool("slow")]))
    shown = site.deploy(template([nested("busy", EMPTY)]))
    assert shown["error"]["details"][0]["code"] == "DeploymentActive"


def test_a_secret_is_nowhere_to_be_seen(site: Site) -> None:
    declared = {"s": {"type": "securestring"}, "o": {"type": "secureObject"}}
    source = template(
        [tool("a")], parameters=declared, outputs={"o": {"type": "securestring", "value": "[parameters('s')]"}}
    )
    values = {"s": "hunter2", "o": {"x": "hunter2"}}
    replies = [site.send("PUT", "main", source, parameters=values)]
    site.pass_time(60)
    replies += [site.send("GET", "main"), site.send("GET", ""), site.send("GET", "main", action="/operations"),
                site.send("POST", "x", source, parameters=values, action="/validate")]  # fmt: skip
    assert "hunter2" not in json.dumps([reply.body for reply in replies])


def test_parameters_of_a_nested_deployment_can_be_an_expression(site: Site) -> None:
    inner = template([tool("[parameters('n')]")], parameters={"n": {"type": "string"}})
    given = "[createObject('n', createObject('value', 't'))]"
    site.deploy(template([nested("in", inner, properties={"parameters": given})]))
    assert site.tool("t")


def test_a_nested_deployment_that_waits_for_a_value_is_not_judged(site: Site) -> None:
    inner = template(
        [tool("b", properties={"size": 11, "x": "[parameters('p')]"})], parameters={"p": {"type": "string"}}
    )
    late = nested("in", inner, properties={"parameters": {"p": {"value": "[reference('bad').address]"}}})
    source = template([tool("bad", properties={"late": True}), late, nested("next", EMPTY, dependsOn=["in"])])
    assert site.send("POST", "main", source, action="/validate").status == 200


def test_only_the_newest_eight_hundred_deployments_of_a_scope_are_kept(site: Site) -> None:
    site.deploy(EMPTY, "top", scope=ROOT, location="eastus2")
    site.deploy(EMPTY, "oldest")
    sample = records.book(site.world)[f"{GROUP_ID}/providers/Microsoft.Resources/deployments/oldest".lower()]
    for number in range(800):
        address = replace(sample.address, names=(f"d{number}",))
        records.keep(site.world, replace(sample, address=address))
    assert [site.send("GET", name).status for name in ("oldest", "d0", "d799")] == [404, 200, 200]
    assert site.send("GET", "top", scope=ROOT).status == 200


def test_what_is_inferred_about_deployments_is_listed() -> None:
    assert {key for key in FACTS if key.startswith("arm.deployments.")} >= {
        "arm.deployments.nesting", "arm.deployments.preflight", "arm.deployments.pace", "arm.deployments.whatif",
    }  # fmt: skip


def looped(name: str, count: int, inner: Any) -> dict[str, Any]:
    """A nested deployment, many times over."""
    properties = {"mode": "Incremental", "expressionEvaluationOptions": {"scope": "inner"}, "template": inner}
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": f"[concat('{name}', copyIndex())]",
        "copy": {"name": name, "count": count},
        "properties": properties,
    }


def test_loops_of_loops_of_deployments_are_refused_before_they_grow() -> None:
    source = template([looped("outer", 800, template([looped("inner", 800, template([tool("[uniqueString('x')]")]))]))])

    refused = Site().send("POST", "main", source, action="/validate")

    assert refused.body["error"]["code"] == "InvalidTemplate"
    assert "too much work" in refused.body["error"]["message"]


def test_a_template_of_as_many_resources_as_there_may_be_is_not_too_much_work() -> None:
    tag = "[format('{0}-{1}', parameters('of'), uniqueString(string(copyIndex())))]"
    tags = {f"tag{number}": tag for number in range(9)}
    one = tool("[concat('tool', copyIndex())]", properties={"size": 0}, tags=tags, copy={"name": "all", "count": 800})
    source = template([one], parameters={"of": {"type": "string", "defaultValue": "all"}})

    validated = Site().send("POST", "main", source, action="/validate")

    assert (validated.status, len(validated.body["properties"]["validatedResources"])) == (200, 800)
