"""What is published about models and regions: dated facts, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from azserve.model.names import ModelName, Region
from azserve.model.verdict import Evidence


class Hosting(StrEnum):
    """The two ways Azure hosts a model, whose rules are opposite in most respects."""

    SERVERLESS = "serverless"
    FOUNDRY = "foundry"


class Route(StrEnum):
    """A way to speak to a deployed model; traits differ by route as well as by model."""

    SERVERLESS = "serverless"
    """`https://<name>.<region>.models.ai.azure.com`"""
    MODELS = "models"
    """`https://<account>.services.ai.azure.com/models`"""
    OPENAI_DEPLOYMENTS = "openai-deployments"
    """`https://<account>.services.ai.azure.com/openai/deployments/<name>`"""
    OPENAI_V1 = "openai-v1"
    """`https://<account>.services.ai.azure.com/openai/v1`"""


class Offer(StrEnum):
    """Who sells a model. An explicit flag per model: a registry's name does not tell."""

    AZURE = "azure"
    """Sold by Azure: needs no marketplace subscription and must not get one."""
    MARKETPLACE = "marketplace"
    """A partner's offer: serverless endpoints need a marketplace subscription first."""


class Trait(StrEnum):
    """Something a request may ask of a model."""

    CHAT = "chat"
    STREAM = "stream"
    REASONING = "reasoning"
    SYSTEM_PROMPT = "system-prompt"
    SAMPLING = "sampling"
    """temperature, top_p and the penalties"""
    TOOLS = "tools"
    JSON_OBJECT = "json-object"
    JSON_SCHEMA = "json-schema"
    IMAGES = "images"
    EMBEDDINGS = "embeddings"


class Support(StrEnum):
    """What a model on a route does with a trait."""

    ACCEPTED = "accepted"
    IGNORED = "ignored"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class LifecycleStage(StrEnum):
    """Azure's own stages. New deployments are refused from DEPRECATED on; calls fail from RETIRED on."""

    PREVIEW = "preview"
    GA = "ga"
    LEGACY = "legacy"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Where one version of a model on one hosting stands."""

    stage: LifecycleStage
    evidence: Evidence
    retires: date | None = None
    replacement: ModelName | None = None


@dataclass(frozen=True, slots=True)
class HostedModel:
    """A model on one hosting."""

    hosting: Hosting
    offer: Offer
    evidence: Evidence
    """For offer, ids, versions and skus."""
    lifecycles: Mapping[str, Lifecycle]
    """By version, in publication order. Serverless always runs the latest, under the key `latest`."""
    model_id: str | None = None
    """Serverless: `azureml://registries/…/models/…`, never with `/versions/N`."""
    format: str | None = None
    """Foundry: the vendor string, spaces and all (`Mistral AI`)."""
    regions: tuple[Region, ...] | None = None
    """Where the documents offer it; None where no document says."""
    regions_evidence: Evidence | None = None
    skus: tuple[str, ...] = ()
    tokens_per_minute: int | None = None
    """Per endpoint; None where the limit is capacity times what a unit is worth."""
    requests_per_minute: int | None = None
    limits_evidence: Evidence | None = None
    """For both limits; None where there are none."""
    traits: Mapping[Route, Mapping[Trait, Support]] = field(default_factory=dict)
    traits_evidence: Evidence | None = None

    @property
    def versions(self) -> tuple[str, ...]:
        """Published versions, oldest first; compared as strings, for `2024-11-20` and `1` are both versions."""
        return tuple(self.lifecycles)


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """All that is published about one model."""

    name: ModelName
    publisher: str
    hostings: Mapping[Hosting, HostedModel]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class RegionEntry:
    """A region that exists."""

    name: Region
    display_name: str
    geography: str
    """`us`, `eu`, `uk`, `asia`, …: what `within:` may name."""
    data_zone: str | None = None
    """`us` or `eu` where the region is in a data zone."""
    cloud: str = "public"
    """`public`, `usgov` or `china`: a region is in exactly one."""
    evidence: Evidence | None = None


class PoolScope(StrEnum):
    """How far one quota pool reaches. Azure lists every pool per region, whatever its reach."""

    REGIONAL = "regional"
    SUBSCRIPTION = "subscription"
    """One pool for all regions: each region's list repeats the same aggregate."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SkuUnit:
    """What one capacity unit of a model's sku is worth, and how many there may be. Dated: Azure's list decides."""

    sku: str
    versions: tuple[str, ...]
    pool: str
    """The `usageName` it draws on."""
    evidence: Evidence
    tokens_per_minute: float | None = None
    """None where the list gives no rate: provisioned throughput, whose worth depends on the model and the load."""
    requests_per_minute: float | None = None
    minimum: int | None = None
    maximum: int | None = None
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The published facts, read from data files once."""

    models: Mapping[ModelName, ModelEntry]
    regions: Mapping[Region, RegionEntry]
    as_of: date
    """The newest date of any fact in it."""
    pool_scopes: Mapping[str, PoolScope] = field(default_factory=dict)
    """By `usageName`, where a document says; see `pool_scope` for the rest."""
    units: Mapping[ModelName, tuple[SkuUnit, ...]] = field(default_factory=dict)
    """Foundry skus by model, as recorded in one region."""

    def pool_scope(self, usage_name: str) -> PoolScope:
        """Return a pool's reach.

        Pools of global skus are being moved, model by model, to one pool per subscription (announced 2026-05), so
        what no document names is unknown; all others are regional.
        """
        known = self.pool_scopes.get(usage_name)
        if known is not None:
            return known
        return PoolScope.UNKNOWN if ".Global" in usage_name else PoolScope.REGIONAL

    def usual_route(self, model: ModelName, hosting: Hosting) -> Route:
        """Return the route that a model is asked over unless another is wanted.

        OpenAI's own models are asked over `/openai/v1`: what limits a reasoning model's answer is unknown to `/models`.
        """
        if hosting is Hosting.SERVERLESS:
            return Route.SERVERLESS
        hosted = self.hosted(model, hosting)
        return Route.OPENAI_V1 if hosted and hosted.format == "OpenAI" else Route.MODELS

    def hosted(self, model: ModelName, hosting: Hosting) -> HostedModel | None:
        """Return the model's facts on that hosting, None where none are known."""
        entry = self.models.get(model)
        return entry.hostings.get(hosting) if entry else None
