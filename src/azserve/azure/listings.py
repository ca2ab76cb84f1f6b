"""Items of Azure's lists, read into nouns. Pure; shapes as recorded on 2026-04-23 (eastus2, api-version 2025-06-01)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from azserve.model.facts import OfferedModel, OfferedSku, QuotaPool, RateLimit
from azserve.model.json import JsonObject, JsonValue

NO_DATE_FROM: Final = 2099
"""The service writes 2099-12-31, and for some skus 2099-06-01, where it has no date."""


def names_one_of(item: JsonObject, names: Collection[str] | None) -> bool:
    """Return whether an entry of a model list has one of the names, in lower case; None stands for all names.

    A list has hundreds of entries and a fleet a few models: reading all of them took longer than parsing the JSON.
    """
    return names is None or _text(_object(item.get("model")).get("name")).lower() in names


def offered_model(item: JsonObject) -> OfferedModel:
    """Read one entry of `locations/{location}/models`. What is missing reads as empty, never as an error."""
    model = _object(item.get("model"))
    return OfferedModel(
        format=_text(model.get("format")),
        name=_text(model.get("name")),
        version=_text(model.get("version")),
        kind=_text(item.get("kind")),
        lifecycle=_text(model.get("lifecycleStatus")),
        skus=tuple(_sku(sku) for sku in _objects(model.get("skus"))),
        is_default_version=model.get("isDefaultVersion") is True,
        retires=_date(_object(model.get("deprecation")).get("inference")),
        publisher=_text(model.get("publisher")) or None,
        capabilities={str(name): _text(value) for name, value in _object(model.get("capabilities")).items()},
    )


def quota_pools(items: Iterable[JsonObject]) -> tuple[QuotaPool, ...]:
    """Read the entries of a usages list, of Cognitive Services or of Machine Learning.

    An entry without both numbers, or with a limit below zero, says nothing of what is left: it is left out, for a
    pool that nobody names is unknown, and one of zero would be a no.
    """
    found: list[QuotaPool] = []
    for item in items:
        name, current, limit = _object(item.get("name")), _number(item.get("currentValue")), _number(item.get("limit"))
        if current is not None and limit is not None and limit >= 0:
            found.append(QuotaPool(_text(name.get("value")), _text(name.get("localizedValue")), current, limit))
    return tuple(found)


def _sku(sku: JsonObject) -> OfferedSku:
    capacity = _object(sku.get("capacity"))
    return OfferedSku(
        name=_text(sku.get("name")),
        usage_name=_text(sku.get("usageName")),
        capacity_default=_whole(capacity.get("default")),
        capacity_minimum=_whole(capacity.get("minimum")),
        capacity_maximum=_whole(capacity.get("maximum")),
        capacity_step=_whole(capacity.get("step")),
        rate_limits=tuple(_rate_limit(limit) for limit in _objects(sku.get("rateLimits"))),
        deprecates=_date(sku.get("deprecationDate")),
    )


def _rate_limit(limit: JsonObject) -> RateLimit:
    return RateLimit(
        key=_text(limit.get("key")),
        count=_number(limit.get("count")) or 0.0,
        renewal_period_s=_number(limit.get("renewalPeriod")) or 60.0,
    )


def _date(value: JsonValue) -> date | None:
    try:
        found = date.fromisoformat(_text(value)[:10])
    except ValueError:
        return None
    return None if found.year >= NO_DATE_FROM else found


def _text(value: JsonValue) -> str:
    return value if type(value) is str else "" if value is None else str(value)


def _number(value: JsonValue) -> float | None:
    return float(value) if type(value) is int or type(value) is float else None


def _whole(value: JsonValue) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _object(value: JsonValue) -> JsonObject:
    # What was parsed from JSON is a dict; asking an abstract class costs ten times as much, and lists are long.
    return value if type(value) is dict or isinstance(value, Mapping) else {}


def _objects(value: JsonValue) -> Sequence[JsonObject]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ()
    return [item for item in value if isinstance(item, Mapping)]
