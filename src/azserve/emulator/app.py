"""The web application: one request in, one answer out, in the order

request log → limits → fault rules → what is due in the world → the part that answers → the wire.

A plain ASGI callable. Rejected: starlette's routing and responses. Its routes mind case, which ids in Azure do not; its
responses cannot be cut, held or truncated in the middle, which fault rules need; and the little that is left does not
pay for the import.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from azserve.emulator import reading, sending
from azserve.emulator.admin import PREFIX, serve_admin
from azserve.emulator.faults import NO_FAULT, Fault, Reset
from azserve.emulator.kernel.wire import ArmError, Call, LateReply, Reply, StreamReply
from azserve.emulator.reading import ClientGone, Receive, Scope
from azserve.emulator.sending import Send, Wire
from azserve.emulator.site import ARM_HOST, Asking, Site

_SECRET_QUERIES = frozenset({"sig", "code", "key", "api-key", "token", "access_token", "client_secret", "s", "h"})
_LONGEST_LOGGED = 2_000
"""Characters of a path or a query that the request log keeps."""
_MOST_QUERIES = 20
logger = logging.getLogger("azserve.emulator")


class LocalAzureApp:
    """The ASGI application of a Site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request; anything else is turned away by the server's settings."""
        wire = Wire(
            receive=receive,
            send=send,
            transport=scope.get("state", {}).get("transport"),
            head_only=scope["method"].upper() == "HEAD",
        )
        try:
            path = reading.read_path(scope)
            if path.lower().rstrip("/") == PREFIX or path.lower().startswith(f"{PREFIX}/"):
                await self._serve_admin(scope, wire, path)
            else:
                await self._serve(scope, wire, path)
        except ArmError as error:
            await sending.deliver(wire, error.reply(), NO_FAULT, self._site.clock)
        except ClientGone:
            return

    async def _serve_admin(self, scope: Scope, wire: Wire, path: str) -> None:
        raw = await reading.read_body(scope, wire.receive)
        call = reading.make_call(_as_json(scope), path, raw)
        try:
            reply = serve_admin(self._site, call)
        except ArmError as error:
            reply = error.reply()
        except Exception:
            logger.exception("the emulator failed on %s %s", call.method, path)
            reply = _our_bug(call)
        await sending.deliver(wire, reply, NO_FAULT, self._site.clock)

    async def _serve(self, scope: Scope, wire: Wire, path: str) -> None:
        site = self._site
        asking = Asking(
            at=site.clock.now(),
            method=scope["method"].upper(),
            path=path[:_LONGEST_LOGGED],
            query=_safe_query(reading.read_query(scope)),
            host=site.host_of(path),
        )
        site.log.append(asking)
        fault = NO_FAULT
        try:
            most = reading.MOST_ARM_BYTES if asking.host == ARM_HOST else reading.MOST_BODY_BYTES
            raw = await reading.read_body(scope, wire.receive, most=most)
            fault = site.fault_for(asking.method, path, reading.read_base(scope).partition("//")[2])
            if await _stop_before(wire, fault):
                return
            answer = await self._answer(scope, asking, path, raw, fault)
        except ArmError as error:
            answer = error.reply()
        asking.status = None if fault.reset is Reset.AFTER else answer.status
        try:
            await sending.deliver(wire, self._with_headers(scope, asking, answer), fault, site.clock)
        except Exception:
            logger.exception("the emulator failed in the middle of its answer to %s %s", asking.method, path)
            await sending.cut(wire, hard=True)

    async def _answer(self, scope: Scope, asking: Asking, path: str, raw: bytes, fault: Fault) -> Reply | StreamReply:
        if fault.answers:
            return sending.made_by(fault)
        call = reading.make_call(scope, path, raw)
        try:
            answer = self._site.answer(call, asking)
            if isinstance(answer, LateReply):
                given = await answer.give()
                answer = replace(given, headers={**answer.headers, **given.headers})
            return sending.apply(fault, answer)
        except ArmError as error:
            return sending.apply(fault, error.reply())
        except Exception:
            logger.exception("the emulator failed on %s %s", asking.method, path)
            return _our_bug(call)

    def _with_headers(self, scope: Scope, asking: Asking, answer: Reply | StreamReply) -> Reply | StreamReply:
        """Add what every answer of Azure has; what the answer says itself stays."""
        world = self._site.world
        at = datetime.fromtimestamp(world.clock.now(), UTC)
        added = {"Date": format_datetime(at, usegmt=True), "Cache-Control": "no-cache"}
        if asking.host == ARM_HOST:
            added |= self._tracing(scope)
        known = {name.lower() for name in answer.headers}
        headers = {**{name: value for name, value in added.items() if name.lower() not in known}, **answer.headers}
        if isinstance(answer, StreamReply):
            return StreamReply(answer.status, answer.chunks, headers)
        return Reply(answer.status, answer.body, headers)

    def _tracing(self, scope: Scope) -> dict[str, str]:
        """ARM's request ids: its own, and the client's own where it sent one."""
        sent: dict[bytes, bytes] = dict(scope["headers"])
        request_id = self._site.request_ids.guid()
        correlation = sent.get(b"x-ms-correlation-request-id", request_id.encode()).decode("latin-1")[:128]
        found = {
            "x-ms-request-id": request_id,
            "x-ms-correlation-request-id": correlation,
            "x-ms-routing-request-id": f"EMULATOR:{self._site.clock.now():.0f}:{request_id}",
            "X-Content-Type-Options": "nosniff",
        }
        client = sent.get(b"x-ms-client-request-id")
        if client is not None and sent.get(b"x-ms-return-client-request-id", b"").lower() == b"true":
            found["x-ms-client-request-id"] = client.decode("latin-1")[:128]
        return found


async def _stop_before(wire: Wire, fault: Fault) -> bool:
    """Do what a fault does before the request is carried out; True where nothing follows."""
    if fault.delay_ms > 0:
        await asyncio.sleep(fault.delay_ms / 1000)
    if fault.hang:
        await sending.hang(wire)
        return True
    if fault.reset is Reset.BEFORE:
        await sending.cut(wire, hard=True)
        return True
    return False


def _our_bug(call: Call) -> Reply:
    message = f"The azserve emulator failed on {call.method} {call.path}; its log on stderr says where."
    return Reply(500, {"error": {"code": "InternalServerError", "message": message}})


def _safe_query(query: dict[str, str]) -> dict[str, str]:
    shown = list(query.items())[:_MOST_QUERIES]
    return {
        name[:_LONGEST_LOGGED]: "***" if name in _SECRET_QUERIES else value[:_LONGEST_LOGGED] for name, value in shown
    }


def _as_json(scope: Scope) -> dict[str, Any]:
    """Admin bodies are JSON whatever the client says: `curl -d` calls them a form."""
    kept = [(name, value) for name, value in scope["headers"] if name.lower() != b"content-type"]
    return {**scope, "headers": kept}
