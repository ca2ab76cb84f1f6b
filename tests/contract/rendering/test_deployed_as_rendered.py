"""ARM JSON deployed through Azure's own client: what then stands is what the templates were said to describe."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from azure.identity import ManagedIdentityCredential
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.deployments.models import Deployment
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from tests.contract.emulator_arm.arm_client import LoopbackToken
from tests.contract.rendering.fleets import Platform, living
from tests.unit.rendering import bicep_reader, estates

from azserve.emulator.server import Emulator
from azserve.model.artifact import RegionArtifact
from azserve.model.estate import RegionEstate, Resource
from azserve.model.settings import Blocklist, ContentFilter, NetworkSettings, SignIn
from azserve.planning.difference import changes_between
from azserve.rendering.render import render_region
from azserve.rendering.templates import TemplateSet

TEMPLATES = TemplateSet()
Deploy = Callable[[RegionArtifact], Mapping[str, Any]]


@pytest.fixture
def deploy(azure: Emulator) -> Iterator[Deploy]:
    """Deploy a region by Azure's SDK, at the scope that it was rendered for, and return the outputs."""
    with ManagedIdentityCredential() as credential:
        token = credential.get_token("https://management.azure.com/.default").token
        client = DeploymentsMgmtClient(
            credential,
            azure.subscription,
            base_url=azure.url,
            authentication_policy=LoopbackToken(token),
            polling_interval=0,
        )

    def run(artifact: RegionArtifact) -> Mapping[str, Any]:
        estate, wrapper = artifact.estate, artifact.wrapper
        properties = {
            "mode": "Incremental",
            "template": wrapper or artifact.template,
            "parameters": artifact.parameters,
        }
        body = {"properties": properties} | ({"location": estate.region} if wrapper else {})
        sent = Deployment(json.loads(json.dumps(body)))
        if wrapper:
            done = client.deployments.begin_create_or_update_at_subscription_scope("region", sent).result()
        else:
            done = client.deployments.begin_create_or_update(estate.group, "region", sent).result()
        assert done.properties is not None
        return {name: each["value"] for name, each in (done.properties.outputs or {}).items()}

    with client:
        yield run


def there(estate: RegionEstate, azure: Emulator) -> RegionEstate:
    """Return the estate in the emulator's subscription."""
    return living(estate, azure.subscription)


ZONES = {
    "hub": ("privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"),
    "account": (
        "privatelink.cognitiveservices.azure.com",
        "privatelink.openai.azure.com",
        "privatelink.services.ai.azure.com",
    ),
}
SHARED_ZONES = (
    f"/subscriptions/{estates.SUBSCRIPTION}/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones"
)
NEAR = estates.SUBNET.replace("vnet-swedencentral", "vnet-eastus2")


def closed_hub(sign_in: SignIn, dns: str | tuple[str, ...]) -> RegionEstate:
    """A hub that only a network reaches."""
    network = NetworkSettings(public=False, subnet=NEAR, dns=dns)
    return replace(estates.SERVERLESS, serverless=replace(estates.SERVERLESS_HOST, sign_in=sign_in, network=network))


def closed_account(dns: str | tuple[str, ...]) -> RegionEstate:
    """An account that only a network reaches."""
    network = replace(estates.FOUNDRY_HOST.network, dns=dns)
    return replace(estates.FOUNDRY, foundry=replace(estates.FOUNDRY_HOST, network=network))


ESTATES = {
    "a hub that makes its zones, for Entra": closed_hub(SignIn.ENTRA, "create"),
    "a hub whose zones are there, for keys and Entra": closed_hub(
        SignIn.BOTH, tuple(f"{SHARED_ZONES}/{zone}" for zone in ZONES["hub"])
    ),
    "a hub whose zones a policy writes": closed_hub(SignIn.KEY, "managed"),
    "an account whose zones are there": closed_account(tuple(f"{SHARED_ZONES}/{zone}" for zone in ZONES["account"])),
    "an account whose zones a policy writes": closed_account("managed"),
    "serverless": estates.SERVERLESS,
    "foundry": estates.FOUNDRY,
    "mixed": estates.MIXED,
    "all that is around a hub": estates.SERVERLESS_WHOLE,
    "all that is around an account": estates.FOUNDRY_WHOLE,
}


