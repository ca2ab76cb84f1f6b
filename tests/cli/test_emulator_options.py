"""`emulator run` and `exec` refuse what they cannot do before anything starts."""

from __future__ import annotations

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
