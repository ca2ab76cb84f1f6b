"""Where output goes: pipes that close, disks that are full, terminals without Unicode."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.cli.conftest import EXAMPLE, Azserve

FULL = Path("/dev/full")
NO_UNICODE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
EMOJI = (
    "fleet: chat\ntags: {owner: 'é 🚀 –'}\nregions: [eastus2]\nendpoints: {p: {model: Phi-4, hosting: serverless}}\n"
)


def into(redirection: str, *argv: str, env: Mapping[str, str]) -> tuple[int, str]:
    """Run azserve under a shell that redirects its output; return its own exit code, and stderr where it is kept."""
    done = subprocess.run(
        ["bash", "-c", f'set -o pipefail; "$@" {redirection}', "sh", sys.executable, "-m", "azserve", *argv],
        env=dict(env), capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.fixture
def absent(tmp_path: Path) -> str:
    """A file that is not there: the command fails with 3, and has a document to print all the same."""
    return str(tmp_path / "none.yaml")


def test_a_reader_who_leaves_does_not_change_a_failures_exit_code(environment: Mapping[str, str], absent: str) -> None:
    code, err = into("| sh -c 'exec <&-; sleep 2'", "validate", "-c", absent, "-o", "json", env=environment)

    assert code == 3
    assert "Traceback" not in err
    assert "Exception ignored" not in err


def test_a_reader_who_leaves_is_no_failure(environment: Mapping[str, str]) -> None:
    assert into("| sh -c 'exec <&-; sleep 2'", "validate", "-c", str(EXAMPLE), "-o", "json", env=environment) == (0, "")
    assert into("| sh -c 'exec <&-; sleep 2'", "plan", "--help", env=environment) == (0, "")


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&-"])
def test_streams_that_are_closed_lead_nowhere(environment: Mapping[str, str], absent: str, redirection: str) -> None:
    assert into(redirection, "validate", "-c", str(EXAMPLE), env=environment) == (0, "")
    assert into(redirection, "validate", "-c", absent, env=environment)[0] == 3


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("output", ["table", "json"])
def test_a_full_disk_is_told(environment: Mapping[str, str], output: str) -> None:
    code, err = into("> /dev/full", "validate", "-c", str(EXAMPLE), "-o", output, env=environment)

    assert code == 3
    assert err.startswith("error: the answer could not be written: no space left on device\n")
    assert "Traceback" not in err
    assert "Exception ignored" not in err


def test_work_goes_on_when_nobody_listens_to_its_progress(
    azserve: Azserve, environment: Mapping[str, str], local: Mapping[str, str]
) -> None:
    code, _ = into("2>&1 >/dev/null | true", "deploy", "-v", env={**environment, **local})
    status = azserve("status", "--check", env=local)

    assert (code, status.code) == (0, 0)


def test_a_terminal_without_unicode_gets_other_signs(azserve: Azserve) -> None:
    done = azserve("validate", "-c", str(EXAMPLE), env=NO_UNICODE)

    assert (done.code, done.err) == (0, "")
    assert done.out.isascii()
    assert done.out.startswith("ok ")
    assert "?" not in done.out


@pytest.mark.parametrize("output", ["json", "yaml"])
def test_data_loses_nothing_where_there_is_no_unicode(azserve: Azserve, tmp_path: Path, output: str) -> None:
    import yaml

    (tmp_path / "azserve.yaml").write_text(EMOJI, encoding="utf-8")

    done = azserve("validate", "--show", "-o", output, env=NO_UNICODE)

    document = json.loads(done.out) if output == "json" else yaml.safe_load(done.out)
    assert done.out.isascii()
    assert "é 🚀 –" in {value["value"] for value in document["result"]["values"]}


def test_a_name_that_no_encoding_has_is_no_bug(azserve: Azserve, tmp_path: Path) -> None:
    done = azserve("validate", "-c", os.fsdecode(b"bad\xff.yaml"))

    assert done.code == 3
    assert "bad?.yaml" in done.err


def test_a_mistake_in_the_query_is_told_before_anything_is_done(azserve: Azserve, tmp_path: Path) -> None:
    done = azserve("init", "--query", "rows[")

    assert done.code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_document_names_the_same_verb_whether_it_fails_or_not(azserve: Azserve) -> None:
    failed = json.loads(azserve("keys", "list", "-o", "json").out)
    done = json.loads(azserve("emulator", "facts", "-o", "json").out)

    assert (failed["schema"], done["schema"]) == ("azserve/keys-list/v1", "azserve/emulator-facts/v1")


def test_what_follows_two_dashes_is_another_commands(azserve: Azserve) -> None:
    done = azserve("emulator", "exec", "--scenario", "nowhere", "--", "azserve", "plan", "-o", "json")

    assert done.code == 3
    assert done.out == ""
