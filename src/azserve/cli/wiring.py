"""Joins the edge rooms to the ports the verbs need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from azserve.errors import ConfigurationError
from azserve.model.names import Region, SubscriptionId
from azserve.model.settings import Settings
from azserve.verbs.ports import AzurePorts

if TYPE_CHECKING:
    from azserve.azure.connection import Azure
    from azserve.surveying.ports import AzureReader


@contextmanager
def connect(settings: Settings, environ: Mapping[str, str]) -> Iterator[AzurePorts]:
    """Yield one signed-in Azure; raises ConfigurationError where no subscription was named.

    Nothing is asked of a public cloud until a port is used.
    """
    from azserve.azure.connection import connect as sign_in
    from azserve.azure.signin import SignInRequest
    from azserve.inference import ModelDoor

    subscription_of(settings)
    with sign_in(SignInRequest(settings.cloud, tenant=settings.tenant, environ=environ)) as azure:
        endpoints = azure.endpoints()
        yield AzurePorts(
            reader=_reader(settings, azure),
            deployments=azure.deployments(),
            endpoints=endpoints,
            removal=azure.removal(),
            models=ModelDoor(endpoints.keys, azure.token),
        )


def subscription_of(settings: Settings) -> SubscriptionId:
    """Return the fleet's subscription; raises ConfigurationError where nothing named one."""
    if settings.subscription is None:
        raise ConfigurationError(
            "no subscription was named",
            code="subscription-missing",
            hint="set AZURE_SUBSCRIPTION_ID, or write `subscription:` in the file",
            where=str(settings.file),
        )
    return settings.subscription


def _reader(settings: Settings, azure: Azure) -> AzureReader:
    from azserve.planning.places import existing_hosts
    from azserve.surveying.by_subscription import BySubscription

    first = subscription_of(settings)
    choices = [settings.regions, *(each.regions for each in settings.endpoints.values() if each.regions)]
    existing = existing_hosts(settings, {region for choice in choices for region in choice.of})
    subscriptions = dict.fromkeys([first, *settings.subscriptions.values()])
    readers = {
        each: azure.reader(each, existing=[host for host in existing if host.subscription == each])
        for each in subscriptions
    }

    def subscription_in(region: Region) -> SubscriptionId:
        return settings.subscription_in(region) or first

    return readers[first] if len(readers) == 1 else BySubscription(readers, subscription_in)
