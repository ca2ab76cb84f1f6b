"""A survey that may answer from what earlier runs have read, and never says no on their word alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from azserve.model.facts import Fact, Facts, RegionFacts
from azserve.model.progress import Progress, silent
from azserve.model.verdict import Answer, Verdict
from azserve.surveying.ports import AzureReader
from azserve.surveying.reads import Keeper
from azserve.surveying.survey import SurveyRequest, survey
from azserve.verbs.ports import Clock

Judge = Callable[[Facts], Iterable[Verdict]]


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
    """Return what is true, kept answers included; a region that they speak against is asked again first."""
    facts = survey(request, reader, clock, progress, keeper)
    if keeper is None:
        return facts
    against = {one.region for one in judge(facts) if one.answer is not Answer.YES}
    doubtful = tuple(region for region in request.regions if region in against and _is_kept(facts.regions[region]))
    if not doubtful:
        return facts
    fresh = survey(replace(request, regions=doubtful), reader, clock, progress, OnlyKeeps(keeper))
    return replace(facts, regions={**facts.regions, **fresh.regions})


def oldest(facts: Facts) -> datetime | None:
    """Return when the oldest of the kept answers was read, None where all were read now."""
    kept: list[Fact[Any]] = [one for region in facts.regions.values() for one in (region.models, region.pools)]
    return min((one.read_at for one in kept if one.kept and one.read_at), default=None)


def _is_kept(region: RegionFacts) -> bool:
    return region.models.kept or region.pools.kept
