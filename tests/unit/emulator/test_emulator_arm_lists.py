"""Lists: kinds, groups, resources, filters, pages, providers, places."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from tests.unit.emulator.things import BASE, BOX, CALLER, GROUP, ROOT, Bench, code_of

from azserve.emulator.kernel.wire import Json, Reply


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.make_group("rg", tags={"fleet": "a", "Env": "dev"})
    made.make_group("other", "westus3", tags={"fleet": "b"})
    made.make_box("one")
    made.make_box("two", group="other")
    made.ask("PUT", f"{BOX}/lids/top", {})
    return made


PHYSICAL = {"regionType": "Physical", "regionCategory": "Recommended", "pairedRegion": []}


def _names(reply: Reply) -> list[str]:
    return [one["name"] for one in reply.body["value"]]


def _follow(bench: Bench, reply: Reply) -> list[list[str]]:
    """All pages, as the names on each."""
    pages = [_names(reply)]
    while "nextLink" in reply.body:
        path, _, query = reply.body["nextLink"].removeprefix(BASE).partition("?")
        asked = {name.removeprefix("$"): value for name, value in parse_qsl(query)}
        asked["api_version"] = asked.pop("api-version")
        reply = bench.ask("GET", path, **asked)
        pages.append(_names(reply))
    return pages


def test_resources_of_a_type_are_listed_in_a_group_and_in_a_subscription(bench: Bench) -> None:
    assert _names(bench.ask("GET", f"{GROUP}/providers/Test.Things/boxes")) == ["one"]
    assert _names(bench.ask("GET", f"{ROOT}/providers/test.things/BOXES")) == ["one", "two"]


def test_children_and_extensions_are_listed_below_what_they_are_on(bench: Bench) -> None:
    bench.ask("PUT", f"{BOX}/providers/Test.Things/marks/m", {})
    bench.ask("PUT", f"{GROUP}/providers/Test.Things/marks/n", {})

    assert _names(bench.ask("GET", f"{BOX}/lids")) == ["top"]
    assert _names(bench.ask("GET", f"{BOX}/providers/Test.Things/marks")) == ["m"]
    assert _names(bench.ask("GET", f"{GROUP}/providers/Test.Things/marks")) == ["m", "n"]


def test_a_list_below_nothing_is_refused(bench: Bench) -> None:
    nowhere = BOX.replace("/rg/", "/none/").removesuffix("/one")

    assert code_of(bench.ask("GET", nowhere)) == (404, "ResourceGroupNotFound")
    assert code_of(bench.ask("GET", f"{GROUP}/providers/Test.Things/boxes/none/lids")) == (404, "ResourceNotFound")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tagName eq 'fleet'", ["rg", "other"]),
        ("tagname eq 'FLEET' and tagvalue eq 'a'", ["rg"]),
        ("tagName eq 'fleet' and tagValue eq 'A'", []),
        ("location eq 'West US 3'", ["other"]),
        ("substringof('the', name)", ["other"]),
        ("", ["rg", "other"]),
    ],
)
def test_groups_are_filtered(bench: Bench, text: str, found: list[str]) -> None:
    assert _names(bench.ask("GET", f"{ROOT}/resourcegroups", filter=text)) == found


@pytest.mark.parametrize(
    "text", ["name", "tagValue eq 'a'", "name eq 'a' or name eq 'b'", "color eq 'red'", "name eq 'a' and", "name eq 'a"]
)
def test_a_filter_that_makes_no_sense_is_refused(bench: Bench, text: str) -> None:
    assert code_of(bench.ask("GET", f"{ROOT}/resourceGroups", filter=text)) == (400, "InvalidFilterInQueryString")


def test_resources_are_listed_in_their_short_form(bench: Bench) -> None:
    listed = bench.ask("GET", f"{GROUP}/resources", expand="createdTime,changedTime,provisioningState")

    assert listed.body["value"] == [
        {
            "id": BOX,
            "name": "one",
            "type": "Test.Things/boxes",
            "location": "eastus2",
            "createdTime": "2026-11-22T21:05:07.000000Z",
            "changedTime": "2026-11-22T21:05:07.000000Z",
            "provisioningState": "Creating",
        }
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("resourceType eq 'test.things/boxes' and location eq 'eastus2'", ["one", "two"]),
        ("resourceGroup eq 'OTHER'", ["two"]),
        ("name eq 'it''s'", []),
    ],
)
def test_resources_are_filtered(bench: Bench, text: str, found: list[str]) -> None:
    assert _names(bench.ask("GET", f"{ROOT}/resources", filter=text)) == found


def test_pages_are_followed_to_an_empty_one(bench: Bench) -> None:
    first = bench.ask("GET", f"{ROOT}/resourceGroups", top="1")

    assert _follow(bench, first) == [["rg"], ["other"], []]


def test_a_scenario_can_begin_with_an_empty_page() -> None:
    bench = Bench(scenario={"paging": {"size": 2, "emptyFirst": True}})
    for name in ("a", "b", "c"):
        bench.make_group(name)

    assert _follow(bench, bench.ask("GET", f"{ROOT}/resourceGroups")) == [[], ["a", "b"], ["c"]]


@pytest.mark.parametrize("token", ["x", "cGFnZTo", "Zm9vOjE", "é"])
def test_a_foreign_token_is_refused(bench: Bench, token: str) -> None:
    assert code_of(bench.ask("GET", f"{ROOT}/resourceGroups", skiptoken=token)) == (400, "InvalidSkipToken")


@pytest.mark.parametrize("top", ["0", "-1", "many", "²"])
def test_a_top_that_is_no_number_is_refused(bench: Bench, top: str) -> None:
    assert code_of(bench.ask("GET", f"{ROOT}/resourceGroups", top=top)) == (400, "InvalidTopInQueryString")


def test_providers_show_their_types_with_places_by_display_name(bench: Bench) -> None:
    shown = bench.ask("GET", f"{ROOT}/providers/test.things", api_version="2021-04-01").body

    assert (shown["namespace"], shown["registrationState"]) == ("Test.Things", "Registered")
    assert shown["resourceTypes"][0] == {
        "resourceType": "boxes",
        "locations": ["East US 2", "West US 3"],
        "apiVersions": ["2025-01-01", "2024-01-01-preview"],
        "capabilities": "SupportsTags, SupportsLocation",
    }
    listed = bench.ask("GET", f"{ROOT}/providers", api_version="2021-04-01").body["value"]
    assert [one["namespace"] for one in listed] == ["Microsoft.Resources", "Test.Things"]
    missing = bench.ask("GET", f"{ROOT}/providers/No.Such", api_version="2021-04-01")
    assert code_of(missing) == (404, "InvalidResourceNamespace")


def _state(bench: Bench) -> Json:
    return bench.ask("GET", f"{ROOT}/providers/Test.Things", api_version="2021-04-01").body["registrationState"]


def test_a_provider_is_registered_before_it_is_written_to() -> None:
    bench = Bench(scenario={"registrations": {"test.things": "NotRegistered"}})
    bench.make_group()
    refused = bench.make_box()
    answered = bench.ask("POST", f"{ROOT}/providers/Test.Things/register", api_version="2021-04-01")
    bench.pass_time(11)

    assert code_of(refused) == (409, "MissingSubscriptionRegistration")
    assert answered.body["registrationState"] == "Registering"
    assert _state(bench) == "Registered"
    assert bench.make_box().status == 201


def test_a_provider_is_unregistered_a_little_later(bench: Bench) -> None:
    bench.ask("POST", f"{ROOT}/providers/Test.Things/unregister", api_version="2021-04-01")
    assert _state(bench) == "Unregistering"
    bench.pass_time(11)

    assert _state(bench) == "NotRegistered"


def test_registering_what_is_registered_changes_nothing(bench: Bench) -> None:
    answered = bench.ask("POST", f"{ROOT}/providers/Test.Things/register", api_version="2021-04-01")

    assert answered.body["registrationState"] == "Registered"


def test_a_providers_own_route_takes_its_own_api_versions(bench: Bench) -> None:
    path = f"{ROOT}/providers/test.things/locations/EastUS2/count"

    assert bench.ask("GET", path).body == {"location": "EastUS2"}
    assert code_of(bench.ask("GET", path, api_version="2000-01-01")) == (400, "InvalidApiVersionParameter")


def test_places_are_told(bench: Bench) -> None:
    locations = bench.ask("GET", f"{ROOT}/locations").body["value"]
    subscription = bench.ask("GET", ROOT).body

    assert {"name": "eastus2", "displayName": "East US 2", "type": "Region"}.items() <= locations[1].items()
    assert (subscription["state"], subscription["tenantId"]) == ("Enabled", bench.world.tenant)
    assert bench.ask("GET", "/subscriptions").body["value"] == [subscription]
    assert bench.ask("GET", "/tenants").body["value"][0]["tenantId"] == bench.world.tenant


def test_locations_come_from_the_scenario() -> None:
    bench = Bench(scenario={"locations": [{"name": "moon", "displayName": "Moon", "metadata": {"geography": "Space"}}]})

    listed = bench.ask("GET", f"{ROOT}/locations").body["value"]
    assert [(one["name"], one["metadata"]) for one in listed] == [("moon", {"geography": "Space", **PHYSICAL})]
    assert bench.make_group(location="Moon").status == 201


def test_the_caller_is_remembered(bench: Bench) -> None:
    assert bench.world.stored[BOX.lower()].created_by == CALLER.name
