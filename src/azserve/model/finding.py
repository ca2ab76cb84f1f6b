"""What a probe found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from azserve.model.chat import ChatAnswer, Timings, Usage
from azserve.model.names import EndpointKey, Region


class Outcome(StrEnum):
    """How a probe ended."""

    PASSED = "passed"
    UNSUPPORTED = "unsupported-as-expected"
    """The model does not do this, and the catalogue says so: a pass of its own kind."""
    UNEXPECTED = "unexpectedly-supported"
    FLAKY = "flaky"
    """Passed, but not at the first try."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Could not be told: unreachable from here, or throttled by ourselves."""
    SKIPPED = "skipped"

    @property
    def passes(self) -> bool:
        """Whether a required probe that ended so lets the run pass."""
        return self in {Outcome.PASSED, Outcome.UNSUPPORTED, Outcome.FLAKY, Outcome.UNEXPECTED}


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation of a probe."""

    name: str
    """Stable, kebab-case: `answer-not-empty`, `usage-adds-up`."""
    passed: bool
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One probe against one endpoint in one region."""

    probe: str
    endpoint: EndpointKey
    region: Region
    outcome: Outcome
    required: bool
    message: str
    """One clause: what held, or the first thing that did not."""
    code: str | None = None
    """Where something failed: the check's name, or the service's own error code."""
    hint: str | None = None
    checks: tuple[Check, ...] = ()
    timings: Timings = field(default_factory=Timings)
    usage: Usage | None = None
    attempts: int = 1
    lacking: bool = False
    """It was answered, and not as it should be, or what was asked for was refused; trouble on the way says nothing."""
    answer: ChatAnswer | None = None
    """What the model said, for the print-out; reports show it only when asked."""
    model: str = ""
    """The name that the answer bore; empty where there was none."""
    filters: tuple[str, ...] = ()
    """Categories that the content filter judged the answer by, where it said so."""
    tokens_per_second: float | None = None
    """Tokens that the last answer wrote per second since its first; None unless it was streamed and counted."""


@dataclass(frozen=True, slots=True)
class Outlier:
    """A region that differs from the others in one probe."""

    probe: str
    endpoint: EndpointKey
    region: Region
    message: str
    """One clause: what differs, and from what."""
