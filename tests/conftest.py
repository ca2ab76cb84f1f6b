"""What holds for every test."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# No test here asserts a time: a machine that is busy with something else finds no bug.
settings.register_profile("azserve", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("azserve")
