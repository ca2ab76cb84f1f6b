"""ARM's token buckets: what is left is in the headers of every answer; a scenario can make them refuse.

Sizes and rates are documented per region and principal (reads 250, refilled by 25 a second; writes and deletes 200, by
10), those of the whole subscription are 15 times that. Without `throttling` in the scenario nothing is refused, so
that the emulator can be used as fast as it can go.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import ArmError, Call, Json
from azserve.emulator.kernel.world import World

_NOTE = "throttling"
_DOCUMENTED = {"reads": (250.0, 25.0), "writes": (200.0, 10.0), "deletes": (200.0, 10.0)}
_GLOBAL = 15

inferred(
    "arm.throttling.posts",
    "a POST counts as a write, be it an action that only reads",
    because="recorded validations and what-ifs show the headers of writes; listKeys was not recorded",
)


@dataclass(slots=True)
class _Bucket:
    """Tokens left at a time, and how they come back."""

    left: float
    at: float
    size: float
    per_second: float

    def fill(self, now: float) -> None:
        """Add what has come back since the last look."""
        self.left = min(self.size, self.left + max(0.0, now - self.at) * self.per_second)
        self.at = now


def charge(world: World, call: Call) -> dict[str, str]:
    """Take one token for an authenticated request; return the headers, or raise ArmError 429 with `Retry-After`."""
    what = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(call.method, "writes")
    parts = [part for part in call.path.split("/") if part]
    subscription = parts[1] if len(parts) > 1 and parts[0].lower() == "subscriptions" else "tenant"
    who = call.principal.object_id if call.principal is not None else ""
    bucket = _bucket(world, (subscription.lower(), who, what), what)
    bucket.fill(world.now())
    if bucket.left < 1 and "throttling" in world.scenario:
        raise _throttled(world, call, subscription, bucket)
    bucket.left = max(0.0, bucket.left - 1)
    left = int(bucket.left)
    spent = int(bucket.size) - left
    return {
        f"x-ms-ratelimit-remaining-subscription-{what}": str(left),
        f"x-ms-ratelimit-remaining-subscription-global-{what}": str(max(0, int(bucket.size) * _GLOBAL - spent)),
    }


def _bucket(world: World, key: tuple[str, str, str], what: str) -> _Bucket:
    buckets: dict[tuple[str, str, str], _Bucket] = world.notes.setdefault(_NOTE, {})
    rule: dict[str, Json] = world.scenario.get("throttling", {}).get(what, {})
    size, per_second = _DOCUMENTED[what]
    size, per_second = float(rule.get("size", size)), float(rule.get("perSecond", per_second))
    found = buckets.get(key)
    if found is None or (found.size, found.per_second) != (size, per_second):
        found = buckets[key] = _Bucket(left=size, at=world.now(), size=size, per_second=per_second)
    return found


def _throttled(world: World, call: Call, subscription: str, bucket: _Bucket) -> ArmError:
    wait = (1 - bucket.left) / bucket.per_second if bucket.per_second > 0 else 3600.0
    seconds = max(1, math.ceil(wait))
    operation = f"{call.method}{call.path}".upper().replace(f"/{subscription.upper()}", "")
    return ArmError(
        429,
        "SubscriptionRequestsThrottled",
        f"Number of requests for subscription '{subscription}' and operation '{operation[:200]}' exceeded the backend "
        f"storage limit. Please try again after '{seconds}' seconds.",
        headers=world.clock.pause(wait),
    )
