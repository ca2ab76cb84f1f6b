"""Can this endpoint go to this region? Yes, no or unknown, with every reason and how well it is known.

A NO ground makes it no; else an UNKNOWN ground makes it unknown; else it is yes. What already stands as asked is
yes whatever the documents say: Azure keeps serving it. Only the user's own limits (`within`, `avoid`) outrank that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azserve.model.catalogue import HostedModel, Hosting, Offer
from azserve.model.facts import Fact, SubscriptionState
from azserve.model.names import Region
from azserve.model.settings import EndpointSettings, RegionChoice
from azserve.model.verdict import Answer, Evidence, ReasonCode, Verdict
from azserve.planning.holdings import same_text
from azserve.planning.lifecycle import live_grounds, published_grounds
from azserve.planning.naming import serverless_endpoint_name
from azserve.planning.obstacles import obstacles
from azserve.planning.offers import find_offer, sku_of
from azserve.planning.quota import Room, capacity_of, find_room, quota_grounds, size_grounds
from azserve.planning.situation import Alongside, Ground, Situation, ground, weakest

MOST_DEPLOYMENTS: Final = 32
"""Per Foundry resource (documented 2026-02-20)."""
ACCOUNT_POOL: Final = "AIServices.S0.AccountCount"
"""The usage that counts accounts (recorded 2026-04-23)."""
BUYS_NOTHING: Final = ("FreeTrial", "AzureForStudents")
"""Kinds of subscription without a valid way to pay, which partners' offers ask for (documented 2025-06-16)."""
ANYWHERE: Final = ("Global", "Developer")
"""Skus without data residency: requests may be processed wherever there is room. Of Global skus that is documented
(2025), of DeveloperTier inferred."""
NOWHERE: Final = Alongside()


def judge(
    endpoint: EndpointSettings,
    region: Region,
    situation: Situation,
    choice: RegionChoice,
    alongside: Alongside = NOWHERE,
) -> Verdict:
    """Return the verdict on one endpoint in one region; `alongside` is what else is to stand."""
    grounds = [
        *_policy(endpoint, region, situation, choice),
        *published_grounds(endpoint, situation.catalogue, situation.today, strict=situation.strict),
    ]
    match endpoint.hosting:
        case Hosting.SERVERLESS:
            grounds += _serverless(endpoint, region, situation, alongside)
        case Hosting.FOUNDRY:
            grounds += _foundry(endpoint, region, situation, alongside)
    for answer in (Answer.NO, Answer.UNKNOWN):
        deciding = [one for one in grounds if one.answer is answer]
        if deciding:
            rest = [one for one in grounds if one.answer is not answer]
            reasons = tuple(one.reason for one in [*deciding, *rest])
            return Verdict(endpoint.key, region, answer, deciding[0].evidence, reasons)
    carrying = tuple(one.evidence for one in grounds if one.reason.code in _CARRYING)
    evidence = weakest(carrying) if carrying else situation.published
    return Verdict(endpoint.key, region, Answer.YES, evidence, tuple(one.reason for one in grounds))


_CARRYING: Final = {ReasonCode.OFFERED, ReasonCode.ALREADY_THERE, ReasonCode.QUOTA_SHORT}
"""Reasons that a yes rests on; the others are notes beside it."""


