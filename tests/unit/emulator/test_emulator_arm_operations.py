"""Long-running operations: how they are announced, polled, and end."""

from __future__ import annotations

from tests.unit.emulator.things import BASE, BOX, GROUP, ROOT, Bench, code_of

from azserve.emulator.arm import operations
from azserve.emulator.kernel.kinds import Style, Work
from azserve.emulator.kernel.wire import Reply


def _bench() -> Bench:
    bench = Bench()
    bench.make_group()
    return bench


def _poll(bench: Bench, address: str) -> Reply:
    assert address.startswith(BASE)
    path, _, query = address.removeprefix(BASE).partition("?")
    return bench.ask("GET", path, api_version=query.removeprefix("api-version="))


def test_a_write_announces_its_operation_and_shows_the_beginning() -> None:
    made = _bench().make_box()

    assert made.headers["Azure-AsyncOperation"].startswith(
        f"{BASE}{ROOT}/providers/Test.Things/locations/eastus2/operationStatuses/"
    )
    assert made.headers["Retry-After"] == "1"
    assert made.body["properties"]["provisioningState"] == "Creating"


def test_an_operation_ends_when_its_time_has_passed() -> None:
    bench = _bench()
    address = bench.make_box(seconds=3).headers["Azure-AsyncOperation"]
    bench.pass_time(2.9)
    running = _poll(bench, address)
    bench.pass_time(0.2)
    ended = _poll(bench, address)

    assert running.body["status"] == "InProgress"
    assert running.headers["Retry-After"] == "1"
    assert (ended.body["status"], ended.body["endTime"]) == ("Succeeded", "2026-11-22T21:05:10.000000Z")
    assert "Retry-After" not in ended.headers
    assert bench.ask("GET", BOX).body["properties"]["provisioningState"] == "Succeeded"


def test_a_client_that_waits_as_told_sees_a_short_operation_unfinished_twice() -> None:
    bench = _bench()
    address = bench.make_box(seconds=0).headers["Azure-AsyncOperation"]
    seen: list[str] = []
    while not seen or seen[-1] == "InProgress":
        bench.pass_time(1)
        seen.append(_poll(bench, address).body["status"])

    assert seen == ["InProgress", "InProgress", "Succeeded"]


def test_a_failed_operation_says_why() -> None:
    bench = _bench()
    address = bench.make_box(fail=True).headers["Azure-AsyncOperation"]
    bench.pass_time(5)

    ended = _poll(bench, address)
    assert (ended.status, ended.body["status"]) == (200, "Failed")
    assert ended.body["error"] == {"code": "ThingFailed", "message": "It broke."}


def test_a_delete_is_polled_until_204() -> None:
    bench = _bench()
    bench.make_box()
    bench.pass_time(5)
    begun = bench.ask("DELETE", BOX)
    running = _poll(bench, begun.headers["Location"])
    bench.pass_time(5)

    assert begun.status == 202
    assert "/operationResults/" in begun.headers["Location"]
    assert (running.status, running.headers["Location"]) == (202, begun.headers["Location"])
    assert _poll(bench, begun.headers["Location"]).status == 204
    assert code_of(bench.ask("GET", BOX)) == (404, "ResourceNotFound")


def test_a_location_ends_in_the_error_where_it_failed() -> None:
    bench = _bench()
    bench.make_box(stubborn=True)
    begun = bench.ask("DELETE", BOX)
    bench.pass_time(5)

    assert code_of(_poll(bench, begun.headers["Location"])) == (409, "ThingStays")


def test_a_location_ends_in_the_resource_where_there_is_one() -> None:
    bench = _bench()
    bench.make_box()
    stored = bench.world.stored[BOX.lower()]
    operation = operations.start(bench.world, Work(stored, 202, style=Style.LOCATION), resource=stored.address)
    path = f"{ROOT}/operationresults/{operation.id}"
    bench.pass_time(5)

    assert bench.ask("GET", path).body["id"] == BOX


def test_a_location_ends_in_a_result_of_its_own() -> None:
    bench = _bench()
    operation = operations.start(bench.world, Work(None, 202, style=Style.LOCATION), resource=None)
    operation.result = {"status": "Succeeded"}
    bench.pass_time(5)

    assert bench.ask("GET", f"{ROOT}/operationresults/{operation.id}").body == {"status": "Succeeded"}


def test_the_manner_counts_and_not_the_address() -> None:
    bench = _bench()
    address = bench.make_box().headers["Azure-AsyncOperation"].replace("operationStatuses", "operationResults")

    assert _poll(bench, address).body["status"] == "InProgress"


def test_an_operation_takes_any_api_version_but_must_exist() -> None:
    assert code_of(_bench().ask("GET", f"{ROOT}/operationresults/none", api_version="2017-04-18")) == (404, "NotFound")


def test_what_is_not_announced_still_takes_its_time() -> None:
    bench = _bench()
    bench.make_box()
    lid = bench.ask("PUT", f"{BOX}/lids/top", {})
    assert "Azure-AsyncOperation" not in lid.headers
    assert lid.body["properties"]["provisioningState"] == "Creating"
    bench.pass_time(4)

    assert bench.ask("GET", f"{BOX}/lids/top").body["properties"]["provisioningState"] == "Succeeded"


def test_retry_after_is_in_the_walls_seconds_where_time_runs_faster() -> None:
    bench = Bench(speed=50)
    bench.make_group()

    assert bench.make_box().headers["retry-after-ms"] == "20"


def test_old_operations_are_forgotten_but_never_one_that_runs() -> None:
    bench = _bench()
    first = operations.start(bench.world, Work(None, 202, seconds=1e9, style=Style.LOCATION), resource=None)
    for _ in range(6000):
        operations.start(bench.world, Work(None, 202, style=Style.LOCATION), resource=None)
        bench.pass_time(3)

    assert len(bench.world.operations) <= 5001
    assert first.id in bench.world.operations


def test_an_operation_without_any_region_is_global() -> None:
    bench = _bench()
    stored = bench.world.stored[GROUP.lower()]
    del stored.body["location"]
    bench.make_box()
    box = bench.world.stored[BOX.lower()]
    del box.body["location"]

    assert "/locations/global/" in bench.ask("DELETE", BOX).headers["Location"]
