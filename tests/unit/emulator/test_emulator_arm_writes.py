"""ARM's rules around groups and resources, by request and reply."""

from __future__ import annotations

import pytest
from tests.unit.emulator.things import BASE, BOX, CALLER, GROUP, ROOT, VERSION, Bench, code_of

from azserve.emulator.arm import engine
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.wire import ArmError, Json


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.make_group()
    return made


def test_a_group_is_created_once_and_then_updated(bench: Bench) -> None:
    first = bench.make_group("other", "East US 2", tags={"a": "b"})
    second = bench.make_group("OTHER", tags={"a": "c"})

    assert (first.status, second.status) == (201, 200)
    assert second.body == {
        "id": f"{ROOT}/resourceGroups/other",
        "name": "other",
        "type": "Microsoft.Resources/resourceGroups",
        "location": "eastus2",
        "tags": {"a": "c"},
        "properties": {"provisioningState": "Succeeded"},
    }


@pytest.mark.parametrize(
    ("name", "body", "refusal"),
    [
        ("bad name!", {"location": "eastus2"}, (400, "InvalidResourceGroup")),
        ("dot.", {"location": "eastus2"}, (400, "InvalidResourceGroup")),
        ("x" * 91, {"location": "eastus2"}, (400, "InvalidResourceGroup")),
        ("g", {}, (400, "LocationRequired")),
        ("g", {"location": 5}, (400, "LocationRequired")),
        ("g", {"location": "atlantis"}, (400, "LocationNotAvailableForResourceType")),
        ("g", [], (400, "InvalidRequestContent")),
        ("g", {"location": "eastus2", "tags": {"a": 1}}, (400, "InvalidRequestContent")),
        ("g", {"location": "eastus2", "tags": {"a<": "1"}}, (400, "InvalidRequestContent")),
        ("g", {"location": "eastus2", "tags": {str(n): "" for n in range(51)}}, (400, "InvalidRequestContent")),
        ("rg", {"location": "westus3"}, (409, "InvalidResourceGroupLocation")),
    ],
)
def test_a_group_that_cannot_be_is_refused(bench: Bench, name: str, body: Json, refusal: tuple[int, str]) -> None:
    assert code_of(bench.ask("PUT", f"{ROOT}/resourceGroups/{name}", body)) == refusal


def test_a_group_is_asked_for_by_head(bench: Bench) -> None:
    assert bench.ask("HEAD", f"{ROOT}/resourcegroups/RG").status == 204
    assert bench.ask("HEAD", f"{ROOT}/resourceGroups/none").status == 404


def test_a_group_gets_new_tags_by_patch(bench: Bench) -> None:
    assert bench.ask("PATCH", GROUP, {"tags": {"x": "y"}}).body["tags"] == {"x": "y"}
    assert code_of(bench.ask("PATCH", f"{ROOT}/resourceGroups/none", {"tags": {}})) == (404, "ResourceGroupNotFound")


def test_deleting_a_group_takes_everything_in_it(bench: Bench) -> None:
    bench.make_box()
    bench.ask("PUT", f"{BOX}/lids/top", {})
    begun = bench.ask("DELETE", GROUP)
    during = bench.make_box("two")
    address = begun.headers["Location"].removeprefix(BASE).partition("?")[0]
    running = bench.ask("GET", address)
    bench.pass_time(8)

    assert (begun.status, begun.body) == (202, None)
    assert code_of(during) == (409, "ResourceGroupBeingDeleted")
    assert (running.status, running.body) == (202, None)
    ended = bench.ask("GET", address)
    assert (ended.status, ended.body) == (200, None)
    assert code_of(bench.ask("GET", BOX)) == (404, "ResourceGroupNotFound")
    assert bench.world.stored == {}


def test_a_group_stays_when_something_in_it_will_not_go(bench: Bench) -> None:
    bench.make_box(stubborn="always")
    begun = bench.ask("DELETE", GROUP)
    bench.pass_time(60)

    ended = bench.ask("GET", begun.headers["Location"].removeprefix(BASE).partition("?")[0])
    assert code_of(ended) == (409, "ThingStays")
    assert bench.ask("GET", GROUP).body["properties"]["provisioningState"] == "Succeeded"


def test_a_group_being_deleted_cannot_be_put(bench: Bench) -> None:
    bench.ask("DELETE", GROUP)

    assert code_of(bench.make_group()) == (409, "ResourceGroupBeingDeleted")


