"""Files and what is wrong with them: `cases/NAME.yaml`, and beside it what is expected.

`NAME.json` holds the environment asked for, variables and flags, and every problem in order, with the file's name
written FILE. A file whose name ends in `-near` comes as close to a mistake as it can and is sound.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from azserve.catalogue import load_catalogue
from azserve.config import ConfigRequest, load
from azserve.errors import ConfigurationError, ExitCode, Problem

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
WRONG = [case for case in CASES if not case.stem.endswith("-near")]
SOUND = [case for case in CASES if case.stem.endswith("-near")]


def given(case: Path) -> dict[str, Any]:
    beside = case.with_suffix(".json")
    told: dict[str, Any] = json.loads(beside.read_text(encoding="utf-8")) if beside.exists() else {}
    return told


def request_for(case: Path) -> ConfigRequest:
    told = given(case)
    return ConfigRequest(
        load_catalogue(), case, told.get("environment"), told.get("flags", {}), told.get("environ", {})
    )


def shown(problem: Problem, case: Path) -> dict[str, str | None]:
    def named(text: str | None) -> str | None:
        return text.replace(str(case), "FILE") if text else text

    return {
        "where": named(problem.where),
        "code": problem.code,
        "message": named(problem.message),
        "hint": named(problem.hint),
    }


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.stem)
def test_every_problem_of_a_file_is_reported_at_once(case: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(request_for(case))
    assert [shown(problem, case) for problem in caught.value.problems] == given(case)["problems"]


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.stem)
def test_a_problem_reads_as_one_clause_with_a_place(case: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(request_for(case))
    assert caught.value.exit_code is ExitCode.CONFIGURATION
    for problem in caught.value.problems:
        assert problem.where
        assert not problem.message.endswith(".")
        assert "\n" not in problem.message


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case.stem)
def test_what_only_looks_like_a_mistake_is_sound(case: Path) -> None:
    assert load(request_for(case)).endpoints
