"""Endpoints and requests for tests, from a few words."""

from __future__ import annotations

from azserve.model.catalogue import Hosting
from azserve.model.chat import ChatRequest, Message
from azserve.model.endpoint import Endpoint, EndpointKeys
from azserve.model.names import EndpointKey, ModelName, Region
from azserve.model.resource_id import ResourceId
from azserve.model.secret import Secret
from azserve.model.settings import SignIn

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
KEY = "k" * 16 + "0123456789abcdef"


def serverless(
    key: str = "r1",
    *,
    uri: str = "https://r1-ab12.eastus2.models.ai.azure.com",
    model: str = "DeepSeek-R1",
    region: str = "eastus2",
    sign_in: SignIn = SignIn.KEY,
) -> Endpoint:
    """Return a serverless endpoint."""
    project = ResourceId(SUBSCRIPTION, "rg", "Microsoft.MachineLearningServices/workspaces", (f"proj-{region}",))
    return Endpoint(
        key=EndpointKey(key),
        region=Region(region),
        hosting=Hosting.SERVERLESS,
        model=ModelName(model),
        resource=project.child("serverlessEndpoints", key),
        uri=uri,
        sign_in=sign_in,
        endpoint_state="Online",
    )


def foundry(
    key: str = "v32",
    *,
    uri: str = "https://acct.services.ai.azure.com",
    model: str = "DeepSeek-V3.2",
    version: str = "1",
    region: str = "eastus2",
    sign_in: SignIn = SignIn.KEY,
) -> Endpoint:
    """Return a deployment in a Foundry account."""
    account = ResourceId(SUBSCRIPTION, "rg", "Microsoft.CognitiveServices/accounts", (f"acct-{region}",))
    return Endpoint(
        key=EndpointKey(key),
        region=Region(region),
        hosting=Hosting.FOUNDRY,
        model=ModelName(model),
        resource=account.child("deployments", key),
        uri=uri,
        sign_in=sign_in,
        version=version,
    )


def asked(text: str = "How many languages are in the world?", max_tokens: int | None = 64) -> ChatRequest:
    """Return a request of one message."""
    return ChatRequest((Message("user", text),), max_tokens=max_tokens)


def keys(endpoint: Endpoint) -> EndpointKeys:
    """Return the keys of any endpoint."""
    return EndpointKeys(Secret(KEY), Secret(KEY[::-1]))
