"""What a pipeline goes by: one message, the right exit code, and the other regions untouched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from tests.cli.conftest import EXAMPLE, SPEED, Azserve, Done

from azserve.emulator.server import Emulator

REGIONS = ["eastus2", "westus3", "northcentralus"]
ENDPOINTS = "Microsoft.MachineLearningServices/workspaces/serverlessEndpoints"


def put(emulator: Emulator, what: str, body: object) -> None:
    """Set the emulator's `scenario`, `faults` or `clock`."""
    request = Request(f"{emulator.url}/_emulator/{what}", method="PUT", data=json.dumps(body).encode())
    with urlopen(request):
        pass


@pytest.fixture
def local(emulator: Emulator, local: Mapping[str, str]) -> Mapping[str, str]:
    put(emulator, "clock", {"speed": SPEED})
    return local


def failing_in(*regions: str) -> Mapping[str, object]:
    failure = {"type": ENDPOINTS, "locations": list(regions), "code": "QuotaExceeded", "message": "No room here."}
    return {"failures": [failure]}


def document(done: Done) -> Any:
    assert "Traceback" not in done.err
    return json.loads(done.out)


def states(done: Done) -> list[str]:
    return [each["state"] for each in document(done)["result"]["receipt"]["regions"]]


def test_one_region_that_fails_leaves_the_others_standing(
    azserve: Azserve, local: Mapping[str, str], emulator: Emulator
) -> None:
    put(emulator, "scenario", failing_in("westus3"))

    done = azserve("deploy", "-o", "json", env=local)

    assert (done.code, states(done)) == (6, ["deployed", "failed", "deployed"])
    (problem,) = document(done)["problems"]
    assert (problem["code"], problem["message"]) == ("QuotaExceeded", "No room here")
    assert problem["where"].startswith("westus3/r1-")
    assert f"error: {problem['where']}: No room here\n" in done.err


def test_all_regions_that_fail_are_told_each(azserve: Azserve, local: Mapping[str, str], emulator: Emulator) -> None:
    put(emulator, "scenario", failing_in(*REGIONS))

    done = azserve("deploy", "-o", "json", env=local)

    assert (done.code, states(done)) == (7, ["failed"] * 3)
    assert [each["where"].partition("/")[0] for each in document(done)["problems"]] == REGIONS


def test_what_outlasts_the_wait_is_joined_by_the_next_run_and_by_no_other(
    azserve: Azserve, local: Mapping[str, str], emulator: Emulator, tmp_path: Path
) -> None:
    """One test, because each run meets what the one before it left in flight."""
    put(emulator, "scenario", {"regions": {region: {"slowness": 1000} for region in REGIONS}})
    (tmp_path / "changed.yaml").write_text(EXAMPLE.read_text() + "\ntags: {owner: somebody}\n")

    left = azserve("deploy", "--wait", "1", "-o", "json", env=local)
    assert (left.code, states(left)) == (8, ["running"] * 3)

    other = azserve("deploy", "-c", "changed.yaml", "-o", "json", env=local)
    assert (other.code, document(other)["problems"][0]["code"]) == (9, "DeploymentActive")

    put(emulator, "clock", {"speed": 1000 * SPEED})
    joined = azserve("deploy", "-o", "json", env=local)
    assert joined.code == 0, joined
    assert all(
        each["uri"] for region in document(joined)["result"]["receipt"]["regions"] for each in region["endpoints"]
    )


def test_nobody_signed_in_is_one_message(azserve: Azserve, local: Mapping[str, str]) -> None:
    """The SDK logs on its own what it then raises."""
    done = azserve("deploy", "-q", env={**local, "IDENTITY_HEADER": "wrong"})

    assert done.code == 4
    assert done.err.splitlines()[0] == "error: could not read what fleet `r1-chat` has: nobody is signed in"
    assert len(done.err.splitlines()) == 3


def test_no_room_is_refused_before_anything_is_written(
    azserve: Azserve, local: Mapping[str, str], emulator: Emulator
) -> None:
    put(emulator, "scenario", "tight-quota")

    done = azserve("deploy", "-o", "json", env=local)

    with urlopen(f"{emulator.url}/_emulator/health") as answer:
        made = json.load(answer)["resources"]
    assert (done.code, document(done)["result"], made) == (5, None, 0)


FAULTS: Mapping[str, Mapping[str, object]] = {
    "a storm of 429": {"match": {"path": "*", "probability": 0.3}, "status": 429, "headers": {"Retry-After": "0.02"}},
    "a server error now and then": {"match": {"path": "*", "probability": 0.1}, "status": 503},
    "connections that break": {"match": {"path": "*/deployments/*", "nth": [2, 5]}, "reset": "after"},
    "answers that are cut": {"match": {"path": "*/models*", "nth": [1, 1]}, "truncate_after_bytes": 100},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_passes_is_outlasted(azserve: Azserve, local: Mapping[str, str], emulator: Emulator, fault: str) -> None:
    put(emulator, "faults", {"seed": 7, "rules": [FAULTS[fault]]})

    done = azserve("deploy", "-o", "json", env=local)

    assert (done.code, states(done)) == (0, ["deployed"] * 3), done


def test_a_region_whose_deployment_is_refused_leaves_the_others_standing(
    azserve: Azserve, local: Mapping[str, str], emulator: Emulator
) -> None:
    body = {"error": {"code": "RequestDisallowedByPolicy", "message": "Resource 'rg' was disallowed by policy."}}
    rule = {"match": {"method": "PUT", "path": "*/deployments/*westus3*"}, "status": 403, "body": body}
    put(emulator, "faults", {"rules": [rule]})

    done = azserve("deploy", "-o", "json", env=local)

    assert (done.code, states(done)) == (6, ["deployed", "failed", "deployed"])
    assert document(done)["problems"][0]["code"] == "RequestDisallowedByPolicy"


def test_a_receipt_that_cannot_be_written_is_told_before_anything_is_deployed(
    azserve: Azserve, local: Mapping[str, str], emulator: Emulator, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")

    done = azserve("deploy", "-q", "--receipt", "file/receipt.json", env=local)

    with urlopen(f"{emulator.url}/_emulator/health") as answer:
        made = json.load(answer)["resources"]
    assert (done.code, made) == (3, 0), done
    assert "nothing was done" in done.err
