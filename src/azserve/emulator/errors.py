"""What can go wrong with the emulator itself, as opposed to what it answers."""

from __future__ import annotations


class EmulatorError(Exception):
    """The emulator cannot start or cannot do what it was told. `message` is one clause, `hint` the next move."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
