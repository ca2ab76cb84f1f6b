"""The table of stored types, Azure Policy in small, and how a PATCH is laid over."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.emulator_providers.bench import ACCOUNT, GROUP, Bench, account, key_vault, storage_account

from azserve.emulator.kernel.wire import ArmError
from azserve.emulator.providers import PROVIDERS
from azserve.emulator.providers.stored_only.table import ROWS
from azserve.emulator.scenarios import merge

STORAGE = "Microsoft.Storage/storageAccounts/stabc"
VAULT = "Microsoft.KeyVault/vaults/kv-abc"
NETWORK = "Microsoft.Network/virtualNetworks/net"
ROLE = "Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-00000000000"
GRANT = {"properties": {"roleDefinitionId": "/x/roleDefinitions/r", "principalId": "p", "principalType": "User"}}
NETWORK_PROPERTIES = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
SPACE = {"location": "eastus2", "properties": NETWORK_PROPERTIES}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.type)
def test_every_row_is_well_made(row: Any) -> None:
    re.compile(row.name)
    dates = [version[:10] for version in row.api_versions]
    assert dates == sorted(dates, reverse=True)
    assert bool(row.taken) == bool(row.taken_message)


def test_every_type_is_offered_once() -> None:
    types = [kind.type for provider in PROVIDERS for kind in provider.kinds]
    assert len(types) == len(set(types))
    assert all(kind.type.startswith(f"{provider.namespace}/") for provider in PROVIDERS for kind in provider.kinds)


def test_a_stored_type_is_succeeded_at_once(bench: Bench) -> None:
    work = bench.begin(STORAGE, storage_account())
    assert (work.status, work.seconds) == (201, 0)
    shown = bench.get(STORAGE)["properties"]
    assert (shown["provisioningState"], shown["primaryEndpoints"]["blob"]) == (
        "Succeeded",
        "http://here/_hosts/stabc.blob.core.windows.net/",
    )
    assert bench.begin(STORAGE, storage_account()).status == 200


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("Microsoft.Storage/storageAccounts/Upper", storage_account(), "InvalidResourceName"),
        (STORAGE, storage_account() | {"sku": None}, "MissingRequiredProperty"),
        (STORAGE, storage_account() | {"kind": "Cellar"}, "InvalidPropertyValue"),
        (STORAGE, storage_account("atlantis"), "LocationNotAvailableForResourceType"),
        ("Microsoft.KeyVault/vaults/kv--x", key_vault(), "InvalidResourceName"),
        (VAULT, key_vault(tenantId=""), "MissingRequiredProperty"),
        (NETWORK, {"location": "eastus2"}, "MissingRequiredProperty"),
        (f"{NETWORK}/subnets/ai", {}, "ParentResourceNotFound"),
        ("Microsoft.Network/privateDnsZones/privatelink.x.com", {"location": "eastus2"}, "InvalidPropertyValue"),
        ("Microsoft.Authorization/roleAssignments/me", GRANT, "InvalidResourceName"),
    ],
)
def test_what_the_table_forbids_is_refused(bench: Bench, path: str, body: dict[str, Any], code: str) -> None:
    assert bench.refused(path, body).code == code


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [(STORAGE, storage_account(), "StorageAccountAlreadyTaken"), (VAULT, key_vault(), "VaultAlreadyExists")],
)
def test_global_names_are_taken_across_groups(bench: Bench, path: str, body: dict[str, Any], code: str) -> None:
    bench.put(path, body)
    elsewhere = GROUP.replace("/rg", "/other") + f"/providers/{path}"
    error = bench.refused(elsewhere, body)
    assert (error.status, error.code) == (409, code)
    bench.delete(path)


def test_storage_keys_are_listed_and_renewed(bench: Bench) -> None:
    bench.put(STORAGE, storage_account())
    before = bench.act(STORAGE, "listKeys")["keys"]
    after = bench.act(STORAGE, "regenerateKey", {"keyName": "key1"})["keys"]
    assert before[0]["value"] != after[0]["value"]
    assert before[1] == after[1]
    with pytest.raises(ArmError, match="keyName"):
        bench.act(STORAGE, "regenerateKey", {"keyName": "key9"})


def test_an_identity_keeps_its_principal(bench: Bench) -> None:
    path = "Microsoft.ManagedIdentity/userAssignedIdentities/uai"
    before = bench.put(path, {"location": "eastus2"})["properties"]
    assert bench.put(path, {"location": "eastus2", "tags": {"a": "b"}})["properties"] == before


@pytest.mark.parametrize(
    ("path", "body", "filled"),
    [
        ("Microsoft.Insights/components/app", {"location": "eastus2", "kind": "web"}, "InstrumentationKey"),
        ("Microsoft.OperationalInsights/workspaces/logs", {"location": "eastus2"}, "customerId"),
        (
            "Microsoft.ContainerRegistry/registries/acrabc",
            {"location": "eastus2", "sku": {"name": "Basic"}},
            "loginServer",
        ),
        (VAULT, key_vault(), "vaultUri"),
        (f"{STORAGE}/providers/Microsoft.Authorization/locks/keep", {"properties": {"level": "CanNotDelete"}}, "level"),
        (f"{STORAGE}/providers/Microsoft.Insights/diagnosticSettings/all", {"properties": {"logs": []}}, "logs"),
    ],
)
def test_each_stored_type_shows_what_it_is_for(bench: Bench, path: str, body: dict[str, Any], filled: str) -> None:
    bench.put(STORAGE, storage_account())
    assert filled in bench.put(path, body)["properties"]


def test_a_patch_of_a_stored_type_changes_what_it_names(bench: Bench) -> None:
    bench.put(STORAGE, storage_account())
    bench.begin(STORAGE, {"tags": {"a": "b"}, "properties": {"minimumTlsVersion": "TLS1_2"}}, patch=True)
    shown = bench.get(STORAGE)
    assert (shown["tags"], shown["kind"], shown["properties"]["minimumTlsVersion"]) == (
        {"a": "b"},
        "StorageV2",
        "TLS1_2",
    )


def test_an_instant_failure_is_refused_at_once() -> None:
    failure = {"type": f"{ACCOUNT}", "locations": ["eastus2"], "code": "Broken", "message": "It broke."}
    bench = Bench({"seconds": {"account": 0}, "failures": [failure]})
    assert bench.refused(f"{ACCOUNT}/acc", account()).code == "Broken"
    assert bench.put(f"{ACCOUNT}/acc2", account("acc2", location="westus3"))["name"] == "acc2"


def _purge(bench: Bench, location: str = "eastus2") -> int:
    return bench.ask("POST", "/deletedVaults/{vault}/purge", vault="kv-abc", location=location).status


def test_a_deleted_vault_keeps_its_name_until_it_is_purged(bench: Bench) -> None:
    bench.put(VAULT, key_vault())
    bench.delete(VAULT)
    assert not bench.has(VAULT)
    error = bench.refused(VAULT, key_vault())
    assert (error.status, error.code) == (409, "ConflictError")
    assert _purge(bench) == 200
    assert bench.begin(VAULT, key_vault()).status == 201


def test_a_deleted_vault_is_listed_and_recovered(bench: Bench) -> None:
    bench.put(VAULT, key_vault() | {"tags": {"a": "b"}})
    bench.delete(VAULT)
    (listed,) = bench.ask("GET", "Microsoft.KeyVault/deletedVaults").body["value"]
    shown = bench.ask("GET", "/deletedVaults/{vault}", vault="kv-abc", location="East US 2").body
    assert listed == shown
    assert (shown["properties"]["tags"], shown["properties"]["purgeProtectionEnabled"]) == ({"a": "b"}, False)
    assert "createMode" not in bench.put(VAULT, key_vault(createMode="recover"))["properties"]
    assert bench.ask("GET", "Microsoft.KeyVault/deletedVaults").body == {"value": []}


def test_a_deleted_vault_goes_by_itself_when_its_days_are_over(bench: Bench) -> None:
    bench.put(VAULT, key_vault(softDeleteRetentionInDays=7))
    bench.delete(VAULT)
    bench.wait(7 * 24 * 3600)
    assert bench.begin(VAULT, key_vault()).status == 201


def test_a_protected_vault_is_not_purged(bench: Bench) -> None:
    bench.put(VAULT, key_vault(enablePurgeProtection=True))
    bench.delete(VAULT)
    with pytest.raises(ArmError, match="protected"):
        _purge(bench)


def test_a_vault_that_was_never_deleted_is_neither_purged_nor_recovered(bench: Bench) -> None:
    with pytest.raises(ArmError, match="does not exist"):
        _purge(bench)
    assert bench.refused(VAULT, key_vault(createMode="recover")).code == "DeletedVaultNotFound"


def test_the_name_of_a_deleted_vault_is_taken_for_other_groups_too(bench: Bench) -> None:
    bench.put(VAULT, key_vault())
    bench.delete(VAULT)
    elsewhere = GROUP.replace("/rg", "/other") + f"/providers/{VAULT}"
    assert bench.refused(elsewhere, key_vault()).code == "VaultAlreadyExists"
    with pytest.raises(ArmError, match="does not exist"):
        _purge(bench, "westus")


def test_a_role_assignment_names_its_scope_and_has_no_state(bench: Bench) -> None:
    bench.put(STORAGE, storage_account())
    on_group = bench.put(f"{ROLE}1", GRANT)["properties"]
    on_resource = bench.put(f"{STORAGE}/providers/{ROLE}2", GRANT)["properties"]
    assert (on_group["scope"], on_resource["scope"]) == (GROUP, f"{GROUP}/providers/{STORAGE}")
    assert "provisioningState" not in on_group


def test_the_same_grant_under_another_name_exists_already(bench: Bench) -> None:
    bench.put(f"{ROLE}1", GRANT)
    error = bench.refused(f"{ROLE}2", GRANT)
    assert (error.status, error.code) == (409, "RoleAssignmentExists")
    assert bench.begin(f"{ROLE}1", GRANT).status == 200


def test_a_grant_cannot_go_to_somebody_else(bench: Bench) -> None:
    bench.put(f"{ROLE}1", GRANT)
    other = {"properties": GRANT["properties"] | {"principalId": "q"}}
    assert bench.refused(f"{ROLE}1", other).code == "RoleAssignmentUpdateNotPermitted"


def with_subnets(subnets: Any) -> dict[str, Any]:
    """A network whose body lists its subnets."""
    return {"location": "eastus2", "properties": {**NETWORK_PROPERTIES, "subnets": subnets}}


def test_a_subnet_that_its_network_lists_is_found_by_itself(bench: Bench) -> None:
    listed = [{"name": "ai", "properties": {"addressPrefix": "10.0.0.0/24"}}, {"name": "other"}]
    network = with_subnets(listed)
    bench.put(NETWORK, network)
    bench.put(NETWORK, network)

    assert bench.get(f"{NETWORK}/subnets/ai")["properties"] == {
        "addressPrefix": "10.0.0.0/24",
        "provisioningState": "Succeeded",
    }
    assert bench.get(NETWORK)["properties"]["subnets"] == listed
    bench.delete(NETWORK)
    assert not bench.has(f"{NETWORK}/subnets/other")


@pytest.mark.parametrize("subnets", [5, "ai", ["ai"], [{}], [{"name": "a/b"}], [{"name": None}]])
def test_a_list_of_subnets_that_cannot_be_is_refused(bench: Bench, subnets: Any) -> None:
    assert bench.refused(NETWORK, with_subnets(subnets)).code == "InvalidPropertyValue"


def test_a_network_goes_with_its_subnets(bench: Bench) -> None:
    bench.put(NETWORK, SPACE)
    bench.put(f"{NETWORK}/subnets/ai", {"properties": {"addressPrefix": "10.0.0.0/24"}})
    bench.delete(NETWORK)
    assert not bench.has(f"{NETWORK}/subnets/ai")


def test_a_policy_denies_what_it_forbids_and_lets_the_near_miss_pass() -> None:
    bench = Bench("policy")
    error = bench.refused(f"{ACCOUNT}/acc", account(location="westus"))
    assert (error.status, error.code) == (403, "RequestDisallowedByPolicy")
    assert error.additional_info[0]["info"]["policyDefinitionEffect"] == "deny"
    private = account(location="westus", publicNetworkAccess="Disabled")
    assert bench.put(f"{ACCOUNT}/acc", private)["name"] == "acc"
    assert bench.put(f"{ACCOUNT}/acc2", account("acc2"))["name"] == "acc2"


def test_a_policy_modifies_what_is_written() -> None:
    bench = Bench("policy")
    body = account(disableLocalAuth=False)
    assert bench.put(f"{ACCOUNT}/acc", body)["properties"]["disableLocalAuth"] is True
    assert body["properties"]["disableLocalAuth"] is False


def test_a_policy_makes_members_that_are_not_there() -> None:
    policy = {"name": "n", "displayName": "N", "effect": "modify", "type": "Microsoft.Storage/storageAccounts"}
    bench = Bench({"policies": [policy | {"set": {"properties.minimumTlsVersion": "TLS1_2"}}]})
    assert bench.put(STORAGE, storage_account())["properties"]["minimumTlsVersion"] == "TLS1_2"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=8,
)


@given(JSON, JSON)
def test_laying_over_twice_is_laying_over_once(below: Any, above: Any) -> None:
    assert merge(merge(below, above), above) == merge(below, above)


@given(JSON)
def test_laying_over_nothing_changes_nothing(below: Any) -> None:
    assert merge(below, {}) == (below if isinstance(below, dict) else {})


def _free(bench: Bench, kind: str, name: str) -> tuple[bool, str | None]:
    route = f"{kind.partition('/')[0]}/checkNameAvailability"
    body = bench.ask("POST", route, body={"name": name, "type": kind}).body
    return body["nameAvailable"], body.get("reason")


def test_a_vaults_name_is_free_until_somebody_has_it_and_again_once_it_is_purged(bench: Bench) -> None:
    kind = "Microsoft.KeyVault/vaults"
    before = _free(bench, kind, "KV-abc")
    bench.put(VAULT, key_vault())
    taken = _free(bench, kind, "KV-abc")
    bench.delete(VAULT)
    kept = _free(bench, kind, "kv-abc")
    _purge(bench)
    assert [before, taken, kept, _free(bench, kind, "kv-abc")] == [
        (True, None), (False, "AlreadyExists"), (False, "AlreadyExists"), (True, None),
    ]  # fmt: skip


def test_a_storage_accounts_name_has_to_be_one_before_it_can_be_free(bench: Bench) -> None:
    kind = "Microsoft.Storage/storageAccounts"
    assert (_free(bench, kind, "UPPER"), _free(bench, kind, "lower1")) == (
        (False, "AccountNameInvalid"), (True, None),
    )  # fmt: skip


@pytest.mark.parametrize("body", [{}, {"name": "abc"}, {"name": "abc", "type": "Microsoft.KeyVault/vaults"}])
def test_a_name_is_asked_about_with_its_type(bench: Bench, body: dict[str, str]) -> None:
    with pytest.raises(ArmError):
        bench.ask("POST", "Microsoft.Storage/checkNameAvailability", body=body)
