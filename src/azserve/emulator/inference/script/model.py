"""The scripted model itself: a wish in, an utterance out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from azserve.emulator.inference.messages import ToolCall, Turn
from azserve.emulator.inference.parameters import ChatWish
from azserve.emulator.inference.script import tools
from azserve.emulator.inference.script.schema import instance
from azserve.emulator.inference.script.talk import Said, talk
from azserve.emulator.kernel.wire import Json


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the model says, before limits cut it."""

    answer: str
    thinking: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()


def respond(wish: ChatWish, *, reasons: bool) -> Utterance:
    """Answer. Raises `schema.Impossible` for a schema that the script cannot obey."""
    found = _tool_call(wish) or _in_json(wish) or _plain(wish, reasons=reasons)
    return found if reasons else Utterance(found.answer, None, found.tool_calls)


def _last_asked(wish: ChatWish) -> Turn | None:
    return next((turn for turn in reversed(wish.turns) if turn.role == "user"), None)


def _short(text: str) -> str:
    """Return what rules look at: of a very long text, both ends, so that no expression works for minutes."""
    return text if len(text) <= 4000 else f"{text[:2000]}\n{text[-2000:]}"


def _tool_call(wish: ChatWish) -> Utterance | None:
    if wish.turns[-1].role == "tool":
        return None
    asked = _last_asked(wish)
    text = _short(asked.text) if asked else ""
    tool = tools.choose(wish.tools, wish.tool_choice, text)
    if tool is None:
        return None
    written = tools.arguments(tool, text)
    basis = f"{len(wish.turns)}/{tool.name}/{written}".encode("utf-8", "surrogatepass")
    number = hashlib.sha256(basis).hexdigest()[:24]
    call = ToolCall(f"call_{number}", tool.name, written)
    return Utterance("", f"I can look this up with {tool.name}.", (call,))


def _in_json(wish: ChatWish) -> Utterance | None:
    if not wish.json:
        return None
    said = _content(wish)
    if wish.schema is not None:
        value = instance(wish.schema, lambda name, schema: _hint(wish, said, name, schema))
    else:
        value = dict.fromkeys(_members_asked_for(wish), said.answer)
    return Utterance(json.dumps(value, ensure_ascii=False), said.thinking)


_ANSWERS = re.compile(r"answer|response|reply|text|result|message|content|summary|explanation", re.IGNORECASE)


def _hint(wish: ChatWish, said: Said, name: str, schema: Mapping[str, Json]) -> Json:
    options = schema.get("enum")
    if isinstance(options, list):
        talked = " ".join(turn.text for turn in wish.turns if turn.role == "user").lower()
        return next((one for one in options if str(one).lower() in talked), None)
    if schema.get("type") in ("integer", "number"):
        return said.number
    return said.answer if _ANSWERS.search(name) and "format" not in schema else None


def _members_asked_for(wish: ChatWish) -> list[str]:
    """Return the members of the `{ answer: response }` that the messages show; `answer` where they show none."""
    for turn in wish.turns:
        shown = re.search(r"\{([^{}]+)\}", turn.text)
        names = re.findall(r"[\"']?([\w-]+)[\"']?\s*:", shown[1][:500]) if shown else []
        if names:
            return list(dict.fromkeys(names))
    return ["answer"]


def _plain(wish: ChatWish, *, reasons: bool) -> Utterance:
    said = _content(wish)
    answer = said.reasoned if reasons and said.reasoned is not None else said.answer
    return Utterance(answer, said.thinking)


def _content(wish: ChatWish) -> Said:
    if wish.turns[-1].role == "tool":
        return Said(tools.weave(wish.turns), "The tools have answered; I only need to pass that on.")
    asked = _last_asked(wish)
    if asked is not None and asked.images:
        named = [image.colour for image in asked.images if image.colour]
        if named and re.search(r"\bcolou?r\b", asked.text, re.IGNORECASE):
            return Said(f"{', '.join(named).capitalize()}.", "I look at the colour of what I was shown.")
        pictures = [f"a {image}" for image in asked.images]
        shown = ", and ".join(pictures).replace("a an ", "an ")
        return Said(f"I was shown {shown}.", "I read the type and size of what I was shown.")
    return talk([replace(turn, text=_short(turn.text)) for turn in wish.turns])
