"""Joins the edge rooms to the ports the verbs need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from azserve.errors import ConfigurationError
from azserve.model.settings import Settings
from azserve.verbs.ports import AzurePorts

if TYPE_CHECKING:
    from azserve.inference.exchange import Timeouts


@contextmanager
def connect(
    settings: Settings, environ: Mapping[str, str], *, answer_within_s: float | None = None
) -> Iterator[AzurePorts]:
    """Yield one signed-in Azure; raises ConfigurationError where no subscription was named.

    Nothing is asked of a public cloud until a port is used. `answer_within_s` is how long a model's answer may take,
    None for as long as one ever does.
    """
    from azserve.azure import open_azure
    from azserve.inference import ModelDoor
    from azserve.planning.places import existing_hosts

    _silence_logs()
    if settings.subscription is None:
        raise ConfigurationError(
            "no subscription is named",
            code="subscription-missing",
            hint="set `subscription:` in the file, or AZURE_SUBSCRIPTION_ID",
            where=str(settings.file),
        )
    choices = [settings.regions, *(each.regions for each in settings.endpoints.values() if each.regions)]
    existing = existing_hosts(settings, {region for choice in choices for region in choice.of})
    with open_azure(settings, environ, existing=tuple(existing)) as azure:
        models = ModelDoor(
            azure.endpoints.keys,
            azure.token,
            timeouts=_timeouts(answer_within_s),
            connections=azure.endpoints.connection,
        )
        yield AzurePorts(
            reader=azure.reader,
            deployments=azure.deployments,
            endpoints=azure.endpoints,
            removal=azure.removal,
            models=models,
            rehearsal=azure.deployments,
            knowledge=azure.knowledge,
        )


def _timeouts(answer_within_s: float | None) -> Timeouts | None:
    if answer_within_s is None:
        return None
    from azserve.inference.exchange import Timeouts

    usual = Timeouts()
    return Timeouts(min(usual.connect_s, answer_within_s), min(usual.read_s, answer_within_s), answer_within_s)


def _silence_logs() -> None:
    """Keep the SDKs' warnings off stderr: they log what they then raise, and it would be told twice."""
    import logging

    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.NullHandler())
