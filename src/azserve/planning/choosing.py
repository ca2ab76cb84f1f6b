"""Which regions the fleet goes to.

Endpoints that follow the fleet's own `regions` sit together: a region takes all of them or none. An endpoint with
`regions` of its own is placed by itself. Whoever has no choice is placed first, so that what they take of shared
quota is known to those that can still go elsewhere. Candidates are tried in a fixed order (where it already is,
then the file's order), so the same facts always give the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from azserve.errors import Refused
from azserve.model.catalogue import Catalogue
from azserve.model.estate import RegionEstate
from azserve.model.facts import Facts
from azserve.model.names import EndpointKey, Region
from azserve.model.plan import NotChosen, Placement
from azserve.model.settings import EndpointSettings, RegionChoice, Settings
from azserve.model.verdict import Answer, Reason, ReasonCode, Verdict
from azserve.planning.estates import Going, build_estates
from azserve.planning.lifecycle import published_warnings
from azserve.planning.offers import find_offer
from azserve.planning.quota import capacity_of
from azserve.planning.refusal import Unplaced, refusal
from azserve.planning.situation import Alongside, Situation
from azserve.planning.soft_deleted import bring_back
from azserve.planning.verdicts import judge


class OnUnknown(StrEnum):
    """What an unknown verdict does to a region."""

    FAIL = "fail"
    """It counts as no."""
    WARN = "warn"
    """It counts after every yes, and is warned of."""
    TRY = "try"
    """It counts as yes."""


@dataclass(frozen=True, slots=True)
class Party:
    """Endpoints that are placed as one, and the choice that holds for them."""

    endpoints: tuple[EndpointSettings, ...]
    choice: RegionChoice
    """`of` is never empty."""

    @property
    def needed(self) -> int:
        """How many regions they need."""
        return len(self.choice.of) if self.choice.need is None else self.choice.need

    @property
    def keys(self) -> tuple[EndpointKey, ...]:
        """Their keys, in the file's order."""
        return tuple(endpoint.key for endpoint in self.endpoints)

    @property
    def fixed(self) -> bool:
        """Whether they have no choice."""
        return self.needed >= len(self.choice.of)


@dataclass(slots=True)
class _Standing:
    """What has been placed so far, and every verdict that was given last."""

    placed: dict[Region, list[EndpointSettings]] = field(default_factory=dict)
    verdicts: dict[tuple[EndpointKey, Region], Verdict] = field(default_factory=dict)
    chosen: dict[Region, None] = field(default_factory=dict)
    unplaced: list[Unplaced] = field(default_factory=list)

    def alongside(self, region: Region, party: Party) -> Alongside:
        """Return what shares pools with a party that goes to `region`."""
        here = [*self.placed.get(region, ()), *party.endpoints]
        return Alongside(tuple(here), {other: tuple(ones) for other, ones in self.placed.items() if other != region})


def candidates(settings: Settings, catalogue: Catalogue) -> tuple[Region, ...]:
    """Return every region that the fleet may go to, most wanted first: what a survey has to look at."""
    found = (region for party in parties(settings, catalogue) for region in party.choice.of)
    return tuple(dict.fromkeys([*settings.regions.of, *found]))


def parties(settings: Settings, catalogue: Catalogue) -> tuple[Party, ...]:
    """Return who is placed together, in the file's order of their first endpoint."""
    together = tuple(one for one in settings.endpoints.values() if one.regions is None)
    found: list[Party] = []
    for endpoint in settings.endpoints.values():
        if endpoint.regions is not None:
            own, fleet = endpoint.regions, settings.regions
            choice = RegionChoice(
                of=own.of or fleet.of,
                need=own.need,
                # A fleet's boundary holds for every endpoint that does not draw its own.
                within=own.within or fleet.within,
                avoid=tuple(dict.fromkeys([*fleet.avoid, *own.avoid])),
            )
            found.append(Party((endpoint,), _listed(choice, (endpoint,), catalogue)))
        elif endpoint is together[0]:
            found.append(Party(together, _listed(settings.regions, together, catalogue)))
    return tuple(found)


def assess(situation: Situation) -> tuple[Verdict, ...]:
    """Return the verdict of every endpoint in each of its candidate regions, by itself with those it sits with.

    Nothing is chosen yet, so pools that span regions are judged as if the fleet went to one. Endpoints without a
    choice of regions count as standing.
    """
    verdicts: list[Verdict] = []
    everyone = parties(situation.settings, situation.catalogue)
    sure: dict[Region, dict[EndpointKey, EndpointSettings]] = {}
    for party in everyone:
        for region in party.choice.of if party.fixed else ():
            sure.setdefault(region, {}).update({one.key: one for one in party.endpoints})
    for party in everyone:
        for region in party.choice.of:
            alongside = Alongside(tuple({**sure.get(region, {}), **{one.key: one for one in party.endpoints}}.values()))
            verdicts += [judge(one, region, situation, party.choice, alongside) for one in party.endpoints]
    return _in_file_order(verdicts, situation)


