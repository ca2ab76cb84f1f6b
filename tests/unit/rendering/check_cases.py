"""For each check a template that it dislikes, one that it does not, and a way to spoil a rendered example.

The first two are as small as can be and need not please any other check; a spoilt example displeases one check alone.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

GROUP_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
ACCOUNT = "Microsoft.CognitiveServices/accounts"
DEPLOYMENT = f"{ACCOUNT}/deployments"
WORKSPACE = "Microsoft.MachineLearningServices/workspaces"
ENDPOINT = f"{WORKSPACE}/serverlessEndpoints"
SUBSCRIPTION = f"{WORKSPACE}/marketplaceSubscriptions"
STORAGE = "Microsoft.Storage/storageAccounts"
ROLE = "Microsoft.Authorization/roleAssignments"
R1 = "azureml://registries/azureml-deepseek/models/DeepSeek-R1"
COMMAND = "azureml://registries/azureml-cohere/models/Cohere-command-r-08-2024"
CONNECTION_STRING = "DefaultEndpointsProtocol=https;AccountKey=bm90LWEtcmVhbC1rZXktYXQtYWxs=="
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CALLER = "a97b65f3-24c7-4388-baec-2e87135dc908"


def template(*resources: Json, **sections: Any) -> Json:
    """A template at group scope."""
    return {"$schema": GROUP_SCHEMA, "contentVersion": "1.0.0.0", **sections, "resources": list(resources)}


def resource(kind: str, name: str = "thing", version: str = "2025-06-01", /, **members: Any) -> Json:
    return {"type": kind, "apiVersion": version, "name": name, **members}


def endpoint(name: str = "hub/r1", model_id: str = R1, **members: Any) -> Json:
    return resource(ENDPOINT, name, properties={"modelSettings": {"modelId": model_id}}, **members)


def subscription(name: str = "hub/cmd", model_id: str = COMMAND) -> Json:
    return resource(SUBSCRIPTION, name, properties={"modelId": model_id})


def deployment(name: str = "ai/chat", sku: Any = None, version: str | None = "1", **members: Any) -> Json:
    model = {"format": "DeepSeek", "name": "DeepSeek-V3.2"} | ({"version": version} if version else {})
    return resource(DEPLOYMENT, name, sku=sku or {"name": "GlobalStandard", "capacity": 1},
                    properties={"model": model, **members.pop("properties", {})}, **members)  # fmt: skip


def account(**properties: Any) -> Json:
    return resource(ACCOUNT, "ai", location="eastus2", properties=properties)


def output(value: Any) -> Json:
    return template(outputs={"it": {"type": "string", "value": value}})


def doubled(times: int) -> Json:
    """Variables of which each is the one before it twice."""
    twice = {f"d{at}": f"[concat(variables('d{at - 1}'), variables('d{at - 1}'))]" for at in range(1, times + 1)}
    return {"d0": "x", **twice}


# --- spoiling the rendered example


def inner(document: Json) -> Json:
    """The template of the region, inside its wrapper."""
    found: Json = document["resources"][1]["properties"]["template"]
    return found


def the(document: Json, kind: str, name: str = "") -> Json:
    """The first resource of a type whose name holds some text."""
    return next(each for each in inner(document)["resources"] if each["type"] == kind and name in each["name"])


Spoil: TypeAlias = Callable[[Json], object]


def setting(kind: str, path: str, value: Any, name: str = "") -> Spoil:
    def spoil(document: Json) -> None:
        *above, last = path.split(".")
        place = the(document, kind, name)
        for step in above:
            place = place[step]
        place[last] = value

    return spoil


def removing(kind: str, path: str, name: str = "") -> Spoil:
    def spoil(document: Json) -> None:
        *above, last = path.split(".")
        place = the(document, kind, name)
        for step in above:
            place = place[step]
        del place[last]

    return spoil


def answering(value: Any) -> Spoil:
    return lambda document: inner(document)["outputs"].update(it={"type": "string", "value": value})


def adding(made: Callable[[Json], Json]) -> Spoil:
    return lambda document: inner(document)["resources"].append(made(document))


def copied(kind: str, name: str = "", /, **changes: Any) -> Spoil:
    return adding(lambda document: copy.deepcopy(the(document, kind, name)) | changes)


def many(section: str, number: int, entry: Callable[[int], Any], look: str) -> Spoil:
    """Add entries to a section and one output that uses them all."""

    def spoil(document: Json) -> None:
        inner(document)[section].update({f"x{at}": entry(at) for at in range(number)})
        answering([f"[{look}('x{at}')]" for at in range(number)])(document)

    return spoil


def with_parameter(declared: Json) -> Spoil:
    """Add a parameter for a secret and the vault's secret that it goes into."""

    def spoil(document: Json) -> None:
        inner(document)["parameters"]["vaultSecret"] = declared
        name = "[format('{0}/{1}', variables('vaultName'), variables('projectName'))]"
        kept = resource("Microsoft.KeyVault/vaults/secrets", name, "2023-07-01")
        kept |= {"tags": "[parameters('tags')]", "properties": {"value": "[parameters('vaultSecret')]"}}
        inner(document)["resources"].append(kept)

    return spoil


