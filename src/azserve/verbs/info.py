"""`azserve info`: the model information of each endpoint."""

from __future__ import annotations

from dataclasses import dataclass

from azserve.errors import AzserveError
from azserve.model.catalogue import Catalogue, Hosting
from azserve.model.chat import ModelInfo
from azserve.model.endpoint import Endpoint
from azserve.model.results import InfoResult, InfoRow
from azserve.model.settings import Settings
from azserve.threads import side_by_side
from azserve.verbs.ports import AzurePorts, Clock
from azserve.verbs.standing import Selection, standing


@dataclass(frozen=True, slots=True)
class InfoRequest:
    """Whose information."""

    settings: Settings
    catalogue: Catalogue
    selection: Selection | None = None


def info(request: InfoRequest, azure: AzurePorts, clock: Clock) -> InfoResult:
    """Ask each endpoint's `/info`; on Foundry, where there is no such route, tell what ARM says, and that it does."""
    endpoints = standing(request.settings, request.catalogue, azure, clock, request.selection)
    return info_of(request, endpoints, azure)


def info_of(request: InfoRequest, endpoints: tuple[Endpoint, ...], azure: AzurePorts) -> InfoResult:
    """Return the information of these endpoints; one that does not answer is a row with its problem."""
    rows = side_by_side(lambda endpoint: _row(endpoint, request.catalogue, azure), endpoints)
    return InfoResult(fleet_id=request.settings.fleet_id, rows=tuple(rows))


def _row(endpoint: Endpoint, catalogue: Catalogue, azure: AzurePorts) -> InfoRow:
    if endpoint.hosting is Hosting.FOUNDRY:
        return InfoRow(endpoint, _from_arm(endpoint, catalogue))
    try:
        with azure.models.open(endpoint) as client:
            return InfoRow(endpoint, client.info())
    except AzserveError as error:
        return InfoRow(endpoint, None, error.problems[0])


def _from_arm(endpoint: Endpoint, catalogue: Catalogue) -> ModelInfo:
    entry = catalogue.models.get(endpoint.model)
    return ModelInfo(
        model_name=endpoint.model,
        model_type="chat-completion",
        model_provider_name=entry.publisher if entry else "",
        source="ARM",
    )
