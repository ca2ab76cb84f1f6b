"""Every name a fleet gives, decided here and nowhere else.

Names are functions of the identity alone (subscription, fleet, environment, region, and for an endpoint its key
and model), so a second run finds what the first one made without any state of its own. Where a name could be read
as two identities (`a-b` with `c`, `a` with `b-c`), or must be unique beyond its group, it ends in a stable hash of
the identity. Rules of the providers: Microsoft.MachineLearningServices and Microsoft.CognitiveServices from their
published specifications (2024-04-01 and 2025-06-01), storage, vault and group from ARM's naming rules.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Final

from azserve.model.deployment_name import deployment_name
from azserve.model.names import EndpointKey, FleetId, Region

DEFAULT_GROUP_PATTERN: Final = "rg-{fleet}-{env}-{region}"
LONGEST_GROUP: Final = 90
LONGEST_SUBDOMAIN: Final = 54
"""A DNS label has 63; the rest is left for what Azure may put before or after it."""
LONGEST_WORKSPACE: Final = 33
LONGEST_ENDPOINT: Final = 32
"""Emitted; 52 are accepted by the service, but the name becomes part of a host name."""
LONGEST_SUBSCRIPTION: Final = 64
LONGEST_SECRET: Final = 127
LONGEST_PLAIN: Final = 24
"""Storage accounts and key vaults."""
_HASH_LENGTH: Final = 8


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose resources, and where: what every name is made of."""

    fleet_id: FleetId
    subscription: str
    region: Region

    def hash(self, *more: str, length: int = _HASH_LENGTH) -> str:
        """Return letters and digits that stand for this identity and `more`, the same on every machine."""
        fleet = self.fleet_id
        return stable_hash(
            self.subscription.lower(), fleet.fleet, fleet.environment, str(self.region), *more, length=length
        )


@dataclass(frozen=True, slots=True)
class ServerlessNames:
    """Names of what surrounds serverless endpoints."""

    hub: str
    project: str
    storage: str
    vault: str


@dataclass(frozen=True, slots=True)
class FoundryNames:
    """Names of what surrounds Foundry deployments."""

    account: str
    subdomain: str
    project: str


def stable_hash(*parts: str | None, length: int = _HASH_LENGTH) -> str:
    """Return `length` characters of `a-z2-7`, a letter first.

    Parts are kept apart, so `ab`, `c` and `a`, `bc` differ.
    """
    digest = hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).digest()
    text = base64.b32encode(digest).decode().lower().rstrip("=")
    # Some names must not start with a digit, and a hash is sometimes all that is left of one.
    return text.translate(str.maketrans("234567", "uvwxyz"))[:1] + text[1:length]


def fill(pattern: str, fleet_id: FleetId, region: Region) -> str:
    """Return the pattern with `{fleet}`, `{env}` and `{region}` filled in.

    Without an environment `{env}` goes, and one separator beside it: `rg-{fleet}-{env}-x` gives `rg-a-x`. What is
    filled in is never read as a pattern again.
    """
    if fleet_id.environment is None:
        pattern = re.sub(r"[-_.]\{env\}|\{env\}[-_.]?", "", pattern)
    values = {"fleet": fleet_id.fleet, "env": fleet_id.environment or "", "region": str(region)}
    return re.sub(r"\{(fleet|env|region)\}", lambda found: values[found[1]], pattern)


def group_name(identity: Identity, pattern: str = DEFAULT_GROUP_PATTERN) -> str:
    """Return the group of a region.

    The default pattern ends in a hash where there is an environment: fleet `a-b` without environments and `a` with
    the environment `b` would otherwise share a group. A pattern of the user's own is taken at its word.
    """
    name = fill(pattern, identity.fleet_id, identity.region)
    if pattern == DEFAULT_GROUP_PATTERN and (identity.fleet_id.environment or len(name) > LONGEST_GROUP):
        return _ended(name, identity.hash("group", length=6), LONGEST_GROUP)
    return name


def serverless_names(identity: Identity) -> ServerlessNames:
    """Return names of hub, project, storage account and vault."""
    fleet = _letters_digits_hyphens(_fleet_words(identity.fleet_id))
    digest = identity.hash("serverless")
    return ServerlessNames(
        hub=_ended(f"hub-{fleet}", digest, LONGEST_WORKSPACE),
        project=_ended(f"proj-{fleet}", digest, LONGEST_WORKSPACE),
        storage="st" + fleet.replace("-", "")[:12] + identity.hash("storage", length=10),
        vault=_ended(f"kv-{fleet}", identity.hash("vault", length=10), LONGEST_PLAIN),
    )


def foundry_names(identity: Identity) -> FoundryNames:
    """Return names of account and project; the subdomain is the account's name, unique in all of Azure."""
    fleet = _letters_digits_hyphens(_fleet_words(identity.fleet_id))
    digest = identity.hash("foundry")
    account = _ended(f"ai-{fleet}-{identity.region}", digest, LONGEST_SUBDOMAIN)
    return FoundryNames(account=account, subdomain=account, project=_ended(f"proj-{fleet}", digest, LONGEST_WORKSPACE))


def serverless_endpoint_name(identity: Identity, key: EndpointKey, model_id: str) -> str:
    """Return the endpoint's name, unique in its region.

    The model is part of it, because a changed model comes up beside the old one.
    """
    words = _letters_digits_hyphens(key)
    start = words if words[:1].isalpha() else f"e-{words}".rstrip("-")
    return _ended(start, identity.hash("endpoint", key, model_id.lower()), LONGEST_ENDPOINT)


def marketplace_subscription_name(identity: Identity, model_id: str) -> str:
    """Return the subscription's name: one per model and project, whatever the endpoint is called."""
    words = _letters_digits_hyphens(model_id.rpartition("/")[2])
    return _ended(words or "model", identity.hash("marketplace", model_id.lower()), LONGEST_SUBSCRIPTION)


def connection_name(identity: Identity, key: EndpointKey) -> str:
    """Return the name under which somebody's project knows an endpoint: 3 to 33 letters, digits and hyphens."""
    words = _letters_digits_hyphens(f"{key}-{identity.region}")
    return _ended(words, identity.hash("connection", key), LONGEST_WORKSPACE)


def secret_name(identity: Identity, key: EndpointKey | None = None) -> str:
    """Return the name of the secret that holds an endpoint's key, or without one the account's; up to 127 characters.

    It ends in a hash: vaults are shared, and `a-b` with `c` must not be `a` with `b-c`.
    """
    words = "-".join([_fleet_words(identity.fleet_id), str(identity.region), *([key] if key else [])])
    return _ended(_letters_digits_hyphens(words), identity.hash("secret", key or ""), LONGEST_SECRET)


def region_deployment_name(identity: Identity) -> str:
    """Return the name of a region's template deployment: `azserve-<fleet>-<env>-<region>`, 64 characters at most."""
    return deployment_name(identity.fleet_id, str(identity.region))


def _fleet_words(fleet_id: FleetId) -> str:
    return f"{fleet_id.fleet}-{fleet_id.environment}" if fleet_id.environment else fleet_id.fleet


def _letters_digits_hyphens(text: str) -> str:
    """Return lower-case letters, digits and single hyphens, neither first nor last a hyphen."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _ended(start: str, digest: str, longest: int) -> str:
    """Return `start-digest`, with `start` cut where both do not fit."""
    kept = start[: longest - len(digest) - 1].rstrip("-")
    return f"{kept}-{digest}" if kept else digest