def place(
    settings: Settings,
    catalogue: Catalogue,
    facts: Facts,
    today: date,
    *,
    on_unknown: OnUnknown = OnUnknown.WARN,
    strict: bool = False,
) -> Placement:
    """Choose regions and decide what each holds.

    Raises Refused with a reason for every region where the need cannot be met, and ConfigurationError where the
    file leaves a name or a subscription open.
    """
    situation = Situation(settings, catalogue, facts, today, strict)
    standing = _Standing(verdicts={(one.endpoint, one.region): one for one in assess(situation)})
    everyone = parties(settings, catalogue)
    for party in sorted(everyone, key=lambda one: not one.fixed):
        _choose(party, situation, standing, on_unknown)
    if standing.unplaced:
        raise refusal(tuple(standing.unplaced), situation)
    order = [region for party in everyone for region in _in_order(party, situation) if region in standing.chosen]
    chosen = tuple(dict.fromkeys(order))
    _check_canary(settings, chosen)
    going = {
        region: tuple(sorted(standing.placed[region], key=lambda one: situation.positions[one.key]))
        for region in chosen
    }
    estates = build_estates(going, situation)
    placement = Placement(
        fleet_id=settings.fleet_id,
        verdicts=_in_file_order(list(standing.verdicts.values()), situation),
        estates=estates,
        not_chosen=tuple(_left_out(everyone, standing)),
        fallbacks=tuple(_fallbacks(everyone, standing)),
        warnings=_each_once(
            *published_warnings(settings, catalogue, today),
            *_live_ends(going, standing),
            *_unknowns(going, standing, on_unknown),
            *_below_target(estates, situation, standing),
        ),
    )
    return bring_back(placement, situation)


def _listed(choice: RegionChoice, endpoints: tuple[EndpointSettings, ...], catalogue: Catalogue) -> RegionChoice:
    """Fill in the candidates of a choice that names none: where the documents offer every model, inside its limits."""
    if choice.of:
        return choice
    documented = [catalogue.hosted(one.model, one.hosting) for one in endpoints]
    sets = [set(one.regions) for one in documented if one is not None and one.regions is not None]
    of = tuple(
        region
        for region, entry in catalogue.regions.items()
        if all(region in offered for offered in sets)
        and region not in choice.avoid
        and (not choice.within or region in choice.within or entry.geography in choice.within)
    )
    return RegionChoice(of=of, need=choice.need, within=choice.within, avoid=choice.avoid)


def _in_order(party: Party, situation: Situation) -> list[Region]:
    """Return the candidates, where the party already is first."""
    held = situation.holdings

    def is_new(region: Region) -> bool:
        return not any(held.hosts(one, situation.model_id(one), region) for one in party.endpoints)

    return sorted(party.choice.of, key=is_new)


def _choose(party: Party, situation: Situation, standing: _Standing, on_unknown: OnUnknown) -> None:
    """Give the party its regions, or note that it cannot have enough.

    Two rounds: what is sure, with what it already holds first; then, unless unknown counts as no, the unknown.
    Where the party already is counts in the first round even when unknown: not being able to look is no reason
    to move.
    """
    chosen: list[Region] = []
    rounds = (Answer.YES,) if on_unknown is OnUnknown.FAIL else (Answer.YES, Answer.UNKNOWN)
    for least in rounds:
        for region in _in_order(party, situation):
            if len(chosen) == party.needed:
                break
            if region in chosen:
                continue
            verdicts = _judged(party, region, situation, standing)
            accepted = {Answer.YES, least}
            if on_unknown is OnUnknown.TRY or (on_unknown is OnUnknown.WARN and _is_there(party, region, situation)):
                accepted.add(Answer.UNKNOWN)
            # Kept whatever becomes of it: it knows what has been placed before, as the first verdict did not.
            standing.verdicts.update({(one.endpoint, region): one for one in verdicts})
            if all(verdict.answer in accepted for verdict in verdicts):
                chosen.append(region)
                standing.placed.setdefault(region, []).extend(party.endpoints)
    standing.chosen.update(dict.fromkeys(chosen))
    if len(chosen) < party.needed:
        refused = [region for region in party.choice.of if region not in chosen]
        verdicts = tuple(one for region in refused for one in _judged(party, region, situation, standing))
        standing.unplaced.append(Unplaced(party.keys, party.choice, party.needed, tuple(chosen), verdicts))


