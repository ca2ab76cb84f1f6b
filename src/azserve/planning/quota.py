"""Whether a region's quota carries what is asked, and how much of it.

Everything counts in capacity units of the sku, the unit of `currentValue`, `limit` and `sku.capacity` alike. What
the fleet itself holds is inside `currentValue`, so demand is net: only what a deployment grows by needs room.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from azserve.model.catalogue import PoolScope
from azserve.model.facts import OfferedSku, QuotaPool
from azserve.model.names import EndpointKey, Region
from azserve.model.settings import Capacity, EndpointSettings
from azserve.model.verdict import Answer, Evidence, ReasonCode
from azserve.planning.holdings import same_text
from azserve.planning.offers import find_offer, find_sku
from azserve.planning.situation import Alongside, Ground, Situation, ground
from azserve.planning.soft_deleted import keepers_of_quota, kept_account

UNASKED = Capacity(1, 1)
"""One unit where the file says nothing, as `az cognitiveservices account deployment create` does. The sku's own
default may exceed the whole quota."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What one endpoint wants of one pool in one region."""

    endpoint: EndpointKey
    region: Region
    minimum: int
    target: int
    held: int = 0
    """What the deployment that this endpoint updates in place draws on the same pool already."""
    step: int = 1
    perhaps: int = 0
    """What it may draw beyond that: it failed or is going, or runs a model whose pool nobody lists any more."""

    @property
    def growth(self) -> int:
        """What is needed beyond what is held."""
        return max(0, self.minimum - self.held)


@dataclass(frozen=True, slots=True)
class Room:
    """A pool and who wants it."""

    pool: QuotaPool
    evidence: Evidence
    scope: PoolScope
    here: tuple[Ask, ...]
    elsewhere: tuple[Ask, ...] = ()
    """The same pool name in other regions."""

    @property
    def free(self) -> float:
        """Limit less use, below zero where Azure has let more be used."""
        return self.pool.limit - self.pool.current

    @property
    def fits_region(self) -> bool:
        """Whether the minimum of everybody here fits, if the pool is the region's own."""
        return fits(self.here, self.free)

    @property
    def fits_everywhere(self) -> bool:
        """Whether the minimum of everybody fits, if the pool is the subscription's; regions grow at the same time."""
        growth = sum(ask.growth for ask in (*self.here, *self.elsewhere))
        return growth == 0 or growth <= self.free

    @property
    def at_best(self) -> Room:
        """The same, where everything that may be held is held."""

        def hopeful(asks: tuple[Ask, ...]) -> tuple[Ask, ...]:
            return tuple(replace(ask, held=ask.held + ask.perhaps) for ask in asks)

        return replace(self, here=hopeful(self.here), elsewhere=hopeful(self.elsewhere))


def fits(asks: Sequence[Ask], free: float) -> bool:
    """Return whether the minimums fit into a region's own pool.

    Deployments of an account are written one after another, shrinking ones first, so what one gives up the next
    may take.
    """
    if all(ask.growth == 0 for ask in asks):
        return True
    return sum(ask.minimum - ask.held for ask in asks) <= free


def share_out(asks: Sequence[Ask], free: float) -> tuple[int, ...]:
    """Return the capacity of each: all they hold up to their target first, then the rest in order.

    Where that does not fit, the minimums, then the rest in order. Nobody gets less than the minimum or more than
    the target; call it where `fits` says yes.
    """
    steady = [min(max(ask.minimum, ask.held), ask.target) for ask in asks]
    held = sum(ask.held for ask in asks)
    shares = steady if sum(steady) - held <= max(free, 0) else [ask.minimum for ask in asks]
    spare = int(free) + held - sum(shares)
    for at, ask in enumerate(asks):
        more = max(0, min(ask.target - shares[at], spare)) // ask.step * ask.step
        shares[at] += more
        spare -= more
    return tuple(shares)


def capacity_of(endpoint: EndpointSettings, sku: OfferedSku | None) -> Capacity:
    """Return what is asked; the target is cut to what one deployment may have, in whole steps."""
    asked = endpoint.capacity
    if asked is None:
        least = sku.capacity_minimum if sku and sku.capacity_minimum else 1
        asked = UNASKED if least <= 1 else Capacity(least, least)
    if sku is None:
        return asked
    most = min(asked.target, sku.capacity_maximum or asked.target)
    beyond = max(0, most - asked.minimum)
    return Capacity(asked.minimum, asked.minimum + beyond - beyond % (sku.capacity_step or 1))


