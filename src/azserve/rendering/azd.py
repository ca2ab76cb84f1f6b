"""The fleet as the Azure Developer CLI deploys it: one Bicep file at subscription scope, a module per region.

What azd expects, from its own templates and source (general knowledge, written 2026-11-22): `infra/main.bicep` with
`infra/main.parameters.json` beside it, in which `${NAME}` is filled in from the environment; a parameter
`environmentName`; the tag `azd-env-name` on every resource group, by which `azd show` and `azd down` find them; outputs
become environment variables. `azure.yaml` is the user's own and is not written.

A region stays where the fleet's file put it: azd's `AZURE_LOCATION` says where the deployment's record is kept, and
nothing else. The extra tag is azd's; azserve compares only tags that it wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from azserve.model.deployment_name import deployment_name
from azserve.model.estate import RegionEstate
from azserve.rendering.composing import region_view
from azserve.rendering.pieces import CONTEXT_VERSION, Output

ENVIRONMENT: Final[Mapping[str, Mapping[str, Any]]] = {"environmentName": {"value": "${AZURE_ENV_NAME}"}}
"""Values of the parameter file; azd replaces what stands in braces."""


@dataclass(frozen=True, slots=True)
class RegionModule:
    """One region, as the file over all regions deploys it."""

    symbol: str
    file: str
    """Beside the file over all regions: `eastus2/main.bicep`."""
    deployment: str
    """Name of the region's template deployment, the one that azserve uses."""
    outputs: tuple[Output, ...]
    group: str | None
    """An existing group that the module is deployed into; None where it makes its own."""
    subscription: str | None
    """Where that is not the first region's."""


@dataclass(frozen=True, slots=True)
class FleetView:
    """The whole context of `azd`."""

    tags: Mapping[str, str]
    regions: tuple[RegionModule, ...]
    version: int = CONTEXT_VERSION

    @property
    def outputs(self) -> tuple[tuple[RegionModule, Output, str], ...]:
        """Each region's outputs, with the name that azd makes an environment variable of."""
        return tuple(
            (region, output, _variable(region.symbol, output.name))
            for region in self.regions
            for output in region.outputs
        )


def fleet_view(estates: Sequence[RegionEstate]) -> FleetView:
    """Return what the file over all regions needs to know; there is at least one region."""
    first = estates[0]
    return FleetView(
        tags=dict(sorted(first.tags.items())), regions=tuple(_module(estate, first.subscription) for estate in estates)
    )


def _module(estate: RegionEstate, usual: str) -> RegionModule:
    return RegionModule(
        symbol=estate.region,
        file=f"{estate.region}/{'region' if estate.group_exists else 'main'}.bicep",
        deployment=deployment_name(estate.fleet_id, estate.region),
        outputs=region_view(estate).outputs,
        group=estate.group if estate.group_exists else None,
        subscription=estate.subscription if estate.subscription != usual else None,
    )


def _variable(region: str, output: str) -> str:
    """Return `EASTUS2_INFERENCE_ENDPOINT`."""
    return f"{region}_{re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '_', output)}".upper()
