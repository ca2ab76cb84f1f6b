"""`azserve smoke`: ask each endpoint questions and check the answers."""

from __future__ import annotations

import time
from dataclasses import dataclass

from azserve.model.catalogue import Catalogue
from azserve.model.endpoint import Endpoint
from azserve.model.names import EndpointKey
from azserve.model.progress import Progress, silent
from azserve.model.results import ProbesResult, ProbeSummary, SmokeResult
from azserve.model.settings import ContentFilter, Settings, SmokeSettings
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
    among: tuple[str, ...] = ()
    """Ask no others than these, required as the file says; empty: all there are."""


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
        probes=tuple(each for each in probes() if not request.among or each.name in request.among),
        unfiltered=_unfiltered(request.settings),
    )
    return run_probes(run, azure.models, monotonic=time.monotonic, wait=time.sleep, progress=progress)


def required_anywhere(smoke: SmokeSettings) -> tuple[str, ...]:
    """Return the probes that some endpoint must pass."""
    return tuple(dict.fromkeys([*smoke.required, *(name for names in smoke.by_endpoint.values() for name in names)]))


def _unfiltered(settings: Settings) -> frozenset[EndpointKey]:
    return frozenset(key for key, each in settings.endpoints.items() if each.content_filter is ContentFilter.OFF)


def list_probes() -> ProbesResult:
    """Return the probes there are."""
    return ProbesResult(tuple(ProbeSummary(each.name, each.asks, tuple(each.needs)) for each in probes()))
