"""What a template deployment is called."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from azserve.model.names import FleetId

LONGEST: Final = 64
"""ARM's limit for the name of a deployment."""
_HASH_LENGTH: Final = 8


def deployment_name(fleet_id: FleetId, phase: str) -> str:
    """Return `azserve-<fleet>-<env>-<phase>`, the same on every run; `phase` is a region or `models`.

    A hash is added where the plain name would be longer than ARM allows, and where a hyphen would let `a-b`/`c` and
    `a`/`b-c` share a name. One pair still shares: fleet `a-b` without environments and `a`/`b`. They meet in the
    subscription's deployment history only, where a second run in flight is refused; no resource is named this way.
    """
    parts = [part for part in (fleet_id.fleet, fleet_id.environment, phase) if part]
    plain = "-".join(["azserve", *parts])
    ambiguous = fleet_id.environment is not None and "-" in fleet_id.fleet + fleet_id.environment
    if len(plain) <= LONGEST and not ambiguous:
        return plain
    identity = json.dumps([fleet_id.fleet, fleet_id.environment, phase])
    digest = hashlib.sha256(identity.encode()).hexdigest()[:_HASH_LENGTH]
    return f"{plain[: LONGEST - _HASH_LENGTH - 1].rstrip('-')}-{digest}"
