"""Where could the fleet go at all? Verdicts for every region, whether the file names it or not."""

from __future__ import annotations

from dataclasses import replace

from azserve.model.catalogue import Catalogue
from azserve.model.names import EndpointKey, Region
from azserve.model.settings import Cloud, EndpointSettings, RegionChoice, Settings
from azserve.model.verdict import Verdict
from azserve.planning.choosing import candidates, parties
from azserve.planning.situation import Alongside, Situation
from azserve.planning.verdicts import judge


def every_region(settings: Settings, catalogue: Catalogue) -> tuple[Region, ...]:
    """Return the file's candidates, most wanted first, and after them every other region of the cloud by name."""
    first = candidates(settings, catalogue)
    cloud = settings.cloud.cloud
    of_cloud = {Cloud.LOCAL: Cloud.PUBLIC, Cloud.URL: Cloud.PUBLIC}.get(cloud, cloud)
    others = sorted(name for name, entry in catalogue.regions.items() if entry.cloud == of_cloud)
    return tuple(dict.fromkeys([*first, *others]))


def widened(settings: Settings, regions: tuple[Region, ...]) -> Settings:
    """Return the settings with every region a candidate of every endpoint: what a survey is told to look at."""

    def wide(choice: RegionChoice) -> RegionChoice:
        return replace(choice, of=regions)

    endpoints = {
        key: one if one.regions is None else replace(one, regions=wide(one.regions))
        for key, one in settings.endpoints.items()
    }
    return replace(settings, regions=wide(settings.regions), endpoints=endpoints)


def assess_everywhere(situation: Situation, regions: tuple[Region, ...]) -> tuple[Verdict, ...]:
    """Return the verdict of every endpoint in every region, endpoints in the file's order, regions as given.

    Each is judged with those it sits with, and with those that have no choice but to go there. The limits of the
    file (`within`, `avoid`) hold; its list of candidates does not.
    """
    everyone = parties(situation.settings, situation.catalogue)
    sure: dict[Region, dict[EndpointKey, EndpointSettings]] = {}
    for party in everyone:
        for region in party.choice.of if party.fixed else ():
            sure.setdefault(region, {}).update({one.key: one for one in party.endpoints})
    found: dict[tuple[EndpointKey, Region], Verdict] = {}
    for party in everyone:
        for region in regions:
            together = {**sure.get(region, {}), **{one.key: one for one in party.endpoints}}
            alongside = Alongside(tuple(together.values()))
            for one in party.endpoints:
                found[one.key, region] = judge(one, region, situation, party.choice, alongside)
    return tuple(found[key, region] for key in situation.settings.endpoints for region in regions)
