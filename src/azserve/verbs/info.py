"""`azserve info`: the model information of each endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from azserve.errors import AzserveError
from azserve.model.catalogue import Catalogue, Hosting, Route, Support, Trait
from azserve.model.chat import ModelInfo
from azserve.model.endpoint import DeployedModel, Endpoint
from azserve.model.names import ModelName
from azserve.model.results import InfoResult, InfoRow
from azserve.model.settings import Settings
from azserve.threads import side_by_side
from azserve.verbs.ports import AzurePorts, Clock
from azserve.verbs.standing import Selection, standing

TYPES: Mapping[str, str] = {
    "chatCompletion": "chat-completion",
    "embeddings": "embeddings",
    "completion": "text-generation",
    "imageGenerations": "image-generation",
}
"""What a deployment's capability (recorded 2026-06) is called by `/info`, the first that it has. The spelling is the
specification's for the first two and follows it for the others."""


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
    """Return what `/info` would say; the catalogue is named beside ARM where it had to fill in."""
    deployed = endpoint.deployed or DeployedModel(endpoint.model, "")
    entry = catalogue.models.get(ModelName(deployed.name))
    said = _type_by(deployed.capabilities)
    kind = said or _type_published(ModelName(deployed.name), catalogue)
    provider = deployed.format or (entry.publisher if entry else "")
    filled = (kind and not said) or (provider and not deployed.format)
    return ModelInfo(
        model_name=deployed.name,
        model_type=kind,
        model_provider_name=provider,
        source="ARM, catalogue" if filled else "ARM",
    )


def _type_by(capabilities: tuple[str, ...]) -> str:
    """Return the type that ARM's capabilities stand for, empty where they name none."""
    return next((kind for capability, kind in TYPES.items() if capability in capabilities), "")


def _type_published(model: ModelName, catalogue: Catalogue) -> str:
    """Return the type that a model's published traits stand for, empty where nothing is published."""
    hosted = catalogue.hosted(model, Hosting.FOUNDRY)
    traits = {} if hosted is None else hosted.traits.get(Route.MODELS, {})
    if traits.get(Trait.CHAT) is Support.ACCEPTED:
        return "chat-completion"
    return "embeddings" if traits.get(Trait.EMBEDDINGS) is Support.ACCEPTED else ""
