"""A smoke run meets what no endpoint should do: a finding each, in time, with no key in it, the others unaffected."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
from tests.contract.inference.conftest import Deployed
from tests.contract.inference.evil import LAST_CHUNK, STREAM_HEAD, Caller, EvilServer, Script, chunked, head

from azserve.catalogue import load_catalogue
from azserve.inference import ModelDoor
from azserve.inference.exchange import Timeouts
from azserve.model.endpoint import Endpoint, EndpointKeys
from azserve.model.finding import Finding, Outcome
from azserve.model.names import EndpointKey, FleetId
from azserve.model.results import SmokeResult
from azserve.model.settings import SmokeSettings
from azserve.reporting.junit import junit
from azserve.reporting.markdown import markdown
from azserve.reporting.plain import plain
from azserve.verifying import ProbeRun, probes, run_probes
from azserve.verifying.patience import Patience

IMPATIENT = Timeouts(connect_s=5.0, read_s=3.0, total_s=6.0)  # room for a loaded machine
ONCE = Patience(visible_s=0.1, allowed_s=0.1, quiet_s=0.1, first_pause_s=0.01, longest_pause_s=0.02, tries=1)
SMOKE = SmokeSettings(required=("chat", "stream"))
USAGE = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}


def event(body: object) -> bytes:
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def piece(content: str, reason: str | None = None) -> bytes:
    return event({"model": "DeepSeek-R1", "choices": [{"delta": {"content": content}, "finish_reason": reason}]})


BEGUN = event({"model": "DeepSeek-R1", "choices": [{"delta": {"role": "assistant", "content": "1 2"}}]})
WHOLE = (BEGUN, event({"model": "DeepSeek-R1", "usage": USAGE, "choices": [{"delta": {}, "finish_reason": "stop"}]}))
DONE = b"data: [DONE]\n\n"


def answering(content: str, model: str = "DeepSeek-R1") -> bytes:
    choice = {"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    return json.dumps({"model": model, "choices": [choice], "usage": USAGE}).encode()


def streaming(*parts: bytes, ends: bool = True) -> Script:
    """Return a server that streams this, and answers soundly what is asked unstreamed."""

    def script(caller: Caller) -> None:
        if b'"stream": true' not in caller.body and b'"stream":true' not in caller.body:
            caller.send(head(), answering("ready"))
            return
        caller.send(STREAM_HEAD, *chunked(*parts))
        if ends:
            caller.send(LAST_CHUNK)
        else:
            caller.stall()

    return script


def whole(body: bytes) -> Script:
    return lambda caller: caller.send(head(), body)


def endless(caller: Caller) -> None:
    caller.send(STREAM_HEAD)
    while not caller.released.wait(0.02):
        caller.send(*chunked(piece("and ")))


def ten_megabytes_of_thinking(caller: Caller) -> None:
    hard = "thinking hard, " * 400
    caller.send(STREAM_HEAD, *chunked(BEGUN.replace(b"1 2", b"<think>"), *[piece(hard)] * (10 * 2**20 // len(hard))))
    caller.send(*chunked(piece("</think>1 2 3 4 5", None), WHOLE[1], DONE), LAST_CHUNK)


@dataclass(frozen=True)
class Case:
    """One way to be bad."""

    name: str
    script: Script
    probe: str
    codes: frozenset[str]


CASES = [
    Case("it answers as another model", whole(answering("ready", "gpt-4o-mini")), "chat", frozenset({"model-named"})),
    Case("it answers nothing", whole(answering("")), "chat", frozenset({"answer-given"})),
    Case("it answers with an empty body", whole(b""), "chat", frozenset({"broken-answer"})),
    Case("it answers with a page", whole(b"<html>Sign in</html>"), "chat", frozenset({"broken-answer"})),
    Case("it says nothing at all", Caller.stall, "chat", frozenset({"too-slow"})),
    Case("it hangs up", lambda caller: None, "chat", frozenset({"broken-answer"})),
    Case("it repeats the key", lambda caller: caller.send(head("401 No"), caller.head.encode()), "chat",
         frozenset({"unauthorised"})),
    Case("its stream stalls", streaming(BEGUN, ends=False), "stream", frozenset({"too-slow"})),
    Case("its stream ends early", streaming(BEGUN), "stream", frozenset({"pieces-in-order", "ends-in-done"})),
    Case("its stream holds garbage", streaming(BEGUN, b"data: \xff{{\n\n"), "stream", frozenset({"broken-answer"})),
    Case("its stream never ends", endless, "stream", frozenset({"too-slow"})),
    Case("it streams nothing", streaming(DONE), "stream", frozenset({"broken-answer"})),
]  # fmt: skip


@contextmanager
def smoked(fleets: Deployed, bad: Endpoint, timeouts: Timeouts = IMPATIENT, *asked: str) -> Iterator[SmokeResult]:
    """Yield what comes of probing a bad endpoint and a sound one side by side."""
    sound = fleets.endpoints["keys", "r1"]
    run = ProbeRun(
        fleet_id=FleetId("keys"),
        endpoints=(bad, sound),
        smoke=SmokeSettings(required=asked or SMOKE.required),
        catalogue=load_catalogue(),
        patience=ONCE,
        probes=tuple(probe for probe in probes() if probe.name in (asked or SMOKE.required)),
    )
    door = ModelDoor(fleets.ports["keys"].endpoints.keys, timeouts=timeouts)
    yield run_probes(run, door, monotonic=time.monotonic, wait=time.sleep)


def finding(result: SmokeResult, probe: str, key: str = "bad") -> Finding:
    (found,) = (each for each in result.findings if (each.endpoint, each.probe) == (key, probe))
    return found


def hold_what_always_holds(fleets: Deployed, result: SmokeResult) -> None:
    """Assert that the sound endpoint passed, and that no key is in anything that is written."""
    assert {each.outcome for each in result.findings if each.endpoint == "r1"} == {Outcome.PASSED}
    key = fleets.ports["keys"].endpoints.keys(fleets.endpoints["keys", "r1"]).primary.reveal()
    assert key not in json.dumps(plain(result)) + junit(result) + markdown(result)


def bad_at(fleets: Deployed, uri: str) -> Endpoint:
    return replace(fleets.endpoints["keys", "r1"], key=EndpointKey("bad"), uri=uri)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_server_that_misbehaves_is_found_out(fleets: Deployed, case: Case) -> None:
    with EvilServer(case.script) as server, smoked(fleets, bad_at(fleets, server.url)) as result:
        found = finding(result, case.probe)
        assert (found.outcome, found.code in case.codes) == (Outcome.FAILED, True), found
        hold_what_always_holds(fleets, result)


def test_ten_megabytes_of_thinking_are_read_to_their_end(fleets: Deployed) -> None:
    patient = Timeouts(connect_s=2.0, read_s=10.0, total_s=60.0)
    with (
        EvilServer(ten_megabytes_of_thinking) as server,
        smoked(fleets, bad_at(fleets, server.url), patient, "latency") as result,
    ):
        assert finding(result, "latency").outcome is Outcome.PASSED, finding(result, "latency")
        hold_what_always_holds(fleets, result)


def test_nobody_there_is_a_finding_for_each_probe(fleets: Deployed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with smoked(fleets, bad_at(fleets, f"http://127.0.0.1:{port}")) as result:
        assert {finding(result, probe).code for probe in SMOKE.required} == {"unreachable"}
        hold_what_always_holds(fleets, result)


def test_a_name_that_does_not_resolve_is_a_finding(fleets: Deployed) -> None:
    with smoked(fleets, bad_at(fleets, "https://r1.models.ai.azure.invalid")) as result:
        assert finding(result, "chat").code == "unreachable", finding(result, "chat")
        hold_what_always_holds(fleets, result)


def test_a_server_that_fails_at_tls_is_a_finding(fleets: Deployed) -> None:
    with (
        EvilServer(lambda caller: caller.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server,
        smoked(fleets, bad_at(fleets, server.url.replace("http:", "https:"))) as result,
    ):
        assert finding(result, "chat").code == "unreachable"
        hold_what_always_holds(fleets, result)


def test_a_key_of_another_endpoint_is_a_finding(fleets: Deployed) -> None:
    """The deployment's account has a key of its own, which the serverless endpoint does not take."""
    sound, other = fleets.endpoints["keys", "r1"], fleets.endpoints["keys", "v32"]
    keys = fleets.ports["keys"].endpoints.keys

    def mixed_up(endpoint: Endpoint) -> EndpointKeys:
        return keys(other if endpoint.key == "bad" else endpoint)

    bad = replace(sound, key=EndpointKey("bad"), resource=replace(sound.resource, group="elsewhere"))
    run = ProbeRun(FleetId("keys"), (bad, sound), SMOKE, load_catalogue(), ("chat",), ONCE)
    result = run_probes(run, ModelDoor(mixed_up), monotonic=time.monotonic, wait=time.sleep)

    assert finding(result, "chat").code == "unauthorised"
    hold_what_always_holds(fleets, result)


