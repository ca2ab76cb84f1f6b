"""The quota pools that a fleet draws on, told pool by pool instead of endpoint by endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from azserve.model.catalogue import Hosting, PoolScope
from azserve.model.facts import QuotaPool
from azserve.model.names import EndpointKey, Region
from azserve.model.settings import EndpointSettings
from azserve.model.verdict import Answer, Evidence, Reason, ReasonCode
from azserve.planning.choosing import parties
from azserve.planning.holdings import same_text
from azserve.planning.places import place_in
from azserve.planning.quota import Room, ask_for, find_room, quota_grounds
from azserve.planning.situation import Alongside, Ground, Situation
from azserve.planning.verdicts import ACCOUNT_POOL, MOST_DEPLOYMENTS


@dataclass(frozen=True, slots=True)
class PoolUse:
    """One pool in one region and who draws on it. Numbers are capacity units, or accounts, or deployments."""

    region: Region
    name: str
    scope: PoolScope | None
    endpoints: tuple[EndpointKey, ...]
    pool: QuotaPool | None
    """None where it could not be read."""
    asked: float
    held: float | None
    answer: Answer
    evidence: Evidence
    reasons: tuple[Reason, ...] = ()


def pools_of(situation: Situation, regions: tuple[Region, ...]) -> tuple[PoolUse, ...]:
    """Return every pool that the fleet would draw on in these regions, as if it went to each of them.

    A pool that may span regions is judged as if the fleet went to one. Regions come in order, in each the pools of
    models first, then accounts of the region and deployments of the account.
    """
    found: list[PoolUse] = []
    for region in regions:
        here = _going(situation, region)
        if here:
            found += _of_models(here, region, situation)
            found += _of_accounts(here, region, situation)
    return tuple(found)


def _going(situation: Situation, region: Region) -> tuple[EndpointSettings, ...]:
    """Return the Foundry endpoints that may go to a region; serverless ones use no quota."""
    keys = {
        one.key
        for party in parties(situation.settings, situation.catalogue)
        for one in party.endpoints
        if region in party.choice.of and one.hosting is Hosting.FOUNDRY
    }
    return tuple(one for key, one in situation.settings.endpoints.items() if key in keys)


def _of_models(here: tuple[EndpointSettings, ...], region: Region, situation: Situation) -> Iterator[PoolUse]:
    alongside, told = Alongside(here), set[str]()
    for endpoint in here:
        wanted = ask_for(endpoint, region, situation)
        room = find_room(endpoint, region, situation, alongside)
        if wanted is None or room is None:
            yield from _not_asked(endpoint, region, situation)
            continue
        if wanted[0].lower() in told:
            continue
        told.add(wanted[0].lower())
        match room:
            case Room():
                yield _from_room(room, region, here, situation)
            case Ground():
                keys = _drawing_on(wanted[0], here, region, situation)
                yield PoolUse(region, wanted[0], None, keys, None, float(wanted[1].minimum), None, room.answer,
                              room.evidence, (room.reason,))  # fmt: skip


def _from_room(room: Room, region: Region, here: tuple[EndpointSettings, ...], situation: Situation) -> PoolUse:
    keys = tuple(ask.endpoint for ask in room.here)
    by_key = {one.key: one for one in here}
    grounds = [one for key in keys for one in quota_grounds(by_key[key], room, situation)]
    answers = {one.answer for one in grounds}
    answer = Answer.NO if Answer.NO in answers else Answer.UNKNOWN if Answer.UNKNOWN in answers else Answer.YES
    reasons = {one.reason.message: one.reason for one in grounds if one.answer is answer}
    return PoolUse(
        region=region,
        name=room.pool.name,
        scope=room.scope,
        endpoints=keys,
        pool=room.pool,
        asked=float(sum(ask.minimum for ask in room.here)),
        held=float(sum(ask.held for ask in room.here)) if situation.holdings.readable else None,
        answer=answer,
        evidence=room.evidence,
        reasons=tuple(reasons.values()),
    )


def _not_asked(endpoint: EndpointSettings, region: Region, situation: Situation) -> Iterator[PoolUse]:
    """Yield a row for an endpoint whose pool is not known: the region does not offer it, or could not be read."""
    facts = situation.region(region)
    if facts is None or facts.models.readable:
        return
    asked = float(endpoint.capacity.minimum if endpoint.capacity else 1)
    yield PoolUse(region, f"of {endpoint.model}", None, (endpoint.key,), None, asked, None, Answer.UNKNOWN,
                  facts.models.evidence, (_unread(region, facts.models.unreadable),))  # fmt: skip


def _unread(region: Region, why: str | None) -> Reason:
    return Reason(ReasonCode.UNREADABLE, f"the models of `{region}` could not be read: {why}", hint="try again")


def _drawing_on(
    name: str, here: tuple[EndpointSettings, ...], region: Region, situation: Situation
) -> tuple[EndpointKey, ...]:
    asks = ((one.key, ask_for(one, region, situation)) for one in here)
    return tuple(key for key, ask in asks if ask is not None and same_text(ask[0], name))


def _of_accounts(here: tuple[EndpointSettings, ...], region: Region, situation: Situation) -> Iterator[PoolUse]:
    """Yield the counts: accounts in the region, and deployments in the fleet's account."""
    facts, keys = situation.region(region), tuple(one.key for one in here)
    if facts is None or situation.settings.subscription_in(region) is None:
        return
    readable = situation.holdings.readable
    account = place_in(situation.settings, region).foundry.account
    there = situation.holdings.has_account(account, region)
    pool = situation.pool(ACCOUNT_POOL, region)
    if pool is not None and not situation.settings.foundry.existing.account:
        held = (1.0 if there else 0.0) if readable else None
        fits = there or pool.left >= 1
        answer = Answer.YES if fits else Answer.NO if readable else Answer.UNKNOWN
        yield PoolUse(region, ACCOUNT_POOL, None, keys, pool, 1.0, held, answer, facts.pools.evidence)
    standing = sum(1 for one in here if situation.holdings.deployment(one.key, region) is not None)
    names = situation.holdings.deployment_names(region)
    limit = QuotaPool("deployments per account", account, len(names), MOST_DEPLOYMENTS)
    fits = len(names.union(key.lower() for key in keys)) <= MOST_DEPLOYMENTS
    answer = Answer.YES if fits else Answer.NO
    yield PoolUse(region, limit.name, None, keys, limit, float(len(here)), float(standing) if readable else None,
                  answer, situation.published)  # fmt: skip