def size_grounds(endpoint: EndpointSettings, sku: OfferedSku, evidence: Evidence) -> Iterator[Ground]:
    """Yield what the sku's own range says: least, most, and step."""
    asked = float(capacity_of(endpoint, sku).minimum)
    least, most, step = sku.capacity_minimum or 1, sku.capacity_maximum, sku.capacity_step or 1
    if asked < least:
        text, hint = f"`{sku.name}` takes {least} units or more, {asked:g} asked", f"ask for {least}"
    elif most is not None and asked > most:
        text, hint = f"`{sku.name}` takes {most} units at most, {asked:g} asked", f"ask for {most} or fewer"
    elif (asked - _origin(sku)) % step:
        below = int(asked - (asked - _origin(sku)) % step)
        text = f"`{sku.name}` grows in steps of {step}, {asked:g} asked"
        hint = f"ask for {max(least, below)} or {below + step}"
    else:
        return
    numbers = {"asked": asked, "minimum": float(least), "step": float(step)}
    if most is not None:
        numbers["maximum"] = float(most)
    yield ground(Answer.NO, ReasonCode.CAPACITY_STEP, text, evidence, hint=hint, numbers=numbers)


def ask_for(endpoint: EndpointSettings, region: Region, situation: Situation) -> tuple[str, Ask] | None:
    """Return the pool an endpoint draws on in a region, and how much; None where the region does not offer it."""
    known = situation.asks.get((endpoint.key, region))
    if known is None:
        known = situation.asks[endpoint.key, region] = (_ask_for(endpoint, region, situation),)
    return known[0]


def _ask_for(endpoint: EndpointSettings, region: Region, situation: Situation) -> tuple[str, Ask] | None:
    sku = find_offer(endpoint, region, situation).sku
    if sku is None:
        return None
    capacity = capacity_of(endpoint, sku)
    held, perhaps = _held(endpoint, region, sku, situation)
    step = sku.capacity_step or 1
    return sku.usage_name, Ask(endpoint.key, region, capacity.minimum, capacity.target, held, step, perhaps)


def find_room(
    endpoint: EndpointSettings, region: Region, situation: Situation, alongside: Alongside
) -> Room | Ground | None:
    """Return the endpoint's pool and all who share it, what stands in the way of knowing it, or None if not offered."""
    wanted = ask_for(endpoint, region, situation)
    facts = situation.region(region)
    if wanted is None or facts is None:
        return None
    name, own = wanted
    if not facts.pools.readable:
        text = f"the quota of `{region}` could not be read: {facts.pools.unreadable}"
        return ground(Answer.UNKNOWN, ReasonCode.UNREADABLE, text, facts.pools.evidence, hint="try again")
    pool = situation.pool(name, region)
    if pool is None:
        text = f"the usage list of `{region}` does not name the pool `{name}`"
        hint = "check that the subscription is eligible for this model"
        return ground(Answer.UNKNOWN, ReasonCode.NO_EVIDENCE, text, facts.pools.evidence, hint=hint)
    others = (ask_for(one, region, situation) for one in alongside.here if one.key != endpoint.key)
    here = (own, *(ask for other, ask in filter(None, others) if same_text(other, name)))
    return Room(
        pool=pool,
        evidence=facts.pools.evidence,
        scope=_scope(name, region, situation),
        here=tuple(sorted(here, key=lambda ask: situation.positions[ask.endpoint])),
        elsewhere=tuple(_elsewhere(name, region, situation, alongside)),
    )


def _scope(name: str, region: Region, situation: Situation) -> PoolScope:
    """Return a pool's reach: as published, else regional where regions of one subscription give it different limits.

    One pool for all regions is listed by each with the same aggregate, so lists that differ cannot be of one pool
    (inferred from the announcement of 2026-05). Lists that agree prove nothing: defaults are equal everywhere. Nor
    do those of another subscription, whose pools are its own.
    """
    published = situation.catalogue.pool_scope(name)
    if published is not PoolScope.UNKNOWN:
        return published
    subscription = situation.settings.subscription_in(region)
    listed = situation.pools.get(name.lower(), {}).items()
    limits = {pool.limit for other, pool in listed if situation.settings.subscription_in(other) == subscription}
    return PoolScope.REGIONAL if len(limits) > 1 else PoolScope.UNKNOWN


def quota_grounds(endpoint: EndpointSettings, room: Room, situation: Situation) -> Iterator[Ground]:
    """Yield what the pool says of one endpoint; nothing where all that is asked fits."""
    own = next(ask for ask in room.here if ask.endpoint == endpoint.key)
    if own.growth == 0 or (answer := _answer(room, situation)) is Answer.YES:
        yield from _short_of_target(own, room)
        return
    wide = room.scope is PoolScope.SUBSCRIPTION or (room.scope is PoolScope.UNKNOWN and room.fits_region)
    asks = (*room.here, *room.elsewhere) if wide else room.here
    growth = float(sum(ask.growth for ask in asks))
    short = growth - max(room.free, 0.0)
    numbers = {
        "asked": float(sum(ask.minimum for ask in asks)),
        "held": float(sum(ask.held for ask in asks)),
        "left": room.pool.left,
        "limit": room.pool.limit,
        "short": short,
    }
    text = f"{_who(own, asks)} {growth:g} more of `{room.pool.name}`, {room.pool.left:g} of {room.pool.limit:g} left"
    if answer is Answer.UNKNOWN and situation.holdings.readable and kept_account(own.region, situation) is not None:
        text += "; a soft-deleted account of this fleet may hold some of it"
    elif answer is Answer.UNKNOWN and any(ask.perhaps for ask in asks):
        text += "; a deployment that does not stand, or whose model is not listed there, may hold some of it"
    elif answer is Answer.UNKNOWN and not wide:
        text += "; how much of that is this fleet's own could not be read"
    elif answer is Answer.UNKNOWN:
        text += " if one pool spans all regions, which is not known"
    hint = f"raise the quota `{room.pool.name}` by {short:g}, or lower `capacity` of `{endpoint.key}`"
    less = _lowered(own, asks, short)
    hint += f" to {less}" if less >= own.step else ""
    keepers = keepers_of_quota(own.region, situation)
    if keepers:
        hint += f"; soft-deleted accounts keep theirs until they are purged: {', '.join(f'`{one}`' for one in keepers)}"
    yield ground(answer, ReasonCode.QUOTA_SHORT, text, room.evidence, hint=hint, numbers=numbers)


