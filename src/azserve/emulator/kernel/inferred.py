"""What in the emulator is inferred about Azure rather than known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Inference:
    """One guess: what, and why it was thought reasonable."""

    where: str
    what: str
    because: str


FACTS: dict[str, Inference] = {}
"""All guesses by a stable key, for `azserve emulator facts`."""


def inferred(key: str, what: str, *, because: str) -> None:
    """Mark a guess, at module level beside the code that acts on it: `inferred("ml.endpoint.404", …)`."""
    FACTS[key] = Inference(where=key.rpartition(".")[0], what=what, because=because)
