"""What one region's files hold, and in which order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from tests.unit.rendering import estates

from azserve.errors import ConfigurationError
from azserve.model.estate import RegionEstate, Resource
from azserve.model.names import EndpointKey
from azserve.model.plan import Placement
from azserve.model.settings import AccessGrant, ContentFilter, NetworkSettings, SignIn
from azserve.rendering.render import render, render_region
from azserve.rendering.templates import TemplateSet

TEMPLATES = TemplateSet()


def resources(estate: RegionEstate) -> Sequence[Resource]:
    return render_region(estate, TEMPLATES).resources


def only(estate: RegionEstate, kind: str) -> Resource:
    (found,) = [each for each in resources(estate) if each.id.type == kind]
    return found


class BicepSnapshot(SingleFileSnapshotExtension):
    file_extension = "bicep"
    _write_mode = WriteMode.TEXT


class JsonSnapshot(SingleFileSnapshotExtension):
    file_extension = "json"
    _write_mode = WriteMode.TEXT


@pytest.mark.parametrize("name", ["main.bicep", "region.bicep", "main.json", "region.json", "region.parameters.json"])
@pytest.mark.parametrize("estate", [estates.SERVERLESS, estates.FOUNDRY], ids=["serverless", "foundry"])
def test_rendered_files(estate: RegionEstate, name: str, snapshot: SnapshotAssertion) -> None:
    files = {file.path.rpartition("/")[2]: file.text for file in render_region(estate, TEMPLATES).files}

    shape = BicepSnapshot if name.endswith(".bicep") else JsonSnapshot
    assert files[name] == snapshot(extension_class=shape)


@pytest.mark.parametrize(
    ("estate", "name"),
    [
        (estates.SERVERLESS_WHOLE, "connection.bicep"),
        (estates.SERVERLESS_WHOLE, "endpoint-key.bicep"),
        (estates.SERVERLESS_WHOLE, "region.json"),
        (estates.FOUNDRY_WHOLE, "account-key.bicep"),
        (estates.FOUNDRY_WHOLE, "region.json"),
    ],
    ids=["connection", "endpoint-key", "all around a hub", "account-key", "all around an account"],
)
def test_what_is_around_a_host(estate: RegionEstate, name: str, snapshot: SnapshotAssertion) -> None:
    files = {file.path.rpartition("/")[2]: file.text for file in render_region(estate, TEMPLATES).files}

    shape = BicepSnapshot if name.endswith(".bicep") else JsonSnapshot
    assert files[name] == snapshot(extension_class=shape)


def test_no_key_is_ever_a_parameter_an_output_or_a_literal() -> None:
    for estate in (estates.SERVERLESS_WHOLE, estates.FOUNDRY_WHOLE):
        for file in render_region(estate, TEMPLATES).files:
            lines = [line for line in file.text.split("\n") if "listkeys" in line.lower()]
            assert all(line.strip().startswith(("key:", "value:", '"key":', '"value":')) for line in lines)


def test_an_artifact_keeps_the_placements_order() -> None:
    placement = Placement(estates.FOUNDRY.fleet_id, (), (estates.FOUNDRY, estates.MIXED))

    artifact = render(placement, TEMPLATES)

    assert [each.region for each in artifact.regions] == ["swedencentral", "eastus2"]


def test_every_file_ends_in_one_newline_and_has_no_carriage_return() -> None:
    for file in render_region(estates.MIXED, TEMPLATES).files:
        assert file.text.endswith("\n")
        assert not file.text.endswith("\n\n")
        assert "\r" not in file.text
        assert not any(line != line.rstrip() for line in file.text.split("\n"))


def test_the_same_estate_gives_the_same_bytes_under_every_hash_seed() -> None:
    script = (
        "import hashlib; from azserve.rendering.render import render_region; "
        "from azserve.rendering.templates import TemplateSet; from tests.unit.rendering import estates; "
        "print(hashlib.sha256(repr(render_region(estates.MIXED, TemplateSet()).files).encode()).hexdigest())"
    )
    root = Path(__file__).parents[3]
    kept = {name: value for name, value in os.environ.items() if name == "PYTHONPATH"}

    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=root,
            env={**kept, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(digests) == 1


def test_tags_in_another_order_give_the_same_bytes() -> None:
    turned = replace(estates.FOUNDRY, tags=dict(reversed(list(estates.FOUNDRY.tags.items()))))

    assert render_region(turned, TEMPLATES).files == render_region(estates.FOUNDRY, TEMPLATES).files


def test_a_group_of_our_own_comes_first_and_wraps_the_rest() -> None:
    artifact = render_region(estates.SERVERLESS, TEMPLATES)

    assert artifact.wrapper is not None
    assert artifact.resources[0].id.type == "Microsoft.Resources/resourceGroups"


def test_an_existing_group_is_deployed_into_without_a_wrapper() -> None:
    artifact = render_region(estates.EXISTING, TEMPLATES)

    assert artifact.wrapper is None
    assert [file.path for file in artifact.files] == [
        "eastus2/region.bicep",
        "eastus2/region.json",
        "eastus2/region.parameters.json",
    ]


def test_a_region_without_anything_of_its_own_in_a_region_asks_for_none() -> None:
    foundry = replace(estates.FOUNDRY_HOST, account_exists=True, access=())
    artifact = render_region(replace(estates.EXISTING, serverless=None, foundry=foundry), TEMPLATES)
    files = {file.path.rpartition("/")[2]: file.text for file in artifact.files}

    assert list(json.loads(files["region.json"])["parameters"]) == ["tags"]
    assert list(json.loads(files["region.parameters.json"])["parameters"]) == ["tags"]
    assert "param location" not in files["region.bicep"]


def test_existing_hosts_are_never_written() -> None:
    kinds = {each.id.type for each in resources(estates.EXISTING)}

    assert "Microsoft.CognitiveServices/accounts" not in kinds
    assert [each.id.name for each in resources(estates.EXISTING) if each.body.get("kind")] == ["proj-r1-chat-3f9a2c"]


def test_the_parameters_that_are_sent_carry_values_only() -> None:
    artifact = render_region(estates.SERVERLESS, TEMPLATES)

    assert artifact.parameters == {"location": {"value": "eastus2"}, "tags": {"value": {"azserve-fleet": "r1-chat"}}}


def test_the_nested_deployment_has_the_fleets_stable_name() -> None:
    wrapper = json.loads(render_region(estates.FOUNDRY, TEMPLATES).files[1].text)

    assert wrapper["variables"]["modelsName"] == "azserve-support-prod-models"


def test_all_that_writes_to_an_account_stands_in_one_chain() -> None:
    account = only(estates.FOUNDRY, "Microsoft.CognitiveServices/accounts").id
    chain = [
        each
        for each in resources(estates.FOUNDRY)
        if each.id.parent == account or each.id.type == "Microsoft.Network/privateEndpoints"
    ]

    assert [each.id.name for each in chain] == [
        "support",
        "azserve-strict",
        "chat",
        "v32",
        "pe-ai-support-prod-swc-77ab",
    ]
    assert [each.depends_on for each in chain] == [
        (account,),
        *((account, before.id) for before in chain[:-1]),
    ]


def test_only_a_partners_model_gets_a_marketplace_subscription_and_gets_it_first() -> None:
    subscription = only(estates.SERVERLESS, "Microsoft.MachineLearningServices/workspaces/marketplaceSubscriptions")
    endpoints = [each for each in resources(estates.SERVERLESS) if each.id.type.endswith("serverlessEndpoints")]

    assert [subscription.id in each.depends_on for each in endpoints] == [False, True]


@pytest.mark.parametrize(
    ("sign_in", "auth_mode", "local_auth_off"),
    [(SignIn.KEY, "Key", False), (SignIn.ENTRA, "AAD", True), (SignIn.BOTH, "KeyAndAAD", False)],
)
def test_sign_in_is_decided_on_either_hosting(sign_in: SignIn, auth_mode: str, local_auth_off: bool) -> None:
    estate = replace(
        estates.MIXED,
        serverless=replace(estates.SERVERLESS_HOST, sign_in=sign_in, endpoints=(estates.R1,)),
        foundry=replace(estates.FOUNDRY_HOST, sign_in=sign_in),
    )

    endpoint = only(estate, "Microsoft.MachineLearningServices/workspaces/serverlessEndpoints")
    account = only(estate, "Microsoft.CognitiveServices/accounts")

    assert '"authMode": "' + auth_mode + '"' in json.dumps(endpoint.body)
    assert ('"disableLocalAuth": true' in json.dumps(account.body)) is local_auth_off


@pytest.mark.parametrize(
    ("wanted", "policy"),
    [
        (ContentFilter.DEFAULT, "Microsoft.DefaultV2"),
        (ContentFilter.STRICT, "azserve-strict"),
        (ContentFilter.OFF, "azserve-off"),
    ],
)
def test_a_deployment_names_the_content_filter_that_was_asked_for(wanted: ContentFilter, policy: str) -> None:
    host = replace(estates.FOUNDRY_HOST, deployments=(replace(estates.V32, content_filter=wanted),))

    found = resources(replace(estates.FOUNDRY, foundry=host))

    assert [each.body["properties"] for each in found if each.id.name == "v32"] == [
        {
            "model": {"format": "DeepSeek", "name": "DeepSeek-V3.2", "version": "1"},
            "versionUpgradeOption": "NoAutoUpgrade",
            "raiPolicyName": policy,
        }
    ]
    assert [each.id.name for each in found if each.id.type.endswith("raiPolicies")] == (
        [] if wanted is ContentFilter.DEFAULT else [policy]
    )


@pytest.mark.parametrize(("wanted", "blocks"), [(ContentFilter.STRICT, True), (ContentFilter.OFF, False)])
def test_a_filter_of_ours_keeps_the_shields_of_azures_default(wanted: ContentFilter, blocks: bool) -> None:
    host = replace(estates.FOUNDRY_HOST, deployments=(replace(estates.V32, content_filter=wanted),))

    (policy,) = [
        each.body["properties"]
        for each in resources(replace(estates.FOUNDRY, foundry=host))
        if each.id.type.endswith("raiPolicies")
    ]

    assert isinstance(policy, dict)
    assert [each for each in policy["contentFilters"] if "severityThreshold" not in each] == [
        {"name": "Jailbreak", "source": "Prompt", "enabled": True, "blocking": blocks},
        {"name": "Protected Material Text", "source": "Completion", "enabled": True, "blocking": blocks},
        {"name": "Protected Material Code", "source": "Completion", "enabled": True, "blocking": blocks},
    ]


def test_managed_names_are_left_to_the_platforms_policy() -> None:
    host = replace(estates.FOUNDRY_HOST, network=NetworkSettings(public=False, subnet=estates.SUBNET))

    kinds = {each.id.type for each in resources(replace(estates.FOUNDRY, foundry=host))}

    assert "Microsoft.Network/privateEndpoints" in kinds
    assert not any("Dns" in kind for kind in kinds)


def test_a_word_that_is_no_role_is_refused_with_the_words_that_are() -> None:
    host = replace(estates.FOUNDRY_HOST, access=(AccessGrant(role="owner", principal=estates.PRINCIPAL),))

    with pytest.raises(ConfigurationError, match="`owner` is no role") as raised:
        resources(replace(estates.FOUNDRY, foundry=host))
    assert raised.value.hint == "use one of `call`, `read`, `manage`"


@pytest.mark.parametrize(
    ("keys", "symbols"),
    [
        (("my-chat", "my_chat"), ["myChatDeployment", "myChatDeployment2"]),
        (("v3.2", "4o"), ["v32Deployment", "m4oDeployment"]),
        (("模型", "Chat"), ["modelDeployment", "chatDeployment"]),
    ],
)
def test_symbols_are_identifiers_and_never_meet(keys: tuple[str, str], symbols: list[str]) -> None:
    deployments = tuple(replace(estates.V32, key=EndpointKey(key), name=key) for key in keys)
    estate = replace(estates.FOUNDRY, foundry=replace(estates.FOUNDRY_HOST, deployments=deployments))

    text = next(file.text for file in render_region(estate, TEMPLATES).files if file.path.endswith("region.bicep"))

    assert [line.split()[1] for line in text.splitlines() if "/deployments@" in line] == symbols


def test_no_name_and_no_tag_stands_inside_an_expression() -> None:
    texts = ["hub-r1-chat-3f9a2c", "cmd-3f9a2c", "ml-platform", "gold", "chat", estates.PRINCIPAL]
    expressions = [
        line
        for file in render_region(estates.MIXED, TEMPLATES).files
        if file.path.endswith(".json")
        for line in file.text.splitlines()
        if '"[' in line
    ]

    assert expressions
    assert not [line for line in expressions for text in texts if f"'{text}'" in line]
