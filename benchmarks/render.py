"""Rendering 30 regions of 10 endpoints and writing the files, beside importing jinja2 and writing the same bytes.

Target: within 3 times. Both are programs of their own, run by turns after one run that only warms up (compiled
templates are kept as Python keeps its modules), and compared by the CPU time of their best run, which a busy machine
disturbs least. Imports of azserve are not counted, the loading of its templates is.
"""

from __future__ import annotations

from benchmarks._measuring import Clock, compare

TARGET = 3.0


def main() -> bool:
    """Print the ratio, both times and both peaks of memory."""
    result = compare("benchmarks._programs.render_azserve", "benchmarks._programs.render_floor", Clock.CPU)
    print(f"{result.ratio:.2f} times the floor (target {TARGET:g})")
    print(f"  azserve {result.subject}\n  floor   {result.peer}")
    return result.ratio <= TARGET
