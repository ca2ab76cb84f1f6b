"""A run of probes: who is asked what, what comes of it, and in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.inference.endpoints import foundry, serverless
from tests.unit.verifying.fakes import PROBES, THINKS, FakeClients, FakeModel, FakeTime, Told, Turn, answer, catalogue

from azserve.errors import AzserveError, AzureFailed, PermissionDenied, UsageError
from azserve.model.catalogue import Route, Support, Trait
from azserve.model.chat import ModelInfo, Usage
from azserve.model.endpoint import Endpoint
from azserve.model.finding import Finding, Outcome
from azserve.model.names import EndpointKey, FleetId
from azserve.model.progress import Stage
from azserve.model.resource_id import ResourceId
from azserve.model.results import SmokeResult
from azserve.model.settings import SignIn, SmokeSettings
from azserve.verifying import ProbeRun, probes, run_probes
from azserve.verifying.patience import Patience
from azserve.verifying.ports import (
    BrokenAnswer,
    ContentFiltered,
    ModelClient,
    ModelError,
    ModelFailed,
    NotVisibleYet,
    ParameterRefused,
    Throttled,
    TooSlow,
    Unauthorised,
    Unreachable,
)
from azserve.verifying.probe import Probe
from azserve.verifying.purse import Rate
from azserve.verifying.reading import probe_of

QUICK = Patience(visible_s=30.0, allowed_s=60.0, quiet_s=20.0, first_pause_s=2.0, longest_pause_s=10.0)
NO_REASONING = {**THINKS, Trait.REASONING: Support.REFUSED}
TEAPOT = answer("I am a teapot.")


def run(
    *endpoints: Endpoint,
    smoke: SmokeSettings | None = None,
    only: tuple[str, ...] = (),
    traits: dict[Trait, Support] = THINKS,
    format: str = "DeepSeek",  # noqa: A002
) -> ProbeRun:
    """Return a run over endpoints, one serverless DeepSeek-R1 unless others are named."""
    return ProbeRun(
        fleet_id=FleetId("r1-chat"),
        endpoints=endpoints or (serverless(),),
        smoke=smoke or SmokeSettings(),
        catalogue=catalogue(traits, format=format),
        only=only,
        patience=QUICK,
        probes=PROBES,
    )


def carried_out(request: ProbeRun, clients: FakeClients | None = None, time: FakeTime | None = None) -> SmokeResult:
    clock = time or FakeTime()
    return run_probes(request, clients or FakeClients(), monotonic=clock.monotonic, wait=clock.wait)


def model(**scripts: list[Turn]) -> FakeModel:
    """Return a model with scripts by how questions begin: `info`, `Reply`, `Count`, `How`."""
    return FakeModel(dict(scripts))


def chat_finding(*turns: Turn, time: FakeTime | None = None, **others: object) -> Finding:
    """Return the finding of the `chat` probe, the model taking these turns first."""
    request = replace(run(only=("chat",)), **others)  # type: ignore[arg-type]
    (finding,) = carried_out(request, FakeClients(model(Reply=list(turns))), time).findings
    return finding


def outcomes(result: SmokeResult) -> dict[str, Outcome]:
    return {finding.probe: finding.outcome for finding in result.findings}


def test_a_sound_endpoint_passes_every_probe() -> None:
    result = carried_out(run())

    assert outcomes(result) == dict.fromkeys(("info", "chat", "stream", "reasoning"), Outcome.PASSED)
    assert [finding.message for finding in result.findings] == [
        "3 checks held",
        "5 checks held",
        "5 checks held",
        "4 checks held",
    ]
    assert result.passed


def test_tokens_of_all_probes_are_counted() -> None:
    result = carried_out(run())

    assert result.spent == Usage(33, 15, 48)
    assert [finding.usage for finding in result.findings] == [None, *[Usage(11, 5, 16)] * 3]


def test_only_the_reasoning_probe_carries_its_answer() -> None:
    found = {finding.probe: finding.answer for finding in carried_out(run()).findings}

    assert [name for name, answer in found.items() if answer] == ["reasoning"]
    assert found["reasoning"] is not None
    assert found["reasoning"].thinking == "Okay, so…"


def test_findings_keep_the_order_of_endpoints_and_probes() -> None:
    endpoints = [serverless(region=region) for region in ("westus3", "eastus2", "uksouth")]

    result = carried_out(run(*endpoints, only=("stream", "chat")))

    assert [(finding.region, finding.probe) for finding in result.findings] == [
        (region, probe) for region in ("westus3", "eastus2", "uksouth") for probe in ("chat", "stream")
    ]


def test_the_file_says_which_probes_are_required() -> None:
    smoke = SmokeSettings(required=("chat",), by_endpoint={EndpointKey("r1"): ("reasoning",)})

    found = carried_out(run(serverless(), serverless("other"), smoke=smoke)).findings

    assert {(each.endpoint, each.probe) for each in found if each.required} == {
        ("r1", "chat"),
        ("r1", "reasoning"),
        ("other", "chat"),
    }


def test_probes_asked_for_by_name_are_the_only_ones_and_all_required() -> None:
    found = carried_out(run(only=("reasoning", "info"))).findings

    assert [(each.probe, each.required) for each in found] == [("info", True), ("reasoning", True)]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("strem", "did you mean `stream`? there are `info`, `chat`, `stream`, `reasoning`"),
        ("xyzzy", "there are `info`, `chat`, `stream`, `reasoning`"),
    ],
)
def test_a_probe_that_there_is_not_is_a_usage_error_before_anything_is_asked(name: str, hint: str) -> None:
    clients = FakeClients()

    with pytest.raises(UsageError) as caught:
        carried_out(run(only=("chat", name)), clients)

    assert (caught.value.code, caught.value.hint) == ("probe-unknown", hint)
    assert clients.opened == []


def test_a_required_probe_that_there_is_not_does_not_pass_in_silence() -> None:
    result = carried_out(run(smoke=SmokeSettings(required=("chat", "tools"))))

    last = result.findings[-1]
    assert (last.probe, last.outcome, last.code, last.attempts) == ("tools", Outcome.SKIPPED, "probe-unknown", 0)
    assert not result.passed


def test_what_was_spent_may_not_go_over_the_budget() -> None:
    result = carried_out(run(smoke=SmokeSettings(required=("chat", "reasoning"), budget_tokens=2500)))

    assert outcomes(result)["chat"] is Outcome.PASSED
    assert outcomes(result)["reasoning"] is Outcome.SKIPPED
    assert {each.code for each in result.findings if each.outcome is Outcome.SKIPPED} == {"over-budget"}
    assert not result.passed


@pytest.mark.parametrize(("usage", "afterwards"), [(Usage(9, 9, 18), Outcome.PASSED), (None, Outcome.SKIPPED)])
def test_an_answer_that_counts_nothing_is_held_to_its_most(usage: Usage | None, afterwards: Outcome) -> None:
    counts = answer("1, 2, 3, 4, 5, 6, 7, 8, 9, 10", usage=usage)
    request = run(only=("stream", "reasoning"), smoke=SmokeSettings(budget_tokens=5000))

    result = carried_out(request, FakeClients(model(Count=[counts])))

    assert outcomes(result) == {"stream": Outcome.PASSED, "reasoning": afterwards}


def test_what_broke_off_and_cannot_be_paid_twice_is_told_as_it_was() -> None:
    request = run(only=("chat",), smoke=SmokeSettings(budget_tokens=2500))

    (finding,) = carried_out(request, FakeClients(model(Reply=[BrokenAnswer("cut off")]))).findings

    assert (finding.outcome, finding.code, finding.attempts) == (Outcome.FAILED, "broken-answer", 1)


def test_what_is_required_is_asked_before_a_budget_is_spent_on_the_rest() -> None:
    smoke = SmokeSettings(required=("reasoning",), budget_tokens=4150)

    result = carried_out(run(smoke=smoke))

    assert list(outcomes(result)) == ["info", "chat", "stream", "reasoning"]
    assert (outcomes(result)["reasoning"], result.passed) == (Outcome.PASSED, True)


def test_nobody_to_ask_is_no_finding() -> None:
    result = carried_out(replace(run(), endpoints=()))

    assert (result.findings, result.spent) == ((), Usage(0, 0, 0))


def test_the_seconds_of_the_run_are_told() -> None:
    time = FakeTime()

    result = carried_out(run(only=("chat",)), FakeClients(model(Reply=[ModelFailed("x")])), time)

    assert result.seconds == time.now_s == 2.0


# What an endpoint is, and what is published about it


def test_foundry_has_no_info_and_nobody_minds() -> None:
    clients = FakeClients(FakeModel())

    result = carried_out(run(foundry("v32", model="DeepSeek-R1"), smoke=SmokeSettings(required=("info",))), clients)

    assert outcomes(result)["info"] is Outcome.UNSUPPORTED
    assert isinstance(clients.model, FakeModel)
    assert "info" not in clients.model.asked
    assert result.passed


@pytest.mark.parametrize(
    ("endpoint", "format_", "route"),
    [
        (serverless(), "", Route.SERVERLESS),
        (foundry(), "DeepSeek", Route.MODELS),
        (foundry(), "OpenAI", Route.OPENAI_V1),
        (foundry(model="unheard-of"), "OpenAI", Route.MODELS),
    ],
)
def test_each_endpoint_is_asked_over_the_route_that_suits_it(endpoint: Endpoint, format_: str, route: Route) -> None:
    clients = FakeClients()

    carried_out(run(endpoint, only=("stream",), format=format_), clients)

    assert [found for _, found in clients.opened] == [route]


def silent_model() -> FakeModel:
    return model(How=[answer("about 7,000", thinking=None)] * 2)


@pytest.mark.parametrize(
    ("support", "outcome", "code"),
    [
        (Support.REFUSED, Outcome.UNSUPPORTED, None),
        (Support.IGNORED, Outcome.UNSUPPORTED, None),
        (Support.UNKNOWN, Outcome.FAILED, "trait-unknown"),
        (Support.ACCEPTED, Outcome.FAILED, "thinking-apart"),
    ],
)
def test_what_a_model_does_not_do_is_held_against_what_is_published(
    support: Support, outcome: Outcome, code: str | None
) -> None:
    request = run(only=("reasoning",), traits={**THINKS, Trait.REASONING: support})

    (finding,) = carried_out(request, FakeClients(silent_model())).findings

    assert (finding.outcome, finding.code) == (outcome, code)


def test_what_is_published_of_nobody_and_asked_for_by_nobody_stays_unknown() -> None:
    request = run(serverless(model="unheard-of"))
    said = model(
        info=[ModelInfo("unheard-of", "chat-completions", "x", "/info")],
        How=[answer("about 7,000", thinking=None, model="unheard-of")],
    )

    finding = carried_out(request, FakeClients(said)).findings[3]

    assert (finding.outcome, finding.code, finding.attempts) == (Outcome.UNKNOWN, "trait-unknown", 1)
    assert finding.message == "nothing is published on `reasoning`, and it did not show it: no thinking"


def test_a_fault_is_a_fault_whatever_the_model_can_do() -> None:
    broken = answer("about 7,000", thinking=None, finish_reason="length")
    request = run(only=("reasoning",), traits=NO_REASONING)

    (finding,) = carried_out(request, FakeClients(model(How=[broken] * 2))).findings

    assert (finding.outcome, finding.code, finding.lacking) == (Outcome.FAILED, "finish-reason-stop", True)


@pytest.mark.parametrize("support", [Support.REFUSED, Support.IGNORED])
def test_a_model_that_does_more_than_published_is_told(support: Support) -> None:
    traits = {**THINKS, Trait.REASONING: support}

    (finding,) = carried_out(run(only=("reasoning",), traits=traits)).findings

    assert finding.outcome is Outcome.UNEXPECTED
    assert finding.message == "works, although `reasoning` is published as not done"


def test_what_is_ignored_and_not_shown_by_any_check_is_no_surprise() -> None:
    (finding,) = carried_out(run(only=("chat",), traits={**THINKS, Trait.CHAT: Support.IGNORED})).findings

    assert finding.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("support", "outcome"),
    [
        (Support.REFUSED, Outcome.UNSUPPORTED),
        (Support.UNKNOWN, Outcome.FAILED),
        (Support.ACCEPTED, Outcome.FAILED),
    ],
)
def test_a_request_that_is_refused_is_held_against_what_is_published(support: Support, outcome: Outcome) -> None:
    refused = ParameterRefused("refused: HTTP 400 OperationNotSupported", service_code="OperationNotSupported")
    request = run(only=("chat",), traits={Trait.CHAT: support})

    (finding,) = carried_out(request, FakeClients(model(Reply=[refused]))).findings

    assert (finding.outcome, finding.attempts) == (outcome, 1)
    assert finding.lacking is (outcome is Outcome.FAILED)


@pytest.mark.parametrize(
    ("error", "lacking"),
    [(ParameterRefused("no", status=422), True), (ModelFailed("broke", status=503), False), (Unreachable("no"), False)],
)
def test_trouble_on_the_way_says_nothing_of_what_a_model_does(error: ModelError, lacking: bool) -> None:
    (finding,) = carried_out(run(only=("chat",)), FakeClients(model(Reply=[error] * 2))).findings

    assert (finding.outcome, finding.lacking) == (Outcome.FAILED, lacking)


# What is asked again


def test_a_pass_after_a_hiccup_is_flaky_and_says_so() -> None:
    finding = chat_finding(BrokenAnswer("the answer broke off"))

    assert (finding.outcome, finding.attempts) == (Outcome.FLAKY, 2)
    assert finding.message == "passed when asked 2 times; at first the answer broke off"
    assert finding.code == "broken-answer"


def test_a_wrong_answer_is_asked_for_once_more() -> None:
    finding = chat_finding(TEAPOT, TEAPOT, answer("ready"))

    assert (finding.outcome, finding.attempts, finding.code) == (Outcome.FAILED, 2, "answer-is-ready")
    assert finding.message == "`answer-is-ready`: expected a match of `(?i)\\bready\\b`, found I am a teapot."
    assert [check.name for check in finding.checks if not check.passed] == ["answer-is-ready"]


def test_tokens_of_every_try_are_counted() -> None:
    clients = FakeClients(model(Reply=[TEAPOT, TEAPOT]))

    assert carried_out(run(only=("chat",)), clients).spent.total_tokens == 32


@pytest.mark.parametrize(
    ("error", "outcome", "code", "attempts"),
    [
        (ModelFailed("m", service_code="InternalServerError"), Outcome.FAILED, "InternalServerError", 2),
        (ModelError("m"), Outcome.FAILED, "model-error", 1),
        (BrokenAnswer("m"), Outcome.FAILED, "broken-answer", 2),
        (TooSlow("m"), Outcome.FAILED, "too-slow", 1),
        (ContentFiltered("m", service_code="content_filter"), Outcome.FAILED, "content_filter", 1),
        (Unauthorised("m", service_code="401"), Outcome.FAILED, "401", 1),
        (Unreachable("m"), Outcome.FAILED, "unreachable", 2),
        (PermissionDenied("m"), Outcome.FAILED, "permission-missing", 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_may_pass_is_asked_again_and_what_will_not_is_not(
    error: AzserveError, outcome: Outcome, code: str, attempts: int
) -> None:
    finding = chat_finding(*[error] * 5)

    assert (finding.outcome, finding.code, finding.attempts) == (outcome, code, attempts)
    assert finding.message == "m"


def test_a_fresh_deployment_is_waited_for() -> None:
    time = FakeTime()

    finding = chat_finding(*[NotVisibleYet("not there yet")] * 3, time=time)

    assert (finding.outcome, finding.attempts) == (Outcome.PASSED, 4)
    assert time.waits == [2.0, 3.0, 4.5]


def test_an_endpoint_that_never_appears_is_waited_for_once_and_not_by_each_probe() -> None:
    time = FakeTime()
    absent = {begins: [NotVisibleYet("not there yet")] * 99 for begins in ("info", "Reply", "Count", "How")}

    result = carried_out(run(), FakeClients(model(**absent)), time)  # type: ignore[arg-type]

    assert set(outcomes(result).values()) == {Outcome.FAILED}
    assert sum(time.waits) == pytest.approx(QUICK.visible_s)


def test_a_fresh_role_is_waited_for_where_tokens_sign_in() -> None:
    time = FakeTime()
    request = run(serverless(sign_in=SignIn.ENTRA), only=("chat",))

    (finding,) = carried_out(request, FakeClients(model(Reply=[Unauthorised("no role")] * 99)), time).findings

    assert finding.outcome is Outcome.FAILED
    assert sum(time.waits) == pytest.approx(QUICK.allowed_s)


def test_a_service_that_throttles_is_given_the_time_it_asks_for() -> None:
    time = FakeTime()

    finding = chat_finding(Throttled("slow down", retry_after_s=7.0), time=time)

    assert (finding.outcome, finding.attempts, time.waits) == (Outcome.PASSED, 2, [7.0])


def test_what_throttling_kept_from_being_asked_is_unknown() -> None:
    finding = chat_finding(Throttled("slow down", retry_after_s=119.0, service_code="429"))

    assert (finding.outcome, finding.code) == (Outcome.UNKNOWN, "429")


# What cannot be reached


def test_what_cannot_be_reached_is_not_tried_by_every_probe() -> None:
    gone = model(info=[Unreachable("no such host")] * 2)

    result = carried_out(run(smoke=SmokeSettings(required=("info",))), FakeClients(gone))

    assert gone.asked == ["info", "info"]
    assert set(outcomes(result).values()) == {Outcome.FAILED}
    assert {finding.message for finding in result.findings} == {"no such host"}
    assert [finding.attempts for finding in result.findings] == [2, 0, 0, 0]


def test_what_is_private_by_design_is_unknown_from_here() -> None:
    time = FakeTime()

    finding = chat_finding(Unreachable("no such host"), time=time, smoke=SmokeSettings(private=True))

    assert (finding.outcome, finding.attempts, time.waits) == (Outcome.UNKNOWN, 1, [])


def test_what_is_private_and_answers_is_judged_as_any_other() -> None:
    assert chat_finding(TEAPOT, TEAPOT, smoke=SmokeSettings(private=True)).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (PermissionDenied("may not list keys", hint="ask for a role"), Outcome.FAILED),
        (Unreachable("no address yet"), Outcome.FAILED),
    ],
)
def test_without_a_client_every_probe_says_why(error: AzserveError, outcome: Outcome) -> None:
    clients = FakeClients(models={"eastus2/r1": error})

    found = carried_out(run(), clients).findings

    assert {(each.outcome, each.message, each.hint, each.attempts) for each in found} == {
        (outcome, error.message, error.hint, 0)
    }


def test_one_endpoints_trouble_leaves_the_others_alone() -> None:
    models: dict[str, ModelClient | AzserveError] = {
        "eastus2/r1": PermissionDenied("no"),
        "westus3/r1": model(Reply=[TEAPOT] * 2),
    }
    endpoints = [serverless(region=region) for region in ("eastus2", "westus3", "uksouth")]

    found = carried_out(run(*endpoints, only=("chat",)), FakeClients(models=models)).findings

    assert [each.outcome for each in found] == [Outcome.FAILED, Outcome.FAILED, Outcome.PASSED]


def test_a_stream_that_yields_no_end_is_a_finding() -> None:
    class Endless(FakeModel):
        def stream(self, request):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            return iter(())

    (finding,) = carried_out(run(only=("stream",)), FakeClients(Endless())).findings

    assert (finding.outcome, finding.message) == (Outcome.FAILED, "the stream ended without an answer")


# What is told meanwhile


def test_each_probe_is_told_when_it_starts_waits_and_ends() -> None:
    told, time = Told(), FakeTime()
    clients = FakeClients(model(Reply=[NotVisibleYet("not there yet")]))

    run_probes(run(only=("chat",)), clients, monotonic=time.monotonic, wait=time.wait, progress=told)

    assert [(event.subject, event.doing, event.stage, event.detail) for event in told.events] == [
        ("eastus2/r1", "smoke chat", Stage.STARTED, ""),
        ("eastus2/r1", "smoke chat", Stage.WAITING, "not there yet; asking again in 2 s"),
        ("eastus2/r1", "smoke chat", Stage.DONE, "passed"),
    ]


def test_a_probe_that_fails_is_told_as_failed() -> None:
    told, time = Told(), FakeTime()
    clients = FakeClients(model(Reply=[ContentFiltered("no")]))

    run_probes(run(only=("chat",)), clients, monotonic=time.monotonic, wait=time.wait, progress=told)

    assert (told.events[-1].stage, told.events[-1].detail) == (Stage.FAILED, "failed")


def test_an_endpoint_that_hangs_is_not_waited_for_by_every_probe() -> None:
    late = model(Reply=[TooSlow("said nothing")] * 9, Count=[TooSlow("said nothing")])

    result = carried_out(run(smoke=SmokeSettings(required=("info", "chat", "stream", "reasoning"))), FakeClients(late))

    assert [(each.outcome, each.code) for each in result.findings] == [
        (Outcome.PASSED, None),
        (Outcome.FAILED, "too-slow"),
        (Outcome.FAILED, "too-slow"),
        (Outcome.SKIPPED, "too-slow"),
    ]
    assert not result.passed


def test_slow_once_is_not_dead() -> None:
    late = model(Reply=[TooSlow("said nothing")], How=[TooSlow("said nothing")])

    found = outcomes(carried_out(run(), FakeClients(late)))

    assert [found[name] for name in ("chat", "stream", "reasoning")] == [Outcome.FAILED, Outcome.PASSED, Outcome.FAILED]


def test_a_failed_probe_still_has_its_time() -> None:
    time = FakeTime()
    late = model(Reply=[TooSlow("said nothing")])
    late.before = lambda question: time.wait(300.0)

    (finding,) = carried_out(run(only=("chat",)), FakeClients(late), time).findings

    assert finding.timings.total_s == 300.0


def test_a_ceiling_in_money_keeps_probes_from_being_asked_and_says_what_has_no_price() -> None:
    request = replace(
        run(serverless(), foundry(), smoke=SmokeSettings(budget_usd=0.5)),
        rates={EndpointKey("r1"): Rate(1.0, 1.0)},
    )

    result = carried_out(request)

    assert {each.code for each in result.findings if each.endpoint == "r1" and each.probe != "info"} == {"over-budget"}
    assert (result.usd, result.unpriced) == (0.0, ("v32",))


ELSEWHERE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces"
CONNECTIONS = tuple(ResourceId.parse(f"{ELSEWHERE}/{name}/connections/r1-{name}") for name in ("app", "evaluation"))


def through(*connections: ResourceId, required: tuple[str, ...] = (), **models: ModelClient | AzserveError) -> Finding:
    """Return the finding of the `connection` probe; models go by the connection's name, `-` written `_`."""
    asked = replace(
        run(smoke=SmokeSettings(required=required)),
        probes=tuple(probe for probe in probes() if probe.name == "connection"),
        connections=lambda _: connections,
    )
    clients = FakeClients(models={name.replace("_", "-"): each for name, each in models.items()})
    (finding,) = carried_out(asked, clients).findings
    return finding


