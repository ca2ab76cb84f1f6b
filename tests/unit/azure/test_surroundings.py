"""What lies around a fleet, read from Azure's answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.azure.scripted import SUBSCRIPTION, Answer, ScriptedAdapter, azure_with, error

from azserve.azure import surroundings
from azserve.azure.reader import Reader, Subscriptions
from azserve.errors import AzureFailed, PermissionDenied
from azserve.model.facts import Permissions, PermissionSet

S = f"/subscriptions/{SUBSCRIPTION}"
COGNITIVE = f"{S}/providers/Microsoft.CognitiveServices"
DELETED = f"{COGNITIVE}/locations/eastus2/resourceGroups/rg/deletedAccounts/acc"
VAULT = f"{S}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv"


def reader(adapter: ScriptedAdapter) -> Reader:
    return azure_with(adapter).reader(Subscriptions(SUBSCRIPTION))


def listed(*items: dict[str, Any]) -> Answer:
    return Answer(200, {"value": list(items)})


@pytest.mark.parametrize(
    ("state", "takes_writes"),
    [("Enabled", True), ("Warned", True), ("PastDue", True), ("Disabled", False), ("Deleted", False)],
)
def test_only_a_disabled_or_deleted_subscription_takes_no_writes(state: str, takes_writes: bool) -> None:
    adapter = ScriptedAdapter().on("GET", S, Answer(200, {"subscriptionId": SUBSCRIPTION, "state": state}))
    assert reader(adapter).subscription(SUBSCRIPTION).takes_writes is takes_writes


def test_a_subscription_that_is_not_there_is_an_error() -> None:
    with pytest.raises(AzureFailed):
        reader(ScriptedAdapter()).subscription(SUBSCRIPTION)


def test_a_logical_location_is_told_apart() -> None:
    item: dict[str, Any] = {
        "name": "unitedstates",
        "displayName": "United States",
        "metadata": {"regionType": "Logical"},
    }
    assert not surroundings.location(item).physical


def test_a_soft_deleted_account_has_the_id_it_had() -> None:
    dates = {"deletionDate": "2026-11-20T10:00:00.1234567Z", "scheduledPurgeDate": "2027-01-07T10:00:00Z"}
    item = {"id": DELETED, "location": "East US 2", "tags": {"azserve-fleet": "chat"}, "properties": dates}
    adapter = ScriptedAdapter().on("GET", f"{COGNITIVE}/deletedAccounts", listed(item))
    (found,) = reader(adapter).deleted_accounts(SUBSCRIPTION)
    assert str(found.id) == f"{S}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/acc"
    assert (found.region, found.tags) == ("eastus2", {"azserve-fleet": "chat"})
    assert found.purged_at == datetime(2027, 1, 7, 10, tzinfo=UTC)
    assert found.deleted_at is not None


def test_a_soft_deleted_account_may_show_its_own_id() -> None:
    own = f"{S}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/acc"
    found = surroundings.deleted_account({"id": own, "location": "global"})
    assert found is not None
    assert str(found.id) == own


def test_a_soft_deleted_vault_says_what_it_was_and_whether_it_is_protected() -> None:
    properties = {"vaultId": VAULT, "location": "eastus2", "purgeProtectionEnabled": True, "deletionDate": "soon"}
    adapter = ScriptedAdapter().on(
        "GET", f"{S}/providers/Microsoft.KeyVault/deletedVaults", listed({"properties": properties})
    )
    (found,) = reader(adapter).deleted_vaults(SUBSCRIPTION)
    assert (str(found.id), found.purge_protected, found.deleted_at) == (VAULT, True, None)


def test_what_does_not_say_what_it_was_is_left_out() -> None:
    adapter = ScriptedAdapter().on(
        "GET", f"{S}/providers/Microsoft.KeyVault/deletedVaults", listed({}, {"properties": 5})
    )
    adapter.on("GET", f"{COGNITIVE}/deletedAccounts", listed({}, {"id": "nonsense"}))
    found = reader(adapter)
    assert found.deleted_vaults(SUBSCRIPTION) + found.deleted_accounts(SUBSCRIPTION) == ()


def test_a_taken_subdomain_says_why_in_azures_words() -> None:
    body = {"isSubdomainAvailable": False, "reason": "already used", "subdomainName": "acc"}
    adapter = ScriptedAdapter().on("POST", f"{COGNITIVE}/checkDomainAvailability", Answer(200, body))
    found = reader(adapter).subdomain(SUBSCRIPTION, "acc")
    assert (found.free, found.because) == (False, "already used")
    assert adapter.asked[0].body["subdomainName"] == "acc"


@pytest.mark.parametrize("kind", ["Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults"])
def test_a_taken_name_says_why_in_azures_words(kind: str) -> None:
    body = {"nameAvailable": False, "reason": "AlreadyExists", "message": "it is already taken"}
    path = f"{S}/providers/{kind.partition('/')[0]}/checkNameAvailability"
    adapter = ScriptedAdapter().on("POST", path, Answer(200, body))
    found = reader(adapter).free_name(SUBSCRIPTION, kind, "name1")
    assert (found.free, found.because, found.kind) == (False, "it is already taken", kind)
    assert adapter.asked[0].body == {"name": "name1", "type": kind}


def test_a_name_is_free_only_where_the_answer_says_so() -> None:
    assert [surroundings.free_name("k", "n", body).free for body in ({}, {"nameAvailable": True})] == [False, True]


def test_an_answer_that_does_not_say_free_is_not_free() -> None:
    assert not surroundings.name_availability("acc", {}).free


def test_policy_findings_are_what_the_content_breaks_and_what_fields_are_held_to() -> None:
    info = {"policyAssignmentId": "/assignment", "policyAssignmentDisplayName": "No public AI"}
    expressions = [
        {"expressionKind": "Type", "path": "type"},
        {"expressionKind": "Field", "path": "properties.publicNetworkAccess"},
    ]
    body = {
        "contentEvaluationResult": {
            "policyEvaluations": [
                {"policyInfo": info, "evaluationResult": "Compliant"},
                {
                    "policyInfo": info,
                    "evaluationResult": "NonCompliant",
                    "evaluationDetails": {"evaluatedExpressions": expressions},
                    "effectDetails": {"policyEffect": "Audit"},
                },
            ]
        },
        "fieldRestrictions": [
            {
                "field": "tags.owner",
                "restrictions": [
                    {"result": "Required", "defaultValue": "me", "policy": {"policyAssignmentId": "/tags"}},
                    {"result": "Deny", "values": ["you"], "policy": {}},
                ],
            }
        ],
    }
    path = f"{S}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions"
    adapter = ScriptedAdapter().on("POST", path, Answer(200, body))
    found = reader(adapter).policy(SUBSCRIPTION, {"type": "a/b"}, "2025-06-01")
    assert [(one.policy, one.effect, one.field, one.message, one.denies) for one in found] == [
        ("No public AI", "Audit", None, "properties.publicNetworkAccess", False),
        ("/tags", "Modify", "tags.owner", "me", False),
    ]


def test_every_host_comes_before_what_is_in_it_whoever_it_belongs_to() -> None:
    account = f"{S}/resourceGroups/other/providers/Microsoft.CognitiveServices/accounts/theirs"
    hub = f"{S}/resourceGroups/other/providers/Microsoft.MachineLearningServices/workspaces/hub"
    adapter = ScriptedAdapter()
    adapter.on("GET", f"{COGNITIVE}/accounts", listed({"id": account, "location": "eastus2"}))
    adapter.on("GET", f"{S}/providers/Microsoft.MachineLearningServices/workspaces", listed({"id": hub, "kind": "Hub"}))
    adapter.on("GET", f"{account}/projects", listed())
    adapter.on("GET", f"{account}/deployments", listed({"id": f"{account}/deployments/v32"}))
    found = reader(adapter).hosts(SUBSCRIPTION)
    assert [(one.id.name, one.region) for one in found] == [("theirs", "eastus2"), ("v32", "eastus2"), ("hub", "")]


def test_a_refusal_is_ours() -> None:
    adapter = ScriptedAdapter().on("GET", f"{COGNITIVE}/deletedAccounts", error("AuthorizationFailed", status=403))
    with pytest.raises(PermissionDenied):
        reader(adapter).deleted_accounts(SUBSCRIPTION)


def test_permissions_are_patterns_without_case_and_what_is_taken_back_wins_within_a_role() -> None:
    path = f"{S}/providers/Microsoft.Authorization/permissions"
    item = {"actions": ["Microsoft.CognitiveServices/*"], "notActions": ["*/delete"], "dataActions": ["*/call"]}
    found = reader(ScriptedAdapter().on("GET", path, listed(item))).permissions(SUBSCRIPTION)
    assert found.allows("microsoft.cognitiveservices/accounts/WRITE")
    assert not found.allows("Microsoft.CognitiveServices/accounts/delete")
    assert not found.allows("Microsoft.Storage/storageAccounts/write")
    assert (found.allows_data("a/b/call"), found.allows_data("a/b/read")) == (True, False)


def test_what_one_role_takes_back_another_may_give() -> None:
    contributor = PermissionSet(("*",), ("Microsoft.Authorization/*/write",))
    other = PermissionSet(("Microsoft.Authorization/roleAssignments/write",))
    assert Permissions("/", (contributor, other)).allows("Microsoft.Authorization/roleAssignments/write")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "properties", "metadata", "pairedRegion", "name", "resourceTypes", "locations", "tags",
                         "model", "fieldRestrictions", "restrictions", "vaultId"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["id", "properties", "metadata", "resourceTypes", "actions", "tags",
                                        "contentEvaluationResult", "fieldRestrictions"]), JSON))  # fmt: skip
def test_no_answer_breaks_the_reading(body: dict[str, Any]) -> None:
    for read in (
        surroundings.subscription_state, surroundings.location, surroundings.provider_registration,
        surroundings.permission_set, surroundings.service_capacity, surroundings.deleted_account,
        surroundings.deleted_vault,
    ):  # fmt: skip
        read(body)
    list(surroundings.policy_findings(body))
