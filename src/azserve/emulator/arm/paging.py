"""Lists in pages, with tokens that only the emulator can read."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from urllib.parse import quote

from azserve.emulator.arm import refusals
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply
from azserve.emulator.kernel.world import World

_LONGEST_PAGE = 1000
_MARK = "page:"

inferred(
    "arm.paging.full-page",
    "a page that is exactly full carries a nextLink, even where nothing follows",
    because="empty pages are recorded; when exactly Azure sends one is not known",
)


def page(world: World, call: Call, items: Sequence[Json]) -> Reply:
    """Answer the page of `items` that the call asks for by `$top` and `$skiptoken`.

    A scenario may say `paging: {"size": N, "emptyFirst": true}`: shorter pages, and an empty one before the rest.
    """
    rules = world.scenario.get("paging", {})
    size = min(int(rules.get("size", _LONGEST_PAGE)), _top(call))
    token = call.query.get("$skiptoken")
    if token is None and rules.get("emptyFirst"):
        return Reply(200, {"value": [], "nextLink": _next_link(call, 0)})
    start = 0 if token is None else _read(token)
    shown = list(items[start : start + size])
    body: dict[str, Json] = {"value": shown}
    if len(shown) == size:
        body["nextLink"] = _next_link(call, start + size)
    return Reply(200, body)


def _top(call: Call) -> int:
    text = call.query.get("$top")
    if text is None:
        return _LONGEST_PAGE
    if not text.isascii() or not text.isdigit() or int(text[:9]) == 0:
        raise ArmError(400, "InvalidTopInQueryString", f"The $top query parameter '{text[:40]}' is invalid.")
    return int(text[:9])


def _read(token: str) -> int:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except (binascii.Error, ValueError):
        text = ""
    mark, _, number = text.partition(_MARK)
    if mark or not number.isdigit():
        raise refusals.bad_skip_token(token)
    return int(number[:9])


def _next_link(call: Call, start: int) -> str:
    token = base64.urlsafe_b64encode(f"{_MARK}{start}".encode()).decode().rstrip("=")
    query = {**call.query, "$skiptoken": token}
    text = "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in query.items())
    return f"{call.base}{quote(call.path)}?{text}"
