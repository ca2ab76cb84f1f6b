"""What stands between an endpoint and a region besides the model: subscription, providers, rights, names, policy.

Two kinds of source. Registrations, soft-deleted names and subdomains decide: where one cannot be read the verdict is
unknown. Rights, policies and the service's own capacity advise: what they forbid is a no, but a silent one is only
told of, because many who may deploy may not ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from azserve.model.catalogue import Hosting, Offer
from azserve.model.facts import DeletedResource, Fact, Permissions, ProviderRegistration
from azserve.model.names import Region
from azserve.model.settings import EndpointSettings
from azserve.model.verdict import Answer, Rank, ReasonCode
from azserve.planning.holdings import same_text
from azserve.planning.offers import find_offer, sku_of
from azserve.planning.places import ACCOUNT, WORKSPACE
from azserve.planning.quota import ask_for
from azserve.planning.situation import Alongside, Ground, Situation, ground
from azserve.planning.soft_deleted import kept_account, soft_deleted_grounds

DEPLOY: Final = "Microsoft.Resources/deployments/write"
MAKE_GROUP: Final = "Microsoft.Resources/subscriptions/resourceGroups/write"
HOST: Final = {Hosting.FOUNDRY: ACCOUNT, Hosting.SERVERLESS: WORKSPACE}
CHILD: Final = {
    Hosting.FOUNDRY: f"{ACCOUNT}/deployments/write",
    Hosting.SERVERLESS: f"{WORKSPACE}/serverlessEndpoints/write",
}


def obstacles(
    endpoint: EndpointSettings, region: Region, situation: Situation, alongside: Alongside
) -> Iterator[Ground]:
    """Yield what would keep a deployment from being carried out, as far as it was asked; nothing where it was not."""
    yield from _subscription(region, situation)
    yield from _providers(endpoint, region, situation)
    yield from _permissions(endpoint, region, situation)
    yield from soft_deleted_grounds(endpoint, region, situation)
    yield from _name(endpoint, region, situation)
    yield from _names_around(endpoint, region, situation)
    yield from _policy(endpoint, region, situation)
    yield from _capacity(endpoint, region, situation, alongside)


def actions_needed(endpoint: EndpointSettings, region: Region, situation: Situation) -> tuple[str, ...]:
    """Return the control actions that deploying an endpoint there takes."""
    hosted, host = situation.hosted(endpoint), _host_exists(endpoint, situation)
    place = situation.place(region)
    partner = hosted is not None and hosted.offer is Offer.MARKETPLACE
    needed = [DEPLOY, CHILD[endpoint.hosting]]
    needed += [] if place.group_exists else [MAKE_GROUP]
    needed += [] if host else [f"{HOST[endpoint.hosting]}/write"]
    needed += [f"{WORKSPACE}/marketplaceSubscriptions/write"] if partner else []
    return tuple(needed)


def _subscription(region: Region, situation: Situation) -> Iterator[Ground]:
    state = situation.around(region).state
    if state.value is not None and not state.value.takes_writes:
        text = f"the subscription is {state.value.state}: nothing can be made in it"
        hint = "choose another `subscription`, or have its owner enable it"
        yield ground(Answer.NO, ReasonCode.SUBSCRIPTION_DISABLED, text, state.evidence, hint=hint)


def _providers(endpoint: EndpointSettings, region: Region, situation: Situation) -> Iterator[Ground]:
    around = situation.around(region)
    fact = around.providers
    if not fact.readable:
        if fact.evidence.rank is Rank.LIVE:
            text = f"whether the resource providers are registered could not be read: {fact.unreadable}"
            yield ground(Answer.UNKNOWN, ReasonCode.UNREADABLE, text, fact.evidence, hint="try again")
        return
    for namespace in _namespaces(endpoint, situation):
        found = around.provider(namespace)
        if found is not None:
            yield from _registration(found, around.id, fact)
    host = around.provider(HOST[endpoint.hosting].partition("/")[0])
    kind = host.type_of(HOST[endpoint.hosting].partition("/")[2]) if host is not None else None
    if kind is not None and kind.locations and region not in kind.locations and not _host_exists(endpoint, situation):
        text = f"`{HOST[endpoint.hosting]}` is not offered in `{region}`"
        yield ground(Answer.NO, ReasonCode.REGION_NOT_OFFERED, text, fact.evidence, hint="choose another region")


def _registration(
    found: ProviderRegistration, subscription: str, fact: Fact[tuple[ProviderRegistration, ...]]
) -> Iterator[Ground]:
    if found.registered:
        return
    if found.state.lower() == "registering":
        text, hint = f"`{found.namespace}` is still being registered", "wait a minute and try again"
        yield ground(Answer.UNKNOWN, ReasonCode.PROVIDER_UNREGISTERED, text, fact.evidence, hint=hint)
        return
    text = f"the resource provider `{found.namespace}` is {found.state or 'not registered'} in the subscription"
    hint = f"`az provider register --namespace {found.namespace} --subscription {subscription}`"
    yield ground(Answer.NO, ReasonCode.PROVIDER_UNREGISTERED, text, fact.evidence, hint=hint)


def _permissions(endpoint: EndpointSettings, region: Region, situation: Situation) -> Iterator[Ground]:
    facts = situation.region(region)
    in_group = facts.permissions if facts is not None else None
    fact = situation.around(region).permissions
    if in_group is not None and (in_group.readable or in_group.evidence.rank is Rank.LIVE):
        fact = in_group
    if fact.value is None:
        if fact.evidence.rank is Rank.LIVE:
            text = f"what the caller may do could not be read: {fact.unreadable}"
            yield ground(Answer.YES, ReasonCode.UNREADABLE, text, fact.evidence)
        return
    missing = _missing(fact.value, actions_needed(endpoint, region, situation))
    if not missing:
        return
    # A right that the subscription does not give may be given on the group, where that stands already.
    narrower = fact is not in_group and situation.holdings.has_group(situation.place(region).group)
    answer = Answer.UNKNOWN if narrower or not situation.holdings.readable else Answer.NO
    text = f"the caller may not {', '.join(f'`{one}`' for one in missing)} at `{fact.value.scope}`"
    hint = "ask for a role that allows it, such as Contributor, there or on the group"
    yield ground(answer, ReasonCode.PERMISSION_MISSING, text, fact.evidence, hint=hint)


def _missing(permissions: Permissions, actions: Iterable[str]) -> list[str]:
    return [action for action in actions if not permissions.allows(action)]


def _name(endpoint: EndpointSettings, region: Region, situation: Situation) -> Iterator[Ground]:
    facts = situation.region(region)
    if endpoint.hosting is not Hosting.FOUNDRY or facts is None or situation.settings.subscription_in(region) is None:
        return
    fact, place = facts.subdomain, situation.place(region)
    if situation.holdings.has_account(place.foundry.account, region) or kept_account(region, situation) is not None:
        return
    if fact.value is None:
        if fact.evidence.rank is Rank.LIVE:
            text = f"whether the name `{place.foundry.subdomain}` is free could not be read: {fact.unreadable}"
            yield ground(Answer.UNKNOWN, ReasonCode.UNREADABLE, text, fact.evidence, hint="try again")
        return
    if not fact.value.free:
        sure = situation.holdings.readable and situation.around(region).deleted_accounts.readable
        text = f"the subdomain `{fact.value.name}` is taken somewhere in Azure"
        hint = "change `fleet`: names are made of it"
        answer = Answer.NO if sure else Answer.UNKNOWN
        yield ground(answer, ReasonCode.NAME_TAKEN, text, fact.evidence, hint=hint)


def _names_around(endpoint: EndpointSettings, region: Region, situation: Situation) -> Iterator[Ground]:
    """Say which name of what a hub is made with is taken, by anybody but the fleet itself.

    Advice where it could not be asked: names end in a hash, and a role that may make accounts need not hold this.
    """
    facts = situation.region(region)
    if endpoint.hosting is not Hosting.SERVERLESS or facts is None or _host_exists(endpoint, situation):
        return
    fact = facts.names
    if fact.value is None:
        if fact.evidence.rank is Rank.LIVE:
            text = f"whether the names around the hub are free could not be read: {fact.unreadable}"
            yield ground(Answer.YES, ReasonCode.UNREADABLE, text, fact.evidence)
        return
    own = {(one.id.type.lower(), one.id.name.lower()) for one in situation.facts.live.value or ()}
    own |= {(one.id.type.lower(), one.id.name.lower()) for one in _kept_around(region, situation)}
    for one in fact.value:
        if one.free or (one.kind.lower(), one.name.lower()) in own:
            continue
        # ARM's lists lag by minutes: in a group that stands, it may be what an earlier run made.
        place = situation.place(region)
        stands = place.group_exists or situation.holdings.has_group(place.group)
        sure = situation.holdings.readable and situation.around(region).deleted_vaults.readable and not stands
        text = f"the name `{one.name}` of a `{one.kind}` is taken somewhere in Azure"
        hint = "change `fleet`: names are made of it"
        answer = Answer.NO if sure else Answer.UNKNOWN
        yield ground(answer, ReasonCode.NAME_TAKEN, text, fact.evidence, hint=hint)


def _kept_around(region: Region, situation: Situation) -> Iterator[DeletedResource]:
    """Yield the soft-deleted vaults, whoever's: of those that are in the way, `soft_deleted` speaks."""
    yield from situation.around(region).deleted_vaults.value or ()


