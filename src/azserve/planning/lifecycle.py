"""What a model's published and live lifecycle says about deploying it today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from azserve.model.catalogue import Catalogue, HostedModel, Hosting, Lifecycle, LifecycleStage
from azserve.model.facts import OfferedModel, OfferedSku
from azserve.model.settings import EndpointSettings, Settings
from azserve.model.verdict import Answer, Evidence, Rank, Reason, ReasonCode
from azserve.planning.situation import Ground, Situation, ground

SOON_DAYS: Final = 90
REFUSING: Final = {"deprecating", "deprecated", "retired"}
"""Live words that refuse new deployments: Azure answers ServiceModelDeprecating or ServiceModelDeprecated (users'
reports of both errors, gathered 2026)."""


def lifecycle_of(endpoint: EndpointSettings, hosted: HostedModel | None) -> Lifecycle | None:
    """Return the lifecycle of what would be deployed: the pinned version, or what serverless runs."""
    if hosted is None:
        return None
    version = "latest" if endpoint.hosting is Hosting.SERVERLESS else endpoint.version
    return hosted.lifecycles.get(version or "")


def published_grounds(
    endpoint: EndpointSettings, catalogue: Catalogue, today: date, *, strict: bool = False
) -> Iterator[Ground]:
    """Yield what the published schedule says; it blocks only where `strict`."""
    lifecycle = lifecycle_of(endpoint, catalogue.hosted(endpoint.model, endpoint.hosting))
    if lifecycle is None:
        return
    past = Answer.NO if strict else Answer.YES
    hint = move_hint(endpoint, lifecycle, catalogue)
    retires = lifecycle.retires
    numbers = {"days": float((retires - today).days)} if retires else {}
    if (retires and retires <= today) or (retires is None and lifecycle.stage is LifecycleStage.RETIRED):
        text = f"Azure retired {_named(endpoint, lifecycle)}{_replacement(lifecycle)}"
        yield ground(past, ReasonCode.MODEL_RETIRED, text, lifecycle.evidence, hint=hint, numbers=numbers)
        return
    if lifecycle.stage is LifecycleStage.DEPRECATED:
        text = f"Azure's schedule has {_named(endpoint, lifecycle)} as deprecated{_replacement(lifecycle)}"
        yield ground(past, ReasonCode.MODEL_DEPRECATED, text, lifecycle.evidence, hint=hint, numbers=numbers)
    if retires and (retires - today).days <= SOON_DAYS:
        text = f"Azure retires {_named(endpoint, lifecycle)}{_replacement(lifecycle)}"
        yield ground(Answer.YES, ReasonCode.RETIRING_SOON, text, lifecycle.evidence, hint=hint, numbers=numbers)


def live_grounds(
    endpoint: EndpointSettings,
    offered: OfferedModel,
    sku: OfferedSku | None,
    evidence: Evidence,
    situation: Situation,
) -> Iterator[Ground]:
    """Yield what the region itself says of the model: a live Deprecated refuses new deployments."""
    lifecycle = lifecycle_of(endpoint, situation.hosted(endpoint))
    hint = move_hint(endpoint, lifecycle, situation.catalogue) if lifecycle else "choose another version or model"
    if offered.lifecycle.lower() in REFUSING:
        text = f"the region lists `{endpoint.model}` version `{offered.version}` as {offered.lifecycle}"
        yield ground(Answer.NO, ReasonCode.MODEL_DEPRECATED, text, evidence, hint=hint)
        return
    ends = live_end(offered, sku)
    if ends is not None and (ends - situation.today).days <= SOON_DAYS:
        numbers = {"days": float((ends - situation.today).days)}
        if ends <= situation.today:
            text = f"the region gave `{endpoint.model}` version `{offered.version}` until {ends.isoformat()}"
            past = Answer.NO if situation.strict else Answer.YES
            yield ground(past, ReasonCode.MODEL_RETIRED, text, evidence, hint=hint, numbers=numbers)
            return
        text = f"the region gives `{endpoint.model}` version `{offered.version}` until {ends.isoformat()}"
        yield ground(Answer.YES, ReasonCode.RETIRING_SOON, text, evidence, hint=hint, numbers=numbers)


def live_end(offered: OfferedModel, sku: OfferedSku | None) -> date | None:
    """Return the day that a region gives a model in a sku; the sku may end first."""
    return min((day for day in (offered.retires, sku.deprecates if sku else None) if day), default=None)


def published_warnings(settings: Settings, catalogue: Catalogue, today: date) -> tuple[Reason, ...]:
    """Return one warning per model and hosting that is retired, deprecated or within 90 days of its end.

    Needs no facts from Azure, so it is said even where nothing could be read.
    """
    found: dict[str, Reason] = {}
    for endpoint in settings.endpoints.values():
        for one in published_grounds(endpoint, catalogue, today):
            found.setdefault(one.reason.message, one.reason)
    return tuple(found.values())


def move_hint(endpoint: EndpointSettings, lifecycle: Lifecycle, catalogue: Catalogue) -> str:
    """Return the edit that moves an endpoint to its model's replacement."""
    to = lifecycle.replacement
    if to is None:
        return f"choose another model for `{endpoint.key}`"
    edit = f"set `model: {to}`"
    other = catalogue.models.get(to)
    if other is None or endpoint.hosting in other.hostings:
        return f"{edit} for `{endpoint.key}`"
    hostings = ", ".join(sorted(other.hostings))
    return f"{edit} and `hosting: {hostings}` for `{endpoint.key}`"


def _named(endpoint: EndpointSettings, lifecycle: Lifecycle) -> str:
    when = f" on {lifecycle.retires.isoformat()}" if lifecycle.retires else ""
    guessed = f" (inferred for {endpoint.hosting})" if lifecycle.evidence.rank is Rank.INFERRED else ""
    version = f" version `{endpoint.version}`" if endpoint.version else ""
    return f"`{endpoint.model}`{version}{when}{guessed}"


def _replacement(lifecycle: Lifecycle) -> str:
    return f"; replacement `{lifecycle.replacement}`" if lifecycle.replacement else ""
