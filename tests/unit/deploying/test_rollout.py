"""How a plan is carried out: phases, regions side by side, failures kept apart, what is written down."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.deploying.fleet import (
    EASTUS2,
    START,
    UKSOUTH,
    WESTUS3,
    FakeDeployments,
    FakeEndpoints,
    FakeRemoval,
    Ticking,
    Told,
    account_in,
    artifact,
    creating,
    deploying,
    endpoint_in,
    group_of,
    plan_of,
    settings,
    step,
)

from azserve.deploying import CarryOutRequest, carry_out, exit_code
from azserve.deploying.in_region import ATTEMPTS
from azserve.errors import AzureFailed, ExitCode, FleetBusy, PermissionDenied, Refused, SignInError
from azserve.model.plan import Action, Phase, PhaseName, Plan
from azserve.model.receipt import Failure, Receipt, RegionOutcome, RegionState
from azserve.model.resource_id import ResourceId

THEIRS = "/subscriptions/s/resourceGroups/theirs/providers"
BOTH = (EASTUS2, WESTUS3)
EVERYWHERE = plan_of(deploying(*creating(EASTUS2), *creating(WESTUS3)), regions=BOTH)
ONE = plan_of(deploying(*creating(EASTUS2)), regions=[EASTUS2])
QUOTA = Failure("InsufficientQuota", "Full")


def run(
    plan: Plan = EVERYWHERE,
    *,
    deployments: FakeDeployments | None = None,
    endpoints: FakeEndpoints | None = None,
    removal: FakeRemoval | None = None,
    on_failure: str = "keep",
    deadline_s: float = 3600.0,
    told: Told | None = None,
    **more: Any,
) -> Receipt:
    regions = [estate.region for estate in plan.placement.estates]
    return carry_out(
        CarryOutRequest(plan, [artifact(each) for each in regions], settings(on_failure=on_failure), deadline_s),
        deployments or FakeDeployments(),
        endpoints or FakeEndpoints(),
        removal or FakeRemoval(),
        Ticking(),
        told or Told(),
        pause=more.pop("pause", lambda seconds: None),
        **more,
    )


def states(receipt: Receipt) -> dict[str, RegionState]:
    return {outcome.region: outcome.state for outcome in receipt.regions}


def outcome(receipt: Receipt, region: str) -> RegionOutcome:
    return next(each for each in receipt.regions if each.region == region)


def test_every_region_is_deployed_and_its_endpoints_are_read() -> None:
    receipt = run()
    assert states(receipt) == {EASTUS2: RegionState.DEPLOYED, WESTUS3: RegionState.DEPLOYED}
    assert receipt.endpoints == (endpoint_in(EASTUS2), endpoint_in(WESTUS3))


def test_regions_come_in_the_plans_order_whichever_ended_first() -> None:
    second_done = threading.Event()
    slow_first = FakeDeployments({EASTUS2: [lambda: second_done.wait(5)], WESTUS3: [second_done.set]})
    assert list(states(run(deployments=slow_first))) == [EASTUS2, WESTUS3]


def test_regions_go_side_by_side() -> None:
    together = threading.Barrier(2, timeout=5)
    deployments = FakeDeployments({region: [together.wait] for region in BOTH})
    assert exit_code(run(deployments=deployments)) is ExitCode.DONE


def test_a_deployment_is_written_down_with_its_polls_and_correlation() -> None:
    (record,) = outcome(run(), EASTUS2).deployments
    assert (record.state, record.correlation_id, record.polls, record.seconds) == ("Succeeded", "c", 2, 3.0)


def test_a_region_that_hangs_in_a_call_beyond_the_deadline_is_left_running() -> None:
    never, told = threading.Event(), Told()

    receipt = run(ONE, deployments=FakeDeployments({EASTUS2: [never.wait]}), deadline_s=-60, told=told)

    never.set()
    assert (states(receipt), exit_code(receipt)) == ({EASTUS2: RegionState.RUNNING}, ExitCode.STILL_RUNNING)
    assert "no answer; left running in Azure" in told.of(EASTUS2)[-1]


def test_a_receipt_says_when_and_where() -> None:
    receipt = run()
    assert (receipt.subscription, receipt.cloud) == (settings().subscription, "local")
    assert START < receipt.started_at < receipt.finished_at


def test_a_region_with_a_group_of_ours_is_deployed_through_the_wrapper() -> None:
    deployments = FakeDeployments()
    run(ONE, deployments=deployments)
    (request,) = deployments.requests
    assert (request.group, request.template["resources"], request.parameters) == (
        None,
        ["wrapper"],
        {"location": {"value": EASTUS2}},
    )


def test_a_region_with_an_existing_group_is_deployed_into_it() -> None:
    deployments = FakeDeployments()
    plan = plan_of(deploying(step(EASTUS2, Action.CREATE)), regions=[EASTUS2])
    carry_out(
        CarryOutRequest(plan, [artifact(EASTUS2, wrapped=False)], settings()),
        deployments,
        FakeEndpoints(),
        FakeRemoval(),
        Ticking(),
    )
    (request,) = deployments.requests
    assert (request.group, request.template["resources"], request.parameters) == (
        "rg-eastus2",
        ["region"],
        {"tags": {"value": {}}},
    )


def test_deployments_are_named_by_fleet_environment_and_region() -> None:
    deployments = FakeDeployments()
    run(deployments=deployments)
    assert {request.name for request in deployments.requests} == {"azserve-f-dev-eastus2", "azserve-f-dev-westus3"}


def test_nothing_to_write_writes_nothing() -> None:
    deployments, removal = FakeDeployments(), FakeRemoval()
    unchanged = plan_of(deploying(step(EASTUS2, Action.UNCHANGED), step(WESTUS3, Action.EXTRA)), regions=BOTH)
    receipt = run(unchanged, deployments=deployments, removal=removal)
    assert (deployments.requests, removal.deleted) == ([], [])
    assert set(states(receipt).values()) == {RegionState.UNCHANGED}


def test_an_unchanged_region_has_its_endpoints_all_the_same() -> None:
    receipt = run(plan_of(deploying(step(EASTUS2, Action.UNCHANGED)), regions=[EASTUS2]))
    assert receipt.endpoints == (endpoint_in(EASTUS2),)


def test_an_unchanged_region_whose_endpoints_cannot_be_read_has_failed() -> None:
    unread = FakeEndpoints({EASTUS2: AzureFailed("down", code="unreachable")})
    receipt = run(plan_of(deploying(step(EASTUS2, Action.UNCHANGED)), regions=[EASTUS2]), endpoints=unread)
    assert states(receipt) == {EASTUS2: RegionState.FAILED}


def test_one_regions_failure_leaves_the_others_standing() -> None:
    receipt = run(deployments=FakeDeployments({EASTUS2: [QUOTA]}))
    assert states(receipt) == {EASTUS2: RegionState.FAILED, WESTUS3: RegionState.DEPLOYED}
    assert outcome(receipt, EASTUS2).failure == QUOTA


def test_a_region_azure_refuses_is_in_the_receipt_with_code_and_message() -> None:
    refused = Refused("no", code="RequestDisallowedByPolicy", hint="ask", where="eastus2", raw="{}")
    receipt = run(deployments=FakeDeployments({EASTUS2: [refused]}))
    assert outcome(receipt, EASTUS2).failure == Failure("RequestDisallowedByPolicy", "no", "ask", "eastus2", "{}")


def test_a_failed_region_keeps_the_endpoints_that_stand() -> None:
    receipt = run(deployments=FakeDeployments({EASTUS2: [QUOTA]}))
    assert outcome(receipt, EASTUS2).endpoints == (endpoint_in(EASTUS2),)


def test_a_failure_is_told_even_where_the_endpoints_cannot_be_read() -> None:
    unread = FakeEndpoints({EASTUS2: AzureFailed("down")})
    receipt = run(deployments=FakeDeployments({EASTUS2: [QUOTA]}), endpoints=unread)
    assert outcome(receipt, EASTUS2).failure == QUOTA


def test_a_deployed_region_whose_endpoints_cannot_be_read_has_failed() -> None:
    unread = FakeEndpoints({EASTUS2: AzureFailed("down", code="unreachable")})
    receipt = run(endpoints=unread)
    assert states(receipt)[EASTUS2] is RegionState.FAILED


def test_a_canceled_deployment_is_a_failure() -> None:
    receipt = run(deployments=FakeDeployments({EASTUS2: ["Canceled"]}))
    failure = outcome(receipt, EASTUS2).failure
    assert failure is not None
    assert failure.code == "Canceled"


def test_what_azure_may_do_the_second_time_is_tried_again() -> None:
    deployments = FakeDeployments({EASTUS2: [Failure("RequestConflict", "busy"), "Succeeded"]})
    receipt = run(ONE, deployments=deployments)
    assert [record.state for record in outcome(receipt, EASTUS2).deployments] == ["Failed", "Succeeded"]


def test_trying_again_ends_and_waits_longer_each_time() -> None:
    pauses: list[float] = []
    deployments = FakeDeployments({EASTUS2: [Failure("RequestConflict", "busy")]})
    receipt = run(
        plan_of(deploying(*creating(EASTUS2)), regions=[EASTUS2]), deployments=deployments, pause=pauses.append
    )
    assert (len(deployments.requests), pauses) == (ATTEMPTS, [20.0, 40.0])
    assert states(receipt) == {EASTUS2: RegionState.FAILED}


def test_no_second_try_is_made_beyond_the_deadline() -> None:
    deployments = FakeDeployments({EASTUS2: [Failure("RequestConflict", "busy")]})
    run(ONE, deployments=deployments, deadline_s=15.0)
    assert len(deployments.requests) == 1


def test_what_will_not_pass_is_not_tried_again() -> None:
    deployments = FakeDeployments({EASTUS2: [QUOTA]})
    run(ONE, deployments=deployments)
    assert len(deployments.requests) == 1


def test_the_deadline_is_for_the_whole_run() -> None:
    deployments = FakeDeployments()
    run(deployments=deployments, deadline_s=100.0)
    assert all(0 < deadline < 100 for deadline in deployments.deadlines)


def test_what_is_unfinished_at_the_deadline_is_running() -> None:
    receipt = run(deployments=FakeDeployments({EASTUS2: ["Running"]}))
    assert states(receipt) == {EASTUS2: RegionState.RUNNING, WESTUS3: RegionState.DEPLOYED}


CANARY = plan_of(
    Phase(PhaseName.CANARY, tuple(creating(EASTUS2))),
    deploying(*creating(WESTUS3), *creating(UKSOUTH)),
    regions=(EASTUS2, WESTUS3, UKSOUTH),
)


def test_the_canary_goes_first() -> None:
    deployments = FakeDeployments()
    run(CANARY, deployments=deployments)
    assert deployments.regions[0] == EASTUS2
    assert set(deployments.regions[1:]) == {WESTUS3, UKSOUTH}


@pytest.mark.parametrize("end", [QUOTA, "Running"])
def test_a_canary_that_does_not_stand_holds_back_the_rest(end: Failure | str) -> None:
    deployments = FakeDeployments({EASTUS2: [end]})
    receipt = run(CANARY, deployments=deployments)
    assert deployments.regions == [EASTUS2]
    assert states(receipt)[WESTUS3] is RegionState.SKIPPED


def test_a_gate_that_opens_lets_the_rest_go() -> None:
    asked: list[Any] = []
    receipt = run(CANARY, gate=lambda endpoints: asked.append(endpoints))
    assert asked == [(endpoint_in(EASTUS2),)]
    assert exit_code(receipt) is ExitCode.DONE


def test_a_gate_that_does_not_open_holds_back_the_rest_and_is_told() -> None:
    receipt = run(CANARY, gate=lambda endpoints: Failure("smoke-failed", "no answer"))
    assert outcome(receipt, EASTUS2).failure == Failure("smoke-failed", "no answer")
    assert states(receipt) == {
        EASTUS2: RegionState.DEPLOYED,
        WESTUS3: RegionState.SKIPPED,
        UKSOUTH: RegionState.SKIPPED,
    }
    assert exit_code(receipt) is ExitCode.CHECKS_FAILED


def test_without_a_canary_no_gate_is_asked() -> None:
    receipt = run(gate=lambda endpoints: Failure("x", "never asked"))
    assert exit_code(receipt) is ExitCode.DONE


@pytest.mark.parametrize("error", [SignInError("no"), PermissionDenied("no"), FleetBusy("no")])
def test_what_every_region_says_alike_is_raised(error: SignInError | PermissionDenied | FleetBusy) -> None:
    with pytest.raises(type(error)):
        run(deployments=FakeDeployments({EASTUS2: [error], WESTUS3: [error]}))


def test_what_only_one_region_says_is_in_the_receipt() -> None:
    receipt = run(deployments=FakeDeployments({EASTUS2: [FleetBusy("no", code="DeploymentActive")]}))
    assert states(receipt) == {EASTUS2: RegionState.FAILED, WESTUS3: RegionState.DEPLOYED}


def test_azure_failing_everywhere_is_a_receipt() -> None:
    down = AzureFailed("down")
    receipt = run(deployments=FakeDeployments({EASTUS2: [down], WESTUS3: [down]}))
    assert exit_code(receipt) is ExitCode.AZURE_FAILED


def test_a_bug_in_a_region_is_raised_as_it_is() -> None:
    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(deployments=FakeDeployments({EASTUS2: [broken]}))


def test_an_interruption_is_let_through_and_says_what_goes_on() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    told = Told()
    only = plan_of(deploying(*creating(EASTUS2)), regions=[EASTUS2])
    with pytest.raises(KeyboardInterrupt):
        run(only, deployments=FakeDeployments({EASTUS2: [interrupted]}), told=told)
    assert told.of(EASTUS2)[-1] == "waiting interrupted here; left running in Azure"


def test_progress_tells_start_polls_and_end() -> None:
    told = Told()
    run(told=told)
    assert told.of(EASTUS2) == ["started", "going Running, poll 1", "done deployed"]


def test_progress_tells_a_failure_with_azures_code() -> None:
    told = Told()
    run(deployments=FakeDeployments({EASTUS2: [QUOTA]}), told=told)
    assert told.of(EASTUS2)[-1] == "failed InsufficientQuota: Full"


OLD = step(EASTUS2, Action.DELETE, account_in(EASTUS2, "old"))
PRUNING = plan_of(
    deploying(step(EASTUS2, Action.CREATE)),
    Phase(PhaseName.PRUNE, (OLD, step(UKSOUTH, Action.DELETE, group_of(UKSOUTH)))),
    regions=[EASTUS2],
)


def test_pruning_comes_after_deploying() -> None:
    removal = FakeRemoval()
    order: list[int] = []
    run(PRUNING, deployments=FakeDeployments({EASTUS2: [lambda: order.append(len(removal.deleted))]}), removal=removal)
    assert order == [0]
    assert set(removal.deleted) == {account_in(EASTUS2, "old"), group_of(UKSOUTH)}


def test_a_region_that_only_lost_something_is_in_the_receipt() -> None:
    assert states(run(PRUNING)) == {EASTUS2: RegionState.DEPLOYED, UKSOUTH: RegionState.DEPLOYED}


@pytest.mark.parametrize("end", [QUOTA, "Running"])
def test_nothing_is_pruned_while_the_new_does_not_stand(end: Failure | str) -> None:
    removal = FakeRemoval()
    run(PRUNING, deployments=FakeDeployments({EASTUS2: [end]}), removal=removal)
    assert removal.deleted == []


def test_an_extra_is_reported_and_not_deleted() -> None:
    removal = FakeRemoval()
    run(
        plan_of(deploying(step(EASTUS2, Action.CREATE), step(EASTUS2, Action.EXTRA)), regions=[EASTUS2]),
        removal=removal,
    )
    assert removal.deleted == []


def test_a_prune_that_is_refused_fails_its_region_and_no_other() -> None:
    removal = FakeRemoval(refuses={group_of(UKSOUTH): AzureFailed("locked", code="ScopeLocked")})
    receipt = run(PRUNING, removal=removal)
    assert states(receipt) == {EASTUS2: RegionState.DEPLOYED, UKSOUTH: RegionState.FAILED}
    assert outcome(receipt, UKSOUTH).failure == Failure("ScopeLocked", "not pruned: locked")


def test_a_plan_that_only_prunes_deploys_nothing() -> None:
    deployments, removal = FakeDeployments(), FakeRemoval()
    prune = Phase(PhaseName.PRUNE, (step(EASTUS2, Action.DELETE, account_in(EASTUS2, "old")),))
    run(
        plan_of(deploying(step(EASTUS2, Action.UNCHANGED)), prune, regions=[EASTUS2]),
        deployments=deployments,
        removal=removal,
    )
    assert (deployments.requests, removal.deleted) == ([], [account_in(EASTUS2, "old")])


def test_a_failed_region_keeps_what_was_made_unless_asked_otherwise() -> None:
    removal = FakeRemoval()
    run(deployments=FakeDeployments({EASTUS2: [QUOTA]}), removal=removal)
    assert removal.deleted == []


def test_rollback_deletes_a_failed_regions_new_group_and_no_other() -> None:
    removal = FakeRemoval()
    receipt = run(deployments=FakeDeployments({EASTUS2: [QUOTA]}), removal=removal, on_failure="rollback")
    assert removal.deleted == [group_of(EASTUS2)]
    assert (outcome(receipt, EASTUS2).failure, outcome(receipt, EASTUS2).endpoints) == (QUOTA, ())


def test_rollback_deletes_what_was_put_elsewhere_but_no_secret_which_arm_cannot_delete() -> None:
    removal = FakeRemoval()
    connection = ResourceId.parse(f"{THEIRS}/Microsoft.MachineLearningServices/workspaces/proj/connections/r1")
    secret = ResourceId.parse(f"{THEIRS}/Microsoft.KeyVault/vaults/kv/secrets/r1")
    steps = [step(EASTUS2, Action.CREATE, each) for each in (group_of(EASTUS2), connection, secret)]
    run(
        plan_of(deploying(*steps), regions=[EASTUS2]),
        deployments=FakeDeployments({EASTUS2: [QUOTA]}),
        removal=removal,
        on_failure="rollback",
    )
    assert removal.deleted == [connection, group_of(EASTUS2)]


def test_rollback_in_a_group_that_was_there_deletes_only_what_is_new_last_made_first() -> None:
    removal = FakeRemoval()
    deployment = account_in(EASTUS2).child("deployments", "v32")
    steps = [
        step(EASTUS2, Action.UPDATE, group_of(EASTUS2)),
        step(EASTUS2, Action.CREATE),
        step(EASTUS2, Action.CREATE, deployment),
    ]
    run(
        plan_of(deploying(*steps), regions=[EASTUS2]),
        deployments=FakeDeployments({EASTUS2: [QUOTA]}),
        removal=removal,
        on_failure="rollback",
    )
    assert removal.deleted == [deployment, account_in(EASTUS2)]


def test_a_rollback_that_is_refused_leaves_the_first_failure_to_be_told() -> None:
    removal = FakeRemoval(refuses={group_of(EASTUS2): AzureFailed("locked")})
    receipt = run(deployments=FakeDeployments({EASTUS2: [QUOTA]}), removal=removal, on_failure="rollback")
    assert outcome(receipt, EASTUS2).failure == QUOTA


def test_what_still_runs_is_not_rolled_back() -> None:
    removal = FakeRemoval()
    run(deployments=FakeDeployments({EASTUS2: ["Running"]}), removal=removal, on_failure="rollback")
    assert removal.deleted == []


def receipt_with(*ended: RegionState) -> Receipt:
    outcomes = tuple(RegionOutcome(EASTUS2, "rg", state) for state in ended)
    return replace(run(), regions=outcomes)


S = RegionState


@pytest.mark.parametrize(
    ("ended", "code"),
    [
        ((), ExitCode.DONE),
        ((S.DEPLOYED,), ExitCode.DONE),
        ((S.DEPLOYED, S.UNCHANGED), ExitCode.DONE),
        ((S.DEPLOYED, S.FAILED), ExitCode.PARTLY_FAILED),
        ((S.UNCHANGED, S.FAILED), ExitCode.PARTLY_FAILED),
        ((S.RUNNING, S.FAILED), ExitCode.PARTLY_FAILED),
        ((S.FAILED,), ExitCode.AZURE_FAILED),
        ((S.FAILED, S.SKIPPED), ExitCode.AZURE_FAILED),
        ((S.RUNNING,), ExitCode.STILL_RUNNING),
        ((S.DEPLOYED, S.RUNNING), ExitCode.STILL_RUNNING),
        ((S.RUNNING, S.SKIPPED), ExitCode.STILL_RUNNING),
        ((S.DEPLOYED, S.SKIPPED), ExitCode.CHECKS_FAILED),
    ],
)
def test_a_receipt_has_one_exit_code(ended: tuple[RegionState, ...], code: ExitCode) -> None:
    assert exit_code(receipt_with(*ended)) is code
