"""A fleet that was destroyed is deployed again: its names are its own, and Azure keeps them for a while."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from azserve.catalogue import load_catalogue
from azserve.cli.wiring import connect
from azserve.config import ConfigRequest, load
from azserve.deploying import DestroyRequest
from azserve.emulator.server import Emulator
from azserve.model.plan import Action
from azserve.model.receipt import RegionState
from azserve.model.results import DeployResult, RemovalState
from azserve.model.settings import Settings
from azserve.model.verdict import ReasonCode
from azserve.planning.choosing import OnUnknown
from azserve.verbs.deploy import DeployRequest, deploy
from azserve.verbs.destroy import destroy
from azserve.verbs.plan import PlanRequest, plan
from azserve.verbs.ports import AzurePorts
from azserve.verbs.render import RenderRequest, render

FLEET = """
fleet: phoenix
regions: [eastus2]
endpoints:
  r1: {model: DeepSeek-R1, hosting: serverless}
  v32: {model: DeepSeek-V3.2, version: "1", sku: GlobalStandard, capacity: 20}
"""


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def environ(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    variables = emulator.environment()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def settings(environ: Mapping[str, str], tmp_path: Path) -> Settings:
    file = tmp_path / "azserve.yaml"
    file.write_text(FLEET, encoding="utf-8")
    return load(ConfigRequest(load_catalogue(), file, environ=environ))


@pytest.fixture
def azure(settings: Settings, environ: Mapping[str, str]) -> Iterator[AzurePorts]:
    with connect(settings, environ) as ports:
        yield ports


@pytest.fixture
def request_(settings: Settings) -> PlanRequest:
    return PlanRequest(settings, load_catalogue(), OnUnknown.FAIL)


def brought_up(request_: PlanRequest, azure: AzurePorts) -> DeployResult:
    result = deploy(DeployRequest(request_), azure, clock)
    assert result.receipt is not None
    assert [(each.state, each.failure) for each in result.receipt.regions] == [(RegionState.DEPLOYED, None)]
    return result


@pytest.fixture
def destroyed(request_: PlanRequest, azure: AzurePorts, settings: Settings) -> None:
    """The fleet was deployed and destroyed, and nothing purged."""
    brought_up(request_, azure)
    destroy(DestroyRequest(settings.fleet_id, settings), azure)


@pytest.mark.usefixtures("destroyed")
def test_a_plan_says_what_is_soft_deleted_and_what_to_do_about_it(request_: PlanRequest, azure: AzurePorts) -> None:
    found = plan(request_, azure, clock).plan
    told = [one for one in found.placement.warnings if one.code is ReasonCode.SOFT_DELETED]
    assert len(told) == 2
    assert all("azserve destroy --purge" in (one.hint or "") for one in told)
    back = [step.resource.type for step in found.steps if step.because == "is soft-deleted, and is brought back"]
    assert sorted(back) == ["Microsoft.CognitiveServices/accounts", "Microsoft.KeyVault/vaults"]


@pytest.mark.usefixtures("destroyed")
def test_a_destroyed_fleet_is_deployed_again_and_then_stands_as_rendered(
    request_: PlanRequest, azure: AzurePorts
) -> None:
    brought_up(request_, azure)
    again = plan(request_, azure, clock).plan
    assert {step.action for step in again.steps} == {Action.UNCHANGED}
    assert not [one for one in again.placement.warnings if one.code is ReasonCode.SOFT_DELETED]


@pytest.mark.usefixtures("destroyed")
def test_rendered_files_never_carry_the_switch(settings: Settings, tmp_path: Path) -> None:
    render(RenderRequest(settings, load_catalogue(), clock(), tmp_path / "out"))
    for file in (tmp_path / "out").rglob("*.parameters.json"):
        text = file.read_text(encoding="utf-8")
        assert "restoreAccount" not in text
        assert "recoverVault" not in text


@pytest.mark.usefixtures("destroyed")
def test_purging_frees_both_names(request_: PlanRequest, azure: AzurePorts, settings: Settings) -> None:
    removed = destroy(DestroyRequest(settings.fleet_id, settings, purge=True), azure).removed
    assert sorted((one.resource.type.rpartition("/")[2], one.state) for one in removed) == [
        ("accounts", RemovalState.PURGED),
        ("vaults", RemovalState.PURGED),
    ]
    assert {step.because for step in plan(request_, azure, clock).plan.steps} == {"does not exist yet"}


def test_what_is_destroyed_with_purge_is_gone_for_good(
    request_: PlanRequest, azure: AzurePorts, settings: Settings
) -> None:
    brought_up(request_, azure)
    destroy(DestroyRequest(settings.fleet_id, settings, purge=True), azure)
    assert azure.reader.deleted_accounts(str(settings.subscription)) == ()
    assert azure.reader.deleted_vaults(str(settings.subscription)) == ()
    brought_up(request_, azure)
