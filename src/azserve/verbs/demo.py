"""`azserve demo`: the whole line, once, on whatever Azure the ports lead to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from azserve.deploying import CarryOutRequest, carry_out
from azserve.model.catalogue import Catalogue
from azserve.model.progress import Progress, silent
from azserve.model.results import DemoResult, DeployResult, PlanResult
from azserve.model.settings import Settings
from azserve.rendering.render import render
from azserve.rendering.templates import TemplateSet
from azserve.verbs.deploy import DEADLINE_S
from azserve.verbs.info import InfoRequest, info_of
from azserve.verbs.plan import PlanRequest, prepare
from azserve.verbs.ports import AzurePorts, Clock
from azserve.verbs.render import write
from azserve.verbs.smoke import SmokeRequest, smoke_of
from azserve.verbs.validate import summary

SHOWN = ("info", "chat", "stream", "reasoning")
"""The probes that the seed's own pages walk through."""


@dataclass(frozen=True, slots=True)
class DemoRequest:
    """What to demonstrate, and where to leave the files."""

    settings: Settings
    catalogue: Catalogue
    out: Path | None = None


def demo(request: DemoRequest, azure: AzurePorts, clock: Clock, progress: Progress = silent) -> DemoResult:
    """Survey, plan, render, deploy, ask `/info` and smoke; the same functions as the separate verbs."""
    began = time.monotonic()
    settings, catalogue = request.settings, request.catalogue
    prepared = prepare(PlanRequest(settings, catalogue), azure, clock, progress)
    placement = prepared.plan.placement
    rendered = None
    if request.out:
        # A plan needs no files, so preparing it made none.
        artifact = render(placement, TemplateSet(settings.templates))
        rendered = write(placement, artifact, request.out, force=False)
    receipt = carry_out(
        CarryOutRequest(prepared.plan, prepared.artifact.regions, settings, DEADLINE_S),
        azure.deployments,
        azure.endpoints,
        azure.removal,
        clock,
        progress,
    )
    return DemoResult(
        replaying=tuple(_replaying(settings, catalogue, clock().date())),
        validate=summary(settings),
        render=rendered,
        plan=PlanResult(prepared.plan, prepared.facts.taken_at),
        deploy=DeployResult(prepared.plan, receipt),
        info=info_of(InfoRequest(settings, catalogue), receipt.endpoints, azure),
        smoke=smoke_of(SmokeRequest(settings, catalogue, among=SHOWN), receipt.endpoints, azure, progress),
        seconds=time.monotonic() - began,
    )


def _replaying(settings: Settings, catalogue: Catalogue, today: date) -> Iterator[str]:
    """Say of each model that is past its published retirement that this is a replay."""
    for endpoint in settings.endpoints.values():
        hosted = catalogue.hosted(endpoint.model, endpoint.hosting)
        lifecycle = hosted.lifecycles.get(endpoint.version or "latest") if hosted else None
        if lifecycle and lifecycle.retires and lifecycle.retires <= today:
            instead = f", replacement {lifecycle.replacement}" if lifecycle.replacement else ""
            yield f"replaying the seed; Azure retired this model on {lifecycle.retires}{instead}"
