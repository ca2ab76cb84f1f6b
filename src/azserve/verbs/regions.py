"""`azserve regions`: every endpoint in every region, with a verdict and its reasons."""

from __future__ import annotations

from dataclasses import dataclass

from azserve.errors import Refused
from azserve.model.catalogue import Catalogue
from azserve.model.facts import Facts
from azserve.model.names import Region
from azserve.model.outlook import Decided, RegionRow, RegionsResult
from azserve.model.progress import Progress, silent
from azserve.model.settings import Settings
from azserve.model.verdict import Answer, Verdict
from azserve.planning.choosing import candidates, place
from azserve.planning.everywhere import assess_everywhere, every_region, widened
from azserve.planning.lifecycle import published_warnings
from azserve.planning.questions import questions
from azserve.planning.situation import Situation
from azserve.surveying.ports import AzureReader
from azserve.surveying.reads import Keeper
from azserve.surveying.survey import SurveyRequest, offline_facts
from azserve.verbs.looking import against, looked, oldest
from azserve.verbs.ports import Clock

FEW = 8
"""So many regions are asked at once, before anybody knows whether Azure's AI is there at all."""
ORDER = {Answer.YES: 0, Answer.UNKNOWN: 1, Answer.NO: 2}


@dataclass(frozen=True, slots=True)
class RegionsRequest:
    """What to place, and where to look."""

    settings: Settings
    catalogue: Catalogue
    regions: tuple[Region, ...] = ()
    """Only these; empty: every region of the cloud."""
    strict: bool = False
    """A published retirement in the past is a no."""
    of_fleet: bool = True
    """False for a model that was asked about without a file."""


def regions(
    request: RegionsRequest,
    reader: AzureReader | None,
    clock: Clock,
    progress: Progress = silent,
    keeper: Keeper | None = None,
) -> RegionsResult:
    """Return a row per region, those that meet the need first, the file's candidates before others.

    Without a reader nobody is asked and the catalogue's documents answer. `keeper` may answer for Azure what an
    earlier run has read; a region that it would make a no is asked again.
    """
    settings, catalogue = request.settings, request.catalogue
    wanted = request.regions or every_region(settings, catalogue)

    def judged(facts: Facts) -> tuple[Verdict, ...]:
        return assess_everywhere(Situation(settings, catalogue, facts, facts.taken_at.date(), request.strict), wanted)

    if reader is None:
        facts = offline_facts(settings, catalogue, clock())
    else:
        # Names and policies are asked about where the fleet may really go; everywhere would be hundreds of reads.
        asked = questions(settings, [one for one in candidates(settings, catalogue) if one in wanted])
        looking = SurveyRequest(
            widened(settings, wanted),
            catalogue,
            wanted,
            asked if request.of_fleet else {},
            provider_first=len(wanted) > FEW,
        )
        facts = looked(looking, reader, clock, lambda facts: against(judged(facts)), progress, keeper)
    verdicts = judged(facts)
    named = frozenset(candidates(settings, catalogue)) if request.of_fleet else frozenset[Region]()
    rows = [_row(region, request, verdicts, candidate=region in named) for region in wanted]
    return RegionsResult(
        fleet_id=settings.fleet_id if request.of_fleet else None,
        endpoints=tuple(settings.endpoints),
        rows=tuple(sorted(rows, key=_how_well)),
        warnings=published_warnings(settings, catalogue, facts.taken_at.date()),
        taken_at=facts.taken_at,
        oldest=oldest(facts),
        offline=reader is None,
        decided=_decided(request, facts) if named and named.issubset(facts.regions) else None,
    )


def _decided(request: RegionsRequest, facts: Facts) -> Decided:
    """Return where a plan of the same facts would go."""
    today = facts.taken_at.date()
    try:
        placement = place(request.settings, request.catalogue, facts, today, strict=request.strict)
    except Refused as error:
        return Decided(refused=error.problems[0])
    chosen = tuple(one.region for one in placement.estates)
    return Decided(chosen, placement.fallbacks, placement.not_chosen)


def _row(region: Region, request: RegionsRequest, verdicts: tuple[Verdict, ...], *, candidate: bool) -> RegionRow:
    """Return a region's row: it meets the need as well as its worst endpoint; a model without a file, as its best."""
    here = tuple(one for one in verdicts if one.region == region)
    counting = [one for one in here if _may_go(one, request.settings)] or list(here)
    decides = max if request.of_fleet else min
    return RegionRow(region, candidate, decides({one.answer for one in counting}, key=ORDER.__getitem__), here)


def _how_well(row: RegionRow) -> tuple[int, bool, int]:
    """Return a sort key: what meets the need, then what the file names, then what takes most of the fleet."""
    return ORDER[row.answer], not row.candidate, sum(ORDER[verdict.answer] for verdict in row.verdicts)


def _may_go(verdict: Verdict, settings: Settings) -> bool:
    """Whether the file lets an endpoint go to a region; one with a list of its own goes nowhere else."""
    own = settings.endpoints[verdict.endpoint].regions
    return own is None or not own.of or verdict.region in own.of
