"""Measures, each a ratio against a peer or a floor in the same run; `python -m benchmarks` runs them all.

Not tests: a busy machine makes them slow, never wrong. Each module has a `main()` that prints what it measured and
returns whether it is within its target.
"""