def both(*spoils: Spoil) -> Spoil:
    return lambda document: [spoil(document) for spoil in spoils]


def forgetting(kind: str, of: str, name: str = "") -> Spoil:
    """Drop from a resource what it waits for of a type."""

    def spoil(document: Json) -> None:
        place = the(document, kind, name)
        place["dependsOn"] = [each for each in place["dependsOn"] if f"'{of}'" not in each]

    return spoil


def without_subscription(document: Json) -> None:
    gone = the(document, SUBSCRIPTION)
    inner(document)["resources"].remove(gone)
    del inner(document)["variables"]["cmdSubscriptionName"]
    forgetting(ENDPOINT, SUBSCRIPTION, "cmd")(document)


def doubling(document: Json) -> None:
    inner(document)["variables"].update(doubled(30))
    the(document, STORAGE)["tags"] = {"azserve-fleet": "f", "big": "[variables('d30')]"}


@dataclass(frozen=True)
class Case:
    failing: Json
    passing: Json
    spoil: Spoil


RESOURCE_ID = f"resourceId('{ACCOUNT}', variables('accountName'))"
HOLES = "".join(["{0}"] * 8300)
GROUP = resource("Microsoft.Resources/resourceGroups", "rg", "2024-07-01", location="x", tags={"azserve-fleet": "f"})
KEYS = f"[listKeys({RESOURCE_ID}, '2025-06-01').key1]"
LLAMA = {"format": "Meta", "name": "Meta-Llama-3.1-8B-Instruct", "version": "5"}
USER = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {"/id": {}}}

