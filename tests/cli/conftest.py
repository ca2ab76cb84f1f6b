"""Runs azserve as a process, the way a person or a pipeline does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from azserve.emulator.server import Emulator

REPOSITORY = Path(__file__).parents[2]
EXAMPLE = REPOSITORY / "examples" / "deepseek-r1.yaml"
SPEED = 50.0
KEPT = frozenset({"PATH", "PYTHONPATH", "LANG", "TMPDIR"})
"""Variables of the shell that a command under test needs to find itself."""


@dataclass(frozen=True)
class Done:
    """A process that ended."""

    code: int
    out: str
    err: str

    def __str__(self) -> str:
        """The form that is snapshotted: what differs from run to run is named instead."""
        return f"exit {self.code}\n--- stdout\n{steady(self.out)}--- stderr\n{steady(self.err)}"


def steady(text: str) -> str:
    """Replace ports, durations, keys and paths of this machine, and the widths that follow from them."""
    text = text.replace(str(REPOSITORY), "<repository>")
    text = re.sub(r"127\.0\.0\.1:\d{4,5}", "127.0.0.1:<port>", text)
    text = re.sub(r" *(?<![\d.])\d+(\.\d+)? m?s\b", " N s", text)
    text = re.sub(r"─+", "────", re.sub(r" +took\b", " took", text))
    text = re.sub(r"[\d,]+ tokens at most, .*", "N tokens at most, N", text)
    text = re.sub(r"•+[0-9a-f]{4}", "••••••••<tail>", text)
    text = re.sub(r" *\d+\.\d KiB", " N KiB", text)
    return re.sub(r"/tmp/[\w./-]*pytest-[\w./-]*", "<tmp>", text)


Azserve = Callable[..., Done]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder of nobody's, so that no configuration of the machine's owner is read."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """A shell in which nothing of Azure is set; output as in a log, 120 columns wide."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT or "COV" in name}
    kept["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    return {**kept, "HOME": str(home), "COLUMNS": "120", "NO_COLOR": "1", "PYTHONUTF8": "1"}


@pytest.fixture
def azserve(environment: dict[str, str], tmp_path: Path) -> Azserve:
    """Run `azserve …` in an empty folder."""

    def run(*argv: str, env: Mapping[str, str] | None = None, cwd: Path = tmp_path, stdin: str = "") -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "azserve", *argv],
            env={**environment, **(env or {})}, cwd=cwd, input=stdin, capture_output=True, text=True, timeout=100,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """A local Azure for the module's tests, its clock fast."""
    with Emulator(speed=SPEED) as running:
        yield running


@pytest.fixture
def local(emulator: Emulator) -> Mapping[str, str]:
    """What `emulator exec` sets, and the seed's file; the local Azure is empty."""
    emulator.reset()
    return {**emulator.environment(), "AZSERVE_CONFIG": str(EXAMPLE)}
