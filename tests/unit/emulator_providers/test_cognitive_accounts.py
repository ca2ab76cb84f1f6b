"""Accounts: what is filled in, what is refused, keys, soft deletion, host names."""

from __future__ import annotations

import pytest
from tests.unit.emulator_providers.bench import ACCOUNT, GROUP, Bench, account, deployment

from azserve.emulator.kernel.kinds import Style
from azserve.emulator.kernel.wire import ArmError
from azserve.emulator.kernel.world import SUBSCRIPTION

ACC = f"{ACCOUNT}/acc"


def test_a_new_account_is_creating_behind_an_async_operation_and_succeeds_in_its_time(bench: Bench) -> None:
    work = bench.begin(ACC, account())
    assert (work.status, work.style, bench.get(ACC)["properties"]["provisioningState"]) == (
        201,
        Style.AZURE_ASYNC,
        "Creating",
    )
    bench.wait(work.seconds)
    assert bench.get(ACC)["properties"]["provisioningState"] == "Succeeded"


def test_an_account_shows_addresses_of_the_emulator(bench: Bench) -> None:
    shown = bench.put(ACC, account())["properties"]
    assert shown["endpoint"] == "http://here/_hosts/acc.cognitiveservices.azure.com/"
    assert shown["endpoints"]["Azure AI Model Inference API"] == "http://here/_hosts/acc.services.ai.azure.com/"


def test_an_account_of_kind_openai_has_only_openai_addresses(bench: Bench) -> None:
    shown = bench.put(ACC, account(kind="OpenAI"))["properties"]
    assert {url.split("/_hosts/")[1] for url in shown["endpoints"].values()} == {"acc.openai.azure.com/"}


def test_an_account_without_a_subdomain_has_the_regional_address(bench: Bench) -> None:
    body = {"location": "EastUS2", "kind": "AIServices", "sku": {"name": "S0"}, "properties": {}}
    assert bench.put(ACC, body)["properties"]["endpoint"] == "http://here/_hosts/eastus2.api.cognitive.microsoft.com/"


def test_an_identity_is_filled_in_and_kept_by_a_replacement(bench: Bench) -> None:
    first = bench.put(ACC, account())["identity"]
    again = bench.put(ACC, account() | {"tags": {"a": "b"}})
    assert first == again["identity"]
    assert first["tenantId"] == bench.world.tenant


def test_user_assigned_identities_show_what_the_identity_has(bench: Bench) -> None:
    made = "Microsoft.ManagedIdentity/userAssignedIdentities/uai"
    client = bench.put(made, {"location": "eastus2"})["properties"]["clientId"]
    key = f"{GROUP}/providers/{made}"
    body = account() | {"identity": {"type": "UserAssigned", "userAssignedIdentities": {key: {}}}}
    assert bench.put(ACC, body)["identity"]["userAssignedIdentities"][key]["clientId"] == client


def test_a_user_assigned_identity_that_does_not_exist_is_refused(bench: Bench) -> None:
    key = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/nobody"
    body = account() | {"identity": {"type": "UserAssigned", "userAssignedIdentities": {key: {}}}}
    assert bench.refused(ACC, body).code == "FailedIdentityOperation"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "AIService"}, "InvalidApiSetId"),
        ({"kind": None}, "InvalidApiSetId"),
        ({"sku": {"name": "F0"}}, "InvalidSkuId"),
        ({"sku": None}, "InvalidSkuId"),
        ({"location": "ukwest"}, "LocationNotAvailableForResourceType"),
        ({"properties": {"customSubDomainName": "has_underscore"}}, "CustomSubDomainNameInvalid"),
        ({"properties": {"customSubDomainName": "-x"}}, "CustomSubDomainNameInvalid"),
        ({"properties": {"allowProjectManagement": True}}, "CustomSubDomainNameRequired"),
        ({"properties": {"restore": True}}, "CanNotRestoreANonExistingResource"),
        ({"properties": "text"}, "InvalidRequestContent"),
    ],
)
def test_a_body_that_no_account_can_have_is_refused(bench: Bench, change: dict[str, object], code: str) -> None:
    assert bench.refused(ACC, account() | change).code == code


def test_a_name_of_one_letter_is_refused_and_one_of_two_is_not(bench: Bench) -> None:
    assert bench.refused(f"{ACCOUNT}/a", account()).code == "AccountNameInvalid"
    assert bench.put(f"{ACCOUNT}/ab", account("ab"))["name"] == "ab"


def test_a_subdomain_belongs_to_one_account_whatever_its_case(bench: Bench) -> None:
    bench.account("acc")
    error = bench.refused(f"{ACCOUNT}/second", account("ACC"))
    assert (error.status, error.code) == (409, "CustomDomainInUse")