CHAT = "*/chat/completions"
THROTTLED = {"status": 429, "headers": {"Retry-After": "0.01"}, "body": {"error": {"code": "429", "message": "Slow"}}}
FAULTS = [
    ("a storm of 429", {"match": {"path": CHAT}, **THROTTLED}, {"chat", "stream"}, Outcome.UNKNOWN),
    ("429 on info alone", {"match": {"path": "*/info"}, **THROTTLED}, {"info"}, Outcome.UNKNOWN),
    ("503 on chat", {"match": {"path": CHAT}, "status": 503, "body": {}}, {"chat", "stream"}, Outcome.FAILED),
    ("a page on info", {"match": {"path": "*/info"}, "status": 200, "body": "<html>"}, {"info"}, Outcome.FAILED),
    ("a reset before", {"match": {"path": CHAT}, "reset": "before"}, {"chat", "stream"}, Outcome.FAILED),
    ("a reset after", {"match": {"path": CHAT}, "reset": "after"}, {"chat", "stream"}, Outcome.FAILED),
    ("a hang", {"match": {"path": CHAT}, "hang": True}, {"chat", "stream"}, Outcome.FAILED),
    ("a hang on info", {"match": {"path": "*/info"}, "hang": True}, {"info"}, Outcome.FAILED),
    ("a cut body", {"match": {"path": "*/info"}, "truncate_after_bytes": 9}, {"info"}, Outcome.FAILED),
    ("a stall", {"match": {"path": CHAT}, "stall_after_chunks": 2}, {"chat", "stream"}, Outcome.FAILED),
    ("a stalled stream", {"match": {"path": CHAT, "nth": [3]}, "stall_after_chunks": 2}, {"stream"}, Outcome.FAILED),
    ("a cut stream", {"match": {"path": CHAT}, "truncate_after_bytes": 900}, {"stream"}, Outcome.FAILED),
    ("a delay", {"match": {"path": "*"}, "delay_ms": 20}, set[str](), Outcome.FAILED),
]
"""What a rule does to whatever is asked of a deployment, and which of three probes it turns red, and how."""


@pytest.mark.parametrize(("fault", "red", "how"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_each_fault_of_the_emulator_turns_the_right_probes_red(
    fleets: Deployed, fault: dict[str, object], red: set[str], how: Outcome
) -> None:
    sound = fleets.endpoints["keys", "r1"]
    run = ProbeRun(
        fleet_id=FleetId("keys"),
        endpoints=(sound,),
        smoke=SmokeSettings(required=("info", "chat", "stream")),
        catalogue=load_catalogue(),
        patience=ONCE,
        probes=tuple(probe for probe in probes() if probe.name in {"info", "chat", "stream"}),
    )
    door = ModelDoor(fleets.ports["keys"].endpoints.keys, timeouts=IMPATIENT)
    fleets.put_faults(fault)

    result = run_probes(run, door, monotonic=time.monotonic, wait=time.sleep)

    outcomes = {each.probe: each.outcome for each in result.findings}
    assert outcomes == {probe: how if probe in red else Outcome.PASSED for probe in ("info", "chat", "stream")}, (
        result.findings
    )
