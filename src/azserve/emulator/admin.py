"""`/_emulator`: look into the local Azure, break it, move its time. No sign-in: it listens on loopback."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from azserve.emulator.faults import FaultBook, bad_member, read_rules
from azserve.emulator.kernel.clock import timestamp
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply, not_modelled
from azserve.emulator.scenarios import ScenarioError
from azserve.emulator.site import Site

PREFIX = "/_emulator"
_LOOPBACK_ORIGIN = re.compile(r"https?://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")
_LONGEST_ADVANCE_S = 10 * 365 * 86_400.0
_FASTEST = 100_000.0


def serve_admin(site: Site, call: Call) -> Reply:
    """Answer an admin request; ArmError 400 names the member that is wrong, 403 turns away other sites' pages."""
    origin = call.headers.get("origin")
    if origin is not None and not _LOOPBACK_ORIGIN.fullmatch(origin):
        raise ArmError(403, "ForeignOrigin", "A page of another site may not steer the emulator.", target="Origin")
    name = call.path[len(PREFIX) :].strip("/").lower()
    route = _ROUTES.get((call.method, name))
    if route is not None:
        try:
            return route(site, call)
        except ScenarioError as error:
            raise ArmError(400, "InvalidScenario", f"{error.message}; {error.hint}") from error
    if any(known == name for _, known in _ROUTES):
        raise ArmError(405, "HttpMethodNotSupported", f"The http method '{call.method}' is not supported here.")
    raise not_modelled(f"{call.method} {call.path}")


def _health(site: Site, call: Call) -> Reply:
    world = site.world
    return Reply(
        200,
        {
            "status": "ok",
            "scenario": world.scenario.get("name", site.scenario_name),
            "time": timestamp(site.clock.now()),
            "speed": site.clock.speed,
            "subscriptions": list(world.subscriptions),
            "tenant": world.tenant,
            "resources": len(world.stored),
        },
    )


def _reset(site: Site, call: Call) -> Reply:
    site.reset()
    return _health(site, call)


def _requests(site: Site, call: Call) -> Reply:
    return Reply(200, {"value": [one.shown(timestamp) for one in site.log]})


def _put_faults(site: Site, call: Call) -> Reply:
    site.faults = read_rules(call.body)
    return Reply(200, {"rules": len(site.faults.rules)})


def _delete_faults(site: Site, call: Call) -> Reply:
    site.faults = FaultBook()
    return Reply(204)


def _put_clock(site: Site, call: Call) -> Reply:
    body = call.body
    if not isinstance(body, dict):
        raise bad_member("(body)", "an object with `advance_s`, `speed` or both")
    for name in body:
        if name not in {"advance_s", "speed"}:
            raise bad_member(name, "one of `advance_s`, `speed`")
    advance = _number(body, "advance_s", least=0.0, most=_LONGEST_ADVANCE_S)
    speed = _number(body, "speed", least=0.001, most=_FASTEST)
    if speed is not None:
        site.clock.set_speed(speed)
    site.advance(advance or 0.0)
    return Reply(200, {"time": timestamp(site.clock.now()), "speed": site.clock.speed})


def _put_scenario(site: Site, call: Call) -> Reply:
    """A shipped name (as a JSON text, or as the only member `name`), or a scenario object."""
    wanted = call.body
    if isinstance(wanted, dict) and set(wanted) == {"name"}:
        wanted = wanted["name"]
    if isinstance(wanted, str) and not wanted.replace("-", "").isalnum():
        raise bad_member("name", "the name of a shipped scenario")
    if not isinstance(wanted, (str, dict)):
        raise bad_member("(body)", "the name of a shipped scenario, or a scenario object")
    try:
        site.set_scenario(wanted)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise ArmError(
            400, "InvalidScenario", f"The scenario does not have the shape of the shipped ones: {error!r}."
        ) from error
    return Reply(200, {"scenario": site.world.scenario.get("name")})


def _number(body: dict[str, Json], name: str, *, least: float, most: float) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or math.isnan(value)
        or not least <= value <= most
    ):
        raise bad_member(name, f"a number from {least:g} to {most:g}")
    return float(value)


_ROUTES: dict[tuple[str, str], Callable[[Site, Call], Reply]] = {
    ("GET", "health"): _health,
    ("POST", "reset"): _reset,
    ("GET", "requests"): _requests,
    ("PUT", "faults"): _put_faults,
    ("DELETE", "faults"): _delete_faults,
    ("PUT", "clock"): _put_clock,
    ("PUT", "scenario"): _put_scenario,
}
