"""Run every benchmark, or those that are named: `python -m benchmarks emulator_load`; `--list` says what there is."""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module

import benchmarks


def main(wanted: list[str]) -> int:
    """Return 0 where all are within their targets."""
    names = [found.name for found in pkgutil.iter_modules(benchmarks.__path__) if not found.name.startswith("_")]
    if wanted == ["--list"]:
        for name in names:
            print(f"{name}: {(import_module(f'benchmarks.{name}').__doc__ or '').partition(chr(10))[0]}")
        return 0
    unknown = [name for name in wanted if name not in names]
    if unknown:
        print(f"there is no benchmark `{unknown[0]}`; there are {', '.join(names)}", file=sys.stderr)
        return 2
    results = []
    for name in wanted or names:
        print(f"== {name}")
        results.append(import_module(f"benchmarks.{name}").main())
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
