"""The words a file may use, and what is said of a word that is not among them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from azserve.model.catalogue import Catalogue, Hosting
from azserve.model.names import region
from azserve.model.settings import PROBES, Cloud, ContentFilter, FilterLevel, SignIn

HOSTINGS = tuple(hosting.value for hosting in Hosting)
SKUS = (
    "GlobalStandard",
    "DataZoneStandard",
    "Standard",
    "GlobalProvisionedManaged",
    "DataZoneProvisionedManaged",
    "ProvisionedManaged",
    "GlobalBatch",
    "DataZoneBatch",
    "DeveloperTier",
)
"""Every sku seen on a model for inference (recorded eastus2, 2026-04-23)."""
UPGRADES = ("NoAutoUpgrade", "OnceCurrentVersionExpired", "OnceNewDefaultVersionAvailable")
FILTERS = tuple(level.value for level in ContentFilter)
LEVELS = tuple(level.value for level in FilterLevel)
LOGS = ("all", "audit")
SIGN_INS = tuple(kind.value for kind in SignIn)
CREDENTIALS = ("default", "cli", "env", "managed-identity", "workload-identity", "oidc")
ROLES = ("call", "read", "manage")
PRINCIPAL_TYPES = ("User", "Group", "ServicePrincipal")
GATES = ("smoke",)
ON_FAILURE = ("keep", "rollback")
SMOKE_FROM = ("here", "private")
PLACEHOLDERS = ("fleet", "env", "region")
CLOUDS = tuple(cloud.value for cloud in Cloud if cloud is not Cloud.URL)

MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that depend on the catalogue and the cloud."""

    models: tuple[str, ...]
    regions: tuple[str, ...]
    """Those of the cloud in use."""
    elsewhere: tuple[str, ...]
    """Those of other clouds."""
    geographies: tuple[str, ...]
    probes: tuple[str, ...] | None = PROBES
    """Ours and the file's own; None where a folder may hold any."""


def vocabulary(catalogue: Catalogue, cloud: str, probes: tuple[str, ...] | None = PROBES) -> Vocabulary:
    """Return the words for one cloud; an address stands for any cloud, the local one for the public one."""
    of_cloud = {"local": "public"}.get(cloud, cloud)
    everywhere = of_cloud not in {entry.cloud for entry in catalogue.regions.values()}
    here = {name: entry for name, entry in catalogue.regions.items() if everywhere or entry.cloud == of_cloud}
    return Vocabulary(
        models=tuple(catalogue.models),
        regions=tuple(here),
        elsewhere=tuple(name for name in catalogue.regions if name not in here),
        geographies=tuple(dict.fromkeys(entry.geography for entry in here.values())),
        probes=probes,
    )


def nearest(word: str, choices: Sequence[str]) -> str | None:
    """Return the choice that was probably meant, None where nothing is close."""
    by_form = {_form(choice): choice for choice in choices}
    if _form(word) in by_form:
        return by_form[_form(word)]
    found = difflib.get_close_matches(_form(word), list(by_form), n=1, cutoff=0.6)
    return by_form[found[0]] if found else None


def suggestion(word: str, choices: Sequence[str]) -> str:
    """Say what was probably meant and what is allowed; for a long list only as much as helps."""
    meant = nearest(word, choices)
    if len(choices) <= MOST_SHOWN:
        allowed = f"allowed: {listed(choices)}"
        return f"did you mean `{meant}`? {allowed}" if meant else allowed
    if meant:
        return f"did you mean `{meant}`?"
    return f"allowed: {listed(choices[:MOST_SHOWN])} and {len(choices) - MOST_SHOWN} more"


def listed(words: Iterable[str]) -> str:
    """Write words as a list for a sentence."""
    return ", ".join(f"`{word}`" for word in words)


def _form(word: str) -> str:
    return region(word).replace("-", "").replace("_", "")
