"""`emulator run` and `exec` refuse what they cannot do before anything starts."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Azserve


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["run", "--upstream-model", "llama"], 2, "--upstream-model needs --upstream"),
        (["exec", "--upstream", "ftp://x", "--", "true"], 2, "is no http address"),
        (["exec", "--scenario", "mutant-wrong-texts", "--", "true"], 3, "did you mean `mutant-wrong-text`?"),
        (["exec", "--scenario", "zzz", "--", "true"], 3, "mutant-wrong-text and other mutant-…"),
    ],
)
def test_what_cannot_be_is_refused(azserve: Azserve, arguments: list[str], code: int, said: str) -> None:
    done = azserve("emulator", *arguments)

    assert (done.code, said in " ".join(done.err.split())) == (code, True), done.err


def test_a_state_that_is_no_journal_is_left_alone(azserve: Azserve, tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text("mine\n")

    done = azserve("emulator", "run", "--port", "0", "--state", str(tmp_path))

    assert (done.code, (tmp_path / "journal.jsonl").read_text()) == (3, "mine\n")
    assert "move the file away" in done.err


def test_a_running_emulator_is_one_document_for_who_asks_for_json(environment: dict[str, str], tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "azserve", "emulator", "run", "--port", "0", "-o", "json"],
        env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stderr is not None
    ready = running.stderr.readline()
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=30)
    document = json.loads(out)

    assert (document["schema"], document["ok"]) == ("azserve/emulator-run/v1", True)
    assert document["result"]["address"] in ready
    assert document["result"]["environment"]["AZSERVE_EMULATOR"] == document["result"]["address"]
