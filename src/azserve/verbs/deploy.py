"""`azserve deploy`: plan, and carry it out."""

from __future__ import annotations

from dataclasses import dataclass

from azserve.deploying import CarryOutRequest, carry_out
from azserve.deploying.rollout import Gate
from azserve.model.endpoint import Endpoint
from azserve.model.progress import Progress, silent
from azserve.model.receipt import Failure
from azserve.model.results import DeployResult
from azserve.verbs.plan import PlanRequest, prepare
from azserve.verbs.ports import AzurePorts, Clock
from azserve.verbs.rehearse import require_valid
from azserve.verbs.saved_plan import SavedPlan, check_unmoved
from azserve.verbs.smoke import SmokeRequest, required_anywhere, smoke_of, sound_probes

DEADLINE_S = 3600.0
"""How long a deploy waits by default; model deployments have been seen to take tens of minutes."""


@dataclass(frozen=True, slots=True)
class DeployRequest:
    """What to deploy, and how long to wait for it."""

    plan: PlanRequest
    saved: SavedPlan | None = None
    """A plan that somebody looked at: carried out only if it is still what would be planned."""
    dry_run: bool = False
    validates: bool = True
    """Have Azure validate every region before the first write."""
    deadline_s: float = DEADLINE_S


def _smoke_gate(request: PlanRequest, azure: AzurePorts, progress: Progress) -> Gate:
    """Return the gate between the canary and the other regions: its endpoints' required probes pass."""

    asked = SmokeRequest(request.settings, request.catalogue, among=required_anywhere(request.settings.smoke))

    def gate(endpoints: tuple[Endpoint, ...]) -> Failure | None:
        result = smoke_of(asked, endpoints, azure, progress)
        failed = next((each for each in result.findings if each.required and not each.outcome.passes), None)
        if failed is None:
            return None
        return Failure(
            code=failed.code or "probe-failed",
            message=f"probe `{failed.probe}` of `{failed.endpoint}`: {failed.message}",
            hint="see `azserve smoke`; the other regions were not started",
            target=f"{failed.region}/{failed.endpoint}",
        )

    return gate


def deploy(request: DeployRequest, azure: AzurePorts, clock: Clock, progress: Progress = silent) -> DeployResult:
    """Bring Azure to what the file says; regions that fail are in the receipt, not raised.

    Raises Refused `plan-moved` where a saved plan is no longer what would be planned, and, before anything is
    written, with Azure's own words where its validation would refuse a region. A gate's probes are read first: one
    that does not fit would otherwise be met when the canary stands.
    """
    if request.plan.settings.rollout.gate:
        sound_probes(request.plan.settings)
    prepared = prepare(request.plan, azure, clock, progress)
    if request.saved is not None:
        check_unmoved(request.saved, prepared)
    if request.dry_run:
        return DeployResult(plan=prepared.plan, receipt=None)
    if request.validates:
        require_valid(prepared.plan, prepared.artifact.regions, azure.rehearsal, progress)
    receipt = carry_out(
        CarryOutRequest(
            plan=prepared.plan,
            artifacts=prepared.artifact.regions,
            settings=request.plan.settings,
            deadline_s=request.deadline_s,
        ),
        azure.deployments,
        azure.endpoints,
        azure.removal,
        clock,
        progress,
        gate=_smoke_gate(request.plan, azure, progress) if request.plan.settings.rollout.gate else None,
    )
    return DeployResult(plan=prepared.plan, receipt=receipt)
