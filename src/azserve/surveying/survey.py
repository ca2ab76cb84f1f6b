"""Reads everything a plan needs, all at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, Final

from azserve.model.catalogue import Catalogue, Hosting
from azserve.model.estate import Resource
from azserve.model.facts import Fact, Facts, LiveResource, ModelVersion, RegionFacts, SubscriptionFacts, not_asked
from azserve.model.names import Region
from azserve.model.progress import Progress, silent
from azserve.model.questions import RegionQuestions
from azserve.model.settings import Settings
from azserve.model.verdict import Evidence, Rank
from azserve.surveying.ports import AzureReader
from azserve.surveying.reads import Keeper, Question, Reads

GROUP: Final = "Microsoft.Resources/resourceGroups"
OFFLINE: Final = "offline: nobody asked Azure"
NO_FOUNDRY: Final = "not asked: no Foundry endpoint goes there"
DEADLINE_S: Final = 120.0
"""Longer than the longest pause that Azure may ask for and be heard (60 s)."""
NAMESPACES: Final = {
    Hosting.SERVERLESS: ("Microsoft.MachineLearningServices", "Microsoft.KeyVault", "Microsoft.Storage"),
    Hosting.FOUNDRY: ("Microsoft.CognitiveServices",),
}
"""The resource providers that a hosting makes resources of."""
ACCOUNTS: Final = ("Microsoft.CognitiveServices", "accounts")
"""The provider that lists models and quota, and the type whose places are its own."""


class Breadth(StrEnum):
    """How much to ask."""

    VERDICTS = "verdicts"
    """What a verdict or a plan looks at."""
    EVERYTHING = "everything"
    """Also what is only shown: locations, what others have, compute quota."""


@dataclass(frozen=True, slots=True)
class SurveyRequest:
    """What to find out."""

    settings: Settings
    catalogue: Catalogue
    regions: tuple[Region, ...]
    """Every region that the fleet may go to."""
    questions: Mapping[Region, RegionQuestions] = field(default_factory=dict)
    """What only planning can name; a region without an entry is asked for its lists alone."""
    breadth: Breadth = Breadth.VERDICTS
    deadline_s: float = DEADLINE_S
    """What has not answered by then is unreadable; everything else is as good as ever."""
    provider_first: bool = False
    """Ask first where accounts can be made at all, and no other region for its lists. For many regions: it costs a
    round trip, and saves two reads in each region that Azure would answer with an error."""


def survey(
    request: SurveyRequest,
    reader: AzureReader,
    clock: Callable[[], datetime],
    progress: Progress = silent,
    keeper: Keeper | None = None,
) -> Facts:
    """Return what is true now, every source read at the same time, at most 32 at once.

    A source that fails, or does not answer in time, becomes an unreadable fact. `keeper` may answer for Azure what
    an earlier run has read. Raises only where nothing could be known: nobody is signed in, or not one read worked.
    """
    started = clock()
    reads = Reads(clock, progress, keeper, deadline_s=request.deadline_s)
    found = reads.ask(dict(_first(request, reader)))
    found |= _nothing_listed(request, found)
    found |= reads.ask({key: one for key, one in _questions(request, reader) if key not in found})
    reads.raise_if_blind()
    found |= reads.ask(dict(_of_strangers(request, found["fleet",], reader)))

    def fact(*key: Hashable) -> Fact[Any]:
        return found.get(key) or not_asked()

    return Facts(
        subscription=request.settings.subscription,
        taken_at=started,
        regions={
            region: RegionFacts(
                region=region,
                models=found.get(("models", region)) or not_asked(NO_FOUNDRY),
                pools=found.get(("pools", region)) or not_asked(NO_FOUNDRY),
                subdomain=fact("subdomain", region),
                names=_together(found, "name", region),
                policy=_together(found, "policy", region),
                compute=fact("compute", region),
                permissions=fact("permissions", region),
            )
            for region in request.regions
        },
        live=found["fleet",],
        subscriptions={
            one.lower(): SubscriptionFacts(
                id=one,
                state=fact("state", one),
                locations=fact("locations", one),
                providers=_together(found, "provider", one),
                permissions=fact("permissions", one),
                deleted_accounts=fact("deleted accounts", one),
                deleted_vaults=fact("deleted vaults", one),
                capacities=_together(found, "capacity", one),
                hosts=fact("hosts", one),
            )
            for one in _subscriptions(request)
        },
    )


def _first(request: SurveyRequest, reader: AzureReader) -> Iterator[tuple[tuple[Hashable, ...], Question]]:
    """Yield what has to be known before the regions are asked."""
    if request.provider_first:
        for region in request.regions:
            subscription = request.settings.subscription_in(region)
            if subscription is not None and needs_lists(request.settings, region):
                yield _provider(subscription, ACCOUNTS[0], reader)


def _nothing_listed(
    request: SurveyRequest, found: Mapping[tuple[Hashable, ...], Fact[Any]]
) -> Iterator[tuple[tuple[Hashable, ...], Fact[Any]]]:
    """Yield the lists of regions where, as the provider says, no account can be made: empty, and not worth asking."""
    for region in request.regions:
        fact = found.get(("provider", request.settings.subscription_in(region), ACCOUNTS[0]))
        kind = fact.value.type_of(ACCOUNTS[1]) if fact is not None and fact.value is not None else None
        if fact is not None and kind is not None and kind.locations and region not in kind.locations:
            for what in ("models", "pools"):
                yield (what, region), Fact(fact.evidence, (), read_at=fact.read_at)


def _provider(subscription: str, namespace: str, reader: AzureReader) -> tuple[tuple[Hashable, ...], Question]:
    read = partial(reader.provider, subscription, namespace)
    source = f"GET …/providers/{namespace}"
    return ("provider", subscription, namespace), Question(read, source, "subscription", "survey provider")


def _questions(request: SurveyRequest, reader: AzureReader) -> Iterator[tuple[tuple[Hashable, ...], Question]]:
    """Yield every read with its key. The long ones come first: they decide how long the survey takes."""
    settings = request.settings
    fleet = settings.fleet_id
    yield (
        ("fleet",),
        Question(partial(reader.fleet, fleet), "resources with the fleet's tag", str(fleet), "survey"),
    )
    for region in request.regions:
        yield from _of_region(request, region, reader)
    for subscription in _subscriptions(request):
        yield from _of_subscription(request, subscription, reader)


def _of_region(
    request: SurveyRequest, region: Region, reader: AzureReader
) -> Iterator[tuple[tuple[Hashable, ...], Question]]:
    settings, place = request.settings, f"{request.settings.subscription_in(region)}/{region}"
    if needs_lists(settings, region):
        source = f"GET …/locations/{region}"
        yield _of_models(request, region, _names(request), reader)
        read: partial[Any] = partial(reader.pools, region)
        yield ("pools", region), Question(read, f"{source}/usages", region, "survey quota", f"pools/{place}")
    if request.breadth is Breadth.EVERYTHING:
        read = partial(reader.compute_pools, region)
        yield ("compute", region), Question(read, "GET …/usages", region, "survey compute", f"compute/{place}")
    asked = request.questions.get(region)
    if asked is None:
        return
    if asked.subdomain is not None:
        read = partial(reader.subdomain, asked.subscription, asked.subdomain)
        yield ("subdomain", region), Question(read, "POST …/checkDomainAvailability", region, "survey names")
    for one in asked.names:
        read = partial(reader.free_name, asked.subscription, one.type, one.name)
        yield ("name", region, one.key), Question(read, "POST …/checkNameAvailability", region, "survey names")
    if asked.group is not None:
        read = partial(reader.permissions, asked.group)
        yield ("permissions", region), Question(read, f"GET {asked.group}/…/permissions", region, "survey permissions")
    for host in asked.hosts:
        content = {"type": host.id.type, "name": host.id.name, **host.body}
        read = partial(reader.policy, asked.subscription, content, host.api_version)
        yield ("policy", region, host.id), Question(read, "POST …/checkPolicyRestrictions", region, "survey policy")


def _of_models(
    request: SurveyRequest, region: Region, names: frozenset[str], reader: AzureReader
) -> tuple[tuple[Hashable, ...], Question]:
    kept = f"models/{request.settings.subscription_in(region)}/{region}/{' '.join(sorted(names))}"
    read = partial(reader.models, region, names)
    return ("models", region), Question(read, f"GET …/locations/{region}/models", region, "survey models", kept)


def _of_strangers(
    request: SurveyRequest, live: Fact[tuple[LiveResource, ...]], reader: AzureReader
) -> Iterator[tuple[tuple[Hashable, ...], Question]]:
    """Ask again where the fleet runs a model that its file no longer names: what it holds has to be counted."""
    asked, strangers = _names(request), dict[Region, set[str]]()
    for one in live.value or ():
        model = _model_of(one)
        if model and model not in asked and one.region in request.regions:
            strangers.setdefault(one.region, set()).add(model)
    for region, names in strangers.items():
        if needs_lists(request.settings, region):
            yield _of_models(request, region, asked | names, reader)


def _model_of(live: LiveResource) -> str:
    """Return the name of the model that a Foundry deployment runs, in lower case; empty for anything else."""
    properties = live.body.get("properties")
    model = properties.get("model") if isinstance(properties, Mapping) else None
    return str(model.get("name") or "").lower() if isinstance(model, Mapping) else ""


def _names(request: SurveyRequest) -> frozenset[str]:
    return frozenset(str(one.model).lower() for one in request.settings.endpoints.values())


def _of_subscription(
    request: SurveyRequest, subscription: str, reader: AzureReader
) -> Iterator[tuple[tuple[Hashable, ...], Question]]:
    def about(what: str, read: Callable[..., Any], path: str, *more: object, kept: bool = False) -> Any:  # noqa: ANN401
        name = "/".join([what, subscription, *(str(one) for one in more)]) if kept else None
        return (what, subscription, *more), Question(
            partial(read, subscription, *more), f"GET …{path}", "subscription", f"survey {what}", name
        )

    yield about("state", reader.subscription, "")
    yield about("permissions", reader.permissions, "/permissions")
    hostings = {one.hosting for one in request.settings.endpoints.values()}
    for hosting in sorted(hostings):
        for namespace in NAMESPACES[hosting]:
            yield _provider(subscription, namespace, reader)
    if Hosting.FOUNDRY in hostings:
        yield about("deleted accounts", reader.deleted_accounts, "/deletedAccounts")
    if Hosting.SERVERLESS in hostings:
        yield about("deleted vaults", reader.deleted_vaults, "/deletedVaults")
    for model in _models(request):
        yield about("capacity", reader.capacities, "/modelCapacities", model)
    if request.breadth is Breadth.EVERYTHING:
        yield about("locations", reader.locations, "/locations", kept=True)
        yield about("hosts", reader.hosts, "/accounts, …/workspaces")


def _models(request: SurveyRequest) -> tuple[ModelVersion, ...]:
    """Return the exact Foundry models of the fleet, each once."""
    found: dict[ModelVersion, None] = {}
    for one in request.settings.endpoints.values():
        hosted = request.catalogue.hosted(one.model, one.hosting)
        if one.hosting is Hosting.FOUNDRY and one.version and hosted is not None and hosted.format:
            found[ModelVersion(hosted.format, one.model, one.version)] = None
    return tuple(found)


def _subscriptions(request: SurveyRequest) -> tuple[str, ...]:
    """Return the subscriptions of the regions asked about, each once."""
    found = (request.settings.subscription_in(region) for region in request.regions)
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _together(found: Mapping[tuple[Hashable, ...], Fact[Any]], *start: Hashable) -> Fact[tuple[Any, ...]]:
    """Return several answers as one fact, which is unreadable where one of them is."""
    facts = [fact for key, fact in found.items() if key[: len(start)] == start]
    if not facts:
        return not_asked()
    bad = next((fact for fact in facts if not fact.readable), None)
    if bad is not None:
        return bad
    values = [fact.value for fact in facts]
    flat = [one for value in values for one in (value if isinstance(value, tuple) else (value,))]
    return replace(facts[0], value=tuple(flat))


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
    reads = Reads(clock, progress, deadline_s=DEADLINE_S)
    asked = {
        one.id.key: Question(partial(reader.read, one.id, one.api_version), f"GET {one.id}", one.id.name, "read")
        for one in missing
    }
    facts = list(reads.ask(asked).values())
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