def _policy(endpoint: EndpointSettings, region: Region, situation: Situation) -> Iterator[Ground]:
    facts = situation.region(region)
    fact = facts.policy if facts is not None else None
    if fact is None or _host_exists(endpoint, situation):
        return
    if fact.value is None:
        if fact.evidence.rank is Rank.LIVE:
            text = f"what Azure Policy says could not be read: {fact.unreadable}"
            yield ground(Answer.YES, ReasonCode.UNREADABLE, text, fact.evidence)
        return
    for one in fact.value:
        if not same_text(one.about, HOST[endpoint.hosting]):
            continue
        if one.denies:
            text = f"the policy `{one.policy}` forbids what the fleet would make in `{region}`"
            text += f": {one.message}" if one.message else ""
            hint = "change what the policy is about, or ask for an exemption"
            yield ground(Answer.NO, ReasonCode.POLICY_DENIED, text, fact.evidence, hint=hint)
        elif one.field is not None:
            text = f"the policy `{one.policy}` sets `{one.field}` to `{one.message}`"
            hint = "say the same in the file, or every plan will find a difference"
            yield ground(Answer.YES, ReasonCode.POLICY_CHANGES, text, fact.evidence, hint=hint)


def _capacity(
    endpoint: EndpointSettings, region: Region, situation: Situation, alongside: Alongside
) -> Iterator[Ground]:
    fact = situation.around(region).capacities
    if endpoint.hosting is not Hosting.FOUNDRY:
        return
    if fact.value is None:
        if fact.evidence.rank is Rank.LIVE:
            text = f"the capacity that the service has left could not be read: {fact.unreadable}"
            yield ground(Answer.YES, ReasonCode.UNREADABLE, text, fact.evidence)
        return
    offer, sku = find_offer(endpoint, region, situation).model, sku_of(endpoint, situation.hosted(endpoint))
    if offer is None:
        return
    left = next(
        (
            one.available
            for one in fact.value
            if one.region == region
            and same_text(one.sku, sku)
            and same_text(one.model.name, offer.name)
            and one.model.version == offer.version
        ),
        None,
    )
    asked = _growth(endpoint, region, situation, alongside)
    if left is None or asked <= left:
        return
    text = f"the service has {left:g} units of `{endpoint.model}` as `{sku}` left in `{region}`, {asked:g} asked"
    hint = f"lower `capacity` of `{endpoint.key}` by {asked - left:g}, or choose another region or sku"
    numbers = {"asked": asked, "left": left, "short": asked - left}
    # What is soft-deleted holds its share until it is brought back.
    answer = Answer.NO if kept_account(region, situation) is None else Answer.UNKNOWN
    yield ground(answer, ReasonCode.CAPACITY_SHORT, text, fact.evidence, hint=hint, numbers=numbers)


