"""`azserve status`: every endpoint in every region, drift included."""

from __future__ import annotations

from dataclasses import dataclass

from azserve.model.catalogue import Catalogue
from azserve.model.endpoint import Endpoint
from azserve.model.plan import Action, Step
from azserve.model.progress import Progress, silent
from azserve.model.results import EndpointStatus, StatusResult, StatusRow
from azserve.model.settings import Settings
from azserve.planning.choosing import OnUnknown
from azserve.threads import side_by_side
from azserve.verbs.plan import PlanRequest, Prepared, prepare
from azserve.verbs.ports import AzurePorts, Clock

STATUS_OF = {
    Action.CREATE: EndpointStatus.MISSING,
    Action.UPDATE: EndpointStatus.DRIFTED,
    Action.REPLACE: EndpointStatus.DRIFTED,
    Action.DELETE: EndpointStatus.EXTRA,
    Action.EXTRA: EndpointStatus.EXTRA,
    Action.UNCHANGED: EndpointStatus.OK,
}
READY_STATES = frozenset({None, "Online"})
"""Serverless `endpointState` in which an endpoint answers; Foundry deployments have none."""


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """Whose status."""

    settings: Settings
    catalogue: Catalogue


def status(request: StatusRequest, azure: AzurePorts, clock: Clock, progress: Progress = silent) -> StatusResult:
    """Compare what is live with what the file renders to."""
    planned = PlanRequest(request.settings, request.catalogue, on_unknown=OnUnknown.TRY)
    prepared = prepare(planned, azure, clock, progress)
    endpoints = _endpoints(prepared, azure)
    rows = [_row(step, endpoints.get(step.resource.key)) for step in prepared.plan.steps]
    steps = prepared.plan.steps
    return StatusResult(
        fleet_id=request.settings.fleet_id,
        rows=tuple(row for row, step in zip(rows, steps, strict=True) if step.endpoint is not None),
        surroundings=tuple(
            row
            for row, step in zip(rows, steps, strict=True)
            if step.endpoint is None and row.status is not EndpointStatus.OK
        ),
    )


def _endpoints(prepared: Prepared, azure: AzurePorts) -> dict[str, Endpoint]:
    estates = list(prepared.plan.placement.estates)
    found = side_by_side(azure.endpoints.in_region, estates)
    return {endpoint.resource.key: endpoint for each in found for endpoint in each}


def _row(step: Step, endpoint: Endpoint | None) -> StatusRow:
    status = STATUS_OF[step.action]
    unready = endpoint is not None and not _ready(endpoint)
    if unready and not step.changes and step.action in {Action.UNCHANGED, Action.UPDATE}:
        status = EndpointStatus.NOT_READY
    return StatusRow(
        endpoint=step.endpoint or step.resource.name,
        region=step.region,
        model=endpoint.model if endpoint else None,
        status=status,
        provisioning_state=endpoint.provisioning_state if endpoint else None,
        endpoint_state=endpoint.endpoint_state if endpoint else None,
        uri=endpoint.uri if endpoint else None,
        resource=step.resource,
        drift=step.changes if status is EndpointStatus.DRIFTED else (),
    )


def _ready(endpoint: Endpoint) -> bool:
    return endpoint.provisioning_state == "Succeeded" and endpoint.endpoint_state in READY_STATES