CASES: Mapping[str, Case] = {
    "not-a-template": Case({"resources": []}, template(), lambda document: inner(document).update(contentVersion="")),
    "wrong-scope": Case(template(GROUP), template(), adding(lambda _: GROUP)),
    "resource-incomplete": Case(
        template({"type": STORAGE}), template(resource(STORAGE)), removing(STORAGE, "apiVersion")
    ),
    "unknown-api-version": Case(
        template(resource(ENDPOINT, "thing", "2024-02-02")),
        template(resource(ENDPOINT, "thing", "2026-05-01")),
        setting(ENDPOINT, "apiVersion", "2024-02-02"),
    ),
    "preview-api-version": Case(
        template(resource(ACCOUNT, "thing", "2025-04-01-preview")),
        template(resource(ACCOUNT)),
        setting(ACCOUNT, "apiVersion", "2025-04-01-preview"),
    ),
    "required-property": Case(
        template(resource(ENDPOINT, properties={})),
        template(resource(ENDPOINT, properties="[parameters('all')]")),
        removing(ENDPOINT, "properties.authMode"),
    ),
    "unknown-value": Case(
        template(resource(ENDPOINT, properties={"authMode": "Basic"})),
        template(resource(ENDPOINT, properties={"authMode": "Key"})),
        setting(ENDPOINT, "properties.contentSafety.contentSafetyStatus", "On"),
    ),
    "read-only-property": Case(
        template(account(endpoint="https://x")),
        template(account()),
        setting(ENDPOINT, "properties.endpointState", "Online"),
    ),
    "location-missing": Case(
        template(resource(STORAGE)), template(resource(STORAGE, location="x")), removing(STORAGE, "location")
    ),
    "name-rule": Case(
        template(resource(STORAGE, "Under_Score")),
        template(resource(STORAGE, "[parameters('name')]")),
        lambda document: inner(document)["variables"].update(storageName="Under_Score"),
    ),
    "template-size": Case(
        template(metadata={"x": "x" * 4_300_000}),
        template(),
        lambda document: inner(document).update(metadata={"x": "x" * 4_300_000}),
    ),
    "resource-count": Case(
        template(*(resource("A.B/c", f"n{at}") for at in range(801))),
        template(*(resource("A.B/c", f"n{at}") for at in range(600))),
        lambda document: inner(document)["resources"].extend(resource("A.B/c", f"n{at}") for at in range(801)),
    ),
    "parameter-count": Case(
        template(parameters={f"p{at}": {"type": "string"} for at in range(257)}),
        template(parameters={f"p{at}": {"type": "string"} for at in range(200)}),
        many("parameters", 257, lambda _: {"type": "string"}, "parameters"),
    ),
    "variable-count": Case(
        template(variables={f"v{at}": at for at in range(257)}),
        template(variables={f"v{at}": at for at in range(200)}),
        many("variables", 257, lambda at: at, "variables"),
    ),
    "output-count": Case(
        template(outputs={f"o{at}": {"type": "int", "value": at} for at in range(65)}),
        template(outputs={f"o{at}": {"type": "int", "value": at} for at in range(50)}),
        lambda document: inner(document)["outputs"].update(
            {f"o{at}": {"type": "int", "value": at} for at in range(65)}
        ),
    ),
    "expression-length": Case(
        output(f"[format('{HOLES}', 1)]"), output("[format('{0}', 1)]"), answering(f"[format('{HOLES}', 1)]")
    ),
    "expression-result": Case(
        template(resource("A.B/c", tags={"big": "[variables('d30')]"}), variables=doubled(30)),
        template(resource("A.B/c", tags={"big": "[variables('d6')]"}), variables=doubled(6)),
        doubling,
    ),
    "tag-limits": Case(
        template(resource("A.B/c", tags={"a/b": "1"})),
        template(resource("A.B/c", tags={"a b": "1"})),
        setting(STORAGE, "tags", {"azserve-fleet": "f", "a/b": "1"}),
    ),
    "broken-expression": Case(output("[concat(']"), output("[[concat(']"), answering("[concat(]")),
    "unknown-function": Case(
        output("[resourceIdd('A.B/c', 'x')]"),
        output("[contoso.named(listKeys('x', '1').key1)]"),
        answering("[conct(1)]"),
    ),
    "undefined-name": Case(
        output("[parameters('nowhere')]"),
        template(parameters={"Here": {"type": "string"}}, outputs={"it": {"value": "[parameters('here')]"}}),
        answering("[variables('nowhere')]"),
    ),
    "unused-name": Case(
        template(variables={"lonely": 1}),
        template(variables={"used": 1}, outputs={"it": {"value": "[variables('used')]"}}),
        lambda document: inner(document)["variables"].update(lonely=1),
    ),
    "unfilled-token": Case(
        output("{{ name }}"), output("{ name }"), setting(WORKSPACE, "properties.friendlyName", "${NAME}")
    ),
    "text-in-expression": Case(
        output("[concat('hello')]") | {"metadata": {"_generator": {"name": "azserve"}}},
        output("[concat('hello')]"),
        setting(WORKSPACE, "properties.friendlyName", "[concat('hello')]"),
    ),
    "secret-literal": Case(
        template(resource("A.B/c", properties={"adminPassword": "hunter2"})),
        template(resource("A.B/c", properties={"adminPassword": "[parameters('it')]", "keyName": "k"})),
        setting(WORKSPACE, "properties.description", CONNECTION_STRING),
    ),
    "secret-default": Case(
        template(parameters={"it": {"type": "secureString", "defaultValue": "hunter2"}}),
        template(parameters={"it": {"type": "secureString", "defaultValue": "[newGuid()]"}}),
        with_parameter({"type": "secureString", "defaultValue": "hunter2"}),
    ),
    "secret-not-secure": Case(
        template(parameters={"apiKey": {"type": "string"}}),
        template(parameters={"apiKey": {"type": "secureString"}, "keyVaultName": {"type": "string"}}),
        with_parameter({"type": "string"}),
    ),
    "secret-in-tag": Case(
        template(resource("A.B/c", tags={"a": KEYS})),
        template(resource("A.B/c", tags={"a": "b"})),
        setting(STORAGE, "tags", {"azserve-fleet": "f", "a": CONNECTION_STRING}),
    ),
    "secret-output": Case(output(KEYS), output("[parameters('x')]"), answering(KEYS)),
    "whole-resource-output": Case(
        output("[reference('x')]"),
        output("[reference('x').endpoint]"),
        answering(f"[reference({RESOURCE_ID}, '2025-06-01')]"),
    ),
    "identity-spelling": Case(
        template(resource(ACCOUNT, identity={"type": "SystemAssigned,UserAssigned"})),
        template(resource(ACCOUNT, identity={"type": "SystemAssigned, UserAssigned"})),
        setting(WORKSPACE, "identity", USER),
    ),
    "identity-members": Case(
        template(resource(ACCOUNT, identity={"type": "UserAssigned"})),
        template(resource(ACCOUNT, identity=USER)),
        setting(ACCOUNT, "identity", {"type": "UserAssigned"}),
    ),
    "public-access-undecided": Case(
        template(account()),
        template(account(publicNetworkAccess="[parameters('public')]")),
        removing(STORAGE, "properties.publicNetworkAccess"),
    ),
    "public-access-contradicted": Case(
        template(account(publicNetworkAccess="Disabled", networkAcls={"defaultAction": "Allow"})),
        template(account(publicNetworkAccess="Disabled", networkAcls={"defaultAction": "Deny"})),
        setting(ACCOUNT, "properties.networkAcls.defaultAction", "Allow"),
    ),
    "isolation-undecided": Case(
        template(resource(WORKSPACE, kind="Hub", properties={})),
        template(resource(WORKSPACE, kind="Project", properties={})),
        removing(WORKSPACE, "properties.managedNetwork"),
    ),
    "local-auth-undecided": Case(
        template(account()), template(account(disableLocalAuth=False)), removing(ACCOUNT, "properties.disableLocalAuth")
    ),
    "subdomain-missing": Case(
        template(account()),
        template(account(customSubDomainName="x")),
        removing(ACCOUNT, "properties.customSubDomainName"),
    ),
    "restore-committed": Case(
        template(account(restore=True)),
        template(account(restore=False)),
        lambda document: document["parameters"]["restoreAccount"].update(defaultValue=True),
    ),
    "role-too-strong": Case(
        template(resource(ROLE, properties={"roleDefinitionId": f"[resourceId('x', '{OWNER}')]"})),
        template(resource(ROLE, properties={"roleDefinitionId": CALLER})),
        setting(
            ROLE,
            "properties.roleDefinitionId",
            f"[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '{OWNER}')]",
        ),
    ),
    "principal-type-missing": Case(
        template(resource(ROLE, properties={"principalId": "x"})),
        template(resource(ROLE, properties={"principalId": "[deployer().objectId]"})),
        removing(ROLE, "properties.principalType"),
    ),
    "tags-missing": Case(
        template(resource(STORAGE)), template(resource(STORAGE, tags={})), setting(STORAGE, "tags", {"owner": "me"})
    ),
    "duplicate-resource": Case(
        template(resource("A.B/c", "x"), resource("A.B/C", "X")),
        template(resource("A.B/c", "x"), resource("A.B/c", "X", condition=False)),
        copied(STORAGE),
    ),
    "unknown-dependency": Case(
        template(resource("A.B/c", "x", dependsOn=["[resourceId('A.B/c', 'y')]"])),
        template(resource("A.B/c", "x", dependsOn=["y"]), resource("A.B/c", "y")),
        setting(STORAGE, "dependsOn", [f"[resourceId('{STORAGE}', variables('hubName'))]"]),
    ),
    "dependency-cycle": Case(
        template(resource("A.B/c", "x", dependsOn=["y"]), resource("A.B/c", "y", dependsOn=["x"])),
        template(resource("A.B/c", "x", dependsOn=["y"]), resource("A.B/c", "y")),
        setting(STORAGE, "dependsOn", [f"[resourceId('{WORKSPACE}', variables('hubName'))]"]),
    ),
    "account-side-by-side": Case(
        template(deployment("ai/one"), deployment("ai/two")),
        template(
            deployment("ai/one"),
            deployment("ai/two", dependsOn=["ai/one"]),
            deployment("ai/three", dependsOn=[f"[resourceId('{DEPLOYMENT}', 'ai', 'two')]"]),
            deployment("other/one"),
        ),
        forgetting(DEPLOYMENT, DEPLOYMENT, "v32"),
    ),
    "marketplace-missing": Case(
        template(endpoint(model_id=COMMAND)), template(endpoint(model_id=COMMAND), subscription()), without_subscription
    ),
    "marketplace-unneeded": Case(
        template(subscription(model_id=R1)),
        template(subscription()),
        copied(
            SUBSCRIPTION,
            name="[format('{0}/{1}', variables('projectName'), variables('r1EndpointName'))]",
            properties={"modelId": R1},
        ),
    ),
    "marketplace-order": Case(
        template(endpoint(model_id=COMMAND), subscription()),
        template(endpoint(model_id=COMMAND, dependsOn=["hub/cmd"]), subscription()),
        forgetting(ENDPOINT, SUBSCRIPTION, "cmd"),
    ),
    "serverless-version": Case(
        template(endpoint(model_id=f"{R1}/versions/1")),
        template(endpoint()),
        setting(ENDPOINT, "properties.modelSettings.modelId", f"{R1}/versions/1"),
    ),
    "same-model-twice": Case(
        template(endpoint("hub/a"), endpoint("hub/b")),
        template(endpoint("hub/a"), endpoint("other/b")),
        copied(ENDPOINT, name="[format('{0}/{1}', variables('projectName'), variables('accountName'))]"),
    ),
    "version-unpinned": Case(
        template(deployment(version=None)), template(deployment()), removing(DEPLOYMENT, "properties.model.version")
    ),
    "upgrade-undecided": Case(
        template(deployment()),
        template(deployment(properties={"versionUpgradeOption": "NoAutoUpgrade"})),
        removing(DEPLOYMENT, "properties.versionUpgradeOption"),
    ),
    "unknown-sku": Case(
        template(deployment(sku={"name": "Global"})), template(deployment()), setting(DEPLOYMENT, "sku.name", "Global")
    ),
    "capacity-range": Case(
        template(deployment(sku={"name": "ProvisionedManaged", "capacity": 17})),
        template(deployment(sku={"name": "ProvisionedManaged", "capacity": 50})),
        setting(DEPLOYMENT, "sku.capacity", 0),
    ),
    "data-boundary": Case(
        template(
            resource(ACCOUNT, "ai", location="japaneast"), deployment(sku={"name": "DataZoneStandard", "capacity": 1})
        ),
        template(
            resource(ACCOUNT, "ai", location="East US 2"), deployment(sku={"name": "DataZoneStandard", "capacity": 1})
        ),
        setting(ACCOUNT, "location", "japaneast"),
    ),
    "model-lifecycle": Case(
        template(deployment(properties={"model": LLAMA})),
        template(deployment()),
        setting(DEPLOYMENT, "properties.model", LLAMA, "v32"),
    ),
}