def test_a_subdomain_cannot_be_changed_once_set(bench: Bench) -> None:
    bench.account("acc")
    assert bench.refused(ACC, account("another")).code == "CannotChangeCustomSubDomain"


def test_a_region_with_as_many_accounts_as_it_may_have_takes_no_more() -> None:
    bench = Bench("tight-quota")
    error = bench.refused(ACC, account())
    assert (error.code, error.message) == (
        "InsufficientQuota",
        "Insufficient quota. Cannot create/update/move resource 'acc'.",
    )
    assert bench.put(ACC, account(location="westus3"))["location"] == "westus3"


def test_a_second_write_before_the_first_is_done_is_refused(bench: Bench) -> None:
    bench.begin(ACC, account())
    error = bench.refused(ACC, account())
    assert (error.status, error.code) == (409, "AccountProvisioningStateInvalid")


def test_a_replacement_answers_200_and_keeps_keys_and_inner_id(bench: Bench) -> None:
    bench.account()
    before, keys = bench.get(ACC)["properties"]["internalId"], bench.act(ACC, "listKeys")
    assert bench.begin(ACC, account()).status == 200
    assert (bench.get(ACC)["properties"]["internalId"], bench.act(ACC, "listKeys")) == (before, keys)


def test_keys_are_two_and_change_one_at_a_time(bench: Bench) -> None:
    bench.account()
    before = bench.act(ACC, "listKeys")
    after = bench.act(ACC, "regenerateKey", {"keyName": "Key2"})
    assert before["key1"] == after["key1"]
    assert before["key2"] != after["key2"]


def test_a_key_that_there_is_none_of_is_not_regenerated(bench: Bench) -> None:
    bench.account()
    with pytest.raises(ArmError, match="Key3"):
        bench.act(ACC, "regenerateKey", {"keyName": "Key3"})


def test_keys_are_not_shown_by_a_get(bench: Bench) -> None:
    bench.account()
    keys = bench.act(ACC, "listKeys")
    assert keys["key1"] not in str(bench.get(ACC))


def test_without_key_sign_in_there_are_no_keys_to_list(bench: Bench) -> None:
    bench.account(disableLocalAuth=True)
    with pytest.raises(ArmError, match="disableLocalAuth is set to be true"):
        bench.act(ACC, "listKeys")


def test_a_patch_changes_what_it_names_and_nothing_else(bench: Bench) -> None:
    before = bench.put(ACC, account() | {"tags": {"a": "1"}})
    bench.begin(ACC, {"tags": {"b": "2"}, "properties": {"disableLocalAuth": True}}, patch=True)
    after = bench.get(ACC)
    assert after["tags"] == {"a": "1", "b": "2"}
    assert after["properties"]["disableLocalAuth"] is True
    assert after["properties"]["endpoints"] == before["properties"]["endpoints"]


def test_deleting_keeps_an_account_aside_until_it_is_purged(bench: Bench) -> None:
    bench.account()
    work = bench.delete(ACC, wait=False)
    assert (work.status, bench.get(ACC)["properties"]["provisioningState"]) == (202, "Deleting")
    bench.wait(work.seconds)
    listed = bench.ask("GET", "/deletedAccounts").body["value"]
    assert [one["name"] for one in listed] == ["acc"]
    assert not bench.has(ACC)


def _deleted(bench: Bench, method: str, *, location: str = "eastus2", name: str = "acc") -> int:
    template = "/deletedAccounts/{account}"
    return bench.ask(method, template, location=location, account=name).status


def test_a_deleted_account_is_shown_at_its_region_only(bench: Bench) -> None:
    bench.account()
    bench.delete(ACC)
    assert _deleted(bench, "GET") == 200
    with pytest.raises(ArmError, match="not found"):
        _deleted(bench, "GET", location="westus")


def test_purging_answers_200_then_204(bench: Bench) -> None:
    bench.account()
    bench.delete(ACC)
    assert [_deleted(bench, "DELETE"), _deleted(bench, "DELETE")] == [200, 204]


def test_creating_over_a_deleted_account_asks_for_the_flag(bench: Bench) -> None:
    bench.account()
    bench.delete(ACC)
    error = bench.refused(ACC, account())
    assert (error.status, error.code) == (409, "FlagMustBeSetForRestore")


def test_after_a_purge_the_name_is_free(bench: Bench) -> None:
    bench.account()
    bench.delete(ACC)
    _deleted(bench, "DELETE")
    assert bench.put(ACC, account())["properties"]["provisioningState"] == "Succeeded"


def test_after_48_days_a_deleted_account_is_gone_by_itself(bench: Bench) -> None:
    bench.account()
    bench.delete(ACC)
    bench.wait(48 * 24 * 3600)
    assert bench.put(ACC, account())["properties"]["provisioningState"] == "Succeeded"


