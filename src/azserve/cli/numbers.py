"""Numbers that people type."""

from __future__ import annotations

import math

import click


class FiniteRange(click.FloatRange):
    """A range that `nan` is outside of, which compares with nothing, and `inf` too."""

    def convert(self, value: float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number; fails as any bad value does."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a number that can be counted to", param, ctx)
        return number
