from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from azserve.emulator.inference.app import serve
from azserve.emulator.kernel.wire import Call, Reply

HI = [{"role": "user", "content": "hi"}]
NOT_FOUND = {"error": {"code": "404", "message": "Resource not found"}}


@pytest.mark.parametrize(
    "path",
    [
        "/chat/completions",
        "/v1/chat/completions",
        "//chat/completions/",
        "/models/chat/completions",
        "/models/chat/completions?api-version=2025-04-01",
        "/Models/Chat/Completions",
        "/openai/v1/chat/completions",
        "/openai/deployments/CHAT/chat/completions?api-version=2024-10-21",
    ],
)
def test_chat_is_served_at(bench: Any, path: str) -> None:
    hosting = "serverless" if "chat" in path.lower()[:9] or path.startswith("/v1") else "foundry"
    assert bench.reply(path, {"model": "chat", "messages": HI}, hosting=hosting).status == 200


@pytest.mark.parametrize("path", ["/chat", "/models/info", "/models", "/openai/chat/completions", "/openai/v2/models"])
def test_a_path_that_leads_nowhere_is_404_as_the_service_says_it(bench: Any, path: str) -> None:
    reply = bench.reply(path, {}, hosting="foundry")
    assert (reply.status, reply.body) == (404, NOT_FOUND)


def test_info_is_not_on_a_foundry_host(bench: Any) -> None:
    assert bench.reply("/info", hosting="foundry").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/openai/v1/responses",
        "/openai/v1/images/generations",
        "/openai/v1/audio/speech",
        "/openai/deployments/chat/images/generations",
        "/models/images/embeddings",
        "/openai/files",
    ],
)
def test_what_azure_has_and_the_emulator_lacks_is_501(bench: Any, path: str) -> None:
    reply = bench.reply(path, {})
    assert (reply.status, reply.body["error"]["code"]) == (501, "NotModelledByEmulator")


def test_completions_of_a_serverless_host_are_501(bench: Any) -> None:
    assert bench.reply("/v1/completions", {}).status == 501


def test_an_unknown_path_under_a_deployment_is_404(bench: Any) -> None:
    assert bench.reply("/openai/deployments/chat/nonsense", {}).status == 404


def test_another_method_is_405(bench: Any) -> None:
    reply = bench.reply("/chat/completions", method="GET")
    assert (reply.status, reply.headers["Allow"]) == (405, "POST")


def test_models_needs_an_api_version(bench: Any) -> None:
    reply = bench.reply("/models/chat/completions?x=1", {"model": "chat", "messages": HI})
    assert (reply.status, reply.body["error"]["code"]) == (400, "BadRequest")


@pytest.mark.parametrize("version", ["2023-01-01", "yesterday"])
def test_models_refuses_an_api_version_that_never_was(bench: Any, version: str) -> None:
    reply = bench.reply(f"/models/chat/completions?api-version={version}", {"model": "chat", "messages": HI})
    assert reply.body["error"]["message"] == "API version not supported"


def test_a_deployment_route_without_api_version_is_not_found(bench: Any) -> None:
    path = "/openai/deployments/chat/chat/completions?x=1"
    assert bench.reply(path, {"messages": HI}).body == NOT_FOUND


def test_a_host_behind_which_nothing_stands_is_404(bench: Any) -> None:
    reply = serve(bench.world, None, Call("GET", "/", {}, {}, None, "http://x"), "/info")
    assert isinstance(reply, Reply)
    assert (reply.status, reply.body) == (404, NOT_FOUND)


def test_an_unknown_model_is_named_on_models(bench: Any) -> None:
    reply = bench.chat("hi", model="DeepSeek-V4-Flash")
    assert reply.status == 404
    text = "Unknown model: DeepSeek-V4-Flash"
    assert reply.body == {"error": {"code": "unknown_model", "message": text, "details": text}}


def test_an_unknown_deployment_is_deployment_not_found(bench: Any) -> None:
    reply = bench.chat("hi", path="/openai/v1/chat/completions", model="nobody")
    assert (reply.status, reply.body["error"]["code"]) == (404, "DeploymentNotFound")
    assert reply.headers["x-ms-error-code"] == "DeploymentNotFound"


def test_a_request_that_names_no_model_is_400(bench: Any) -> None:
    reply = bench.reply("/models/chat/completions", {"messages": HI})
    assert (reply.status, reply.body["error"]["code"]) == (400, "no_model_name")
    assert bench.reply("/openai/v1/chat/completions", {"messages": HI}).status == 400


def test_a_header_may_name_the_model(bench: Any) -> None:
    headers = {"api-key": bench.foundry.keys[0], "x-ms-model-mesh-model-name": "chat"}
    assert bench.reply("/models/chat/completions", {"messages": HI}, headers=headers).status == 200


def test_a_fresh_deployment_answers_404_until_it_is_ready(bench: Any) -> None:
    ready_at = bench.clock.now() + 30
    models = {"chat": replace(bench.foundry.models["chat"], ready_at=ready_at)}
    bench.foundry = replace(bench.foundry, models=models)
    assert bench.chat("hi").status == 404
    bench.clock.advance(31)
    assert bench.chat("hi").status == 200


def test_a_serverless_endpoint_that_is_not_usable_is_404(bench: Any) -> None:
    bench.serverless = replace(bench.serverless, usable=False)
    assert bench.reply("/info").body == NOT_FOUND


def test_the_models_that_answer_are_listed(bench: Any) -> None:
    listed = bench.reply("/openai/v1/models").body["data"]
    assert [entry["id"] for entry in listed] == ["r1", "chat", "eyes", "vectors"]


def test_chat_with_an_embedding_model_is_refused_and_the_other_way_round(bench: Any) -> None:
    assert bench.chat("hi", model="vectors").body["error"]["code"] == "OperationNotSupported"
    reply = bench.reply("/models/embeddings", {"model": "chat", "input": ["a"]})
    assert reply.body["error"]["code"] == "OperationNotSupported"


def test_an_answer_carries_request_id_and_region(bench: Any) -> None:
    headers = {"authorization": f"Bearer {bench.serverless.keys[0]}", "x-ms-client-request-id": "mine"}
    found = bench.reply("/info", headers=headers).headers
    assert (found["x-request-id"], found["x-ms-region"]) == ("mine", "eastus2")
