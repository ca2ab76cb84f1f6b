"""A receipt on disk, and what it says went wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.deploying.fleet import EASTUS2, START, deploying, plan_of

from azserve.cli.receipts import problems_of, require_writable, write_receipt
from azserve.errors import ConfigurationError, Severity
from azserve.model.names import FleetId
from azserve.model.receipt import Failure, Receipt, RegionOutcome, RegionState

ENDPOINT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.X/workspaces/w/serverlessEndpoints/r1-abc"


def receipt(state: RegionState, failure: Failure | None = None) -> Receipt:
    outcome = RegionOutcome(EASTUS2, "rg", state, failure=failure)
    return Receipt(FleetId("chat"), "s", "local", START, START, (outcome,), plan_of(deploying(), regions=[EASTUS2]))


@pytest.mark.parametrize(
    ("target", "where"),
    [(ENDPOINT, "eastus2/r1-abc"), (None, "eastus2"), ("eastus2", "eastus2"), ("eastus2/r1", "eastus2/r1")],
)
def test_a_failure_is_told_by_its_region_and_name(target: str | None, where: str) -> None:
    (problem,) = problems_of(receipt(RegionState.FAILED, Failure("QuotaExceeded", "No room.", "ask", target)))

    assert (problem.code, problem.message, problem.hint, problem.where) == ("QuotaExceeded", "No room", "ask", where)


@pytest.mark.parametrize(("state", "code"), [(RegionState.RUNNING, "still-running"), (RegionState.SKIPPED, "skipped")])
def test_what_was_not_done_is_a_warning(state: RegionState, code: str) -> None:
    (problem,) = problems_of(receipt(state))

    assert (problem.code, problem.severity) == (code, Severity.WARNING)


def test_what_was_done_is_no_problem() -> None:
    assert problems_of(receipt(RegionState.DEPLOYED)) == ()


def test_a_receipt_takes_the_place_of_another_whole(tmp_path: Path) -> None:
    file = tmp_path / "below" / "receipt.json"
    require_writable(file)
    write_receipt(file, receipt(RegionState.DEPLOYED))
    write_receipt(file, receipt(RegionState.FAILED))

    assert '"state": "failed"' in file.read_text()
    assert [path.name for path in file.parent.iterdir()] == ["receipt.json"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    file = tmp_path / "file" / "receipt.json"

    with pytest.raises(ConfigurationError) as before:
        require_writable(file)
    with pytest.raises(ConfigurationError) as after:
        write_receipt(file, receipt(RegionState.DEPLOYED))

    assert "nothing was done" in (before.value.hint or "")
    assert "went on" in (after.value.hint or "")
