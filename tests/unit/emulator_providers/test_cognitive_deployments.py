"""Deployments of models: what is refused and why, one write at a time, quota pools that fill and free."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from tests.unit.emulator_providers.bench import ACCOUNT, Bench, account, deployment

from azserve.emulator.arm import engine
from azserve.emulator.kernel.kinds import Style
from azserve.emulator.kernel.wire import ArmError

ACC = f"{ACCOUNT}/acc"
V32 = "AIServices.GlobalStandard.DeepSeek-V3.2"


@pytest.fixture
def ready(bench: Bench) -> Bench:
    """An account in eastus2."""
    bench.account()
    return bench


def test_a_deployment_is_creating_then_succeeded_with_what_the_service_fills_in(ready: Bench) -> None:
    work = ready.begin(f"{ACC}/deployments/v3", deployment(capacity=7))
    assert (work.status, work.style) == (201, Style.AZURE_ASYNC)
    assert ready.get(f"{ACC}/deployments/v3")["properties"]["provisioningState"] == "Creating"
    ready.wait(work.seconds)
    shown = ready.get(f"{ACC}/deployments/v3")["properties"]
    assert (shown["provisioningState"], shown["currentCapacity"]) == ("Succeeded", 7)
    assert shown["rateLimits"][1] == {"key": "token", "renewalPeriod": 60, "count": 7000}
    assert shown["capabilities"]["chatCompletion"] == "true"
    assert (shown["versionUpgradeOption"], shown["raiPolicyName"]) == (
        "OnceNewDefaultVersionAvailable",
        "Microsoft.DefaultV2",
    )


def test_a_capacity_in_quotes_is_the_number_it_spells(ready: Bench) -> None:
    shown = ready.put(f"{ACC}/deployments/v3", deployment(capacity="7"))

    assert (shown["sku"]["capacity"], shown["properties"]["currentCapacity"]) == (7, 7)


def test_where_provisioning_is_instant_the_first_answer_is_succeeded_without_an_operation() -> None:
    bench = Bench({"seconds": {"deployment": 0}})
    bench.account()
    work = bench.begin(f"{ACC}/deployments/v3", deployment())
    assert (work.status, work.style, work.seconds) == (201, Style.NONE, 0)
    assert bench.get(f"{ACC}/deployments/v3")["properties"]["provisioningState"] == "Succeeded"


@pytest.mark.parametrize(
    ("body", "code", "part"),
    [
        (deployment("DeepSeek-V9"), "DeploymentModelNotSupported", "Name: DeepSeek-V9, Version: 1, Source: '"),
        (deployment(version="2"), "DeploymentModelNotSupported", "Version: 2"),
        (deployment(format_="Deepseek"), "DeploymentModelNotSupported", "Format: Deepseek"),
        (deployment("gpt-35-turbo", "0125", format_="OpenAI", sku="Standard"), "ServiceModelDeprecated", "11/14/2025"),
        (
            deployment("grok-4-fast-reasoning", format_="xAI"),
            "ServiceModelDeprecating",
            "Publisher:xAI,Format:xAI,Name:grok-4-fast-reasoning,Version:1' is in deprecating state",
        ),
        (
            deployment(sku="Standard"),
            "InvalidResourceProperties",
            "'Standard' of account deployment is not supported by the model 'DeepSeek-V3.2' version: '1'",
        ),
        (deployment(capacity=0), "InvalidCapacity", "'0' of account deployment should be greater than 0"),
        (deployment("DeepSeek-R1", capacity=5001), "InvalidCapacity", "no more than 5000"),
        (deployment(capacity=None), "InvalidCapacity", "capacity ' '"),
        (deployment(capacity="ten"), "InvalidCapacity", "'ten'"),
        (deployment(capacity=True), "InvalidCapacity", "'True'"),
        (
            deployment("DeepSeek-R1", sku="GlobalProvisionedManaged", capacity=150),
            "InvalidCapacity",
            "greater than 99 and no more than 3000 and a multiple of 100",
        ),
        (deployment(raiPolicyName="nobody"), "InvalidResourceProperties", "'nobody'"),
        (deployment(versionUpgradeOption="Sometimes"), "InvalidResourceProperties", "NoAutoUpgrade"),
        ({"properties": deployment()["properties"]}, "InvalidResourceProperties", "sku.name"),
        ({"sku": {"name": "GlobalStandard", "capacity": 1}}, "InvalidResourceProperties", "model.format"),
        (
            {"sku": {"name": "S", "capacity": 1}, "properties": {"model": {"format": "a", "name": "b", "version": 1}}},
            "InvalidResourceProperties",
            "string",
        ),
    ],
)
def test_what_cannot_be_deployed_is_refused(ready: Bench, body: dict[str, object], code: str, part: str) -> None:
    error = ready.refused(f"{ACC}/deployments/dep", body)
    assert (error.status, error.code) == (400, code)
    assert part in error.message
    assert not ready.has(f"{ACC}/deployments/dep")


def test_a_sku_that_only_other_regions_have_is_refused_by_region(bench: Bench) -> None:
    bench.account(location="japaneast")
    body = deployment("gpt-5-mini", "2025-08-07", format_="OpenAI", sku="DataZoneStandard")
    error = bench.refused(f"{ACC}/deployments/dep", body)
    assert error.message == (
        "The specified SKU 'DataZoneStandard' for model 'gpt-5-mini 2025-08-07' is not supported in this region "
        "'japaneast'."
    )


def test_a_partner_model_is_not_for_accounts_of_kind_openai(bench: Bench) -> None:
    bench.put(ACC, account(kind="OpenAI"))
    assert bench.refused(f"{ACC}/deployments/dep", deployment()).code == "DeploymentModelNotSupported"


def test_a_version_left_out_is_the_default_one_if_there_is_any(ready: Bench) -> None:
    body = deployment("gpt-4o", format_="OpenAI")
    del body["properties"]["model"]["version"]
    assert ready.put(f"{ACC}/deployments/dep", body)["properties"]["model"]["version"] == "2024-11-20"
    body = deployment("DeepSeek-R1")
    del body["properties"]["model"]["version"]
    assert ready.refused(f"{ACC}/deployments/r1", body).code == "DeploymentModelNotSupported"


def test_the_fine_tuned_pool_is_not_what_a_base_model_draws_from(ready: Bench) -> None:
    before = ready.usage("eastus2", "OpenAI.Standard.gpt-4o-finetune")
    ready.put(f"{ACC}/deployments/dep", deployment("gpt-4o", "2024-11-20", format_="OpenAI", sku="Standard"))
    assert ready.usage("eastus2", "OpenAI.Standard.gpt-4o-finetune") == before
    assert ready.usage("eastus2", "OpenAI.Standard.gpt-4o")[0] == 10


def test_too_much_is_refused_in_the_words_of_the_service(ready: Bench) -> None:
    error = ready.refused(f"{ACC}/deployments/dep", deployment(capacity=881))
    assert error.code == "InsufficientQuota"
    assert error.message == (
        "This operation require 881 new capacity in quota Requests Per Minute - DeepSeek-V3.2, which is bigger than "
        "the current available capacity 880. The current quota usage is 120 and the quota limit is 1000 for quota "
        "Requests Per Minute - DeepSeek-V3.2."
    )


def test_what_just_fits_is_deployed_and_fills_the_pool(ready: Bench) -> None:
    ready.put(f"{ACC}/deployments/dep", deployment(capacity=880))
    assert ready.usage("eastus2", V32) == (1000, 1000)
    assert ready.refused(f"{ACC}/deployments/more", deployment(capacity=1)).code == "InsufficientQuota"


def test_growing_counts_only_what_is_new(ready: Bench) -> None:
    ready.put(f"{ACC}/deployments/dep", deployment(capacity=800))
    assert ready.refused(f"{ACC}/deployments/dep", deployment(capacity=881)).code == "InsufficientQuota"
    ready.put(f"{ACC}/deployments/dep", deployment(capacity=880))
    assert ready.usage("eastus2", V32) == (1000, 1000)


def test_deleting_a_deployment_frees_its_pool_at_once(ready: Bench) -> None:
    ready.put(f"{ACC}/deployments/dep", deployment(capacity=500))
    work = ready.delete(f"{ACC}/deployments/dep")
    assert (work.status, work.stored, ready.usage("eastus2", V32)[0]) == (200, None, 120)


def test_a_soft_deleted_account_holds_its_quota_until_it_is_purged(ready: Bench) -> None:
    ready.put(f"{ACC}/deployments/dep", deployment(capacity=500))
    ready.delete(ACC)
    assert ready.usage("eastus2", V32)[0] == 620
    ready.ask("DELETE", "/deletedAccounts/{account}", location="eastus2", account="acc")
    assert ready.usage("eastus2", V32)[0] == 120


def test_pools_of_other_regions_are_their_own(ready: Bench) -> None:
    ready.put(f"{ACC}/deployments/dep", deployment(capacity=500))
    assert ready.usage("westus3", V32) == (0, 500)


def test_a_subscription_wide_pool_shows_the_same_sum_everywhere(ready: Bench) -> None:
    pool = "AIServices.GlobalStandard.DeepSeek-V4-Pro"
    ready.put(f"{ACC}/deployments/dep", deployment("DeepSeek-V4-Pro", "2026-04-23", capacity=1850))
    assert ready.usage("eastus2", pool) == ready.usage("westus3", pool) == (2000, 2000)
    ready.account("acc2", location="westus3")
    body = deployment("DeepSeek-V4-Pro", "2026-04-23", capacity=1)
    assert ready.refused(f"{ACCOUNT}/acc2/deployments/dep", body).code == "InsufficientQuota"


def test_a_pool_that_is_over_its_limit_has_nothing_left_rather_than_less(ready: Bench) -> None:
    assert ready.usage("eastus2", "AIServices.GlobalStandard.grok-4-fast-reasoning") == (1150, 1000)


def test_two_writes_at_once_below_one_account_conflict(ready: Bench) -> None:
    ready.begin(f"{ACC}/deployments/one", deployment(capacity=1))
    error = ready.refused(f"{ACC}/deployments/two", deployment(capacity=1))
    assert (error.status, error.code) == (409, "RequestConflict")
    assert error.message.endswith("Please try again later.")


def test_the_second_write_is_taken_once_the_first_is_done(ready: Bench) -> None:
    ready.put(f"{ACC}/deployments/one", deployment(capacity=1))
    assert ready.put(f"{ACC}/deployments/two", deployment(capacity=1))["name"] == "two"


def test_two_accounts_are_written_at_once(ready: Bench) -> None:
    ready.account("acc2")
    ready.begin(f"{ACC}/deployments/one", deployment(capacity=1))
    assert ready.begin(f"{ACCOUNT}/acc2/deployments/one", deployment(capacity=1)).status == 201


def test_deleting_while_another_deployment_is_written_conflicts(ready: Bench) -> None:
    ready.put(f"{ACC}/deployments/one", deployment(capacity=1))
    ready.begin(f"{ACC}/deployments/two", deployment(capacity=1))
    with pytest.raises(ArmError, match="Another operation"):
        ready.delete(f"{ACC}/deployments/one")


def test_nothing_is_deployed_into_an_account_that_is_still_being_made(bench: Bench) -> None:
    bench.begin(ACC, account())
    error = bench.refused(f"{ACC}/deployments/one", deployment())
    assert (error.status, error.code) == (409, "AccountProvisioningStateInvalid")


def test_a_refused_deployment_leaves_nothing_behind(ready: Bench) -> None:
    ready.refused(f"{ACC}/deployments/dep", deployment(capacity=100000))
    assert ready.usage("eastus2", V32)[0] == 120


def test_a_deployment_that_exists_may_go_on_after_its_model_was_deprecated(ready: Bench) -> None:
    ready.put(f"{ACC}/deployments/r1", deployment("DeepSeek-R1"))
    ready.world.scenario = Bench("retired-model").world.scenario
    assert ready.put(f"{ACC}/deployments/r1", deployment("DeepSeek-R1", capacity=20))["sku"]["capacity"] == 20
    assert ready.refused(f"{ACC}/deployments/new", deployment("DeepSeek-R1")).code == "ServiceModelDeprecated"


def test_a_patch_changes_capacity_and_tags_but_no_model(ready: Bench) -> None:
    ready.put(f"{ACC}/deployments/dep", deployment())
    ready.begin(f"{ACC}/deployments/dep", {"sku": {"capacity": 20}, "tags": {"a": "b"}}, patch=True)
    ready.wait(5)
    shown = ready.get(f"{ACC}/deployments/dep")
    assert (shown["sku"], shown["tags"], shown["properties"]["currentCapacity"]) == (
        {"name": "GlobalStandard", "capacity": 20},
        {"a": "b"},
        20,
    )
    error = ready.refused(f"{ACC}/deployments/dep", {"properties": {}}, patch=True)
    assert error.code == "InvalidRequestContent"


def test_the_33rd_deployment_of_an_account_is_refused() -> None:
    bench = Bench({"seconds": {"deployment": 0}})
    bench.account()
    for number in range(32):
        bench.put(f"{ACC}/deployments/d{number}", deployment(capacity=1))
    assert bench.refused(f"{ACC}/deployments/d32", deployment(capacity=1)).code == "DeploymentLimitExceeded"
    assert bench.begin(f"{ACC}/deployments/d31", deployment(capacity=2)).status == 200


@pytest.mark.parametrize(("name", "is_refused"), [("dep", False), ("-dep", True)])
def test_before_its_account_exists_only_the_shape_of_a_deployment_is_checked(
    bench: Bench, name: str, is_refused: bool
) -> None:
    address = bench.address(f"{ACC}/deployments/{name}")
    body = deployment("DeepSeek-V9")
    put = engine.wish(bench.world, address, body, api_version="2025-06-01", principal=None, base="http://here")
    kind = engine.kind_at(bench.world, address)
    with pytest.raises(ArmError, match="name '-dep' is invalid") if is_refused else nullcontext():
        kind.check(bench.world, put)


def test_a_model_answers_a_little_after_its_deployment_succeeded(ready: Bench) -> None:
    work = ready.begin(f"{ACC}/deployments/V3", deployment())
    target = ready.target("acc.services.ai.azure.com")
    assert target is not None
    assert target.models == {}
    ready.wait(work.seconds)
    target = ready.target("acc.services.ai.azure.com")
    assert target is not None
    model = target.models["v3"]
    assert (model.name, model.model, model.tokens_per_minute, model.requests_per_minute) == (
        "V3",
        "DeepSeek-V3.2",
        10000,
        10,
    )
    assert model.ready_at > ready.world.now()


def test_a_model_without_rate_limits_of_its_own_gets_the_documented_ones(ready: Bench) -> None:
    ready.put(f"{ACC}/deployments/phi", deployment("Phi-4", "7", format_="Microsoft", capacity=1))
    target = ready.target("acc.services.ai.azure.com")
    assert target is not None
    assert (target.models["phi"].requests_per_minute, target.models["phi"].tokens_per_minute) == (1000, 400000)


def test_what_fails_in_the_end_shows_failed_and_frees_its_quota() -> None:
    bench = Bench("late-failure")
    bench.account(location="westus3")
    work = bench.begin(f"{ACC}/deployments/dep", deployment(capacity=100))
    assert bench.usage("westus3", V32) == (100, 500)
    assert work.finish is not None
    error = work.finish()
    assert error is not None
    assert error.code == "InternalServerError"
    assert bench.get(f"{ACC}/deployments/dep")["properties"]["provisioningState"] == "Failed"
    assert bench.usage("westus3", V32) == (0, 500)


def test_a_content_filter_is_stored_used_and_kept_while_it_is_used(ready: Bench) -> None:
    path = f"{ACC}/raiPolicies/strict"
    assert ready.put(path, {"properties": {"mode": "Blocking"}})["properties"]["basePolicyName"] == "Microsoft.Default"
    assert ready.begin(path, {"properties": {"mode": "Blocking"}, "tags": {"a": "b"}}).status == 200
    ready.put(f"{ACC}/deployments/dep", deployment(raiPolicyName="strict"))
    with pytest.raises(ArmError, match="used by the deployment 'dep'"):
        ready.delete(path)
    ready.delete(f"{ACC}/deployments/dep")
    ready.delete(path)
    assert not ready.has(path)


@pytest.mark.parametrize(
    ("name", "properties", "code"),
    [
        ("Microsoft.Mine", {}, "InvalidResourceName"),
        ("mine", {"mode": "Loud"}, "InvalidResourceProperties"),
        ("mine", {"basePolicyName": "Other"}, "InvalidResourceProperties"),
    ],
)
def test_a_content_filter_that_cannot_be_is_refused(
    ready: Bench, name: str, properties: dict[str, str], code: str
) -> None:
    assert ready.refused(f"{ACC}/raiPolicies/{name}", {"properties": properties}).code == code
