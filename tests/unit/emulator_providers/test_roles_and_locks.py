"""Roles decide who may do what, locks what may be changed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.emulator.things import BASE, StoppedClock
from tests.unit.emulator_providers import bench

from azserve.emulator.arm.routes import GROUPS, Arm
from azserve.emulator.identity.clients import Client
from azserve.emulator.identity.roles import BUILT_IN
from azserve.emulator.identity.tokens import issue
from azserve.emulator.inference.app import serve
from azserve.emulator.kernel.registry import Registry
from azserve.emulator.kernel.wire import ArmError, Call, Json, Principal, Reply
from azserve.emulator.kernel.world import SUBSCRIPTION, World
from azserve.emulator.providers import PROVIDERS, resolve_host
from azserve.emulator.scenarios import expand

ROOT = f"/subscriptions/{SUBSCRIPTION}"
GROUP = f"{ROOT}/resourceGroups/rg"
ACCOUNT = f"{GROUP}/providers/{bench.ACCOUNT}/acc"
AUTHORIZATION = "/providers/Microsoft.Authorization"
OPERATOR = Principal("op", "t", "a", "ServicePrincipal", "operator")
ROLES = {role.name: role.id for role in BUILT_IN}
VERSIONS = {"Microsoft.Authorization/locks": "2020-05-01", "Microsoft.Authorization": "2022-04-01",
            "Microsoft.ManagedIdentity": "2023-01-31", "Microsoft.CognitiveServices": "2025-06-01",
            "Microsoft.MarketplaceOrdering": "2021-01-01"}  # fmt: skip
LOCK = f"{AUTHORIZATION}/locks/keep"


class Place:
    """A group with an account, and an identity `app` without any role."""

    def __init__(self, **scenario: Any) -> None:
        self.clock = StoppedClock()
        providers = (GROUPS, *PROVIDERS)
        self.arm = Arm(providers)
        self.world = World(clock=self.clock, scenario=expand(scenario), registry=Registry(providers))
        self.ok("PUT", GROUP, {"location": "eastus2"})
        self.ok("PUT", ACCOUNT, bench.account("acc"))
        path = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/app"
        identity = self.ok("PUT", path, {"location": "eastus2"}).body["properties"]
        self.app = Principal(identity["principalId"], "t", "a", "ServicePrincipal", identity["clientId"])
        self.wait(60)

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.world.settle()

    def ask(self, method: str, path: str, body: Json = None, *, who: Principal = OPERATOR, **query: str) -> Reply:
        last = path.rpartition("/providers/")[2]
        version = next((one for start, one in VERSIONS.items() if last.startswith(start)), "2021-04-01")
        asked = {"api-version": version, **{f"${name}": value for name, value in query.items()}}
        try:
            return self.arm.answer(self.world, Call(method, path, asked, {}, body, BASE, who))
        except ArmError as error:
            return error.reply()

    def ok(self, *asked: Any, **more: Any) -> Reply:
        reply = self.ask(*asked, **more)
        assert reply.status < 300, reply.body
        return reply

    def assign(self, role: str, scope: str = GROUP, who: Principal | None = None) -> str:
        """Give a role; return the assignment's path."""
        definition = f"{ROOT}{AUTHORIZATION}/roleDefinitions/{ROLES.get(role, role)}"
        properties = {"roleDefinitionId": definition, "principalId": (who or self.app).object_id}
        path = f"{scope}{AUTHORIZATION}/roleAssignments/{self.world.ids.guid()}"
        self.ok("PUT", path, {"properties": properties})
        return path

    def refusal(self, *asked: Any, **more: Any) -> tuple[int, str]:
        reply = self.ask(*asked, **more)
        return reply.status, reply.body["error"]["code"] if reply.status >= 400 else ""


@pytest.fixture
def place() -> Place:
    return Place()


def test_an_identity_without_a_role_may_do_nothing(place: Place) -> None:
    usages = f"{ROOT}/providers/Microsoft.CognitiveServices/locations/eastus2/usages"
    for method, path in [("GET", ACCOUNT), ("GET", f"{ROOT}/resourceGroups"), ("DELETE", ACCOUNT), ("GET", ROOT),
                         ("GET", usages)]:  # fmt: skip
        assert place.refusal(method, path, who=place.app) == (403, "AuthorizationFailed")
    assert place.ok("GET", "/subscriptions", who=place.app).body["value"] == []


