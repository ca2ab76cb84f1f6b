"""One view per result type: values in, blocks out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from azserve.model import outlook, results
from azserve.model.resolved import ResolvedDocument
from azserve.reporting.blocks import Block
from azserve.reporting.views import (
    chat,
    cost,
    doctor,
    fleet,
    models,
    places,
    planning,
    smoke,
    snippet,
    templates,
    writing,
)

VIEWS: Mapping[type, Callable[[Any], tuple[Block, ...]]] = {
    results.InitResult: writing.init,
    results.ValidateResult: writing.validate,
    ResolvedDocument: writing.resolved,
    outlook.ModelsResult: models.models,
    outlook.ModelResult: models.model,
    outlook.RegionsResult: places.regions,
    outlook.QuotaResult: places.quota,
    outlook.MatrixResult: places.matrix,
    outlook.CostResult: cost.cost,
    outlook.DoctorResult: doctor.doctor,
    results.RenderResult: writing.render,
    results.CheckResult: templates.check,
    results.EjectResult: templates.eject,
    results.VersionsResult: templates.versions,
    results.PlanResult: planning.plan,
    results.DeployResult: planning.deploy,
    results.StatusResult: fleet.status,
    results.InfoResult: fleet.info,
    results.ChatResult: chat.chat,
    results.KeysResult: fleet.keys,
    results.SnippetResult: snippet.snippet,
    results.SnippetTasksResult: snippet.tasks,
    results.DestroyResult: fleet.destroy,
    results.SmokeResult: smoke.smoke,
    results.ProbesResult: smoke.probes,
    results.DemoResult: smoke.demo,
    results.EmulatorFactsResult: writing.facts,
    results.EmulatorResetResult: writing.reset,
    results.EmulatorRunResult: writing.running,
}


def view(result: object) -> tuple[Block, ...]:
    """Return how a result is shown to people; raises TypeError for a type without a view."""
    try:
        drawn = VIEWS[type(result)]
    except KeyError:
        raise TypeError(f"no view for {type(result).__name__}") from None
    return drawn(result)
