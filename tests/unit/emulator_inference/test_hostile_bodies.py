"""Whatever is sent, an answer comes back."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.emulator_inference.conftest import pieces_of

from azserve.emulator.kernel.wire import StreamReply

MEMBERS = ["messages", "model", "max_tokens", "stop", "seed", "stream", "stream_options", "response_format", "tools"]
MEMBERS += ["tool_choice", "temperature", "n", "input", "dimensions", "encoding_format", "role", "content", "type"]
MEMBERS += [
    "function",
    "name",
    "parameters",
    "tool_calls",
    "tool_call_id",
    "json_schema",
    "schema",
    "text",
    "image_url",
]
WORDS = [
    "user",
    "assistant",
    "tool",
    "function",
    "json_schema",
    "text",
    "image_url",
    "chat",
    "hi",
    "data:image/png;base64,",
]
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 50), st.floats(), st.sampled_from(WORDS), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4)),
    max_leaves=12,
)
GOOD = {"model": "chat", "messages": [{"role": "user", "content": "hi"}]}
PATHS = ["/chat/completions", "/models/chat/completions", "/openai/v1/chat/completions", "/models/embeddings"]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(PATHS), st.dictionaries(st.sampled_from(MEMBERS), values, max_size=4), st.booleans())
def test_any_body_gets_an_answer(bench: Any, path: str, body: dict[str, Any], mended: bool) -> None:
    bench.clock.advance(3600)
    reply = bench.send(path, {**GOOD, **body} if mended else body)
    assert reply.status in (200, 400, 404, 422, 429, 501)
    if isinstance(reply, StreamReply):
        assert pieces_of(reply)
