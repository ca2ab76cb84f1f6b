"""Deleting: groups until an empty 200, what is gone already, accounts that are soft-deleted."""

from __future__ import annotations

import pytest
from tests.unit.azure.scripted import MANAGER, SUBSCRIPTION, Answer, ScriptedAdapter, azure_with, error

from azserve.azure.reader import Subscriptions
from azserve.azure.removal import Remover
from azserve.errors import AzserveError, StillRunning
from azserve.model.names import FLEET_TAG, FleetId, Region
from azserve.model.resource_id import ResourceId

GROUP = ResourceId.of_group(SUBSCRIPTION, "rg")
ACCOUNT = ResourceId(SUBSCRIPTION, "rg", "Microsoft.CognitiveServices/accounts", ("acc",))
EASTUS2 = Region("eastus2")
RESULT = "/results/1"
GOING = Answer(202, None, {"Location": f"{MANAGER}{RESULT}"})
SOFT = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CognitiveServices"
VAULTS = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.KeyVault"
VAULT = ResourceId(SUBSCRIPTION, "rg", "Microsoft.KeyVault/vaults", ("kv",))
DELETED_VAULT = f"{VAULTS}/locations/eastus2/deletedVaults/kv"
DELETED = f"{SOFT}/locations/eastus2/resourceGroups/rg/deletedAccounts/acc"


def remover(adapter: ScriptedAdapter) -> Remover:
    return azure_with(adapter).removal(Subscriptions(SUBSCRIPTION))


def test_a_group_is_deleted_until_arm_says_so() -> None:
    adapter = ScriptedAdapter().on("DELETE", str(GROUP), GOING).on("GET", RESULT, GOING, GOING, Answer(200))
    assert remover(adapter).delete(GROUP, "", deadline_s=9) is True
    assert adapter.paths("GET") == [RESULT] * 3


def test_a_group_that_is_gone_is_told() -> None:
    assert remover(ScriptedAdapter()).delete(GROUP, "", deadline_s=9) is False


def test_a_version_asked_for_is_used() -> None:
    adapter = ScriptedAdapter().on("DELETE", str(ACCOUNT), Answer(200))
    remover(adapter).delete(ACCOUNT, "2023-05-01", deadline_s=9)
    assert adapter.asked[0].query["api-version"] == "2023-05-01"


@pytest.mark.parametrize(("resource", "version"), [(GROUP, "2021-04-01"), (ACCOUNT, "2025-06-01")])
def test_without_a_version_the_types_own_is_used(resource: ResourceId, version: str) -> None:
    adapter = ScriptedAdapter().on("DELETE", str(resource), Answer(200))
    remover(adapter).delete(resource, "", deadline_s=9)
    assert adapter.asked[0].query["api-version"] == version


def test_a_delete_unfinished_at_the_deadline_is_still_running() -> None:
    adapter = ScriptedAdapter().on("DELETE", str(GROUP), GOING).on("GET", RESULT, GOING)
    with pytest.raises(StillRunning) as caught:
        remover(adapter).delete(GROUP, "", deadline_s=0)
    assert "rg" in caught.value.message


def test_a_refused_delete_says_why() -> None:
    adapter = ScriptedAdapter().on("DELETE", str(GROUP), error("ScopeLocked", "Locked.", status=409))
    with pytest.raises(AzserveError) as caught:
        remover(adapter).delete(GROUP, "", deadline_s=9)
    assert (caught.value.code, caught.value.message) == ("ScopeLocked", "could not delete `rg`: Locked")


def test_a_soft_deleted_account_is_purged() -> None:
    adapter = ScriptedAdapter().on("GET", DELETED, Answer(200, {"id": DELETED})).on("DELETE", DELETED, Answer(200))
    assert remover(adapter).purge(ACCOUNT, EASTUS2, deadline_s=9) is True
    assert adapter.paths("DELETE") == [DELETED]


def test_an_account_that_is_not_soft_deleted_is_not_purged() -> None:
    adapter = ScriptedAdapter()
    assert remover(adapter).purge(ACCOUNT, EASTUS2, deadline_s=9) is False
    assert adapter.paths("DELETE") == []


def test_a_purge_unfinished_at_the_deadline_is_still_running() -> None:
    adapter = ScriptedAdapter().on("GET", DELETED, Answer(200, {"id": DELETED})).on("DELETE", DELETED, GOING)
    adapter.on("GET", RESULT, GOING)
    with pytest.raises(StillRunning):
        remover(adapter).purge(ACCOUNT, EASTUS2, deadline_s=0)


def test_a_soft_deleted_vault_is_purged_by_its_own_action() -> None:
    adapter = ScriptedAdapter().on("GET", DELETED_VAULT, Answer(200, {"id": DELETED_VAULT}))
    adapter.on("POST", f"{DELETED_VAULT}/purge", GOING).on("GET", RESULT, Answer(200))
    assert remover(adapter).purge(VAULT, EASTUS2, deadline_s=9) is True


def test_a_vault_that_is_not_soft_deleted_is_not_purged() -> None:
    adapter = ScriptedAdapter()
    assert remover(adapter).purge(VAULT, EASTUS2, deadline_s=9) is False
    assert adapter.paths("POST") == []


def test_what_went_between_the_look_and_the_purge_is_no_news() -> None:
    adapter = ScriptedAdapter().on("GET", DELETED, Answer(200, {"id": DELETED})).on("DELETE", DELETED, Answer(204))
    assert remover(adapter).purge(ACCOUNT, EASTUS2, deadline_s=9) is False


def test_the_fleets_own_soft_deleted_vaults_are_told_too() -> None:
    properties = {"vaultId": str(VAULT), "location": "eastus2", "tags": {FLEET_TAG: "f"}}
    adapter = ScriptedAdapter().on("GET", f"{SOFT}/deletedAccounts", Answer(200, {"value": []}))
    adapter.on("GET", f"{VAULTS}/deletedVaults", Answer(200, {"value": [{"properties": properties}]}))
    assert remover(adapter).soft_deleted(FleetId("f")) == ((VAULT, EASTUS2),)


def test_only_the_fleets_own_soft_deleted_accounts_are_told() -> None:
    ours = {"id": DELETED, "name": "acc", "tags": {FLEET_TAG: "f/dev"}}
    others = [{"id": DELETED.replace("acc", "x"), "tags": tags} for tags in (None, {FLEET_TAG: "f/prod"})]
    adapter = ScriptedAdapter().on("GET", f"{SOFT}/deletedAccounts", Answer(200, {"value": [*others, ours]}))
    adapter.on("GET", f"{VAULTS}/deletedVaults", Answer(200, {"value": []}))
    assert remover(adapter).soft_deleted(FleetId("f", "dev")) == ((ACCOUNT, EASTUS2),)


def test_an_id_of_another_form_is_left_out() -> None:
    odd = {"id": "/subscriptions/s/deletedAccounts/acc", "tags": {FLEET_TAG: "f"}}
    adapter = ScriptedAdapter().on("GET", f"{SOFT}/deletedAccounts", Answer(200, {"value": [odd]}))
    adapter.on("GET", f"{VAULTS}/deletedVaults", Answer(200, {"value": []}))
    assert remover(adapter).soft_deleted(FleetId("f")) == ()
