"""The Azure CLI, as installed from PyPI: sign-in, groups, templates, accounts, models."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.clients.conftest import HERE, REPOSITORY, Done, Shell

from azserve.emulator.server import Emulator

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]

GROUP = "rg-cli"
TEMPLATES = HERE / "templates"

Az = Callable[..., Done]


@pytest.fixture(scope="module")
def az(shell: Shell, azure_cli: Path) -> Az:
    """Run `az …`, signed in by managed identity, with a group."""

    def run(*words: str | Path) -> Done:
        return shell.run(azure_cli, *words)

    assert run("login", "--identity").value[0]["state"] == "Enabled"
    assert run("group", "create", "-n", GROUP, "-l", "eastus2").value["properties"]["provisioningState"] == "Succeeded"
    return run


def test_the_only_cloud_it_knows_is_the_local_one(az: Az, emulator: Emulator) -> None:
    clouds = az("cloud", "list").value

    assert [(one["name"], one["isActive"]) for one in clouds] == [("AzserveEmulator", True)]
    assert clouds[0]["endpoints"]["resourceManager"] == f"{emulator.tls_url}/"


def test_a_cloud_that_is_registered_by_hand_serves_as_well(
    shell: Shell, azure_cli: Path, emulator: Emulator, tmp_path: Path
) -> None:
    own = {name: value for name, value in shell.environ.items() if name != "ARM_CLOUD_METADATA_URL"}
    own |= {"AZURE_CONFIG_DIR": str(tmp_path / "az"), "AZURE_CORE_INSTANCE_DISCOVERY": "false"}
    registering = Shell(own, tmp_path)
    url = emulator.tls_url
    registered = registering.run(
        azure_cli, "cloud", "register", "-n", "azserve", "--endpoint-resource-manager", url,
        "--endpoint-active-directory", url, "--endpoint-management", "https://management.core.windows.net/",
        "--endpoint-active-directory-resource-id", "https://management.core.windows.net/",
    )  # fmt: skip
    assert registered.code == 0, registered.err
    assert registering.run(azure_cli, "cloud", "set", "-n", "azserve").code == 0
    signed_in = registering.run(
        azure_cli, "login", "--service-principal", "-u", emulator.client_id, "-p", emulator.client_secret, "--tenant",
        emulator.tenant,
    )  # fmt: skip

    assert signed_in.value[0]["cloudName"] == "azserve"


def test_a_service_principal_signs_in_with_its_secret(az: Az, emulator: Emulator) -> None:
    account = az(
        "login", "--service-principal", "-u", emulator.client_id, "-p", emulator.client_secret,
        "--tenant", emulator.tenant,
    ).value[0]  # fmt: skip

    assert (account["id"], account["user"]["type"]) == (emulator.subscription, "servicePrincipal")


def test_a_wrong_secret_is_refused_as_entra_refuses_it(
    shell: Shell, azure_cli: Path, emulator: Emulator, tmp_path: Path
) -> None:
    fresh = Shell(shell.environ, tmp_path, {"AZURE_CONFIG_DIR": str(tmp_path), "AZURE_CORE_INSTANCE_DISCOVERY": "no",
                                            "AZURE_CLOUD_NAME": "AzserveEmulator"})  # fmt: skip
    refused = fresh.run(
        azure_cli, "login", "--service-principal", "-u", emulator.client_id, "-p", "wrong", "--tenant", emulator.tenant
    )  # fmt: skip

    assert (refused.code, "AADSTS7000215" in refused.err) == (1, True)


def test_groups_come_and_go(az: Az) -> None:
    assert az("group", "create", "-n", "rg-short", "-l", "westus3", "--tags", "a=b").value["tags"] == {"a": "b"}
    assert "rg-short" in {one["name"] for one in az("group", "list").value}
    assert az("group", "delete", "-n", "rg-short", "--yes").code == 0
    assert az("group", "exists", "-n", "rg-short").value is False


def test_an_account_lives_and_is_restored_and_purged(az: Az) -> None:
    where = ("-n", "acc-cli", "-g", GROUP)
    made = az(
        "cognitiveservices", "account", "create", *where, "-l", "eastus2", "--kind", "AIServices", "--sku", "S0",
        "--custom-domain", "acc-cli", "--yes",
    ).value  # fmt: skip
    shown = az("cognitiveservices", "account", "show", *where).value
    keys = az("cognitiveservices", "account", "keys", "list", *where).value
    assert made["properties"]["provisioningState"] == "Succeeded"
    assert "/_hosts/acc-cli.services.ai.azure.com" in json.dumps(shown["properties"]["endpoints"])
    assert set(keys) == {"key1", "key2"}

    assert az("cognitiveservices", "account", "delete", *where).code == 0
    assert [one["name"] for one in az("cognitiveservices", "account", "list-deleted").value] == ["acc-cli"]
    assert az("cognitiveservices", "account", "recover", *where, "-l", "eastus2").code == 0
    assert az("cognitiveservices", "account", "keys", "list", *where).value == keys
    assert az("cognitiveservices", "account", "delete", *where).code == 0
    assert az("cognitiveservices", "account", "purge", *where, "-l", "eastus2").code == 0
    assert az("cognitiveservices", "account", "list-deleted").value == []
    assert az("cognitiveservices", "account", "show", *where).code == 3


def test_a_model_is_found_deployed_and_removed(az: Az) -> None:
    where = ("-n", "acc-model", "-g", GROUP)
    az(
        "cognitiveservices", "account", "create", *where, "-l", "eastus2", "--kind", "AIServices", "--sku", "S0",
        "--custom-domain", "acc-model", "--yes",
    )  # fmt: skip
    models = az("cognitiveservices", "model", "list", "-l", "eastus2").value
    assert ("DeepSeek-V3.2", "1") in {(one["model"]["name"], one["model"]["version"]) for one in models}

    made = az(
        "cognitiveservices", "account", "deployment", "create", *where, "--deployment-name", "v32",
        "--model-name", "DeepSeek-V3.2", "--model-version", "1", "--model-format", "DeepSeek",
        "--sku-name", "GlobalStandard", "--sku-capacity", "10",
    ).value  # fmt: skip
    assert (made["properties"]["model"]["name"], made["sku"]["capacity"]) == ("DeepSeek-V3.2", 10)
    listed = az("cognitiveservices", "account", "deployment", "list", *where).value
    assert [one["name"] for one in listed] == ["v32"]
    state = made["properties"]["provisioningState"]
    while state == "Creating":  # the CLI does not wait for this one
        shown = az("cognitiveservices", "account", "deployment", "show", *where, "--deployment-name", "v32").value
        state = shown["properties"]["provisioningState"]
    assert state == "Succeeded"

    usages = az("cognitiveservices", "usage", "list", "-l", "eastus2").value
    held = {one["name"]["value"]: one["currentValue"] for one in usages}["AIServices.GlobalStandard.DeepSeek-V3.2"]
    assert az("cognitiveservices", "account", "deployment", "delete", *where, "--deployment-name", "v32").code == 0
    usages = az("cognitiveservices", "usage", "list", "-l", "eastus2").value
    left = {one["name"]["value"]: one["currentValue"] for one in usages}["AIServices.GlobalStandard.DeepSeek-V3.2"]
    assert held - left == 10


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("models-in-a-loop.json", 3),
        ("hub-and-endpoint.json", 5),
        ("with-comments.jsonc", 1),
        ("private-account.json", 12),
        ("accounts-in-two-regions.json", 9),
    ],
)
def test_a_template_nobody_here_rendered_is_predicted_deployed_and_found_unchanged(
    az: Az, name: str, changes: int
) -> None:
    file = TEMPLATES / name
    deploying = ("-g", GROUP, "-f", file, "-n", Path(name).stem)
    assert az("deployment", "group", "validate", *deploying).value["properties"]["provisioningState"] == "Succeeded"
    before = az("deployment", "group", "what-if", *deploying, "--no-pretty-print").value
    assert [one["changeType"] for one in before["changes"] if one["changeType"] != "Ignore"] == ["Create"] * changes

    made = az("deployment", "group", "create", *deploying).value["properties"]
    shown = az("deployment", "group", "show", "-g", GROUP, "-n", Path(name).stem).value["properties"]
    assert (made["provisioningState"], shown["outputs"]) == ("Succeeded", made["outputs"])
    assert Path(name).stem in {one["name"] for one in az("deployment", "group", "list", "-g", GROUP).value}
    steps = az("deployment", "operation", "group", "list", "-g", GROUP, "-n", Path(name).stem).value
    assert {one["properties"]["provisioningState"] for one in steps} == {"Succeeded"}

    after = az("deployment", "group", "what-if", *deploying, "--no-pretty-print").value
    # What asks for a reference() is only known while it runs, so what-if takes it for a change, as Azure's does.
    known = [one for one in after["changes"] if "/roleAssignments/" not in one["resourceId"]]
    assert {one["changeType"] for one in known} <= {"NoChange", "Ignore"}
    exported = az("deployment", "group", "export", "-g", GROUP, "-n", Path(name).stem).value
    assert (exported["contentVersion"], len(exported["resources"]) > 0) == ("1.0.0.0", True)


def test_a_template_at_subscription_scope_makes_the_group_and_what_is_in_it(az: Az) -> None:
    deploying = (
        "-l", "eastus2", "-n", "whole", "-f", TEMPLATES / "group-and-account.json",
        "-p", "rgName=rg-whole", "rgLocation=eastus", "accountName=acc-whole",
        "principalId=11111111-1111-4111-8111-111111111111",
    )  # fmt: skip
    assert az("deployment", "sub", "validate", *deploying).value["properties"]["provisioningState"] == "Succeeded"
    made = az("deployment", "sub", "create", *deploying).value["properties"]

    assert "/_hosts/acc-whole.openai.azure.com" in made["outputs"]["endpoint"]["value"]
    assert "whole" in {one["name"] for one in az("deployment", "sub", "list").value}


@pytest.fixture(scope="module")
def rendered(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `azserve render` writes for the example of the seed, for its first region."""
    import sys

    out = tmp_path_factory.mktemp("rendered")
    done = Shell(shell.environ, out, {"PYTHONPATH": str(REPOSITORY / "src")}).run(
        sys.executable, "-m", "azserve", "render", "-c", REPOSITORY / "examples" / "deepseek-r1.yaml", "--out", out
    )
    assert done.code == 0, done.err
    return next(path.parent for path in sorted(out.rglob("main.json")))