def _lowered(own: Ask, asks: Sequence[Ask], short: float) -> int:
    """Return the minimum that would fit: the file has one for all regions, so each of them gives a part."""
    same = [ask for ask in asks if ask.endpoint == own.endpoint and ask.growth]
    cut = math.ceil(short / own.step / max(1, len(same))) * own.step
    if any(ask.growth < cut for ask in same):
        cut = math.ceil(short / own.step) * own.step
    return own.minimum - cut


def _answer(room: Room, situation: Situation) -> Answer:
    sure, at_best = _fitting(room), _fitting(room.at_best)
    if sure is not Answer.NO:
        return sure
    if at_best is not Answer.NO:
        return Answer.UNKNOWN
    # Without knowing what the fleet holds, what is used may be its own. A soft-deleted account keeps its quota and
    # does not say how much; brought back, it brings the deployments that hold it.
    own_is_known = situation.holdings.readable and kept_account(room.here[0].region, situation) is None
    return Answer.NO if own_is_known else Answer.UNKNOWN


def _fitting(room: Room) -> Answer:
    """Return whether everybody's minimum fits; unknown where that hangs on a reach that nobody knows."""
    region, everywhere = (Answer.YES if one else Answer.NO for one in (room.fits_region, room.fits_everywhere))
    match room.scope:
        case PoolScope.REGIONAL:
            return region
        case PoolScope.SUBSCRIPTION:
            return everywhere
        case PoolScope.UNKNOWN:
            return region if region is everywhere else Answer.UNKNOWN


def _short_of_target(own: Ask, room: Room) -> Iterator[Ground]:
    if not room.fits_region:
        return
    got = dict(zip(room.here, share_out(room.here, room.free), strict=True))[own]
    if got < own.target:
        text = f"{got} of the {own.target} units wanted for `{own.endpoint}` fit into `{room.pool.name}`"
        numbers = {"asked": float(own.target), "got": float(got), "left": room.pool.left, "limit": room.pool.limit}
        hint = f"raise the quota `{room.pool.name}` by {own.target - got}"
        yield ground(Answer.YES, ReasonCode.QUOTA_SHORT, text, room.evidence, hint=hint, numbers=numbers)


def _who(own: Ask, asks: Sequence[Ask]) -> str:
    here = [f"`{ask.endpoint}`" for ask in asks if ask.region == own.region and (ask.growth or ask is own)]
    away = sum(1 for ask in asks if ask.region != own.region and ask.growth)
    if away:
        here.append(f"{away} more in other regions")
    if len(here) == 1:
        return f"{here[0]} needs"
    return f"{', '.join(here[:-1])} and {here[-1]} together need"


def _held(endpoint: EndpointSettings, region: Region, sku: OfferedSku, situation: Situation) -> tuple[int, int]:
    """Return what the live deployment of that name draws on the pool of `sku`, and what it may draw beyond that.

    Nobody says whether what failed, or is being deleted, counts in the pool's use; and where the region no longer
    lists what runs, nobody says which pool it is in.
    """
    held = situation.holdings.deployment(endpoint.key, region)
    facts = situation.region(region)
    if held is None or facts is None:
        return 0, 0
    live = find_sku(facts.models.value or (), held.model, held.version, held.sku)
    if live is not None and not same_text(live.usage_name, sku.usage_name):
        return 0, 0
    return (held.capacity, 0) if live is not None and held.stands else (0, held.capacity)


def _elsewhere(name: str, region: Region, situation: Situation, alongside: Alongside) -> Iterator[Ask]:
    subscription = situation.settings.subscription_in(region)
    for other, endpoints in alongside.elsewhere.items():
        if other == region or situation.settings.subscription_in(other) != subscription:
            continue
        for endpoint in endpoints:
            wanted = ask_for(endpoint, other, situation)
            if wanted is not None and same_text(wanted[0], name):
                yield wanted[1]


def _origin(sku: OfferedSku) -> int:
    """Return where steps are counted from: a minimum that is itself no multiple shifts them (inferred)."""
    step = sku.capacity_step or 1
    return (sku.capacity_minimum or 0) % step
