"""All that is inferred about Azure, from every part of the emulator."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from azserve.emulator.kernel.inferred import FACTS, Inference


def all_facts() -> dict[str, Inference]:
    """Import every part, so that each has marked its guesses, and return them by key."""
    package = import_module("azserve.emulator")
    for module in pkgutil.walk_packages(package.__path__, "azserve.emulator."):
        import_module(module.name)
    return dict(FACTS)
