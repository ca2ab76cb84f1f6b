"""What each verb answers with. `reporting` shows these; `verbs` makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from azserve.errors import Problem, Severity
from azserve.model.catalogue import Route
from azserve.model.chat import ChatAnswer, ModelInfo, Usage
from azserve.model.endpoint import Endpoint, EndpointKeys
from azserve.model.finding import Finding, Outlier
from azserve.model.names import EndpointKey, FleetId, ModelName, Region
from azserve.model.outlook import IdleCost, Rehearsed, SmokeCeiling
from azserve.model.plan import Change, Plan
from azserve.model.receipt import Receipt
from azserve.model.resource_id import ResourceId
from azserve.model.snippet import Language, Snippet, SnippetTask
from azserve.model.verdict import Reason


@dataclass(frozen=True, slots=True)
class InitResult:
    """A starter file was written."""

    file: Path


@dataclass(frozen=True, slots=True)
class EndpointSummary:
    """One endpoint of a validated file."""

    key: EndpointKey
    model: ModelName
    hosting: str
    version: str | None
    sku: str | None
    regions: tuple[Region, ...]
    """Candidates, most wanted first."""
    need: int | None
    """How many of them are needed; None is all."""


@dataclass(frozen=True, slots=True)
class ValidateResult:
    """The file is sound."""

    fleet_id: FleetId
    file: Path
    cloud: str
    subscription: str | None
    endpoints: tuple[EndpointSummary, ...]


class FileState(StrEnum):
    """What happened to a rendered file on disk."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    DIFFERS = "differs"
    """`--check`: the file on disk is not what would be rendered."""
    MISSING = "missing"
    """`--check`: there is no such file."""
    LEFT_OVER = "left-over"
    """`--check`: rendered for this fleet before, and no longer part of it."""


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """One rendered file."""

    path: str
    state: FileState
    bytes: int


@dataclass(frozen=True, slots=True)
class RenderResult:
    """Templates were rendered, or compared with what is on disk."""

    fleet_id: FleetId
    out: Path
    regions: tuple[Region, ...]
    files: tuple[FileOutcome, ...]
    warnings: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class TemplateFinding:
    """One thing that a check does not like about a template."""

    code: str
    """The check's, which `--ignore` takes."""
    severity: Severity
    file: str
    path: str
    """JSON path inside the file."""
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Templates were looked at; with `--out`, also compared with what is on disk."""

    checked: tuple[str, ...]
    """The files, or what would be rendered."""
    checks: int
    """How many checks looked at each."""
    findings: tuple[TemplateFinding, ...]
    files: tuple[FileOutcome, ...] = ()
    """The comparison; empty without one."""
    warnings: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class EjectResult:
    """The template set was copied."""

    folder: Path
    context: int
    """Version of what templates are given."""
    files: tuple[FileOutcome, ...]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """The api-version of one resource type."""

    type: str
    version: str
    """The one that templates are written for."""
    allowed: tuple[str, ...]
    """All that the checks take."""
    source: str
    as_of: date


@dataclass(frozen=True, slots=True)
class VersionsResult:
    """The api-versions in use."""

    rows: tuple[VersionRow, ...]


@dataclass(frozen=True, slots=True)
class PlanResult:
    """What a deploy would do, and how well that is known."""

    plan: Plan
    taken_at: datetime
    """When Azure was read."""
    idle: IdleCost | None = None
    """By prices once read; `cost` asks for today's."""
    smoke: SmokeCeiling | None = None
    rehearsed: tuple[Rehearsed, ...] = ()
    """Regions in which something is to be written; empty where Azure was not asked."""
    oldest: datetime | None = None
    """When the oldest answer was read that comes from an earlier run; None where all were read now."""


@dataclass(frozen=True, slots=True)
class DeployResult:
    """What a deploy did; with `--dry-run`, the plan alone."""

    plan: Plan
    receipt: Receipt | None


