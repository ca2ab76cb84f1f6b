"""A chat request's body → ChatWish: types, ranges, extra parameters, and what the model cannot do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from azserve.emulator.inference import refusals
from azserve.emulator.inference.messages import Turn, turns
from azserve.emulator.inference.refusals import BadParameter, Fault, Place
from azserve.emulator.inference.routes import Dialect
from azserve.emulator.inference.traits import Traits
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json

inferred(
    "inference.parameters.temperature",
    "temperature runs from 0 to 1 on serverless hosts and /models, to 2 on the OpenAI routes.",
    because="the specification of the first says 1; the OpenAI API says 2",
)
inferred(
    "inference.parameters.n",
    "`n` above 1 is refused as not supported where it is allowed at all.",
    because="no DeepSeek host is known to make several choices",
)

_INFERENCE = frozenset(
    [
        "messages",
        "frequency_penalty",
        "stream",
        "presence_penalty",
        "temperature",
        "top_p",
        "max_tokens",
        "response_format",
        "stop",
        "tools",
        "tool_choice",
        "seed",
        "model",
    ]
)
_OPENAI = _INFERENCE | frozenset(
    [
        "n",
        "stream_options",
        "max_completion_tokens",
        "logprobs",
        "top_logprobs",
        "logit_bias",
        "user",
        "parallel_tool_calls",
        "reasoning_effort",
        "metadata",
        "store",
        "service_tier",
        "prediction",
        "modalities",
        "audio",
        "safety_identifier",
        "prompt_cache_key",
        "verbosity",
        "data_sources",
        "prompt_cache_retention",
    ]
)


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the model may call."""

    name: str
    description: str
    parameters: dict[str, Json]
    """A JSON schema of an object; empty for a function without parameters."""


@dataclass(frozen=True, slots=True)
class ChatWish:
    """A chat request that is well-formed and within what the model can do."""

    turns: tuple[Turn, ...]
    model: str | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int = 0
    stream: bool = False
    include_usage: bool = False
    """`stream_options.include_usage`."""
    json: bool = False
    schema: dict[str, Json] | None = None
    """What the answer has to obey, under `response_format: json_schema`."""
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    """`auto`, `none`, `required`, or the name of a tool after a colon: `:get_flight_info`."""


def body_of(dialect: Dialect, body: Json, headers: Mapping[str, str]) -> dict[str, Json]:
    """Return the request's object after the rule on parameters outside the API; raise Refused or BadParameter."""
    if not isinstance(body, dict):
        raise BadParameter(Place(()), "the body must be a JSON object", body)
    if dialect is Dialect.OPENAI:
        extra = [name for name in body if name not in _OPENAI]
        if extra:
            raise refusals.openai_refusal(f"Unrecognized request argument supplied: {', '.join(extra)}")
        return body
    return without_extra(body, headers, _INFERENCE)


def without_extra(body: dict[str, Json], headers: Mapping[str, str], known: frozenset[str]) -> dict[str, Json]:
    """Apply the `extra-parameters` header to what is not `known`."""
    option = headers.get("extra-parameters", "error").strip().lower()
    if option not in ("error", "drop", "pass-through"):
        raise refusals.extra_parameters_option(option)
    extra = [name for name in body if name not in known]
    if extra and option == "error":
        raise refusals.extra_parameters(extra)
    return {name: value for name, value in body.items() if name in known} if option == "drop" else body


def read_chat(dialect: Dialect, body: dict[str, Json], traits: Traits) -> ChatWish:
    """Read a chat request; raise BadParameter at the first thing that is wrong."""
    found = turns(body.get("messages"))
    if not traits.images and any(turn.images for turn in found):
        raise BadParameter(Place(("messages",)), "This model does not support image input", "image_url", _CANNOT)
    _check_sampling(dialect, body)
    if not traits.sampling:
        _check_no_sampling(body)
    tools = _tools(body.get("tools"), traits)
    is_json, schema = _response_format(body.get("response_format"), traits)
    if is_json and schema is None and dialect is Dialect.OPENAI:
        _check_json_is_asked_for(found)
    limits = [_optional(body, name, _count) for name in ("max_completion_tokens", "max_tokens")]
    return ChatWish(
        turns=found,
        model=_optional(body, "model", _text),
        max_tokens=next((limit for limit in limits if limit is not None), None),
        stop=_optional(body, "stop", _stop) or (),
        seed=_optional(body, "seed", _integer) or 0,
        stream=_optional(body, "stream", _flag) or False,
        include_usage=_include_usage(body.get("stream_options")),
        json=is_json,
        schema=schema,
        tools=tools,
        tool_choice=_tool_choice(body.get("tool_choice"), tools),
    )


_CANNOT = Fault.UNSUPPORTED
T = TypeVar("T")


def _optional(body: dict[str, Json], name: str, read: Callable[[Place, Json], T]) -> T | None:
    value = body.get(name)
    return None if value is None else read(Place((name,)), value)


