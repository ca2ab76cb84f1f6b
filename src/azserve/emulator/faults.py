"""Fault rules: what to do wrong, when. `PUT /_emulator/faults` sets them, the first that matches a request wins.

A rule matches by method, host and path (globs without case, `*` matches `/` too), then by `nth` (which of this rule's
matches since the PUT) and `probability`. A host glob is tried on the public host a request stands for
(`management.azure.com`, `x.eastus2.models.ai.azure.com`) and on the address it came to; a path glob on the path as
sent and, for a data-plane host, on the path below it.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from azserve.emulator.kernel.wire import ArmError, Json


class Reset(StrEnum):
    """When the connection is cut: before the request is carried out, or after."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a request a rule looks at."""

    method: str
    hosts: tuple[str, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Which requests a rule is for. What is None matches all."""

    method: str | None = None
    host: str | None = None
    path: str | None = None
    nth: tuple[int, ...] | None = None
    probability: float | None = None

    def fits(self, asked: Asked) -> bool:
        """Whether method, host and path fit."""
        return _glob(self.method, (asked.method,)) and _glob(self.host, asked.hosts) and _glob(self.path, asked.paths)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done to a request. All None and 0: nothing."""

    delay_ms: float = 0.0
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    has_body: bool = False
    reset: Reset | None = None
    hang: bool = False
    truncate_after_bytes: int | None = None
    stall_after_chunks: int | None = None

    @property
    def answers(self) -> bool:
        """Whether the fault answers in place of the emulator."""
        return self.status is not None


NO_FAULT = Fault()


@dataclass(slots=True)
class Rule:
    """One rule and how often it has matched."""

    match: Match
    fault: Fault
    matched: int = 0


class FaultBook:
    """The rules in force."""

    def __init__(self, rules: Sequence[Rule] = (), *, seed: int | str = 0) -> None:
        self.rules = tuple(rules)
        self._random = random.Random(seed)  # noqa: S311 - repeatable faults, not secrets

    def choose(self, asked: Asked) -> Fault:
        """Return what the first matching rule does, and count the match."""
        for rule in self.rules:
            if not rule.match.fits(asked):
                continue
            rule.matched += 1
            if rule.match.nth is not None and rule.matched not in rule.match.nth:
                continue
            if rule.match.probability is not None and self._random.random() >= rule.match.probability:
                continue
            return rule.fault
        return NO_FAULT


def read_rules(body: Json) -> FaultBook:
    """Read `{"seed": …, "rules": […]}`; ArmError 400 names the member that is wrong."""
    if not isinstance(body, dict):
        raise bad_member("(body)", "an object with `rules`")
    _only(body, "", {"seed", "rules"})
    seed = body.get("seed", 0)
    if not isinstance(seed, (int, str)) or isinstance(seed, bool):
        raise bad_member("seed", "a whole number or a text")
    rules = body.get("rules", [])
    if not isinstance(rules, list):
        raise bad_member("rules", "a list of rules")
    return FaultBook([_rule(rule, f"rules[{at}]") for at, rule in enumerate(rules)], seed=seed)


def bad_member(member: str, wanted: str) -> ArmError:
    """Refuse a member of an admin request."""
    return ArmError(400, "InvalidMember", f"`{member}` must be {wanted}.", target=member)


def _rule(rule: Json, at: str) -> Rule:
    if not isinstance(rule, dict):
        raise bad_member(at, "an object")
    _only(rule, f"{at}.", {"match", "delay_ms", "status", "headers", "body", *_ENDINGS})
    fault = Fault(
        delay_ms=_number(rule, "delay_ms", at, most=3_600_000.0) or 0.0,
        status=_whole(rule, "status", at, least=200, most=599),
        headers=_headers(rule.get("headers"), at),
        body=rule.get("body"),
        has_body="body" in rule,
        reset=_reset(rule.get("reset"), at),
        hang=_flag(rule, "hang", at),
        truncate_after_bytes=_whole(rule, "truncate_after_bytes", at),
        stall_after_chunks=_whole(rule, "stall_after_chunks", at),
    )
    return Rule(_match(rule.get("match", {}), f"{at}.match"), fault)


_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_ENDINGS = ("reset", "hang", "truncate_after_bytes", "stall_after_chunks")


def _match(match: Json, at: str) -> Match:
    if not isinstance(match, dict):
        raise bad_member(at, "an object")
    _only(match, f"{at}.", {"method", "host", "path", "nth", "probability"})
    return Match(
        method=_text(match, "method", at),
        host=_text(match, "host", at),
        path=_text(match, "path", at),
        nth=_nth(match.get("nth"), at),
        probability=_number(match, "probability", at, most=1.0),
    )


def _only(found: Mapping[str, Json], at: str, known: set[str]) -> None:
    for name in found:
        if name not in known:
            raise bad_member(f"{at}{name}", f"one of {', '.join(f'`{one}`' for one in sorted(known))}")


def _text(found: Mapping[str, Json], name: str, at: str) -> str | None:
    value = found.get(name)
    if value is not None and not isinstance(value, str):
        raise bad_member(f"{at}.{name}", "a text, `*` for any characters")
    return value


def _nth(value: Json, at: str) -> tuple[int, ...] | None:
    if value is None:
        return None
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(one, int) and not isinstance(one, bool) and one >= 1 for one in listed):
        raise bad_member(f"{at}.nth", "a whole number from 1, or a list of them")
    return tuple(listed)


def _number(found: Mapping[str, Json], name: str, at: str, *, most: float) -> float | None:
    value = found.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most or math.isnan(value):
        raise bad_member(f"{at}.{name}", f"a number from 0 to {most:g}")
    return float(value)


def _whole(found: Mapping[str, Json], name: str, at: str, *, least: int = 0, most: int = 1 << 40) -> int | None:
    value = found.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise bad_member(f"{at}.{name}", f"a whole number from {least} to {most}")
    return value


def _flag(found: Mapping[str, Json], name: str, at: str) -> bool:
    value = found.get(name, False)
    if not isinstance(value, bool):
        raise bad_member(f"{at}.{name}", "true or false")
    return value


def _headers(value: Json, at: str) -> Mapping[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(one, (str, int, float)) for one in value.values()):
        raise bad_member(f"{at}.headers", "an object of texts or numbers")
    headers = {name: str(one) for name, one in value.items()}
    if not all(_HEADER_NAME.fullmatch(name) and _sendable(one) for name, one in headers.items()):
        raise bad_member(f"{at}.headers", "an object of texts that can be sent as headers")
    return headers


def _sendable(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _reset(value: Json, at: str) -> Reset | None:
    if value is None:
        return None
    if value not in list(Reset):
        raise bad_member(f"{at}.reset", "`before` or `after`")
    return Reset(value)


def _glob(pattern: str | None, candidates: Sequence[str]) -> bool:
    return pattern is None or any(fnmatchcase(one.lower(), pattern.lower()) for one in candidates)