def _policy(endpoint: EndpointSettings, region: Region, situation: Situation, choice: RegionChoice) -> Iterator[Ground]:
    if region in choice.avoid:
        text = f"`{region}` is to be avoided"
        yield ground(Answer.NO, ReasonCode.AVOIDED, text, situation.published, hint="change `avoid`")
    if not choice.within:
        return
    entry, limits = situation.catalogue.regions.get(region), ", ".join(choice.within)
    geography = entry.geography if entry else ""
    if region not in choice.within and geography not in choice.within:
        text = f"`{region}` is outside `{limits}`"
        yield ground(Answer.NO, ReasonCode.BOUNDARY, text, situation.published, hint="choose a region inside it")
        return
    if endpoint.hosting is not Hosting.FOUNDRY:
        return
    sku = sku_of(endpoint, situation.hosted(endpoint))
    zone = entry.data_zone if entry else None
    if sku.startswith(ANYWHERE):
        text = f"`{sku}` may process requests anywhere, which `within: {limits}` forbids"
        hint = "use a `DataZone…` or a regional sku"
        yield ground(Answer.NO, ReasonCode.BOUNDARY, text, situation.published, hint=hint)
    elif sku.startswith("DataZone") and zone not in choice.within:
        text = f"`{sku}` may process requests in all of the data zone `{zone or 'unknown'}`, not only in `{limits}`"
        hint = "use a regional sku, or name the data zone in `within`"
        yield ground(Answer.NO, ReasonCode.BOUNDARY, text, situation.published, hint=hint)


def _serverless(
    endpoint: EndpointSettings, region: Region, situation: Situation, alongside: Alongside
) -> Iterator[Ground]:
    hosted = situation.hosted(endpoint)
    model_id = situation.model_id(endpoint)
    held = situation.holdings.endpoint(endpoint.key, model_id, region)
    if held is not None and held.stands and same_text(held.model_id, model_id):
        text = f"`{held.id.name}` serves it there"
        yield ground(Answer.YES, ReasonCode.ALREADY_THERE, text, situation.holdings.evidence)
    else:
        yield from find_offer(endpoint, region, situation).grounds
        yield from obstacles(endpoint, region, situation, alongside)
        if hosted is not None and hosted.offer is Offer.MARKETPLACE:
            yield _marketplace(endpoint, hosted, situation.around(region).state)
    yield from _one_per_project(endpoint, region, situation, alongside)


def _marketplace(endpoint: EndpointSettings, hosted: HostedModel, state: Fact[SubscriptionState]) -> Ground:
    """Say what a partner's offer takes, and refuse where the kind of subscription cannot buy any."""
    code, contract = ReasonCode.OFFER_NEEDS_MARKETPLACE, (state.value.quota_id or "") if state.value else ""
    if contract.startswith(BUYS_NOTHING):
        text = f"`{endpoint.model}` is a partner's offer, and a subscription of kind `{contract}` cannot buy any"
        hint = "use a pay-as-you-go or enterprise subscription, or a model sold by Azure"
        return ground(Answer.NO, code, text, state.evidence, hint=hint)
    text = f"`{endpoint.model}` is a partner's offer: a marketplace subscription is made first"
    hint = "the subscription needs a payment method and the right to accept offers"
    return ground(Answer.YES, code, text, hosted.evidence, hint=hint)


def _one_per_project(
    endpoint: EndpointSettings, region: Region, situation: Situation, alongside: Alongside
) -> Iterator[Ground]:
    """Refuse a second endpoint of a model in a project, in the file or in Azure."""
    hosted, model_id = situation.hosted(endpoint), situation.model_id(endpoint)
    if hosted is None or model_id is None:
        return
    rule = "a project takes one serverless endpoint per model"
    for other in alongside.here:
        same = other.hosting is Hosting.SERVERLESS and same_text(situation.model_id(other), model_id)
        if same and other.key != endpoint.key:
            text = f"`{other.key}` is `{endpoint.model}` too, and {rule}"
            hint = "drop one of them, or give them regions that differ"
            yield ground(Answer.NO, ReasonCode.ONE_PER_PROJECT, text, hosted.evidence, hint=hint)
    if situation.settings.subscription_in(region) is None:
        return
    place = situation.place(region)
    name = serverless_endpoint_name(place.identity, endpoint.key, model_id)
    for held in situation.holdings.endpoints(region):
        in_project = same_text(held.id.names[0], place.serverless.project)
        if in_project and same_text(held.model_id, model_id) and not same_text(held.id.name, name):
            text = f"`{held.id.name}` serves `{endpoint.model}` in the project already, and {rule}"
            hint = f"keep the key `{held.key}`" if held.key else f"delete `{held.id.name}` first"
            yield ground(Answer.NO, ReasonCode.ONE_PER_PROJECT, text, situation.holdings.evidence, hint=hint)


