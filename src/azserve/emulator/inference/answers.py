"""Completions and vectors in the JSON form of each dialect."""

from __future__ import annotations

from dataclasses import dataclass

from azserve.emulator.inference.completion import Completion, apart
from azserve.emulator.inference.messages import ToolCall
from azserve.emulator.inference.mutants import Mutant, Mutants
from azserve.emulator.inference.routes import Dialect
from azserve.emulator.kernel.wire import Json


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is the same in every piece of one answer."""

    id: str
    created: int
    model: str
    """The model's name, not the deployment's."""
    dialect: Dialect
    mutants: Mutants

    def around(self, kind: str, choices: list[Json]) -> dict[str, Json]:
        """Return the outer object; `kind` is `chat.completion` or `chat.completion.chunk`."""
        model = "gpt-4o-mini" if Mutant.OTHER_MODEL in self.mutants else self.model
        return {"id": self.id, "object": kind, "created": self.created, "model": model, "choices": choices}

    def usage(self, completion: Completion) -> Json:
        """Return the `usage` member, None where a mutant lost it."""
        if Mutant.LOST_USAGE in self.mutants:
            return None
        total = completion.prompt_tokens + completion.completion_tokens
        return {
            "prompt_tokens": completion.prompt_tokens,
            "total_tokens": total + (7 if Mutant.WRONG_USAGE in self.mutants else 0),
            "completion_tokens": completion.completion_tokens,
        }

    def finish_reason(self, completion: Completion) -> str:
        """Return why the answer ended, or what a mutant claims."""
        return "length" if Mutant.WRONG_FINISH in self.mutants else completion.finish_reason


def chat_body(envelope: Envelope, completion: Completion) -> dict[str, Json]:
    """Return an unstreamed answer."""
    message: dict[str, Json] = {"role": "assistant"}
    content: str | None = completion.text
    if envelope.dialect is Dialect.OPENAI:
        thinking, content = apart(completion.text)
        if thinking is not None:
            message["reasoning_content"] = thinking
    calls = [tool_call(call) for call in completion.tool_calls]
    message["content"] = None if calls and not content else content
    message["tool_calls"] = calls or None
    choice = {
        "index": 0,
        "message": message,
        "finish_reason": envelope.finish_reason(completion),
        "logprobs": None,
    }
    body = envelope.around("chat.completion", [choice])
    usage = envelope.usage(completion)
    return body if usage is None else {**body, "usage": usage}


def tool_call(call: ToolCall) -> dict[str, Json]:
    """Return a tool call as an unstreamed answer holds it."""
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
