"""`azserve demo`: what a newcomer sees first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import KEPT, Azserve, Done

SPEED = ("--speed", "50")
REGIONS = ["eastus2", "westus3", "northcentralus"]
RENDERED = ["main.bicep", "main.json", "region.bicep", "region.json", "region.parameters.json"]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Path]:
    """One demo that keeps its files, in a shell that is set up for somebody's own Azure."""
    out = tmp_path_factory.mktemp("demo") / "kept"
    kept = {name: value for name, value in os.environ.items() if name in KEPT or "COV" in name}
    theirs = {
        "AZURE_SUBSCRIPTION_ID": "mine",
        "AZURE_CLIENT_ID": "me",
        "AZSERVE_CLOUD": "usgov",
        "AZSERVE_CONFIG": "no",
    }
    done = subprocess.run(
        [sys.executable, "-m", "azserve", "demo", *SPEED, "--out", str(out)],
        env={**kept, **theirs, "PYTHONUTF8": "1"}, cwd=out.parent, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr), out


def document(out: Path) -> Any:
    return json.loads((out / "receipt.json").read_text())


def test_the_demo_succeeds_whatever_azure_the_shell_is_set_up_for(shown: tuple[Done, Path]) -> None:
    assert shown[0].code == 0, shown[0]


def test_the_rendered_files_of_each_region_are_kept(shown: tuple[Done, Path]) -> None:
    kept = sorted(path.relative_to(shown[1]).as_posix() for path in shown[1].rglob("*") if path.is_file())

    assert kept == sorted([*(f"{region}/{name}" for region in REGIONS for name in RENDERED), "receipt.json"])


def test_the_receipt_tells_of_every_region(shown: tuple[Done, Path]) -> None:
    assert [(each["region"], each["state"]) for each in document(shown[1])["regions"]] == [
        (region, "deployed") for region in REGIONS
    ]


def test_it_ends_as_the_tutorial_does(shown: tuple[Done, Path]) -> None:
    lines = [line.strip() for line in shown[0].out.splitlines()]

    for start in (
        "! replaying the seed; Azure retired this model on 2026-08-13, replacement DeepSeek-V4-Pro",
        "Model name: DeepSeek-R1", "Model type: chat-completions", "Model provider name: DeepSeek",
        "Response:", "Thinking: Okay, the user is asking how many languages", "Answer: The exact number of languages",
        "Model: DeepSeek-R1", "Usage:", "Prompt tokens: 11", "Total tokens: 897", "Completion tokens: 886",
    ):  # fmt: skip
        assert any(line.startswith(start) for line in lines), start


def test_each_region_has_a_table_of_its_own(shown: tuple[Done, Path]) -> None:
    headings = [line.split(":")[0] for line in shown[0].out.splitlines() if ": deployed in " in line]

    assert headings == REGIONS


def test_as_json_it_is_one_document(azserve: Azserve, tmp_path: Path) -> None:
    done = azserve("demo", *SPEED, "-o", "json")

    told = json.loads(done.out)
    assert (done.code, told["ok"], told["schema"], told["problems"]) == (0, True, "azserve/demo/v1", [])
    assert told["result"]["render"] is None
    assert [path for path in tmp_path.iterdir() if path.suffix == ".json"] == []


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_deployed(azserve: Azserve, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")

    done = azserve("demo", *SPEED, "--out", "kept/below")

    assert done.code in {2, 3}, done
    assert done.err.count("error: ") == 1
    assert "deployed" not in done.err
