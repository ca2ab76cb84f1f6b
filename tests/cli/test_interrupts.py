"""Ctrl-C, and what a pipeline sends in its place: exit 130, one message, no process, nothing half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from azserve.emulator.server import Emulator

SIGNALS = [signal.SIGINT, signal.SIGTERM]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start `azserve …` in a process group of its own; whatever is left of it at the end is ended."""
    started: list[subprocess.Popen[str]] = []

    def begin(*argv: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "azserve", *argv],
            env={**environment, **(env or {})}, cwd=tmp_path, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(holds: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until a process has come so far; one that ends before it never will."""
    while not holds():
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


def asked(emulator: Emulator, method: str, part: str) -> bool:
    with urlopen(f"{emulator.url}/_emulator/requests") as answer:
        return any(each["method"] == method and part in each["path"] for each in json.load(answer)["value"])


def hang(emulator: Emulator, path: str, method: str = "*") -> None:
    body = json.dumps({"rules": [{"match": {"path": path, "method": method}, "hang": True}]}).encode()
    with urlopen(Request(f"{emulator.url}/_emulator/faults", method="PUT", data=body)):
        pass


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def ended(process: subprocess.Popen[str], number: signal.Signals) -> tuple[str, str]:
    """Send a signal and return what was said; the process ends at once, and leaves none behind."""
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err.count("error: interrupted") == 1
    assert "Traceback" not in err
    assert not alive(process.pid)
    return out, err


@pytest.mark.parametrize("number", SIGNALS)
def test_the_demo_ends_with_its_emulator(start: Start, number: signal.Signals) -> None:
    process = start("demo", "--speed", "0.1", "-v")
    assert process.stderr is not None
    for line in process.stderr:
        if "deploy: Accepted" in line:
            break

    ended(process, number)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_deploy_says_where_it_was_left_and_writes_no_receipt(
    start: Start, local: Mapping[str, str], emulator: Emulator, tmp_path: Path, number: signal.Signals
) -> None:
    hang(emulator, "*/operationStatuses/*")
    process = start("deploy", "--receipt", "receipt.json", "-o", "json", env=local)
    until(lambda: asked(emulator, "GET", "/operationStatuses/"), process)

    out, err = ended(process, number)

    assert json.loads(out)["problems"][0]["code"] == "interrupted"
    assert "goes on there" in json.loads(out)["problems"][0]["hint"]
    assert "eastus2 deploy: interrupted here; left running in Azure" in err
    assert [path for path in tmp_path.iterdir() if "receipt" in path.name] == []


@pytest.mark.parametrize(
    ("argv", "path", "method"),
    [
        (("plan",), "*/Microsoft.CognitiveServices/*", "GET"),
        (("deploy",), "*/deployments/*", "PUT"),
        (("status",), "*/resourcegroups*", "GET"),
    ],
    ids=["survey", "deploy", "status"],
)
def test_no_read_or_write_that_hangs_holds_it_up(
    start: Start, local: Mapping[str, str], emulator: Emulator, argv: tuple[str, ...], path: str, method: str
) -> None:
    hang(emulator, path, method)
    process = start(*argv, env=local)
    until(lambda: asked(emulator, method, path.strip("*").split("*")[0]), process)

    ended(process, signal.SIGINT)


def test_a_smoke_whose_models_never_answer_can_be_left(
    start: Start, local: Mapping[str, str], emulator: Emulator
) -> None:
    assert start("deploy", "-q", env=local).wait(100) == 0
    hang(emulator, "*/chat/completions*")
    process = start("smoke", env=local)
    until(lambda: asked(emulator, "POST", "/chat/completions"), process)

    ended(process, signal.SIGINT)


def test_what_runs_inside_an_emulator_is_ended_with_it(start: Start) -> None:
    process = start(
        "emulator", "exec", "--", sys.executable, "-c", "print('up', flush=True); import time; time.sleep(99)"
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"

    process.send_signal(signal.SIGTERM)

    assert process.wait(60) == 128 + signal.SIGTERM
    assert not alive(process.pid)
