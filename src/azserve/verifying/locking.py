"""What each endpoint supports, kept in a file and held against later runs. Pure: reading and writing is the verb's.

The file is meant to be committed: sorted, without times or dates, so that it changes only when a model does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from azserve.errors import ConfigurationError, Problem
from azserve.model.finding import Finding, Outcome

SCHEMA = "azserve/smoke-lock/v1"
WORDS = {
    Outcome.PASSED: "supported",
    Outcome.FLAKY: "supported",
    Outcome.UNEXPECTED: "supported",
    Outcome.UNSUPPORTED: "unsupported",
}
"""What is recorded; anything else says nothing about what a model can do."""
FAILING = "failing"
"""What is held against a lock and never recorded: it may be a bad day, and the day after is no change to fail on."""

Lock = Mapping[str, Mapping[str, str]]
"""By `region/endpoint`, by probe: `supported` or `unsupported`; under `model` the name it answers to."""


def lock_of(findings: Sequence[Finding]) -> dict[str, dict[str, str]]:
    """Return what these findings say is supported, to be recorded."""
    return _seen(findings, WORDS)


def seen_now(findings: Sequence[Finding]) -> dict[str, dict[str, str]]:
    """Return what these findings show, to be held against a lock: also what an endpoint was asked for in vain."""
    return _seen(findings, {Outcome.FAILED: FAILING, Outcome.UNKNOWN: FAILING, **WORDS})


def _seen(findings: Sequence[Finding], words: Mapping[Outcome, str]) -> dict[str, dict[str, str]]:
    locked: dict[str, dict[str, str]] = {}
    for finding in findings:
        held = locked.setdefault(f"{finding.region}/{finding.endpoint}", {})
        if finding.model:
            held.setdefault("model", finding.model)
        word = words.get(finding.outcome)
        if word is not None and (word != FAILING or finding.lacking):
            held[finding.probe] = word
    return locked


def text_of(lock: Lock) -> str:
    """Return the file."""
    return json.dumps({"schema": SCHEMA, "endpoints": lock}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def read_lock(text: str, file: str) -> Lock:
    """Return what a file holds; raises ConfigurationError (`lock-unreadable`) where it is no lock."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raw = None
    endpoints = raw.get("endpoints") if isinstance(raw, dict) and raw.get("schema") == SCHEMA else None
    if not isinstance(endpoints, dict) or not all(_is_entry(each) for each in endpoints.values()):
        raise ConfigurationError(
            f"`{file}` is no lock of `azserve smoke`",
            code="lock-unreadable",
            hint="name another file with `--lock`, or delete this one to have it written anew",
        )
    return endpoints


def _is_entry(raw: Any) -> bool:  # noqa: ANN401  whatever the file holds
    return isinstance(raw, dict) and all(isinstance(value, str) for value in raw.values())


def changes(locked: Lock, now: Lock, file: str, *, whole: bool = False) -> Iterator[Problem]:
    """Yield a problem for each thing that is other than it was; what was not found out this time is no change.

    `whole`: every endpoint was asked, so that one which is not among them has gone.
    """
    for place in sorted(locked.keys() | now.keys()):
        before, after = locked.get(place), now.get(place)
        if before is None:
            yield _changed(f"`{place}` is not in `{file}`", place)
            continue
        if after is None:
            if whole:
                yield _changed(f"`{place}` is in `{file}` and no longer stands", place)
            continue
        for name in sorted(before):
            found = after.get(name)
            if found not in (None, before[name]) and (found, before[name]) != (FAILING, "unsupported"):
                yield _changed(f"`{name}` was `{before[name]}` and is `{found}`", place)


def _changed(message: str, place: str) -> Problem:
    hint = "if this is meant, delete the lock's entry or the file and run again"
    return Problem("lock-changed", message, hint=hint, where=place)
