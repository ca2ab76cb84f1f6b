"""Template deployments: started, watched, joined, refused, failed, left running."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from requests.exceptions import ConnectionError as Broken
from tests.unit.azure.scripted import MANAGER, SUBSCRIPTION, Answer, ScriptedAdapter, azure_with, error
from urllib3.exceptions import ProtocolError

from azserve.azure.deployments import TemplateDeployments
from azserve.azure.scoped import CONTENT_TAG, digest_of, scope_of
from azserve.deploying.ports import DeploymentRequest, DeploymentState
from azserve.errors import AzserveError, AzureFailed, FleetBusy, PermissionDenied, Refused
from azserve.model.names import Region

AT_SUBSCRIPTION = DeploymentRequest(
    name="azserve-f-eastus2",
    subscription=SUBSCRIPTION,
    region=Region("eastus2"),
    group=None,
    template={"resources": []},
    parameters={"location": {"value": "eastus2"}},
    tags={"owner": "me"},
)
IN_GROUP = replace(AT_SUBSCRIPTION, group="rg")
PATH = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Resources/deployments/{AT_SUBSCRIPTION.name}"
GROUP_PATH = (
    f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/providers/Microsoft.Resources/deployments/{IN_GROUP.name}"
)
STATUS = "/status/1"
POLLED = {"Azure-AsyncOperation": f"{MANAGER}{STATUS}?api-version=x"}


def body(state: str, **properties: Any) -> dict[str, Any]:
    return {"id": PATH, "name": AT_SUBSCRIPTION.name, "properties": {"provisioningState": state, **properties}}


ACCEPTED = Answer(201, body("Accepted", correlationId="c-1"), POLLED)
RUNNING = Answer(200, {"status": "Running"})
SUCCEEDED = Answer(200, {"status": "Succeeded"})
DONE = Answer(200, body("Succeeded", correlationId="c-1", outputs={"uri": {"type": "String", "value": "https://x"}}))


def carry_out(
    adapter: ScriptedAdapter, request: DeploymentRequest = AT_SUBSCRIPTION, deadline_s: float = 30.0
) -> tuple[DeploymentState, list[DeploymentState]]:
    seen: list[DeploymentState] = []
    with azure_with(adapter) as azure:
        state = TemplateDeployments(azure).carry_out(request, watch=seen.append, deadline_s=deadline_s)
    return state, seen


def succeeding(path: str = PATH) -> ScriptedAdapter:
    return (
        ScriptedAdapter().on("PUT", path, ACCEPTED).on("GET", STATUS, RUNNING, RUNNING, SUCCEEDED).on("GET", path, DONE)
    )


def test_a_deployment_is_polled_to_its_end() -> None:
    state, _ = carry_out(succeeding())
    assert (state.state, state.correlation_id, state.polls, state.outputs) == (
        "Succeeded",
        "c-1",
        3,
        {"uri": "https://x"},
    )


def test_every_poll_is_told() -> None:
    _, seen = carry_out(succeeding())
    assert [(state.state, state.polls) for state in seen] == [("Running", 1), ("Running", 2), ("Succeeded", 3)]


def test_the_location_is_sent_at_subscription_scope_only() -> None:
    bodies = []
    for request, path in ((AT_SUBSCRIPTION, PATH), (IN_GROUP, GROUP_PATH)):
        adapter = succeeding(path)
        carry_out(adapter, request)
        bodies.append(adapter.asked[0].body)
    assert [body.get("location") for body in bodies] == ["eastus2", None]


def test_template_parameters_and_tags_are_sent_as_they_are() -> None:
    adapter = succeeding()
    carry_out(adapter)
    sent = adapter.asked[0].body
    assert sent["properties"] == {
        "mode": "Incremental",
        "template": AT_SUBSCRIPTION.template,
        "parameters": AT_SUBSCRIPTION.parameters,
    }
    assert sent["tags"] == {"owner": "me", CONTENT_TAG: digest_of(AT_SUBSCRIPTION)}


@pytest.mark.parametrize(
    ("request_", "scope"),
    [
        (AT_SUBSCRIPTION, f"/subscriptions/{SUBSCRIPTION}"),
        (IN_GROUP, f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"),
    ],
)
def test_a_deployments_scope_is_told(request_: DeploymentRequest, scope: str) -> None:
    assert scope_of(request_) == scope


def test_a_change_of_template_or_parameters_changes_the_digest() -> None:
    others = [replace(AT_SUBSCRIPTION, template={}), replace(AT_SUBSCRIPTION, parameters={})]
    assert len({digest_of(request) for request in [AT_SUBSCRIPTION, *others]}) == 3


def test_the_order_of_keys_does_not_change_the_digest() -> None:
    one, other = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    assert digest_of(replace(IN_GROUP, template=one)) == digest_of(replace(IN_GROUP, template=other))


def test_a_deployment_that_fails_is_a_state_with_azures_reason() -> None:
    failed = {
        "status": "Failed",
        "error": {"code": "DeploymentFailed", "details": [{"code": "InsufficientQuota", "message": "Full."}]},
    }
    adapter = ScriptedAdapter().on("PUT", PATH, ACCEPTED).on("GET", STATUS, RUNNING, Answer(200, failed))
    state, _ = carry_out(adapter)
    assert state.failure is not None
    assert (state.state, state.failure.code, state.failure.message) == ("Failed", "InsufficientQuota", "Full")


def test_a_failure_keeps_the_whole_body_and_the_correlation() -> None:
    failed = {"status": "Failed", "error": {"code": "X", "message": "m"}}
    state, _ = carry_out(ScriptedAdapter().on("PUT", PATH, ACCEPTED).on("GET", STATUS, Answer(200, failed)))
    assert state.failure is not None
    assert (json.loads(state.failure.raw or ""), state.correlation_id) == (failed, "c-1")


def test_a_poll_that_says_no_more_than_failed_is_looked_up_in_the_deployment() -> None:
    told = Answer(200, body("Failed", error={"code": "ScopeLocked", "message": "Locked."}))
    adapter = ScriptedAdapter().on("PUT", PATH, ACCEPTED).on("GET", STATUS, Answer(200, {"status": "Failed"}))
    state, _ = carry_out(adapter.on("GET", PATH, told))
    assert state.failure is not None
    assert state.failure.code == "ScopeLocked"


def operation(code: str, target: str, state: str = "Failed") -> dict[str, Any]:
    error = {"code": code, "message": f"because {code}"}
    message = {"status": "Failed", "error": error}
    return {"properties": {"provisioningState": state, "statusMessage": message, "targetResource": {"id": target}}}


def failing_without_a_reason() -> ScriptedAdapter:
    empty = {"code": "DeploymentFailed", "message": "List operations."}
    adapter = ScriptedAdapter().on("PUT", PATH, ACCEPTED).on("GET", PATH, Answer(200, body("Failed", error=empty)))
    return adapter.on("GET", STATUS, Answer(200, {"status": "Failed", "error": empty}))


def test_a_deployment_that_says_no_more_than_failed_is_looked_up_in_its_operations() -> None:
    nested = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Resources/deployments/models"
    account = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/a"
    empty = {"code": "DeploymentFailed", "message": "List operations."}
    adapter = (
        ScriptedAdapter().on("PUT", PATH, ACCEPTED).on("GET", STATUS, Answer(200, {"status": "Failed", "error": empty}))
    )
    adapter.on("GET", PATH, Answer(200, body("Failed", error=empty)))
    listed = [operation("X", account, "Succeeded"), operation("DeploymentFailed", nested)]
    adapter.on("GET", f"{PATH}/operations", Answer(200, {"value": listed}))
    inner = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/deployments/models/operations"
    adapter.on("GET", inner, Answer(200, {"value": [operation("CustomDomainInUse", account)]}))
    state, _ = carry_out(adapter)
    assert state.failure is not None
    assert (state.failure.code, state.failure.target) == ("CustomDomainInUse", account)


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"properties": {"provisioningState": "Failed"}},
        {"properties": {"provisioningState": "Failed", "statusMessage": "no JSON", "targetResource": {"id": "odd"}}},
    ],
)
def test_an_operation_that_tells_nothing_leaves_the_failure_as_it_was(odd: dict[str, Any]) -> None:
    adapter = failing_without_a_reason().on("GET", f"{PATH}/operations", Answer(200, {"value": [odd]}))
    state, _ = carry_out(adapter)
    assert state.failure is not None
    assert state.failure.code in {"DeploymentFailed", "azure-failed"}


def test_operations_that_cannot_be_read_leave_the_failure_as_it_was() -> None:
    empty = {"code": "DeploymentFailed", "message": "List operations."}
    adapter = (
        ScriptedAdapter().on("PUT", PATH, ACCEPTED).on("GET", STATUS, Answer(200, {"status": "Failed", "error": empty}))
    )
    adapter.on("GET", PATH, Answer(200, body("Failed", error=empty)))
    state, _ = carry_out(adapter)
    assert state.failure is not None
    assert state.failure.code == "DeploymentFailed"


def test_a_deployment_unfinished_at_the_deadline_is_told_as_it_stands() -> None:
    adapter = ScriptedAdapter().on("PUT", PATH, ACCEPTED).on("GET", STATUS, RUNNING)
    state, seen = carry_out(adapter, deadline_s=0.0)
    assert (state.state, state.finished, len(seen)) == ("Running", False, 1)


def test_a_refused_put_is_raised() -> None:
    adapter = ScriptedAdapter().on("PUT", PATH, error("AuthorizationFailed", status=403))
    with pytest.raises(PermissionDenied):
        carry_out(adapter)


def in_flight(**tags: str) -> ScriptedAdapter:
    running = Answer(200, {**body("Running", correlationId="theirs"), "tags": tags})
    adapter = ScriptedAdapter().on("PUT", PATH, error("DeploymentActive", status=409))
    return adapter.on("GET", PATH, running, running, DONE)


def test_the_same_deployment_in_flight_is_joined() -> None:
    state, seen = carry_out(in_flight(**{CONTENT_TAG: digest_of(AT_SUBSCRIPTION)}))
    assert (state.state, [each.state for each in seen]) == ("Succeeded", ["Running", "Succeeded"])


@pytest.mark.parametrize("tags", [{}, {CONTENT_TAG: "another"}])
def test_another_deployment_of_that_name_in_flight_is_somebody_elses(tags: dict[str, str]) -> None:
    with pytest.raises(FleetBusy) as caught:
        carry_out(in_flight(**tags))
    assert caught.value.hint


def test_a_deployment_that_ended_while_it_was_in_the_way_is_started_again() -> None:
    adapter = ScriptedAdapter().on("PUT", PATH, error("DeploymentActive", status=409), ACCEPTED)
    adapter.on("GET", PATH, DONE).on("GET", STATUS, SUCCEEDED)
    state, _ = carry_out(adapter)
    assert (state.state, adapter.paths("PUT")) == ("Succeeded", [PATH, PATH])


@pytest.mark.parametrize("lost", [error("X", status=404), Answer(raises=Broken(ProtocolError("reset")))])
def test_a_status_that_cannot_be_read_is_no_failure_of_the_deployment(lost: Answer) -> None:
    adapter = ScriptedAdapter().on("PUT", PATH, ACCEPTED).on("GET", STATUS, RUNNING, lost).on("GET", PATH, DONE)
    state, _ = carry_out(adapter)
    assert state.state == "Succeeded"


def test_a_deployment_that_vanished_has_failed() -> None:
    adapter = ScriptedAdapter().on("PUT", PATH, ACCEPTED).on("GET", STATUS, error("X", status=404))
    state, _ = carry_out(adapter)
    assert state.failure is not None
    assert state.failure.code == "DeploymentNotFound"


def test_a_correlation_id_is_taken_from_the_header_where_the_body_has_none() -> None:
    accepted = Answer(201, {}, {**POLLED, "x-ms-correlation-request-id": "c-2"})
    adapter = ScriptedAdapter().on("PUT", PATH, accepted).on("GET", STATUS, RUNNING)
    assert carry_out(adapter, deadline_s=0.0)[0].correlation_id == "c-2"


def test_an_answer_that_is_no_json_is_unreadable() -> None:
    page = Answer(200, b"<html>sign in</html>", {"Content-Type": "text/html"})
    with pytest.raises(AzserveError) as caught:
        find(ScriptedAdapter().on("GET", PATH, page), AT_SUBSCRIPTION)
    assert caught.value.code == "unreadable-answer"


def find(adapter: ScriptedAdapter, request: DeploymentRequest) -> DeploymentState | None:
    with azure_with(adapter) as azure:
        return TemplateDeployments(azure).find(request)


@pytest.mark.parametrize(("request_", "path"), [(AT_SUBSCRIPTION, PATH), (IN_GROUP, GROUP_PATH)])
def test_a_deployment_is_found_as_it_stands(request_: DeploymentRequest, path: str) -> None:
    state = find(ScriptedAdapter().on("GET", path, DONE), request_)
    assert state is not None
    assert state.state == "Succeeded"


@pytest.mark.parametrize("code", ["DeploymentNotFound", "ResourceGroupNotFound"])
def test_a_deployment_that_is_not_there_is_none(code: str) -> None:
    assert find(ScriptedAdapter().on("GET", GROUP_PATH, error(code, status=404)), IN_GROUP) is None


def test_a_subscription_that_is_not_there_is_an_error() -> None:
    with pytest.raises(AzserveError) as caught:
        find(ScriptedAdapter().on("GET", PATH, error("SubscriptionNotFound", status=404)), AT_SUBSCRIPTION)
    assert caught.value.code == "SubscriptionNotFound"


def validate(answer: Answer, request: DeploymentRequest = AT_SUBSCRIPTION, path: str = PATH) -> None:
    with azure_with(ScriptedAdapter().on("POST", f"{path}/validate", answer)) as azure:
        TemplateDeployments(azure).validate(request)


@pytest.mark.parametrize(("request_", "path"), [(AT_SUBSCRIPTION, PATH), (IN_GROUP, GROUP_PATH)])
def test_a_valid_template_is_not_refused(request_: DeploymentRequest, path: str) -> None:
    validate(Answer(200, body("Succeeded")), request_, path)


def test_an_invalid_template_is_refused_with_the_innermost_error() -> None:
    details = [{"code": "InsufficientQuota", "message": "Full."}]
    answer = Answer(400, {"error": {"code": "InvalidTemplateDeployment", "message": "m", "details": details}})
    with pytest.raises(Refused) as caught:
        validate(answer)
    assert (caught.value.code, caught.value.where) == ("InsufficientQuota", "eastus2")
    assert caught.value.hint


def test_an_error_in_an_answer_that_is_none_is_a_refusal_too() -> None:
    with pytest.raises(Refused) as caught:
        validate(Answer(200, {"error": {"code": "InvalidCapacity", "message": "Too much."}}))
    assert caught.value.code == "InvalidCapacity"


def test_an_arm_that_is_down_refuses_nothing() -> None:
    with pytest.raises(AzureFailed):
        validate(error("InternalServerError", status=500))


def test_a_validation_that_does_not_end_is_given_up() -> None:
    adapter = ScriptedAdapter().on("POST", f"{PATH}/validate", Answer(202, None, {"Location": f"{MANAGER}{STATUS}"}))
    adapter.on("GET", STATUS, Answer(202, None, {"Location": f"{MANAGER}{STATUS}"}))
    with azure_with(adapter) as azure, pytest.raises(AzureFailed) as caught:
        TemplateDeployments(azure, validation_s=0.0).validate(AT_SUBSCRIPTION)
    assert caught.value.code == "no-answer"
