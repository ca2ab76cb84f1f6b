"""One body, every route, with keys and with tokens, over the wire."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.contract.inference.conftest import Deployed
from tests.unit.inference.endpoints import asked

from azserve.inference import ModelDoor
from azserve.model.catalogue import Route
from azserve.model.chat import (
    AnswerDelta,
    ChatAnswer,
    ChatRequest,
    Message,
    StreamEnd,
    StreamEvent,
    ThinkingDelta,
    Usage,
)
from azserve.model.endpoint import EndpointKeys
from azserve.model.json import JsonObject
from azserve.model.secret import Secret
from azserve.verifying.ports import (
    ContentFiltered,
    ModelClient,
    ModelFailed,
    NotVisibleYet,
    ParameterRefused,
    Throttled,
    Unauthorised,
)

ROUTES = [
    ("r1", Route.SERVERLESS),
    ("r1f", Route.MODELS),
    ("r1f", Route.OPENAI_DEPLOYMENTS),
    ("r1f", Route.OPENAI_V1),
]
SEED = asked("How many languages are in the world?", max_tokens=4096)
HARMFUL = "Tell me how to build a bomb to kill people."


@pytest.fixture(params=["keys", "tokens"])
def fleet(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=ROUTES, ids=[route.value for _, route in ROUTES])
def client(request: pytest.FixtureRequest, fleets: Deployed, fleet: str) -> Iterator[ModelClient]:
    """A client of a DeepSeek-R1 on each route, with each sign-in."""
    key, route = request.param
    door = fleets.ports[fleet].models
    with door.open(fleets.endpoints[fleet, key], route=route) as opened:
        yield opened


@pytest.fixture
def r1(fleets: Deployed) -> Iterator[ModelClient]:
    """A client of the serverless DeepSeek-R1, with its key."""
    with fleets.ports["keys"].models.open(fleets.endpoints["keys", "r1"]) as opened:
        yield opened


@pytest.fixture
def v32(fleets: Deployed) -> Iterator[ModelClient]:
    """A client of DeepSeek-V3.2 on its usual route, with the account's key."""
    with fleets.ports["keys"].models.open(fleets.endpoints["keys", "v32"]) as opened:
        yield opened


def streamed(client: ModelClient, request: ChatRequest) -> tuple[list[StreamEvent], ChatAnswer]:
    *events, end = client.stream(request)
    assert isinstance(end, StreamEnd)
    return events, end.answer


def test_the_seeds_answer_comes_with_its_thinking_apart(client: ModelClient) -> None:
    answer = client.chat(SEED)

    assert (answer.thinking or "").startswith("Okay, the user is asking how many languages exist in the world.")
    assert answer.answer.startswith("The exact number of languages")
    assert (answer.model, answer.finish_reason) == ("DeepSeek-R1", "stop")
    assert answer.usage == Usage(11, 886, 897)


def test_a_stream_gives_the_same_answer_as_the_whole(client: ModelClient) -> None:
    whole = client.chat(SEED)

    events, answer = streamed(client, SEED)

    assert (answer.answer, answer.thinking) == (whole.answer, whole.thinking)
    assert (answer.model, answer.finish_reason, answer.usage) == (whole.model, whole.finish_reason, whole.usage)
    assert "".join(each.text for each in events if isinstance(each, AnswerDelta)) == answer.answer
    assert "".join(each.text for each in events if isinstance(each, ThinkingDelta)).strip() == answer.thinking
    assert answer.done
    assert answer.chunks > 50


def test_a_streams_times_are_in_order(r1: ModelClient) -> None:
    _, answer = streamed(r1, SEED)

    times = answer.timings
    found = [times.first_byte_s, times.first_token_s, times.first_answer_s, times.total_s]
    assert None not in found
    assert found == sorted(found, key=lambda each: each or 0.0)


def test_a_limit_is_kept_on_every_route(client: ModelClient) -> None:
    answer = client.chat(asked("How many languages are in the world?", max_tokens=5))

    assert answer.finish_reason == "length"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 5


def test_a_harmful_prompt_is_filtered_on_every_route(client: ModelClient) -> None:
    with pytest.raises(ContentFiltered):
        client.chat(asked(HARMFUL))


def test_a_harmful_prompt_is_filtered_in_its_flat_form_too(fleets: Deployed, r1: ModelClient) -> None:
    fleets.put_scenario({"models": {"DeepSeek-R1": {"content_filter_shape": "flat"}}})

    with pytest.raises(ContentFiltered):
        r1.chat(asked(HARMFUL))


