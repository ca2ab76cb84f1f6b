"""Sums in a question: found, and worked out."""

from __future__ import annotations

import re
from fractions import Fraction

_WORDS = (
    (r"\bmultiplied by\b|\btimes\b|[×·]", "*"),
    (r"\bdivided by\b|÷", "/"),
    (r"\bplus\b", "+"),
    (r"\bminus\b|[−–]", "-"),
    (r"(?<=\d)\s*[xX]\s*(?=\d)", "*"),
    (r"(?<=\d),(?=\d{3}\b)", ""),
)
_NUMBER = r"\(*\s*-?\d+(?:\.\d+)?\s*\)*"
_SUM = re.compile(rf"{_NUMBER}(?:\s*(?:\*\*|[-+*/%])\s*{_NUMBER})+")
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_PART = re.compile(r"\s*(\d+(?:\.\d+)?|\*\*|[-+*/%()])")


def find_sum(text: str) -> tuple[str, str] | None:
    """Return the first sum in a text and its result, both as text; None where there is none that makes sense."""
    text = _DAY.sub("; ", " ".join(text.split()))
    for pattern, sign in _WORDS:
        text = re.sub(pattern, sign, text)
    found = _SUM.search(text)
    if found is None:
        return None
    expression = found[0].strip()
    if len(expression) > 100:
        return None
    try:
        return expression, _shown(_Reader(expression).whole())
    except (ValueError, ZeroDivisionError):
        return None


def _shown(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.6g}"


class _Reader:
    """Recursive descent over + - * / % ** and parentheses, exact."""

    def __init__(self, text: str) -> None:
        self._parts = _PART.findall(text)
        self._at = 0

    def whole(self) -> Fraction:
        value = self._terms()
        if self._at != len(self._parts):
            raise ValueError("more than a sum")
        return value

    def _next(self, *signs: str) -> str | None:
        if self._at < len(self._parts) and (not signs or self._parts[self._at] in signs):
            self._at += 1
            return str(self._parts[self._at - 1])
        return None

    def _terms(self) -> Fraction:
        value = self._factors()
        while sign := self._next("+", "-"):
            right = self._factors()
            value = value + right if sign == "+" else value - right
        return value

    def _factors(self) -> Fraction:
        value = self._power()
        while sign := self._next("*", "/", "%"):
            right = self._power()
            value = value * right if sign == "*" else value / right if sign == "/" else value % right
        return value

    def _power(self) -> Fraction:
        base = self._atom()
        if not self._next("**"):
            return base
        exponent = self._power()
        if exponent.denominator != 1 or abs(exponent) > 64 or abs(base) > 10**6:
            raise ValueError("a power that nobody asks a chat model")
        return Fraction(base**exponent.numerator)

    def _atom(self) -> Fraction:
        if self._next("-"):
            return -self._atom()
        if self._next("("):
            value = self._terms()
            if not self._next(")"):
                raise ValueError("an open parenthesis")
            return value
        part = self._next()
        if part is None or not part[0].isdigit():
            raise ValueError("no number")
        return Fraction(part)
