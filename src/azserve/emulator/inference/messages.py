"""The messages of a chat request → turns. What is wrong with them is told by place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from azserve.emulator.inference.images import Image, NotAnImage, from_data_url
from azserve.emulator.inference.refusals import BadParameter, Fault, Place, not_modelled
from azserve.emulator.kernel.wire import Json

ROLES = ("system", "developer", "user", "assistant", "tool")


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asked for."""

    id: str
    name: str
    arguments: str
    """JSON as text."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message."""

    role: str
    text: str
    images: tuple[Image, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


def turns(value: Json) -> tuple[Turn, ...]:
    """Read the `messages` member; raise BadParameter."""
    place = Place(("messages",))
    if value is None:
        raise BadParameter(place, "Field required", fault=Fault.MISSING)
    if not isinstance(value, list) or not value:
        raise BadParameter(place, "messages must be a list of at least one message", value)
    found = tuple(_turn(place / index, message) for index, message in enumerate(value))
    _check_tool_turns(place, found)
    return found


def _turn(place: Place, message: Json) -> Turn:
    if not isinstance(message, dict):
        raise BadParameter(place, "a message must be an object", message)
    role = message.get("role")
    if role is None:
        raise BadParameter(place / "role", "Field required", fault=Fault.MISSING)
    if role not in ROLES:
        raise BadParameter(place / "role", f"role must be one of {', '.join(ROLES)}", role)
    calls = _tool_calls(place / "tool_calls", message.get("tool_calls")) if role == "assistant" else ()
    content = message.get("content")
    if content is None and not calls:
        raise BadParameter(place / "content", "Field required", fault=Fault.MISSING)
    text, images = _content(place / "content", content)
    if images and role != "user":
        raise BadParameter(place / "content", "only a user's message may hold images", role)
    call_id = message.get("tool_call_id")
    if role == "tool" and not isinstance(call_id, str):
        raise BadParameter(place / "tool_call_id", "Field required", fault=Fault.MISSING)
    return Turn(role, text, images, calls, call_id if role == "tool" else None)


def _content(place: Place, content: Json) -> tuple[str, tuple[Image, ...]]:
    if content is None:
        return "", ()
    if isinstance(content, str):
        return content, ()
    if not isinstance(content, list):
        raise BadParameter(place, "content must be a string or a list of content items", content)
    texts: list[str] = []
    images: list[Image] = []
    for index, item in enumerate(content):
        read = _item(place / index, item)
        if isinstance(read, str):
            texts.append(read)
        else:
            images.append(read)
    return "\n".join(texts), tuple(images)


def _item(place: Place, item: Json) -> str | Image:
    kind = item.get("type") if isinstance(item, dict) else None
    if kind == "text":
        if not isinstance(item.get("text"), str):
            raise BadParameter(place / "text", "text must be a string", item.get("text"))
        return str(item["text"])
    if kind == "image_url":
        return _image(place / "image_url", item.get("image_url"))
    if kind in ("input_audio", "audio_url"):
        raise not_modelled(f"content items of type `{kind}`")
    raise BadParameter(place / "type", "a content item must be of type text or image_url", kind)


def _image(place: Place, value: Json) -> Image:
    url = value.get("url") if isinstance(value, dict) else None
    if not isinstance(url, str):
        raise BadParameter(place / "url", "Field required", fault=Fault.MISSING)
    if url.lower().startswith(("http://", "https://")):
        raise not_modelled("images by address: send the picture as a data URL")
    try:
        return from_data_url(url)
    except NotAnImage as error:
        raise BadParameter(place / "url", f"Invalid image data: {error}", url[:40]) from None


def _tool_calls(place: Place, value: Json) -> tuple[ToolCall, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BadParameter(place, "tool_calls must be a list", value)
    return tuple(_tool_call(place / index, call) for index, call in enumerate(value))


def _tool_call(place: Place, call: Json) -> ToolCall:
    function = call.get("function") if isinstance(call, dict) else None
    named = function if isinstance(function, dict) else {}
    call_id, name, arguments = (
        call.get("id") if isinstance(call, dict) else None,
        named.get("name"),
        named.get("arguments"),
    )
    if not isinstance(call_id, str) or not isinstance(name, str) or not isinstance(arguments, str):
        raise BadParameter(place, "a tool call needs an id, and a function with name and arguments", call)
    return ToolCall(call_id, name, arguments)


def _check_tool_turns(place: Place, found: tuple[Turn, ...]) -> None:
    """Refuse a tool's result that no call asked for, and a call whose result is missing."""
    waiting: set[str] = set()
    for index, turn in enumerate(found):
        if turn.role == "tool":
            if turn.tool_call_id not in waiting:
                text = "messages with role 'tool' must be a response to a preceding message with 'tool_calls'"
                raise BadParameter(place / index / "role", text, turn.tool_call_id)
            waiting.discard(turn.tool_call_id)
        elif waiting:
            break
        else:
            waiting = {call.id for call in turn.tool_calls}
    if waiting:
        text = "an assistant message with 'tool_calls' must be followed by a tool message for each 'tool_call_id'"
        raise BadParameter(place, text, sorted(waiting))


def prompt_texts(found: tuple[Turn, ...]) -> Iterator[str]:
    """Yield the text of each message as the model reads it, arguments of its own calls included."""
    for turn in found:
        yield turn.text + "".join(call.name + call.arguments for call in turn.tool_calls)
