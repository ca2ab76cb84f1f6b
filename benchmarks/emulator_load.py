"""The emulator as a process of its own under load: 10,000 mixed requests from 32 clients, its memory, start and rest.

Targets: no error; memory flat when the same load is repeated; from start to ready within 3 times what importing
uvicorn and starlette takes; an idle emulator takes no CPU. Memory and CPU are read from /proc, so Linux only.
"""

from __future__ import annotations

import json
import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

REQUESTS, CLIENTS, ROUNDS = 10_000, 32, 3
ARM = "2021-04-01"
COGNITIVE = "2025-06-01"
IDLE_S = 5.0
_LAST = 5
"""Requests that clearing away takes, about."""
_LISTED = ("locations/eastus2/models", "locations/eastus2/usages", "skus")


@dataclass(frozen=True, slots=True)
class Running:
    """An emulator and what its clients need."""

    process: subprocess.Popen[str]
    port: int
    subscription: str
    identity: str

    @property
    def resident_mb(self) -> float:
        """Memory it holds."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) / 1024

    @property
    def cpu_s(self) -> float:
        """Seconds of CPU it has taken."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running() -> Iterator[Running]:
    """Start one and stop it in the end."""
    program = (
        "import sys\n"
        "from azserve.emulator.server import Emulator\n"
        "one = Emulator(speed=100)\n"
        "def ready():\n"
        "    print(one.url.rpartition(':')[2], one.subscription, one.identity_header, flush=True)\n"
        "one.serve_forever(ready=ready)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port, subscription, identity = process.stdout.readline().split()
        yield Running(process, int(port), subscription, identity)
    finally:
        process.terminate()
        process.wait(10)


class Client:
    """One client with one connection: makes a group and an account of its own, asks of them, and removes them."""

    def __init__(self, emulator: Running, number: int, seed: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", emulator.port, timeout=60)
        self._choose = random.Random(f"{number}/{seed}")
        self._group = f"/subscriptions/{emulator.subscription}/resourceGroups/rg{number}"
        self._provider = f"/subscriptions/{emulator.subscription}/providers/Microsoft.CognitiveServices"
        self._account = f"{self._group}/providers/Microsoft.CognitiveServices/accounts/bench-{number}"
        self._host = f"/_hosts/bench-{number}.services.ai.azure.com"
        token = self.ask(
            "GET",
            "/msi/token?api-version=2019-08-01&resource=https://management.azure.com/",
            {"X-IDENTITY-HEADER": emulator.identity},
        )[1]["access_token"]
        self._signed_in = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.statuses: Counter[int] = Counter()
        self.seconds: list[float] = []

    def ask(self, method: str, path: str, headers: dict[str, str], body: object = None) -> tuple[int, dict[str, str]]:
        """Send one request; return status and body."""
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        return answer.status, json.loads(raw) if raw.startswith(b"{") else {}

    def arm(self, method: str, path: str, version: str, body: object = None) -> dict[str, str]:
        """Send one request to ARM, counted and timed."""
        begun = time.perf_counter()
        status, found = self.ask(method, f"{path}?api-version={version}", self._signed_in, body)
        self.seconds.append(time.perf_counter() - begun)
        self.statuses[status] += 1
        return found

    def run(self, requests: int) -> None:
        """Furnish, ask at random until few requests are left, clear away."""
        self.arm("PUT", self._group, ARM, {"location": "eastus2"})
        properties = {"customSubDomainName": self._host.removeprefix("/_hosts/").partition(".")[0]}
        account = {"location": "eastus2", "kind": "AIServices", "sku": {"name": "S0"}, "properties": properties}
        self.arm("PUT", self._account, COGNITIVE, account)
        while len(self.seconds) < 10 and self._state() != "Succeeded":
            time.sleep(0.01)
        sku = {"name": "GlobalStandard", "capacity": 1}
        model = {"format": "DeepSeek", "name": "DeepSeek-V3.2", "version": "1"}
        self.arm("PUT", f"{self._account}/deployments/v32", COGNITIVE, {"sku": sku, "properties": {"model": model}})
        key = self.arm("POST", f"{self._account}/listKeys", COGNITIVE)["key1"]
        while len(self.seconds) < requests - _LAST:
            self._ask_something(key)
        self.arm("DELETE", self._account, COGNITIVE)
        while "error" not in self.arm("GET", self._account, COGNITIVE):
            time.sleep(0.02)
        group, name = (path.rpartition("/")[2] for path in (self._group, self._account))
        deleted = f"{self._provider}/locations/eastus2/resourceGroups/{group}/deletedAccounts/{name}"
        self.arm("DELETE", deleted, COGNITIVE)
        self.arm("DELETE", self._group, ARM)
        self._connection.close()

    def _state(self) -> str:
        found: dict[str, dict[str, str]] = self.arm("GET", self._account, COGNITIVE)  # type: ignore[assignment]
        return found["properties"]["provisioningState"]

    def _ask_something(self, key: str) -> None:
        match self._choose.randrange(6):
            case 0:
                self.arm("GET", self._account, COGNITIVE)
            case 1:
                self.arm("GET", f"{self._provider}/{self._choose.choice(_LISTED)}", COGNITIVE)
            case 2:
                self.arm("PATCH", self._group, ARM, {"tags": {"n": str(len(self.seconds))}})
            case 3:
                self.arm("GET", f"{self._group}/resources", ARM)
            case 4:
                self.arm("GET", f"{self._account}/deployments", COGNITIVE)
            case _:
                self._chat(key)

    def _chat(self, key: str) -> None:
        body = {"model": "v32", "messages": [{"role": "user", "content": "What is 7*6?"}], "max_tokens": 20}
        path = f"{self._host}/models/chat/completions?api-version=2024-05-01-preview"
        begun = time.perf_counter()
        status, _ = self.ask("POST", path, {"api-key": key, "Content-Type": "application/json"}, body)
        self.seconds.append(time.perf_counter() - begun)
        self.statuses[status] += 1


EXPECTED = {200, 201, 202, 204, 404, 429}
"""404 and 429 are what a fresh deployment and one with a capacity of 1 say; anything else is an error."""


def load(emulator: Running, seed: int) -> tuple[Counter[int], list[float], float]:
    """Send all requests from all clients; return statuses, latencies and the seconds it took."""
    clients = [Client(emulator, number, seed) for number in range(CLIENTS)]
    failures: list[BaseException] = []

    def work(client: Client) -> None:
        try:
            client.run(-(-REQUESTS // CLIENTS))
        except (OSError, KeyError, ValueError) as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begun
    if failures:
        raise failures[0]
    statuses: Counter[int] = sum((client.statuses for client in clients), Counter())
    return statuses, [one for client in clients for one in client.seconds], took


def start_ratio(times: int = 5) -> float:
    """Return how long start to ready takes, in imports of uvicorn and starlette; both medians, taken in turn."""
    imports, starts = [], []
    peer = "import uvicorn, uvicorn.protocols.http.h11_impl, starlette.applications, starlette.routing"
    for _ in range(times):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", peer], check=True)
        imports.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        with running():
            starts.append(time.perf_counter() - begun)
    return statistics.median(starts) / statistics.median(imports)


def main() -> bool:
    """Measure, print, and say whether all targets are met."""
    ratio = start_ratio()
    print(f"start to ready: {ratio:.2f} times importing uvicorn and starlette (target 3)")
    with running() as emulator:
        memory = []
        unexpected = Counter[int]()
        for turn in range(ROUNDS):
            statuses, seconds, took = load(emulator, turn)
            unexpected += Counter({status: count for status, count in statuses.items() if status not in EXPECTED})
            memory.append(emulator.resident_mb)
            tail = statistics.quantiles(seconds, n=100)[98]
            print(
                f"{sum(statuses.values())} requests, {CLIENTS} clients: {took:.1f} s, "
                f"{len(seconds) / took:.0f}/s, 99th percentile {tail * 1000:.0f} ms, {memory[-1]:.0f} MB, "
                f"{dict(sorted(statuses.items()))}"
            )
        before = emulator.cpu_s
        time.sleep(IDLE_S)
        idle = emulator.cpu_s - before
    growth = memory[-1] / memory[1]
    print(f"unexpected answers: {dict(unexpected) or 'none'}")
    print(f"memory: {growth:.2f} times that of the round before (target 1.05)")
    print(f"idle: {idle:.2f} s of CPU in {IDLE_S:g} s (target 0.02)")
    return ratio <= 3 and not unexpected and growth <= 1.05 and idle <= 0.02
