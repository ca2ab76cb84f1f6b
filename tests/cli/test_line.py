"""The whole line by separate commands, as processes, against one local Azure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from syrupy.assertion import SnapshotAssertion
from tests.cli.conftest import Azserve

from azserve.emulator.server import Emulator

pytestmark = pytest.mark.xdist_group("cli-line")


def result(azserve: Azserve, *argv: str, env: Mapping[str, str], code: int = 0) -> Any:
    """Run with JSON output and return the result."""
    done = azserve(*argv, "-o", "json", env=env)
    assert done.code == code, done
    document = json.loads(done.out)
    assert document["ok"] is (code == 0)
    return document["result"]


def writes(emulator: Emulator) -> list[str]:
    """Return what was written to the emulator's ARM so far, actions that only read left out."""
    with urlopen(f"{emulator.url}/_emulator/requests") as answer:
        asked = json.load(answer)["value"]
    reads = (
        "listkeys",
        "/validate",
        "/whatif",
        "/checkdomainavailability",
        "/checknameavailability",
        "/checkpolicyrestrictions",
        "/oauth2/",
        "/_hosts/",
        "/_emulator/",
    )
    return [
        f"{each['method']} {each['path']}"
        for each in asked
        if each["method"] not in {"GET", "HEAD"} and not any(word in each["path"].lower() for word in reads)
    ]


@pytest.mark.timeout(600)
def test_the_line_from_nothing_to_nothing(
    azserve: Azserve, local: Mapping[str, str], emulator: Emulator, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    """One test, because each command meets what the one before it left."""
    spoken = {}
    for name, argv in {
        "validate": ("validate",),
        "render": ("render", "--out", "build"),
        "render again": ("render", "--out", "build"),
        "plan": ("plan",),
    }.items():
        spoken[name] = azserve(*argv, "-q", env=local)
    assert writes(emulator) == []

    spoken["deploy"] = azserve("deploy", "-q", "--receipt", "receipt.json", env=local)
    written = writes(emulator)
    assert written
    for name, argv in {
        "deploy again": ("deploy",),
        "plan again": ("plan",),
        "status": ("status", "--check"),
        "info": ("info",),
        "keys": ("keys", "list"),
    }.items():
        spoken[name] = azserve(*argv, "-q", env=local)
    assert writes(emulator) == written

    smoked = azserve("smoke", "-q", env=local)
    spoken["destroy"] = azserve("destroy", "-q", "--yes", env=local)
    spoken["destroy again"] = azserve("destroy", "-q", "--yes", env=local)

    assert {name: done.code for name, done in spoken.items()} == dict.fromkeys(spoken, 0)
    assert smoked.code == 0, smoked
    assert {name: str(done) for name, done in spoken.items()} == snapshot
    receipt = json.loads((tmp_path / "receipt.json").read_text())
    assert [region["state"] for region in receipt["regions"]] == ["deployed"] * 3
    assert receipt["schema"] == "azserve/receipt/v1"


def test_keys_are_shown_only_on_purpose(azserve: Azserve, local: Mapping[str, str]) -> None:
    result(azserve, "deploy", env=local)

    masked = result(azserve, "keys", "list", env=local)["rows"]
    shown = result(azserve, "keys", "list", "--show", env=local)["rows"]

    assert all(set(row["keys"]["primary"]) == {"•"} for row in masked)
    assert all(len(row["keys"]["primary"]) == 32 for row in shown if row["endpoint"] == "r1")


def test_a_drifted_resource_is_told_and_mended(azserve: Azserve, local: Mapping[str, str], tmp_path: Path) -> None:
    seed = Path(local["AZSERVE_CONFIG"]).read_text()
    (tmp_path / "azserve.yaml").write_text(seed + "\ntags: {owner: somebody}\n")
    result(azserve, "deploy", env=local)
    changed = {**local, "AZSERVE_CONFIG": "azserve.yaml"}

    status = result(azserve, "status", "--check", env=changed, code=1)
    assert {row["status"] for row in status["rows"]} == {"drifted"}
    assert {change["path"] for row in status["rows"] for change in row["drift"]} == {"tags.owner"}

    result(azserve, "deploy", env=changed)
    assert {row["status"] for row in result(azserve, "status", "--check", env=changed)["rows"]} == {"ok"}


@pytest.mark.parametrize("output", ["yaml", "tsv"])
def test_other_forms_of_output_carry_the_same_endpoints(
    azserve: Azserve, local: Mapping[str, str], output: str
) -> None:
    result(azserve, "deploy", env=local)

    done = azserve("status", "-o", output, env=local)

    assert done.code == 0
    assert all(region in done.out for region in ("eastus2", "westus3", "northcentralus"))
    assert ("\t" in done.out) is (output == "tsv")


def test_a_query_finds_what_a_script_needs(azserve: Azserve, local: Mapping[str, str]) -> None:
    result(azserve, "deploy", env=local)

    done = azserve("status", "-o", "tsv", "--query", "rows[?endpoint=='r1'].region", env=local)

    assert done.out.split() == ["eastus2", "westus3", "northcentralus"]
