"""Chat passed on to an OpenAI-compatible server: another emulator, or one that breaks."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest
from tests.contract.emulator_arm.arm_client import ArmClient
from tests.unit.emulator_providers import bench

from azserve.emulator.inference.upstream import Upstream
from azserve.emulator.server import Emulator

HELLO = {"messages": [{"role": "user", "content": "Hello?"}], "max_tokens": 50}
ACCOUNT = f"/resourceGroups/rg/providers/{bench.ACCOUNT}/acc"


def completion(**message: Any) -> dict[str, Any]:
    """A chat completion as OpenAI-compatible servers send it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": "", **message}, "finish_reason": "stop"}
    return {"id": "x", "object": "chat.completion", "model": "llama", "choices": [choice]}


class Server:
    """Answers what it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer: Any = completion(content="From upstream.")
        self.status = 200
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.keys.append(self.headers.get("Authorization"))
                outer.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                body = outer.answer if isinstance(outer.answer, bytes) else json.dumps(outer.answer).encode()
                self.send_response(outer.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    thread = threading.Thread(target=found.server.serve_forever)
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


Ask = Callable[..., httpx2.Response]


@pytest.fixture
def ask(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Chat with deployments `v32` and `r1` of a Foundry resource whose emulator has an upstream server."""
    with Emulator(speed=200, upstream=Upstream(server.url, "llama", "sesame")) as emulator:
        for name, value in emulator.environment().items():
            monkeypatch.setenv(name, value)
        arm = ArmClient(emulator)
        arm.ask("PUT", "/resourceGroups/rg", {"location": "eastus2"})
        arm.finish("PUT", ACCOUNT, bench.account("acc"), version="2025-06-01")
        for name, model in (("v32", "DeepSeek-V3.2"), ("r1", "DeepSeek-R1")):
            arm.finish("PUT", f"{ACCOUNT}/deployments/{name}", bench.deployment(model), version="2025-06-01")
        key = arm.ask("POST", f"{ACCOUNT}/listKeys", version="2025-06-01").json()["key1"]
        arm.close()
        httpx2.put(f"{emulator.url}/_emulator/clock", json={"advance_s": 600})

        def post(route: str, **body: Any) -> httpx2.Response:
            url = f"{emulator.url}/_hosts/acc.services.ai.azure.com{route}"
            version = {} if "/v1/" in route else {"api-version": "2024-05-01-preview"}
            return httpx2.post(url, params=version, headers={"api-key": key}, json={**HELLO, **body})

        yield post


def test_the_answer_is_the_upstream_servers_in_our_form(ask: Ask, server: Server) -> None:
    body = ask("/models/chat/completions", model="v32").json()

    assert body["choices"][0]["message"]["content"] == "From upstream."
    assert body["model"] == "DeepSeek-V3.2"
    assert server.keys == ["Bearer sesame"]
    assert server.asked == [{**HELLO, "model": "llama"}]


@pytest.mark.parametrize(
    "message",
    [{"content": "<think>\nHm.\n</think>\n\nYes."}, {"content": "Yes.", "reasoning_content": "Hm."}],
    ids=["tags", "member"],
)
def test_thinking_goes_where_each_route_has_it(ask: Ask, server: Server, message: dict[str, str]) -> None:
    server.answer = completion(**message)

    inside = ask("/models/chat/completions", model="r1").json()["choices"][0]["message"]
    apart = ask("/openai/v1/chat/completions", model="r1").json()["choices"][0]["message"]
    none = ask("/models/chat/completions", model="v32").json()["choices"][0]["message"]

    assert inside["content"] == "<think>\nHm.\n</think>\n\nYes."
    assert (apart["reasoning_content"].strip(), apart["content"]) == ("Hm.", "Yes.")
    assert none["content"] == "Yes."


def test_a_tool_call_comes_back(ask: Ask, server: Server) -> None:
    function = {"name": "look", "arguments": "{}"}
    server.answer = completion(content=None, tool_calls=[{"id": "c1", "type": "function", "function": function}])
    tools = [{"type": "function", "function": {"name": "look"}}]

    choice = ask("/models/chat/completions", model="v32", tools=tools).json()["choices"][0]

    assert (choice["finish_reason"], choice["message"]["tool_calls"][0]["function"]) == ("tool_calls", function)


def test_a_stream_is_laid_out_in_pieces(ask: Ask, server: Server) -> None:
    answer = ask("/models/chat/completions", model="v32", stream=True)
    pieces = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]

    assert "".join(one["choices"][0]["delta"].get("content") or "" for one in pieces) == "From upstream."
    assert answer.text.endswith("data: [DONE]\n\n")


def test_an_answer_cut_by_its_limit_says_so(ask: Ask, server: Server) -> None:
    server.answer["choices"][0]["finish_reason"] = "length"

    assert ask("/models/chat/completions", model="v32").json()["choices"][0]["finish_reason"] == "length"


@pytest.mark.parametrize(
    ("status", "answer"), [(500, {"error": "no"}), (200, b"not json"), (200, {"choices": []}), (200, [])]
)
def test_a_server_that_fails_is_told(ask: Ask, server: Server, status: int, answer: Any) -> None:
    server.status, server.answer = status, answer

    refused = ask("/models/chat/completions", model="v32")

    assert (refused.status_code, refused.json()["error"]["code"]) == (424, "failed_dependency")
    assert "apim-request-id" in refused.headers


def test_a_server_that_is_not_there_is_told(ask: Ask, server: Server) -> None:
    server.server.server_close()

    assert ask("/models/chat/completions", model="v32").status_code == 424


def test_what_azure_refuses_is_not_passed_on(ask: Ask, server: Server) -> None:
    assert ask("/models/chat/completions", model="v32", temperature=7).status_code == 422
    assert server.asked == []


def test_its_key_is_not_shown() -> None:
    assert "sesame" not in repr(Upstream("http://127.0.0.1", "llama", "sesame"))
