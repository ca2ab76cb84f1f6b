"""The contract of verifying's port: how a model answers and refuses, whichever one is behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.cassette_hygiene import Scrubber
from tests.contract.conftest import RECORDS_FROM
from tests.contract.inference import backends
from tests.contract.inference.backends import HARMFUL, Models
from tests.unit.inference.endpoints import asked

from azserve.model.chat import AnswerDelta, ChatAnswer, EmbeddingsRequest, StreamEnd, ThinkingDelta
from azserve.verifying.ports import ContentFiltered, ModelClient, NotVisibleYet, Signing, Unauthorised

SEED = asked("How many languages are in the world?", max_tokens=4096)
CHATTING = ["r1", "v32"]


@pytest.fixture(scope="module")
def recorded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    """What a recording is made of."""
    if RECORDS_FROM == "local":
        yield backends.on_the_emulator(request.getfixturevalue("deployed"))
    else:
        with backends.in_public(tmp_path_factory.mktemp("contract")) as models:
            yield models


@pytest.fixture
def vcr_config(request: pytest.FixtureRequest, record_mode: str) -> dict[str, Any]:
    """Only what is said to models is recorded: keys are read and fleets made off the record."""
    hosts = {} if record_mode == "none" else backends.stand_in_hosts(request.getfixturevalue("recorded"))
    scrubber = Scrubber()

    def of_a_model(sent: Any) -> Any:
        scrubbed = scrubber.request(sent)
        if scrubbed is None or "//management.azure.com" in scrubbed.uri:
            return None
        for real, stand_in in hosts.items():
            scrubbed.uri = scrubbed.uri.replace(f"//{real}/", f"//{stand_in}/")
        return scrubbed

    return {
        "serializer": "stated",
        "path_transformer": lambda path: path.removesuffix(".stated").removesuffix(".yaml") + ".yaml",
        "before_record_request": of_a_model,
        "before_record_response": scrubber.response,
        "decode_compressed_response": True,
        "match_on": ["method", "scheme", "host", "path", "query", "body"],
    }


@pytest.fixture(params=["fake", "emulator", pytest.param("cassette", marks=pytest.mark.vcr)])
def models(request: pytest.FixtureRequest, record_mode: str) -> Models:
    match request.param:
        case "fake":
            return backends.in_memory()
        case "emulator":
            return backends.on_the_emulator(request.getfixturevalue("fleets"))
        case _ if record_mode == "none":
            return backends.replayed()
        case _:
            recorded: Models = request.getfixturevalue("recorded")
            return recorded


@pytest.fixture(params=CHATTING)
def client(models: Models, request: pytest.FixtureRequest) -> Iterator[ModelClient]:
    """A client of each hosting's chat model."""
    with models.open(request.param) as opened:
        yield opened


def test_an_answer_is_whole_under_its_models_name_and_counted(client: ModelClient) -> None:
    answer = client.chat(SEED)

    assert answer.answer
    assert (answer.model.startswith("DeepSeek"), answer.finish_reason) == (True, "stop")
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_thinking_is_set_apart_from_the_answer(models: Models) -> None:
    with models.open("r1") as client:
        answer = client.chat(SEED)

    assert answer.thinking
    assert "think>" not in answer.answer


def test_a_stream_is_its_answer_in_pieces(client: ModelClient) -> None:
    *pieces, end = client.stream(SEED)

    assert isinstance(end, StreamEnd)
    whole: ChatAnswer = end.answer
    assert "".join(one.text for one in pieces if isinstance(one, AnswerDelta)).strip() == whole.answer.strip()
    thought = "".join(one.text for one in pieces if isinstance(one, ThinkingDelta))
    assert thought.strip() == (whole.thinking or "").strip()
    assert (whole.finish_reason, whole.done) == ("stop", True)
    kinds = [type(one) for one in pieces]
    assert kinds == sorted(kinds, key=[ThinkingDelta, AnswerDelta].index)


def test_info_names_the_model_of_a_serverless_endpoint(models: Models) -> None:
    with models.open("r1") as client:
        info = client.info()

    assert (info.model_name.startswith("DeepSeek"), info.model_provider_name, info.source) == (
        True,
        "DeepSeek",
        "/info",
    )


def test_foundry_has_no_info(models: Models) -> None:
    with models.open("v32") as client, pytest.raises(NotVisibleYet):
        client.info()


def test_every_text_has_a_vector_of_the_same_length(models: Models) -> None:
    texts = ("a cat", "a kitten", "a tax return")
    with models.open("vec") as client:
        found = client.embed(EmbeddingsRequest(texts, dimensions=256))

    assert len(found.vectors) == len(texts)
    assert len({len(vector) for vector in found.vectors}) == 1
    assert found.usage is not None
    assert found.usage.completion_tokens == 0


@pytest.mark.parametrize("key", CHATTING)
@pytest.mark.parametrize("signing", [Signing.WRONG, Signing.NONE], ids=lambda one: one.value)
def test_who_is_not_known_is_refused(models: Models, key: str, signing: Signing) -> None:
    with models.open(key, signing=signing) as client, pytest.raises(Unauthorised):
        client.chat(SEED)


def test_what_is_not_deployed_is_not_there(models: Models) -> None:
    with models.open("gone") as client, pytest.raises(NotVisibleYet):
        client.chat(SEED)


def test_a_harmful_prompt_is_filtered(client: ModelClient) -> None:
    with pytest.raises(ContentFiltered):
        client.chat(asked(HARMFUL))
