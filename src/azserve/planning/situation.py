"""All that a verdict may look at, and what a verdict is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from azserve.model.catalogue import Catalogue, HostedModel
from azserve.model.facts import Facts, QuotaPool, RegionFacts, SubscriptionFacts
from azserve.model.names import EndpointKey, Region
from azserve.model.settings import EndpointSettings, Settings
from azserve.model.verdict import Answer, Evidence, Rank, Reason, ReasonCode
from azserve.planning.holdings import Holdings
from azserve.planning.places import Place, existing_hosts, place_in

if TYPE_CHECKING:
    from azserve.planning.quota import Ask


@dataclass(frozen=True)
class Situation:
    """What is asked, what is published, what was found, and what day it is."""

    settings: Settings
    catalogue: Catalogue
    facts: Facts
    today: date
    strict: bool = False
    """A published retirement in the past is a no, not a warning."""
    asks: dict[tuple[EndpointKey, Region], tuple[tuple[str, Ask] | None]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """What `quota.ask_for` has worked out: every endpoint's verdict looks at those of all its neighbours."""

    placed: dict[Region, Place] = field(default_factory=dict, compare=False, repr=False)
    """What `place` has worked out."""

    @cached_property
    def holdings(self) -> Holdings:
        """What the fleet already has."""
        regions = dict.fromkeys(
            [*self.settings.regions.of]
            + [region for one in self.settings.endpoints.values() if one.regions for region in one.regions.of]
        )
        return Holdings(self.facts.live, existing_hosts(self.settings, regions))

    @cached_property
    def positions(self) -> Mapping[EndpointKey, int]:
        """Where each endpoint stands in the file."""
        return {key: at for at, key in enumerate(self.settings.endpoints)}

    @cached_property
    def published(self) -> Evidence:
        """For what follows from the catalogue's list of regions."""
        return Evidence(Rank.DOCUMENTED, "Azure's list of regions and data zones", self.catalogue.as_of)

    def hosted(self, endpoint: EndpointSettings) -> HostedModel | None:
        """Return what is published about the endpoint's model on its hosting."""
        return self.catalogue.hosted(endpoint.model, endpoint.hosting)

    def model_id(self, endpoint: EndpointSettings) -> str | None:
        """Return the registry id of a serverless model."""
        hosted = self.hosted(endpoint)
        return hosted.model_id if hosted else None

    def place(self, region: Region) -> Place:
        """Return the names in a region; raises ConfigurationError where nothing says which subscription it is."""
        known = self.placed.get(region)
        if known is None:
            known = self.placed[region] = place_in(self.settings, region)
        return known

    @cached_property
    def pools(self) -> Mapping[str, Mapping[Region, QuotaPool]]:
        """Every region's pools, by their name in lower case."""
        found: dict[str, dict[Region, QuotaPool]] = {}
        for region, facts in self.facts.regions.items():
            for pool in facts.pools.value or ():
                found.setdefault(pool.name.lower(), {}).setdefault(region, pool)
        return found

    def pool(self, name: str, region: Region) -> QuotaPool | None:
        """Return a region's pool of that name, None where its list does not name it or could not be read."""
        return self.pools.get(name.lower(), {}).get(region)

    def around(self, region: Region) -> SubscriptionFacts:
        """Return what was found of a region's subscription."""
        return self.facts.of_subscription(self.settings.subscription_in(region))

    def region(self, region: Region) -> RegionFacts | None:
        """Return what was found in a region, None where nobody asked."""
        return self.facts.regions.get(region)


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that speaks for or against, and where it is known from."""

    answer: Answer
    """What it makes of the verdict: NO and UNKNOWN decide, YES is a note."""
    reason: Reason
    evidence: Evidence


def ground(
    answer: Answer,
    code: ReasonCode,
    message: str,
    evidence: Evidence,
    *,
    hint: str | None = None,
    numbers: Mapping[str, float] | None = None,
) -> Ground:
    """Return a ground; a NO blocks."""
    reason = Reason(code, message, hint=hint, numbers=dict(numbers or {}), blocking=answer is Answer.NO)
    return Ground(answer, reason, evidence)


@dataclass(frozen=True, slots=True)
class Alongside:
    """Endpoints that are to stand as well, and so share pools, accounts and projects with the one that is judged."""

    here: tuple[EndpointSettings, ...] = ()
    elsewhere: Mapping[Region, tuple[EndpointSettings, ...]] = field(default_factory=dict)


def weakest(evidence: tuple[Evidence, ...]) -> Evidence:
    """Return the least sure of several: a chain is known as well as its weakest link."""
    order = list(Rank)
    return max(evidence, key=lambda one: order.index(one.rank))