def test_a_resource_is_shown_with_what_arm_adds(bench: Bench) -> None:
    made = bench.make_box()

    assert made.status == 201
    assert made.body["id"] == BOX
    assert made.body["type"] == "Test.Things/boxes"
    assert made.body["systemData"] == {
        "createdBy": "caller",
        "createdByType": "Application",
        "createdAt": "2026-11-22T21:05:07.000000Z",
        "lastModifiedBy": "caller",
        "lastModifiedByType": "Application",
        "lastModifiedAt": "2026-11-22T21:05:07.000000Z",
    }


def test_an_id_is_spelled_as_it_was_first_and_its_type_as_its_kind(bench: Bench) -> None:
    bench.ask("PUT", f"{ROOT}/RESOURCEGROUPS/Rg/providers/test.things/BOXES/One", {"location": "EastUS2"})
    lid = bench.ask("PUT", f"{GROUP}/providers/TEST.THINGS/boxes/ONE/LIDS/Top", {})

    assert lid.body["id"] == f"{GROUP}/providers/Test.Things/boxes/One/lids/Top"
    assert lid.body["type"] == "Test.Things/boxes/lids"


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        (BOX.replace("/rg/", "/none/"), (404, "ResourceGroupNotFound")),
        (f"{BOX}/lids/top", (404, "ParentResourceNotFound")),
        (f"{BOX}/providers/Test.Things/marks/m", (404, "ParentResourceNotFound")),
        (f"{GROUP}/providers/Test.Things/crates/one", (404, "InvalidResourceType")),
        (f"{GROUP}/providers/No.Such/crates/one", (404, "InvalidResourceNamespace")),
        (BOX.replace("5eeda25e-", "00000000-"), (404, "SubscriptionNotFound")),
        (BOX.replace("5eeda25e-", "what-"), (400, "InvalidSubscriptionId")),
        (f"{BOX}%", (400, "InvalidResourceName")),
        (BOX + "x" * 260, (400, "InvalidResourceName")),
    ],
)
def test_a_write_to_where_nothing_can_be_is_refused(bench: Bench, path: str, refusal: tuple[int, str]) -> None:
    assert code_of(bench.ask("PUT", path, {"location": "eastus2"})) == refusal


def test_a_type_that_is_not_modelled_is_refused_with_what_is(bench: Bench) -> None:
    nowhere = bench.ask("PUT", f"{GROUP}/providers/No.Such/crates/one", {})
    unknown = bench.ask("PUT", f"{BOX}/crates/one", {}, api_version="2025-01-01")

    assert "azserve emulator models Microsoft.Resources, Test.Things" in nowhere.body["error"]["message"]
    assert (
        "'boxes/crates' could not be found in the namespace 'Test.Things' for api version '2025-01-01'"
        in (unknown.body["error"]["message"])
    )
    assert "azserve emulator models Test.Things/boxes" in unknown.body["error"]["message"]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, (400, "LocationRequired")),
        ({"location": "westus"}, (400, "LocationNotAvailableForResourceType")),
        ({"location": "eastus2", "properties": {"refuse": True}}, (400, "ThingRefused")),
        (None, (400, "InvalidRequestContent")),
    ],
)
def test_a_body_that_will_not_do_is_refused(bench: Bench, body: Json, refusal: tuple[int, str]) -> None:
    assert code_of(bench.ask("PUT", BOX, body)) == refusal


def test_a_resource_does_not_move(bench: Bench) -> None:
    bench.make_box()

    assert code_of(bench.ask("PUT", BOX, {"location": "westus3"})) == (409, "InvalidResourceLocation")


def test_a_missing_api_version_is_refused(bench: Bench) -> None:
    assert code_of(bench.ask("GET", BOX, api_version="")) == (400, "MissingApiVersionParameter")


def test_an_unknown_api_version_names_the_known_ones(bench: Bench) -> None:
    write = bench.ask("PUT", BOX, {"location": "eastus2"}, api_version="1999-01-01")
    read = bench.ask("GET", BOX, api_version="1999-01-01")

    assert code_of(write) == (400, "NoRegisteredProviderFound")
    assert write.body["error"]["message"] == (
        "No registered resource provider found for location 'eastus2' and API version '1999-01-01' for type 'boxes'. "
        "The supported api-versions are '2025-01-01, 2024-01-01-preview'. The supported locations are "
        "'eastus2, westus3'."
    )
    assert code_of(read) == (404, "InvalidResourceType")
    assert code_of(bench.ask("GET", ROOT, api_version="1999-01-01")) == (400, "InvalidApiVersionParameter")


def test_what_is_missing_is_said_to_be_missing(bench: Bench) -> None:
    gone = bench.ask("GET", BOX)

    assert code_of(gone) == (404, "ResourceNotFound")
    assert gone.body["error"]["message"].startswith(
        "The Resource 'Test.Things/boxes/one' under resource group 'rg' was not found."
    )
    assert code_of(bench.ask("GET", f"{BOX}/lids/top")) == (404, "ParentResourceNotFound")
    assert code_of(bench.ask("PATCH", BOX, {})) == (404, "ResourceNotFound")


