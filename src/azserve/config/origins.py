"""`validate --show`: the resolved file, with the origin of each value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from azserve.config.loading import Loaded, load_settings
from azserve.config.request import ConfigRequest
from azserve.config.tree import Branch, Part, Path, locate, spelled
from azserve.model.json import JsonObject, JsonValue
from azserve.model.resolved import Origin, OriginKind, ResolvedDocument, ResolvedValue
from azserve.model.settings import EndpointSettings

_CATALOGUE = Origin(OriginKind.CATALOGUE, "")
_LISTS = ("within", "avoid")
"""What a list of regions leaves out, rather than stands for."""


def resolved_document(request: ConfigRequest) -> ResolvedDocument:
    """Return every value azserve works from and what set it; raises ConfigurationError as loading does."""
    loaded = load_settings(request)
    document = _document(loaded)
    return ResolvedDocument(
        fleet_id=loaded.settings.fleet_id,
        file=loaded.settings.file,
        document=document,
        values=tuple(
            ResolvedValue(spelled(path), value, origin)
            for path, value in _leaves(document)
            if (origin := _origin(loaded, path)).kind is not OriginKind.DEFAULT or value not in ([], {})
        ),
    )


def _document(loaded: Loaded) -> JsonObject:
    dumped: dict[str, JsonValue] = loaded.shape.model_dump(mode="json", by_alias=True, exclude_none=True)
    endpoints = dumped["endpoints"]
    assert isinstance(endpoints, dict)
    for settings in loaded.settings.endpoints.values():
        endpoints[settings.key] = _endpoint(endpoints[settings.key], settings)
    return dumped


def _endpoint(dumped: JsonValue, settings: EndpointSettings) -> JsonObject:
    """Lay what was worked out over what the file says: hosting, version, sku, capacity, and inherited regions."""
    assert isinstance(dumped, Mapping)
    own = settings.regions
    if own is not None:
        regions = {"need": own.need or "all", "of": [*own.of], "within": [*own.within], "avoid": [*own.avoid]}
        dumped = {**dumped, "regions": regions}
    capacity = settings.capacity
    worked_out: dict[str, JsonValue] = {
        "hosting": settings.hosting.value,
        "version": settings.version,
        "sku": settings.sku,
        "capacity": {"min": capacity.minimum, "target": capacity.target} if capacity else None,
    }
    first = {"model": dumped["model"]} | {key: value for key, value in worked_out.items() if value is not None}
    return {**first, **{key: value for key, value in dumped.items() if key not in first}}


def _leaves(value: JsonValue, path: Path = ()) -> Iterator[tuple[Path, JsonValue]]:
    """Yield scalars and empty containers, which are values too."""
    inside: list[tuple[Part, JsonValue]] = []
    if isinstance(value, Mapping):
        inside = list(value.items())
    elif isinstance(value, Sequence) and not isinstance(value, str):
        inside = list(enumerate(value))
    if not inside:
        yield path, value
    for part, item in inside:
        yield from _leaves(item, (*path, part))


def _origin(loaded: Loaded, path: Path) -> Origin:
    located = locate(loaded.tree, path)
    if located.implied and path[-1] in _LISTS:
        return Origin(OriginKind.DEFAULT, "")
    if located.absent and path[0] == "endpoints" and path[2:3] == ("regions",):
        # What an endpoint's own choice leaves open, the fleet's decides.
        return _origin(loaded, path[2:])
    if located.absent:
        return _CATALOGUE if path[0] == "endpoints" and path[-1] == "hosting" else Origin(OriginKind.DEFAULT, "")
    if path[0] == "endpoints" and path[-1] == "version" and _is_latest(loaded.tree, path):
        return replace(_CATALOGUE, detail=f"`latest` at {located.origin.detail}")
    return located.origin


def _is_latest(tree: Branch, path: Path) -> bool:
    return getattr(locate(tree, path).node, "value", None) == "latest"
