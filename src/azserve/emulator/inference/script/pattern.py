"""A text that matches a regular expression, made from the expression instead of found by trying.

Trying would run somebody else's expression, and some of those never end. Known: literals, escapes, classes, `.`,
groups, alternatives, quantifiers and the two anchors; anything else (look-around, back-references) is Impossible.
"""

from __future__ import annotations

import string


class Impossible(Exception):
    """Nothing can obey the schema, or this emulator does not see what would."""


_ESCAPES = {"d": "1", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a", "t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_CLASSES = {"d": string.digits, "w": string.ascii_letters + string.digits + "_", "s": " \t"}
_PRINTABLE = string.ascii_letters + string.digits + string.punctuation + " "
_LONGEST = 4096


def matching(pattern: str, least: int = 0) -> str:
    """Return a text of at least `least` characters that the pattern matches; raises Impossible."""
    for more in range(least + 1):
        found = _Reader(pattern, more).whole()
        if len(found) >= least:
            return found
        if more == 0 and not any(sign in pattern for sign in "*+{"):
            break
    raise Impossible(f"no text that long matches `{pattern}`")


class _Reader:
    """Reads the expression once and writes the text as it goes; open-ended quantifiers give `more` than they must."""

    def __init__(self, pattern: str, more: int) -> None:
        self._pattern = pattern
        self._more = more
        self._at = 0
        self._depth = 0

    def whole(self) -> str:
        found = self._alternatives()
        if self._at < len(self._pattern):
            raise self._unknown()
        return found

    def _unknown(self) -> Impossible:
        return Impossible(f"the pattern `{self._pattern}` uses what this emulator does not read")

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _next(self) -> str:
        found = self._peek()
        if not found:
            raise self._unknown()
        self._at += 1
        return found

    def _alternatives(self) -> str:
        """Write the first alternative, and read the others."""
        found = self._sequence()
        while self._peek() == "|":
            self._at += 1
            self._sequence()
        return found

    def _sequence(self) -> str:
        parts: list[str] = []
        size = 0
        while self._peek() not in ("", "|", ")"):
            part = self._atom()
            part *= self._times()
            size += len(part)
            if size > _LONGEST:
                raise Impossible("the pattern asks for a very long text")
            parts.append(part)
        return "".join(parts)

    def _atom(self) -> str:
        sign = self._next()
        match sign:
            case "^" | "$":
                return ""
            case ".":
                return "a"
            case "\\":
                return self._escape()
            case "[":
                return self._class()
            case "(":
                return self._group()
            case "*" | "+" | "?" | "{":
                raise self._unknown()
            case _:
                return sign

    def _escape(self) -> str:
        sign = self._next()
        if sign in "bBAZz":
            return ""
        if sign in "pPkux" or sign.isdigit():
            raise self._unknown()
        return _ESCAPES.get(sign, sign)

    def _group(self) -> str:
        self._depth += 1
        if self._depth > 20:
            raise self._unknown()
        if self._peek() == "?":
            self._at += 1
            sign = self._next()
            if sign == "P":
                sign = self._next()
            if sign == "<" and self._peek() not in ("=", "!", ""):
                self._at = self._pattern.find(">", self._at) + 1 or len(self._pattern)
            elif sign != ":":
                raise self._unknown()
        found = self._alternatives()
        if self._next() != ")":
            raise self._unknown()
        self._depth -= 1
        return found

    def _class(self) -> str:
        negated = self._peek() == "^"
        if negated:
            self._at += 1
        members: list[str] = []
        first = True
        while first or self._peek() != "]":
            members += self._class_member()
            first = False
        self._at += 1
        if not negated:
            return members[0]
        left = (sign for sign in _PRINTABLE if sign not in members)
        try:
            return next(left)
        except StopIteration:
            raise self._unknown() from None

    def _class_member(self) -> list[str]:
        low = self._next()
        if low == "\\":
            low = self._next()
            if low in _CLASSES:
                return list(_CLASSES[low])
            if low in "DWSpPux":
                raise self._unknown()
            low = _ESCAPES.get(low, low)
        if self._peek() == "-" and self._pattern[self._at + 1 : self._at + 2] not in ("]", ""):
            self._at += 1
            high = self._next()
            high = self._next() if high == "\\" else high
            return [chr(code) for code in range(ord(low), min(ord(high), ord(low) + 500) + 1)] or [low]
        return [low]

    def _times(self) -> int:
        sign = self._peek()
        if sign == "" or sign not in "*+?{":
            return 1
        self._at += 1
        times = self._braces() if sign == "{" else {"*": self._more, "+": 1 + self._more, "?": 0}[sign]
        if self._peek() in ("?", "+"):
            self._at += 1
        return times

    def _braces(self) -> int:
        end = self._pattern.find("}", self._at)
        least, comma, most = self._pattern[self._at : end].partition(",")
        if end < 0 or not (least or "0").isdigit() or not (most or "0").isdigit():
            raise self._unknown()
        self._at = end + 1
        low = int(least or 0)
        if low > _LONGEST:
            raise Impossible("the pattern asks for a very long text")
        if not comma:
            return low
        return low + self._more if not most else min(low + self._more, int(most))