def test_a_patch_changes_what_it_names(bench: Bench) -> None:
    bench.make_box()
    before = bench.ask("GET", BOX).body["etag"]
    bench.pass_time(10)
    changed = bench.ask("PATCH", BOX, {"tags": {"new": "tag"}})

    assert changed.body["tags"] == {"new": "tag"}
    assert changed.body["etag"] != before


@pytest.mark.parametrize(
    ("location", "refusal"),
    [(None, (400, "LocationRequired")), ("westus3", (409, "InvalidResourceLocation")), (5, (400, "LocationRequired"))],
)
def test_a_patch_neither_takes_the_location_away_nor_moves_it(
    bench: Bench, location: Json, refusal: tuple[int, str]
) -> None:
    bench.make_box()

    assert code_of(bench.ask("PATCH", BOX, {"location": location})) == refusal
    assert bench.ask("PATCH", BOX, {"location": "EastUS2"}).status == 200
    assert bench.ask("GET", BOX).body["location"].lower() == "eastus2"


def test_deleting_what_is_not_there_is_204(bench: Bench) -> None:
    assert bench.ask("DELETE", BOX).status == 204
    assert bench.ask("DELETE", BOX.replace("/rg/", "/none/")).status == 404


def test_a_delete_at_once_takes_what_is_below_along(bench: Bench) -> None:
    bench.make_box(instant=True)
    bench.ask("PUT", f"{BOX}/lids/top", {})
    bench.ask("PUT", f"{BOX}/providers/Test.Things/marks/m", {})
    deleted = bench.ask("DELETE", BOX)

    assert (deleted.status, deleted.headers) == (200, {})
    assert list(bench.world.stored) == [GROUP.lower()]


def test_a_write_can_be_made_to_depend_on_the_state_seen(bench: Bench) -> None:
    assert code_of(bench.ask("PUT", BOX, {"location": "eastus2"}, headers={"if-match": "*"}))[0] == 412
    seen = bench.make_box().body["etag"]

    assert code_of(bench.ask("PUT", BOX, {"location": "eastus2"}, headers={"if-none-match": "*"}))[0] == 412
    assert code_of(bench.ask("PUT", BOX, {"location": "eastus2"}, headers={"if-match": '"old"'}))[0] == 412
    assert bench.ask("PUT", BOX, {"location": "eastus2"}, headers={"if-match": seen}).status == 200


def test_an_action_is_posted(bench: Bench) -> None:
    bench.make_box()

    assert bench.ask("POST", f"{BOX}/OPEN").body == {"opened": "one"}
    assert code_of(bench.ask("POST", f"{BOX}/close")) == (404, "InvalidResourceType")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", BOX), ("PUT", f"{GROUP}/providers/Test.Things/boxes"), ("POST", f"{ROOT}/locations")],
)
def test_a_method_that_an_address_does_not_take_is_refused(bench: Bench, method: str, path: str) -> None:
    assert code_of(bench.ask(method, path, {})) == (405, "HttpMethodNotSupported")


def test_what_is_not_modelled_is_refused_aloud(bench: Bench) -> None:
    assert code_of(bench.ask("GET", "/managementGroups/x/y")) == (501, "NotModelledByEmulator")


def test_a_deployment_may_rely_on_what_it_makes_itself(bench: Bench) -> None:
    lid = Address.parse(f"{BOX.replace('/rg/', '/new/')}/lids/top")
    assert lid is not None
    put = engine.wish(bench.world, lid, {}, api_version=VERSION, principal=CALLER, base=BASE)
    outer = {address.key for address in (lid.parent, lid.group_address) if address is not None}

    assert engine.check_put(bench.world, put, expected=outer).type == "Test.Things/boxes/lids"
    with pytest.raises(ArmError, match="could not be found"):
        engine.check_put(bench.world, put)


def test_a_scenario_denies_actions_by_pattern() -> None:
    bench = Bench(scenario={"permissions": {"denied": ["Test.Things/*/write", "test.things/boxes/open/action"]}})
    bench.make_group()
    denied = bench.make_box()

    assert code_of(denied) == (403, "AuthorizationFailed")
    assert denied.body["error"]["message"].startswith(
        f"The client 'caller' with object id 'oid' does not have authorization to perform action "
        f"'Test.Things/boxes/write' over scope '{BOX}'"
    )
    assert code_of(bench.ask("POST", f"{BOX}/open")) == (403, "AuthorizationFailed")
    assert code_of(bench.ask("GET", BOX)) == (404, "ResourceNotFound")
