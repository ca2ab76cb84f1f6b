"""Whatever is asked in whatever order: no quota is leaked, no name lives twice, every operation ends."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.unit.emulator_providers.bench import ACCOUNT, R1, WORKSPACE, Bench, account, deployment, endpoint

from azserve.emulator.kernel.wire import ArmError

NAMES = st.sampled_from(["aa", "bb"])
SUBDOMAINS = st.sampled_from(["one", "two", "three"])
PLACES = st.sampled_from(["eastus2", "westus3"])
CAPACITIES = st.integers(min_value=-1, max_value=600)
PHI = "azureml://registries/azureml/models/Phi-4"
V32 = "AIServices.GlobalStandard.DeepSeek-V3.2"
HELD_BY_OTHERS = {"eastus2": 120, "westus3": 0}


class Requests(RuleBasedStateMachine):
    """Random requests; refusals are ArmErrors and leave the world as it was."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench()
        self.bench.project("proj")
        self.bench.project("proj2")
        self.under_way = 0.0
        self.statuses = set[int]()
        """Of all refusals."""

    def attempt(self, path: str, body: dict[str, object]) -> None:
        """PUT; a refusal is as good as an answer."""
        try:
            self.under_way = max(self.under_way, self.bench.begin(path, body).seconds)
        except ArmError as error:
            self.statuses.add(error.status)

    def drop(self, path: str, *, with_group: bool = False) -> None:
        """DELETE; what is not there is refused."""
        try:
            self.under_way = max(self.under_way, self.bench.delete(path, wait=False, with_group=with_group).seconds)
        except ArmError as error:
            self.statuses.add(error.status)

    @rule(name=NAMES, subdomain=SUBDOMAINS, place=PLACES, restore=st.booleans())
    def put_account(self, name: str, subdomain: str, place: str, restore: bool) -> None:
        body = account(subdomain, location=place)
        body["properties"] |= {"restore": True} if restore else {}
        self.attempt(f"{ACCOUNT}/{name}", body)

    @rule(name=NAMES, child=NAMES, capacity=CAPACITIES)
    def put_deployment(self, name: str, child: str, capacity: int) -> None:
        self.attempt(f"{ACCOUNT}/{name}/deployments/{child}", deployment(capacity=capacity))

    @rule(name=NAMES, child=NAMES)
    def delete_deployment(self, name: str, child: str) -> None:
        self.drop(f"{ACCOUNT}/{name}/deployments/{child}")

    @rule(name=NAMES, with_group=st.booleans())
    def delete_account(self, name: str, with_group: bool) -> None:
        self.drop(f"{ACCOUNT}/{name}", with_group=with_group)

    @rule(name=NAMES, place=PLACES)
    def purge(self, name: str, place: str) -> None:
        template = "/deletedAccounts/{account}"
        assert self.bench.ask("DELETE", template, location=place, account=name).status in (200, 204)

    @rule(workspace=st.sampled_from(["proj", "proj2"]), name=NAMES, model_id=st.sampled_from([R1, PHI]))
    def put_endpoint(self, workspace: str, name: str, model_id: str) -> None:
        self.attempt(f"{WORKSPACE}/{workspace}/serverlessEndpoints/{name}", endpoint(model_id))

    @rule(workspace=st.sampled_from(["proj", "proj2"]), name=NAMES)
    def delete_endpoint(self, workspace: str, name: str) -> None:
        self.drop(f"{WORKSPACE}/{workspace}/serverlessEndpoints/{name}")

    @rule(seconds=st.sampled_from([0.5, 2, 10]))
    def wait(self, seconds: float) -> None:
        self.bench.wait(seconds)

    @precondition(lambda self: self.under_way > 0)
    @rule()
    def let_everything_end(self) -> None:
        self.bench.wait(self.under_way + 10)
        self.under_way = 0.0
        for stored in self.bench.world.stored.values():
            assert stored.state in ("Succeeded", "Failed"), stored

    @invariant()
    def refusals_are_the_callers_fault(self) -> None:
        assert self.statuses <= {400, 404, 409}

    @invariant()
    def pools_hold_what_there_is_and_no_more(self) -> None:
        held = Counter(HELD_BY_OTHERS)
        deleted = self.bench.world.notes.get("cognitive_services.deleted", {}).values()
        there = [*self.bench.world.stored.values(), *(one for gone in deleted for one in gone.below)]
        for stored in there:
            if stored.address.type.endswith("accounts/deployments"):
                held[stored.hidden["pool"]["location"]] += stored.body["sku"]["capacity"]
        for place in HELD_BY_OTHERS:
            current, limit = self.bench.usage(place, V32)
            assert current == held[place]
            assert 0 <= current <= limit

    @invariant()
    def no_name_lives_twice(self) -> None:
        taken = Counter[str]()
        deleted = self.bench.world.notes.get("cognitive_services.deleted", {}).values()
        for stored in [*self.bench.world.stored.values(), *(gone.account for gone in deleted)]:
            subdomain = stored.properties.get("customSubDomainName")
            if subdomain:
                taken[subdomain] += 1
            if stored.address.type.endswith("serverlessEndpoints"):
                taken[f"{stored.address.name}.{stored.body['location']}"] += 1
        assert all(count == 1 for count in taken.values())

    @invariant()
    def every_child_has_its_parent(self) -> None:
        for stored in self.bench.world.stored.values():
            assert stored.address.parent is None or self.bench.world.get(stored.address.parent) is not None


Requests.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestRequests = Requests.TestCase
