"""`azserve models list|show`: what is known of models, from the catalogue, and from Azure where it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from azserve.errors import AzserveError, UsageError
from azserve.model.catalogue import Catalogue, HostedModel, Hosting, Lifecycle, LifecycleStage, ModelEntry
from azserve.model.facts import OfferedModel, OfferedSku
from azserve.model.names import ModelName, Region
from azserve.model.outlook import (
    AffectedEndpoint,
    HostingDetail,
    LiveStatus,
    MeterDetail,
    ModelResult,
    ModelRow,
    ModelsResult,
    SkuDetail,
    VersionDetail,
)
from azserve.model.prices import Meter, PriceBook
from azserve.model.settings import EndpointSettings, Settings
from azserve.model.verdict import Evidence, Rank
from azserve.planning.choosing import candidates
from azserve.planning.holdings import same_text
from azserve.planning.lifecycle import REFUSING, lifecycle_of, live_end
from azserve.planning.moving import move_edit
from azserve.planning.offers import ACCOUNT_KIND, pick_sku, sku_of
from azserve.planning.worth import per_minute
from azserve.surveying.ports import AzureReader
from azserve.threads import side_by_side

Lists = Mapping[Region, tuple[OfferedModel, ...] | str]
"""What each region lists, or why that is not known."""


@dataclass(frozen=True, slots=True)
class ModelsRequest:
    """Which models to list."""

    catalogue: Catalogue
    today: date
    within_days: int | None = None
    """Only what retires in so many days, or has."""
    hosting: Hosting | None = None
    settings: Settings | None = None
    """Whose endpoints may be affected."""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """Which model to show."""

    catalogue: Catalogue
    prices: PriceBook
    today: date
    model: str
    regions: tuple[Region, ...] = ()
    """Where to ask Azure, where it is asked at all; empty: wherever the documents offer it."""


def list_models(request: ModelsRequest, reader: AzureReader | None = None) -> ModelsResult:
    """Return the models known of; with a reader, what the regions of the fleet say of its own models besides."""
    rows = [row for entry in request.catalogue.models.values() for row in _rows(entry, request)]
    settings = request.settings
    lists = _read(reader, _asked(settings, request.catalogue)) if reader and settings else {}
    return ModelsResult(
        rows=tuple(rows),
        as_of=request.catalogue.as_of,
        within_days=request.within_days,
        fleet_id=settings.fleet_id if settings else None,
        affected=tuple(_affected(settings, lists, request)) if settings and request.within_days is not None else (),
        unreadable=_unreadable(lists),
    )


def show_model(request: ModelRequest, reader: AzureReader | None = None) -> ModelResult:
    """Return everything known of a model; with a reader, what the regions list of it besides.

    Raises UsageError for a model that neither the catalogue nor any region asked knows.
    """
    entry = find_model(request.model, request.catalogue)
    lists: Lists = {}
    if reader is not None:
        lists = _read(reader, request.regions or _documented(entry, request.catalogue))
    name = entry.name if entry else ModelName(request.model)
    listed = _listings(name, lists)
    if entry is None and not listed:
        raise unknown_model(request.model, request.catalogue)
    hosted = dict(entry.hostings) if entry else {}
    details = [_hosting(name, each, listed, request) for each in hosted.values()]
    if Hosting.FOUNDRY not in hosted and listed:
        details.append(_only_listed(listed, request.today))
    return ModelResult(
        model=name,
        publisher=entry.publisher if entry else next((one.publisher or one.format for _, one in listed), None),
        summary=entry.summary if entry else "",
        hostings=tuple(details),
        as_of=request.catalogue.as_of,
        asked=tuple(region for region, found in lists.items() if not isinstance(found, str)),
        unreadable=_unreadable(lists),
    )


def find_model(name: str, catalogue: Catalogue) -> ModelEntry | None:
    """Return a model whatever the case of its name, None where the catalogue does not know it."""
    return next((entry for entry in catalogue.models.values() if same_text(entry.name, name)), None)


def unknown_model(name: str, catalogue: Catalogue) -> UsageError:
    """Return the error for a model nobody knows, with the nearest that is known."""
    import difflib

    known = {str(each).lower(): str(each) for each in catalogue.models}
    near = [known[each] for each in difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.5)]
    meant = f"did you mean {', '.join(f'`{each}`' for each in near)}? " if near else ""
    hint = f"{meant}`azserve models list` shows what the catalogue knows; `--live` asks Azure for others"
    return UsageError(f"no model `{name}` is known", code="unknown-model", hint=hint)


def _rows(entry: ModelEntry, request: ModelsRequest) -> Iterator[ModelRow]:
    for hosting, hosted in entry.hostings.items():
        if request.hosting not in {None, hosting}:
            continue
        together: dict[tuple[object, ...], list[str]] = {}
        for version, each in hosted.lifecycles.items():
            together.setdefault((each.stage, each.retires, each.replacement, each.evidence), []).append(version)
        for versions in together.values():
            lifecycle = hosted.lifecycles[versions[0]]
            if request.within_days is None or _ends(lifecycle, request.today, request.within_days):
                yield _row(entry, hosted, tuple(versions), lifecycle, request.today)


def _row(
    entry: ModelEntry, hosted: HostedModel, versions: tuple[str, ...], lifecycle: Lifecycle, today: date
) -> ModelRow:
    return ModelRow(
        model=entry.name,
        hosting=hosted.hosting,
        publisher=entry.publisher,
        offer=hosted.offer,
        versions=versions,
        stage=lifecycle.stage,
        retires=lifecycle.retires,
        days=_days(lifecycle, today),
        replacement=lifecycle.replacement,
        regions=None if hosted.regions is None else len(hosted.regions),
        evidence=lifecycle.evidence,
    )


def _days(lifecycle: Lifecycle, today: date) -> int | None:
    return (lifecycle.retires - today).days if lifecycle.retires else None


def _ends(lifecycle: Lifecycle, today: date, within_days: int) -> bool:
    days = _days(lifecycle, today)
    if days is not None:
        return days <= within_days
    return lifecycle.stage in {LifecycleStage.DEPRECATED, LifecycleStage.RETIRED}


def _affected(settings: Settings, lists: Lists, request: ModelsRequest) -> Iterator[AffectedEndpoint]:
    assert request.within_days is not None
    for endpoint in settings.endpoints.values():
        hosted = request.catalogue.hosted(endpoint.model, endpoint.hosting)
        lifecycle = lifecycle_of(endpoint, hosted)
        live = tuple(_live_ends(endpoint, sku_of(endpoint, hosted), lists, request.today, request.within_days))
        published = lifecycle is not None and _ends(lifecycle, request.today, request.within_days)
        if not published and not live:
            continue
        dates = [each.retires for each in live if each.retires] + (
            [lifecycle.retires] if lifecycle and lifecycle.retires else []
        )
        ends = min(dates, default=None)
        told = lifecycle.evidence if lifecycle and published and lifecycle.retires == ends else None
        yield AffectedEndpoint(
            endpoint=endpoint.key,
            model=endpoint.model,
            hosting=endpoint.hosting,
            version=endpoint.version,
            retires=ends,
            days=(ends - request.today).days if ends else None,
            evidence=told or Evidence(Rank.LIVE, "GET …/models"),
            edit=move_edit(endpoint.model, endpoint.hosting, lifecycle, request.catalogue) if lifecycle else (),
            live=live,
        )


def _live_ends(
    endpoint: EndpointSettings, sku: str, lists: Lists, today: date, within_days: int
) -> Iterator[LiveStatus]:
    """Yield what regions say of a model that takes no new deployments there, or ends soon."""
    if endpoint.hosting is not Hosting.FOUNDRY:
        return
    for region, one in _listings(endpoint.model, lists):
        if one.version != endpoint.version:
            continue
        ends = live_end(one, pick_sku(one, sku))
        soon = ends is not None and (ends - today).days <= within_days
        if soon or one.lifecycle.lower() in REFUSING:
            yield LiveStatus(region, one.lifecycle, ends)


def _hosting(
    name: ModelName, hosted: HostedModel, listed: list[tuple[Region, OfferedModel]], request: ModelRequest
) -> HostingDetail:
    listed = listed if hosted.hosting is Hosting.FOUNDRY else []
    newest = hosted.lifecycles[hosted.versions[-1]]
    return HostingDetail(
        hosting=hosted.hosting,
        offer=hosted.offer,
        model_id=hosted.model_id,
        format=hosted.format,
        evidence=hosted.evidence,
        versions=(*_published(hosted, listed, request.today), *_unpublished(hosted, listed)),
        skus=tuple(_listed_skus(listed)) or tuple(_recorded_skus(name, hosted, request.catalogue)),
        tokens_per_minute=hosted.tokens_per_minute,
        requests_per_minute=hosted.requests_per_minute,
        limits_evidence=hosted.limits_evidence,
        regions=hosted.regions,
        regions_evidence=hosted.regions_evidence,
        meters=tuple(_meters(name, hosted, request.prices)),
        traits=hosted.traits,
        edit=move_edit(name, hosted.hosting, newest, request.catalogue),
    )


def _only_listed(listed: list[tuple[Region, OfferedModel]], today: date) -> HostingDetail:
    """Return what regions say of a model that nothing is published about."""
    evidence = Evidence(Rank.LIVE, "GET …/models")
    first = listed[0][1]
    versions = {one.version: one.retires for _, one in listed}
    return HostingDetail(
        hosting=Hosting.FOUNDRY,
        offer=None,
        model_id=None,
        format=first.format,
        evidence=evidence,
        versions=tuple(
            VersionDetail(version, None, ends, (ends - today).days if ends else None, None, evidence,
                          _statuses(version, listed))
            for version, ends in versions.items()
        ),
        skus=tuple(_listed_skus(listed)),
        tokens_per_minute=None,
        requests_per_minute=None,
        limits_evidence=None,
        regions=tuple(dict.fromkeys(region for region, _ in listed)),
        regions_evidence=evidence,
        meters=(),
        traits={},
        edit=(),
    )  # fmt: skip


def _published(hosted: HostedModel, listed: list[tuple[Region, OfferedModel]], today: date) -> Iterator[VersionDetail]:
    for version, each in hosted.lifecycles.items():
        live = _statuses(version, listed)
        days = _days(each, today)
        yield VersionDetail(version, each.stage, each.retires, days, each.replacement, each.evidence, live)


def _unpublished(hosted: HostedModel, listed: list[tuple[Region, OfferedModel]]) -> Iterator[VersionDetail]:
    for version in dict.fromkeys(one.version for _, one in listed if one.version not in hosted.lifecycles):
        evidence = Evidence(Rank.LIVE, "GET …/models")
        yield VersionDetail(version, None, None, None, None, evidence, _statuses(version, listed))


def _statuses(version: str, listed: list[tuple[Region, OfferedModel]]) -> tuple[LiveStatus, ...]:
    return tuple(LiveStatus(region, one.lifecycle, one.retires) for region, one in listed if one.version == version)


def _listed_skus(listed: list[tuple[Region, OfferedModel]]) -> Iterator[SkuDetail]:
    """Yield each sku once, with the numbers of the first region that lists it."""
    seen: set[tuple[str, str, str]] = set()
    for region, one in listed:
        for sku in one.skus:
            key = (one.version, sku.name, sku.usage_name)
            if key not in seen:
                seen.add(key)
                yield _listed_sku(sku, one, region)


def _listed_sku(sku: OfferedSku, one: OfferedModel, region: Region) -> SkuDetail:
    return SkuDetail(
        sku=sku.name,
        versions=(one.version,),
        tokens_per_minute=per_minute(sku, "token"),
        requests_per_minute=per_minute(sku, "request"),
        minimum=sku.capacity_minimum,
        maximum=sku.capacity_maximum,
        step=sku.capacity_step,
        pool=sku.usage_name,
        evidence=Evidence(Rank.LIVE, f"GET …/locations/{region}/models"),
    )


def _recorded_skus(name: ModelName, hosted: HostedModel, catalogue: Catalogue) -> Iterator[SkuDetail]:
    if hosted.hosting is not Hosting.FOUNDRY:
        return
    units = catalogue.units.get(name, ())
    for unit in units:
        yield SkuDetail(
            unit.sku, unit.versions, unit.tokens_per_minute, unit.requests_per_minute, unit.minimum, unit.maximum,
            unit.step, unit.pool, unit.evidence,
        )  # fmt: skip
    for sku in hosted.skus:
        if sku not in {unit.sku for unit in units}:
            yield SkuDetail(sku, hosted.versions, None, None, None, None, None, None, hosted.evidence)


def _meters(name: ModelName, hosted: HostedModel, prices: PriceBook) -> Iterator[MeterDetail]:
    for sku in hosted.skus or (None,):
        tariff = prices.tariff(name, hosted.hosting, sku)
        if tariff is None:
            continue
        counted: tuple[tuple[str, Meter | None, float], ...] = (
            ("input", tariff.input, 1e6),
            ("output", tariff.output, 1e6),
            ("hour", tariff.hourly, 1.0),
        )
        for counts, meter, quantity in counted:
            if meter is not None:
                amount = None if meter.recorded is None else meter.recorded * quantity
                yield MeterDetail(sku, counts, meter.name, amount, meter.evidence)


def _listings(model: ModelName, lists: Lists) -> list[tuple[Region, OfferedModel]]:
    return [
        (region, one)
        for region, found in lists.items()
        if not isinstance(found, str)
        for one in found
        if one.kind == ACCOUNT_KIND and same_text(one.name, model)
    ]


def _read(reader: AzureReader, regions: tuple[Region, ...]) -> Lists:
    """Return what each region lists. Raises the first error where not one could be read."""
    errors: list[AzserveError] = []

    def ask(region: Region) -> tuple[OfferedModel, ...] | str:
        try:
            return reader.models(region)
        except AzserveError as error:
            errors.append(error)
            return f"`{region}`: {error.code}: {error.message}"

    asks: list[Callable[[], tuple[OfferedModel, ...] | str]] = [partial(ask, region) for region in regions]
    found = side_by_side(lambda one: one(), asks)
    if errors and len(errors) == len(regions):
        raise min(errors, key=lambda error: (error.code, error.message))
    return dict(zip(regions, found, strict=True))


def _unreadable(lists: Lists) -> tuple[str, ...]:
    return tuple(found for found in lists.values() if isinstance(found, str))


def _asked(settings: Settings | None, catalogue: Catalogue) -> tuple[Region, ...]:
    return candidates(settings, catalogue) if settings else ()


def _documented(entry: ModelEntry | None, catalogue: Catalogue) -> tuple[Region, ...]:
    hosted = entry.hostings.get(Hosting.FOUNDRY) if entry else None
    if hosted and hosted.regions:
        return hosted.regions
    return tuple(name for name, each in catalogue.regions.items() if each.cloud == "public")
