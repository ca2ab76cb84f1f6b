"""What a look at one's own sign-in and surroundings finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What a token says of itself. The token is not kept, and what it says is not verified: that is Azure's part."""

    audience: str
    expires_at: datetime
    tenant: str | None = None
    object_id: str | None = None
    application: str | None = None
    """Client id of the app that the token was given to."""
    name: str | None = None
    """`upn` of a person, or what the app is called, where the token says."""
    kind: str | None = None
    """`person`, `app`, `managed identity`, `workload identity`: as far as the claims tell."""
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Ring:
    """A host that answered, in whatever way."""

    url: str
    status: int
    seconds: float
    answered_at: datetime
    """By the clock of this machine."""
    date: datetime | None = None
    """By the host's clock, to the second."""


@dataclass(frozen=True, slots=True)
class PipelineToken:
    """What the pipeline's own token claims to be: what a federated credential is compared with."""

    issuer: str
    subject: str
    audience: str


class CheckState(StrEnum):
    """How a check of the surroundings ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Could not be told: the sign-in failed before, or nobody could say."""
