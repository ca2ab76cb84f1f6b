"""Estates that the rendering tests share, one of each shape."""

from __future__ import annotations

from dataclasses import replace

from azserve.model.estate import (
    Encryption,
    FoundryDeployment,
    FoundryHost,
    KeySecret,
    ProjectConnection,
    RegionEstate,
    ServerlessEndpoint,
    ServerlessHost,
)
from azserve.model.names import FLEET_TAG, EndpointKey, FleetId, ModelName, Region
from azserve.model.resource_id import ResourceId
from azserve.model.settings import (
    AccessGrant,
    Blocklist,
    ContentFilter,
    Diagnostics,
    FilterLevel,
    FilterPolicy,
    NetworkSettings,
    SignIn,
)

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
PRINCIPAL = "99999999-8888-7777-6666-555555555555"
SUBNET = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network"
    "/virtualNetworks/vnet-swedencentral/subnets/ai"
)

R1 = ServerlessEndpoint(
    key=EndpointKey("r1"),
    name="r1-3f9a2c",
    model=ModelName("DeepSeek-R1"),
    model_id="azureml://registries/azureml-deepseek/models/DeepSeek-R1",
    content_filter=ContentFilter.DEFAULT,
)
COMMAND = ServerlessEndpoint(
    key=EndpointKey("cmd"),
    name="cmd-3f9a2c",
    model=ModelName("Cohere-command-r-08-2024"),
    model_id="azureml://registries/azureml-cohere/models/Cohere-command-r-08-2024",
    content_filter=ContentFilter.OFF,
    marketplace_subscription="cmd-3f9a2c",
    tags={"cost-centre": "42"},
)
V32 = FoundryDeployment(
    key=EndpointKey("v32"),
    name="v32",
    model=ModelName("DeepSeek-V3.2"),
    format="DeepSeek",
    version="1",
    sku="GlobalStandard",
    capacity=50,
    content_filter=ContentFilter.DEFAULT,
)
CHAT = FoundryDeployment(
    key=EndpointKey("chat"),
    name="chat",
    model=ModelName("gpt-5-mini"),
    format="OpenAI",
    version="2025-08-07",
    sku="DataZoneStandard",
    capacity=200,
    content_filter=ContentFilter.STRICT,
    upgrade="OnceCurrentVersionExpired",
    tags={"tier": "gold"},
)

SERVERLESS_HOST = ServerlessHost(
    hub="hub-r1-chat-3f9a2c",
    project="proj-r1-chat-3f9a2c",
    storage="str1chat3f9a2c",
    vault="kv-r1-chat-3f9a2c",
    sign_in=SignIn.KEY,
    network=NetworkSettings(),
    endpoints=(R1, COMMAND),
)
FOUNDRY_HOST = FoundryHost(
    account="ai-support-prod-swc-77ab",
    subdomain="ai-support-prod-swc-77ab",
    project="support",
    sign_in=SignIn.ENTRA,
    network=NetworkSettings(public=False, subnet=SUBNET, dns="create"),
    deployments=(CHAT, V32),
    access=(AccessGrant(role="call", principal=PRINCIPAL, principal_type="ServicePrincipal"),),
)
SERVERLESS = RegionEstate(
    fleet_id=FleetId("r1-chat"),
    subscription=SUBSCRIPTION,
    region=Region("eastus2"),
    group="rg-r1-chat-eastus2",
    tags={FLEET_TAG: "r1-chat"},
    serverless=SERVERLESS_HOST,
)
FOUNDRY = RegionEstate(
    fleet_id=FleetId("support", "prod"),
    subscription=SUBSCRIPTION,
    region=Region("swedencentral"),
    group="rg-support-prod-swedencentral",
    tags={"owner": "ml-platform", FLEET_TAG: "support/prod"},
    foundry=FOUNDRY_HOST,
)
MIXED = replace(FOUNDRY, region=Region("eastus2"), serverless=SERVERLESS_HOST)
EXISTING = RegionEstate(
    fleet_id=FleetId("guest"),
    subscription=SUBSCRIPTION,
    region=Region("eastus2"),
    group="rg-shared",
    tags={FLEET_TAG: "guest"},
    serverless=replace(SERVERLESS_HOST, hub_exists=True),
    foundry=replace(FOUNDRY_HOST, account_exists=True),
    group_exists=True,
)

IDENTITY = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-id/providers"
    "/Microsoft.ManagedIdentity/userAssignedIdentities/id-ai"
)
LOGS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-logs/providers/Microsoft.OperationalInsights/workspaces/logs"
KEPT_IN = ResourceId(SUBSCRIPTION, "rg-vaults", "Microsoft.KeyVault/vaults", ("kv-shared",))
CONSUMER = ResourceId(SUBSCRIPTION, "rg-app", "Microsoft.MachineLearningServices/workspaces", ("proj-app",))
SERVERLESS_WHOLE = replace(
    SERVERLESS,
    serverless=replace(
        SERVERLESS_HOST,
        storage_exists=True,
        vault_exists=True,
        vault_id=KEPT_IN,
        vault=KEPT_IN.name,
        identity=IDENTITY,
        diagnostics=Diagnostics(LOGS, logs="audit", metrics=False),
        lock=True,
        connections=(
            ProjectConnection(R1.name, CONSUMER, "r1-eastus2"),
            ProjectConnection(COMMAND.name, CONSUMER, "cmd-eastus2"),
        ),
        secrets=(KeySecret(KEPT_IN, "r1-chat-eastus2-r1", R1.name),),
    ),
)
"""A hub with all that may be around it."""
FOUNDRY_WHOLE = replace(
    FOUNDRY,
    foundry=replace(
        FOUNDRY_HOST,
        sign_in=SignIn.BOTH,
        identity=IDENTITY,
        encryption=Encryption("https://kv-keys.vault.azure.net", "ai", "0123456789abcdef0123456789abcdef"),
        diagnostics=Diagnostics(LOGS),
        lock=True,
        secrets=(KeySecret(KEPT_IN, "support-prod-swedencentral"),),
        deployments=(CHAT, replace(V32, filter_name="house")),
        filters=(
            FilterPolicy(
                "house",
                {"Hate": FilterLevel.MEDIUM, "Sexual": FilterLevel.LOW, "Violence": FilterLevel.OFF},
                ("rivals",),
            ),
            FilterPolicy("unused", {"Hate": FilterLevel.HIGH}, ("unused",)),
        ),
        blocklists=(
            Blocklist("rivals", "Whom we do not name.", ("Contoso",), ("fabri[ck]am",)),
            Blocklist("unused", "Nothing uses it."),
        ),
    ),
)
"""An account with all that may be around it."""
