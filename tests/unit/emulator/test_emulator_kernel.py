"""The kernel: addresses, time, what is due, ids, routes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.emulator.things import THINGS, StoppedClock

from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.clock import Clock, timestamp
from azserve.emulator.kernel.registry import Registry
from azserve.emulator.kernel.routes import RouteTable
from azserve.emulator.kernel.world import Ids, World

IDS = [
    "/subscriptions/s",
    "/subscriptions/s/resourceGroups/g",
    "/subscriptions/s/resourceGroups/g/providers/A.B/accounts/a",
    "/subscriptions/s/resourceGroups/g/providers/A.B/accounts/a/deployments/d",
    "/subscriptions/s/providers/A.B/roles/r",
    "/subscriptions/s/resourceGroups/g/providers/A.B/accounts/a/providers/C.D/locks/l",
    "/subscriptions/s/resourceGroups/g/providers/A.B/accounts/a/projects/p/providers/C.D/locks/l/parts/q",
]


@pytest.mark.parametrize("text", IDS)
def test_an_id_is_read_and_written_alike(text: str) -> None:
    assert str(Address.parse(text)) == text


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/tenants/t",
        "/subscriptions",
        "/subscriptions/s/locations",
        "/subscriptions/s/resourceGroups",
        "/subscriptions/s/resourceGroups/g/resources",
        "/subscriptions/s/resourceGroups/g/providers/A.B/accounts",
        "/subscriptions/s/resourceGroups/g/providers/A.B/accounts/a/listKeys",
        "/subscriptions/s/resourceGroups/g/providers/A.B/accounts/a/providers/C.D",
        "/subscriptions/s/resourceGroups/g/x/y/z/w",
    ],
)
def test_what_is_no_id_is_not_read_as_one(path: str) -> None:
    assert Address.parse(path) is None


def test_an_extension_knows_what_it_is_on() -> None:
    lock = Address.parse(IDS[5])

    assert lock is not None
    assert (lock.type, str(lock.scope), lock.parent) == ("C.D/locks", IDS[2], None)


def test_a_nested_resource_knows_its_parent() -> None:
    nested = Address.parse(IDS[3])

    assert nested is not None
    assert str(nested.parent) == IDS[2]
    assert nested.parent is not None
    assert nested.parent.child("deployments", "d") == nested


def test_ids_differ_in_case_alone_are_one() -> None:
    assert Address("S", "G", "A.B/c", ("N",)).key == Address("s", "g", "a.b/C", ("n",)).key


@given(st.text())
def test_reading_an_id_never_fails(text: str) -> None:
    found = Address.parse(text)

    assert found is None or Address.parse(str(found)) == found


def test_events_happen_in_order_and_each_at_its_own_time() -> None:
    clock = StoppedClock()
    world = World(clock=clock)
    start = world.now()
    seen: list[tuple[str, float]] = []

    def second() -> None:
        seen.append(("second", world.now() - start))

    def first() -> None:
        seen.append(("first", world.now() - start))
        world.after(1, lambda: seen.append(("between", world.now() - start)))

    world.after(5, second)
    world.after(2, first)
    clock.advance(60)
    world.settle()

    assert seen == [("first", 2), ("between", 3), ("second", 5)]


def test_what_is_not_due_waits() -> None:
    world = World(clock=StoppedClock())
    seen: list[int] = []
    world.after(1, lambda: seen.append(1))
    world.settle()

    assert seen == []


def test_the_same_seed_makes_the_same_ids() -> None:
    assert [Ids("a").guid(), Ids("a").secret()] == [Ids("a").guid(), Ids("a").secret()]
    assert Ids("a").guid() != Ids("b").guid()


def test_a_clock_goes_on_from_where_it_was_when_its_speed_changes() -> None:
    clock = Clock(speed=1000)
    clock.advance(5000)
    before = clock.now()
    clock.set_speed(0.001)

    assert 0 <= clock.now() - before < 100
    assert clock.wall(1) == 1000


def test_time_neither_stops_nor_goes_back() -> None:
    clock = Clock()
    with pytest.raises(ValueError, match="go back"):
        clock.advance(-1)
    with pytest.raises(ValueError, match="above zero"):
        clock.set_speed(0)


def test_times_are_written_as_azure_does() -> None:
    assert timestamp(0.5) == "1970-01-01T00:00:00.500000Z"


def test_a_registry_finds_kinds_without_regard_to_case() -> None:
    registry = Registry((THINGS,))

    assert registry.kind("test.things/BOXES/lids") is THINGS.kinds[1]
    assert registry.kind("Test.Things/nothing") is None
    assert registry.namespace("TEST.things") == "Test.Things"
    assert registry.in_namespace("test.things") == (THINGS,)
    assert registry.kinds == THINGS.kinds


def test_the_route_with_fewer_braces_wins() -> None:
    table = RouteTable([("GET", "/a/{x}/c", "any"), ("GET", "/a/b/c", "exact"), ("PUT", "/a/{x}/c", "put")])

    assert table.find("get", "/A/B/C/") == ("exact", {})
    assert table.find("GET", "/a/Z/c") == ("any", {"x": "Z"})
    assert table.find("GET", "/a/b") is None
    assert table.methods("/a/b/c") == ("GET", "PUT")
