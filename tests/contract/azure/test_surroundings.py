"""The contract of surveying's port, continued: what lies around a fleet."""

from __future__ import annotations

from tests.contract.azure.conftest import Backend
from tests.contract.azure.templates import EASTUS2

from azserve.model.facts import ModelVersion
from azserve.model.json import JsonObject

ACCOUNT = "Microsoft.CognitiveServices/accounts"
R1 = ModelVersion("DeepSeek", "DeepSeek-R1", "1")


def test_a_subscription_says_whether_it_takes_writes(backend: Backend) -> None:
    found = backend.reader.subscription(backend.subscription)
    assert (found.id.lower(), found.takes_writes) == (backend.subscription, True)


def test_locations_come_in_the_short_spelling(backend: Backend) -> None:
    found = {one.name: one.display_name for one in backend.reader.locations(backend.subscription)}
    assert found[EASTUS2] == "East US 2"


def test_a_provider_says_whether_it_is_registered_and_where_its_types_are(backend: Backend) -> None:
    found = backend.reader.provider(backend.subscription, "Microsoft.CognitiveServices")
    accounts = found.type_of("Accounts")
    assert accounts is not None
    assert (found.registered, EASTUS2 in accounts.locations) == (True, True)


def test_an_owner_may_write_accounts(backend: Backend) -> None:
    assert backend.reader.permissions(backend.subscription).allows(f"{ACCOUNT}/write")


def test_capacity_is_told_per_region_and_sku(backend: Backend) -> None:
    found = backend.reader.capacities(backend.subscription, R1)
    assert [one.model for one in found if (one.region, one.sku) == (EASTUS2, "GlobalStandard")] == [R1]


def test_a_model_that_does_not_exist_has_no_capacity(backend: Backend) -> None:
    assert backend.reader.capacities(backend.subscription, ModelVersion("DeepSeek", "DeepSeek-R0", "1")) == ()


def test_nothing_is_soft_deleted_at_first(backend: Backend) -> None:
    reader = backend.reader
    assert reader.deleted_accounts(backend.subscription) + reader.deleted_vaults(backend.subscription) == ()


def test_a_subdomain_that_nobody_has_is_free(backend: Backend) -> None:
    found = backend.reader.subdomain(backend.subscription, "azserve-contract-nobody-has-this")
    assert (found.free, found.because) == (True, None)


def test_where_there_are_no_policies_nothing_is_found(backend: Backend) -> None:
    resource: JsonObject = {"type": ACCOUNT, "name": "contract", "location": "eastus2", "properties": {}}
    assert backend.reader.policy(backend.subscription, resource, "2025-06-01") == ()


def test_an_empty_subscription_has_no_hosts(backend: Backend) -> None:
    assert backend.reader.hosts(backend.subscription) == ()


def test_compute_quota_counts_cores(backend: Backend) -> None:
    assert all(pool.limit >= 0 for pool in backend.reader.compute_pools(EASTUS2))
