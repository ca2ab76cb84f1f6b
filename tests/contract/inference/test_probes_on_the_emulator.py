"""Every probe passes on a sound model, and each way to misbehave turns the right ones red."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from tests.contract.inference.conftest import Deployed
from tests.unit.verifying.fakes import PROBES

from azserve.catalogue import load_catalogue
from azserve.emulator.inference.mutants import Mutant
from azserve.inference import ModelDoor
from azserve.model.catalogue import Hosting
from azserve.model.endpoint import ConnectionTarget, Endpoint
from azserve.model.finding import Finding, Outcome
from azserve.model.names import EndpointKey, FleetId
from azserve.model.resource_id import ResourceId
from azserve.model.settings import SmokeSettings
from azserve.planning.surroundings import connections_to
from azserve.verifying import Probe, ProbeRun, probes, run_probes
from azserve.verifying.patience import Patience
from azserve.verifying.ports import ModelClients

BRIEF = Patience(visible_s=0.2, allowed_s=0.2, quiet_s=2.0, first_pause_s=0.01, longest_pause_s=0.05)
SIMPLE = tuple(probe.name for probe in PROBES)
ALL = tuple(probe.name for probe in probes())
CHATS = {"chat", "stream", "reasoning"}
NOT_CHAT = {"info", "embeddings"}


def findings(
    fleets: Deployed,
    fleet: str,
    *endpoints: Endpoint,
    smoke: SmokeSettings | None = None,
    asked: tuple[Probe, ...] = PROBES,
    patience: Patience = BRIEF,
    models: ModelClients | None = None,
) -> list[Finding]:
    """Return what each of these probes finds."""
    run = ProbeRun(
        fleet_id=FleetId(fleet),
        endpoints=endpoints,
        smoke=smoke or SmokeSettings(required=tuple(probe.name for probe in asked)),
        catalogue=load_catalogue(),
        patience=patience,
        probes=asked,
        connections=lambda endpoint: connections_of(fleets, fleet, endpoint),
    )
    result = run_probes(run, models or fleets.ports[fleet].models, monotonic=time.monotonic, wait=time.sleep)
    return list(result.findings)


def connections_of(fleets: Deployed, fleet: str, endpoint: Endpoint) -> tuple[ResourceId, ...]:
    """Return the connections to an endpoint, as `azserve smoke` finds them."""
    if endpoint.hosting is Hosting.FOUNDRY:
        return ()
    return connections_to(fleets.settings[fleet], endpoint.key, endpoint.region)


def red(found: list[Finding]) -> set[str]:
    return {each.probe for each in found if not each.outcome.passes}


@pytest.mark.parametrize("fleet", ["keys", "tokens"])
def test_sound_endpoints_pass_with_what_they_cannot_do_marked(fleets: Deployed, fleet: str) -> None:
    endpoints = [fleets.endpoints[fleet, key] for key in ("r1", "r1f", "v32")]

    found = findings(fleets, fleet, *endpoints, smoke=SmokeSettings())

    assert {(each.endpoint, each.probe): each.outcome for each in found} == {
        **{(key, probe): Outcome.PASSED for key in ("r1", "r1f", "v32") for probe in SIMPLE},
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


def outcomes(found: list[Finding], key: str) -> dict[Outcome, set[str]]:
    """Return probes by how they ended."""
    table: dict[Outcome, set[str]] = {}
    for each in found:
        if each.endpoint == key:
            table.setdefault(each.outcome, set()).add(each.probe)
    return table


def test_every_probe_passes_or_is_unsupported_as_published_on_models_that_think(fleets: Deployed) -> None:
    endpoints = [fleets.endpoints["keys", key] for key in ("r1", "r1f")]

    found = findings(fleets, "keys", *endpoints, asked=probes())

    lacking = {"json", "json-schema", "tools", "image", "embeddings"}
    assert outcomes(found, "r1") == {Outcome.PASSED: set(ALL) - lacking, Outcome.UNSUPPORTED: lacking}, found
    lacking |= {"info", "connection"}
    assert outcomes(found, "r1f") == {Outcome.PASSED: set(ALL) - lacking, Outcome.UNSUPPORTED: lacking}, found


def test_every_probe_passes_on_models_that_do_more(fleets: Deployed) -> None:
    endpoints = [fleets.endpoints["able", key] for key in ("o4", "o5", "vec")]

    found = findings(fleets, "able", *endpoints, asked=probes())

    lacking = {"info", "reasoning", "extra-parameters", "embeddings", "connection"}
    assert outcomes(found, "o4") == {Outcome.PASSED: set(ALL) - lacking, Outcome.UNSUPPORTED: lacking}, found
    lacking |= {"parameters"}
    assert outcomes(found, "o5") == {Outcome.PASSED: set(ALL) - lacking, Outcome.UNSUPPORTED: lacking}, found
    vectors = outcomes(found, "vec")
    assert vectors == {Outcome.PASSED: {"embeddings"}, Outcome.UNSUPPORTED: set(ALL) - {"embeddings"}}, found


def test_tokens_are_let_in_where_nothing_else_is(fleets: Deployed) -> None:
    found = findings(
        fleets, "tokens", fleets.endpoints["tokens", "r1"], fleets.endpoints["tokens", "v32"], asked=only("auth")
    )

    assert [each.outcome for each in found] == [Outcome.PASSED] * 2
    assert all("token-let-in" in {check.name for check in each.checks} for each in found)


def only(*names: str) -> tuple[Probe, ...]:
    return tuple(probe for probe in probes() if probe.name in names)


ALONE = [
    ("info", "other-info", "r1"),
    ("auth", "open-door", "r1"),
    ("chat", "other-model", "r1"),
    ("usage", "lost-usage", "r1"),
    ("usage", "wrong-usage", "r1"),
    ("stream", "no-done", "r1"),
    ("reasoning", "no-thinking", "r1"),
    ("multi-turn", "forgotten-history", "r1"),
    ("parameters", "ignored-limit", "r1"),
    ("json", "fenced-json", "o4"),
    ("json-schema", "broken-schema", "o4"),
    ("tools", "ignored-tool-result", "o4"),
    ("tools", "no-tool-call", "o4"),
    ("image", "blind", "o4"),
    ("extra-parameters", "accepted-extra", "r1"),
    ("content-filter", "no-filter", "r1"),
    ("rate-limit-headers", "no-rate-headers", "r1"),
    ("embeddings", "short-vectors", "vec"),
    ("connection", "stale-connection", "r1"),
    ("latency", "slow-start", "r1"),
]
"""For each probe, what turns it red and leaves all others as they are, and where."""


def test_there_is_a_mutant_for_each_probe() -> None:
    assert [probe for probe in ALL if probe not in {name for name, _, _ in ALONE}] == []


@pytest.mark.parametrize(("probe", "mutant", "key"), ALONE, ids=[f"{name}-{mutant}" for name, mutant, _ in ALONE])
def test_a_mutant_turns_its_probe_red_and_no_other(fleets: Deployed, probe: str, mutant: str, key: str) -> None:
    fleets.put_scenario({"mutant": mutant})
    fleet = "keys" if key == "r1" else "able"
    at_the_models_pace = None
    if mutant == "slow-start":
        # The emulator's seconds pass two hundred times as fast, so that nobody waits for 45 of them.
        keys, sound = fleets.ports[fleet].endpoints.keys, fleets.endpoints[fleet, key]
        connected = ConnectionTarget(sound.uri, keys(sound).primary)
        at_the_models_pace = ModelDoor(keys, connections=lambda _: connected, monotonic=lambda: time.monotonic() * 200)
    once = replace(BRIEF, tries=1)

    found = findings(
        fleets, fleet, fleets.endpoints[fleet, key], asked=probes(), patience=once, models=at_the_models_pace
    )

    assert red(found) == {probe}, found


SAYING = {"auth", "chat", "stream", "reasoning", "multi-turn", "parameters", "latency"}
"""Probes to which something has to be said."""
WIDELY = [
    ("wrong-text", "r1", {"chat", "stream", "reasoning", "multi-turn"}),
    ("wrong-text", "o4", {"chat", "stream", "reasoning", "multi-turn", "parameters", "tools", "image"}),
    ("empty-answer", "r1", SAYING | {"extra-parameters", "connection"}),
    ("empty-answer", "o4", SAYING | {"usage", "tools", "image"}),
    ("unclosed-think", "r1", SAYING | {"extra-parameters", "connection"}),
    ("wrong-finish", "o4", {"chat", "stream", "reasoning", "json", "json-schema", "tools", "image"}),
    ("cut-stream", "r1", {"stream", "usage", "latency"}),
    ("other-stream", "r1", {"stream"}),
    ("garbage-json", "o4", {"json", "json-schema"}),
]


def test_every_mutant_is_held_against_every_probe() -> None:
    assert {mutant for _, mutant, _ in ALONE} | {mutant for mutant, _, _ in WIDELY} == set(Mutant)


@pytest.mark.parametrize(("mutant", "key", "wanted"), WIDELY, ids=[f"{mutant}-{key}" for mutant, key, _ in WIDELY])
def test_what_misbehaves_widely_turns_red_what_it_spoils_and_no_more(
    fleets: Deployed, mutant: str, key: str, wanted: set[str]
) -> None:
    fleets.put_scenario({"mutant": mutant})
    fleet = "keys" if key == "r1" else "able"
    endpoint = fleets.endpoints[fleet, key]

    found = findings(fleets, fleet, endpoint, asked=probes(), patience=replace(BRIEF, tries=1))

    assert red(found) == wanted, found


def test_a_project_that_has_no_connection_is_told_of(fleets: Deployed) -> None:
    gone = replace(fleets.endpoints["keys", "r1"], key=EndpointKey("r2"))

    (finding,) = findings(fleets, "keys", gone, asked=only("connection"))

    project = connections_of(fleets, "keys", gone)[0].names[0]
    assert finding.outcome is Outcome.FAILED
    assert finding.message.startswith("could not read the connection `r2-eastus2-"), finding.message
    assert f"of `{project}`" in finding.message


def test_what_comes_of_asking_through_a_connection_names_the_project(fleets: Deployed) -> None:
    fleets.put_scenario({"mutant": "stale-connection"})
    sound = fleets.endpoints["keys", "r1"]

    (finding,) = findings(fleets, "keys", sound, asked=only("connection"))

    assert finding.code == "unauthorised"
    assert finding.message.startswith(
        f"through the connection of `{connections_of(fleets, 'keys', sound)[0].names[0]}`: "
    )


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
