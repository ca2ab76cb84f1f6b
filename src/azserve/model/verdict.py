"""Verdicts: yes, no or unknown, how well that is known, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from azserve.model.names import EndpointKey, Region


class Answer(StrEnum):
    """Whether an endpoint can go to a region. UNKNOWN is never read as either of the others."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Rank(StrEnum):
    """How surely something about Azure is known, surest first."""

    LIVE = "live"
    RECORDED = "recorded"
    SPECIFIED = "specified"
    DOCUMENTED = "documented"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact comes from."""

    rank: Rank
    source: str
    """For people: a page's name, a recording, `GET …/models`."""
    as_of: date | None = None
    """When the source said so; None for live."""


class ReasonCode(StrEnum):
    """Why a verdict is what it is. Stable: pipelines match on these."""

    OFFERED = "offered"
    REGION_NOT_OFFERED = "region-not-offered"
    SKU_NOT_OFFERED = "sku-not-offered"
    VERSION_NOT_OFFERED = "version-not-offered"
    MODEL_DEPRECATED = "model-deprecated"
    MODEL_RETIRED = "model-retired"
    RETIRING_SOON = "retiring-soon"
    QUOTA_SHORT = "quota-short"
    CAPACITY_SHORT = "capacity-short"
    CAPACITY_STEP = "capacity-step"
    NAME_TAKEN = "name-taken"
    SOFT_DELETED = "soft-deleted"
    PROVIDER_UNREGISTERED = "provider-unregistered"
    PERMISSION_MISSING = "permission-missing"
    POLICY_DENIED = "policy-denied"
    OFFER_NEEDS_MARKETPLACE = "offer-needs-marketplace"
    ONE_PER_PROJECT = "one-per-project"
    BOUNDARY = "boundary"
    LIMIT_REACHED = "limit-reached"
    UNREADABLE = "unreadable"
    NO_EVIDENCE = "no-evidence"
    AVOIDED = "avoided"
    ALREADY_THERE = "already-there"
    SUBSCRIPTION_DISABLED = "subscription-disabled"
    POLICY_CHANGES = "policy-changes"
    """A policy does not refuse what is asked, and makes something else of it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One coded reason, with the numbers behind it."""

    code: ReasonCode
    message: str
    hint: str | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    """What was compared: `{"asked": 50, "left": 30, "limit": 1000}`, in capacity units."""
    blocking: bool = False
    """True where this reason alone makes the answer no."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one endpoint can go to one region."""

    endpoint: EndpointKey
    region: Region
    answer: Answer
    evidence: Evidence
    reasons: tuple[Reason, ...] = ()