@pytest.fixture
def surroundings(platform: Platform) -> Platform:
    """Everything that the estates refer to and do not make."""
    platform.network("rg-net", "vnet-swedencentral")
    platform.network("rg-net", "vnet-eastus2", "eastus2")
    for zone in (*ZONES["hub"], *ZONES["account"]):
        platform.zone("rg-dns", zone)
    platform.identity("rg-id", "id-ai")
    platform.logs("rg-logs", "logs")
    platform.vault("rg-vaults", "kv-shared")
    platform.hub_and_project("rg-app", "hub-app", "proj-app", location="swedencentral")
    return platform


def before(platform: Platform, estate: RegionEstate) -> None:
    """Make what this estate uses in its own group."""
    host = estate.serverless
    if host is not None and host.storage_exists:
        platform.group(estate.group, estate.region, tags=estate.tags)
        platform.storage(estate.group, host.storage, estate.region)


@pytest.mark.parametrize("name", ESTATES)
def test_what_stands_is_what_was_rendered(azure: Emulator, surroundings: Platform, deploy: Deploy, name: str) -> None:
    estate = there(ESTATES[name], azure)
    before(surroundings, estate)
    artifact = render_region(estate, TEMPLATES)

    deploy(artifact)

    assert differences(surroundings, artifact.resources) == {}


@pytest.mark.parametrize("name", ESTATES)
def test_what_stands_is_what_the_bicep_describes(
    azure: Emulator, surroundings: Platform, deploy: Deploy, name: str
) -> None:
    estate = there(ESTATES[name], azure)
    before(surroundings, estate)
    artifact = render_region(estate, TEMPLATES)
    files = {file.path.rpartition("/")[2]: file.text for file in artifact.files}

    deploy(artifact)

    described = bicep_reader.read(files, subscription=estate.subscription, group=estate.group)
    assert differences(surroundings, described) == {}


def test_deploying_twice_changes_nothing(azure: Emulator, surroundings: Platform, deploy: Deploy) -> None:
    artifact = render_region(there(estates.FOUNDRY_WHOLE, azure), TEMPLATES)

    assert deploy(artifact) == deploy(artifact)
    assert differences(surroundings, artifact.resources) == {}


def test_no_output_and_no_deployment_shows_a_key(azure: Emulator, surroundings: Platform, deploy: Deploy) -> None:
    estate = there(estates.FOUNDRY_WHOLE, azure)
    artifact = render_region(estate, TEMPLATES)
    outputs = deploy(artifact)
    assert estate.foundry is not None
    account = f"/resourceGroups/{estate.group}/providers/Microsoft.CognitiveServices/accounts/{estate.foundry.account}"
    keys = surroundings.arm.ask("POST", f"{account}/listKeys", version="2025-06-01").json()

    shown = json.dumps([outputs, surroundings.deployments(estate.group), surroundings.deployments("rg-vaults")])

    assert [name for name, key in keys.items() if key in shown] == []


def test_a_soft_deleted_account_is_brought_back_once(azure: Emulator, surroundings: Platform, deploy: Deploy) -> None:
    estate = replace(there(estates.FOUNDRY, azure), foundry=estates.FOUNDRY_HOST)
    estate = there(estate, azure)
    deploy(render_region(estate, TEMPLATES))
    surroundings.arm.finish("DELETE", f"/resourceGroups/{estate.group}")
    assert estate.foundry is not None
    restoring = replace(estate, foundry=replace(estate.foundry, restore=True))

    artifact = render_region(restoring, TEMPLATES)
    deploy(artifact)

    assert differences(surroundings, artifact.resources) == {}
    assert artifact.files == render_region(estate, TEMPLATES).files
    deploy(render_region(estate, TEMPLATES))


