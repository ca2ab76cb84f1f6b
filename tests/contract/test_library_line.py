"""The whole line through the library's functions alone: no click, no process, no printing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from azserve.catalogue import load_catalogue
from azserve.chatting import Question, Wishes
from azserve.cli.wiring import connect
from azserve.config import ConfigRequest, load
from azserve.deploying import DestroyRequest
from azserve.emulator.server import Emulator
from azserve.errors import ChecksFailed, UsageError
from azserve.model.catalogue import Catalogue, Route
from azserve.model.finding import Outcome
from azserve.model.plan import Action
from azserve.model.receipt import RegionState
from azserve.model.results import EndpointStatus, RemovalState
from azserve.model.settings import Rollout, Settings
from azserve.verbs.chat import TalkRequest, chat
from azserve.verbs.deploy import DeployRequest, deploy
from azserve.verbs.destroy import destroy
from azserve.verbs.info import InfoRequest, info
from azserve.verbs.keys import KeysRequest, list_keys
from azserve.verbs.plan import PlanRequest, plan
from azserve.verbs.ports import AzurePorts
from azserve.verbs.render import RenderRequest, render
from azserve.verbs.smoke import SmokeRequest, list_probes, smoke
from azserve.verbs.standing import selection
from azserve.verbs.status import StatusRequest, status
from azserve.verbs.validate import validate

EXAMPLE = Path(__file__).parents[2] / "examples" / "deepseek-r1.yaml"
REGIONS = ("eastus2", "westus3", "northcentralus")


def clock() -> datetime:
    return datetime.now(UTC)


def put_scenario(emulator: Emulator, overlay: Mapping[str, object]) -> None:
    """Lay something over the emulator's default scenario, until it is reset."""
    body = json.dumps(overlay).encode()
    with urlopen(Request(f"{emulator.url}/_emulator/scenario", method="PUT", data=body)):
        pass


