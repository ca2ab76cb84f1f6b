"""`azserve validate`: check the file, offline."""

from __future__ import annotations

from azserve.config import ConfigRequest, load
from azserve.model.results import EndpointSummary, ValidateResult
from azserve.model.settings import Settings


def validate(request: ConfigRequest) -> ValidateResult:
    """Resolve the file and return what it asks for; raises ConfigurationError with every problem in it."""
    return summary(load(request))


def summary(settings: Settings) -> ValidateResult:
    """Return what a sound file asks for. Raises ConfigurationError where people's own probes do not fit."""
    if settings.smoke.probes or settings.smoke.probe_folder:
        # Imported here: the files of nearly everybody have none, and validating is what editors and hooks wait for.
        from azserve.verbs.smoke import sound_probes

        sound_probes(settings)
    return ValidateResult(
        fleet_id=settings.fleet_id,
        file=settings.file,
        cloud=settings.cloud.cloud.value,
        subscription=settings.subscription,
        endpoints=tuple(
            EndpointSummary(
                key=endpoint.key,
                model=endpoint.model,
                hosting=endpoint.hosting.value,
                version=endpoint.version,
                sku=endpoint.sku,
                regions=(endpoint.regions or settings.regions).of,
                need=(endpoint.regions or settings.regions).need,
            )
            for endpoint in settings.endpoints.values()
        ),
    )
