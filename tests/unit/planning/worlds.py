"""Small worlds for planning's tests: a catalogue, settings and facts, each from a few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from azserve.model.catalogue import (
    Catalogue,
    HostedModel,
    Hosting,
    Lifecycle,
    LifecycleStage,
    ModelEntry,
    Offer,
    PoolScope,
    RegionEntry,
)
from azserve.model.estate import RegionEstate, Resource
from azserve.model.facts import Fact, Facts, LiveResource, OfferedModel, OfferedSku, QuotaPool, RegionFacts
from azserve.model.json import JsonObject
from azserve.model.names import ENDPOINT_TAG, FLEET_TAG, EndpointKey, FleetId, ModelName, Region, SubscriptionId
from azserve.model.resource_id import ResourceId
from azserve.model.settings import Capacity, Cloud, CloudSettings, EndpointSettings, RegionChoice, Settings
from azserve.model.verdict import Evidence, Rank
from azserve.planning.naming import serverless_endpoint_name
from azserve.planning.places import place_in

COPILOT = FleetId("copilot")
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SUBSCRIPTION = SubscriptionId("11111111-1111-1111-1111-111111111111")
DOCUMENT = Evidence(Rank.DOCUMENTED, "a document", date(2025, 11, 24))
GUESS = Evidence(Rank.INFERRED, "the schedule of the same model on Foundry", date(2026, 7, 7))
LIVE = Evidence(Rank.LIVE, "GET …")
V32_POOL = "AIServices.GlobalStandard.DeepSeek-V3.2"
US_REGIONS = ("eastus", "eastus2", "northcentralus", "southcentralus", "westus", "westus3")

_REGIONS = {
    **dict.fromkeys(US_REGIONS, ("us", "us")),
    "swedencentral": ("eu", "eu"),
    "francecentral": ("eu", "eu"),
    "westeurope": ("eu", "eu"),
    "uksouth": ("uk", None),
    "japaneast": ("asia", None),
}


def hosted(
    hosting: Hosting,
    *,
    versions: Mapping[str, tuple[str, str | None, str | None]],
    regions: Sequence[str] | None = None,
    skus: Sequence[str] = (),
    offer: Offer = Offer.AZURE,
    model_id: str | None = None,
    format: str | None = None,  # noqa: A002
    evidence: Evidence = DOCUMENT,
) -> HostedModel:
    """Return a hosting; a version is (stage, day of retirement, replacement)."""
    return HostedModel(
        hosting=hosting,
        offer=offer,
        evidence=DOCUMENT,
        lifecycles={
            version: Lifecycle(
                LifecycleStage(stage),
                evidence,
                date.fromisoformat(day) if day else None,
                ModelName(replacement) if replacement else None,
            )
            for version, (stage, day, replacement) in versions.items()
        },
        model_id=model_id,
        format=format,
        regions=None if regions is None else tuple(Region(name) for name in regions),
        regions_evidence=DOCUMENT if regions is not None else None,
        skus=tuple(skus),
    )


def catalogue(
    *,
    scopes: Mapping[str, str] | None = None,
    retirements: Mapping[str, str] | None = None,
) -> Catalogue:
    """Return a catalogue of six models; `retirements` moves the day of `Model/hosting`."""
    moved = retirements or {}
    serverless, foundry = Hosting.SERVERLESS, Hosting.FOUNDRY
    deepseek = "azureml://registries/azureml-deepseek/models"
    models = [
        ModelEntry(
            ModelName("DeepSeek-R1"),
            "DeepSeek",
            {
                serverless: hosted(
                    serverless,
                    versions={
                        "latest": ("legacy", moved.get("DeepSeek-R1/serverless", "2026-08-13"), "DeepSeek-V4-Pro")
                    },
                    regions=US_REGIONS,
                    model_id=f"{deepseek}/DeepSeek-R1",
                    evidence=GUESS,
                ),
                foundry: hosted(
                    foundry,
                    versions={"1": ("retired", moved.get("DeepSeek-R1/foundry", "2026-08-13"), "DeepSeek-V4-Pro")},
                    regions=list(_REGIONS),
                    skus=["GlobalStandard", "GlobalProvisionedManaged"],
                    format="DeepSeek",
                ),
            },
        ),
        ModelEntry(
            ModelName("DeepSeek-V3-0324"),
            "DeepSeek",
            {
                serverless: hosted(
                    serverless,
                    versions={"latest": ("ga", moved.get("DeepSeek-V3-0324/serverless"), None)},
                    regions=US_REGIONS,
                    model_id=f"{deepseek}/DeepSeek-V3-0324",
                )
            },
        ),
        ModelEntry(
            ModelName("DeepSeek-V3.2"),
            "DeepSeek",
            {
                foundry: hosted(
                    foundry,
                    versions={"1": ("ga", moved.get("DeepSeek-V3.2/foundry"), "DeepSeek-V4-Pro")},
                    regions=[*US_REGIONS, "swedencentral", "francecentral"],
                    skus=["GlobalStandard"],
                    format="DeepSeek",
                )
            },
        ),
        ModelEntry(
            ModelName("DeepSeek-V4-Pro"),
            "DeepSeek",
            {
                foundry: hosted(
                    foundry, versions={"1": ("ga", "2028-02-20", None)}, skus=["GlobalStandard"], format="DeepSeek"
                )
            },
        ),
        ModelEntry(
            ModelName("gpt-5-mini"),
            "OpenAI",
            {
                foundry: hosted(
                    foundry,
                    versions={"2025-08-07": ("ga", moved.get("gpt-5-mini/foundry"), None)},
                    skus=["GlobalStandard", "DataZoneStandard"],
                    format="OpenAI",
                )
            },
        ),
        ModelEntry(
            ModelName("Cohere-command-r-08-2024"),
            "Cohere",
            {
                serverless: hosted(
                    serverless,
                    versions={"latest": ("ga", None, None)},
                    regions=[*US_REGIONS, "swedencentral"],
                    offer=Offer.MARKETPLACE,
                    model_id="azureml://registries/azureml-cohere/models/Cohere-command-r-08-2024",
                )
            },
        ),
    ]
    return Catalogue(
        models={one.name: one for one in models},
        regions={
            Region(name): RegionEntry(Region(name), name, geography, zone)
            for name, (geography, zone) in _REGIONS.items()
        },
        as_of=date(2026, 9, 2),
        pool_scopes={name: PoolScope(scope) for name, scope in (scopes or {}).items()},
    )


def choice(given: Mapping[str, Any] | Sequence[str]) -> RegionChoice:
    """Return a choice as the file writes it: a list means all of these."""
    if not isinstance(given, Mapping):
        return RegionChoice(of=tuple(Region(name) for name in given))
    within = given.get("within", ())
    return RegionChoice(
        of=tuple(Region(name) for name in given.get("of", ())),
        need=given.get("need"),
        within=(within,) if isinstance(within, str) else tuple(within),
        avoid=tuple(Region(name) for name in given.get("avoid", ())),
    )


def settings(
    endpoints: Mapping[str, Mapping[str, Any]],
    regions: Mapping[str, Any] | Sequence[str] = ("eastus2",),
    fleet: FleetId = COPILOT,
    **more: Any,
) -> Settings:
    """Return settings; an endpoint is what its entry in the file says."""
    return Settings(
        fleet_id=fleet,
        file=Path("azserve.yaml"),
        endpoints={EndpointKey(key): _endpoint(key, given) for key, given in endpoints.items()},
        regions=choice(regions),
        cloud=CloudSettings(Cloud.PUBLIC, "https://management.azure.com", "https://management.azure.com"),
        **{"subscription": SUBSCRIPTION, **more},
    )


def _endpoint(key: str, given: Mapping[str, Any]) -> EndpointSettings:
    capacity = given.get("capacity")
    if isinstance(capacity, int):
        capacity = {"min": capacity, "target": capacity}
    return EndpointSettings(
        key=EndpointKey(key),
        model=ModelName(given["model"]),
        hosting=Hosting(given.get("hosting", "foundry")),
        where="azserve.yaml:4:3",
        version=given.get("version"),
        sku=given.get("sku"),
        capacity=Capacity(capacity["min"], capacity["target"]) if capacity else None,
        regions=choice(given["regions"]) if "regions" in given else None,
        upgrade=given.get("upgrade"),
        tags=given.get("tags", {}),
        filter_name=given.get("filter_name"),
    )


def offered(given: Mapping[str, Any]) -> tuple[OfferedModel, ...]:
    """Return a listed model, once per kind."""
    skus = tuple(
        OfferedSku(
            name=sku["name"],
            usage_name=sku["pool"],
            capacity_default=sku.get("default"),
            capacity_minimum=sku.get("minimum"),
            capacity_maximum=sku.get("maximum"),
            capacity_step=sku.get("step"),
            deprecates=date.fromisoformat(sku["deprecates"]) if "deprecates" in sku else None,
        )
        for sku in given.get("skus", ())
    )
    return tuple(
        OfferedModel(
            format=given.get("format", "DeepSeek"),
            name=given["name"],
            version=given.get("version", "1"),
            kind=kind,
            lifecycle=given.get("lifecycle", "Stable"),
            skus=skus,
            is_default_version=given.get("default", False),
            retires=date.fromisoformat(given["retires"]) if "retires" in given else None,
        )
        for kind in given.get("kinds", ("AIServices", "MaaS"))
    )


V32 = {"name": "DeepSeek-V3.2", "skus": [{"name": "GlobalStandard", "pool": V32_POOL, "default": 5000}]}


def region_facts(
    name: str,
    models: Iterable[Mapping[str, Any]] | str = (V32,),
    pools: Mapping[str, Sequence[float]] | str = {V32_POOL: (0, 1000)},
) -> RegionFacts:
    """Return what a region says; text in place of a list is why it could not be read. A pool is (current, limit)."""
    return RegionFacts(
        Region(name),
        Fact(LIVE, unreadable=models)
        if isinstance(models, str)
        else Fact(LIVE, tuple(entry for one in models for entry in offered(one))),
        Fact(LIVE, unreadable=pools)
        if isinstance(pools, str)
        else Fact(LIVE, tuple(QuotaPool(pool, pool, float(now), float(most)) for pool, (now, most) in pools.items())),
    )


def facts(regions: Iterable[RegionFacts] = (), live: Iterable[LiveResource] | str = ()) -> Facts:
    """Return facts; text in place of `live` is why it could not be read."""
    return Facts(
        subscription=SUBSCRIPTION,
        taken_at=NOW,
        regions={one.region: one for one in regions},
        live=Fact(LIVE, unreadable=live) if isinstance(live, str) else Fact(LIVE, tuple(live)),
    )


def live_deployment(wanted: Settings, region: str, given: Mapping[str, Any]) -> LiveResource:
    """Return a deployment where the fleet's own would be."""
    place = place_in(wanted, Region(region))
    account = ResourceId(SUBSCRIPTION, place.group, "Microsoft.CognitiveServices/accounts", (place.foundry.account,))
    body = {
        "sku": {"name": given.get("sku", "GlobalStandard"), "capacity": given["capacity"]},
        "tags": {FLEET_TAG: str(wanted.fleet_id), ENDPOINT_TAG: given["key"]},
        "properties": {
            "model": {
                "format": given.get("format", "DeepSeek"),
                "name": given.get("model", "DeepSeek-V3.2"),
                "version": given.get("version", "1"),
            },
            "provisioningState": given.get("state", "Succeeded"),
        },
    }
    return LiveResource(account.child("deployments", given["key"]), Region(region), body)