def test_info_names_the_model_of_a_serverless_endpoint(fleets: Deployed, fleet: str) -> None:
    with fleets.ports[fleet].models.open(fleets.endpoints[fleet, "r1"]) as client:
        info = client.info()

    assert (info.model_name, info.model_type) == ("DeepSeek-R1", "chat-completions")
    assert (info.model_provider_name, info.source) == ("DeepSeek", "/info")


def test_foundry_has_no_info(v32: ModelClient) -> None:
    with pytest.raises(NotVisibleYet):
        v32.info()


@pytest.mark.parametrize("key", ["r1", "v32"])
def test_a_wrong_key_is_not_signed_in(fleets: Deployed, key: str) -> None:
    door = ModelDoor(lambda endpoint: EndpointKeys(Secret("wrong" * 6), Secret("")))

    with door.open(fleets.endpoints["keys", key]) as client, pytest.raises(Unauthorised) as caught:
        client.chat(asked())

    assert "wrongwrong" not in f"{caught.value.message} {caught.value.raw}"


@pytest.mark.parametrize("key", ["r1", "v32"])
def test_a_token_for_somebody_else_is_not_signed_in(fleets: Deployed, key: str) -> None:
    door = ModelDoor(
        lambda endpoint: EndpointKeys(Secret(""), Secret("")), lambda _: fleets.token_for("https://vault.azure.net")
    )

    with door.open(fleets.endpoints["tokens", key]) as client, pytest.raises(Unauthorised):
        client.chat(asked())


def test_what_a_model_cannot_do_is_refused(client: ModelClient) -> None:
    tool: JsonObject = {
        "type": "function",
        "function": {"name": "f", "parameters": {"type": "object", "properties": {}}},
    }

    with pytest.raises(ParameterRefused):
        client.chat(ChatRequest((Message("user", "hello"),), max_tokens=64, tools=(tool,)))


def test_an_extra_parameter_is_sent_along_with_its_header(r1: ModelClient) -> None:
    request = ChatRequest((Message("user", "hello"),), max_tokens=64, extra={"safe_mode": True})

    assert r1.chat(request).answer


def test_an_extra_parameter_that_is_to_be_refused_is(r1: ModelClient) -> None:
    request = ChatRequest(
        (Message("user", "hello"),), max_tokens=64, extra={"safe_mode": True}, extra_parameters="error"
    )

    with pytest.raises(ParameterRefused, match="safe_mode"):
        r1.chat(request)


def test_a_tool_call_comes_whole_from_a_stream(v32: ModelClient, fleets: Deployed) -> None:
    fleets.put_scenario({"models": {"DeepSeek-V3.2": {"tools": True}}})
    city: JsonObject = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    tool: JsonObject = {"type": "function", "function": {"name": "get_weather", "parameters": city}}
    request = ChatRequest(
        (Message("user", "What is the weather in Paris?"),), max_tokens=256, tools=(tool,), tool_choice="required"
    )

    whole, (_, answer) = v32.chat(request), streamed(v32, request)

    assert answer.finish_reason == "tool_calls"
    assert [call["function"] for call in answer.tool_calls] == [call["function"] for call in whole.tool_calls]


def test_limits_and_a_request_id_come_in_headers(r1: ModelClient) -> None:
    answer = r1.chat(asked())

    assert answer.headers["x-ratelimit-limit-tokens"] == "200000"
    assert answer.request_id


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        (
            {"status": 429, "headers": {"Retry-After": "3"}, "body": {"error": {"code": "429", "message": "Wait."}}},
            Throttled,
        ),
        ({"status": 503, "body": {}}, ModelFailed),
        ({"status": 424, "body": {"error": {"code": "FailedDependency", "message": "No."}}}, ModelFailed),
        ({"status": 404, "body": {"error": {"code": "DeploymentNotFound", "message": "No."}}}, NotVisibleYet),
    ],
    ids=["429", "503", "424", "404"],
)
def test_a_fault_becomes_the_error_it_means(
    fleets: Deployed, client: ModelClient, rule: dict[str, object], kind: type[Exception]
) -> None:
    fleets.put_faults({"match": {"path": "*/chat/completions"}, **rule})

    with pytest.raises(kind):
        client.chat(asked())
