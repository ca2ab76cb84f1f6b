"""What of the fleet stands already, as estates: for verbs that look at endpoints and plan nothing."""

from __future__ import annotations

from datetime import datetime

from azserve.model.catalogue import Catalogue, Hosting
from azserve.model.estate import RegionEstate
from azserve.model.facts import Fact, Facts, LiveResource
from azserve.model.names import Region
from azserve.model.settings import EndpointSettings, Settings
from azserve.planning.choosing import candidates
from azserve.planning.estates import build_estates
from azserve.planning.situation import Situation


def standing_estates(
    settings: Settings, catalogue: Catalogue, live: Fact[tuple[LiveResource, ...]], now: datetime
) -> tuple[RegionEstate, ...]:
    """Return an estate for each region that has any of the file's endpoints, holding those and no other.

    Candidates come first, in the file's order, then regions that left the file; an endpoint counts whatever its
    provisioning state, for a failed one is still there to be told of.
    """
    situation = Situation(settings, catalogue, Facts(settings.subscription, now, {}, live), now.date())
    listed = candidates(settings, catalogue)
    left = sorted({resource.region for resource in live.value or ()}.difference(listed, {Region("")}))
    going = {
        region: tuple(one for one in settings.endpoints.values() if _is_in(one, region, situation))
        for region in (*listed, *left)
    }
    return build_estates({region: ones for region, ones in going.items() if ones}, situation)


def _is_in(endpoint: EndpointSettings, region: Region, situation: Situation) -> bool:
    match endpoint.hosting:
        case Hosting.FOUNDRY:
            return situation.holdings.deployment(endpoint.key, region) is not None
        case Hosting.SERVERLESS:
            return situation.holdings.endpoint(endpoint.key, situation.model_id(endpoint), region) is not None
