"""Calling tools: which one, with what, and what to say about its result."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from azserve.emulator.inference.messages import Turn
from azserve.emulator.inference.parameters import Tool
from azserve.emulator.inference.script.arithmetic import find_sum
from azserve.emulator.inference.script.schema import instance
from azserve.emulator.kernel.wire import Json

_FILLER = frozenset(
    {"about", "after", "also", "and", "are", "between", "for", "from", "get", "give", "has", "have", "how", "includes"}
    | {"into", "name", "next", "return", "returns", "tell", "that", "the", "this", "time", "two", "what", "when"}
    | {"where", "which", "with", "will", "you", "your", "user", "use", "value", "please", "information", "info"}
)


def choose(tools: Sequence[Tool], choice: str, text: str) -> Tool | None:
    """Return the tool to call for what a user said; None where none is wanted or none fits.

    `auto` picks the tool whose name, description and members share most words with the text, and none if none does.
    """
    if choice == "none" or not tools:
        return None
    if choice.startswith(":"):
        return next((tool for tool in tools if tool.name == choice[1:]), None)
    said = _words(text)
    scores = [len(said & _words(" ".join(_told(tool)))) for tool in tools]
    best = max(range(len(tools)), key=lambda index: scores[index])
    return tools[best] if scores[best] or choice == "required" else None


def _told(tool: Tool) -> list[str]:
    members = tool.parameters.get("properties")
    return [tool.name, tool.description, *(members if isinstance(members, dict) else {})]


def _words(text: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", text)
    found = (word.lower() for word in re.findall(r"[^\W\d_]{3,}", spaced))
    return {word.removesuffix("s") for word in found if word not in _FILLER}


def arguments(tool: Tool, text: str) -> str:
    """Return the arguments as JSON text: out of what the user said, else by type. Raises `schema.Impossible`."""
    if not tool.parameters:
        return "{}"
    reader = _Reader(text)
    found = instance(tool.parameters, reader.hint)
    required = tool.parameters.get("required", [])
    if isinstance(found, dict) and isinstance(required, list):
        found = {name: value for name, value in found.items() if name in required or name in reader.found}
    return json.dumps(found, ensure_ascii=False)


_CAPITALISED = r"((?:[A-Z][\w.'-]*|[A-Z]{2,})(?:,? (?:de |of |la )?[A-Z][\w.'-]*)*)"
_ORIGIN = re.compile(r"origin|from|source|depart|start", re.IGNORECASE)
_DESTINATION = re.compile(r"dest|arriv|target|^to$|to_|_to$|end", re.IGNORECASE)
_PLACE = re.compile(r"city|place|location|where|country|town|airport|region", re.IGNORECASE)
_WHOLE = re.compile(r"query|question|text|prompt|message|input|search", re.IGNORECASE)
_FORMULA = re.compile(r"expression|formula|calculation|equation", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class _Reader:
    """Finds values for members in a text, and remembers which it found."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._numbers = re.findall(r"-?\d+(?:\.\d+)?", _DAY.sub(" ", text))
        self.found: set[str] = set()

    def hint(self, name: str, schema: Mapping[str, Json]) -> Json:
        value = self._value(name, schema)
        if value is not None:
            self.found.add(name)
        return value

    def _value(self, name: str, schema: Mapping[str, Json]) -> Json:
        options = schema.get("enum")
        if isinstance(options, list):
            return next((one for one in options if str(one).lower() in self._text.lower()), None)
        if schema.get("type") in ("integer", "number"):
            return float(self._numbers.pop(0)) if self._numbers else None
        day = _DAY.search(self._text)
        if day and (schema.get("format") == "date" or "date" in name.lower()):
            return day[0]
        return self._named(name) or self._written(name)

    def _named(self, name: str) -> str | None:
        """A place or a thing that the text names with a capital letter."""
        for pattern, before in ((_ORIGIN, "from"), (_DESTINATION, "to"), (_PLACE, "in|for|at|of|to|near")):
            if not pattern.search(name):
                continue
            found = re.search(rf"\b(?:{before}) {_CAPITALISED}", self._text)
            if found:
                return found[1].rstrip(".,")
        if _PLACE.search(name):
            later = re.search(rf"(?<=\s){_CAPITALISED}", self._text)
            return later[1].rstrip(".,") if later else None
        return None

    def _written(self, name: str) -> str | None:
        if _FORMULA.search(name):
            found = find_sum(self._text)
            return found[0] if found else None
        quoted = re.search(r"[\"“]([^\"”]+)[\"”]", self._text)
        if quoted:
            return quoted[1]
        return self._text.strip() if _WHOLE.search(name) and self._text.strip() else None


def weave(turns: Sequence[Turn]) -> str:
    """Return an answer made of the tools' results at the end of a conversation."""
    names = {call.id: call.name for turn in turns for call in turn.tool_calls}
    last: list[str] = []
    for turn in reversed(turns):
        if turn.role != "tool":
            break
        last.insert(0, f"According to `{names.get(turn.tool_call_id or '', 'the tool')}`: {_spoken(turn.text)}")
    return "\n".join(last)


def _spoken(result: str) -> str:
    try:
        return _said(json.loads(result), 0)
    except (ValueError, RecursionError):
        return result.strip()


def _said(value: Json, depth: int) -> str:
    """Put a value in words, a few levels deep."""
    if isinstance(value, str):
        return value
    if depth < 4 and isinstance(value, dict):
        if len(value) == 1:
            return _said(next(iter(value.values())), depth + 1)
        return "; ".join(f"{name} is {_said(one, depth + 1)}" for name, one in value.items())
    if depth < 4 and isinstance(value, list):
        return ", ".join(_said(one, depth + 1) for one in value)
    return json.dumps(value, ensure_ascii=False)
