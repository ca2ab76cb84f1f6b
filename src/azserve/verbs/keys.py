"""`azserve keys list`: both keys of each endpoint."""

from __future__ import annotations

from dataclasses import dataclass

from azserve.errors import AzserveError
from azserve.model.catalogue import Catalogue
from azserve.model.endpoint import Endpoint
from azserve.model.results import KeysResult, KeysRow
from azserve.model.settings import Settings
from azserve.threads import side_by_side
from azserve.verbs.ports import AzurePorts, Clock
from azserve.verbs.standing import Selection, standing


@dataclass(frozen=True, slots=True)
class KeysRequest:
    """Whose keys."""

    settings: Settings
    catalogue: Catalogue
    selection: Selection | None = None


def list_keys(request: KeysRequest, azure: AzurePorts, clock: Clock) -> KeysResult:
    """Read the keys; an endpoint that gives none is a row with the reason."""
    endpoints = standing(request.settings, request.catalogue, azure, clock, request.selection)
    rows = side_by_side(lambda endpoint: _row(endpoint, azure), endpoints)
    return KeysResult(fleet_id=request.settings.fleet_id, rows=tuple(rows))


def _row(endpoint: Endpoint, azure: AzurePorts) -> KeysRow:
    try:
        keys = azure.endpoints.keys(endpoint)
    except AzserveError as error:
        return KeysRow(endpoint.key, endpoint.region, endpoint.resource, None, error.problems[0])
    return KeysRow(endpoint.key, endpoint.region, endpoint.resource, keys)