def _foundry(
    endpoint: EndpointSettings, region: Region, situation: Situation, alongside: Alongside
) -> Iterator[Ground]:
    offer = find_offer(endpoint, region, situation)
    held = situation.holdings.deployment(endpoint.key, region)
    least = capacity_of(endpoint, offer.sku).minimum
    if held is not None and held.runs(endpoint.model, endpoint.version, sku_of(endpoint, situation.hosted(endpoint))):
        text = f"`{held.id.name}` serves it there with {held.capacity} units"
        yield ground(Answer.YES, ReasonCode.ALREADY_THERE, text, situation.holdings.evidence)
        if held.capacity >= least:
            return
    else:
        yield from offer.grounds
        if offer.model is not None and offer.evidence is not None:
            yield from live_grounds(endpoint, offer.model, offer.sku, offer.evidence, situation)
        yield from _limits(endpoint, region, situation, alongside)
    yield from obstacles(endpoint, region, situation, alongside)
    if offer.sku is not None and offer.evidence is not None:
        yield from size_grounds(endpoint, offer.sku, offer.evidence)
    yield from _quota(endpoint, region, situation, alongside)


def _quota(endpoint: EndpointSettings, region: Region, situation: Situation, alongside: Alongside) -> Iterator[Ground]:
    room = find_room(endpoint, region, situation, alongside)
    match room:
        case Room():
            yield from quota_grounds(endpoint, room, situation)
        case Ground():
            yield room
        case None:
            facts = situation.region(region)
            evidence = facts.pools.evidence if facts else Evidence(situation.published.rank, "not asked")
            if facts is None or not facts.models.readable:
                text = f"nobody asked what quota is left in `{region}`"
                if facts is not None and facts.pools.unreadable:
                    text = f"the quota of `{region}` is not known: {facts.pools.unreadable}"
                yield ground(Answer.UNKNOWN, ReasonCode.UNREADABLE, text, evidence, hint="ask Azure: `azserve plan`")


def _limits(endpoint: EndpointSettings, region: Region, situation: Situation, alongside: Alongside) -> Iterator[Ground]:
    asked = {endpoint.key.lower(), *(one.key.lower() for one in alongside.here if one.hosting is Hosting.FOUNDRY)}
    left_file = situation.holdings.deployment_names(region) - asked
    count = len(asked) + len(left_file)
    if count > MOST_DEPLOYMENTS:
        text = f"{count} deployments in one account, which takes {MOST_DEPLOYMENTS}"
        text += f"; {len(left_file)} of them left the file" if left_file else ""
        numbers = {"asked": float(count), "limit": float(MOST_DEPLOYMENTS)}
        hint = "delete what left the file, or split the fleet in two" if left_file else "split the fleet in two"
        yield ground(Answer.NO, ReasonCode.LIMIT_REACHED, text, situation.published, hint=hint, numbers=numbers)
    facts = situation.region(region)
    if facts is None or not facts.pools.readable or situation.settings.foundry.existing.account:
        return
    pool = situation.pool(ACCOUNT_POOL, region)
    if pool is None or pool.left >= 1 or not situation.holdings.readable or _has_account(region, situation):
        return
    text = f"no more accounts in `{region}`: {pool.current:g} of {pool.limit:g} are taken"
    numbers = {"asked": 1.0, "left": pool.left, "limit": pool.limit}
    hint = "delete an account there, or name one under `foundry.existing`"
    yield ground(Answer.NO, ReasonCode.LIMIT_REACHED, text, facts.pools.evidence, hint=hint, numbers=numbers)


def _has_account(region: Region, situation: Situation) -> bool:
    if situation.settings.subscription_in(region) is None:
        return False
    account = situation.place(region).foundry.account
    return situation.holdings.has_account(account, region)