def test_what_azserve_renders_deploys_through_it(az: Az, rendered: Path) -> None:
    deploying = ("-l", rendered.name, "-f", rendered / "main.json")
    validated = az("deployment", "sub", "validate", *deploying).value
    predicted = az("deployment", "sub", "what-if", *deploying, "--no-pretty-print").value
    made = az("deployment", "sub", "create", *deploying).value

    assert validated["properties"]["provisioningState"] == made["properties"]["provisioningState"] == "Succeeded"
    assert predicted["status"] == "Succeeded"


def test_a_template_that_does_not_deploy_says_why(az: Az) -> None:
    refused = az(
        "deployment", "group", "create", "-g", GROUP, "-f", TEMPLATES / "hub-and-endpoint.json", "-n", "refused",
        "-p", "projectName=proj-other", "aiHubName=hub-other",
        "modelId=azureml://registries/azureml-deepseek/models/DeepSeek-R1/versions/1",
    )  # fmt: skip

    assert (refused.code, "without a version" in refused.err) == (1, True)


def test_tags_are_written_and_found_by_name(az: Az) -> None:
    group = az("group", "create", "-n", "rg-tags", "-l", "eastus2").value["id"]

    az("tag", "create", "--resource-id", group, "--tags", "team=ml", "env=dev")
    merged = az("tag", "update", "--resource-id", group, "--operation", "merge", "--tags", "env=prod").value

    assert merged["properties"]["tags"] == {"team": "ml", "env": "prod"}
    assert az("tag", "list", "--resource-id", group).value["properties"]["tags"] == merged["properties"]["tags"]
    assert "team" in {one["tagName"] for one in az("tag", "list").value}


