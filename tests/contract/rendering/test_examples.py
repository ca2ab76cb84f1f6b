"""Every file under `examples/`: validated, rendered, deployed on a local Azure, planned again, and destroyed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from tests.contract.rendering.fleets import EXAMPLES, Fleet, Platform, actions_of, connection_secret, says
from tests.unit.rendering import bicep_reader
from tests.unit.rendering.bicep_reader import normal

from azserve.catalogue import load_catalogue
from azserve.config import ConfigRequest, load
from azserve.emulator.server import Emulator
from azserve.model.estate import RegionEstate
from azserve.planning.choosing import place
from azserve.rendering.render import render_region
from azserve.rendering.templates import TemplateSet
from azserve.surveying.survey import offline_facts

PRINCIPAL = "99999999-8888-7777-6666-555555555555"
WORKSPACE = "Microsoft.MachineLearningServices/workspaces"


def nothing(_platform: Platform) -> None:
    """Nothing has to be there before."""


def networks(platform: Platform) -> None:
    for region in ("swedencentral", "francecentral"):
        platform.network("rg-net", f"vnet-ai-{region}")


def platform_of_claims(platform: Platform) -> None:
    platform.identity("rg-platform", "id-claims")
    platform.vault("rg-platform", "kv-claims-app")
    platform.logs("rg-platform", "log-platform")


def hub_of_the_platform(platform: Platform) -> None:
    platform.hub_and_project("rg-platform-eastus2", "hub-platform-eastus2", None)


def accounts_of_the_platform(platform: Platform) -> None:
    for region in ("eastus2", "swedencentral"):
        platform.group(f"rg-ai-{region}", region)
        platform.account(f"rg-ai-{region}", f"ai-platform-{region}", region)


def projects_elsewhere(platform: Platform) -> None:
    platform.hub_and_project("rg-app", "hub-app", "proj-app", "swedencentral")
    for region in ("eastus2", "westus3", "northcentralus"):
        platform.hub_and_project(f"rg-evaluation-{region}", f"hub-ev-{region[:8]}", "proj-evaluation", region)


@dataclass(frozen=True)
class Example:
    """How one example is run."""

    environment: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    """`SUB` stands for the emulator's subscription."""
    before: Callable[[Platform], None] = nothing
    locked: tuple[str, ...] = ()
    """Types of hosts whose lock has to be taken off before a destroy."""


RUNS = {
    "minimal-serverless": Example(),
    "deepseek-r1": Example(),
    "partner-offer": Example(),
    "foundry-dev": Example("ana"),
    "production-eu-private": Example(
        "prod",
        {
            "SUBNET_PREFIX": "SUB/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-ai",
            "APP_OBJECT_ID": PRINCIPAL,
            "PROD_SUBSCRIPTION": "SUBSCRIPTION",
        },
        networks,
    ),
    "mixed-eight-regions": Example(),
    "foundry-own-key-and-filters": Example(
        None,
        {"PLATFORM": "SUB/resourceGroups/rg-platform/providers"},
        platform_of_claims,
        ("Microsoft.CognitiveServices/accounts",),
    ),
    "existing-hub": Example(before=hub_of_the_platform),
    "existing-account": Example(None, {"APP_OBJECT_ID": PRINCIPAL}, accounts_of_the_platform),
    "cross-region-connections": Example(
        None,
        {
            "APP_PROJECT": f"SUB/resourceGroups/rg-app/providers/{WORKSPACE}/proj-app",
            "EVALUATION_PREFIX": "SUB/resourceGroups/rg-evaluation",
        },
        projects_elsewhere,
    ),
    "retired-model": Example(),
}
Run = Callable[[str], Fleet]


@pytest.fixture
def run(azure: Emulator, platform: Platform, tmp_path: Path) -> Run:
    """Prepare an example."""

    def prepared(name: str) -> Fleet:
        example = RUNS[name]
        example.before(platform)
        values = {"SUBSCRIPTION": azure.subscription, "SUB": f"/subscriptions/{azure.subscription}"}
        variables = {
            key: values.get(text) or text.replace("SUB/", values["SUB"] + "/")
            for key, text in example.variables.items()
        }
        return Fleet(azure, EXAMPLES / f"{name}.yaml", example.environment, variables, tmp_path)

    return prepared


def estates_of(fleet: Fleet) -> tuple[RegionEstate, ...]:
    """Return what the published facts make of an example."""
    catalogue = load_catalogue()
    environ = {**fleet.emulator.environment(), **fleet.variables}
    settings = load(ConfigRequest(catalogue, fleet.file, fleet.environment, {}, environ))
    facts = offline_facts(settings, catalogue, fleet.now)
    return place(settings, catalogue, facts, fleet.now.date()).estates


def test_every_example_is_run() -> None:
    assert sorted(RUNS) == sorted(path.stem for path in EXAMPLES.glob("*.yaml"))