def _text(place: Place, value: Json) -> str:
    if not isinstance(value, str):
        raise BadParameter(place, f"{place} must be a string", value)
    return value


def _flag(place: Place, value: Json) -> bool:
    if not isinstance(value, bool):
        raise BadParameter(place, f"{place} must be true or false", value)
    return value


def _integer(place: Place, value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadParameter(place, f"{place} must be an integer", value)
    return value


def _count(place: Place, value: Json) -> int:
    if _integer(place, value) < 0:
        raise BadParameter(place, f"{place} must be 0 or more", value)
    return int(value)


def _stop(place: Place, value: Json) -> tuple[str, ...]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not found or not all(isinstance(one, str) and one for one in found):
        raise BadParameter(place, f"{place} must be a list of at least one text", value)
    return tuple(found)


def _check_sampling(dialect: Dialect, body: dict[str, Json]) -> None:
    hottest = 2 if dialect is Dialect.OPENAI else 1
    ranges = {
        "temperature": (0, hottest),
        "top_p": (0, 1),
        "presence_penalty": (-2, 2),
        "frequency_penalty": (-2, 2),
    }
    for name, (least, most) in ranges.items():
        value = body.get(name)
        if value is None:
            continue
        if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
            raise BadParameter(Place((name,)), f"{name} must be a number from {least} to {most}", value)
    if body.get("n") not in (None, 1):
        raise BadParameter(Place(("n",)), "n above 1 is not supported by this model", body["n"], _CANNOT)


def _check_no_sampling(body: dict[str, Json]) -> None:
    given = next((name for name in ("temperature", "top_p") if body.get(name) not in (None, 1)), None)
    given = given or next((name for name in ("presence_penalty", "frequency_penalty") if body.get(name)), None)
    given = given or ("stop" if body.get("stop") else None)
    if given:
        raise BadParameter(Place((given,)), f"{given} is not supported with this model", body[given], _CANNOT)


def _include_usage(value: Json) -> bool:
    if value is None:
        return False
    if not isinstance(value, dict):
        raise BadParameter(Place(("stream_options",)), "stream_options must be an object", value)
    return value.get("include_usage") is True


def _response_format(value: Json, traits: Traits) -> tuple[bool, dict[str, Json] | None]:
    """Return whether JSON is asked for, and its schema."""
    place = Place(("response_format",))
    kind = value.get("type") if isinstance(value, dict) else value
    if kind in (None, "text") and not (isinstance(value, dict) and kind is None):
        return False, None
    if kind == "json_object":
        if not traits.json_object:
            raise BadParameter(place, "response_format json_object is not supported", kind, _CANNOT)
        return True, None
    if kind == "json_schema":
        if not traits.json_schema:
            raise BadParameter(place, "response_format json_schema is not supported", kind, _CANNOT)
        return True, _schema(place / "json_schema", value.get("json_schema"))
    raise BadParameter(place / "type", "type must be text, json_object or json_schema", kind)


def _schema(place: Place, value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise BadParameter(place, "Field required", value, Fault.MISSING)
    if not isinstance(value.get("name"), str) or not 0 < len(value["name"]) <= 64:
        raise BadParameter(place / "name", "name must be a text of 1 to 64 characters", value.get("name"))
    schema = value.get("schema")
    if not isinstance(schema, dict):
        raise BadParameter(place / "schema", "schema must be an object", schema)
    return schema


def _check_json_is_asked_for(found: tuple[Turn, ...]) -> None:
    if not any("json" in turn.text.lower() for turn in found):
        text = "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
        raise BadParameter(Place(("messages",)), text)


def _tools(value: Json, traits: Traits) -> tuple[Tool, ...]:
    place = Place(("tools",))
    if value is None:
        return ()
    if not isinstance(value, list) or not value:
        raise BadParameter(place, "tools must be a list of at least one tool", value)
    if not traits.tools:
        raise BadParameter(place, "tools are not supported by this model", "tools", _CANNOT)
    return tuple(_tool(place / index, tool) for index, tool in enumerate(value))


def _tool(place: Place, tool: Json) -> Tool:
    function = tool.get("function") if isinstance(tool, dict) and tool.get("type") == "function" else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise BadParameter(place, "a tool needs type function and a function with a name", tool)
    parameters = function.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise BadParameter(place / "function" / "parameters", "parameters must be a JSON schema", parameters)
    return Tool(function["name"], str(function.get("description") or ""), parameters)


def _tool_choice(value: Json, tools: tuple[Tool, ...]) -> str:
    place = Place(("tool_choice",))
    if value is None:
        return "auto"
    if not tools:
        raise BadParameter(place, "tool_choice is only allowed when tools are given", value)
    if value in ("auto", "none", "required"):
        return str(value)
    function = value.get("function") if isinstance(value, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    if not any(tool.name == name for tool in tools):
        raise BadParameter(place, "tool_choice must be auto, none, required or one of the tools", value)
    return f":{name}"
