"""Which endpoints stand in Azure right now: what `chat`, `info`, `keys`, `smoke` and `snippet` are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from azserve.errors import ChecksFailed, UsageError
from azserve.model.catalogue import Catalogue
from azserve.model.endpoint import Endpoint
from azserve.model.facts import Fact
from azserve.model.names import EndpointKey, Region, region
from azserve.model.settings import Settings
from azserve.model.verdict import Evidence, Rank
from azserve.planning.standing import standing_estates
from azserve.threads import side_by_side
from azserve.verbs.ports import AzurePorts, Clock


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of the fleet's endpoints a verb is about; empty is all."""

    regions: tuple[Region, ...] = ()
    endpoints: tuple[EndpointKey, ...] = ()

    def keeps(self, endpoint: Endpoint) -> bool:
        """Whether this endpoint was asked for."""
        return (not self.regions or endpoint.region in self.regions) and (
            not self.endpoints or endpoint.key in self.endpoints
        )


def selection(regions: tuple[str, ...], endpoints: tuple[str, ...]) -> Selection:
    """Return a selection from what a person typed."""
    return Selection(tuple(region(each) for each in regions), tuple(EndpointKey(each) for each in endpoints))


def standing(
    settings: Settings, catalogue: Catalogue, azure: AzurePorts, clock: Clock, wanted: Selection | None = None
) -> tuple[Endpoint, ...]:
    """Return the fleet's endpoints that exist, regions in the file's order, endpoints in the file's order.

    Raises UsageError for an endpoint that the file does not have, before anything is asked; ChecksFailed where none of
    those wanted stands.
    """
    require_in_file(settings, wanted)
    now = clock()
    evidence = Evidence(Rank.LIVE, "resources with the fleet's tag")
    live = Fact(evidence, azure.reader.fleet(settings.fleet_id), read_at=now)
    estates = standing_estates(settings, catalogue, live, now)
    found = side_by_side(azure.endpoints.in_region, estates)
    return chosen(
        f"fleet `{settings.fleet_id}` has no endpoint in Azure",
        (endpoint for each in found for endpoint in each),
        wanted,
    )


def chosen(otherwise: str, found: Iterable[Endpoint], wanted: Selection | None) -> tuple[Endpoint, ...]:
    """Return those that were asked for. Raises ChecksFailed where there is none, which `otherwise` says."""
    there = tuple(found)
    endpoints = tuple(endpoint for endpoint in there if wanted is None or wanted.keeps(endpoint))
    if not endpoints:
        narrowed = " that was asked for" if wanted and (wanted.regions or wanted.endpoints) else ""
        raise ChecksFailed(
            f"{otherwise}{narrowed}",
            code="nothing-deployed",
            hint=_instead(there, wanted) or "run `azserve deploy`, or `azserve status` to see what stands",
        )
    return endpoints


def require_in_file(settings: Settings, wanted: Selection | None) -> None:
    """Raise UsageError for an endpoint that the file does not have."""
    known = settings.endpoints
    for key in wanted.endpoints if wanted else ():
        if key not in known:
            raise UsageError(
                f"the file has no endpoint `{key}`",
                code="unknown-endpoint",
                hint=f"it has {', '.join(f'`{each}`' for each in known)}",
            )


def _instead(there: tuple[Endpoint, ...], wanted: Selection | None) -> str:
    """Return where else the endpoints stand that were asked for; empty where nowhere."""
    regions: dict[EndpointKey, list[Region]] = {}
    for each in there:
        if wanted is None or not wanted.endpoints or each.key in wanted.endpoints:
            regions.setdefault(each.key, []).append(each.region)
    return "; ".join(f"`{key}` stands in {', '.join(named)}" for key, named in regions.items())
