"""Whom `azserve chat` talks to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.inference.endpoints import foundry, serverless

from azserve.catalogue import load_catalogue
from azserve.errors import UsageError
from azserve.model.endpoint import Endpoint
from azserve.model.names import EndpointKey, ModelName
from azserve.verbs.chat import chosen
from azserve.verbs.standing import Selection, selection

R1 = serverless()
R1_WEST = serverless(region="westus3")
V32 = foundry()
VECTORS = foundry("vec", model="text-embedding-3-large")


def choice(*endpoints: Endpoint, of: Selection | None = None) -> Endpoint:
    return chosen(endpoints, load_catalogue(), of)


def test_the_only_one_is_chosen() -> None:
    assert choice(R1) is R1


def test_of_several_regions_the_first_is_chosen() -> None:
    assert choice(R1, R1_WEST) is R1


def test_a_model_that_makes_vectors_is_nobody_to_talk_to() -> None:
    assert choice(VECTORS, R1) is R1


def test_one_that_was_named_is_chosen_whatever_it_does() -> None:
    assert choice(VECTORS, of=selection((), ("vec",))) is VECTORS
    assert choice(VECTORS) is VECTORS


def test_a_model_nobody_wrote_about_may_be_talked_to() -> None:
    unheard = replace(R1, key=EndpointKey("new"), model=ModelName("unheard-of"))

    assert choice(unheard) is unheard


def test_several_are_a_question_that_lists_them() -> None:
    with pytest.raises(UsageError) as caught:
        choice(R1, V32, R1_WEST, VECTORS)

    assert caught.value.code == "endpoint-ambiguous"
    assert caught.value.message == (
        "there are 2 endpoints to talk to: `r1` (DeepSeek-R1 in eastus2, westus3), `v32` (DeepSeek-V3.2 in eastus2)"
    )
    assert caught.value.hint == "name one, for example `azserve chat --endpoint r1`"
