"""Statuses and bodies as typed errors. The shapes are those that reports and documents show."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from azserve.inference.answers import request_id
from azserve.verifying.ports import (
    BrokenAnswer,
    ContentFiltered,
    ModelError,
    ModelFailed,
    NotVisibleYet,
    ParameterRefused,
    Throttled,
    TooSlow,
    Unauthorised,
    Unreachable,
)

RETRY_CAP_S = 120.0
"""Longest wait taken from a `Retry-After`: 86,400 has been seen (issue report, 2025-02)."""
RAW_LIMIT = 4000
"""Characters of a body kept for `--debug`."""
SAID_LIMIT = 300
"""Characters of a service's message that are repeated."""

NOT_VISIBLE_CODES = frozenset({"DeploymentNotFound", "unknown_model"})
"""The second was reported without a status, of a deployment that ARM called Succeeded (2026-05)."""
THROTTLED_CODES = frozenset({"429", "RateLimitReached", "too_many_requests"})
FROM_OUTSIDE = ("public access is disabled", "virtual network/firewall rules")
"""How a 403 says that only this network is turned away (issue report, 2026-03; the second from general knowledge)."""
NOT_SIGNED_IN = ("authorization header", "auth token", "auth header")
"""How a serverless endpoint's 400 says that no key came (issue reports, 2024)."""
WAIT_SAID = re.compile(r"(?:try again in|retry after) (\d+) seconds?", re.IGNORECASE)
"""A captured 429 has no `Retry-After` and says it in words (2025-04)."""


SAYINGS: Mapping[type[ModelError], tuple[str, str]] = {
    Throttled: ("throttled", "wait, or give the deployment more capacity"),
    ContentFiltered: (
        "the content filter stopped the prompt",
        "rephrase the prompt, or set `content_filter` for this endpoint",
    ),
    Unreachable: (
        "not reachable from here",
        "its network is closed to this machine: run inside it, or set `smoke: {from: private}`",
    ),
    Unauthorised: (
        "not signed in",
        "check the key with `azserve keys list`; with `sign_in: entra`, whom `access` gives a role",
    ),
    NotVisibleYet: ("not there, or not yet", "a fresh deployment can take some minutes; see `azserve status`"),
    ParameterRefused: ("refused", "the model or its route does not take this parameter or value"),
    TooSlow: ("the service gave up waiting", "slow is not dead: ask again"),
    ModelFailed: ("the service failed", "try again; if it stays, see Azure's status"),
    BrokenAnswer: ("unexpected", "is this the address of a model endpoint?"),
}
"""How each error begins, and the next move."""


@dataclass(frozen=True, slots=True)
class _Words:
    """What a service said about a failure, and where."""

    text: str
    code: str | None
    message: str
    where: str
    retry_after_s: float | None
    request_id: str | None

    def error(self, kind: type[ModelError], said: str, status: int | None) -> ModelError:
        begins, hint = SAYINGS[kind]
        about: dict[str, Any] = {"status": status, "service_code": self.code, "hint": hint, "where": self.where}
        about["request_id"] = self.request_id
        message, raw = f"{begins}: {said}", self.text[:RAW_LIMIT]
        if kind is Throttled:
            return Throttled(message, retry_after_s=self.retry_after_s, raw=raw, **about)
        return kind(message, raw=raw, **about)


def refusal(status: int, headers: Mapping[str, str], text: str, where: str) -> ModelError:
    """Return the error that a response other than 2xx stands for. `headers` has names in lower case."""
    words = _words(text, headers, where)
    kind = _kind(status, words.code, text)
    shown = f"HTTP {status}" + (f" {words.code}" if words.code and words.code != str(status) else "")
    return words.error(kind, f"{shown}: {words.message}" if words.message else shown, status)


def embedded_failure(text: str, headers: Mapping[str, str], where: str) -> ModelError:
    """Return the error that an `error` inside a 2xx body or a stream stands for: its code says what a status would."""
    words = _words(text, headers, where)
    status = int(words.code) if words.code and re.fullmatch(r"[45]\d\d", words.code) else 500
    kind = _kind(status, words.code, text)
    said = ": ".join(part for part in (words.code, words.message) if part) or "an error without words"
    return words.error(kind, f"{said} (inside the answer)", None)


