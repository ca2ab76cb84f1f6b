"""What a deploy of the fleet has to be allowed to do: what is rendered decides, not a list for every fleet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from azserve.model.artifact import RegionArtifact
from azserve.model.catalogue import Hosting
from azserve.model.resource_id import ResourceId
from azserve.model.settings import HostSettings, Settings, SignIn

GROUP: Final = "microsoft.resources/resourcegroups"
DEPLOYMENTS: Final = "Microsoft.Resources/deployments"
SUBNET_JOIN: Final = "Microsoft.Network/virtualNetworks/subnets/join/action"
LIST_KEYS: Final = {
    Hosting.SERVERLESS: "Microsoft.MachineLearningServices/workspaces/serverlessEndpoints/listKeys/action",
    Hosting.FOUNDRY: "Microsoft.CognitiveServices/accounts/listKeys/action",
}
CALL: Final = {
    Hosting.FOUNDRY: (
        "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action",
        "Microsoft.CognitiveServices/accounts/MaaS/chat/completions/action",
    ),
}
"""Data actions of a call without a key. The first is documented with the role Cognitive Services OpenAI User (2025),
the second inferred from the role Azure AI Developer. What a serverless endpoint asks for is not published."""
PURCHASE: Final = (
    "Microsoft.MarketplaceOrdering/agreements/offers/plans/read",
    "Microsoft.MarketplaceOrdering/agreements/offers/plans/sign/action",
    "Microsoft.SaaS/register/action",
    "Microsoft.SaaS/resources/read",
    "Microsoft.SaaS/resources/write",
)
"""To subscribe to a partner's offer (documented 2025-06-16)."""
MARKETPLACE: Final = "marketplacesubscriptions"


@dataclass(frozen=True, slots=True)
class Need:
    """One action, and what it is for."""

    action: str
    why: str
    data: bool = False


def needed(settings: Settings, artifacts: Sequence[RegionArtifact]) -> tuple[Need, ...]:
    """Return every action that deploying, reading keys and calling take, each once, in the order of the work."""
    found = [*_to_deploy(artifacts), *_to_use(settings, artifacts)]
    return tuple({need.action.lower(): need for need in reversed(found)}.values())[::-1]


def namespaces(artifacts: Sequence[RegionArtifact]) -> tuple[str, ...]:
    """Return the resource providers that have to be registered, in the order of first use."""
    types = (_own_type(resource.id) for artifact in artifacts for resource in artifact.resources)
    every = ["Microsoft.Resources", *(one.partition("/")[0] for one in types)]
    # These two are part of every subscription and are registered by themselves.
    return tuple(one for one in dict.fromkeys(every) if one not in {"Microsoft.Resources", "Microsoft.Authorization"})


def _to_deploy(artifacts: Sequence[RegionArtifact]) -> Iterator[Need]:
    yield Need(f"{DEPLOYMENTS}/read", "see what runs already")
    yield Need(f"{DEPLOYMENTS}/validate/action", "check templates before anything is written")
    yield Need(f"{DEPLOYMENTS}/whatIf/action", "have Azure say what would change")
    yield Need(f"{DEPLOYMENTS}/write", "deploy")
    for artifact in artifacts:
        for resource in artifact.resources:
            kind = _own_type(resource.id)
            group = kind.lower() == GROUP
            action = "Microsoft.Resources/subscriptions/resourceGroups/write" if group else f"{kind}/write"
            yield Need(action, f"make {kind.rpartition('/')[2]}")
            if kind.lower().endswith(MARKETPLACE):
                yield from (Need(each, "subscribe to a partner's offer") for each in PURCHASE)
            if kind.lower() == "microsoft.network/privateendpoints":
                yield Need(SUBNET_JOIN, "put a private endpoint into the subnet")


def _to_use(settings: Settings, artifacts: Sequence[RegionArtifact]) -> Iterator[Need]:
    hosts = (
        (Hosting.SERVERLESS, settings.serverless, any(one.estate.serverless for one in artifacts)),
        (Hosting.FOUNDRY, settings.foundry, any(one.estate.foundry for one in artifacts)),
    )
    for hosting, host, used in hosts:
        if not used:
            continue
        if host.sign_in is SignIn.ENTRA:
            if not _grants_itself(host):
                yield from (Need(each, "call without a key", data=True) for each in CALL.get(hosting, ()))
        else:
            yield Need(LIST_KEYS[hosting], "read the keys that calls are made with")


def _own_type(resource: ResourceId) -> str:
    """Return a resource's type; of one that extends another (a role assignment on an account) its own alone."""
    if resource.type.lower() == GROUP:
        return resource.type
    namespace, *rest = str(resource).rpartition("/providers/")[2].split("/")
    return "/".join([namespace, *rest[::2]])


def _grants_itself(host: HostSettings) -> bool:
    """Whether the deploy gives whoever runs it the role to call."""
    return any(grant.self_ and grant.role == "call" for grant in host.access)