def test_a_reader_reads_and_does_not_write(place: Place) -> None:
    place.assign("Reader")
    place.wait(5)
    assert place.ask("GET", ACCOUNT, who=place.app).status == 200
    assert place.refusal("PUT", ACCOUNT, bench.account("acc"), who=place.app) == (403, "AuthorizationFailed")
    assert place.refusal("POST", f"{ACCOUNT}/listKeys", who=place.app) == (403, "AuthorizationFailed")
    assert len(place.ok("GET", "/subscriptions", who=place.app).body["value"]) == 1


def test_a_role_covers_its_scope_and_nothing_beside_it(place: Place) -> None:
    place.ok("PUT", f"{GROUP}s", {"location": "eastus2"})
    place.assign("Reader")
    place.wait(5)
    assert place.refusal("GET", f"{GROUP}s", who=place.app) == (403, "AuthorizationFailed")


def test_a_role_on_the_resource_itself_is_enough(place: Place) -> None:
    place.assign("Reader", ACCOUNT)
    place.wait(5)
    assert place.ask("GET", ACCOUNT, who=place.app).status == 200
    assert place.refusal("GET", GROUP, who=place.app) == (403, "AuthorizationFailed")


def test_a_contributor_cannot_give_roles(place: Place) -> None:
    place.assign("Contributor")
    place.wait(5)
    assert place.ask("POST", f"{ACCOUNT}/listKeys", who=place.app).status == 200
    path = f"{GROUP}{AUTHORIZATION}/roleAssignments/{place.world.ids.guid()}"
    properties = {"roleDefinitionId": f"{ROOT}{AUTHORIZATION}/roleDefinitions/{ROLES['Owner']}", "principalId": "x"}
    assert place.refusal("PUT", path, {"properties": properties}, who=place.app) == (403, "AuthorizationFailed")


def test_a_role_takes_its_time_and_its_end_none(place: Place) -> None:
    assignment = place.assign("Reader")
    place.wait(4.9)
    assert place.ask("GET", ACCOUNT, who=place.app).status == 403
    place.wait(0.2)
    assert place.ask("GET", ACCOUNT, who=place.app).status == 200
    place.ok("DELETE", assignment)
    assert place.ask("GET", ACCOUNT, who=place.app).status == 403


def test_a_role_that_is_not_known_here_grants_nothing(place: Place) -> None:
    place.assign("00000000-0000-0000-0000-000000000001")
    place.wait(5)
    assert place.ask("GET", ACCOUNT, who=place.app).status == 403


def test_a_scenario_says_what_operators_are() -> None:
    place = Place()
    place.world.scenario = expand({"permissions": {"operators": ["Reader"]}})
    assert place.ask("GET", ACCOUNT).status == 200
    assert place.refusal("DELETE", ACCOUNT) == (403, "AuthorizationFailed")


def test_roles_can_be_looked_up_by_name_and_id(place: Place) -> None:
    path = f"{ACCOUNT}{AUTHORIZATION}/roleDefinitions"
    found = place.ok("GET", path, filter="roleName eq 'Cognitive Services User'").body["value"]
    assert [one["name"] for one in found] == [ROLES["Cognitive Services User"]]
    assert len(place.ok("GET", path, filter="type eq 'BuiltInRole'").body["value"]) == len(BUILT_IN)
    assert place.ok("GET", f"{path}/{ROLES['Owner']}").body["properties"]["roleName"] == "Owner"
    assert place.ok("GET", f"{AUTHORIZATION}/roleDefinitions/{ROLES['Owner']}").body["properties"]["type"]
    assert place.refusal("GET", f"{path}/nobody") == (404, "RoleDefinitionDoesNotExist")
    assert place.refusal("GET", path, filter="atScope()") == (400, "UnsupportedQuery")


def test_permissions_tell_what_the_caller_may_do(place: Place) -> None:
    shown = place.ok("GET", f"{GROUP}{AUTHORIZATION}/permissions").body["value"]
    assert shown[0] == {"actions": ["*"], "notActions": [], "dataActions": [], "notDataActions": []}


