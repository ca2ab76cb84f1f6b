"""The survey: all at once, each fact with its source, one failure never hiding another."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.unit.planning.worlds import LIVE, NOW, V32, V32_POOL, catalogue, live_deployment, offered, settings

from azserve.errors import AzserveError, AzureFailed, PermissionDenied, SignInError
from azserve.model.estate import Resource
from azserve.model.facts import (
    DeletedResource,
    Fact,
    LiveResource,
    Location,
    ModelVersion,
    NameAvailability,
    OfferedModel,
    Permissions,
    PermissionSet,
    PolicyFinding,
    ProviderRegistration,
    QuotaPool,
    ResourceType,
    ServiceCapacity,
    SubscriptionState,
)
from azserve.model.json import JsonObject
from azserve.model.names import FleetId, Region
from azserve.model.progress import Event, Stage
from azserve.model.resource_id import ResourceId
from azserve.model.settings import ExistingHost, HostSettings, Settings
from azserve.model.verdict import Rank
from azserve.planning.questions import questions
from azserve.surveying.survey import Breadth, SurveyRequest, complete_live, offline_facts, survey

EASTUS2, WESTUS3 = Region("eastus2"), Region("westus3")
POOL = QuotaPool(V32_POOL, "label", 0, 1000)
FOUNDRY = {"model": "DeepSeek-V3.2", "version": "1"}
SERVERLESS = {"model": "DeepSeek-R1", "hosting": "serverless"}
GROUP = ResourceId.of_group("s", "rg-copilot-eastus2")
ACCOUNT = ResourceId("s", "rg-copilot-eastus2", "Microsoft.CognitiveServices/accounts", ("acc",))


class FakeReader:
    """Answers from a table; a value that is an error is raised. Remembers what was asked."""

    def __init__(self, answers: Mapping[object, object] | None = None) -> None:
        self.answers = dict(answers or {})
        self.asked: list[object] = []
        self._lock = threading.Lock()

    def _answer(self, question: object, otherwise: object) -> object:
        with self._lock:
            self.asked.append(question)
        answer = self.answers.get(question, otherwise)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def models(self, region: Region, names: Collection[str] | None = None) -> tuple[OfferedModel, ...]:
        return self._answer(("models", region), offered(V32))  # type: ignore[return-value]

    def pools(self, region: Region) -> tuple[QuotaPool, ...]:
        return self._answer(("pools", region), (POOL,))  # type: ignore[return-value]

    def fleet(self, fleet_id: FleetId) -> tuple[LiveResource, ...]:
        return self._answer("fleet", ())  # type: ignore[return-value]

    def compute_pools(self, region: Region) -> tuple[QuotaPool, ...]:
        return self._answer(("compute", region), ())  # type: ignore[return-value]

    def capacities(self, subscription: str, model: ModelVersion) -> tuple[ServiceCapacity, ...]:
        return self._answer(("capacities", model.name), ())  # type: ignore[return-value]

    def hosts(self, subscription: str) -> tuple[LiveResource, ...]:
        return self._answer("hosts", ())  # type: ignore[return-value]

    def subscription(self, subscription: str) -> SubscriptionState:
        return self._answer("subscription", SubscriptionState(subscription, "s", "Enabled"))  # type: ignore[return-value]

    def locations(self, subscription: str) -> tuple[Location, ...]:
        return self._answer("locations", ())  # type: ignore[return-value]

    def provider(self, subscription: str, namespace: str) -> ProviderRegistration:
        answer = ProviderRegistration(namespace, "Registered")
        return self._answer(("provider", namespace), answer)  # type: ignore[return-value]

    def permissions(self, scope: ResourceId | str) -> Permissions:
        return self._answer("permissions", Permissions(str(scope), (PermissionSet(("*",)),)))  # type: ignore[return-value]

    def deleted_accounts(self, subscription: str) -> tuple[DeletedResource, ...]:
        return self._answer("deleted accounts", ())  # type: ignore[return-value]

    def deleted_vaults(self, subscription: str) -> tuple[DeletedResource, ...]:
        return self._answer("deleted vaults", ())  # type: ignore[return-value]

    def subdomain(self, subscription: str, name: str) -> NameAvailability:
        return self._answer(("subdomain", name), NameAvailability(name, free=True))  # type: ignore[return-value]

    def free_name(self, subscription: str, kind: str, name: str) -> NameAvailability:
        return self._answer(("name", kind), NameAvailability(name, free=True, kind=kind))  # type: ignore[return-value]

    def policy(self, subscription: str, resource: JsonObject, api_version: str) -> tuple[PolicyFinding, ...]:
        return self._answer(("policy", resource["type"]), ())  # type: ignore[return-value]

    def read(self, resource: ResourceId, api_version: str) -> LiveResource | None:
        return self._answer(str(resource), None)  # type: ignore[return-value]


def now() -> datetime:
    return NOW


def request(wanted: Settings) -> SurveyRequest:
    return SurveyRequest(wanted, catalogue(), wanted.regions.of)


FLEET = settings({"v32": FOUNDRY}, ["eastus2", "westus3"])
BUSY = AzureFailed("slow down", code="TooManyRequests")


def test_every_region_is_read_and_says_when_and_how() -> None:
    found = survey(request(FLEET), FakeReader(), now)
    pools = found.regions[WESTUS3].pools
    assert (pools.value, pools.read_at, pools.evidence.rank) == ((POOL,), NOW, Rank.LIVE)
    assert pools.evidence.source == "GET …/locations/westus3/usages"


def test_a_region_that_fails_says_why_and_hides_nothing_else() -> None:
    found = survey(request(FLEET), FakeReader({("pools", EASTUS2): BUSY}), now)
    assert found.regions[EASTUS2].pools.unreadable == "TooManyRequests: slow down"
    assert found.regions[EASTUS2].models.readable
    assert found.regions[WESTUS3].pools.readable


def test_what_the_fleet_has_may_be_unreadable_too() -> None:
    denied = PermissionDenied("may not list", code="AuthorizationFailed")
    found = survey(request(FLEET), FakeReader({"fleet": denied}), now)
    assert (found.live.value, found.live.unreadable) == (None, "AuthorizationFailed: may not list")


def test_serverless_endpoints_need_no_lists() -> None:
    reader = FakeReader()
    found = survey(request(settings({"r1": SERVERLESS}, ["eastus2", "westus3"])), reader, now)
    assert not {("models", EASTUS2), ("pools", EASTUS2), ("models", WESTUS3), ("pools", WESTUS3)} & set(reader.asked)
    assert found.regions[EASTUS2].models.unreadable == "not asked: no Foundry endpoint goes there"


def test_only_the_regions_of_a_foundry_endpoint_are_read() -> None:
    wanted = settings({"r1": SERVERLESS, "v32": {**FOUNDRY, "regions": ["westus3"]}}, ["eastus2", "westus3"])
    reader = FakeReader()
    survey(request(wanted), reader, now)
    assert ("models", EASTUS2) not in reader.asked
    assert ("models", WESTUS3) in reader.asked


def test_nobody_signed_in_is_an_error_and_not_a_fact() -> None:
    with pytest.raises(SignInError):
        survey(request(FLEET), FakeReader({("models", EASTUS2): SignInError("no token")}), now)


def test_nothing_readable_at_all_is_an_error() -> None:
    down = AzureFailed("nothing answers", code="emulator-missing")
    wanted = settings({"r1": SERVERLESS})

    class Down(FakeReader):
        def _answer(self, question: object, otherwise: object) -> object:
            raise down

    with pytest.raises(AzserveError) as error:
        survey(request(wanted), Down(), now)
    assert error.value is down


def test_our_own_mistakes_are_not_facts() -> None:
    with pytest.raises(ZeroDivisionError):
        survey(request(FLEET), FakeReader({("pools", WESTUS3): ZeroDivisionError()}), now)


def test_sources_are_read_side_by_side() -> None:
    together = threading.Barrier(10, timeout=20)

    class Meeting(FakeReader):
        def _answer(self, question: object, otherwise: object) -> object:
            together.wait()  # passes only when all ten reads have begun
            return super()._answer(question, otherwise)

    assert survey(request(FLEET), Meeting(), now).live.readable


def test_progress_tells_of_each_source() -> None:
    events: list[Event] = []
    survey(request(FLEET), FakeReader({("pools", EASTUS2): BUSY}), now, events.append)
    ends = {(event.subject, event.doing): event.stage for event in events if event.stage is not Stage.STARTED}
    assert ends == {
        ("copilot", "survey"): Stage.DONE,
        ("eastus2", "survey models"): Stage.DONE,
        ("eastus2", "survey quota"): Stage.FAILED,
        ("westus3", "survey models"): Stage.DONE,
        ("westus3", "survey quota"): Stage.DONE,
        ("subscription", "survey capacity"): Stage.DONE,
        ("subscription", "survey deleted accounts"): Stage.DONE,
        ("subscription", "survey permissions"): Stage.DONE,
        ("subscription", "survey provider"): Stage.DONE,
        ("subscription", "survey state"): Stage.DONE,
    }


def test_offline_nothing_is_known_to_be_there() -> None:
    found = offline_facts(FLEET, catalogue(), datetime(2026, 11, 22, tzinfo=UTC))
    assert (found.regions, found.live.readable, found.live.evidence.rank) == ({}, False, Rank.DOCUMENTED)


def rendered(resource: ResourceId) -> Resource:
    return Resource(resource, "2025-06-01", {})


def live(*resources: ResourceId) -> Fact[tuple[LiveResource, ...]]:
    return Fact(LIVE, tuple(LiveResource(one, EASTUS2, {}) for one in resources))


def test_what_no_list_shows_is_read_by_id() -> None:
    role = ResourceId.parse(f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments/guid")
    there = LiveResource(ACCOUNT, EASTUS2, {"kind": "AIServices"})
    reader = FakeReader({str(ACCOUNT): there})
    found = complete_live(live(GROUP), [rendered(GROUP), rendered(ACCOUNT), rendered(role)], reader, now)
    assert found.value is not None
    assert [one.id for one in found.value] == [GROUP, ACCOUNT]
    assert set(reader.asked) == {str(ACCOUNT), str(role)}


def test_of_a_group_that_is_not_there_only_the_group_is_asked_for() -> None:
    reader = FakeReader()
    complete_live(live(), [rendered(GROUP), rendered(ACCOUNT)], reader, now)
    assert reader.asked == [str(GROUP)]


def test_one_resource_that_cannot_be_read_leaves_the_whole_unknown() -> None:
    reader = FakeReader({str(ACCOUNT): BUSY})
    found = complete_live(live(GROUP), [rendered(GROUP), rendered(ACCOUNT)], reader, now)
    assert found.unreadable == "TooManyRequests: slow down"


def test_what_could_not_be_read_before_is_not_asked_for_again() -> None:
    reader = FakeReader()
    blind: Fact[tuple[LiveResource, ...]] = Fact(LIVE, unreadable="no")
    assert complete_live(blind, [rendered(ACCOUNT)], reader, now) is blind
    assert reader.asked == []


def test_a_read_that_never_answers_hides_nothing_else() -> None:
    hangs = threading.Event()

    class Hanging(FakeReader):
        def pools(self, region: Region) -> tuple[QuotaPool, ...]:
            if region == EASTUS2:
                hangs.wait(30)
            return super().pools(region)

    found = survey(replace(request(FLEET), deadline_s=0.2), Hanging(), now)
    hangs.set()
    assert found.regions[EASTUS2].pools.unreadable == "no-answer: nothing came within 0.2 s"
    assert found.regions[WESTUS3].pools.readable


def test_a_model_that_the_fleet_runs_and_no_longer_names_is_read_too() -> None:
    wanted = settings({"v32": FOUNDRY}, ["eastus2"])
    there = live_deployment(wanted, "eastus2", {"key": "v32", "capacity": 9, "model": "gpt-5-mini"})
    asked: list[set[str]] = []

    class Noting(FakeReader):
        def models(self, region: Region, names: Collection[str] | None = None) -> tuple[OfferedModel, ...]:
            asked.append(set(names or ()))
            return super().models(region, names)

    survey(request(wanted), Noting({"fleet": (there,)}), now)
    assert asked == [{"deepseek-v3.2"}, {"deepseek-v3.2", "gpt-5-mini"}]


def test_what_only_planning_can_name_is_asked_where_it_is_named() -> None:
    reader = FakeReader()
    places = (EASTUS2, WESTUS3)
    survey(replace(request(FLEET), questions=questions(FLEET, places[:1])), reader, now)
    assert len([one for one in reader.asked if isinstance(one, tuple) and one[0] == "subdomain"]) == 1
    assert ("policy", "Microsoft.CognitiveServices/accounts") in reader.asked


def test_the_names_around_a_hub_are_asked_where_one_would_be_made() -> None:
    wanted = settings({"r1": SERVERLESS}, ["eastus2"])
    reader = FakeReader()
    found = survey(replace(request(wanted), questions=questions(wanted, [EASTUS2])), reader, now)
    assert [one.kind for one in found.regions[EASTUS2].names.value or ()] == [
        "Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults",
    ]  # fmt: skip


def test_everything_is_also_what_is_only_shown() -> None:
    reader = FakeReader()
    found = survey(replace(request(FLEET), breadth=Breadth.EVERYTHING), reader, now)
    around = found.of_subscription(FLEET.subscription)
    assert (around.locations.readable, around.hosts.readable) == (True, True)
    assert found.regions[EASTUS2].compute.readable


def test_one_registration_that_cannot_be_read_leaves_all_unreadable() -> None:
    reader = FakeReader({("provider", "Microsoft.CognitiveServices"): BUSY})
    around = survey(request(FLEET), reader, now).of_subscription(FLEET.subscription)
    assert around.providers.unreadable == "TooManyRequests: slow down"


def test_a_group_that_exists_is_asked_for_rights_of_its_own() -> None:
    host = HostSettings(existing=ExistingHost(group="theirs", account="acc"))
    wanted = settings({"v32": FOUNDRY}, ["eastus2"], foundry=host)
    found = questions(wanted, [EASTUS2])[EASTUS2]
    assert found.group is not None
    assert (found.group.name, found.subdomain, found.hosts) == ("theirs", None, ())
    facts = survey(replace(request(wanted), questions={EASTUS2: found}), FakeReader(), now)
    assert facts.regions[EASTUS2].permissions.readable


ACCOUNTS_IN_EASTUS2 = ProviderRegistration(
    "Microsoft.CognitiveServices", "Registered", (ResourceType("accounts", (EASTUS2,)),)
)
"""A provider that is in one of two regions only."""
PROVIDER = ("provider", "Microsoft.CognitiveServices")


def surveyed(reader: FakeReader, *, provider_first: bool = True) -> tuple[Fact[tuple[OfferedModel, ...]], list[object]]:
    """Return what westus3 lists, and which lists were asked for."""
    wanted = replace(request(FLEET), provider_first=provider_first)
    facts = survey(wanted, reader, now)
    return facts.regions[WESTUS3].models, [one for one in reader.asked if one in LISTS]


LISTS = [(what, region) for what in ("models", "pools") for region in (EASTUS2, WESTUS3)]


def test_a_region_where_the_provider_makes_no_accounts_is_not_asked_for_lists() -> None:
    _, asked = surveyed(FakeReader({PROVIDER: ACCOUNTS_IN_EASTUS2}))

    assert set(asked) == {("models", EASTUS2), ("pools", EASTUS2)}


def test_a_region_that_was_not_asked_for_its_lists_is_known_to_have_none() -> None:
    models, _ = surveyed(FakeReader({PROVIDER: ACCOUNTS_IN_EASTUS2}))

    assert (models.value, models.evidence.rank) == ((), Rank.LIVE)
    assert models.evidence.source == "GET …/providers/Microsoft.CognitiveServices"


def test_the_provider_is_asked_once() -> None:
    reader = FakeReader({PROVIDER: ACCOUNTS_IN_EASTUS2})
    surveyed(reader)

    assert reader.asked.count(PROVIDER) == 1


@pytest.mark.parametrize(
    "registration",
    [
        ProviderRegistration("Microsoft.CognitiveServices", "Registered"),
        ProviderRegistration("Microsoft.CognitiveServices", "Registered", (ResourceType("accounts", ()),)),
        AzureFailed("slow down", code="TooManyRequests"),
    ],
    ids=["no types", "no places", "unreadable"],
)
def test_where_the_provider_does_not_say_every_region_is_asked(registration: object) -> None:
    _, asked = surveyed(FakeReader({PROVIDER: registration}))

    assert set(asked) == set(LISTS)


def test_a_few_regions_are_asked_at_once() -> None:
    _, asked = surveyed(FakeReader({PROVIDER: ACCOUNTS_IN_EASTUS2}), provider_first=False)

    assert set(asked) == set(LISTS)