@pytest.fixture
def environ(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """The emulator's variables, in the process too: azure-identity reads them there."""
    variables = emulator.environment()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def request_(catalogue: Catalogue, environ: Mapping[str, str]) -> ConfigRequest:
    return ConfigRequest(catalogue, EXAMPLE, environ=environ)


@pytest.fixture
def settings(request_: ConfigRequest) -> Settings:
    return load(request_)


@pytest.fixture
def azure(settings: Settings, environ: Mapping[str, str]) -> Iterator[AzurePorts]:
    with connect(settings, environ) as ports:
        yield ports


def test_the_whole_line(
    request_: ConfigRequest, settings: Settings, catalogue: Catalogue, azure: AzurePorts, tmp_path: Path
) -> None:
    assert [each.key for each in validate(request_).endpoints] == ["r1", "v32"]

    rendered = render(RenderRequest(settings, catalogue, clock(), tmp_path))
    assert rendered.regions == REGIONS

    request = PlanRequest(settings, catalogue)
    assert {step.action for step in plan(request, azure, clock).plan.steps} == {Action.CREATE}

    receipt = deploy(DeployRequest(request), azure, clock).receipt
    assert receipt is not None
    assert [(each.region, each.state) for each in receipt.regions] == [(each, RegionState.DEPLOYED) for each in REGIONS]
    assert len(receipt.endpoints) == 4

    again = deploy(DeployRequest(request), azure, clock).receipt
    assert again is not None
    assert {each.state for each in again.regions} == {RegionState.UNCHANGED}

    assert {row.status for row in status(StatusRequest(settings, catalogue), azure, clock).rows} == {EndpointStatus.OK}

    told = info(InfoRequest(settings, catalogue), azure, clock)
    assert [row.info.source for row in told.rows if row.info] == ["/info", "ARM", "/info", "/info"]

    keys = list_keys(KeysRequest(settings, catalogue, selection(("East US 2",), ("r1",))), azure, clock)
    assert [str(row.keys.primary) for row in keys.rows if row.keys] == ["••••••••"]

    findings = smoke(SmokeRequest(settings, catalogue), azure, clock)
    assert findings.passed
    assert {each.probe for each in findings.findings} >= {"info", "chat", "stream", "reasoning"}

    who = TalkRequest(settings, catalogue, selection((), ("v32",)), Wishes(system="Be brief."))
    said, answered = chat(who, Question("My name is Ada."), azure, clock)
    assert (said.endpoint, said.route, said.turns, answered.remarks) == ("v32", Route.MODELS, 1, ())
    assert said.answer.answer

    removed = destroy(DestroyRequest(settings.fleet_id, settings), azure)
    assert {each.state for each in removed.removed} == {RemovalState.DELETED}


def test_a_dry_run_is_a_plan_without_a_receipt(settings: Settings, catalogue: Catalogue, azure: AzurePorts) -> None:
    result = deploy(DeployRequest(PlanRequest(settings, catalogue), dry_run=True), azure, clock)

    assert result.receipt is None
    assert result.plan.writes


def test_what_is_not_deployed_has_no_information(settings: Settings, catalogue: Catalogue, azure: AzurePorts) -> None:
    with pytest.raises(ChecksFailed) as raised:
        info(InfoRequest(settings, catalogue), azure, clock)

    assert raised.value.code == "nothing-deployed"


def test_an_endpoint_that_the_file_does_not_have_is_no_matter_of_azure(
    settings: Settings, catalogue: Catalogue, azure: AzurePorts
) -> None:
    with pytest.raises(UsageError, match="the file has no endpoint `r2`"):
        info(InfoRequest(settings, catalogue, selection((), ("r2",))), azure, clock)


def test_where_an_endpoint_does_not_stand_it_is_told_where_it_does(
    settings: Settings, catalogue: Catalogue, azure: AzurePorts
) -> None:
    deploy(DeployRequest(PlanRequest(settings, catalogue)), azure, clock)

    with pytest.raises(ChecksFailed, match="that was asked for") as raised:
        info(InfoRequest(settings, catalogue, selection(("japaneast",), ("r1",))), azure, clock)

    assert str(raised.value.hint).startswith("`r1` stands in eastus2")


def test_a_canary_that_fails_its_gate_holds_the_others_back(
    emulator: Emulator, settings: Settings, catalogue: Catalogue, azure: AzurePorts
) -> None:
    put_scenario(emulator, {"mutant": "empty-answer"})
    gated = replace(settings, rollout=Rollout(canary=settings.regions.of[0], gate="smoke"))

    receipt = deploy(DeployRequest(PlanRequest(gated, catalogue)), azure, clock).receipt

    assert receipt is not None
    assert [each.state for each in receipt.regions] == [
        RegionState.DEPLOYED,
        RegionState.SKIPPED,
        RegionState.SKIPPED,
    ]
    assert receipt.regions[0].failure is not None
    assert "chat" in receipt.regions[0].failure.message


def test_a_canary_that_passes_lets_the_others_follow(
    settings: Settings, catalogue: Catalogue, azure: AzurePorts
) -> None:
    gated = replace(settings, rollout=Rollout(canary=settings.regions.of[1], gate="smoke"))

    receipt = deploy(DeployRequest(PlanRequest(gated, catalogue)), azure, clock).receipt

    assert receipt is not None
    assert {each.state for each in receipt.regions} == {RegionState.DEPLOYED}


def test_the_probes_there_are_say_what_they_ask() -> None:
    assert all(each.asks for each in list_probes().probes)


def test_unsupported_is_no_failure(settings: Settings, catalogue: Catalogue, azure: AzurePorts) -> None:
    deploy(DeployRequest(PlanRequest(settings, catalogue)), azure, clock)

    findings = smoke(SmokeRequest(settings, catalogue, selection((), ("v32",)), ("info",)), azure, clock)

    assert [each.outcome for each in findings.findings] == [Outcome.UNSUPPORTED]
    assert findings.passed
