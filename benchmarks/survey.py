"""A survey of many regions against a bare fetch that only parses JSON: the same lists, as late as Azure sends them.

Every answer comes 150 ms late and a model list has 600 KB. Targets: 30 regions and one model within 1.3 times the bare
fetch without imports and token, and within 2 times as whole processes; 60 regions and 10 models within 2 times; less
than 150 MiB at the peak; where a fifth of the answers is 429, the same verdicts. Each is the best of several runs,
taken in turns, because other work on the machine only ever adds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

DELAY_MS, ENTRIES, ROUNDS = 150, 350, 5
MOST_MIB = 150.0


@contextmanager
def server(throttled: int = 0) -> Iterator[int]:
    """Start one, yield its port, and stop it in the end."""
    command = [sys.executable, "-m", "benchmarks._lists_server", str(DELAY_MS), str(ENTRIES), str(throttled)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def run(kind: str, port: int, regions: int, models: int) -> dict[str, Any]:
    """Run one program; `process` is how long all of it took."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks._survey_program", kind, str(port), str(regions), str(models)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return {**json.loads(done.stdout), "process": time.perf_counter() - began}


def compared(port: int, regions: int, models: int) -> tuple[float, float, float]:
    """Return how many times longer ours takes, as a function and as a process, and its peak of memory in MiB."""
    bare, ours = [], []
    for _ in range(ROUNDS):
        bare.append(run("bare", port, regions, models))
        ours.append(run("ours", port, regions, models))
    inside, whole = (min(one[what] for one in ours) / min(one[what] for one in bare) for what in ("seconds", "process"))
    peak = min(one["peak_mib"] for one in ours)
    print(
        f"{regions} regions, {models} models: bare {min(one['seconds'] for one in bare):.2f} s, ours "
        f"{min(one['seconds'] for one in ours):.2f} s: {inside:.2f}×; as processes {whole:.2f}×; peak {peak:.0f} MiB"
    )
    return inside, whole, peak


def main() -> bool:
    """Measure and compare."""
    with server() as port:
        one, one_process, one_peak = compared(port, 30, 1)
        many, _, many_peak = compared(port, 60, 10)
        undisturbed = run("ours", port, 30, 1)["found"]
    with server(throttled=20) as port:
        throttled = run("ours", port, 30, 1)
    print(f"a fifth 429: {throttled['seconds']:.1f} s, verdicts {throttled['found']} against {undisturbed}")
    memory = max(one_peak, many_peak) < MOST_MIB
    return one <= 1.3 and one_process <= 2 and many <= 2 and memory and throttled["found"] == undisturbed


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
