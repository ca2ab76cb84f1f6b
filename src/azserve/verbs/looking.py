"""A survey that may answer from what earlier runs have read, and never says no on their word alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from azserve.errors import Refused
from azserve.model.facts import Fact, Facts, LiveResource, RegionFacts
from azserve.model.names import Region
from azserve.model.plan import Placement
from azserve.model.progress import Progress, silent
from azserve.model.verdict import Answer, Verdict
from azserve.planning.holdings import DEPLOYMENT, text_at
from azserve.surveying.ports import AzureReader
from azserve.surveying.reads import Keeper
from azserve.surveying.survey import SurveyRequest, survey
from azserve.verbs.ports import Clock

LAG: Final = timedelta(minutes=5)
"""How long after a write a usage list may still be the old one, clocks that differ included (inferred)."""
Judge = Callable[[Facts], Iterable[Region]]
"""Names the regions that the facts speak against."""


class OnlyKeeps:
    """A keeper that answers nothing: what is read now replaces what was kept."""

    def __init__(self, below: Keeper) -> None:
        self._below = below

    def recall(self, name: str) -> tuple[object, datetime] | None:
        """Return None."""
        return None

    def keep(self, name: str, value: object, read_at: datetime) -> None:
        """Keep it."""
        self._below.keep(name, value, read_at)


def looked(
    request: SurveyRequest,
    reader: AzureReader,
    clock: Clock,
    judge: Judge,
    progress: Progress = silent,
    keeper: Keeper | None = None,
) -> Facts:
    """Return what is true, kept answers included; a region that they speak against is asked again first.

    So is one whose quota was read before a deployment of the fleet changed: what the fleet holds is always read now,
    and taken off a use that does not hold it yet it would leave more than there is.
    """
    facts = survey(request, reader, clock, progress, keeper)
    if keeper is None or oldest(facts) is None:
        return facts
    spoken_against = set(judge(facts))
    doubtful = tuple(
        region
        for region in request.regions
        if _is_kept(facts.regions[region]) and (region in spoken_against or _is_outdated(region, facts))
    )
    if not doubtful:
        return facts
    fresh = survey(replace(request, regions=doubtful), reader, clock, progress, OnlyKeeps(keeper))
    return replace(facts, regions={**facts.regions, **fresh.regions})


def against(verdicts: Iterable[Verdict]) -> set[Region]:
    """Return the regions of what is no yes."""
    return {one.region for one in verdicts if one.answer is not Answer.YES}


def against_placing(place: Callable[[Facts], Placement], regions: Iterable[Region]) -> Judge:
    """Return who speaks against regions where a fleet is to be placed; where it finds no place, all of them are."""

    def judge(facts: Facts) -> set[Region]:
        try:
            return against(place(facts).verdicts)
        except Refused:
            return set(regions)

    return judge


def oldest(facts: Facts) -> datetime | None:
    """Return when the oldest of the kept answers was read, None where all were read now."""
    kept: list[Fact[Any]] = [one for region in facts.regions.values() for one in (region.models, region.pools)]
    return min((one.read_at for one in kept if one.kept and one.read_at), default=None)


def _is_kept(region: RegionFacts) -> bool:
    return region.models.kept or region.pools.kept


def _is_outdated(region: Region, facts: Facts) -> bool:
    """Return whether a deployment may have changed after the region's kept quota was read; wherever, for pools span."""
    pools = facts.regions[region].pools
    if not pools.kept or pools.read_at is None:
        return False
    changes = (_changed(one) for one in facts.live.value or () if one.id.type.lower() == DEPLOYMENT)
    return any(change is None or change > pools.read_at - LAG for change in changes)


def _changed(resource: LiveResource) -> datetime | None:
    """Return when a resource was written last, None where ARM does not say."""
    try:
        when = datetime.fromisoformat(text_at(resource.body, "systemData", "lastModifiedAt"))
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
