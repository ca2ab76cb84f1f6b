"""What is said when no choice of regions meets the need: every reason, and the smallest change that would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from azserve.errors import NotAllowed, Problem, Refused, Severity
from azserve.model.names import EndpointKey, Region
from azserve.model.settings import RegionChoice
from azserve.model.verdict import Answer, Reason, ReasonCode, Verdict
from azserve.planning.situation import Alongside, Situation
from azserve.planning.verdicts import judge

NO_PLACE: Final = "no-placement"
OF_SUBSCRIPTION: Final = (
    ReasonCode.SUBSCRIPTION_DISABLED,
    ReasonCode.PROVIDER_UNREGISTERED,
    ReasonCode.PERMISSION_MISSING,
)
"""What holds in one region holds in all of them."""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Endpoints that found fewer regions than they need."""

    keys: tuple[EndpointKey, ...]
    choice: RegionChoice
    needed: int
    chosen: tuple[Region, ...]
    verdicts: tuple[Verdict, ...]
    """Of the regions that were not chosen."""


def refusal(unplaced: tuple[Unplaced, ...], situation: Situation) -> Refused:
    """Return the error.

    Its problems are, for each that found no place, how far it got with the smallest change that would help, then
    one for each endpoint and region that stands in the way, in the file's order.
    """
    codes = {problem.code for one in unplaced for problem in _problems(one)}
    code = codes.pop() if len(codes) == 1 else NO_PLACE
    found: list[Problem] = []
    for one in unplaced:
        found.append(Problem(NO_PLACE, _headline(one), hint=smallest_change(one, situation)))
        found += _problems(one)
    first = found[0]
    kind = NotAllowed if code == ReasonCode.PERMISSION_MISSING else Refused
    return kind(first.message, code=code, hint=first.hint, found=tuple(found))


def _headline(unplaced: Unplaced) -> str:
    who = ", ".join(f"`{key}`" for key in unplaced.keys)
    return f"{len(unplaced.chosen)} of the {unplaced.needed} regions needed can take {who}"


def smallest_change(unplaced: Unplaced, situation: Situation) -> str:
    """Return the least that would help: some quota, another region, another model, or fewer regions."""
    cure = _for_everywhere(unplaced)
    if cure is not None:
        return cure
    missing = unplaced.needed - len(unplaced.chosen)
    raises = sorted(_by_quota_alone(unplaced))
    if len(raises) >= missing:
        return "; ".join(text for _, text in raises[:missing])
    others = _other_regions(unplaced, situation)
    if len(others) >= missing:
        return _with_other_regions(unplaced, others[:missing], situation)
    moves = [
        reason.hint
        for verdict in unplaced.verdicts
        for reason in verdict.reasons
        if reason.blocking and reason.code in {ReasonCode.MODEL_RETIRED, ReasonCode.MODEL_DEPRECATED} and reason.hint
    ]
    if moves:
        return moves[0]
    if unplaced.chosen:
        return f"lower `need` to {len(unplaced.chosen)}"
    hints = [reason.hint for verdict in unplaced.verdicts for reason in verdict.reasons[:1] if reason.hint]
    return hints[0] if hints else "name other regions under `regions.of`"


def _with_other_regions(unplaced: Unplaced, others: list[Region], situation: Situation) -> str:
    """Return where to write other regions: beside those of a choice, in the place of those of a list that needs all."""
    one = situation.settings.endpoints[unplaced.keys[0]]
    whose = "" if one.regions is None else f" of `{one.key}`"
    offer = f"where documents offer {'it' if len(unplaced.keys) == 1 else 'all of them'}"
    if unplaced.choice.need is not None:
        return f"add {_named(others)} to `regions.of`{whose}, {offer}"
    against = dict.fromkeys(verdict.region for verdict in unplaced.verdicts if verdict.answer is not Answer.YES)
    return f"name {_named(others)} instead of {_named(against)} under `regions`{whose}, {offer}"


def _named(regions: Iterable[Region]) -> str:
    return ", ".join(f"`{region}`" for region in regions)


def _for_everywhere(unplaced: Unplaced) -> str | None:
    """Return what to do about an obstacle that no other region is free of; None where there is none."""
    blocking = [[one for one in verdict.reasons if one.blocking] for verdict in unplaced.verdicts]
    for code in OF_SUBSCRIPTION:
        found = [reason for reasons in blocking for reason in reasons if reason.code is code]
        regions = {verdict.region for verdict in unplaced.verdicts if any(one.code is code for one in verdict.reasons)}
        if found and regions == {verdict.region for verdict in unplaced.verdicts}:
            return "; ".join(dict.fromkeys(one.hint for one in found if one.hint))
    return None


def _problems(unplaced: Unplaced) -> Iterator[Problem]:
    for verdict in unplaced.verdicts:
        if verdict.answer is Answer.YES:
            continue
        reason = verdict.reasons[0]
        is_no = verdict.answer is Answer.NO
        yield Problem(
            code=reason.code,
            message=f"`{verdict.endpoint}` {'cannot' if is_no else 'may not be able to'} go to `{verdict.region}`: "
            f"{reason.message}",
            severity=Severity.ERROR if is_no else Severity.WARNING,
            hint=reason.hint,
            where=str(verdict.region),
        )


def _by_quota_alone(unplaced: Unplaced) -> Iterator[tuple[float, str]]:
    """Yield what to raise, and by how much, for each region that only quota keeps out."""
    regions = dict.fromkeys(verdict.region for verdict in unplaced.verdicts)
    for region in regions:
        against = [one for one in unplaced.verdicts if one.region == region and one.answer is not Answer.YES]
        blocking = [reason for verdict in against for reason in verdict.reasons if reason.blocking]
        if blocking and all(reason.code is ReasonCode.QUOTA_SHORT for reason in blocking):
            worst = max(blocking, key=_short)
            yield _short(worst), f"in `{region}` {worst.hint}"


def _short(reason: Reason) -> float:
    return reason.numbers.get("short", 0.0)


def _other_regions(unplaced: Unplaced, situation: Situation) -> list[Region]:
    """Return regions outside the candidates where documents offer every endpoint, and nothing known refuses one.

    They were not surveyed, so what quota they have is not among it.
    """
    endpoints = tuple(situation.settings.endpoints[key] for key in unplaced.keys)
    hosted = [situation.hosted(one) for one in endpoints]
    if any(one is None or one.regions is None for one in hosted):
        return []
    return [
        region
        for region in situation.catalogue.regions
        if region not in unplaced.choice.of
        and all(one is not None and region in (one.regions or ()) for one in hosted)
        and all(
            judge(one, region, situation, unplaced.choice, Alongside(endpoints)).answer is not Answer.NO
            for one in endpoints
        )
    ]
