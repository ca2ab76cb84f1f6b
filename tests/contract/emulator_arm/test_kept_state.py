"""`emulator run --state`: killed outright, started again, and all that was acknowledged is there."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

GROUPS = 40


@contextmanager
def _running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str, dict[str, str]]]:
    """A process, its address and what it says to export."""
    command = [sys.executable, "-m", "azserve", "emulator", "run", "--port", "0", "--state", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        ready = process.stderr.readline()
        found = re.search(r"http://\S+", ready)
        assert found, ready
        exports = dict(re.findall(r"export (\w+)='(.*)'", "".join(process.stdout.readline() for _ in range(6))))
        yield process, found.group(), exports
    finally:
        process.kill()
        process.wait(20)
        process.stdout.close()
        process.stderr.close()


def _client(url: str, exports: dict[str, str]) -> httpx2.Client:
    asked = httpx2.get(
        f"{url}/msi/token",
        params={"api-version": "2019-08-01", "resource": "https://management.azure.com"},
        headers={"X-IDENTITY-HEADER": exports["IDENTITY_HEADER"]},
    )
    token = asked.json()["access_token"]
    root = f"{url}/subscriptions/{exports['AZURE_SUBSCRIPTION_ID']}/resourcegroups"
    return httpx2.Client(
        base_url=root, headers={"Authorization": f"Bearer {token}"}, params={"api-version": "2021-04-01"}
    )


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    with _running(tmp_path) as (process, url, exports):
        with _client(url, exports) as client:
            made = [
                name
                for name in (f"rg{number}" for number in range(GROUPS))
                if client.put(f"/{name}", json={"location": "eastus2"}).status_code == 201
            ]
        process.send_signal(signal.SIGKILL)
        process.wait(20)

    with _running(tmp_path) as (_, url, again), _client(url, exports) as client:
        listed = [one["name"] for one in client.get("").json()["value"]]

    assert again["IDENTITY_HEADER"] == exports["IDENTITY_HEADER"]
    assert listed == made == [f"rg{number}" for number in range(GROUPS)]
