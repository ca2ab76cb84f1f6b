"""`azserve smoke`: ask each endpoint questions and check the answers."""

from __future__ import annotations

import time
from dataclasses import dataclass

from azserve.model.catalogue import Catalogue
from azserve.model.endpoint import Endpoint
from azserve.model.progress import Progress, silent
from azserve.model.results import ProbesResult, ProbeSummary, SmokeResult
from azserve.model.settings import Settings
from azserve.verbs.ports import AzurePorts, Clock
from azserve.verbs.standing import Selection, standing
from azserve.verifying import ProbeRun, probes, run_probes


@dataclass(frozen=True, slots=True)
class SmokeRequest:
    """What to ask, and whom."""

    settings: Settings
    catalogue: Catalogue
    selection: Selection | None = None
    probes: tuple[str, ...] = ()
    """Only these, all required; empty: every probe, required as the file says."""


def smoke(request: SmokeRequest, azure: AzurePorts, clock: Clock, progress: Progress = silent) -> SmokeResult:
    """Probe every endpoint that stands, all of them side by side."""
    endpoints = standing(request.settings, request.catalogue, azure, clock, request.selection)
    return smoke_of(request, endpoints, azure, progress)


def smoke_of(
    request: SmokeRequest, endpoints: tuple[Endpoint, ...], azure: AzurePorts, progress: Progress = silent
) -> SmokeResult:
    """Probe these endpoints."""
    run = ProbeRun(
        fleet_id=request.settings.fleet_id,
        endpoints=endpoints,
        smoke=request.settings.smoke,
        catalogue=request.catalogue,
        only=request.probes,
    )
    return run_probes(run, azure.models, monotonic=time.monotonic, wait=time.sleep, progress=progress)


def list_probes() -> ProbesResult:
    """Return the probes there are."""
    return ProbesResult(tuple(ProbeSummary(each.name, each.asks, tuple(each.needs)) for each in probes()))
