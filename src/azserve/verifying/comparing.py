"""The same probe in several regions: which of them differ from what the others show. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from azserve.model.finding import Finding, Outcome, Outlier

SLOWER = 3.0
"""How many times the others' median a first token may take."""
SLOWER_BY_S = 2.0
"""And how much longer at least, so that milliseconds do not count."""
FEWEST = 3
"""Regions that it takes to say which of them is the odd one."""
TOLD = frozenset({Outcome.PASSED, Outcome.FLAKY, Outcome.UNEXPECTED, Outcome.UNSUPPORTED})


def outliers(findings: Sequence[Finding]) -> tuple[Outlier, ...]:
    """Return what is odd, in the findings' order."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.outcome in TOLD:
            groups.setdefault((finding.endpoint, finding.probe), []).append(finding)
    return tuple(odd for group in groups.values() if len(group) >= FEWEST for odd in _odd(group))


def _odd(group: Sequence[Finding]) -> Iterator[Outlier]:
    yield from _differing(group, [_ability(each) for each in group], "{found} here, {usual} elsewhere")
    yield from _differing(group, [each.model for each in group], "answers as `{found}`, elsewhere as `{usual}`")
    filters = [", ".join(each.filters) for each in group]
    yield from _differing(group, filters, "the filter judges {found}, elsewhere {usual}")
    yield from _slow(group)


def _ability(finding: Finding) -> str:
    return "unsupported" if finding.outcome is Outcome.UNSUPPORTED else "supported"


def _differing(group: Sequence[Finding], shown: Sequence[str], message: str) -> Iterator[Outlier]:
    """Yield those that differ from what more than half of the group show."""
    usual, times = Counter(shown).most_common(1)[0]
    if times * 2 <= len(group):
        return
    for finding, found in zip(group, shown, strict=True):
        if found != usual:
            said = message.format(found=found or "nothing", usual=usual or "nothing")
            yield Outlier(finding.probe, finding.endpoint, finding.region, said)


def _slow(group: Iterable[Finding]) -> Iterator[Outlier]:
    timed = [(each, each.timings.first_token_s) for each in group]
    known = [(finding, seconds) for finding, seconds in timed if seconds is not None]
    if len(known) < FEWEST:
        return
    for finding, seconds in known:
        usual = median(other for each, other in known if each is not finding)
        if seconds > usual * SLOWER and seconds > usual + SLOWER_BY_S:
            message = f"first token after {seconds:.1f} s, elsewhere after {usual:.1f} s"
            yield Outlier(finding.probe, finding.endpoint, finding.region, message)
