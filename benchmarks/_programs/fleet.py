"""A large fleet: 30 regions, each with a hub of five serverless endpoints and an account of five deployments."""

from __future__ import annotations

import hashlib
from typing import Final

from azserve.model.estate import FoundryDeployment, FoundryHost, RegionEstate, ServerlessEndpoint, ServerlessHost
from azserve.model.names import FLEET_TAG, EndpointKey, FleetId, ModelName, Region
from azserve.model.plan import Placement
from azserve.model.settings import AccessGrant, ContentFilter, NetworkSettings, SignIn

REGIONS: Final = 30
ENDPOINTS: Final = 10
_SUBSCRIPTION: Final = "11111111-2222-3333-4444-555555555555"
_CALLER: Final = AccessGrant(
    role="call", principal="99999999-8888-7777-6666-555555555555", principal_type="ServicePrincipal"
)


def placement() -> Placement:
    """Return the fleet with every name decided."""
    return Placement(FleetId("bench"), (), tuple(_region(number) for number in range(REGIONS)))


def _region(number: int) -> RegionEstate:
    region = Region(f"region{number}")
    tail = hashlib.sha256(region.encode()).hexdigest()[:8]
    half = ENDPOINTS // 2
    return RegionEstate(
        fleet_id=FleetId("bench"),
        subscription=_SUBSCRIPTION,
        region=region,
        group=f"rg-bench-{region}",
        tags={"owner": "ml-platform", FLEET_TAG: "bench"},
        serverless=ServerlessHost(
            hub=f"hub-{tail}", project=f"proj-{tail}", storage=f"st{tail}", vault=f"kv-{tail}", sign_in=SignIn.KEY,
            network=NetworkSettings(), access=(_CALLER,),
            endpoints=tuple(_endpoint(each, tail) for each in range(half)),
        ),
        foundry=FoundryHost(
            account=f"ai-{tail}", subdomain=f"ai-{tail}", project=f"proj-{tail}", sign_in=SignIn.ENTRA,
            network=NetworkSettings(), deployments=tuple(_deployment(each) for each in range(half)), access=(_CALLER,),
        ),
    )  # fmt: skip


def _endpoint(number: int, tail: str) -> ServerlessEndpoint:
    model = f"Model-{number}"
    return ServerlessEndpoint(
        key=EndpointKey(f"s{number}"), name=f"s{number}-{tail}", model=ModelName(model),
        model_id=f"azureml://registries/azureml-cohere/models/{model}", content_filter=ContentFilter.DEFAULT,
        marketplace_subscription=f"m{number}-{tail}",
    )  # fmt: skip


def _deployment(number: int) -> FoundryDeployment:
    return FoundryDeployment(
        key=EndpointKey(f"d{number}"), name=f"d{number}", model=ModelName(f"gpt-{number}"), format="OpenAI",
        version="1", sku="GlobalStandard", capacity=50, content_filter=ContentFilter.STRICT,
    )  # fmt: skip
