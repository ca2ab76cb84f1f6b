"""What the verbs answer with that look before anything is deployed: models, regions, quota, prices, rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from azserve.errors import Problem, Severity
from azserve.model.catalogue import Hosting, LifecycleStage, Offer, PoolScope, Route, Support, Trait
from azserve.model.diagnosis import CheckState
from azserve.model.names import EndpointKey, FleetId, ModelName, Region
from azserve.model.plan import NotChosen
from azserve.model.prices import Chat, Cost, Price
from azserve.model.verdict import Answer, Evidence, Reason, Verdict


@dataclass(frozen=True, slots=True)
class ModelRow:
    """Versions of a model on one hosting that share their lifecycle."""

    model: ModelName
    hosting: Hosting
    publisher: str
    offer: Offer
    versions: tuple[str, ...]
    stage: LifecycleStage
    retires: date | None
    days: int | None
    """Until it retires; negative afterwards."""
    replacement: ModelName | None
    regions: int | None
    """How many the documents name; None where none says."""
    evidence: Evidence
    """For the lifecycle."""


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """What a region itself says of a version."""

    region: Region
    lifecycle: str
    """Azure's own word."""
    retires: date | None


@dataclass(frozen=True, slots=True)
class AffectedEndpoint:
    """An endpoint of the fleet whose model retires in the time asked about, or takes no new deployments."""

    endpoint: EndpointKey
    model: ModelName
    hosting: Hosting
    version: str | None
    retires: date | None
    days: int | None
    """Until `retires`; zero or less where that has passed."""
    evidence: Evidence
    """Of that date, or of the stage where there is none."""
    edit: tuple[str, ...]
    """The change to the file that moves it to the replacement; empty where there is none to move to."""
    live: tuple[LiveStatus, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelsResult:
    """Models that are known of."""

    rows: tuple[ModelRow, ...]
    as_of: date
    """Newest date of any fact in it."""
    within_days: int | None = None
    """`--retiring`: only what retires in so many days, or has."""
    fleet_id: FleetId | None = None
    """Whose endpoints were looked at."""
    affected: tuple[AffectedEndpoint, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Regions that were asked and gave no answer, each with the reason."""


@dataclass(frozen=True, slots=True)
class VersionDetail:
    """One version of a model on one hosting."""

    version: str
    stage: LifecycleStage | None
    """None where nothing is published and only Azure lists it."""
    retires: date | None
    days: int | None
    replacement: ModelName | None
    evidence: Evidence
    live: tuple[LiveStatus, ...] = ()


@dataclass(frozen=True, slots=True)
class SkuDetail:
    """What a capacity unit of a sku is worth; the numbers of one region where Azure was asked."""

    sku: str
    versions: tuple[str, ...]
    tokens_per_minute: float | None
    requests_per_minute: float | None
    minimum: int | None
    maximum: int | None
    step: int | None
    pool: str | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class MeterDetail:
    """What a meter of a model costs."""

    sku: str | None
    """None for serverless."""
    counts: str
    """`input`, `output` or `hour`."""
    meter: str
    amount: float | None
    """US dollars per million tokens, or per capacity unit and hour; None where no price was read."""
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class HostingDetail:
    """All that is known of a model on one hosting."""

    hosting: Hosting
    offer: Offer | None
    model_id: str | None
    format: str | None
    evidence: Evidence
    """For offer, ids and skus."""
    versions: tuple[VersionDetail, ...]
    skus: tuple[SkuDetail, ...]
    tokens_per_minute: int | None
    """Per serverless endpoint."""
    requests_per_minute: int | None
    limits_evidence: Evidence | None
    regions: tuple[Region, ...] | None
    regions_evidence: Evidence | None
    meters: tuple[MeterDetail, ...]
    traits: Mapping[Route, Mapping[Trait, Support]]
    edit: tuple[str, ...]
    """The change to the file that moves to the replacement; empty where there is none to move to."""


@dataclass(frozen=True, slots=True)
class ModelResult:
    """All that is known of one model."""

    model: ModelName
    publisher: str | None
    summary: str
    hostings: tuple[HostingDetail, ...]
    as_of: date
    asked: tuple[Region, ...] = ()
    """Regions whose lists were read."""
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One region, and whether each endpoint can go there."""

    region: Region
    candidate: bool
    """Whether the file names it."""
    answer: Answer
    """Yes where every endpoint that may go there can; no where one cannot."""
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """Which regions the fleet would go to, or what would let it."""

    chosen: tuple[Region, ...] = ()
    """In order of choice; empty where the need cannot be met."""
    fallbacks: tuple[Region, ...] = ()
    """Who comes next, should one of them fail: left out, and able to take the fleet all the same."""
    not_chosen: tuple[NotChosen, ...] = ()
    refused: Problem | None = None
    """How far it got, with the smallest change that would help."""


@dataclass(frozen=True, slots=True)
class RegionsResult:
    """Every endpoint in every region; what meets the need comes first."""

    fleet_id: FleetId | None
    """None for `--model`, which is about no fleet."""
    endpoints: tuple[EndpointKey, ...]
    rows: tuple[RegionRow, ...]
    warnings: tuple[Reason, ...]
    taken_at: datetime
    oldest: datetime | None = None
    """When the oldest answer was read that comes from an earlier run; None where all were read now."""
    offline: bool = False
    """Nobody was asked: documents answered."""
    decided: Decided | None = None
    """None for `--model`, and where only some of the file's candidates were looked at."""


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """One pool in one region, in capacity units."""

    region: Region
    pool: str
    scope: PoolScope | None
    """None for counts of accounts and deployments, which are always the region's or the account's own."""
    endpoints: tuple[EndpointKey, ...]
    limit: float | None
    """None where the region could not be read."""
    held: float | None
    """By this fleet; None where that could not be read."""
    others: float | None
    """Used and not this fleet's."""
    asked: float
    """What the file asks for in all, its minimum."""
    left: float | None
    answer: Answer
    because: str = ""
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class ComputeRow:
    """Cores of virtual machines in one region: says nothing of models, and is in no verdict."""

    region: Region
    pool: str
    label: str
    limit: float
    used: float
    left: float


@dataclass(frozen=True, slots=True)
class QuotaResult:
    """The pools that the fleet draws on, region by region."""

    fleet_id: FleetId
    rows: tuple[QuotaRow, ...]
    taken_at: datetime
    compute: tuple[ComputeRow, ...] = ()
    """Only where it was asked for."""
    oldest: datetime | None = None
    """When the oldest answer was read that comes from an earlier run; None where all were read now."""


@dataclass(frozen=True, slots=True)
class MatrixEntry:
    """One job of a fan-out."""

    region: Region
    endpoints: tuple[EndpointKey, ...]


@dataclass(frozen=True, slots=True)
class MatrixResult:
    """The chosen regions in the form that CI systems fan out over."""

    include: tuple[MatrixEntry, ...]


@dataclass(frozen=True, slots=True)
class CostRow:
    """What one endpoint costs in one region."""

    endpoint: EndpointKey
    region: Region
    model: ModelName
    hosting: Hosting
    sku: str | None
    input: Price | None
    """Of one prompt token; None where it is not known, or where units are paid by the hour."""
    output: Price | None
    chats: Cost
    """Of as many chats as the result says, of the size it says."""


@dataclass(frozen=True, slots=True)
class IdleRow:
    """What stands in a region and is billed whether or not anybody asks anything."""

    region: Region
    what: str
    count: float
    price: Price | None
    month: Cost | None
    """Of 730 hours; None where it is billed by what is stored or asked, next to nothing while idle."""


@dataclass(frozen=True, slots=True)
class SmokeCeiling:
    """The most that one smoke run can use: every probe of every endpoint at full length, as often as it may be."""

    tokens: int
    cost: Cost
    capped: bool = False
    """Whether the file's budget is what limits the tokens."""


@dataclass(frozen=True, slots=True)
class IdleCost:
    """What the fleet costs in a month in which nobody asks anything."""

    rows: tuple[IdleRow, ...]
    month: Cost


@dataclass(frozen=True, slots=True)
class CostResult:
    """What the fleet costs, in the regions that the published facts choose, or in those asked about."""

    fleet_id: FleetId
    currency: str
    chats: int
    chat: Chat
    rows: tuple[CostRow, ...]
    idle: IdleCost
    smoke: SmokeCeiling
    live: bool
    """Whether the price list was asked; False: prices as once read, each with its date."""
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """One thing that was looked at."""

    area: str
    """`sign-in`, `subscription`, `rights`, `providers`, `network`, `clock` or `pipeline`."""
    name: str
    state: CheckState
    found: str
    hint: str | None = None
    seconds: float | None = None
    """How long a host took to answer."""
    details: tuple[str, ...] = ()
    """What exactly is missing."""


@dataclass(frozen=True, slots=True)
class DoctorResult:
    """Everything that was looked at, in the order in which it matters."""

    checks: tuple[DoctorCheck, ...]

    def failed(self, *areas: str) -> tuple[DoctorCheck, ...]:
        """Return what failed in these areas, or in any."""
        return tuple(
            check for check in self.checks if check.state is CheckState.FAILED and (not areas or check.area in areas)
        )


class Heard(StrEnum):
    """How what Azure foretells of a resource stands to the plan."""

    AGREES = "agrees"
    NOISE = "noise"
    """Known to be said of templates that change nothing; not believed."""
    DIFFERS = "differs"
    """Azure foresees something that the plan does not."""


@dataclass(frozen=True, slots=True)
class ForetoldRow:
    """One resource that ARM's what-if spoke of."""

    resource: str
    says: str
    """Azure's word: Create, Modify, Deploy and so on."""
    heard: Heard
    paths: tuple[str, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What Azure says of a region's deployment before it is made."""

    region: Region
    partial: bool
    """The group does not exist yet, so Azure looks at less: names and rights in it are not checked."""
    problem: Problem | None = None
    """Why Azure would refuse it, or, as a warning, why it could not say."""
    foretold: tuple[ForetoldRow, ...] | None = None
    """None where what-if was not asked or could not say."""

    @property
    def refused(self) -> bool:
        """Whether Azure would refuse the deployment."""
        return self.problem is not None and self.problem.severity is Severity.ERROR
