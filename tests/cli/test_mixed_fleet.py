"""The mixed fleet over eight regions, from nothing to proof: `deploy`, then `smoke` with all of its reports."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.cli.conftest import REPOSITORY, Azserve

from azserve.emulator.server import Emulator

pytestmark = pytest.mark.timeout(300)
MIXED = REPOSITORY / "examples" / "mixed-eight-regions.yaml"
THINKS = {"json", "json-schema", "tools", "image", "embeddings"}
"""What the catalogue publishes R1 not to do, and so on for the others."""
LACKING = {
    "r1": {*THINKS, "connection"},
    "v32": {"info", "image", "embeddings", "connection"},
    "cmd": {"reasoning", "image", "embeddings", "connection"},
}
REQUIRED = {"r1": {"chat", "stream"}, "v32": {"chat", "stream", "tools", "json"}, "cmd": {"chat", "stream"}}


def by_endpoint(findings: list[dict[str, Any]], wanted: str) -> dict[str, set[str]]:
    """Return the probes with such an outcome, by endpoint, all regions together."""
    found = defaultdict(set)
    for each in findings:
        if each["outcome"] == wanted:
            found[each["endpoint"]].add(each["probe"])
    return dict(found)


def test_the_mixed_fleet_passes_with_what_is_not_supported_marked(
    azserve: Azserve, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.reset()
    env = {**emulator.environment(), "AZSERVE_CONFIG": str(MIXED)}

    deployed = azserve("deploy", "-q", env=env)
    smoked = azserve("smoke", "-q", "-o", "json", "--junit", "j.xml", "--markdown", "m.md", env=env)

    assert (deployed.code, smoked.code) == (0, 0), (deployed, smoked)
    findings = json.loads(smoked.out)["result"]["findings"]
    assert len({each["region"] for each in findings}) == 6
    assert by_endpoint(findings, "unsupported-as-expected") == LACKING
    assert by_endpoint(findings, "unknown") == {"v32": {"reasoning"}}
    assert not {"failed", "flaky", "unexpectedly-supported", "skipped"} & {each["outcome"] for each in findings}
    required = {(each["endpoint"], each["probe"]) for each in findings if each["required"]}
    assert required == {(key, probe) for key, probes in REQUIRED.items() for probe in probes}
    suites = ET.parse(tmp_path / "j.xml").getroot()
    assert (suites.get("failures"), suites.get("errors")) == ("0", "0")
    assert "➖ unsupported-as-expected" in (tmp_path / "m.md").read_text()


@pytest.mark.parametrize(
    ("columns", "seen"),
    [(80, "v32  uksouth\n  (info)"), (200, "tokens/s   finding"), (200, "v32        uksouth          tools")],
)
def test_what_people_see_of_it_fits_their_terminal(
    azserve: Azserve, emulator: Emulator, columns: int, seen: str
) -> None:
    env = {**emulator.environment(), "AZSERVE_CONFIG": str(MIXED), "COLUMNS": str(columns)}
    assert azserve("deploy", "-q", env=env).code == 0

    done = azserve("smoke", "-q", "--endpoint", "v32", env=env)

    assert done.code == 0, done
    assert seen in done.out
    assert max(len(line) for line in done.out.splitlines()) <= columns
