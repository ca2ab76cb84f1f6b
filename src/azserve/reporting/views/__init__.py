"""One view per result type: values in, blocks out."""

from __future__ import annotations

from azserve.model import results
from azserve.reporting.blocks import Block
from azserve.reporting.views import fleet, planning, smoke, writing


def view(result: object) -> tuple[Block, ...]:
    """Return how a result is shown to people; raises TypeError for a type without a view."""
    match result:
        case results.InitResult():
            return writing.init(result)
        case results.ValidateResult():
            return writing.validate(result)
        case results.RenderResult():
            return writing.render(result)
        case results.PlanResult():
            return planning.plan(result)
        case results.DeployResult():
            return planning.deploy(result)
        case results.StatusResult():
            return fleet.status(result)
        case results.InfoResult():
            return fleet.info(result)
        case results.KeysResult():
            return fleet.keys(result)
        case results.DestroyResult():
            return fleet.destroy(result)
        case results.SmokeResult():
            return smoke.smoke(result)
        case results.ProbesResult():
            return smoke.probes(result)
        case results.DemoResult():
            return smoke.demo(result)
    raise TypeError(f"no view for {type(result).__name__}")
