"""Reads everything a plan needs, all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from azserve.errors import AzserveError, SignInError
from azserve.model.catalogue import Catalogue, Hosting
from azserve.model.estate import Resource
from azserve.model.facts import Fact, Facts, LiveResource, RegionFacts
from azserve.model.names import Region
from azserve.model.progress import Event, Progress, Stage, silent
from azserve.model.settings import Settings
from azserve.model.verdict import Evidence, Rank
from azserve.surveying.ports import AzureReader
from azserve.threads import Crew

MOST_AT_ONCE: Final = 16
GROUP: Final = "Microsoft.Resources/resourceGroups"
OFFLINE: Final = "offline: nobody asked Azure"
NOT_ASKED: Final = "not asked: no Foundry endpoint goes there"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SurveyRequest:
    """What to find out."""

    settings: Settings
    catalogue: Catalogue
    regions: tuple[Region, ...]
    """Every region that the fleet may go to."""


def survey(
    request: SurveyRequest,
    reader: AzureReader,
    clock: Callable[[], datetime],
    progress: Progress = silent,
) -> Facts:
    """Return what is true now, every source read at the same time, at most 16 at once.

    A source that fails becomes an unreadable fact. Raises only where nothing could be known: nobody is signed in,
    or not one read worked.
    """
    started = clock()
    settings = request.settings
    asked = tuple(region for region in request.regions if needs_lists(settings, region))
    read = _Reads(clock, progress)
    with Crew(MOST_AT_ONCE, "survey") as pool:
        live = pool.submit(
            read,
            partial(reader.fleet, settings.fleet_id),
            "resources with the fleet's tag",
            str(settings.fleet_id),
            "survey",
        )
        models = {
            region: pool.submit(
                read, partial(reader.models, region), f"GET …/locations/{region}/models", region, "survey models"
            )
            for region in asked
        }
        pools = {
            region: pool.submit(
                read, partial(reader.pools, region), f"GET …/locations/{region}/usages", region, "survey quota"
            )
            for region in asked
        }
    read.raise_if_blind()
    return Facts(
        subscription=settings.subscription,
        taken_at=started,
        regions={
            region: RegionFacts(region, models[region].result(), pools[region].result())
            if region in models
            else _unasked(region)
            for region in request.regions
        },
        live=live.result(),
    )


def complete_live(
    live: Fact[tuple[LiveResource, ...]],
    resources: Iterable[Resource],
    reader: AzureReader,
    clock: Callable[[], datetime],
    progress: Progress = silent,
) -> Fact[tuple[LiveResource, ...]]:
    """Return `live` with every rendered resource that its lists did not show, read by id.

    Role assignments and what lies in an existing group are in no list of the fleet's. Resources in a group of ours
    that does not exist yet are not asked for. One that cannot be read makes the whole unreadable: whether to
    create it or to change it would be a guess.
    """
    if live.value is None:
        return live
    wanted = tuple(resources)
    known = {one.id.key for one in live.value}
    absent = {
        one.id.group.lower() for one in wanted if one.id.type == GROUP and one.id.group and one.id.key not in known
    }
    missing = [one for one in wanted if one.id.key not in known and (one.id.group or "").lower() not in absent]
    # An absent group may be there under somebody else's tag, and that has to be known.
    missing += [one for one in wanted if one.id.type == GROUP and (one.id.group or "").lower() in absent]
    read = _Reads(clock, progress)
    with Crew(MOST_AT_ONCE, "survey") as pool:
        found = [
            pool.submit(read, partial(reader.read, one.id, one.api_version), f"GET {one.id}", one.id.name, "read")
            for one in missing
        ]
    facts = [future.result() for future in found]
    unreadable = next((fact for fact in facts if not fact.readable), None)
    if unreadable is not None:
        return Fact(unreadable.evidence, read_at=unreadable.read_at, unreadable=unreadable.unreadable)
    return replace(live, value=(*live.value, *(fact.value for fact in facts if fact.value is not None)))


def offline_facts(settings: Settings, catalogue: Catalogue, now: datetime) -> Facts:
    """Return facts for work without Azure: no region was asked, so the catalogue's documents decide what is offered.

    What the fleet has is unreadable rather than empty, so no plan can be made of it.
    """
    evidence = Evidence(Rank.DOCUMENTED, "the catalogue", catalogue.as_of)
    return Facts(settings.subscription, now, regions={}, live=Fact(evidence, unreadable=OFFLINE))


def needs_lists(settings: Settings, region: Region) -> bool:
    """Return whether a region's models and quota matter: only Foundry endpoints are listed and counted there."""
    return any(
        endpoint.hosting is Hosting.FOUNDRY
        and (endpoint.regions is None or not endpoint.regions.of or region in endpoint.regions.of)
        for endpoint in settings.endpoints.values()
    )


def _unasked(region: Region) -> RegionFacts:
    evidence = Evidence(Rank.DOCUMENTED, "nobody asked")
    return RegionFacts(region, Fact(evidence, unreadable=NOT_ASKED), Fact(evidence, unreadable=NOT_ASKED))


class _Reads:
    """Turns reads into facts, and remembers how they went. Called from several threads."""

    def __init__(self, clock: Callable[[], datetime], progress: Progress) -> None:
        self._clock = clock
        self._progress = progress
        self._errors: list[AzserveError] = []
        self._worked = 0

    def __call__(self, read: Callable[[], T], source: str, subject: str, doing: str) -> Fact[T]:
        evidence = Evidence(Rank.LIVE, source)
        self._progress(Event(subject, doing, Stage.STARTED))
        try:
            value = read()
        except AzserveError as error:
            self._errors.append(error)
            said = f"{error.code}: {error.message}"
            self._progress(Event(subject, doing, Stage.FAILED, detail=said))
            return Fact(evidence, read_at=self._clock(), unreadable=said)
        self._worked += 1
        self._progress(Event(subject, doing, Stage.DONE))
        return Fact(evidence, value, read_at=self._clock())

    def raise_if_blind(self) -> None:
        """Raise where no fact is worth having."""
        for error in self._errors:
            if isinstance(error, SignInError):
                raise error
        if self._errors and not self._worked:
            raise min(self._errors, key=lambda error: (error.code, error.message))
