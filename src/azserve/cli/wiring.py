"""Joins the edge rooms to the ports the verbs need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from azserve.errors import ConfigurationError
from azserve.model.settings import Settings
from azserve.verbs.ports import AzurePorts


@contextmanager
def connect(settings: Settings, environ: Mapping[str, str]) -> Iterator[AzurePorts]:
    """Yield one signed-in Azure; raises ConfigurationError where no subscription was named."""
    if settings.subscription is None:
        raise ConfigurationError(
            "no subscription was named",
            code="subscription-missing",
            hint="set AZURE_SUBSCRIPTION_ID, or write `subscription:` in the file",
            where=str(settings.file),
        )
    from azserve.azure import open_azure
    from azserve.inference import ModelDoor

    with open_azure(settings, environ) as azure:
        models = ModelDoor(azure.endpoints.keys, azure.token)
        yield AzurePorts(azure.reader, azure.deployments, azure.endpoints, azure.removal, models)
