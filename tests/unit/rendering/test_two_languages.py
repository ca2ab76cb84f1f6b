"""The ARM JSON and the Bicep of a region describe the same resources."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.rendering import bicep_reader, estates
from tests.unit.rendering.bicep_reader import normal

from azserve.model.artifact import RegionArtifact
from azserve.model.estate import Encryption, KeySecret, ProjectConnection, RegionEstate, Resource
from azserve.model.names import EndpointKey, ModelName
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
from azserve.rendering.render import render_region
from azserve.rendering.templates import TemplateSet

TEMPLATES = TemplateSet()


def from_bicep(artifact: RegionArtifact) -> list[Resource]:
    files = {file.path.rpartition("/")[2]: file.text for file in artifact.files}
    return bicep_reader.read(files, subscription=artifact.estate.subscription, group=artifact.estate.group)


ESTATES = {
    "serverless": estates.SERVERLESS,
    "foundry": estates.FOUNDRY,
    "mixed": estates.MIXED,
    "all that is around a hub": estates.SERVERLESS_WHOLE,
    "all that is around an account": estates.FOUNDRY_WHOLE,
    "keys of an existing account": replace(
        estates.EXISTING,
        serverless=None,
        foundry=replace(
            estates.FOUNDRY_WHOLE.foundry or estates.FOUNDRY_HOST,
            account_exists=True,
            encryption=None,
            diagnostics=None,
            lock=False,
        ),
    ),
    "existing": estates.EXISTING,
    "existing project": replace(
        estates.EXISTING,
        foundry=None,
        serverless=replace(estates.SERVERLESS_HOST, hub_exists=True, project_exists=True),
    ),
    "existing vault": replace(
        estates.SERVERLESS, serverless=replace(estates.SERVERLESS_HOST, vault_exists=True, storage_exists=True)
    ),
    "private hub": replace(
        estates.SERVERLESS,
        serverless=replace(
            estates.SERVERLESS_HOST,
            sign_in=SignIn.BOTH,
            network=NetworkSettings(public=False, subnet=estates.SUBNET, dns=("/subscriptions/s/zone",)),
        ),
    ),
    "access for whoever deploys": replace(
        estates.FOUNDRY,
        foundry=replace(
            estates.FOUNDRY_HOST,
            network=NetworkSettings(public=False, subnet=estates.SUBNET),
            access=(AccessGrant(role="call", self_=True), AccessGrant(role="read", principal=estates.PRINCIPAL)),
        ),
    ),
}


@pytest.mark.parametrize("estate", ESTATES.values(), ids=ESTATES)
def test_bicep_describes_what_the_arm_template_describes(estate: RegionEstate) -> None:
    artifact = render_region(estate, TEMPLATES)

    assert normal(from_bicep(artifact)) == normal(artifact.resources)


@pytest.mark.parametrize("estate", ESTATES.values(), ids=ESTATES)
def test_both_languages_have_the_same_outputs(estate: RegionEstate) -> None:
    artifact = render_region(estate, TEMPLATES)
    files = {file.path.rpartition("/")[2]: file.text for file in artifact.files}

    region = bicep_reader.BicepFile(files["region.bicep"], estate.subscription, estate.group)

    assert region.outputs == list(json.loads(files["region.json"])["outputs"])


def test_the_group_alone_may_be_given_other_tags_by_parameter() -> None:
    artifact = render_region(estates.SERVERLESS, TEMPLATES)

    assert artifact.resources[0].body == {"location": "eastus2", "tags": {"azserve-fleet": "r1-chat"}}


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=24)
HOSTILE = st.sampled_from(
    [
        "[concat('x')]",
        "[[x]",
        "[x",
        "x]",
        "[]",
        "[",
        "${x}",
        "$${x}",
        "\\${x}",
        "'",
        "''",
        "'''",
        '"',
        "\\",
        "\\'",
        "a\nb",
        "a\r\nb",
        "\t",
        "\x00",
        "\u2028",
        "\u202e",
        "// x",
        "/* x",
        "\n// x",
        "https://x//y",
        "{% raw %}",
        "{{ view }}",
        "😀👩‍👩‍👧",
        '{"a": ["b"]}',
        "@description('x')",
        "\ufeff",
        "\x85",
    ]
)
TEXT = HOSTILE | ANY_TEXT
TAGS = st.dictionaries(TEXT, TEXT, max_size=4)


@st.composite
def any_estate(draw: st.DrawFn) -> RegionEstate:
    """A region whose every free text is whatever hypothesis comes up with."""
    endpoint = replace(
        estates.COMMAND,
        key=EndpointKey(draw(TEXT)),
        name=draw(TEXT),
        model=ModelName(draw(TEXT)),
        model_id=draw(TEXT),
        tags=draw(TAGS),
        content_filter=draw(st.sampled_from(ContentFilter)),
    )
    deployment = replace(
        estates.CHAT,
        key=EndpointKey(draw(TEXT)),
        format=draw(TEXT),
        version=draw(TEXT),
        sku=draw(TEXT),
        capacity=draw(st.integers(0, 10**6)),
        tags=draw(TAGS),
    )
    foundry = replace(
        estates.FOUNDRY_HOST,
        subdomain=draw(TEXT),
        deployments=(deployment, estates.V32),
        access=(AccessGrant(role="call", principal=draw(TEXT.filter(bool)), principal_type=draw(TEXT)),),
        network=NetworkSettings(
            public=draw(st.booleans()), subnet=draw(TEXT), dns=draw(st.sampled_from(["managed", "create"]))
        ),
    )
    return replace(
        estates.MIXED,
        tags=draw(TAGS),
        group=draw(st.sampled_from(["[rg]", "rg(1)", "r.g_"])),
        group_exists=draw(st.booleans()),
        serverless=replace(estates.SERVERLESS_HOST, endpoints=(endpoint, estates.R1)),
        foundry=foundry,
    )


NAME = TEXT.filter(lambda text: text and "/" not in text)
"""A segment of an id."""


@st.composite
def any_surroundings(draw: st.DrawFn) -> RegionEstate:
    """All that may be around hosts, its free texts whatever hypothesis comes up with."""
    kept_in = replace(estates.KEPT_IN, group=draw(NAME), names=(draw(NAME),))
    consumer = replace(estates.CONSUMER, subscription=draw(NAME), group=draw(NAME), names=(draw(NAME),))
    hub, account = estates.SERVERLESS_WHOLE.serverless, estates.FOUNDRY_WHOLE.foundry
    assert hub is not None
    assert account is not None
    words = Blocklist(draw(NAME), draw(TEXT), (draw(TEXT),), (draw(TEXT),))
    policy = FilterPolicy(draw(NAME), {draw(TEXT): draw(st.sampled_from(FilterLevel))}, (words.name,))
    return replace(
        estates.FOUNDRY_WHOLE,
        tags=draw(TAGS) | {"azserve-fleet": "support/prod"},
        serverless=replace(
            hub,
            vault_id=kept_in,
            vault=kept_in.name,
            identity=draw(TEXT.filter(bool)),
            diagnostics=Diagnostics(draw(TEXT)),
            connections=(ProjectConnection(estates.R1.name, consumer, draw(NAME)),),
            secrets=(KeySecret(kept_in, draw(NAME), estates.R1.name),),
        ),
        foundry=replace(
            account,
            encryption=Encryption(draw(TEXT), draw(TEXT), draw(TEXT)),
            diagnostics=Diagnostics(draw(TEXT)),
            secrets=(KeySecret(kept_in, draw(NAME)),),
            deployments=(replace(estates.V32, filter_name=policy.name),),
            filters=(policy,),
            blocklists=(words,),
        ),
    )


def no_slash(estate: RegionEstate) -> bool:
    assert estate.serverless is not None
    return all("/" not in each.name for each in estate.serverless.endpoints)


@settings(max_examples=40, deadline=None)
@given(any_surroundings())
def test_any_text_around_a_host_means_the_same_in_both_languages(estate: RegionEstate) -> None:
    artifact = render_region(estate, TEMPLATES)

    assert normal(from_bicep(artifact)) == normal(artifact.resources)


@settings(max_examples=60, deadline=None)
@given(any_estate().filter(no_slash))
def test_any_text_means_the_same_in_both_languages(estate: RegionEstate) -> None:
    artifact = render_region(estate, TEMPLATES)

    assert normal(from_bicep(artifact)) == normal(artifact.resources)


@settings(max_examples=60, deadline=None)
@given(TAGS)
def test_any_tag_arrives_as_the_text_it_is(tags: dict[str, str]) -> None:
    estate = replace(estates.SERVERLESS, tags=tags)

    artifact = render_region(estate, TEMPLATES)

    assert [from_bicep(artifact)[0].body["tags"], artifact.resources[0].body["tags"]] == [tags, tags]


@settings(max_examples=60, deadline=None)
@given(TAGS, TEXT)
def test_any_text_of_an_endpoint_arrives_as_the_text_it_is(tags: dict[str, str], model_id: str) -> None:
    endpoint = replace(estates.R1, tags=tags, model_id=model_id)
    estate = replace(estates.SERVERLESS, tags={}, serverless=replace(estates.SERVERLESS_HOST, endpoints=(endpoint,)))

    body = render_region(estate, TEMPLATES).resources[-1].body

    properties = {"authMode": "Key", "modelSettings": {"modelId": model_id}}
    assert body["tags"] == tags
    assert body["properties"] == {**properties, "contentSafety": {"contentSafetyStatus": "Enabled"}}
