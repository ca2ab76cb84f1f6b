"""Which models can be had as serverless endpoints: the scenario's `machineLearning.serverless`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import ArmError, Json
from azserve.emulator.kernel.world import World
from azserve.emulator.providers.machine_learning.refusals import user_error
from azserve.emulator.providers.scenario import display_name, region_set, short

_MODEL_ID = re.compile(r"azureml://registries/[A-Za-z0-9._-]+/models/[A-Za-z0-9._-]+")

inferred(
    "ml.offers.unknown",
    "a model id that no registry has is refused like one that the region does not offer",
    because="the recorded message speaks of the requested model only",
)
inferred(
    "ml.offers.version",
    "a model id that ends in /versions/N is refused",
    because="documented: serverless always deploys the latest; the refusal itself was not found",
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A model as a serverless endpoint."""

    model_id: str
    model: str
    regions: frozenset[str]
    plan: dict[str, str] | None
    """publisherId, offerId and planId where a partner sells it; None where Azure does."""
    requests_per_minute: float
    tokens_per_minute: float


def find(world: World, model_id: str) -> Offer | None:
    """Return the offer of a model id, compared without regard to case."""
    listed: dict[str, Json] = world.scenario.get("machineLearning", {}).get("serverless", {})
    for key, entry in listed.items():
        if key.lower() == model_id.lower():
            return Offer(
                model_id=key,
                model=entry["model"],
                regions=region_set(world, entry["regions"]),
                plan=entry.get("marketplacePlan"),
                requests_per_minute=float(entry["requestsPerMinute"]),
                tokens_per_minute=float(entry["tokensPerMinute"]),
            )
    return None


def wanted(world: World, model_id: str | None, location: str) -> Offer:
    """Return the offer that a body names; ArmError where the id is malformed or the region has no such offer."""
    if model_id is None or not _MODEL_ID.fullmatch(model_id):
        raise user_error(
            world,
            f"The model id '{model_id or ''}' is not valid. It should have the form "
            "azureml://registries/<registry>/models/<model>, without a version.",
            inner="InvalidModelId",
            location=short(location),
        )
    offer = find(world, model_id)
    if offer is None or short(location) not in offer.regions:
        raise not_available(world, model_id, location)
    return offer


def not_available(world: World, model_id: str, location: str) -> ArmError:
    """The region does not offer the model."""
    return user_error(
        world,
        f"The requested model {model_id} is not available in region {display_name(world, location)}.",
        inner="ServerlessModelNotAvailableInRegion",
        location=short(location),
    )
