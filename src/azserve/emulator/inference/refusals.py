"""How the data plane says no. Bodies differ by dialect, sometimes by error; all of them are here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from azserve.emulator.inference.routes import Dialect
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import Json, Reply

inferred(
    "inference.parameter.invalid",
    "A missing or ill-typed member is 422 with `detail` a list of {type, loc, msg, input} outside the OpenAI routes.",
    because="one such body of a Mistral endpoint was reported (2024-05); unsupported values have the documented object",
)
inferred(
    "inference.parameter.openai",
    "The OpenAI routes refuse a parameter with 400, type `invalid_request_error` and the name in `param`.",
    because="this is the shape of the OpenAI API, which these routes follow",
)
inferred(
    "inference.content-filter.shape",
    "A filtered prompt is {error: {code: content_filter, …}} everywhere, with `innererror` on the OpenAI routes only; "
    "a scenario can ask for the flat form of the reference with the trait `content_filter_shape: flat`.",
    because="the tutorials show the nested form and their samples read it; the API reference shows a flat one",
)
inferred(
    "inference.deployment.missing",
    "Unknown and not yet ready are told alike: `DeploymentNotFound` on the OpenAI routes, `unknown_model` on /models, "
    "`Resource not found` on a serverless host, each with status 404.",
    because="the bodies were reported without a status, and clients of fresh deployments report 404",
)
inferred(
    "inference.unmodelled",
    "Published routes that this emulator lacks (responses, images, audio) answer 501, which the service never does.",
    because="a refusal aloud is better than an answer that is made up",
)


class Refused(Exception):
    """The answer is this refusal. Raised anywhere in the room, caught in `app.serve`."""

    def __init__(self, status: int, body: Json, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})

    def reply(self) -> Reply:
        """Return the answer to send; the error code is repeated in a header, as the specification has it."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        code = error.get("code") if isinstance(error, dict) else None
        return Reply(self.status, self.body, {**({"x-ms-error-code": str(code)} if code else {}), **self.headers})


class Fault(StrEnum):
    """What is wrong with a parameter."""

    MISSING = "missing"
    INVALID = "invalid"
    UNSUPPORTED = "unsupported"
    """Well-formed, but this model cannot do it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the body: `("messages", 0, "role")`."""

    parts: tuple[str | int, ...]

    def __truediv__(self, part: str | int) -> Place:
        return Place((*self.parts, part))

    def __str__(self) -> str:
        text = ""
        for part in self.parts:
            text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
        return text


class BadParameter(Exception):
    """A part of the body that cannot be accepted; `refused` gives it the dialect's shape."""

    def __init__(self, place: Place, message: str, value: Json = None, fault: Fault = Fault.INVALID) -> None:
        super().__init__(message)
        self.place = place
        self.message = message
        self.value = value
        self.fault = fault


def refused(dialect: Dialect, bad: BadParameter) -> Refused:
    """Return how a dialect refuses a parameter."""
    if dialect is Dialect.OPENAI:
        return openai_refusal(bad.message, param=str(bad.place))
    loc = ["body", *bad.place.parts]
    if bad.fault is Fault.UNSUPPORTED:
        body: Json = {
            "status": 422,
            "code": "parameter_not_supported",
            "detail": {"loc": loc, "input": bad.value},
            "message": "One of the parameters contain invalid values.",
        }
    else:
        kind = "missing" if bad.fault is Fault.MISSING else "value_error"
        body = {"detail": [{"type": kind, "loc": loc, "msg": bad.message, "input": bad.value}]}
    return Refused(422, body)


def openai_refusal(message: str, *, param: str | None = None, code: str | None = None) -> Refused:
    """Return a 400 of the OpenAI routes."""
    return Refused(400, {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}})


def plain(status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> Refused:
    """Return the service's plain form: an error with a code and a message."""
    return Refused(status, {"error": {"code": code, "message": message}}, headers)


def not_found() -> Refused:
    """Return the answer to a path that leads nowhere."""
    return plain(404, "404", "Resource not found")


def not_modelled(what: str) -> Refused:
    """Return the emulator's own refusal of what Azure has and it has not."""
    return plain(501, "NotModelledByEmulator", f"The azserve emulator does not model {what}.")


def unknown_model(dialect: Dialect, name: str) -> Refused:
    """Return the answer where no such deployment is, or is not ready yet."""
    if dialect is Dialect.OPENAI:
        return plain(
            404,
            "DeploymentNotFound",
            "The API deployment for this resource does not exist. If you created the deployment within the last 5 "
            "minutes, please wait a moment and try again.",
        )
    if dialect is Dialect.MODELS:
        text = f"Unknown model: {name}"
        return Refused(404, {"error": {"code": "unknown_model", "message": text, "details": text}})
    return not_found()


def wrong_operation(operation: str, model: str) -> Refused:
    """Return the answer to chat with an embedding model, and the other way round."""
    return plain(
        400,
        "OperationNotSupported",
        f"The {operation} operation does not work with the specified model, {model}. Please choose different model and "
        "try again.",
    )


def extra_parameters(names: list[str]) -> Refused:
    """Return the answer to parameters outside the API where `extra-parameters` does not allow them."""
    text = f"Extra parameters {names} are not allowed when extra-parameters is not set or set to be 'error'."
    return Refused(400, {"detail": text})


def extra_parameters_option(value: str) -> Refused:
    """Return the answer to an `extra-parameters` header that means nothing."""
    text = f"Unexpected EXTRA_PARAMETERS option {value}, expected options are ['error', 'drop', 'pass-through']"
    return Refused(400, {"detail": text})


CATEGORIES = ("hate", "self_harm", "sexual", "violence")


def prompt_filtered(dialect: Dialect, category: str, *, flat: bool) -> Refused:
    """Return the answer to a prompt that the content filter stopped because of a category."""
    if flat and dialect is not Dialect.OPENAI:
        body = {"status": 400, "code": "content_filter", "message": "The response was filtered"}
        return Refused(400, {**body, "param": "messages", "type": None})
    owner = "Azure OpenAI" if dialect is Dialect.OPENAI else "Microsoft"
    error: dict[str, Json] = {
        "message": f"The response was filtered due to the prompt triggering {owner}'s content management policy. "
        "Please modify your prompt and retry.",
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
    }
    if dialect is Dialect.OPENAI:
        error["innererror"] = {
            "code": "ResponsibleAIPolicyViolation",
            "content_filter_result": filter_results(category),
        }
    return Refused(400, {"error": error})


def filter_results(category: str | None) -> dict[str, Json]:
    """Return the verdict per category: one filtered with high severity, or none."""
    found: dict[str, Json] = {
        one: {"filtered": one == category, "severity": "high" if one == category else "safe"} for one in CATEGORIES
    }
    found["jailbreak"] = {"filtered": category == "jailbreak", "detected": category == "jailbreak"}
    return found