def test_every_connection_is_asked_through() -> None:
    finding = through(*CONNECTIONS)

    assert (finding.outcome, finding.message) == (Outcome.PASSED, "2 checks held")
    assert [check.found for check in finding.checks] == [
        "through the connection of `app`: ready",
        "through the connection of `evaluation`: ready",
    ]


def test_an_endpoint_that_nobody_is_connected_to_has_nothing_to_ask_through() -> None:
    finding = through()

    assert (finding.outcome, finding.attempts) == (Outcome.UNSUPPORTED, 0)


def test_a_connection_that_fails_is_named_by_its_project() -> None:
    finding = through(*CONNECTIONS, r1_evaluation=FakeModel({"Reply": [Unauthorised("the key is not taken")]}))

    assert finding.outcome is Outcome.FAILED
    assert finding.message == "through the connection of `evaluation`: the key is not taken"


def test_secrets_of_somebody_elses_project_that_may_not_be_read_say_nothing_of_the_connection() -> None:
    finding = through(*CONNECTIONS, r1_app=PermissionDenied("not allowed to read its secrets"))

    assert finding.outcome is Outcome.UNKNOWN


def test_a_connection_that_is_not_there_has_failed() -> None:
    finding = through(*CONNECTIONS, r1_app=AzureFailed("could not read the connection"))

    assert (finding.outcome, finding.message) == (Outcome.FAILED, "could not read the connection")


