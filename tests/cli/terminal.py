"""A pseudo-terminal with a process on it: what a person types, and what he sees."""

from __future__ import annotations

import errno
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)
"""Run in the child: only a terminal of its own sends it SIGINT for Ctrl-C."""
CTRL_C = "\x03"
CTRL_D = "\x04"
PATIENCE_S = 30.0


class Terminal:
    """A process whose stdin, stdout and stderr are one terminal. A context manager; ends what it started."""

    def __init__(self, argv: list[str], *, env: Mapping[str, str], cwd: Path) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, sys.executable, "-m", "azserve", *argv],
            env=env, cwd=cwd, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.seen = ""
        self._read_up_to = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, where it has not ended, and take the terminal away."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def sees(self, words: str) -> str:
        """Wait until a pattern is seen, further on than what was waited for last; return what came until it."""
        until = time.monotonic() + PATIENCE_S
        while True:
            found = re.search(words, self.seen[self._read_up_to :])
            if found:
                start = self._read_up_to
                self._read_up_to += found.end()
                return self.seen[start : self._read_up_to]
            if not self._read(until):
                raise AssertionError(f"{words!r} was never seen in {self.seen[self._read_up_to :]!r}")

    def prompts(self) -> None:
        """Wait for the prompt, and until the process waits in turn.

        CPython's own `input` does not hear a Ctrl-C that comes between its prompt and its first look at the keyboard.
        """
        self.sees("> ")
        still = 0
        until = time.monotonic() + PATIENCE_S
        while still < 3 and time.monotonic() < until:
            time.sleep(0.05)
            still = still + 1 if _sleeps(self.process.pid) else 0

    def ends(self) -> int:
        """Wait for the process and return its exit code."""
        until = time.monotonic() + PATIENCE_S
        while self._read(until):
            pass
        return self.process.wait(PATIENCE_S)

    def _read(self, until: float) -> bool:
        left = until - time.monotonic()
        if left <= 0 or not select.select([self._master], [], [], left)[0]:
            return False
        try:
            part = os.read(self._master, 65536)
        except OSError as error:
            if error.errno != errno.EIO:  # what Linux says when nobody holds the other side any more
                raise
            return False
        self.seen += part.decode(errors="replace").replace("\r\n", "\n")
        return bool(part)


def _sleeps(pid: int) -> bool:
    """Whether a process does nothing; where that cannot be found out, it is taken to."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "S"
    except OSError:
        return True
