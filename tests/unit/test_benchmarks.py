"""The benchmarks can be listed and compare what they are given; what they measure is asserted nowhere."""

from __future__ import annotations

import json

import pytest
from benchmarks import __main__ as benchmarks
from benchmarks._measuring import Clock, Comparison, Took, took


def test_every_benchmark_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert benchmarks.main(["--list"]) == 0
    assert "render: Rendering 30 regions of 10 endpoints" in capsys.readouterr().out


def test_a_benchmark_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert benchmarks.main(["nonsense"]) == 2
    assert "there is no benchmark `nonsense`" in capsys.readouterr().err


@pytest.mark.parametrize(("clock", "ratio"), [(Clock.CPU, 3.0), (Clock.WALL, 0.5)])
def test_sides_are_compared_by_the_clock_that_counts(clock: Clock, ratio: float) -> None:
    assert Comparison(Took(0.6, 1.0, 10.0), Took(0.2, 2.0, 10.0), clock).ratio == pytest.approx(ratio)


def test_a_program_says_what_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    with took():
        pass

    assert {"cpu_s", "wall_s", "peak_mb"} == set(json.loads(capsys.readouterr().out))
