"""`--tls`: what a command is told, and what a shell is told to export."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Azserve

ASK = """
import json, os, urllib.request
url = os.environ["AZSERVE_EMULATOR_TLS"] + "/_emulator/health"
print(json.load(urllib.request.urlopen(url))["status"], os.path.exists(os.environ["AZSERVE_EMULATOR_CA"]))
"""


def test_a_command_inside_exec_trusts_the_local_azure(azserve: Azserve) -> None:
    done = azserve("emulator", "exec", "--tls", "--", sys.executable, "-c", ASK)

    assert (done.code, done.out) == (0, "ok True\n")


def test_without_it_nothing_is_said_of_https(azserve: Azserve) -> None:
    said = "import os; print(sorted(name for name in os.environ if 'TLS' in name or 'BUNDLE' in name))"

    assert azserve("emulator", "exec", "--", sys.executable, "-c", said).out == "[]\n"


def test_run_says_both_addresses_and_where_its_authority_is(environment: dict[str, str], tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "azserve", "emulator", "run", "--port", "0", "--tls"],
        env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stderr is not None
    lines = [running.stderr.readline(), running.stderr.readline()]
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=30)
    authority = Path(lines[0].rpartition("certificate authority ")[2].strip())

    assert lines[0].startswith("also at https://127.0.0.1:")
    assert lines[1].startswith("azserve emulator ready at http://127.0.0.1:")
    assert f"export AZSERVE_EMULATOR_CA='{authority}'" in out
    assert (running.returncode, authority.exists()) == (0, False)