def own(checks: list[dict[str, object]], *, system: bool = False) -> Probe:
    """Return a probe as people write them."""
    said = [{"role": "system", "content": "Be brief."}] if system else []
    messages = [*said, {"role": "user", "content": "Reply with exactly this word and nothing else: ready"}]
    chat = {"messages": messages, "max_tokens": 9, "checks": checks}
    return probe_of("own", {"asks": "?", "needs": ["chat"], "chat": chat})


def own_finding(probe: Probe, *turns: Turn, fake: FakeModel | None = None, traits: object = THINKS) -> Finding:
    asked = replace(run(smoke=SmokeSettings(required=("own",)), traits=traits), probes=(probe,))  # type: ignore[arg-type]
    (finding,) = carried_out(asked, FakeClients(fake or FakeModel({"Reply": list(turns)}))).findings
    return finding


TEAPOT_STATUS = ModelFailed("short and stout", status=418)


@pytest.mark.parametrize(
    ("expected", "turn", "outcome"),
    [
        (200, answer("ready"), Outcome.PASSED),
        (418, TEAPOT_STATUS, Outcome.PASSED),
        ([400, 418], TEAPOT_STATUS, Outcome.PASSED),
        (404, NotVisibleYet("not there", status=404), Outcome.PASSED),
        (418, answer("ready"), Outcome.FAILED),
        (400, ParameterRefused("no", status=422), Outcome.FAILED),
        (418, Unreachable("nobody there"), Outcome.FAILED),
    ],
)
def test_a_probe_may_expect_a_status(expected: object, turn: Turn, outcome: Outcome) -> None:
    finding = own_finding(own([{"name": "says-so", "expects": {"status": expected}}]), turn, turn)

    assert finding.outcome is outcome, finding


def test_a_refusal_is_no_answer_to_whoever_expects_more_than_its_status() -> None:
    both = own([{"name": "says-so", "expects": {"status": 418}}, {"name": "given", "expects": "answer-given"}])

    assert own_finding(both, TEAPOT_STATUS, TEAPOT_STATUS).outcome is Outcome.FAILED


@pytest.mark.parametrize("status", [99, 600, "200", True, []])
def test_a_status_is_a_number_of_http(status: object) -> None:
    with pytest.raises(ValueError, match="a status is a number from 100 to 599"):
        own([{"name": "says-so", "expects": {"status": status}}])


@pytest.mark.parametrize(("support", "asked"), [(Support.ACCEPTED, "Reply with"), (Support.REFUSED, "Be brief.")])
def test_a_model_that_takes_no_system_prompt_is_told_in_the_users_words(support: Support, asked: str) -> None:
    fake = FakeModel({"Be brief": [answer("ready")]})

    own_finding(
        own([{"name": "given", "expects": "answer-given"}], system=True),
        fake=fake,
        traits={**THINKS, Trait.SYSTEM_PROMPT: support},
    )

    assert fake.asked[0].startswith(asked)
