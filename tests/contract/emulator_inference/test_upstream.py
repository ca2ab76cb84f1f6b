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
        self.said: list[dict[str, Any] | threading.Event] | None = None
        """What it streams: deltas, and what it waits for between them; None where it does not stream."""
        self.ends = True
        self.status = 200
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.keys.append(self.headers.get("Authorization"))
                outer.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                if outer.said is not None and outer.asked[-1].get("stream"):
                    self._stream(outer.said)
                    return
                body = outer.answer if isinstance(outer.answer, bytes) else json.dumps(outer.answer).encode()
                self.send_response(outer.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def _stream(self, said: list[dict[str, Any] | threading.Event]) -> None:
                self.send_response(outer.status)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                for one in said:
                    if isinstance(one, threading.Event):
                        one.wait(10)
                        continue
                    choice = {"index": 0, "delta": one, "finish_reason": one.pop("reason", None)}
                    self.wfile.write(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n")
                    self.wfile.flush()
                self.wfile.write(b"data: [DONE]\n\n" if outer.ends else b"data: nonsense\n\n")

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


def deltas(answer: httpx2.Response) -> list[dict[str, Any]]:
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
    return [choice["delta"] for event in events for choice in event["choices"]]


def joined(answer: httpx2.Response, member: str = "content") -> str:
    return "".join(delta.get(member) or "" for delta in deltas(answer))


TAGS = ["<thi", "nk>\n", "Hm", ". </", "b> so\n", "</thin", "k>\n\nY", "es."]


def test_each_piece_goes_on_as_it_comes(ask: Ask, server: Server) -> None:
    server.said = [{"content": one} for one in ("One", " two", " three")]

    answer = ask("/models/chat/completions", model="v32", stream=True)

    assert [one["content"] for one in deltas(answer) if one.get("content")] == ["One", " two", " three"]
    assert server.asked[0]["stream"] is True


@pytest.mark.parametrize(
    "said",
    [[{"content": one} for one in TAGS], [{"reasoning_content": "Hm. </b> so"}, {"content": "Yes."}]],
    ids=["tags", "member"],
)
def test_streamed_thinking_goes_where_each_route_has_it(ask: Ask, server: Server, said: Any) -> None:
    server.said = said

    inside = ask("/models/chat/completions", model="r1", stream=True)
    apart = ask("/openai/v1/chat/completions", model="r1", stream=True)
    none = ask("/models/chat/completions", model="v32", stream=True)

    assert joined(inside) == "<think>\nHm. </b> so\n</think>\n\nYes."
    assert (joined(apart, "reasoning_content"), joined(apart)) == ("Hm. </b> so", "Yes.")
    assert joined(none) == "Yes."


@pytest.mark.parametrize("text", ["<thinking aloud> is no tag", "<thi", "a </think> b"])
def test_what_only_looks_like_a_tag_is_answer(ask: Ask, server: Server, text: str) -> None:
    server.said = [{"content": letter} for letter in text]

    assert joined(ask("/models/chat/completions", model="r1", stream=True)) == text


def test_a_streamed_answer_ends_with_its_reason_and_what_it_cost(ask: Ask, server: Server) -> None:
    server.said = [{"content": "From"}, {"content": " upstream.", "reason": "length"}]

    answer = ask("/models/chat/completions", model="v32", stream=True)
    last = json.loads(answer.text.splitlines()[-4][6:])

    assert (last["choices"][0]["finish_reason"], last["usage"]["completion_tokens"]) == ("length", 4)
    assert answer.text.endswith("data: [DONE]\n\n")


def test_a_streamed_tool_call_comes_back_in_its_pieces(ask: Ask, server: Server) -> None:
    first = {"index": 0, "id": "c1", "type": "function", "function": {"name": "look", "arguments": ""}}
    server.said = [{"tool_calls": [first]}, {"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]},
                   {"content": None, "reason": "tool_calls"}]  # fmt: skip
    tools = [{"type": "function", "function": {"name": "look"}}]

    answer = ask("/models/chat/completions", model="v32", tools=tools, stream=True)
    calls = [one["tool_calls"][0] for one in deltas(answer) if one.get("tool_calls")]

    assert (calls[0]["function"]["name"], calls[1]["function"]["arguments"]) == ("look", "{}")


def test_the_filter_ends_a_streamed_answer_where_it_stops_it(ask: Ask, server: Server) -> None:
    server.said = [{"content": one} for one in ("Well, ", "[filter this ", "answer] and more")]

    answer = ask("/models/chat/completions", model="v32", stream=True)

    assert "and more" not in joined(answer)
    assert '"finish_reason":"content_filter"' in answer.text


def test_a_server_that_breaks_off_in_the_middle_leaves_a_stream_without_its_end(ask: Ask, server: Server) -> None:
    server.said, server.ends = [{"content": "Half"}], False

    answer = ask("/models/chat/completions", model="v32", stream=True)

    assert (joined(answer), "[DONE]" in answer.text) == ("Half", False)


@pytest.mark.parametrize(("status", "said"), [(500, []), (404, [])])
def test_a_server_that_does_not_begin_to_stream_is_told(ask: Ask, server: Server, status: int, said: Any) -> None:
    server.status, server.said = status, said

    assert ask("/models/chat/completions", model="v32", stream=True).status_code == 424


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
