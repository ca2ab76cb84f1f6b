"""`/metadata/endpoints`: where a cloud's parts are. A list up to 2019-05-01's form, one object from 2022-09-01 on."""

from __future__ import annotations

from azserve.emulator.identity.tokens import ARM_AUDIENCES
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Call, Json, Reply
from azserve.emulator.kernel.world import World

inferred(
    "identity.metadata.suffixes",
    "hosts that the emulator does not serve are shown as those of the public cloud",
    because="clients read the whole document but use only what they were asked to",
)


def serve_metadata(world: World, call: Call) -> Reply:
    """Answer the metadata of the local cloud, in the form of the api-version asked for. No sign-in is needed."""
    cloud = _cloud(world, call.base)
    version = call.api_version or ""
    return Reply(200, cloud if version >= "2020" else [cloud])


def _cloud(world: World, base: str) -> dict[str, Json]:
    return {
        "name": "AzserveEmulator",
        "portal": "https://portal.azure.com",
        "authentication": {
            "loginEndpoint": base,
            "audiences": [ARM_AUDIENCES[1], ARM_AUDIENCES[3]],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "media": "https://rest.media.azure.net",
        "graphAudience": "https://graph.windows.net/",
        "graph": "https://graph.windows.net/",
        "suffixes": {
            "azureDataLakeStoreFileSystem": "azuredatalakestore.net",
            "acrLoginServer": "azurecr.io",
            "sqlServerHostname": "database.windows.net",
            "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
            "keyVaultDns": "vault.azure.net",
            "storage": "core.windows.net",
            "azureFrontDoorEndpointSuffix": "azurefd.net",
        },
        "batch": "https://batch.core.windows.net/",
        "resourceManager": f"{base}/",
        "vmImageAliasDoc": "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/main/arm-compute/quickstart-templates/aliases.json",
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "sqlManagement": "https://management.core.windows.net:8443/",
        "microsoftGraphResourceId": "https://graph.microsoft.com/",
        "appInsightsResourceId": "https://api.applicationinsights.io",
        "appInsightsTelemetryChannelResourceId": "https://dc.applicationinsights.azure.com/v2/track",
        "attestationResourceId": "https://attest.azure.net",
        "synapseAnalyticsResourceId": "https://dev.azuresynapse.net",
        "logAnalyticsResourceId": "https://api.loganalytics.io",
        "ossrDbmsResourceId": "https://ossrdbms-aad.database.windows.net",
    }
