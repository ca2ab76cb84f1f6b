from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from azserve.emulator.identity import tokens
from azserve.emulator.identity.clients import Client

BODY = {"model": "chat", "messages": [{"role": "user", "content": "hi"}]}
FOUNDRY = "https://cognitiveservices.azure.com"


def a_token(bench: Any, audience: str, lifetime_s: float = 3600) -> str:
    client = Client(client_id="c", object_id="o", name="tester", secret="s")
    return "Bearer " + tokens.issue(bench.world, audience=audience, client=client, lifetime_s=lifetime_s)


def serverless(bench: Any, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return bench.reply("/chat/completions", {"messages": BODY["messages"]}, headers=named)


def foundry(bench: Any, path: str = "/models/chat/completions", **headers: str) -> Any:
    return bench.reply(path, BODY, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_a_serverless_host_takes_its_key_as_bearer(bench: Any) -> None:
    assert serverless(bench, authorization=f"Bearer {bench.serverless.keys[0]}").status == 200


@pytest.mark.parametrize("how", ["api_key", "nothing", "basic"])
def test_a_serverless_host_wants_the_authorization_header(bench: Any, how: str) -> None:
    key = bench.serverless.keys[0]
    headers = {"api_key": {"api_key": key}, "nothing": {}, "basic": {"authorization": f"Basic {key}"}}[how]
    reply = serverless(bench, **headers)
    assert reply.status == 400
    assert reply.body == {"status": "Auth token must be passed as a header called Authorization"}


@pytest.mark.parametrize("value", ["wrong", "a.b.c", "ключ"])
def test_a_serverless_host_refuses_another_key(bench: Any, value: str) -> None:
    assert serverless(bench, authorization=f"Bearer {value}").status == 401


def test_a_serverless_host_takes_no_token_where_entra_is_off(bench: Any) -> None:
    assert serverless(bench, authorization=a_token(bench, "https://ml.azure.com")).status == 401


def test_a_serverless_host_takes_a_token_where_entra_is_on(bench: Any) -> None:
    bench.serverless = replace(bench.serverless, audiences=("https://ml.azure.com",), keys=())
    assert serverless(bench, authorization=a_token(bench, "https://ml.azure.com")).status == 200


def test_a_foundry_host_takes_its_key_as_api_key(bench: Any) -> None:
    assert foundry(bench, api_key=bench.foundry.keys[0]).status == 200


def test_a_foundry_host_refuses_another_key_with_the_gateways_words(bench: Any) -> None:
    reply = foundry(bench, api_key="wrong")
    assert (reply.status, reply.body["error"]["code"]) == (401, "401")
    assert reply.body["error"]["message"].startswith("Access denied due to invalid subscription key")


def test_a_foundry_host_looks_at_the_api_key_first(bench: Any) -> None:
    key = bench.foundry.keys[0]
    assert foundry(bench, api_key=key, authorization="Bearer nonsense").status == 200


def test_a_key_as_bearer_is_taken_under_openai_v1_only(bench: Any) -> None:
    header = f"Bearer {bench.foundry.keys[0]}"
    assert foundry(bench, "/openai/v1/chat/completions", authorization=header).status == 200
    assert foundry(bench, authorization=header).status == 401


def test_a_foundry_host_takes_a_token_for_its_audience(bench: Any) -> None:
    assert foundry(bench, authorization=a_token(bench, FOUNDRY)).status == 200


def test_a_token_for_another_audience_gets_the_services_words(bench: Any) -> None:
    reply = foundry(bench, authorization=a_token(bench, "https://management.azure.com"))
    assert reply.status == 401
    assert reply.body["error"]["message"] == (
        "Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com or "
        "https://ai.azure.com), or have expired."
    )


def test_a_token_that_expired_is_refused(bench: Any) -> None:
    header = a_token(bench, FOUNDRY, lifetime_s=60)
    bench.clock.advance(61)
    assert foundry(bench, authorization=header).status == 401


def test_no_sign_in_at_all_is_401(bench: Any) -> None:
    assert foundry(bench).status == 401
    bench.foundry = replace(bench.foundry, audiences=())
    assert "subscription key" in foundry(bench).body["error"]["message"]


def test_a_key_where_keys_are_off_is_403(bench: Any) -> None:
    key = bench.foundry.keys[0]
    bench.foundry = replace(bench.foundry, keys=())
    reply = foundry(bench, api_key=key)
    assert (reply.status, reply.body["error"]["code"]) == (403, "AuthenticationTypeDisabled")


@pytest.mark.parametrize("key", ["right", "wrong"])
def test_a_host_that_lets_nobody_in_from_outside_says_so_before_it_looks_at_a_key(bench: Any, key: str) -> None:
    bench.foundry = replace(bench.foundry, public=False)
    reply = foundry(bench, api_key=bench.foundry.keys[0] if key == "right" else key)
    assert (reply.status, reply.body["error"]["message"].startswith("Public access is disabled")) == (403, True)


def test_a_host_that_lets_nobody_in_from_outside_answers_inside(bench_with: Any) -> None:
    bench = bench_with(inference={"from": "private"})
    bench.foundry = replace(bench.foundry, public=False)
    assert foundry(bench, api_key=bench.foundry.keys[0]).status == 200
