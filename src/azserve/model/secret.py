"""A value that must not be seen."""

from __future__ import annotations

from typing import Final, final

MASK: Final = "••••••••"


@final
class Secret:
    """Text that prints masked wherever it goes; `reveal()` is the only way to the value.

    Not a `str`, so it cannot slip into a format string, a log line or a JSON document by accident. Pickling and
    copying into a mapping are refused for the same reason.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value. Call it where it is used, not where it is read."""
        return self._value

    def tail(self, length: int = 4) -> str:
        """Return a mask that ends in the last characters, to tell two keys apart; short values stay hidden."""
        return MASK + self._value[-length:] if len(self._value) >= 4 * length else MASK

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a Secret does not leave the process")
