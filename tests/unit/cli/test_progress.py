"""Progress for a terminal and for a log."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from azserve.cli.progress import told
from azserve.cli.streams import Streams
from azserve.model.progress import Event, Stage


class Utf8(io.StringIO):
    encoding = "utf-8"


class Terminal(Utf8):
    def isatty(self) -> bool:
        return True


def until(holds: Callable[[], bool]) -> None:
    """Wait for what another thread is about to do; pytest's own time limit ends a wait in vain."""
    while not holds():
        threading.Event().wait(0.005)


def log_of(*events: Event, quiet: bool = False, verbose: bool = False) -> list[str]:
    err = Utf8()
    with told(Streams(io.StringIO(), err, {}), quiet=quiet, verbose=verbose, colour=False) as progress:
        for event in events:
            progress(event)
    return [re.sub(r"\d+(\.\d+)? m?s", "N s", line) for line in err.getvalue().splitlines()]


STARTED = Event("eastus2", "deploy", Stage.STARTED)
GOING = Event("eastus2", "deploy", Stage.GOING, "Running")
DONE = Event("eastus2", "deploy", Stage.DONE, "deployed")
FAILED = Event("eastus2", "deploy", Stage.FAILED, "InsufficientQuota")


def test_what_fails_leaves_a_line() -> None:
    assert log_of(STARTED, GOING, FAILED) == ["✗ eastus2 deploy: InsufficientQuota (N s)"]


def test_what_is_over_at_once_leaves_none() -> None:
    assert log_of(STARTED, GOING, DONE) == []


def test_what_takes_long_has_a_line_at_each_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("azserve.cli.progress.PATIENCE_S", 0.0)
    err = Utf8()
    with told(Streams(err, err, {}), quiet=False, verbose=False, colour=False) as progress:
        progress(STARTED)
        until(lambda: bool(err.getvalue()))
        progress(DONE)

    assert [line[:17] for line in err.getvalue().splitlines()] == ["… eastus2 deploy", "✓ eastus2 deploy:"]


def test_a_verbose_log_has_everything() -> None:
    assert log_of(STARTED, GOING, verbose=True) == ["… eastus2 deploy", "… eastus2 deploy: Running"]


def test_what_is_told_after_the_end_is_not_heard() -> None:
    err = Utf8()
    with told(Streams(err, err, {}), quiet=False, verbose=True, colour=False) as progress:
        pass
    progress(FAILED)

    assert err.getvalue() == ""


def test_quiet_says_nothing() -> None:
    assert log_of(STARTED, FAILED, quiet=True) == []


def test_a_log_without_unicode_uses_words() -> None:
    err = io.StringIO()
    with told(Streams(err, err, {}), quiet=False, verbose=True, colour=False) as progress:
        progress(STARTED)

    assert err.getvalue() == "started eastus2 deploy\n"


def test_lines_from_many_threads_stay_whole() -> None:
    err = Utf8()
    with (
        told(Streams(err, err, {}), quiet=False, verbose=True, colour=False) as progress,
        ThreadPoolExecutor(8) as pool,
    ):
        list(pool.map(lambda n: progress(Event(f"region{n}", "deploy", Stage.STARTED)), range(200)))

    assert sorted(err.getvalue().splitlines()) == sorted(f"… region{n} deploy" for n in range(200))


def test_a_terminal_keeps_what_failed_and_clears_the_rest() -> None:
    err = Terminal()
    with told(Streams(err, err, {}), quiet=False, verbose=False, colour=False) as progress:
        progress(STARTED)
        progress(Event("westus3", "deploy", Stage.DONE, "Succeeded", done=3, total=3))
        progress(FAILED)

    drawn, _, left = err.getvalue().rpartition("\x1b[2K")
    assert "westus3" in drawn
    assert "3/3" in drawn
    assert left.split()[:3] == ["✗", "eastus2", "deploy"]


def test_a_screen_too_small_folds_the_finished_first() -> None:
    err = Terminal()
    with told(Streams(err, err, {}), quiet=False, verbose=False, colour=False) as progress:
        for number in range(60):
            progress(Event(f"done{number}", "deploy", Stage.DONE))
        progress(Event("running", "deploy", Stage.GOING))

    assert "running" in err.getvalue()
    assert "done0 " not in err.getvalue()