class EndpointStatus(StrEnum):
    """How an endpoint stands against the file."""

    OK = "ok"
    NOT_READY = "not-ready"
    DRIFTED = "drifted"
    MISSING = "missing"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One endpoint in one region."""

    endpoint: str
    region: Region
    model: str | None
    status: EndpointStatus
    provisioning_state: str | None
    endpoint_state: str | None
    uri: str | None
    resource: ResourceId
    drift: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusResult:
    """Every endpoint in every region, and drift of what surrounds them."""

    fleet_id: FleetId
    rows: tuple[StatusRow, ...]
    surroundings: tuple[StatusRow, ...]
    """Groups, hubs, projects and accounts that drifted, are missing, or are extra."""


@dataclass(frozen=True, slots=True)
class InfoRow:
    """Model information of one endpoint."""

    endpoint: Endpoint
    info: ModelInfo | None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class InfoResult:
    """Model information of every endpoint."""

    fleet_id: FleetId
    rows: tuple[InfoRow, ...]


@dataclass(frozen=True, slots=True)
class ChatResult:
    """One answer of one endpoint."""

    endpoint: EndpointKey
    region: Region
    model: ModelName
    route: Route
    turns: int
    """Of the conversation so far, this one included."""
    answer: ChatAnswer


@dataclass(frozen=True, slots=True)
class KeysRow:
    """The keys of one endpoint, or why there are none."""

    endpoint: EndpointKey
    region: Region
    resource: ResourceId
    keys: EndpointKeys | None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class KeysResult:
    """Keys, masked unless they are shown on purpose."""

    fleet_id: FleetId
    rows: tuple[KeysRow, ...]


@dataclass(frozen=True, slots=True)
class SmokeResult:
    """What the probes found, endpoints in the plan's order, probes in their own."""

    fleet_id: FleetId
    findings: tuple[Finding, ...]
    spent: Usage
    """Tokens of the whole run."""
    seconds: float
    outliers: tuple[Outlier, ...] = ()
    """Regions that differ from the others in some probe."""
    usd: float | None = None
    """What the tokens cost by the prices once read, as far as they are known; None without a ceiling in money."""
    unpriced: tuple[EndpointKey, ...] = ()
    """Endpoints whose price is not known: `usd` leaves them out, and a ceiling in money does not hold for them."""

    @property
    def passed(self) -> bool:
        """Whether every required probe passed."""
        return all(finding.outcome.passes for finding in self.findings if finding.required)


@dataclass(frozen=True, slots=True)
class ProbeSummary:
    """One probe there is."""

    name: str
    asks: str
    needs: tuple[str, ...]
    """Model traits without which it is unsupported."""


@dataclass(frozen=True, slots=True)
class ProbesResult:
    """The probes there are."""

    probes: tuple[ProbeSummary, ...]


class RemovalState(StrEnum):
    """What happened to a resource that was to go."""

    DELETED = "deleted"
    GONE = "already-gone"
    PURGED = "purged"
    KEPT = "kept"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Removed:
    """One resource."""

    resource: ResourceId
    region: Region
    state: RemovalState
    because: str = ""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class DestroyResult:
    """What was removed, and what was kept and why."""

    fleet_id: FleetId
    removed: tuple[Removed, ...]


@dataclass(frozen=True, slots=True)
class DemoResult:
    """The whole line, once."""

    replaying: tuple[str, ...]
    """What a reader has to know about the models before believing the rest: that Azure retired one."""
    validate: ValidateResult
    render: RenderResult | None
    """None where no folder was named to keep the files in."""
    plan: PlanResult
    deploy: DeployResult
    info: InfoResult
    smoke: SmokeResult
    seconds: float


@dataclass(frozen=True, slots=True)
class InferredFact:
    """One thing about Azure that the emulator guesses."""

    key: str
    what: str
    because: str


@dataclass(frozen=True, slots=True)
class EmulatorFactsResult:
    """Everything the emulator guesses."""

    facts: tuple[InferredFact, ...]


@dataclass(frozen=True, slots=True)
class EmulatorRunResult:
    """An emulator that answers now."""

    address: str
    environment: Mapping[str, str]
    """What to export, so that azserve and Azure's own clients use it."""


@dataclass(frozen=True, slots=True)
class EmulatorResetResult:
    """An emulator was emptied."""

    address: str


@dataclass(frozen=True, slots=True)
class SnippetResult:
    """Client code for one endpoint."""

    snippet: Snippet
    written: Path | None
    """None where it was not to be written to a file."""


@dataclass(frozen=True, slots=True)
class SnippetTaskRow:
    """One thing that client code can show."""

    task: SnippetTask
    shows: str
    needs: tuple[str, ...]
    """Model traits without which it is refused."""


@dataclass(frozen=True, slots=True)
class SnippetTasksResult:
    """The tasks there are, and in which languages."""

    tasks: tuple[SnippetTaskRow, ...]
    languages: tuple[Language, ...]
