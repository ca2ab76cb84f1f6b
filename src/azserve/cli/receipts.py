"""Receipts on disk, and what a receipt says went wrong."""

from __future__ import annotations

import json
from pathlib import Path

from azserve.cli import whole_file
from azserve.errors import ConfigurationError, Problem, Severity
from azserve.model.names import Region
from azserve.model.receipt import Receipt, RegionState
from azserve.reporting.plain import plain


def require_writable(file: Path) -> None:
    """Raise ConfigurationError where no receipt could be written: told before the work, whose result it would hide."""
    try:
        whole_file.require_writable(file)
    except OSError as error:
        raise _unwritable(file, error, "nothing was done; name a place that can be written with `--receipt`") from error


def write_receipt(file: Path, receipt: Receipt) -> None:
    """Write a receipt whole or not at all; it holds no secret."""
    text = json.dumps({"schema": "azserve/receipt/v1", **_members(receipt)}, indent=2, ensure_ascii=False) + "\n"
    try:
        whole_file.write_whole(file, text)
    except OSError as error:
        raise _unwritable(
            file, error, "the deploy itself went on; name a place that can be written with `--receipt`"
        ) from error


def _unwritable(file: Path, error: OSError, hint: str) -> ConfigurationError:
    reason = (error.strerror or str(error)).lower()
    message = f"the receipt could not be written to `{file}`: {reason}"
    return ConfigurationError(message, code="receipt-unwritable", hint=hint)


def _members(receipt: Receipt) -> dict[str, object]:
    members = plain(receipt)
    assert isinstance(members, dict)
    return members


def problems_of(receipt: Receipt) -> tuple[Problem, ...]:
    """Return one problem per region that is not done."""
    found = []
    for outcome in receipt.regions:
        if outcome.failure:
            found.append(
                Problem(
                    outcome.failure.code,
                    outcome.failure.message.rstrip("."),
                    hint=outcome.failure.hint,
                    where=_place(outcome.region, outcome.failure.target),
                )
            )
        elif outcome.state is RegionState.RUNNING:
            found.append(
                Problem(
                    "still-running",
                    f"`{outcome.region}` was still being deployed when the wait ended",
                    Severity.WARNING,
                    hint="run `azserve deploy` again: it joins what is in flight",
                    where=outcome.region,
                )
            )
        elif outcome.state is RegionState.SKIPPED:
            found.append(
                Problem(
                    "skipped",
                    f"`{outcome.region}` was not started",
                    Severity.WARNING,
                    hint="an earlier phase failed; mend it and run `azserve deploy` again",
                    where=outcome.region,
                )
            )
    return tuple(found)


def _place(region: Region, target: str | None) -> str:
    """Return the region, and the name of what failed in it; the whole id is in the receipt."""
    name = (target or "").rpartition("/")[2]
    return f"{region}/{name}" if name and name != region else region
