"""`azserve deploy`: plan, and carry it out."""

from __future__ import annotations

from dataclasses import dataclass

from azserve.deploying import CarryOutRequest, carry_out
from azserve.model.progress import Progress, silent
from azserve.model.results import DeployResult
from azserve.verbs.plan import PlanRequest, prepare
from azserve.verbs.ports import AzurePorts, Clock

DEADLINE_S = 3600.0
"""How long a deploy waits by default; model deployments have been seen to take tens of minutes."""


@dataclass(frozen=True, slots=True)
class DeployRequest:
    """What to deploy, and how long to wait for it."""

    plan: PlanRequest
    dry_run: bool = False
    deadline_s: float = DEADLINE_S


def deploy(request: DeployRequest, azure: AzurePorts, clock: Clock, progress: Progress = silent) -> DeployResult:
    """Bring Azure to what the file says; regions that fail are in the receipt, not raised."""
    prepared = prepare(request.plan, azure, clock, progress)
    if request.dry_run:
        return DeployResult(plan=prepared.plan, receipt=None)
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
    )
    return DeployResult(plan=prepared.plan, receipt=receipt)
