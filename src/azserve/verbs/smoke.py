"""`azserve smoke`: ask each endpoint questions and check the answers."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from azserve.config.loading import plain_file
from azserve.config.vocabulary import suggestion
from azserve.errors import ConfigurationError, Problem
from azserve.model.catalogue import Catalogue, Hosting
from azserve.model.endpoint import Endpoint
from azserve.model.names import EndpointKey
from azserve.model.progress import Progress, silent
from azserve.model.resource_id import ResourceId
from azserve.model.results import ProbesResult, ProbeSummary, SmokeResult
from azserve.model.settings import ContentFilter, OwnProbe, Settings, SmokeSettings
from azserve.planning.surroundings import connections_to
from azserve.verbs.ports import AzurePorts, Clock
from azserve.verbs.receipt_file import ReceiptRead
from azserve.verbs.standing import Selection, chosen, require_in_file, standing
from azserve.verifying import Probe, ProbeRun, probes, run_probes
from azserve.verifying.locking import Lock, changes, lock_of, read_lock, seen_now, text_of
from azserve.verifying.purse import Rate
from azserve.verifying.reading import probe_of
from azserve.verifying.running import chosen_probes


@dataclass(frozen=True, slots=True)
class SmokeRequest:
    """What to ask, and whom."""

    settings: Settings
    catalogue: Catalogue
    selection: Selection | None = None
    probes: tuple[str, ...] = ()
    """Only these, all required; empty: every probe, required as the file says."""
    among: tuple[str, ...] = ()
    """Ask no others than these, required as the file says; empty: all there are."""
    receipt: ReceiptRead | None = None
    """What stands, as a deploy left it, for a machine that reaches the endpoints; None asks ARM."""


def smoke(request: SmokeRequest, azure: AzurePorts, clock: Clock, progress: Progress = silent) -> SmokeResult:
    """Probe every endpoint that stands, all of them side by side.

    With a receipt, ARM is asked for keys alone, and `smoke: {from: private}` no longer excuses what is unreachable:
    this is where it should be reached from. Raises ChecksFailed where no endpoint is left to ask, and what
    `require_probes` and `require_in_file` raise.
    """
    require_probes(request)
    if request.receipt is None:
        endpoints = standing(request.settings, request.catalogue, azure, clock, request.selection)
        return smoke_of(request, endpoints, azure, progress)
    settings = request.settings
    require_in_file(settings, request.selection)
    here = replace(settings, smoke=replace(settings.smoke, private=False))
    endpoints = chosen("the receipt names no endpoint", request.receipt.endpoints, request.selection)
    return smoke_of(replace(request, settings=here), endpoints, azure, progress)


def require_probes(request: SmokeRequest) -> None:
    """Raise what `sound_probes` and `chosen_probes` raise: faults of command and file are told without a network."""
    chosen_probes(sound_probes(request.settings), request.probes)


def sound_probes(settings: Settings) -> tuple[Probe, ...]:
    """Return what `known_probes` returns; raises ConfigurationError also for one that is required and not among them.

    The file's reader has seen to that but for a folder of probes, whose names it does not know.
    """
    known = known_probes(settings)
    names = [probe.name for probe in known]
    problems = tuple(
        Problem("unknown-probe", f"`{name}` is required and there is no such probe", hint=suggestion(name, names),
                where="smoke.required")
        for name in required_anywhere(settings.smoke) if name not in names
    )  # fmt: skip
    if problems:
        raise ConfigurationError(problems[0].message, code="unknown-probe", found=problems)
    return known


def smoke_of(
    request: SmokeRequest, endpoints: tuple[Endpoint, ...], azure: AzurePorts, progress: Progress = silent
) -> SmokeResult:
    """Probe these endpoints."""
    known = known_probes(request.settings)
    run = ProbeRun(
        fleet_id=request.settings.fleet_id,
        endpoints=endpoints,
        smoke=request.settings.smoke,
        catalogue=request.catalogue,
        only=request.probes,
        probes=tuple(each for each in known if not request.among or each.name in request.among),
        unfiltered=_unfiltered(request.settings),
        connections=lambda endpoint: _connections(request.settings, endpoint),
        rates=_rates(request.settings) if request.settings.smoke.budget_usd is not None else {},
    )
    return run_probes(run, azure.models, monotonic=time.monotonic, wait=time.sleep, progress=progress)


@dataclass(frozen=True, slots=True)
class HeldLock:
    """What came of holding a result against a lock."""

    problems: tuple[Problem, ...]
    text: str | None
    """The file to write; None leaves it as it is."""


def read_locked(file: Path) -> Lock | None:
    """Return what a lock holds, None where there is none yet. Raises ConfigurationError for what is no lock."""
    if not file.exists():
        return None
    try:
        return read_lock(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"`{file}` could not be read", code="lock-unreadable") from error


def held_against(result: SmokeResult, locked: Lock | None, file: Path, *, whole: bool) -> HeldLock:
    """Compare a result with its lock; without one, make it. `whole`: no endpoint was left out on purpose."""
    if locked is None:
        return HeldLock((), text_of(lock_of(result.findings)))
    return HeldLock(tuple(changes(locked, seen_now(result.findings), str(file), whole=whole)), None)


def required_anywhere(smoke: SmokeSettings) -> tuple[str, ...]:
    """Return the probes that some endpoint must pass."""
    return tuple(dict.fromkeys([*smoke.required, *(name for names in smoke.by_endpoint.values() for name in names)]))


def _unfiltered(settings: Settings) -> frozenset[EndpointKey]:
    return frozenset(key for key, each in settings.endpoints.items() if each.content_filter is ContentFilter.OFF)


def _connections(settings: Settings, endpoint: Endpoint) -> tuple[ResourceId, ...]:
    if endpoint.hosting is Hosting.FOUNDRY:
        return ()
    return connections_to(settings, endpoint.key, endpoint.region)


def list_probes(settings: Settings | None = None) -> ProbesResult:
    """Return the probes there are, the file's own after ours."""
    known = known_probes(settings) if settings else probes()
    return ProbesResult(tuple(ProbeSummary(each.name, each.asks, tuple(each.needs)) for each in known))