def _kind(status: int, code: str | None, text: str) -> type[ModelError]:
    """Return what a status means, given the code and the words that came with it."""
    lowered = text.lower()
    if status == 429 or code in THROTTLED_CODES:
        return Throttled
    if code == "content_filter" or "responsibleaipolicyviolation" in lowered:
        return ContentFiltered
    if status == 403 and any(words in lowered for words in FROM_OUTSIDE):
        return Unreachable
    if status in {401, 403} or (status == 400 and any(words in lowered for words in NOT_SIGNED_IN)):
        return Unauthorised
    if status == 404 or code in NOT_VISIBLE_CODES:
        return NotVisibleYet
    return _kind_by_status(status)


def _kind_by_status(status: int) -> type[ModelError]:
    if status in {400, 413, 415, 422}:
        return ParameterRefused
    if status in {408, 504}:
        return TooSlow
    return ModelFailed if status == 424 or status >= 500 else BrokenAnswer


def not_json(status: int, text: str, where: str) -> BrokenAnswer:
    """Return the error for a 2xx whose body is no JSON object."""
    what = "nothing" if not text.strip() else "a web page" if _is_page(text) else "something other than JSON"
    return BrokenAnswer(
        f"the endpoint answered with {what}",
        status=status,
        where=where,
        raw=text[:RAW_LIMIT],
        hint="a proxy may stand between; check the address with `azserve status`",
    )


def _words(text: str, headers: Mapping[str, str], where: str) -> _Words:
    code, message = _code_and_message(text)
    code = code or headers.get("x-ms-error-code")
    return _Words(text, code, message, where, _retry_after(headers, message), request_id(headers))


def _code_and_message(text: str) -> tuple[str | None, str]:
    """Return the service's code and message out of any of the shapes seen.

    `{"error": {"code", "message"}}` (Foundry, OpenAI), `{"code", "message"}` flat (documented for /models),
    `{"detail": "…"}`, `{"detail": {…}}` and `{"detail": [{"loc", "msg"}]}` (serverless), `{"status": "…"}`
    (serverless without a key).
    """
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None, "a web page" if _is_page(text) else _line(text)
    if not isinstance(body, dict):
        return None, _line(str(body))
    inner = body.get("error")
    if isinstance(inner, str):
        return None, _line(inner)
    found: Mapping[str, Any] = inner if isinstance(inner, dict) else body
    parts = [str(found["message"])] if found.get("message") else []
    if found is body:
        parts.append(_detail(body.get("detail")))
    if not any(parts) and isinstance(found.get("status"), str):
        parts.append(found["status"])
    code = found.get("code")
    return (str(code) if isinstance(code, str | int) else None), "; ".join(_line(part) for part in parts if part)


def _detail(detail: object) -> str:
    """Return what a `detail` says: a string, an object or a list, by route and model."""
    match detail:
        case str():
            return detail
        case {"loc": [*loc], **rest}:
            what = rest.get("msg") or (f"got {rest['input']!r}" if "input" in rest else "")
            return ".".join(str(part) for part in loc) + (f": {what}" if what else "")
        case [*items]:
            return "; ".join(_detail(item) for item in items[:5])
        case _:
            return ""


def _line(text: str) -> str:
    """Return a text as one line of bounded length, without its full stop."""
    joined = " ".join(text.split())
    return (joined if len(joined) <= SAID_LIMIT else joined[:SAID_LIMIT] + "…").rstrip(".")


def _is_page(text: str) -> bool:
    return text.lstrip()[:1] == "<"


def _retry_after(headers: Mapping[str, str], message: str) -> float | None:
    """Return the wait asked for, capped; dates and nonsense count as no answer."""
    said = WAIT_SAID.search(message)
    candidates = [(headers.get("retry-after-ms"), 0.001), (headers.get("retry-after"), 1.0), (said and said[1], 1.0)]
    for text, unit in candidates:
        try:
            seconds = float(text or "") * unit
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(0.0, min(RETRY_CAP_S, seconds))
    return None
