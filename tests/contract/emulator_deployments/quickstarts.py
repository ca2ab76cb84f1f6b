"""Templates in the manner of public quickstarts for these types; azserve rendered none of them."""

from __future__ import annotations

from typing import Any

GROUP_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
SUBSCRIPTION_SCHEMA = "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#"


def document(resources: Any, *, schema: str = GROUP_SCHEMA, **sections: Any) -> dict[str, Any]:
    """A template."""
    return {"$schema": schema, "contentVersion": "1.0.0.0", **sections, "resources": resources}


def wish(template: dict[str, Any], *, location: str | None = None, mode: str = "Incremental", **values: Any) -> Any:
    """What the client sends."""
    parameters = {name: {"value": value} for name, value in values.items()}
    body: dict[str, Any] = {"properties": {"mode": mode, "template": template, "parameters": parameters}}
    return body if location is None else {**body, "location": location}


MODELS = {
    "type": "array",
    "defaultValue": [
        {"name": "DeepSeek-V3.2", "format": "DeepSeek", "version": "1"},
        {"name": "gpt-4o-mini", "format": "OpenAI", "version": "2024-07-18"},
    ],
}

ACCOUNT_WITH_MODELS = document(
    [
        {
            "type": "Microsoft.CognitiveServices/accounts",
            "apiVersion": "2025-06-01",
            "name": "[variables('account')]",
            "location": "[parameters('location')]",
            "kind": "AIServices",
            "sku": {"name": "S0"},
            "identity": {"type": "SystemAssigned"},
            "properties": {"customSubDomainName": "[toLower(variables('account'))]", "publicNetworkAccess": "Enabled"},
        },
        {
            "type": "Microsoft.CognitiveServices/accounts/deployments",
            "apiVersion": "2025-06-01",
            "name": "[format('{0}/{1}', variables('account'), parameters('models')[copyIndex()].name)]",
            "copy": {
                "name": "models",
                "count": "[length(parameters('models'))]",
                "mode": "serial",
                "batchSize": "[parameters('batch')]",
            },
            "dependsOn": ["[resourceId('Microsoft.CognitiveServices/accounts', variables('account'))]"],
            "sku": {"name": "GlobalStandard", "capacity": "[parameters('capacity')]"},
            "properties": {"model": "[parameters('models')[copyIndex()]]"},
        },
    ],
    parameters={
        "location": {"type": "string", "defaultValue": "[resourceGroup().location]"},
        "capacity": {"type": "int", "defaultValue": 1, "minValue": 1},
        "batch": {"type": "int", "defaultValue": 1},
        "models": MODELS,
    },
    variables={"account": "[concat('ai-', uniqueString(resourceGroup().id))]"},
    outputs={
        "ACCOUNT_NAME": {"type": "string", "value": "[variables('account')]"},
        "endpoint": {"type": "string", "value": "[reference(variables('account')).endpoint]"},
        "key": {"type": "securestring", "value": "[listKeys(variables('account'), '2025-06-01').key1]"},
        "names": {
            "type": "array",
            "copy": {"count": "[length(parameters('models'))]", "input": "[parameters('models')[copyIndex()].name]"},
        },
    },
)
"""One account; its models one after another, as they must be."""

HUB_AND_ENDPOINT = document(
    {
        "storage": {
            "type": "Microsoft.Storage/storageAccounts",
            "apiVersion": "2023-05-01",
            "name": "[variables('storage')]",
            "location": "[resourceGroup().location]",
            "kind": "StorageV2",
            "sku": {"name": "Standard_LRS"},
            "properties": {"allowSharedKeyAccess": False},
        },
        "vault": {
            "type": "Microsoft.KeyVault/vaults",
            "apiVersion": "2023-07-01",
            "name": "[format('kv-{0}', variables('token'))]",
            "location": "[resourceGroup().location]",
            "properties": {"tenantId": "[subscription().tenantId]", "sku": {"family": "A", "name": "standard"}},
        },
        "hub": {
            "type": "Microsoft.MachineLearningServices/workspaces",
            "apiVersion": "2024-10-01",
            "name": "hub-one",
            "location": "[resourceGroup().location]",
            "kind": "Hub",
            "identity": {"type": "SystemAssigned"},
            "properties": {
                "storageAccount": "[resourceId('Microsoft.Storage/storageAccounts', variables('storage'))]",
                "keyVault": "[resourceId('Microsoft.KeyVault/vaults', format('kv-{0}', variables('token')))]",
            },
            "dependsOn": ["storage", "vault"],
        },
        "project": {
            "type": "Microsoft.MachineLearningServices/workspaces",
            "apiVersion": "2024-10-01",
            "name": "project-one",
            "location": "[resourceGroup().location]",
            "kind": "Project",
            "identity": {"type": "SystemAssigned"},
            "properties": {"hubResourceId": "[resourceId('Microsoft.MachineLearningServices/workspaces', 'hub-one')]"},
            "dependsOn": ["hub"],
        },
        "endpoint": {
            "type": "Microsoft.MachineLearningServices/workspaces/serverlessEndpoints",
            "apiVersion": "2024-10-01",
            "name": "[format('{0}/{1}', 'project-one', parameters('endpointName'))]",
            "location": "[resourceGroup().location]",
            "sku": {"name": "Consumption"},
            "properties": {"authMode": "Key", "modelSettings": {"modelId": "[parameters('modelId')]"}},
            "dependsOn": ["project"],
        },
    },
    languageVersion="2.0",
    parameters={"endpointName": {"type": "string", "maxLength": 32}, "modelId": {"type": "string"}},
    variables={
        "token": "[take(uniqueString(resourceGroup().id), 10)]",
        "storage": "[format('st{0}', variables('token'))]",
    },
    outputs={"uri": {"type": "string", "value": "[reference('endpoint').inferenceEndpoint.uri]"}},
)
"""A hub, a project in it, and a serverless endpoint, by symbolic names."""

NEW_GROUP = document(
    [
        {
            "type": "Microsoft.Resources/resourceGroups",
            "apiVersion": "2022-09-01",
            "name": "[parameters('group')]",
            "location": "[deployment().location]",
            "tags": {"made-by": "template", "count": 2},
        },
        {
            "type": "Microsoft.Resources/deployments",
            "apiVersion": "2022-09-01",
            "name": "models",
            "resourceGroup": "[parameters('group')]",
            "dependsOn": ["[subscriptionResourceId('Microsoft.Resources/resourceGroups', parameters('group'))]"],
            "properties": {
                "mode": "Incremental",
                "expressionEvaluationOptions": {"scope": "inner"},
                "template": ACCOUNT_WITH_MODELS,
                "parameters": {"capacity": {"value": "[parameters('capacity')]"}},
            },
        },
    ],
    schema=SUBSCRIPTION_SCHEMA,
    parameters={"group": {"type": "string"}, "capacity": {"type": "int", "defaultValue": 1}},
    outputs={
        "account": {"type": "string", "value": "[reference('models').outputs.accounT_NAME.value]"},
        "group": {"type": "string", "value": "[parameters('group')]"},
    },
)
"""A group and what is in it, in one deployment."""