def test_restoring_brings_keys_and_deployments_back(bench: Bench) -> None:
    bench.account()
    bench.put(f"{ACC}/deployments/v3", deployment())
    keys = bench.act(ACC, "listKeys")
    bench.delete(ACC)
    shown = bench.put(ACC, account(restore=True))
    assert "restore" not in shown["properties"]
    assert (bench.act(ACC, "listKeys"), bench.has(f"{ACC}/deployments/v3")) == (keys, True)


def test_what_was_being_made_when_its_account_went_comes_back_made(bench: Bench) -> None:
    bench.account()
    bench.begin(f"{ACC}/deployments/v3", deployment())
    bench.delete(ACC)
    bench.put(ACC, account(restore=True))

    assert bench.get(f"{ACC}/deployments/v3")["properties"]["provisioningState"] == "Succeeded"


def test_a_wish_to_restore_that_says_nothing_else_brings_the_account_back_as_it_was(bench: Bench) -> None:
    before = bench.put(ACC, account("acc") | {"tags": {"a": "b"}})
    bench.delete(ACC)
    after = bench.put(ACC, {"location": "eastus2", "properties": {"restore": True}})

    assert (after["kind"], after["sku"], after["tags"]) == (before["kind"], before["sku"], {"a": "b"})
    assert after["properties"]["endpoints"] == before["properties"]["endpoints"]


def test_a_deleted_accounts_subdomain_stays_taken(bench: Bench) -> None:
    bench.account()
    bench.delete(ACC)
    assert bench.refused(f"{ACCOUNT}/second", account("acc")).code == "CustomDomainInUse"


def test_an_account_with_projects_is_deleted_only_with_its_group(bench: Bench) -> None:
    bench.account()
    bench.put(f"{ACC}/projects/proj", {"location": "eastus2", "identity": {"type": "SystemAssigned"}})
    with pytest.raises(ArmError, match="nested resources") as refusal:
        bench.delete(ACC)
    assert (refusal.value.status, refusal.value.code) == (409, "CannotDeleteResource")
    bench.delete(ACC, with_group=True)
    assert not bench.has(f"{ACC}/projects/proj")


def test_domain_availability_tells_taken_from_free(bench: Bench) -> None:
    bench.account()
    route = "/checkDomainAvailability"
    asked = [bench.ask("POST", route, body={"subdomainName": name}).body for name in ("acc", "free")]
    assert [one["isSubdomainAvailable"] for one in asked] == [False, True]
    with pytest.raises(ArmError, match="subdomainName"):
        bench.ask("POST", route, body={})


@pytest.mark.parametrize("suffix", ["services.ai.azure.com", "openai.azure.com", "cognitiveservices.azure.com"])
def test_all_hosts_of_an_account_lead_to_it(bench: Bench, suffix: str) -> None:
    bench.account()
    target = bench.target(f"ACC.{suffix}")
    assert target is not None
    assert (target.hosting, target.region, target.usable) == ("foundry", "eastus2", True)
    assert set(target.keys) == set(bench.act(ACC, "listKeys").values())


def test_nothing_stands_behind_the_host_of_a_deleted_account(bench: Bench) -> None:
    bench.account()
    bench.delete(ACC)
    assert bench.target("acc.services.ai.azure.com") is None
    assert bench.target("nobody.example.com") is None


def test_a_host_knows_whether_public_networks_are_let_in(bench: Bench) -> None:
    bench.account("open")
    bench.account("closed", publicNetworkAccess="Disabled")
    found = [bench.target(f"{name}.services.ai.azure.com") for name in ("open", "closed")]
    assert [one.public for one in found if one is not None] == [True, False]


def test_a_host_takes_no_key_where_key_sign_in_is_off(bench: Bench) -> None:
    bench.account(disableLocalAuth=True)
    target = bench.target("acc.services.ai.azure.com")
    assert target is not None
    assert target.keys == ()
    assert target.audiences


def test_deleted_accounts_are_listed_with_the_id_that_purges_them(bench: Bench) -> None:
    bench.account()
    bench.delete(ACC)
    (shown,) = bench.ask("GET", "/deletedAccounts").body["value"]
    assert shown["id"] == (
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/eastus2/resourceGroups/rg"
        "/deletedAccounts/acc"
    )
    assert shown["properties"]["scheduledPurgeDate"] > shown["properties"]["deletionDate"]


def test_a_patch_overtaken_by_a_deletion_says_so_at_its_end(bench: Bench) -> None:
    first = bench.begin(ACC, account())
    bench.delete(ACC, wait=False)
    assert first.finish is not None
    error = first.finish()
    assert error is not None
    assert error.code == "OperationSuperseded"
