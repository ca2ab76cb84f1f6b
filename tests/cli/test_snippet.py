"""`azserve snippet` as a process: the program alone on stdout, and everything else where it belongs."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.cli.conftest import Azserve

from azserve.cli.commands import snippet as command
from azserve.model.snippet import Client, Language, SnippetTask


@pytest.fixture
def deployed(azserve: Azserve, local: Mapping[str, str]) -> Mapping[str, str]:
    """The seed's fleet, standing."""
    assert azserve("deploy", "-q", env=local).code == 0
    return local


def test_the_choices_are_the_ones_there_are() -> None:
    assert list(Language) == list(command.LANGUAGES)
    assert list(SnippetTask) == list(command.TASKS)
    assert list(Client) == list(command.CLIENTS)


def test_the_tasks_are_listed_without_a_file(azserve: Azserve) -> None:
    done = azserve("snippet", "--list", "-o", "json", "--query", "tasks[?task=='image'].needs")

    assert json.loads(done.out)["result"] == [["chat", "images"]]


def test_a_language_has_to_be_named(azserve: Azserve) -> None:
    done = azserve("snippet")

    assert (done.code, done.out) == (2, "")
    assert "python, javascript, csharp, curl" in done.err


def test_the_program_goes_to_stdout_alone_and_into_the_document(
    azserve: Azserve, deployed: Mapping[str, str], tmp_path: Path
) -> None:
    """One test, because a fleet has to stand for all of it."""
    bare = azserve("snippet", "python", "--endpoint", "r1", env=deployed)
    document = json.loads(azserve("snippet", "python", "--endpoint", "r1", "-o", "json", env=deployed).out)
    assert bare.code == 0
    ast.parse(bare.out)
    assert document["result"]["snippet"]["program"] == bare.out
    assert bare.err.startswith("note: this is `r1` in `eastus2`; it also stands in")
    assert [each["code"] for each in document["problems"]] == ["other-regions"]

    refused = azserve("snippet", "curl", "--task", "tools", "--endpoint", "r1", env=deployed)
    assert (refused.code, refused.out) == (5, "")
    assert "does not do `tools`, as published" in refused.err

    two = azserve("snippet", "curl", env=deployed)
    assert (two.code, two.out) == (2, "")
    assert "`r1`, `v32`" in two.err

    out = tmp_path / "it's.sh"
    out.write_text("mine")
    kept = azserve("snippet", "curl", "--endpoint", "v32", "--out", str(out), env=deployed)
    assert (kept.code, out.read_text()) == (3, "mine")


def test_what_the_head_of_a_program_says_to_type_makes_it_run(
    azserve: Azserve, deployed: Mapping[str, str], environment: dict[str, str], tmp_path: Path
) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not there")
    (tmp_path / "my fleet.yaml").write_text(Path(deployed["AZSERVE_CONFIG"]).read_text())
    done = azserve(
        "snippet", "curl", "--task", "info", "-c", "my fleet.yaml", "--region", "westus3", "--out", "info.sh",
        env=deployed, cwd=tmp_path,
    )  # fmt: skip
    assert done.code == 0
    head = (tmp_path / "info.sh").read_text().partition("\n\n")[0].splitlines()
    said = [line.partition(":")[2].strip() for line in head if line.startswith(("# Key:", "# Run:"))]
    ran = subprocess.run(
        ["sh", "-ec", "\n".join(said)], env={**environment, **deployed}, cwd=tmp_path, capture_output=True, text=True,
        timeout=100,
    )  # fmt: skip

    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["model_name"] == "DeepSeek-R1"


def test_nothing_deployed_is_said(azserve: Azserve, local: Mapping[str, str]) -> None:
    done = azserve("snippet", "python", env=local)

    assert done.code == 1
    assert "has no endpoint in Azure" in done.err