def _rates(settings: Settings) -> dict[EndpointKey, Rate]:
    """Return what tokens cost by the prices once read; those of today are `azserve cost`'s to ask."""
    from azserve.catalogue.prices import load_prices

    book = load_prices()
    rates = {}
    for key, each in settings.endpoints.items():
        tariff = book.tariff(each.model, each.hosting, each.sku)
        if tariff and tariff.input and tariff.output:
            amounts = (tariff.input.recorded, tariff.output.recorded)
            if amounts[0] is not None and amounts[1] is not None:
                rates[key] = Rate(amounts[0], amounts[1])
    return rates


def _in_folder(folder: Path | None) -> dict[str, OwnProbe]:
    """Return the probes of a folder by their files' names; raises ConfigurationError where one cannot be read."""
    if folder is None:
        return {}
    if not folder.is_dir():
        raise ConfigurationError(f"`{folder}` is no folder of probes", code="probes-missing", where="smoke.probes_from")
    files = sorted(each for each in folder.iterdir() if each.suffix in {".yaml", ".yml", ".json"})
    return {file.stem: OwnProbe(plain_file(file), str(file)) for file in files}


def known_probes(settings: Settings) -> tuple[Probe, ...]:
    """Return our probes and the user's own; one of his by the same name stands in for ours.

    Raises ConfigurationError (`probe-unfit`) with every probe that does not fit.
    """
    problems: list[Problem] = []
    known = {probe.name: probe for probe in probes()}
    for name, own in {**_in_folder(settings.smoke.probe_folder), **settings.smoke.probes}.items():
        try:
            known[name] = probe_of(name, own.raw)
        except ValueError as error:
            problems.append(Problem("probe-unfit", f"the probe `{name}` does not fit: {error}", where=own.where))
    if problems:
        raise ConfigurationError(problems[0].message, code="probe-unfit", found=tuple(problems))
    return tuple(known.values())
