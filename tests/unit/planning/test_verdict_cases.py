"""The bench: facts in, verdicts out. Expected values are written by hand in `cases/`, each with its source.

A file holds what its cases share under `given`; a case replaces members of that. What a case gives:

- `fleet`: `endpoints` and `regions` as in azserve.yaml;
- `facts`: by region, `models` and `pools` (current, limit) as `worlds.py` reads them, or text: why it was unreadable;
- `around` and `here`: what lies around the fleet, as `around.py` reads it;
- `live`: what the fleet has, by region, or text; `today`; `scopes`, `retirements`: facts of the catalogue; `strict`.

`expect` maps "endpoint region" to answer, rank, the codes of all reasons in order, and the first one's numbers.
`near` names the reason that a case misses by one unit, one day or one word.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.unit.planning.around import with_surroundings
from tests.unit.planning.worlds import (
    TODAY,
    catalogue,
    facts,
    live_deployment,
    live_endpoint,
    region_facts,
    settings,
)

from azserve.model.facts import LiveResource
from azserve.model.settings import Settings
from azserve.model.verdict import ReasonCode
from azserve.planning.choosing import assess
from azserve.planning.situation import Situation

CASES = Path(__file__).parent / "cases"


def cases() -> Iterator[Any]:
    for file in sorted(CASES.glob("*.json")):
        document = json.loads(file.read_text("utf-8"))
        for name, case in document["cases"].items():
            yield pytest.param({**document.get("given", {}), **case}, id=f"{file.stem}: {name}")


def live(wanted: Settings, given: Mapping[str, Any] | str) -> list[LiveResource] | str:
    if isinstance(given, str):
        return given
    return [
        live_deployment(wanted, region, one) if "capacity" in one else live_endpoint(wanted, region, one)
        for region, ones in given.items()
        for one in ones
    ]


def situation(case: Mapping[str, Any]) -> Situation:
    wanted = settings(**case["fleet"])
    known = facts(
        (region_facts(name, **given) for name, given in case.get("facts", {}).items()),
        live(wanted, case.get("live", {})),
    )
    return Situation(
        settings=wanted,
        catalogue=catalogue(scopes=case.get("scopes"), retirements=case.get("retirements")),
        facts=with_surroundings(known, wanted, case.get("around", {}), case.get("here", {})),
        today=date.fromisoformat(case["today"]) if "today" in case else TODAY,
        strict=case.get("strict", False),
    )


@pytest.mark.parametrize("case", list(cases()))
def test_verdicts_are_as_worked_out_by_hand(case: dict[str, Any]) -> None:
    verdicts = {f"{one.endpoint} {one.region}": one for one in assess(situation(case))}
    found = {
        where: {
            "answer": verdicts[where].answer,
            "rank": verdicts[where].evidence.rank,
            "codes": [reason.code for reason in verdicts[where].reasons],
            **({"numbers": dict(verdicts[where].reasons[0].numbers)} if "numbers" in expected else {}),
        }
        for where, expected in case["expect"].items()
    }
    assert found == case["expect"]


@pytest.mark.parametrize("case", list(cases()))
def test_every_case_names_its_source(case: dict[str, Any]) -> None:
    assert case["source"]


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_reason_has_a_hit_and_a_near_miss(code: ReasonCode) -> None:
    every = [each.values[0] for each in cases()]
    given = [{one for expected in case["expect"].values() for one in expected["codes"]} for case in every]
    assert any(code in codes for codes in given)
    assert any(case.get("near") == code and code not in codes for case, codes in zip(every, given, strict=True))
