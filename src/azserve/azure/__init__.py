"""The edge to Azure: the only room that imports `azure.*`. Implements the ports of `surveying` and `deploying`.

    opening      what a command calls: settings in, ports out
    connection   `connect(…) -> Azure`: one signed-in cloud; hands out the ports, shares transport and token
    signin       a credential for a cloud and a way to sign in
    pipeline     what every request passes: ids, retries with a cap, the token, loopback's exception
    arm          a generic ARM client: get, pages, post, delete
    reader       surveying.ports.AzureReader
    deployments  deploying.ports.Deployments; polling is its polling method
    endpoints    deploying.ports.Endpoints
    removal      deploying.ports.Removal
    failure      the innermost error, dug out of what ARM wraps it in, with a hint
    border       every exception of the SDKs becomes one of ours

Nothing of the SDKs is imported here: `import azserve.azure` costs nothing, and a command that stays offline never
pays for them.

Decisions, and what was rejected:

- One retry policy, ours. The stock one honours a `Retry-After` of any length and then gives up after three tries,
  and would retry the refusal to send a token over plain http.
- One override of that refusal, in `pipeline`, for loopback alone. `enforce_https=False` per call was rejected: it
  would have to be repeated at every call, and would then hold for any host.
- The policy of the SDKs that registers a resource provider by itself is left out: it writes to a subscription
  during a read, and blocks for ten seconds at a time. `MissingSubscriptionRegistration` gets a hint instead.
- The region's model list is read as plain JSON through the ARM client. Turning the 436 recorded entries of eastus2
  into SDK objects took 260 ms of CPU, parsing the JSON 9 ms, and a survey reads thirty such lists.
- Whether a deployment in flight is *the same* is told by a digest in its tags. ARM's `templateHash` was rejected: it
  says nothing of the parameters, and computing it takes one more call to an algorithm that is not published.
- Links to a next page are followed on the manager's own host only, because the token goes with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextlib import AbstractContextManager

    from azserve.azure.opening import OpenAzure
    from azserve.model.resource_id import ResourceId
    from azserve.model.settings import Settings


def open_azure(
    settings: Settings, environ: Mapping[str, str], *, existing: Iterable[ResourceId] = ()
) -> AbstractContextManager[OpenAzure]:
    """Sign in to the settings' cloud and return its ports, to be used in a `with`.

    `environ` is the process's environment. `existing` names the hosts under `existing:`, which the reader looks into
    for what is ours. Raises SignInError, ConfigurationError, or AzureFailed `emulator-missing`.
    """
    from azserve.azure.opening import opened

    return opened(settings, environ, existing=existing)
