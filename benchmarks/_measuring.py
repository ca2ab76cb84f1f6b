"""Running two programs by turns and comparing what they took."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
_PER_MB: Final = 1024.0
"""`ru_maxrss` counts kilobytes on Linux."""


class Clock(StrEnum):
    """Which time counts."""

    CPU = "cpu"
    """What the process itself computed: steady on a busy machine."""
    WALL = "wall"
    """What passed: for programs that wait."""


@dataclass(frozen=True, slots=True)
class Took:
    """What one run took, from the first line of its program to the last."""

    cpu_s: float
    wall_s: float
    peak_mb: float

    def seconds(self, clock: Clock) -> float:
        """The time that counts."""
        return self.cpu_s if clock is Clock.CPU else self.wall_s

    def __str__(self) -> str:
        return f"{self.cpu_s:.3f} s of CPU, {self.wall_s:.3f} s, at most {self.peak_mb:.0f} MB"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The best run of each side."""

    subject: Took
    peer: Took
    clock: Clock

    @property
    def ratio(self) -> float:
        """How many times the peer's time."""
        return self.subject.seconds(self.clock) / self.peer.seconds(self.clock)


@contextmanager
def took() -> Iterator[None]:
    """Print, as the last line, what the block took; everything that counts is inside, imports too."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _PER_MB
    print(json.dumps({"cpu_s": cpu, "wall_s": wall, "peak_mb": peak}))


def compare(subject: str, peer: str, clock: Clock, rounds: int = 7) -> Comparison:
    """Run two modules by turns, after one run each that only warms up, and keep the best of each."""
    runs: dict[str, list[Took]] = {subject: [], peer: []}
    for number in range(rounds + 1):
        for module, found in runs.items():
            one = _run(module)
            if number:
                found.append(one)
    best = [min(found, key=lambda one: one.seconds(clock)) for found in runs.values()]
    return Comparison(best[0], best[1], clock)


def _run(module: str) -> Took:
    environment: Mapping[str, str] = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    done = subprocess.run(
        [sys.executable, "-m", module], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return Took(**json.loads(done.stdout.splitlines()[-1]))
