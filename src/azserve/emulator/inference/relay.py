"""What an upstream server says, while it says it, as a route's server-sent events; only parts of tags are held back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from azserve.emulator.inference.answers import Envelope
from azserve.emulator.inference.completion import CLOSE, OPEN, Completion
from azserve.emulator.inference.mutants import Mutant
from azserve.emulator.inference.routes import Dialect
from azserve.emulator.inference.script.filter import ContentFilter
from azserve.emulator.inference.script.tokens import count
from azserve.emulator.inference.stream import Form, Shape
from azserve.emulator.kernel.wire import Json, encode

if TYPE_CHECKING:
    from azserve.emulator.inference.upstream import Piece


@dataclass(slots=True)
class Relay:
    """One answer under way."""

    envelope: Envelope
    form: Form
    filtering: ContentFilter | None
    spent_on_prompt: int
    spend: Callable[[int], None]
    """Told how many tokens were written, at the end."""
    _answer: str = ""
    _thinking: str = ""
    _called: str = ""
    _parts: _Parts = field(default_factory=lambda: _Parts())

    async def events(self, said: AsyncIterator[Piece]) -> AsyncIterator[tuple[float, bytes]]:
        """Yield the events; the filter ends the answer where it stops it."""
        shape = Shape.of(self.envelope, self.form)
        yield _event(shape.chunk({"role": "assistant", "content": ""}))
        reason = "stop"
        async for piece in said:
            reason = piece.finish_reason or reason
            deltas, is_stopped = self._deltas(piece)
            for delta in deltas:
                yield _event(shape.chunk(delta))
            if is_stopped:
                reason = "content_filter"
                break
        else:
            for delta in self._written(*self._parts.rest()):
                yield _event(shape.chunk(delta))
        self.spend(self._tokens)
        completion = Completion(self._answer, (), reason, self.spent_on_prompt, self._tokens)
        for chunk in shape.last(completion, self.form):
            yield _event(chunk)
        if Mutant.NO_DONE not in self.envelope.mutants:
            yield 0.0, b"data: [DONE]\n\n"

    @property
    def _tokens(self) -> int:
        return count(self._thinking) + count(self._answer) + count(self._called)

    def _deltas(self, piece: Piece) -> tuple[list[dict[str, Json]], bool]:
        """Return what a piece adds to the stream, and whether the filter stops the answer there."""
        thinking, answer = self._parts.of(piece.content)
        thinking = piece.thinking + thinking
        allowed = self.filtering.allowed(self._answer + answer) if self.filtering is not None else None
        if allowed is not None:
            answer = allowed[len(self._answer) :]
        deltas = self._written(thinking, answer)
        for call in piece.calls if allowed is None else ():
            self._called += str(call.get("function", {}).get("arguments") or "")
            deltas.append({"tool_calls": [call]})
        return deltas, allowed is not None

    def _written(self, thinking: str, answer: str) -> list[dict[str, Json]]:
        """Return the deltas of a bit of thinking and a bit of the answer, thinking where the route has it."""
        made: list[dict[str, Json]] = []
        if thinking and self.form.reasons:
            if self.envelope.dialect is Dialect.OPENAI:
                made.append({"reasoning_content": thinking})
            else:
                made.append({"content": thinking if self._thinking else f"{OPEN}\n{thinking.lstrip()}"})
            self._thinking += thinking
        if answer and not self._answer:
            answer = answer.lstrip("\n")
            if answer and self._thinking and self.envelope.dialect is not Dialect.OPENAI:
                made.append({"content": f"\n{CLOSE}\n\n"})
        if answer:
            made.append({"content": answer})
            self._answer += answer
        return made


@dataclass(slots=True)
class _Parts:
    """Tells thinking between tags from the answer, in a text that is cut anywhere."""

    _left: str = ""
    _is_thinking: bool | None = None
    """None until the first letters have shown whether it begins with the tag."""

    def of(self, text: str) -> tuple[str, str]:
        """Return what is known now to be thinking, and to be answer."""
        self._left += text
        if self._is_thinking is None:
            begun = self._left.lstrip()
            if len(begun) < len(OPEN) and OPEN.startswith(begun):
                return "", ""
            self._is_thinking = begun.startswith(OPEN)
            self._left = begun.removeprefix(OPEN).lstrip("\n") if self._is_thinking else self._left
        if not self._is_thinking:
            answer, self._left = self._left, ""
            return "", answer
        thinking, tag, answer = self._left.partition(CLOSE)
        if tag:
            self._is_thinking, self._left = False, ""
            return thinking.rstrip("\n"), answer
        kept = next((size for size in range(len(CLOSE) - 1, 0, -1) if thinking.endswith(CLOSE[:size])), 0)
        kept += len(thinking[: len(thinking) - kept]) - len(thinking[: len(thinking) - kept].rstrip("\n"))
        self._left = thinking[len(thinking) - kept :]
        return thinking[: len(thinking) - kept], ""

    def rest(self) -> tuple[str, str]:
        """Return what was held back when nothing more comes."""
        left, self._left = self._left, ""
        return (left, "") if self._is_thinking else ("", left)


def _event(chunk: dict[str, Json]) -> tuple[float, bytes]:
    return 0.0, b"data: " + encode(chunk) + b"\n\n"