def differences(platform: Platform, resources: Any) -> dict[str, Any]:
    """Return what a resource should be and is not, by id; tags have to be the very same."""
    found = {}
    for resource in resources:
        live = platform.read(resource)
        changed = [str(change) for change in changes_between(resource.body, live)]
        if "tags" in resource.body and resource.body["tags"] != live.get("tags", {}):
            changed.append(f"tags are {live.get('tags')}, not {resource.body['tags']}")
        if changed:
            found[str(resource.id)] = changed
    return found


VALUE = st.sampled_from(
    ["[concat('x')]", "[[x]", "[", "]", "${x}", "\\${x}", "'", "'''", '"', "\\", "a\nb", "\t", "\u202e", "// x", "/* x"]
) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
NAME = (
    st.sampled_from(["[concat('x')]", "[[x]", "${x}", "'", '"', "a b", "😀", "@x", "{x}", "azserve fleet"])
    | st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<>%&\\?/"), min_size=1, max_size=20)
).filter(lambda name: name.lower() not in {"azserve-fleet", "tier"})
TAGS = st.dictionaries(NAME, VALUE, max_size=3).filter(lambda tags: len({name.lower() for name in tags}) == len(tags))


@settings(
    max_examples=15, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tags=TAGS, own=TAGS, description=VALUE, term=VALUE.filter(bool))
def test_any_text_arrives_in_azure_as_the_text_it_is(
    azure: Emulator, deploy: Deploy, platform: Platform,
    tags: dict[str, str], own: dict[str, str], description: str, term: str,
) -> None:  # fmt: skip
    assume(not {name.lower() for name in tags} & {name.lower() for name in own})
    azure.reset()
    estate = hostile(azure, tags, own, Blocklist("words", description, (term,)))
    artifact = render_region(estate, TEMPLATES)

    deploy(artifact)

    standing = {each.id.type.rpartition("/")[2]: platform.read(each) for each in artifact.resources}
    assert standing["accounts"].get("tags", {}) == tags
    assert standing["deployments"].get("tags", {}) == {**tags, **own}
    assert standing["raiBlocklists"]["properties"]["description"] == description
    assert standing["raiBlocklistItems"]["properties"] == {"pattern": term, "isRegex": False}
    files = {file.path.rpartition("/")[2]: file.text for file in artifact.files}
    assert differences(platform, bicep_reader.read(files, subscription=estate.subscription, group=estate.group)) == {}


def hostile(azure: Emulator, tags: dict[str, str], own: dict[str, str], blocklist: Blocklist) -> RegionEstate:
    """Return a small account whose free texts are these."""
    whole = estates.FOUNDRY_WHOLE.foundry
    assert whole is not None
    policy = replace(whole.filters[0], blocklists=(blocklist.name,))
    host = replace(
        estates.FOUNDRY_HOST,
        network=replace(estates.FOUNDRY_HOST.network, public=True, subnet=None),
        access=(),
        deployments=(replace(estates.V32, tags=own, filter_name=policy.name, content_filter=ContentFilter.DEFAULT),),
        filters=(policy,),
        blocklists=(blocklist,),
    )
    return there(replace(estates.FOUNDRY, tags=tags, foundry=host), azure)


def test_the_comparison_finds_what_differs(azure: Emulator, surroundings: Platform, deploy: Deploy) -> None:
    artifact = render_region(there(estates.SERVERLESS, azure), TEMPLATES)
    deploy(artifact)
    group, *_ = artifact.resources
    wrong = Resource(group.id, group.api_version, {**group.body, "tags": {"azserve-fleet": "r1-chat", "a": "b"}})

    assert list(differences(surroundings, [wrong])) == [str(group.id)]
