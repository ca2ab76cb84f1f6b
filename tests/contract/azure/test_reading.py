"""The contract of surveying's port: what a reader tells, whichever Azure is behind it."""

from __future__ import annotations

from tests.contract.azure.conftest import Backend
from tests.contract.azure.templates import EASTUS2, a_group

from azserve.model.names import FleetId, Region
from azserve.model.resource_id import ResourceId

FLEET = FleetId("contract", "reading")


def test_a_region_lists_the_model_of_the_seed_whose_only_version_is_not_the_default(backend: Backend) -> None:
    (r1,) = [
        model for model in backend.reader.models(EASTUS2) if (model.name, model.kind) == ("DeepSeek-R1", "AIServices")
    ]
    assert (r1.format, r1.version, r1.is_default_version) == ("DeepSeek", "1", False)


def test_a_region_has_a_pool_for_every_standard_sku_of_the_seeds_model(backend: Backend) -> None:
    pools = {pool.name for pool in backend.reader.pools(EASTUS2)}
    models = [model for model in backend.reader.models(EASTUS2) if model.name == "DeepSeek-R1"]
    wanted = {sku.usage_name for model in models for sku in model.skus if sku.name == "GlobalStandard"}
    assert wanted
    assert wanted <= pools


def test_a_fleet_that_has_nothing_is_empty(backend: Backend) -> None:
    assert backend.reader.fleet(FLEET) == ()


def test_a_group_with_the_fleets_tag_belongs_to_the_fleet(backend: Backend) -> None:
    request = a_group(backend.subscription, FLEET)
    backend.deployments.carry_out(request, watch=lambda state: None, deadline_s=60)
    (group,) = backend.reader.fleet(FLEET)
    assert (group.id.group, group.region) == ("rg-contract-reading", "eastus2")


def test_a_group_of_another_environment_does_not(backend: Backend) -> None:
    request = a_group(backend.subscription, FleetId("contract", "other"))
    backend.deployments.carry_out(request, watch=lambda state: None, deadline_s=60)
    assert backend.reader.fleet(FLEET) == ()


def test_a_resource_that_does_not_exist_is_none(backend: Backend) -> None:
    assert backend.reader.read(ResourceId.of_group(backend.subscription, "nobody"), "2021-04-01") is None


def test_a_resource_is_read_with_its_tags_and_region(backend: Backend) -> None:
    request = a_group(backend.subscription, FLEET)
    backend.deployments.carry_out(request, watch=lambda state: None, deadline_s=60)
    group = backend.reader.read(ResourceId.of_group(backend.subscription, "rg-contract-reading"), "2021-04-01")
    assert group is not None
    assert (group.region, group.tags) == (Region("eastus2"), {"azserve-fleet": "contract/reading"})
