"""What a receipt means for the process."""

from __future__ import annotations

from azserve.errors import ExitCode
from azserve.model.receipt import Receipt, RegionState

DONE = frozenset({RegionState.DEPLOYED, RegionState.UNCHANGED})


def exit_code(receipt: Receipt) -> ExitCode:
    """Return 0 where every region is done, 6 where some failed, 7 where all did, 8 where the wait ended first.

    1 is left for a canary that stands but did not pass its gate: nothing failed, and the others were not started.
    """
    states = {outcome.state for outcome in receipt.regions}
    if RegionState.FAILED in states:
        return ExitCode.PARTLY_FAILED if states & (DONE | {RegionState.RUNNING}) else ExitCode.AZURE_FAILED
    if RegionState.RUNNING in states:
        return ExitCode.STILL_RUNNING
    if RegionState.SKIPPED in states:
        return ExitCode.CHECKS_FAILED
    return ExitCode.DONE
