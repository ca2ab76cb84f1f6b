"""Host names of accounts: which there are, who has them, and what stands behind them."""

from __future__ import annotations

from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Target, TargetModel
from azserve.emulator.kernel.wire import Json
from azserve.emulator.kernel.world import Stored, World
from azserve.emulator.providers import keys
from azserve.emulator.providers.cognitive_services import soft_delete
from azserve.emulator.providers.scenario import short

_NOTE = "cognitive_services.hosts"
_DEPLOYMENT = "Microsoft.CognitiveServices/accounts/deployments"
SERVICES, OPENAI, COGNITIVE = ".services.ai.azure.com", ".openai.azure.com", ".cognitiveservices.azure.com"
AUDIENCES = ("https://cognitiveservices.azure.com", "https://ai.azure.com")
_AI_SERVICES = {
    "AI Foundry API": SERVICES,
    "Azure AI Model Inference API": SERVICES,
    "Cohere AI API": SERVICES,
    "Mistral AI API": SERVICES,
    "OpenAI Language Model Instance API": OPENAI,
    "Azure OpenAI Legacy API - Latest moniker": OPENAI,
    "Content Safety": COGNITIVE,
    "Token": COGNITIVE,
}
_OPENAI_ONLY = {name: suffix for name, suffix in _AI_SERVICES.items() if suffix == OPENAI}
_REQUESTS, _TOKENS = 1000.0, 400_000.0

inferred(
    "cognitive.hosts.openai",
    "an account of kind OpenAI has only the OpenAI addresses",
    because="recorded accounts of kind AIServices list all; none of kind OpenAI was found in full",
)
inferred(
    "cognitive.hosts.maas",
    "a deployment without rate limits of its own gets 1,000 requests and 400,000 tokens a minute",
    because="the documented defaults for the rest of the models",
)


def endpoints(base: str, *, kind: str, location: str, subdomain: str | None) -> dict[str, Json]:
    """Return `endpoint` and `endpoints` of an account; regional without a subdomain."""
    if subdomain is None:
        regional = f"{base}/_hosts/{short(location)}.api.cognitive.microsoft.com/"
        return {"endpoint": regional, "endpoints": {"Token": regional}}
    names = _AI_SERVICES if kind == "AIServices" else _OPENAI_ONLY
    own = COGNITIVE if kind == "AIServices" else OPENAI
    place = f"{base}/_hosts/{subdomain.lower()}"
    return {"endpoint": f"{place}{own}/", "endpoints": {name: f"{place}{suffix}/" for name, suffix in names.items()}}


def is_taken(world: World, subdomain: str, *, by_others_than: Address | None) -> bool:
    """Say whether a live or soft-deleted account has a subdomain; they are global."""
    low = subdomain.lower()
    mine = by_others_than.key if by_others_than else None
    holder = world.notes.get(_NOTE, {}).get(low)
    if holder is not None and holder != mine and _subdomain(world.stored.get(holder)) == low:
        return True
    return any(_subdomain(gone) == low and gone.address.key != mine for gone in soft_delete.all_accounts(world))


def register(world: World, account: Stored) -> None:
    """Note whose subdomain it is."""
    subdomain = _subdomain(account)
    if subdomain:
        world.notes.setdefault(_NOTE, {})[subdomain] = account.address.key


def resolve(world: World, host: str) -> Target | None:
    """Return what stands behind a host name; None where no account has it."""
    low = host.lower()
    suffix = next((one for one in (SERVICES, OPENAI, COGNITIVE) if low.endswith(one)), None)
    if suffix is None:
        return None
    subdomain = low.removesuffix(suffix)
    account = world.stored.get(world.notes.get(_NOTE, {}).get(subdomain, ""))
    if account is None or _subdomain(account) != subdomain:
        return None
    models = (_model(world, one) for one in world.under(account.address, _DEPLOYMENT))
    return Target(
        host=low,
        hosting="foundry",
        region=short(str(account.body["location"])),
        resource=account.address,
        keys=() if account.properties["disableLocalAuth"] else keys.of(account),
        audiences=AUDIENCES,
        models={model.name.lower(): model for model in models if model is not None},
        usable=account.state not in ("Creating", "Deleting"),
        public=str(account.properties.get("publicNetworkAccess")).lower() != "disabled",
    )


READY = "ready_at"
"""Hidden in a deployment: from when it answers; absent while it is being made."""


def _model(world: World, deployment: Stored) -> TargetModel | None:
    if READY not in deployment.hidden:
        return None
    model = deployment.properties["model"]
    limits = deployment.properties.get("rateLimits", [])
    return TargetModel(
        name=deployment.address.name,
        model=model["name"],
        version=model["version"],
        ready_at=float(deployment.hidden[READY]),
        requests_per_minute=_per_minute(limits, "request", _REQUESTS),
        tokens_per_minute=_per_minute(limits, "token", _TOKENS),
    )


def _per_minute(limits: list[dict[str, Json]], key: str, usual: float) -> float:
    for limit in limits:
        if limit["key"] == key:
            return float(limit["count"]) * 60 / float(limit["renewalPeriod"])
    return usual


def _subdomain(account: Stored | None) -> str | None:
    found = account.properties.get("customSubDomainName") if account else None
    return str(found).lower() if found else None
