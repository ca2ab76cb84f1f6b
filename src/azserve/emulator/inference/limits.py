"""Buckets: how many requests and tokens a deployment may still serve this minute."""

from __future__ import annotations

import math
from dataclasses import dataclass

from azserve.emulator.inference.refusals import plain
from azserve.emulator.inference.routes import Dialect
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Target, TargetModel
from azserve.emulator.kernel.world import World

inferred(
    "inference.limits.refill",
    "Buckets hold one minute's allowance and refill evenly; a request needs room for its prompt, and what was answered "
    "is taken afterwards, below zero if need be.",
    because="the windows of the service are not published; it is documented that both counts are checked",
)
inferred(
    "inference.limits.bodies",
    "429 is code `429` on serverless hosts and `RateLimitReached` on Foundry resources, always with Retry-After.",
    because="both bodies were reported, the code of the second and the header's presence not reliably",
)


class Bucket:
    """An allowance that refills. 0 per minute or less is no limit. Its state is in the World's notes, as plain JSON."""

    def __init__(self, note: dict[str, float]) -> None:
        self._note = note

    @property
    def per_minute(self) -> float:
        """How much it holds, and how much comes back in a minute."""
        return self._note["per_minute"]

    def refill(self, per_minute: float, now: float) -> None:
        """Add what has come back since; start full when new, or when the limit was changed."""
        if self._note.get("per_minute") != per_minute:
            self._note.update(per_minute=per_minute, left=per_minute)
        else:
            back = (now - self._note["at"]) * per_minute / 60
            self._note["left"] = min(per_minute, self._note["left"] + back)
        self._note["at"] = now

    def take(self, amount: float) -> None:
        """Take what was used; may go below zero."""
        self._note["left"] -= amount

    def wait_for(self, amount: float) -> float:
        """Return emulated seconds until `amount` is there; 0 is now. More than the bucket holds waits for all of it."""
        if self.per_minute <= 0:
            return 0.0
        missing = min(amount, self.per_minute) - self._note["left"]
        return max(0.0, missing * 60 / self.per_minute)

    @property
    def shown(self) -> tuple[int, int]:
        """Limit and rest as headers tell them; -1 where there is no limit."""
        if self.per_minute <= 0:
            return -1, -1
        return int(self.per_minute), max(0, math.floor(self._note["left"]))


@dataclass(frozen=True, slots=True)
class Allowance:
    """The two buckets of one deployment."""

    requests: Bucket
    tokens: Bucket

    def headers(self) -> dict[str, str]:
        """Return the headers of an answer."""
        requests, requests_left = self.requests.shown
        tokens, tokens_left = self.tokens.shown
        return {
            "x-ratelimit-limit-requests": str(requests),
            "x-ratelimit-limit-tokens": str(tokens),
            "x-ratelimit-remaining-requests": str(requests_left),
            "x-ratelimit-remaining-tokens": str(tokens_left),
        }

    def spend(self, tokens: int) -> None:
        """Take tokens that were used."""
        self.tokens.take(tokens)


def allowance(world: World, target: Target, model: TargetModel) -> Allowance:
    """Return the buckets of a deployment, refilled by now."""
    key = f"{target.resource.key}|{model.name.lower()}"
    note = world.notes.setdefault("inference.buckets", {}).setdefault(key, {"requests": {}, "tokens": {}})
    found = Allowance(Bucket(note["requests"]), Bucket(note["tokens"]))
    found.requests.refill(model.requests_per_minute, world.now())
    found.tokens.refill(model.tokens_per_minute, world.now())
    return found


@dataclass(frozen=True, slots=True)
class Asker:
    """What wants to be admitted."""

    target: Target
    model: TargetModel
    dialect: Dialect
    operation: str
    """As messages call it: `ChatCompletions_Create under API version …`."""


def admit(world: World, asker: Asker, prompt_tokens: int) -> Allowance:
    """Take one request and its prompt out of the buckets, or refuse with 429."""
    found = allowance(world, asker.target, asker.model)
    call_s, token_s = found.requests.wait_for(1), found.tokens.wait_for(max(1, prompt_tokens))
    wait_s = math.ceil(max(call_s, token_s))
    if wait_s > 0:
        what = "call" if call_s > token_s else "token"
        code, text = _too_many(asker, what, wait_s)
        raise plain(429, code, text, headers={**world.clock.pause(wait_s), **found.headers()})
    found.requests.take(1)
    found.spend(prompt_tokens)
    return found


def _too_many(asker: Asker, what: str, seconds: int) -> tuple[str, str]:
    if asker.dialect is Dialect.SERVERLESS:
        return "429", f"Rate limit is exceeded. Try again in {seconds} seconds."
    model, region = asker.model, asker.target.region
    return "RateLimitReached", (
        f"Your requests to {model.name} for {model.model} in {region} have exceeded the {what} rate limit for your "
        f"current AIServices S0 pricing tier. This request was for {asker.operation}. Please retry after {seconds} "
        "seconds."
    )
