"""`azserve quota`: the pools that the fleet draws on, region by region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from azserve.model.catalogue import Catalogue
from azserve.model.facts import Facts
from azserve.model.names import Region
from azserve.model.outlook import ComputeRow, QuotaResult, QuotaRow
from azserve.model.progress import Progress, silent
from azserve.model.settings import Settings
from azserve.model.verdict import Answer
from azserve.planning.choosing import candidates
from azserve.planning.pools import PoolUse, pools_of
from azserve.planning.situation import Situation
from azserve.surveying.ports import AzureReader
from azserve.surveying.reads import Keeper
from azserve.surveying.survey import Breadth, SurveyRequest
from azserve.verbs.looking import looked, oldest
from azserve.verbs.ports import Clock


@dataclass(frozen=True, slots=True)
class QuotaRequest:
    """Whose quota, and where."""

    settings: Settings
    catalogue: Catalogue
    regions: tuple[Region, ...] = ()
    """Only these; empty: every candidate."""
    compute: bool = False
    """Also tell Machine Learning's quota of cores."""


def quota(
    request: QuotaRequest, reader: AzureReader, clock: Clock, progress: Progress = silent, keeper: Keeper | None = None
) -> QuotaResult:
    """Return limit, use and demand of each pool in each region that the fleet may go to.

    `keeper` may answer for Azure what an earlier run has read; a region where a pool would be short is asked again.
    """
    settings, catalogue = request.settings, request.catalogue
    wanted = tuple(one for one in candidates(settings, catalogue) if not request.regions or one in request.regions)
    breadth = Breadth.EVERYTHING if request.compute else Breadth.VERDICTS
    asked = SurveyRequest(settings, catalogue, wanted, breadth=breadth)

    def used(facts: Facts) -> tuple[PoolUse, ...]:
        return tuple(pools_of(Situation(settings, catalogue, facts, facts.taken_at.date()), wanted))

    def short(facts: Facts) -> set[Region]:
        return {use.region for use in used(facts) if use.answer is not Answer.YES}

    facts = looked(asked, reader, clock, short, progress, keeper)
    rows = tuple(_row(use) for use in used(facts))
    compute = tuple(_compute(facts)) if request.compute else ()
    return QuotaResult(settings.fleet_id, rows, facts.taken_at, compute, oldest(facts))


def _compute(facts: Facts) -> Iterator[ComputeRow]:
    for region, here in facts.regions.items():
        for pool in here.compute.value or ():
            yield ComputeRow(region, pool.name, pool.label, pool.limit, pool.current, pool.left)


def _row(use: PoolUse) -> QuotaRow:
    pool, first = use.pool, use.reasons[0] if use.reasons else None
    return QuotaRow(
        region=use.region,
        pool=use.name,
        scope=use.scope,
        endpoints=use.endpoints,
        limit=pool.limit if pool else None,
        held=use.held,
        others=max(0.0, pool.current - use.held) if pool and use.held is not None else None,
        asked=use.asked,
        left=pool.left if pool else None,
        answer=use.answer,
        because="; ".join(reason.message for reason in use.reasons),
        hint=first.hint if first else None,
    )
