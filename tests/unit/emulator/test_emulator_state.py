"""What was acknowledged is there again, whatever was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.emulator.things import GROUP, GROUP_VERSION, ROOT, StoppedClock
from tests.unit.emulator_providers import bench

from azserve.emulator.errors import EmulatorError
from azserve.emulator.identity.clients import managed_identity
from azserve.emulator.identity.tokens import issue
from azserve.emulator.journal import FILE, Journal
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply
from azserve.emulator.kernel.world import World
from azserve.emulator.server import default_parts
from azserve.emulator.site import Asking, Site

BASE = "http://127.0.0.1:4190"
PARTS = default_parts()
GROUP_BODY = {"location": "eastus2"}
EMPTY_TEMPLATE = {"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                  "contentVersion": "1.0.0.0", "resources": []}  # fmt: skip


class Host:
    """A Site over a folder, and one client of it."""

    def __init__(self, folder: Path, *, scenario: str = "default", base: str = BASE, at: float = 0.0) -> None:
        self.clock = StoppedClock()
        self.clock.advance(at)
        self.base = base
        self.site = Site(parts=PARTS, clock=self.clock, journal=Journal(folder), scenario_name=scenario)
        self.site.restore(int(base.rpartition(":")[2]))

    def ask(self, method: str, path: str, body: Json = None, version: str = GROUP_VERSION) -> Reply:
        token = issue(self.site.world, audience=self.base, client=managed_identity(self.site.world), lifetime_s=1e9)
        headers = {"authorization": f"Bearer {token}"}
        call = Call(method, path, {"api-version": version}, headers, body, self.base)
        try:
            reply = self.site.answer(call, Asking(0.0, method, path, {}, self.site.host_of(path)))
        except ArmError as error:
            reply = error.reply()
        assert isinstance(reply, Reply)
        return reply

    def close(self) -> None:
        assert self.site.journal is not None
        self.site.journal.close()


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else str(value)


def picture(world: World) -> Any:
    """All of a world that anybody can ask for, but for what only passes: buckets."""
    notes = {name: note for name, note in world.notes.items() if name != "throttling"}
    return {
        "stored": _plain(dict(world.stored)),
        "notes": _plain(notes),
        "operations": _plain({key: (one.state, one.ends_at, one.result) for key, one in world.operations.items()}),
        "scenario": world.scenario["name"],
        "next id": world.ids.hex(),
    }


def _writes() -> st.SearchStrategy[tuple[str, str, Json, str]]:
    names = st.sampled_from(["one", "two"])
    account = f"{GROUP}/providers/{bench.ACCOUNT}"
    ml = f"{GROUP}/providers/{bench.WORKSPACE}"
    found: list[st.SearchStrategy[tuple[str, str, Json, str]]] = [
        st.tuples(st.just("PUT"), st.just(GROUP), st.just(GROUP_BODY), st.just(GROUP_VERSION)),
        st.tuples(st.just("DELETE"), st.just(GROUP), st.none(), st.just(GROUP_VERSION)),
        names.map(lambda name: ("PUT", f"{account}/{name}", bench.account(name), "2025-06-01")),
        names.map(lambda name: ("DELETE", f"{account}/{name}", None, "2025-06-01")),
        names.map(lambda name: ("GET", f"{account}/{name}", None, "2025-06-01")),
        names.map(lambda name: ("POST", f"{account}/{name}/regenerateKey", {"keyName": "Key1"}, "2025-06-01")),
        names.map(lambda name: ("PUT", f"{account}/{name}/deployments/d", bench.deployment(), "2025-06-01")),
        names.map(lambda name: ("PUT", f"{ml}/p/serverlessEndpoints/{name}", bench.endpoint(), "2025-09-01")),
        names.map(lambda name: ("GET", f"{ml}/p/serverlessEndpoints/{name}", None, "2025-09-01")),
        names.map(
            lambda name: (
                "PUT",
                f"{GROUP}/providers/Microsoft.Resources/deployments/{name}",
                {"properties": {"mode": "Incremental", "template": EMPTY_TEMPLATE}},
                "2025-04-01",
            )
        ),
        names.map(
            lambda name: (
                "POST",
                f"{GROUP}/providers/Microsoft.Resources/deployments/{name}/whatIf",
                {"properties": {"mode": "Incremental", "template": EMPTY_TEMPLATE}},
                "2025-04-01",
            )
        ),
    ]
    return st.one_of(found)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(_writes(), st.sampled_from([0.0, 0.7, 3.0])), max_size=25))
def test_the_same_world_is_there_after_a_restart(steps: list[tuple[tuple[str, str, Json, str], float]]) -> None:
    with TemporaryDirectory() as name:
        first = Host(Path(name))
        first.ask("PUT", GROUP, GROUP_BODY)
        for (method, path, body, version), seconds in steps:
            assert first.ask(method, path, body, version).status < 500
            first.clock.advance(seconds)
        first.close()
        later = first.clock.now() - StoppedClock().now()
        again = Host(Path(name), at=later)
        for host in (first, again):
            host.site.world.settle()
        again.close()
        assert picture(again.site.world) == picture(first.site.world)


Start = Callable[..., Host]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start hosts that are closed in the end."""
    started: list[Host] = []

    def one(folder: Path, **settings: Any) -> Host:
        started.append(Host(folder, **settings))
        return started[-1]

    yield one
    for host in started:
        host.close()


