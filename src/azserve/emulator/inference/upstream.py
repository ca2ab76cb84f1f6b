"""A real model behind the local Azure: `--upstream URL` passes chat on to any OpenAI-compatible server.

What Azure would refuse is refused before anything is passed on, and what comes back is laid out like any other answer:
per dialect, with the model's name, in pieces where the client streams. The upstream server is asked for the whole
answer at once, so a streamed answer begins when the last word is known; mutants do not apply.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import httpx2

from azserve.emulator.inference.messages import ToolCall
from azserve.emulator.inference.refusals import Refused, plain
from azserve.emulator.inference.script.model import Utterance
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json

inferred(
    "inference.upstream.failed",
    "an upstream server that fails or cannot be reached is 424 with code `failed_dependency`",
    because="424 is the documented status for a model that fails behind the endpoint; no body was found",
)
PASSED_ON = (
    "messages", "max_tokens", "temperature", "top_p", "stop", "seed", "presence_penalty", "frequency_penalty",
    "response_format", "tools", "tool_choice",
)  # fmt: skip
"""Members of a request that every OpenAI-compatible server takes."""
_SLOWEST_S = 29 * 60.0
"""What clients are told to wait for a reasoning model (documentation 2026-02-20)."""
_CONNECT_S = 5.0


@dataclass(frozen=True, slots=True)
class Upstream:
    """An OpenAI-compatible server."""

    url: str
    """What `/chat/completions` is added to: `http://127.0.0.1:11434/v1`."""
    model: str | None = None
    """The name it knows the model by; None passes on the name that Azure has."""
    key: str | None = None

    def __repr__(self) -> str:
        return f"Upstream({self.url!r})"

    async def ask(self, body: Mapping[str, Json], model: str) -> Heard:
        """Return what the server says to a chat request; Refused where it does not."""
        asked = {name: body[name] for name in PASSED_ON if body.get(name) is not None}
        if "max_completion_tokens" in body:
            asked.setdefault("max_tokens", body["max_completion_tokens"])
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        timeout = httpx2.Timeout(_SLOWEST_S, connect=_CONNECT_S)
        try:
            async with httpx2.AsyncClient(timeout=timeout, headers=headers) as client:
                answer = await client.post(
                    f"{self.url.rstrip('/')}/chat/completions", json={**asked, "model": self.model or model}
                )
            if answer.status_code != 200:
                raise _failed(f"it answered {answer.status_code}: {answer.text[:300]}")
            return _heard(answer.json())
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _failed(str(error) or type(error).__name__) from error
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise _failed("what it answered is no chat completion") from error


@dataclass(frozen=True, slots=True)
class Heard:
    """What an upstream server said."""

    said: Utterance
    is_cut: bool
    """It stopped at the limit of tokens."""

    def thinking_kept(self, *, reasons: bool) -> Heard:
        """Return it without thinking where the model that it stands for does not reason."""
        return self if reasons else replace(self, said=replace(self.said, thinking=None))


def _heard(body: Json) -> Heard:
    choice = body["choices"][0]
    message = choice["message"]
    text = message.get("content") or ""
    thinking = message.get("reasoning_content") or message.get("reasoning")
    start, tag, rest = text.partition("</think>")
    if tag and start.lstrip().startswith("<think>"):
        thinking, text = start.lstrip().removeprefix("<think>"), rest
    calls = tuple(
        ToolCall(str(call["id"]), call["function"]["name"], call["function"]["arguments"])
        for call in message.get("tool_calls") or ()
    )
    said = Utterance(text.lstrip("\n"), thinking.strip() if thinking else None, calls)
    return Heard(said, is_cut=choice.get("finish_reason") == "length")


def _failed(why: str) -> Refused:
    return plain(424, "failed_dependency", f"The upstream server of the emulator did not answer: {why}.")