def test_a_role_is_assigned_by_its_name_and_listed(az: Az) -> None:
    group = az("group", "create", "-n", "rg-roles", "-l", "eastus2").value["id"]
    somebody = "22222222-2222-4222-8222-222222222222"
    az(
        "role", "assignment", "create", "--assignee-object-id", somebody, "--assignee-principal-type",
        "ServicePrincipal", "--role", "Cognitive Services User", "--scope", group,
    )  # fmt: skip

    listed = az("role", "assignment", "list", "--scope", group, "--fill-principal-name", "false").value

    assert [(one["principalId"], one["roleDefinitionName"]) for one in listed] == [
        (somebody, "Cognitive Services User")
    ]
    assert az("role", "definition", "list", "--name", "Reader").value[0]["permissions"][0]["actions"] == ["*/read"]


def test_what_is_not_modelled_is_refused_by_name(az: Az) -> None:
    refused = az("group", "export", "-n", GROUP)

    assert (refused.code, "does not model exporting a group" in refused.err) == (1, True)


def test_anything_else_is_asked_with_rest(az: Az, emulator: Emulator) -> None:
    url = "/subscriptions/{subscriptionId}/resourceGroups/" + GROUP + "?api-version=2021-04-01"
    patched: Any = az("rest", "--method", "patch", "--url", url, "--body", '{"tags": {"by": "rest"}}').value

    assert patched["tags"] == {"by": "rest"}
    register = "/subscriptions/{subscriptionId}/providers/Microsoft.CognitiveServices/register?api-version=2021-04-01"
    assert az("rest", "--method", "post", "--url", register).value["namespace"] == "Microsoft.CognitiveServices"
