"""`azserve matrix`: the chosen regions, for a CI system to fan out over."""

from __future__ import annotations

from dataclasses import dataclass

from azserve.model.catalogue import Catalogue
from azserve.model.estate import RegionEstate
from azserve.model.facts import Facts
from azserve.model.names import EndpointKey
from azserve.model.outlook import MatrixEntry, MatrixResult
from azserve.model.plan import Placement
from azserve.model.progress import Progress, silent
from azserve.model.settings import Settings
from azserve.planning.choosing import OnUnknown, candidates, place
from azserve.planning.questions import questions
from azserve.surveying.ports import AzureReader
from azserve.surveying.reads import Keeper
from azserve.surveying.survey import SurveyRequest
from azserve.verbs.looking import against_placing, looked
from azserve.verbs.ports import Clock


@dataclass(frozen=True, slots=True)
class MatrixRequest:
    """What to place, and how strictly."""

    settings: Settings
    catalogue: Catalogue
    on_unknown: OnUnknown = OnUnknown.WARN
    strict: bool = False


def matrix(
    request: MatrixRequest, reader: AzureReader, clock: Clock, progress: Progress = silent, keeper: Keeper | None = None
) -> MatrixResult:
    """Return an entry per chosen region, in order of choice; raises Refused as `plan` does.

    `keeper` is as for `plan`.
    """
    settings, catalogue = request.settings, request.catalogue
    wanted = candidates(settings, catalogue)
    asked = SurveyRequest(settings, catalogue, wanted, questions(settings, wanted))

    def placed(facts: Facts) -> Placement:
        today = facts.taken_at.date()
        return place(settings, catalogue, facts, today, on_unknown=request.on_unknown, strict=request.strict)

    placement = placed(looked(asked, reader, clock, against_placing(placed, wanted), progress, keeper))
    order = list(settings.endpoints)
    entries = (MatrixEntry(one.region, tuple(sorted(_keys(one), key=order.index))) for one in placement.estates)
    return MatrixResult(tuple(entries))


def _keys(estate: RegionEstate) -> tuple[EndpointKey, ...]:
    serverless = estate.serverless.endpoints if estate.serverless else ()
    foundry = estate.foundry.deployments if estate.foundry else ()
    return (*(one.key for one in serverless), *(one.key for one in foundry))
