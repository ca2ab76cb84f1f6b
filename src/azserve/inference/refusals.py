"""Statuses and bodies as typed errors. The shapes are those that reports and documents show; see `_words`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from azserve.verifying.ports import (
    BrokenAnswer,
    ContentFiltered,
    ModelError,
    ModelFailed,
    NotVisibleYet,
    ParameterRefused,
    Throttled,
    Unauthorised,
)

RETRY_CAP_S = 120.0
"""Longest wait taken from a `Retry-After`: 86,400 has been seen (issue report, 2025-02)."""
RAW_LIMIT = 4000
"""Characters of a body kept for `--debug`."""


def refusal(status: int, headers: Mapping[str, str], text: str, where: str) -> ModelError:
    """Return the error that a response other than 2xx stands for. `headers` has names in lower case."""
    code, message = _words(text)
    raw = text[:RAW_LIMIT]
    said = f"HTTP {status}" + (f" {code}" if code and code != str(status) else "") + (f": {message}" if message else "")
    common: dict[str, Any] = {"status": status, "service_code": code, "where": where, "raw": raw}
    if status == 429:
        return Throttled(f"throttled: {said}", retry_after_s=_retry_after(headers), **common,
                         hint="wait, or give the deployment more capacity")  # fmt: skip
    if _is_filter(code, text):
        return ContentFiltered(f"the content filter stopped the prompt: {said}", **common,
                               hint="rephrase the prompt, or set `content_filter` for this endpoint")  # fmt: skip
    if status in {401, 403} or (status == 400 and _is_sign_in(text)):
        return Unauthorised(f"not signed in: {said}", **common,
                            hint="check the key with `azserve keys list`, and the endpoint's `sign_in`")  # fmt: skip
    if status == 404:
        return NotVisibleYet(f"not there, or not yet: {said}", **common,
                             hint="a fresh deployment can take some minutes; see `azserve status`")  # fmt: skip
    if status in {400, 413, 415, 422}:
        return ParameterRefused(f"refused: {said}", **common,
                                hint="the model or its route does not take this parameter or value")  # fmt: skip
    if status == 424 or status >= 500:
        return ModelFailed(f"the service failed: {said}", **common, hint="try again; if it stays, see Azure's status")
    return BrokenAnswer(f"unexpected {said}", **common, hint="is this the address of a model endpoint?")


def not_json(status: int, text: str, where: str) -> BrokenAnswer:
    """Return the error for a 2xx whose body is no JSON object."""
    what = "nothing" if not text.strip() else "a web page" if text.lstrip()[:1] == "<" else "something other than JSON"
    return BrokenAnswer(
        f"the endpoint answered with {what}",
        status=status,
        where=where,
        raw=text[:RAW_LIMIT],
        hint="a proxy may stand between; check the address with `azserve status`",
    )


def _words(text: str) -> tuple[str | None, str]:
    """Return the service's code and message out of any of the shapes seen.

    `{"error": {"code", "message"}}` (Foundry, OpenAI), `{"code", "message"}` flat (documented for /models),
    `{"detail": "…"}`, `{"detail": {…}}` and `{"detail": [{"loc", "msg"}]}` (serverless), `{"status": "…"}`
    (serverless without a key).
    """
    try:
        body = json.loads(text)
    except ValueError:
        return None, "" if text.lstrip()[:1] == "<" else text.strip()[:200]
    if not isinstance(body, dict):
        return None, str(body)[:200]
    inner = body.get("error")
    if isinstance(inner, str):
        return None, inner
    found: Mapping[str, Any] = inner if isinstance(inner, dict) else body
    code, message = found.get("code"), found.get("message")
    parts = [str(message).rstrip(".")] if message else []
    if (detail := _detail(found.get("detail"))) and found is body:
        parts.append(detail)
    if not parts and isinstance(found.get("status"), str):
        parts.append(found["status"])
    return (None if code is None else str(code)), "; ".join(parts)


def _detail(detail: Any) -> str:  # noqa: ANN401  a string, an object or a list, by route
    match detail:
        case str():
            return detail.rstrip(".")
        case {"loc": loc, **rest}:
            what = rest.get("msg") or (f"got {rest['input']!r}" if "input" in rest else "")
            return ".".join(str(part) for part in loc) + (f": {what}" if what else "")
        case [*items]:
            return "; ".join(_detail(item) for item in items)
        case _:
            return ""


def _is_filter(code: str | None, text: str) -> bool:
    return code == "content_filter" or "ResponsibleAIPolicyViolation" in text


def _is_sign_in(text: str) -> bool:
    lowered = text.lower()
    return "authorization" in lowered or "auth token" in lowered or "auth header" in lowered


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the wait asked for, capped; dates and nonsense count as no answer."""
    try:
        return max(0.0, min(RETRY_CAP_S, float(headers["retry-after"])))
    except (KeyError, ValueError):
        return None
