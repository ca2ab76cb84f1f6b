"""All endpoints side by side, in a stable order, under one budget."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from azserve.errors import UsageError
from azserve.model.catalogue import Catalogue
from azserve.model.endpoint import Endpoint
from azserve.model.finding import Finding, Outcome
from azserve.model.names import EndpointKey, FleetId
from azserve.model.progress import Progress, silent
from azserve.model.resource_id import ResourceId
from azserve.model.results import SmokeResult
from azserve.model.settings import SmokeSettings
from azserve.threads import side_by_side
from azserve.verifying.asking import Means, ask_endpoint
from azserve.verifying.comparing import outliers
from azserve.verifying.judging import Task, subject_of
from azserve.verifying.patience import Patience
from azserve.verifying.ports import ModelClients
from azserve.verifying.probe import Probe
from azserve.verifying.purse import FREE, Purse, Rate
from azserve.verifying.reading import probes

AT_ONCE: Final = 32
"""Endpoints asked at the same time: they mostly wait for a model."""


@dataclass(frozen=True, slots=True)
class ProbeRun:
    """What to ask, and whom."""

    fleet_id: FleetId
    endpoints: tuple[Endpoint, ...]
    smoke: SmokeSettings
    catalogue: Catalogue
    only: tuple[str, ...] = ()
    """Only these probes, all of them required; empty: every probe, required as `smoke` says."""
    patience: Patience = field(default_factory=Patience)
    probes: tuple[Probe, ...] = field(default_factory=probes)
    """Those that there are: ours, and the user's own."""
    unfiltered: frozenset[EndpointKey] = frozenset()
    """Endpoints whose content filter was switched off."""
    rates: Mapping[EndpointKey, Rate] = field(default_factory=dict)
    """What tokens cost, where a price is known; others count for the budget of tokens alone."""
    connections: Callable[[Endpoint], tuple[ResourceId, ...]] = lambda _: ()
    """The connections that other people's projects should have to an endpoint."""


def run_probes(
    run: ProbeRun,
    clients: ModelClients,
    *,
    monotonic: Callable[[], float],
    wait: Callable[[float], None],
    progress: Progress = silent,
) -> SmokeResult:
    """Ask every endpoint, all of them side by side; the findings keep the order of endpoints and of probes.

    Raises UsageError (`probe-unknown`) for a probe in `only` that there is not, before anything is asked.
    """
    chosen = chosen_probes(run.probes, run.only)
    began = monotonic()
    purse = Purse(run.smoke.budget_tokens, run.smoke.budget_usd)
    means = Means(clients, purse, run.patience, monotonic, wait, progress)

    def ask(endpoint: Endpoint) -> tuple[Finding, ...]:
        required = frozenset(run.only) or required_of(run.smoke, endpoint)
        unfiltered = endpoint.key in run.unfiltered
        known = subject_of(endpoint, run.catalogue, private=run.smoke.private, unfiltered=unfiltered)
        subject = replace(known, rate=run.rates.get(endpoint.key, FREE), connections=run.connections(endpoint))
        found = ask_endpoint(subject, [Task(probe, probe.name in required) for probe in chosen], means)
        return (*found, *_missing(run.probes, required, endpoint))

    asked = side_by_side(ask, run.endpoints, AT_ONCE, name="azserve-smoke")
    findings = tuple(finding for found in asked for finding in found)
    capped = run.smoke.budget_usd is not None
    return SmokeResult(
        fleet_id=run.fleet_id,
        findings=findings,
        spent=purse.spent,
        seconds=monotonic() - began,
        outliers=outliers(findings),
        usd=purse.spent_usd if capped else None,
        unpriced=tuple(dict.fromkeys(each.key for each in run.endpoints if capped and each.key not in run.rates)),
    )


def required_of(smoke: SmokeSettings, endpoint: Endpoint) -> frozenset[str]:
    """Return the probes that an endpoint must pass."""
    return frozenset(smoke.required) | frozenset(smoke.by_endpoint.get(endpoint.key, ()))


def chosen_probes(there_are: Sequence[Probe], only: Sequence[str]) -> tuple[Probe, ...]:
    """Return those named in `only`, or all. Raises UsageError (`probe-unknown`) for a name that there is not."""
    known = {probe.name: probe for probe in there_are}
    for name in only:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f"did you mean `{near[0]}`? " if near else ""
            names = ", ".join(f"`{each}`" for each in known)
            raise UsageError(f"there is no probe `{name}`", code="probe-unknown", hint=f"{meant}there are {names}")
    return tuple(probe for name, probe in known.items() if not only or name in only)


def _missing(there_are: Sequence[Probe], required: frozenset[str], endpoint: Endpoint) -> tuple[Finding, ...]:
    """Return a finding for each required probe that there is not: what was not asked has not been proved."""
    known = {probe.name for probe in there_are}
    return tuple(
        Finding(
            probe=name,
            endpoint=endpoint.key,
            region=endpoint.region,
            outcome=Outcome.SKIPPED,
            required=True,
            message=f"this version of azserve has no probe `{name}`",
            code="probe-unknown",
            hint="take it out of `smoke.required`; `azserve smoke --list` shows what there is",
            attempts=0,
        )
        for name in sorted(required - known)
    )
