"""Every probe passes on a sound model, and each way to misbehave turns the right ones red."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from tests.contract.inference.conftest import Deployed

from azserve.catalogue import load_catalogue
from azserve.model.endpoint import Endpoint
from azserve.model.finding import Finding, Outcome
from azserve.model.names import FleetId
from azserve.model.settings import SmokeSettings
from azserve.verifying import ProbeRun, run_probes
from azserve.verifying.patience import Patience

BRIEF = Patience(visible_s=0.2, allowed_s=0.2, quiet_s=2.0, first_pause_s=0.01, longest_pause_s=0.05)
PROBES = ("info", "chat", "stream", "reasoning")


def findings(fleets: Deployed, fleet: str, *endpoints: Endpoint, smoke: SmokeSettings | None = None) -> list[Finding]:
    """Return what every probe finds."""
    run = ProbeRun(
        fleet_id=FleetId(fleet),
        endpoints=endpoints,
        smoke=smoke or SmokeSettings(required=PROBES),
        catalogue=load_catalogue(),
        patience=BRIEF,
    )
    result = run_probes(run, fleets.ports[fleet].models, monotonic=time.monotonic, wait=time.sleep)
    return list(result.findings)


def red(found: list[Finding]) -> set[str]:
    return {each.probe for each in found if not each.outcome.passes}


@pytest.mark.parametrize("fleet", ["keys", "tokens"])
def test_sound_endpoints_pass_with_what_they_cannot_do_marked(fleets: Deployed, fleet: str) -> None:
    endpoints = [fleets.endpoints[fleet, key] for key in ("r1", "r1f", "v32")]

    found = findings(fleets, fleet, *endpoints, smoke=SmokeSettings())

    assert {(each.endpoint, each.probe): each.outcome for each in found} == {
        **{(key, probe): Outcome.PASSED for key in ("r1", "r1f", "v32") for probe in PROBES},
        ("r1f", "info"): Outcome.UNSUPPORTED,
        ("v32", "info"): Outcome.UNSUPPORTED,
        ("v32", "reasoning"): Outcome.UNKNOWN,
    }


def test_the_reasoning_probe_shows_what_the_tutorial_shows(fleets: Deployed) -> None:
    *_, finding = findings(fleets, "keys", fleets.endpoints["keys", "r1"])

    assert finding.answer is not None
    assert (finding.answer.thinking or "").startswith("Okay, the user is asking")
    assert finding.usage is not None
    assert (finding.usage.prompt_tokens, finding.usage.completion_tokens, finding.usage.total_tokens) == (11, 886, 897)


@pytest.mark.parametrize(
    ("mutant", "wanted"),
    [
        ("wrong-text", {"chat", "stream", "reasoning"}),
        ("empty-answer", {"chat", "stream", "reasoning"}),
        ("wrong-finish", {"chat", "stream", "reasoning"}),
        ("unclosed-think", {"chat", "stream", "reasoning"}),
        ("no-thinking", {"reasoning"}),
        ("other-model", {"chat"}),
        ("lost-usage", {"chat"}),
        ("wrong-usage", {"chat"}),
        ("other-info", {"info"}),
        ("no-done", {"stream"}),
        ("cut-stream", {"stream"}),
        ("other-stream", {"stream"}),
        ("blind", set()),
        ("no-tool-call", set()),
    ],
)
def test_a_model_that_misbehaves_turns_the_right_probes_red(fleets: Deployed, mutant: str, wanted: set[str]) -> None:
    fleets.put_scenario({"mutant": mutant})

    assert red(findings(fleets, "keys", fleets.endpoints["keys", "r1"])) == wanted


def test_a_throttled_probe_waits_and_passes(fleets: Deployed) -> None:
    throttled = {"status": 429, "headers": {"Retry-After": "0.05"}, "body": {"error": {"code": "429"}}}
    fleets.put_faults({"match": {"path": "*/chat/completions", "nth": [1, 2]}, **throttled})

    found = findings(fleets, "keys", fleets.endpoints["keys", "r1"])

    assert [each.outcome for each in found] == [Outcome.PASSED] * 4
    assert [each.attempts for each in found] == [1, 3, 1, 1]


def test_a_service_that_broke_once_is_flaky(fleets: Deployed) -> None:
    fleets.put_faults({"match": {"path": "*/chat/completions", "nth": [1]}, "status": 503, "body": {}})

    found = findings(fleets, "keys", fleets.endpoints["keys", "r1"])

    assert [each.outcome for each in found] == [Outcome.PASSED, Outcome.FLAKY, Outcome.PASSED, Outcome.PASSED]


def test_a_connection_that_is_cut_every_time_fails_the_stream_alone(fleets: Deployed) -> None:
    fleets.put_faults({"match": {"path": "*/chat/completions", "nth": [2, 3]}, "truncate_after_bytes": 700})

    found = findings(fleets, "keys", fleets.endpoints["keys", "r1"])

    assert red(found) == {"stream"}
    assert found[2].code in {"broken-answer", "pieces-in-order", "ends-in-done"}


def test_an_endpoint_that_is_down_leaves_the_others_alone(fleets: Deployed) -> None:
    sound = fleets.endpoints["keys", "r1"]
    down = replace(sound, uri="http://127.0.0.1:1")

    found = findings(fleets, "keys", down, sound)

    assert [each.outcome for each in found] == [Outcome.FAILED] * 4 + [Outcome.PASSED] * 4
    assert {each.code for each in found[:4]} == {"unreachable"}


def test_a_deployment_that_is_not_there_is_waited_for_and_then_told(fleets: Deployed) -> None:
    known = fleets.endpoints["keys", "v32"]
    absent = replace(known, resource=replace(known.resource, names=(known.resource.names[0], "gone")))

    found = findings(fleets, "keys", absent)

    assert {each.code for each in found[1:]} == {"unknown_model"}
    assert found[1].attempts > 1
