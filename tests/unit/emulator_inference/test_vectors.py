from __future__ import annotations

import base64
import math
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azserve.emulator.inference.embeddings import vector

PATH = "/models/embeddings"


def embed(bench: Any, path: str = PATH, **body: Any) -> Any:
    return bench.reply(path, {"model": "vectors", "input": ["one two", "two one"], **body})


def near(left: list[float], right: list[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))


@settings(deadline=None)
@given(st.text(max_size=50), st.integers(1, 64))
def test_a_vector_has_its_length_and_length_one(text: str, dimensions: int) -> None:
    found = vector(text, dimensions)
    assert len(found) == dimensions
    assert math.isclose(near(found, found), 1.0)


def test_texts_that_share_words_are_nearer() -> None:
    one, like, other = (vector(text, 256) for text in ("red apples grow", "green apples grow", "taxes are due"))
    assert near(one, like) > near(one, other)


def test_the_answer_has_a_vector_per_text_in_order(bench: Any) -> None:
    body = embed(bench).body
    assert [entry["index"] for entry in body["data"]] == [0, 1]
    assert [len(entry["embedding"]) for entry in body["data"]] == [1536, 1536]
    assert body["usage"] == {"prompt_tokens": 4, "total_tokens": 4}


def test_base64_holds_the_same_numbers(bench: Any) -> None:
    packed = embed(bench, encoding_format="base64", dimensions=4).body["data"][0]["embedding"]
    plain = embed(bench, dimensions=4).body["data"][0]["embedding"]
    assert list(struct.unpack("<4f", base64.b64decode(packed))) == pytest.approx(plain)


def test_one_text_may_come_bare_on_the_openai_routes(bench: Any) -> None:
    assert len(embed(bench, "/openai/v1/embeddings", input="one").body["data"]) == 1


@pytest.mark.parametrize(("name", "value"), [("dimensions", 9999), ("dimensions", True), ("encoding_format", "int8")])
def test_what_the_model_cannot_do_is_422(bench: Any, name: str, value: Any) -> None:
    reply = embed(bench, **{name: value})
    assert (reply.status, reply.body["code"]) == (422, "parameter_not_supported")


@pytest.mark.parametrize("value", [None, [], [""], [7], {"a": 1}])
def test_input_must_be_texts(bench: Any, value: Any) -> None:
    assert embed(bench, input=value).status == 422


def test_extra_parameters_follow_the_same_rule(bench: Any) -> None:
    assert embed(bench, magic=1).body["detail"].startswith("Extra parameters ['magic']")
    assert embed(bench, "/openai/v1/embeddings", magic=1).status == 400


def test_a_model_named_by_the_scenario_has_the_scenarios_length(bench_with: Any) -> None:
    bench = bench_with(models={"embed-v-4-0": {"type": "embeddings", "dimensions": 8, "provider": "Cohere"}})
    assert len(embed(bench).body["data"][0]["embedding"]) == 8


def test_a_type_alone_makes_a_model_embed(bench_with: Any) -> None:
    bench = bench_with(models={"DeepSeek-V3.2": {"type": "embeddings"}})
    assert embed(bench, model="chat").status == 200