def test_a_line_without_its_end_was_never_acknowledged(tmp_path: Path, start: Start) -> None:
    first = start(tmp_path)
    first.ask("PUT", GROUP, GROUP_BODY)
    first.close()
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"kind":"call","at":9e9,"meth')

    again = start(tmp_path)
    again.ask("PUT", f"{ROOT}/resourceGroups/more", GROUP_BODY)
    again.close()

    assert start(tmp_path).ask("GET", f"{ROOT}/resourceGroups/more").status == 200


def test_a_reset_forgets_what_was_kept(tmp_path: Path, start: Start) -> None:
    first = start(tmp_path)
    first.ask("PUT", GROUP, GROUP_BODY)
    first.site.reset()
    first.close()

    assert start(tmp_path).ask("GET", GROUP).status == 404


def test_time_that_was_skipped_stays_skipped(tmp_path: Path, start: Start) -> None:
    first = start(tmp_path)
    first.site.advance(10 * 365 * 86_400)
    assert first.site.journal is not None
    first.close()

    journal = Journal(tmp_path)
    journal.close()
    resumed = journal.resumes_at(datetime.now(UTC)).timestamp()

    assert resumed == first.clock.now()


def test_a_scenario_that_was_set_is_in_force_after_a_restart(tmp_path: Path, start: Start) -> None:
    first = start(tmp_path)
    first.site.set_scenario("no-permission")
    first.close()

    assert start(tmp_path).site.world.scenario["name"] == "no-permission"


def test_a_start_with_another_scenario_takes_it_up(tmp_path: Path, start: Start) -> None:
    first = start(tmp_path)
    first.ask("PUT", GROUP, GROUP_BODY)
    first.close()

    again = start(tmp_path, scenario="tight-quota")

    assert again.site.world.scenario["name"] == "tight-quota"
    assert again.ask("GET", GROUP).status == 200


def test_addresses_follow_the_emulator_to_another_port(tmp_path: Path, start: Start) -> None:
    path = f"{GROUP}/providers/{bench.ACCOUNT}/one"
    first = start(tmp_path)
    first.ask("PUT", GROUP, GROUP_BODY)
    first.ask("PUT", path, bench.account("one"), "2025-06-01")
    first.close()

    again = start(tmp_path, base="http://127.0.0.1:5555", at=60)
    shown = again.ask("GET", path, version="2025-06-01").body

    assert shown["properties"]["endpoint"].startswith("http://127.0.0.1:5555/")


def test_no_token_is_kept(tmp_path: Path, start: Start) -> None:
    first = start(tmp_path)
    first.ask("PUT", GROUP, GROUP_BODY)
    first.close()

    assert "Bearer" not in (tmp_path / FILE).read_text()
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_two_emulators_do_not_share_a_folder(tmp_path: Path) -> None:
    held = Journal(tmp_path)
    with pytest.raises(EmulatorError, match="another emulator uses the state"):
        Journal(tmp_path)
    held.close()


@pytest.mark.parametrize("text", ["nonsense\n", '{"kind": "world", "version": 99, "at": 0}\n', "[1]\n", '{"a": 1}\n'])
def test_what_is_no_journal_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(EmulatorError, match="line 1 is not the journal"):
        Journal(tmp_path)
    assert (tmp_path / FILE).read_text() == text


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmulatorError, match="cannot be used"):
        Journal(tmp_path / "file" / "below")


def test_what_cannot_be_kept_is_not_done(tmp_path: Path, start: Start) -> None:
    host = start(tmp_path)
    assert host.site.journal is not None
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    host.site.journal._file.close()
    host.site.journal._file = full.open("r+b", buffering=0)

    answer = host.ask("PUT", GROUP, GROUP_BODY)

    assert (answer.status, answer.body["error"]["code"]) == (507, "StateNotWritten")
    assert host.ask("GET", GROUP).status == 404


def test_the_journal_is_text_a_person_can_read(tmp_path: Path, start: Start) -> None:
    host = start(tmp_path)
    host.ask("PUT", GROUP, GROUP_BODY)
    host.close()
    kinds = [json.loads(line)["kind"] for line in (tmp_path / FILE).read_text().splitlines()]
    assert kinds == ["world", "served", "call"]
