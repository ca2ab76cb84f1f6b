"""Progress, told to a person: a live display on a terminal, plain lines anywhere else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from azserve.cli.streams import Streams
from azserve.model.progress import Event, Progress, Stage, silent
from azserve.reporting.blocks import seconds

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

PATIENCE_S = 1.0
"""What takes longer is worth a line in a log."""
SIGNS = {
    Stage.STARTED: "…",
    Stage.GOING: "…",
    Stage.WAITING: "…",
    Stage.DONE: "✓",
    Stage.FAILED: "✗",
}
STYLES = {Stage.DONE: "green", Stage.FAILED: "red", Stage.WAITING: "yellow"}


@contextmanager
def told(streams: Streams, *, quiet: bool, verbose: bool, colour: bool) -> Iterator[Progress]:
    """Yield a `Progress` that shows on stderr for as long as the block runs."""
    if quiet:
        yield silent
    elif streams.is_terminal(streams.err):
        with _live(streams, colour=colour) as progress:
            yield progress
    else:
        lines = _Lines(streams, verbose=verbose)
        try:
            yield lines
        finally:
            lines.close()


class _Lines:
    """A line when work has gone on for a second, and one when it ends; with `-v` every event.

    What is over within a second and did not fail leaves no line: a log is read for what took long or went wrong.
    """

    def __init__(self, streams: Streams, *, verbose: bool) -> None:
        self._streams = streams
        self._verbose = verbose
        self._began: dict[tuple[str, str], float] = {}
        self._waiting: dict[tuple[str, str], threading.Timer] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._unicode = streams.unicode(streams.err)

    def __call__(self, event: Event) -> None:
        """Take an event; called from any thread."""
        key = (event.subject, event.doing)
        with self._lock:
            if self._closed:
                return
            began = self._began.setdefault(key, time.monotonic())
            timer = self._waiting.pop(key, None)
            if timer:
                timer.cancel()
            if self._verbose:
                self._write(event, began)
            elif event.stage is Stage.STARTED:
                self._write_later(key, event, began)
            elif event.stage is Stage.GOING:
                if timer:
                    self._write_later(key, event, began)
            elif event.stage in {Stage.FAILED, Stage.WAITING} or time.monotonic() - began >= PATIENCE_S:
                self._write(event, began)

    def close(self) -> None:
        """Forget what was not worth a line, and hear no more.

        Work that was left behind goes on telling, and Python aborts when a thread writes while the process ends.
        """
        with self._lock:
            self._closed = True
            for timer in self._waiting.values():
                timer.cancel()
            self._waiting.clear()

    def _write_later(self, key: tuple[str, str], event: Event, began: float) -> None:
        def write() -> None:
            with self._lock:
                if self._waiting.pop(key, None):
                    self._write(event, began)

        timer = threading.Timer(max(0.0, began + PATIENCE_S - time.monotonic()), write)
        timer.daemon = True
        self._waiting[key] = timer
        timer.start()

    def _write(self, event: Event, began: float) -> None:
        took = "" if event.stage in {Stage.STARTED, Stage.GOING} else f" ({seconds(time.monotonic() - began)})"
        sign = SIGNS[event.stage] if self._unicode else event.stage.value
        detail = f": {event.detail}" if event.detail else ""
        self._streams.say(f"{sign} {event.subject} {event.doing}{detail}{took}\n")


@contextmanager
def _live(streams: Streams, *, colour: bool) -> Iterator[Progress]:
    """Redraw one line per piece of work; when all is over, leave what failed: the answer tells the rest."""
    from rich.console import Console
    from rich.live import Live

    console = Console(file=streams.err, no_color=not colour, highlight=False, emoji=False, markup=False)
    board = _Board(console)
    try:
        with Live(board, console=console, refresh_per_second=8, transient=True):
            yield board.note
    finally:
        board.leave_failures()


class _Board:
    """The lines of the live display: at most a screen's worth, the finished ones folded first."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._rows: dict[tuple[str, str], tuple[Event, float, float | None]] = {}

    def note(self, event: Event) -> None:
        """Take an event; called from any thread."""
        with self._lock:
            key = (event.subject, event.doing)
            began = self._rows[key][1] if key in self._rows else time.monotonic()
            ended = time.monotonic() if event.stage in {Stage.DONE, Stage.FAILED} else None
            self._rows[key] = (event, began, ended)

    def leave_failures(self) -> None:
        """Print the lines of what failed."""
        for row in self._rows.values():
            if row[0].stage is Stage.FAILED:
                self._console.print(self._row(*row))

    def __rich__(self) -> RenderableType:
        from rich.console import Group

        with self._lock:
            rows = list(self._rows.values())
        room = max(4, self._console.size.height - 2)
        folded = max(0, len(rows) - room)
        shown = sorted(rows, key=lambda row: row[2] is None)[folded:] if folded else rows
        return Group(*(self._row(*row) for row in shown))

    def _row(self, event: Event, began: float, ended: float | None) -> Text:
        from rich.text import Text

        took = seconds((ended or time.monotonic()) - began)
        share = f" {event.done}/{event.total}" if event.total else ""
        line = Text(f"{SIGNS[event.stage]} ", style=STYLES.get(event.stage, "cyan"))
        line.append(f"{event.subject:<22} {event.doing:<16}{share} ")
        line.append(f"{took:>8}  ", style="dim")
        line.append(event.detail, style="dim")
        line.truncate(self._console.width, overflow="ellipsis")
        return line