def _chat(place: Place, who: Principal, path: str = "/models/chat/completions") -> Reply:
    client = Client(who.name, who.object_id, "x", secret="s")
    token = issue(place.world, audience="https://cognitiveservices.azure.com", client=client, lifetime_s=1e6)
    body = {"model": "v32", "messages": [{"role": "user", "content": "hi"}]}
    headers = {"authorization": f"Bearer {token}"}
    call = Call(
        "POST", f"/_hosts/acc.services.ai.azure.com{path}", {"api-version": "2024-05-01-preview"}, headers, body, BASE
    )
    answer = serve(place.world, resolve_host(place.world, "acc.services.ai.azure.com"), call, path)
    assert isinstance(answer, Reply)
    return answer


def test_an_owner_has_no_data_role_until_one_is_given(place: Place) -> None:
    place.ok("PUT", f"{ACCOUNT}/deployments/v32", bench.deployment())
    place.wait(60)
    refused = _chat(place, OPERATOR)
    assert (refused.status, refused.body["error"]["code"]) == (401, "PermissionDenied")
    assert "`POST /models/chat/completions`" in refused.body["error"]["message"]
    place.assign("Cognitive Services User", ACCOUNT, OPERATOR)
    assert _chat(place, OPERATOR).status == 401
    place.wait(5)
    assert _chat(place, OPERATOR).status == 200


def test_an_openai_role_does_not_reach_the_models_route(place: Place) -> None:
    place.ok("PUT", f"{ACCOUNT}/deployments/v32", bench.deployment())
    place.assign("Cognitive Services OpenAI User", ACCOUNT)
    place.wait(60)
    assert _chat(place, place.app, "/openai/v1/chat/completions").status == 200
    assert _chat(place, place.app).status == 401


@pytest.mark.parametrize("at", [ROOT, GROUP, ACCOUNT], ids=["subscription", "group", "resource"])
def test_a_lock_keeps_what_it_covers(place: Place, at: str) -> None:
    place.ok("PUT", f"{at}{LOCK}", {"properties": {"level": "CanNotDelete"}})
    assert place.refusal("DELETE", ACCOUNT) == (409, "ScopeLocked")
    assert place.refusal("DELETE", GROUP) == (409, "ScopeLocked")
    assert place.ask("PUT", ACCOUNT, bench.account("acc")).status == 200
    place.ok("DELETE", f"{at}{LOCK}")
    assert place.ask("DELETE", ACCOUNT).status < 300


def test_a_read_only_lock_stops_writes_and_actions(place: Place) -> None:
    place.ok("PUT", f"{GROUP}{LOCK}", {"properties": {"level": "ReadOnly"}})
    assert place.refusal("PUT", ACCOUNT, bench.account("acc")) == (409, "ScopeLocked")
    assert place.refusal("PATCH", ACCOUNT, {"tags": {"a": "b"}}) == (409, "ScopeLocked")
    assert place.refusal("POST", f"{ACCOUNT}/listKeys") == (409, "ScopeLocked")
    assert place.ask("GET", ACCOUNT).status == 200


def test_a_lock_says_where_it_is(place: Place) -> None:
    place.ok("PUT", f"{GROUP}{LOCK}", {"properties": {"level": "CanNotDelete"}})
    message = place.ask("DELETE", ACCOUNT).body["error"]["message"]
    assert message.startswith(f"The scope '{ACCOUNT}' cannot perform delete operation")
    assert f"locked: '{GROUP}'" in message


def test_terms_of_a_plan_are_signed_and_cancelled(place: Place) -> None:
    root = f"{ROOT}/providers/Microsoft.MarketplaceOrdering"
    plan = f"{root}/agreements/cohere/offers/command/plans/r"
    terms = f"{root}/offerTypes/virtualmachine/publishers/cohere/offers/command/plans/r/agreements/current"
    assert place.ok("GET", plan).body["properties"]["accepted"] is False
    assert place.ok("POST", f"{plan}/sign").body["properties"]["accepted"] is True
    assert [one["name"] for one in place.ok("GET", f"{root}/agreements").body["value"]] == ["r"]
    assert place.ok("POST", f"{plan}/cancel").body["properties"]["accepted"] is False
    assert place.ok("PUT", terms, {"properties": {"accepted": True}}).body["properties"]["accepted"] is True
    assert place.refusal("PUT", terms, {"properties": {}}) == (400, "BadRequest")
    assert place.refusal("POST", f"{plan}/sign", who=place.app) == (403, "AuthorizationFailed")