def _growth(endpoint: EndpointSettings, region: Region, situation: Situation, alongside: Alongside) -> float:
    """Return what everybody here who wants the same sku of the same model grows by."""

    def wanted(one: EndpointSettings) -> tuple[str, str | None, str]:
        return str(one.model).lower(), one.version, sku_of(one, situation.hosted(one)).lower()

    def grows(one: EndpointSettings) -> int:
        ask, held = ask_for(one, region, situation), situation.holdings.deployment(one.key, region)
        # A pool may be shared by models, what the service has of each is not: another model's units are no help.
        kept = held.capacity if held and held.runs(one.model, one.version, sku_of(one, situation.hosted(one))) else 0
        return max(0, ask[1].minimum - kept) if ask is not None else 0

    everyone = {one.key: one for one in (*alongside.here, endpoint) if one.hosting is Hosting.FOUNDRY}
    return float(sum(grows(one) for one in everyone.values() if wanted(one) == wanted(endpoint)))


def _host_exists(endpoint: EndpointSettings, situation: Situation) -> bool:
    """Return whether the file names a host that is there, so that none is made."""
    match endpoint.hosting:
        case Hosting.FOUNDRY:
            return situation.settings.foundry.existing.account is not None
        case Hosting.SERVERLESS:
            return situation.settings.serverless.existing.project is not None


def _namespaces(endpoint: EndpointSettings, situation: Situation) -> tuple[str, ...]:
    own = HOST[endpoint.hosting].partition("/")[0]
    existing = situation.settings.serverless.existing
    if endpoint.hosting is Hosting.FOUNDRY or existing.hub or existing.project:
        return (own,)
    return (own, "Microsoft.KeyVault", "Microsoft.Storage")