@pytest.mark.parametrize("name", RUNS)
def test_an_example_runs_from_nothing_to_nothing(run: Run, platform: Platform, name: str) -> None:
    fleet = run(name)
    untouched = platform.everything()
    fleet.done("validate")
    build = ("render", "--out", str(fleet.folder / "build"))
    fleet.done(*build)
    checked = fleet.done(*build, "--check")
    assert {each["code"] for each in checked["findings"]} <= {"model-lifecycle"}

    fleet.done("deploy")
    again = actions_of(fleet.done("plan"))
    assert {action: found for action, found in again.items() if action != "unchanged"} == {}

    platform.unlock(RUNS[name].locked)
    fleet.done("destroy", "--yes", "--purge")
    assert platform.everything() == untouched


@pytest.mark.parametrize("name", RUNS)
def test_an_examples_bicep_describes_what_its_arm_template_describes(run: Run, name: str) -> None:
    for estate in estates_of(run(name)):
        artifact = render_region(estate, TemplateSet())
        files = {file.path.rpartition("/")[2]: file.text for file in artifact.files}

        described = bicep_reader.read(files, subscription=estate.subscription, group=estate.group)

        assert normal(described) == normal(artifact.resources)


class BicepSnapshot(SingleFileSnapshotExtension):
    file_extension = "bicep"
    _write_mode = WriteMode.TEXT


@pytest.mark.parametrize("name", RUNS)
def test_an_examples_first_region_reads_as_it_was_reviewed(run: Run, name: str, snapshot: SnapshotAssertion) -> None:
    first, *_ = estates_of(run(name))
    files = {file.path.rpartition("/")[2]: file.text for file in render_region(first, TemplateSet()).files}

    assert files["region.bicep"] == snapshot(extension_class=BicepSnapshot)


def test_a_connected_project_can_call_the_endpoint(run: Run, platform: Platform, azure: Emulator) -> None:
    fleet = run("cross-region-connections")
    fleet.done("deploy")

    connections = platform.connections("rg-app", "proj-app")

    assert [one["properties"]["metadata"]["azserve-region"] for one in connections] == ["eastus2", "eastus2", "westus3"]
    for connection in connections:
        assert says(connection["properties"]["target"], connection_secret(platform, connection))


def test_smoke_asks_through_every_connection(run: Run) -> None:
    fleet = run("cross-region-connections")
    fleet.done("deploy")

    found = fleet.done("smoke", "--probe", "connection")["findings"]

    told = {(each["region"], each["endpoint"]): [check["found"] for check in each["checks"]] for each in found}
    ways = {place: [text.split(":")[0].rpartition(" ")[2] for text in texts] for place, texts in told.items()}
    assert ways == {
        ("eastus2", "r1"): ["`proj-app`"],
        ("eastus2", "phi"): ["`proj-app`", "`proj-evaluation`"],
        ("westus3", "r1"): ["`proj-app`"],
    }


def test_a_connection_that_is_no_longer_wanted_is_pruned(run: Run, platform: Platform, tmp_path: Path) -> None:
    fleet = run("cross-region-connections")
    fleet.done("deploy")
    changed = tmp_path / "changed.yaml"
    changed.write_text(fleet.file.read_text().replace("endpoints: [phi]", "endpoints: [r1]"))
    fewer = Fleet(fleet.emulator, changed, None, fleet.variables, tmp_path)

    plan = actions_of(fewer.done("plan"))
    fewer.done("deploy", "--prune")

    assert [text.split("/")[-1][:4] for text in plan["extra"]] == ["phi-"]
    assert [one["name"][:11] for one in platform.connections("rg-evaluation-eastus2", "proj-evaluation")] == [
        "r1-eastus2-"
    ]


def test_a_locked_account_is_not_destroyed_by_mistake(run: Run, platform: Platform) -> None:
    fleet = run("foundry-own-key-and-filters")
    fleet.done("deploy")
    there = platform.everything()

    refused = fleet.run("destroy", "--yes")

    assert (refused.code, "ScopeLocked" in str(refused.document)) == (7, True)
    assert platform.everything() == there


def test_a_deleted_account_comes_back_with_a_switch_that_no_file_carries(run: Run) -> None:
    fleet = run("foundry-dev")
    fleet.done("deploy")
    fleet.done("destroy", "--yes")

    fleet.done("deploy")
    fleet.done("render", "--out", str(fleet.folder / "build"))

    assert actions_of(fleet.done("plan")).keys() == {"unchanged"}
    rendered = [path.read_text() for path in sorted((fleet.folder / "build").rglob("*.*")) if path.is_file()]
    assert all(
        '"restoreAccount": {"value": true' not in text and "restoreAccount = true" not in text for text in rendered
    )


def test_a_retired_model_is_warned_of_and_refused_where_one_is_strict(run: Run) -> None:
    fleet = run("retired-model")

    warned = fleet.done("plan")
    strict = fleet.run("plan", "--strict")

    assert "2026-08-13" in str(warned)
    assert (strict.code, "DeepSeek-V4-Pro" in str(strict.document)) == (5, True)
