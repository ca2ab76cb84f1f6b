"""What holds everywhere is said once, what is soft-deleted comes back, and who comes next is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.unit.planning.around import with_surroundings
from tests.unit.planning.worlds import catalogue, described, facts, region_facts, settings

from azserve.errors import ExitCode, NotAllowed, Refused
from azserve.model.artifact import RegionArtifact
from azserve.model.facts import Facts
from azserve.model.plan import Placement
from azserve.model.settings import ExistingHost, HostSettings, NetworkSettings, Settings, SignIn
from azserve.model.verdict import ReasonCode
from azserve.planning.choosing import place
from azserve.planning.phases import make_plan
from azserve.planning.questions import questions

R1 = {"model": "DeepSeek-R1", "hosting": "serverless"}
V32 = {"model": "DeepSeek-V3.2", "version": "1", "capacity": 50}
BOTH = settings({"r1": R1, "v32": V32}, ["eastus2"])
DAY = date(2026, 1, 1)


def known(wanted: Settings, around: Mapping[str, Any] | None = None) -> Facts:
    regions = [region_facts(region) for region in wanted.regions.of]
    return with_surroundings(facts(regions), wanted, around or {}, {})


def placed(wanted: Settings, around: Mapping[str, Any] | None = None) -> Placement:
    return place(wanted, catalogue(), known(wanted, around), DAY)


def test_a_missing_right_is_told_once_with_what_to_ask_for_and_no_other_region() -> None:
    with pytest.raises(NotAllowed) as refused:
        placed(settings({"v32": V32}, ["eastus2", "westus3"]), {"rights": {"may": ["*/read"]}})
    assert refused.value.exit_code is ExitCode.SIGN_IN
    assert refused.value.hint == "ask for a role that allows it, such as Contributor, there or on the group"


def test_a_provider_to_register_is_the_smallest_change() -> None:
    with pytest.raises(Refused) as refused:
        placed(settings({"v32": V32}, ["eastus2"]), {"providers": {"Microsoft.CognitiveServices": "NotRegistered"}})
    assert refused.value.hint is not None
    assert refused.value.hint.startswith("`az provider register --namespace Microsoft.CognitiveServices")


def test_a_right_missing_at_the_subscription_may_be_given_on_a_group_that_stands() -> None:
    host = HostSettings(existing=ExistingHost(group="theirs", account="acc"))
    wanted = settings({"v32": V32}, ["eastus2"], foundry=host)
    here = {"eastus2": {"rights": {"may": ["*"]}}}
    found = with_surroundings(facts([region_facts("eastus2")]), wanted, {"rights": {"may": ["*/read"]}}, here)
    assert [estate.region for estate in place(wanted, catalogue(), found, DAY).estates] == ["eastus2"]


def test_an_account_and_a_vault_that_are_soft_deleted_come_back() -> None:
    deleted = [{"host": "account", "region": "eastus2"}, {"host": "vault", "region": "eastus2"}]
    placement = placed(BOTH, {"deleted": deleted})
    (estate,) = placement.estates
    assert estate.foundry is not None
    assert estate.serverless is not None
    assert (estate.foundry.restore, estate.serverless.recover_vault) == (True, True)
    assert [one.code for one in placement.warnings].count(ReasonCode.SOFT_DELETED) == 2


def test_what_is_not_soft_deleted_is_not_brought_back() -> None:
    (estate,) = placed(BOTH, {"deleted": []}).estates
    assert estate.foundry is not None
    assert estate.serverless is not None
    assert (estate.foundry.restore, estate.serverless.recover_vault) == (False, False)


def test_what_lies_under_existing_is_never_brought_back() -> None:
    wanted = replace(
        BOTH,
        foundry=HostSettings(existing=ExistingHost(account="acc")),
        serverless=HostSettings(existing=ExistingHost(vault="kv")),
    )
    deleted = [
        {"host": "account", "region": "eastus2", "name": "acc"},
        {"host": "vault", "region": "eastus2", "name": "kv"},
    ]
    (estate,) = placed(wanted, {"deleted": deleted}).estates
    assert estate.foundry is not None
    assert estate.serverless is not None
    assert (estate.foundry.restore, estate.serverless.recover_vault) == (False, False)


def test_the_step_says_that_it_is_brought_back() -> None:
    wanted = settings({"v32": V32}, ["eastus2"])
    placement = placed(wanted, {"deleted": [{"host": "account", "region": "eastus2"}]})
    (estate,) = placement.estates
    artifact = RegionArtifact(estate, (), None, {}, {}, described(estate))
    steps = make_plan(placement, [artifact], known(wanted).live).steps
    assert {step.resource.type.rpartition("/")[2]: step.because for step in steps} == {
        "resourceGroups": "does not exist yet",
        "accounts": "is soft-deleted, and is brought back",
        "deployments": "does not exist yet",
    }


def test_regions_left_out_that_could_take_the_fleet_are_fallbacks_in_order() -> None:
    wanted = settings({"r1": R1}, {"need": 1, "of": ["eastus2", "swedencentral", "westus3", "westus"]})
    assert placed(wanted).fallbacks == ("westus3", "westus")


def test_policy_is_asked_about_each_host_that_would_be_made_and_no_other() -> None:
    closed = HostSettings(sign_in=SignIn.ENTRA, network=NetworkSettings(public=False))
    asked = questions(replace(BOTH, foundry=closed), BOTH.regions.of)
    (account, hub) = asked[BOTH.regions.of[0]].hosts
    assert account.body["properties"] == {"publicNetworkAccess": "Disabled", "disableLocalAuth": True}
    assert hub.body["properties"] == {"publicNetworkAccess": "Enabled"}
    existing = replace(BOTH, serverless=HostSettings(existing=ExistingHost(hub="theirs")))
    (only,) = questions(existing, BOTH.regions.of)[BOTH.regions.of[0]].hosts
    assert only.id.type == account.id.type


def test_names_are_asked_of_what_is_made_with_a_hub_and_of_nothing_that_exists() -> None:
    def kinds(existing: ExistingHost) -> list[str]:
        wanted = replace(BOTH, serverless=HostSettings(existing=existing))
        return [one.type for one in questions(wanted, BOTH.regions.of)[BOTH.regions.of[0]].names]

    storage, vault = "Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults"
    assert kinds(ExistingHost()) == [storage, vault]
    assert (kinds(ExistingHost(vault="theirs")), kinds(ExistingHost(storage="theirs"))) == ([storage], [vault])
    assert kinds(ExistingHost(hub="theirs")) + kinds(ExistingHost(project="theirs")) == []


def test_without_a_subscription_nothing_can_be_asked() -> None:
    assert questions(replace(BOTH, subscription=None), BOTH.regions.of) == {}


def test_the_hint_of_a_short_quota_names_the_capacity_that_would_fit_and_who_keeps_quota() -> None:
    wanted = settings({"v32": V32}, ["eastus2"])
    found = with_surroundings(
        facts([region_facts("eastus2", pools={"AIServices.GlobalStandard.DeepSeek-V3.2": (990, 1000)})]),
        wanted,
        {"deleted": [{"host": "account", "region": "eastus2", "name": "old-one"}]},
        {},
    )
    with pytest.raises(Refused) as refused:
        place(wanted, catalogue(), found, DAY)
    assert "lower `capacity` of `v32` to 10" in (refused.value.hint or "")
    assert "`old-one`" in (refused.value.hint or "")
