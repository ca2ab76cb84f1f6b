"""What `destroy` deletes, in which order, and what it leaves."""

from __future__ import annotations

import pytest
from tests.unit.deploying.fleet import (
    EASTUS2,
    FLEET,
    OURS,
    SUBSCRIPTION,
    WESTUS3,
    FakeInventory,
    FakeRemoval,
    Told,
    account_in,
    group_of,
    live,
)

from azserve.deploying import DestroyRequest, destroy
from azserve.deploying.pruning import dependents_first
from azserve.errors import AzureFailed, StillRunning
from azserve.model.facts import LiveResource
from azserve.model.names import FLEET_TAG
from azserve.model.resource_id import ResourceId
from azserve.model.results import DestroyResult, RemovalState

PROJECT = ResourceId(SUBSCRIPTION, "theirs", "Microsoft.MachineLearningServices/workspaces", ("proj",))
HUB = ResourceId(SUBSCRIPTION, "theirs", "Microsoft.MachineLearningServices/workspaces", ("hub",))
ENDPOINT = PROJECT.child("serverlessEndpoints", "r1")
OFFER = PROJECT.child("marketplaceSubscriptions", "offer")
GROUPS = [live(group_of(EASTUS2), EASTUS2, OURS), live(group_of(WESTUS3), WESTUS3, OURS)]


def run(*resources: LiveResource, removal: FakeRemoval, purge: bool = False, told: Told | None = None) -> DestroyResult:
    inventory = FakeInventory(resources)
    return destroy(DestroyRequest(FLEET, purge=purge), inventory, removal, told or Told())


def states(result: DestroyResult) -> dict[str, RemovalState]:
    return {each.resource.name: each.state for each in result.removed}


def test_groups_of_the_fleet_are_deleted_whole() -> None:
    removal = FakeRemoval()
    result = run(*GROUPS, live(account_in(EASTUS2)), removal=removal)
    assert set(removal.deleted) == {group_of(EASTUS2), group_of(WESTUS3)}
    assert states(result) == {"rg-eastus2": RemovalState.DELETED, "rg-westus3": RemovalState.DELETED}


@pytest.mark.parametrize("tags", [{}, {FLEET_TAG: "f"}, {FLEET_TAG: "f/prod"}, {FLEET_TAG: "F/dev"}])
def test_a_group_of_another_fleet_or_environment_is_never_deleted(tags: dict[str, str]) -> None:
    removal = FakeRemoval()
    run(live(group_of(EASTUS2), EASTUS2, tags), removal=removal, purge=True)
    assert (removal.deleted, removal.purged) == ([], [])


def test_in_a_group_of_others_only_what_carries_the_tag_is_deleted() -> None:
    removal = FakeRemoval()
    result = run(live(ENDPOINT, EASTUS2, OURS), live(PROJECT, EASTUS2), removal=removal)
    assert removal.deleted == [ENDPOINT]
    assert states(result) == {"r1": RemovalState.DELETED, "proj": RemovalState.KEPT}


def test_dependents_are_deleted_before_what_they_depend_on() -> None:
    removal = FakeRemoval()
    hub = LiveResource(HUB, EASTUS2, {"kind": "Hub", "tags": OURS})
    run(hub, *[live(each, EASTUS2, OURS) for each in (PROJECT, OFFER, ENDPOINT)], removal=removal)
    assert removal.deleted == [ENDPOINT, OFFER, PROJECT, HUB]


def test_children_of_a_tagged_host_go_with_it() -> None:
    removal = FakeRemoval()
    account = account_in(EASTUS2)
    deployment = account.child("deployments", "v32")
    run(live(account, EASTUS2, OURS), live(deployment), removal=removal)
    assert removal.deleted == [deployment, account]


def test_a_fleet_that_is_gone_is_not_an_error() -> None:
    assert run(removal=FakeRemoval()).removed == ()


def test_what_went_meanwhile_is_told_as_gone() -> None:
    removal = FakeRemoval(gone=frozenset({group_of(EASTUS2)}))
    assert states(run(GROUPS[0], removal=removal)) == {"rg-eastus2": RemovalState.GONE}


def test_a_refusal_stops_nothing_else() -> None:
    removal = FakeRemoval(refuses={group_of(EASTUS2): AzureFailed("locked", code="ScopeLocked")})
    result = run(*GROUPS, removal=removal)
    assert states(result) == {"rg-eastus2": RemovalState.FAILED, "rg-westus3": RemovalState.DELETED}
    assert [each.problem.code for each in result.removed if each.problem] == ["ScopeLocked"]


def test_what_is_still_being_deleted_at_the_deadline_is_raised_in_the_end() -> None:
    removal = FakeRemoval(refuses={group_of(EASTUS2): StillRunning("slow")})
    with pytest.raises(StillRunning) as caught:
        run(*GROUPS, removal=removal)
    assert removal.deleted == [group_of(WESTUS3)]
    assert "rg-eastus2" in caught.value.message


def test_without_purge_nothing_is_purged() -> None:
    removal = FakeRemoval(purgeable=frozenset({account_in(EASTUS2)}))
    run(GROUPS[0], live(account_in(EASTUS2)), removal=removal)
    assert removal.purged == []


def test_purge_frees_the_accounts_deleted_now() -> None:
    removal = FakeRemoval(purgeable=frozenset({account_in(EASTUS2)}))
    result = run(GROUPS[0], live(account_in(EASTUS2)), removal=removal, purge=True)
    assert states(result) == {"rg-eastus2": RemovalState.DELETED, "acc": RemovalState.PURGED}


def test_purge_frees_accounts_that_an_earlier_run_deleted() -> None:
    removal = FakeRemoval(soft=((account_in(EASTUS2), EASTUS2),))
    assert states(run(removal=removal, purge=True)) == {"acc": RemovalState.PURGED}


def test_an_account_that_is_not_soft_deleted_is_no_news() -> None:
    result = run(GROUPS[0], live(account_in(EASTUS2)), removal=FakeRemoval(), purge=True)
    assert states(result) == {"rg-eastus2": RemovalState.DELETED}


def test_an_account_of_others_is_not_purged() -> None:
    removal = FakeRemoval()
    theirs = ResourceId(SUBSCRIPTION, "theirs", "Microsoft.CognitiveServices/accounts", ("acc",))
    run(live(theirs), live(theirs.child("deployments", "v32"), EASTUS2, OURS), removal=removal, purge=True)
    assert removal.purged == []


def test_progress_tells_beginning_and_end_of_each() -> None:
    told = Told()
    run(GROUPS[0], removal=FakeRemoval(), told=told)
    assert told.of("eastus2/rg-eastus2") == ["started", "done deleted"]


def test_an_interruption_is_let_through() -> None:
    class Interrupted(FakeRemoval):
        def delete(self, resource: ResourceId, api_version: str, *, deadline_s: float) -> bool:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(GROUPS[0], removal=Interrupted())


def test_groups_go_last_of_all() -> None:
    mixed = [group_of(EASTUS2), account_in(EASTUS2), account_in(EASTUS2).child("projects", "p")]
    assert dependents_first(mixed)[-1] == group_of(EASTUS2)