def _judged(party: Party, region: Region, situation: Situation, standing: _Standing) -> tuple[Verdict, ...]:
    alongside = standing.alongside(region, party)
    return tuple(judge(one, region, situation, party.choice, alongside) for one in party.endpoints)


def _is_there(party: Party, region: Region, situation: Situation) -> bool:
    held = situation.holdings
    return any(held.hosts(one, situation.model_id(one), region) for one in party.endpoints)


def _left_out(everyone: tuple[Party, ...], standing: _Standing) -> Iterator[NotChosen]:
    """Yield one line for each candidate that no endpoint went to."""
    for region in dict.fromkeys(region for party in everyone for region in party.choice.of):
        if region in standing.chosen:
            continue
        against = [
            reason.message
            for party in everyone
            for key in party.keys
            if (verdict := standing.verdicts.get((key, region))) is not None and verdict.answer is not Answer.YES
            for reason in verdict.reasons[:1]
        ]
        yield NotChosen(region, against[0] if against else "not needed: enough regions come before it")


def _fallbacks(everyone: tuple[Party, ...], standing: _Standing) -> Iterator[Region]:
    """Yield the candidates left out that every endpoint which may go there can go to, in order of preference."""
    for region in dict.fromkeys(region for party in everyone for region in party.choice.of):
        keys = [key for party in everyone if region in party.choice.of for key in party.keys]
        verdicts = [standing.verdicts.get((key, region)) for key in keys]
        if region not in standing.chosen and all(one is not None and one.answer is Answer.YES for one in verdicts):
            yield region


def _each_once(*warnings: Reason) -> tuple[Reason, ...]:
    told: dict[str, Reason] = {}
    for one in warnings:
        told.setdefault(one.message, one)
    return tuple(told.values())


def _live_ends(going: Going, standing: _Standing) -> Iterator[Reason]:
    """Yield what says that a model of the fleet ends first: the published schedule, or a region that is chosen."""
    for region, endpoints in going.items():
        for endpoint in endpoints:
            reasons = standing.verdicts[endpoint.key, region].reasons
            ends = [one for one in reasons if one.code in {ReasonCode.MODEL_RETIRED, ReasonCode.RETIRING_SOON}]
            yield from sorted(ends, key=lambda one: one.numbers.get("days", 0.0))[:1]


def _below_target(estates: tuple[RegionEstate, ...], situation: Situation, standing: _Standing) -> Iterator[Reason]:
    """Yield a warning for each deployment that gets less than its target, where its verdict does not say so."""
    for estate in estates:
        for one in estate.foundry.deployments if estate.foundry else ():
            endpoint = situation.settings.endpoints[one.key]
            target = capacity_of(endpoint, find_offer(endpoint, estate.region, situation).sku).target
            told = [reason.numbers.get("got") for reason in standing.verdicts[one.key, estate.region].reasons]
            if one.capacity < target and one.capacity not in told:
                text = f"`{one.key}` gets {one.capacity} of the {target} units wanted in `{estate.region}`"
                numbers = {"asked": float(target), "got": float(one.capacity)}
                yield Reason(ReasonCode.QUOTA_SHORT, text, hint="`azserve quota` shows what is left", numbers=numbers)


def _unknowns(going: Going, standing: _Standing, on_unknown: OnUnknown) -> Iterator[Reason]:
    """Yield a warning for each chosen region that is not known to work, unless the user said to try."""
    if on_unknown is OnUnknown.TRY:
        return
    for region, endpoints in going.items():
        for endpoint in endpoints:
            verdict = standing.verdicts[endpoint.key, region]
            if verdict.answer is Answer.UNKNOWN:
                first = verdict.reasons[0]
                text = f"it is not known whether `{endpoint.key}` can go to `{region}`: {first.message}"
                yield Reason(first.code, text, hint=first.hint, numbers=first.numbers)


def _in_file_order(verdicts: list[Verdict], situation: Situation) -> tuple[Verdict, ...]:
    keys = situation.positions
    regions = {region: at for at, region in enumerate(candidates(situation.settings, situation.catalogue))}
    return tuple(sorted(verdicts, key=lambda one: (keys[one.endpoint], regions[one.region])))


def _check_canary(settings: Settings, chosen: tuple[Region, ...]) -> None:
    canary = settings.rollout.canary
    if canary is not None and canary not in chosen:
        raise Refused(
            f"the canary `{canary}` is not among the chosen regions {', '.join(f'`{one}`' for one in chosen)}",
            code="canary-not-chosen",
            hint="name a chosen region under `rollout.canary`, or put the canary first in `regions.of`",
            where=str(canary),
        )
