"""The other forms that a fleet can be rendered in, for the user's own tools."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import tree_sitter
import tree_sitter_bicep
from tests.unit.rendering import estates

from azserve.model.artifact import Artifact, Format, Layout
from azserve.model.estate import RegionEstate
from azserve.model.names import Region
from azserve.model.plan import Placement
from azserve.rendering.render import BOTH, render
from azserve.rendering.templates import TemplateSet

TEMPLATES = TemplateSet()
WEST = replace(estates.MIXED, region=Region("westus3"), group="rg-support-prod-westus3")


def artifact(*regions: RegionEstate, formats: tuple[Format, ...] = BOTH, layout: Layout = Layout.REGIONS) -> Artifact:
    return render(Placement(regions[0].fleet_id, (), regions), TEMPLATES, formats, layout)


def texts(made: Artifact) -> dict[str, str]:
    return {file.path: file.text for file in made.files}


def is_bicep(text: str) -> bool:
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))
    return not parser.parse(text.encode()).root_node.has_error


@pytest.mark.parametrize(
    ("formats", "endings"),
    [
        ((), set()),
        ((Format.BICEP,), {"bicep"}),
        ((Format.ARM,), {"json"}),
        ((Format.BICEPPARAM,), {"bicep", "bicepparam"}),
        (BOTH, {"bicep", "json"}),
    ],
    ids=["none", "bicep", "arm", "bicepparam", "both"],
)
def test_each_format_brings_its_files(formats: tuple[Format, ...], endings: set[str]) -> None:
    paths = texts(artifact(estates.MIXED, formats=formats))

    assert {path.rpartition(".")[2] for path in paths} == endings


def test_a_plan_gets_its_resources_without_any_file() -> None:
    assert artifact(estates.MIXED, formats=()).regions[0].resources == artifact(estates.MIXED).regions[0].resources


@pytest.mark.parametrize(
    ("estate", "stem"), [(estates.MIXED, "main"), (estates.EXISTING, "region")], ids=["own", "existing"]
)
def test_a_bicep_parameter_file_is_for_the_file_that_is_deployed(estate: RegionEstate, stem: str) -> None:
    text = texts(artifact(estate, formats=(Format.BICEPPARAM,)))[f"eastus2/{stem}.bicepparam"]

    assert text.startswith("// Rendered by azserve for ")
    assert f"\nusing '{stem}.bicep'\n" in text
    assert "\nparam location = 'eastus2'\n" in text


def test_azd_gets_one_file_over_all_regions_and_its_values() -> None:
    files = texts(artifact(estates.MIXED, WEST, formats=(Format.BICEP,), layout=Layout.AZD))

    assert sorted(files) == [
        "infra/eastus2/main.bicep",
        "infra/eastus2/region.bicep",
        "infra/main.bicep",
        "infra/main.parameters.json",
        "infra/westus3/main.bicep",
        "infra/westus3/region.bicep",
    ]
    values = json.loads(files["infra/main.parameters.json"])["parameters"]
    assert {name: each["value"] for name, each in values.items()} == {"environmentName": "${AZURE_ENV_NAME}"}
    assert "azserve render -e prod --layout azd" in files["infra/westus3/region.bicep"]


def test_the_file_over_all_regions_is_bicep_and_names_every_region() -> None:
    text = texts(artifact(estates.MIXED, WEST, layout=Layout.AZD))["infra/main.bicep"]

    assert is_bicep(text)
    assert "module eastus2 'eastus2/main.bicep' = {\n  name: 'azserve-support-prod-eastus2'\n  params: {" in text
    assert "output WESTUS3_INFERENCE_ENDPOINT string = westus3.outputs.inferenceEndpoint\n" in text
    assert "param environmentName string\n" in text


def test_an_existing_group_and_another_subscription_are_reached_by_scope() -> None:
    elsewhere = replace(WEST, subscription="22222222-2222-3333-4444-555555555555")
    guest = replace(estates.EXISTING, region=Region("uksouth"))
    guest_elsewhere = replace(guest, region=Region("francecentral"), subscription=elsewhere.subscription)

    text = texts(artifact(estates.MIXED, elsewhere, guest, guest_elsewhere, layout=Layout.AZD))["infra/main.bicep"]

    assert is_bicep(text)
    assert [line.strip() for line in text.splitlines() if "scope: " in line] == [
        "scope: subscription('22222222-2222-3333-4444-555555555555')",
        "scope: resourceGroup('rg-shared')",
        "scope: resourceGroup('22222222-2222-3333-4444-555555555555', 'rg-shared')",
    ]


def test_what_no_region_holds_has_no_file_over_all_regions() -> None:
    assert render(Placement(estates.MIXED.fleet_id, (), ()), TEMPLATES, layout=Layout.AZD).files == ()