def live_endpoint(wanted: Settings, region: str, given: Mapping[str, Any]) -> LiveResource:
    """Return a serverless endpoint where the fleet's own would be."""
    place = place_in(wanted, Region(region))
    model_id = (
        f"azureml://registries/{given.get('registry', 'azureml-deepseek')}/models/{given.get('model', 'DeepSeek-R1')}"
    )
    kind = "Microsoft.MachineLearningServices/workspaces"
    project = ResourceId(SUBSCRIPTION, place.group, kind, (place.serverless.project,))
    name = given.get("name") or serverless_endpoint_name(place.identity, EndpointKey(given["key"]), model_id)
    body: JsonObject = {
        "location": region,
        "tags": {FLEET_TAG: str(wanted.fleet_id), **({ENDPOINT_TAG: given["key"]} if "key" in given else {})},
        "properties": {
            "modelSettings": {"modelId": model_id},
            "provisioningState": given.get("state", "Succeeded"),
        },
    }
    return LiveResource(project.child("serverlessEndpoints", name), Region(region), body)


def described(estate: RegionEstate) -> tuple[Resource, ...]:
    """Return what templates for an estate would describe, in short: the shape that planning compares."""
    found: list[Resource] = []
    body: JsonObject
    group = (estate.subscription, estate.group)
    tags = dict(estate.tags)
    if not estate.group_exists:
        body = {"location": str(estate.region), "tags": tags}
        found.append(Resource(ResourceId.of_group(*group), "2024-07-01", body))
    if estate.serverless is not None:
        kind, host = "Microsoft.MachineLearningServices/workspaces", estate.serverless
        hub, project = (ResourceId(*group, kind, (name,)) for name in (host.hub, host.project))
        found.append(Resource(hub, "2025-09-01", {"location": str(estate.region), "tags": tags, "kind": "Hub"}))
        body = {"location": estate.region, "tags": tags, "kind": "Project", "properties": {"hubResourceId": str(hub)}}
        found.append(Resource(project, "2025-09-01", body))
        for one in host.endpoints:
            if one.marketplace_subscription:
                offer = project.child("marketplaceSubscriptions", one.marketplace_subscription)
                found.append(Resource(offer, "2025-09-01", {"properties": {"modelId": one.model_id}}))
            body = {
                "location": estate.region,
                "tags": {**tags, **one.tags},
                "properties": {"authMode": "Key", "modelSettings": {"modelId": one.model_id}},
            }
            found.append(Resource(project.child("serverlessEndpoints", one.name), "2025-09-01", body))
    if estate.foundry is not None:
        account = ResourceId(*group, "Microsoft.CognitiveServices/accounts", (estate.foundry.account,))
        body = {"location": estate.region, "tags": tags, "kind": "AIServices"}
        found.append(Resource(account, "2025-06-01", body))
        for deployment in estate.foundry.deployments:
            model = {"format": deployment.format, "name": deployment.model, "version": deployment.version}
            body = {
                "tags": {**tags, **deployment.tags},
                "sku": {"name": deployment.sku, "capacity": deployment.capacity},
                "properties": {"model": model, "versionUpgradeOption": deployment.upgrade},
            }
            found.append(Resource(account.child("deployments", deployment.name), "2025-06-01", body))
    return tuple(found)
