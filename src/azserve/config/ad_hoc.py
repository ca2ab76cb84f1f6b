"""Settings without a file: one model that somebody asks about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from azserve.config.loading import load_text
from azserve.config.request import ConfigRequest
from azserve.errors import ConfigurationError
from azserve.model.names import ModelName
from azserve.model.settings import Settings

NAME = "azserve-no-fleet"
"""Of the fleet that is none; nothing in Azure carries it."""


@dataclass(frozen=True, slots=True)
class AdHocModel:
    """A model in a sku and capacity, as asked for on the command line."""

    model: ModelName
    version: str | None = None
    sku: str | None = None
    capacity: int | None = None


def ad_hoc(request: ConfigRequest, wanted: AdHocModel) -> Settings:
    """Return settings with one endpoint for each hosting that is meant, in every region of the cloud.

    A sku, a version or a capacity means Foundry; the catalogue must know the model. Everything else comes from the
    environment and the flags as it does for a file. Raises ConfigurationError.
    """
    return _settings(request, {hosting: _endpoint(wanted, hosting) for hosting in _hostings(request, wanted)})


def no_fleet(request: ConfigRequest) -> Settings:
    """Return what environment and flags say of cloud, subscription and tenant; the endpoint in it stands for none."""
    some, hosting = next((entry.name, next(iter(entry.hostings))) for entry in request.catalogue.models.values())
    return _settings(request, {"none": _endpoint(AdHocModel(some), hosting)})


def _settings(request: ConfigRequest, endpoints: Mapping[str, object]) -> Settings:
    text = json.dumps({"fleet": NAME, "regions": {"need": 1}, "endpoints": endpoints}).encode()
    environ = {name: value for name, value in request.environ.items() if name != "AZSERVE_ENV"}
    try:
        return load_text(replace(request, path=Path("--model"), environment=None, environ=environ), text)
    except ConfigurationError as error:
        # Places in a document that nobody wrote would only puzzle.
        found = tuple(replace(problem, where=None) for problem in error.problems)
        raise ConfigurationError(error.message, code=error.code, hint=error.hint, found=found) from error


def _hostings(request: ConfigRequest, wanted: AdHocModel) -> tuple[str, ...]:
    known = tuple(hosting.value for hosting in request.catalogue.models[wanted.model].hostings)
    if "foundry" in known and (wanted.sku or wanted.version or wanted.capacity):
        return ("foundry",)
    return known


def _endpoint(wanted: AdHocModel, hosting: str) -> Mapping[str, object]:
    endpoint: dict[str, object] = {"model": wanted.model, "hosting": hosting}
    if hosting == "foundry" or wanted.sku or wanted.capacity or wanted.version:
        endpoint["version"] = wanted.version or "latest"
        endpoint["sku"] = wanted.sku
        endpoint["capacity"] = wanted.capacity
    return {name: value for name, value in endpoint.items() if value is not None}
