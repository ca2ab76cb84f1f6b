"""`format`: .NET's composite formatting, as far as templates use it."""

from __future__ import annotations

import re

from azserve.emulator.arm.deployments.template.evaluate import unable
from azserve.emulator.arm.deployments.template.values import HEAVIEST, is_int, text_of
from azserve.emulator.kernel.wire import Json

PIECES = re.compile(
    r"\{\{|\}\}|\{\s*(?P<index>\d{1,6})\s*(?:,\s*(?P<width>-?\d{1,6})\s*)?(?::(?P<shape>[^{}]*))?\}|[{}]"
)
STANDARD = re.compile(r"(?P<letter>[A-Za-z])(?P<digits>\d{0,2})")
CUSTOM = re.compile(r"(?P<pattern>[0#,]*[0#])(?:\.(?P<places>0+))?")


def composed(source: str, values: list[Json]) -> str:
    """Return the text with `{0}`, `{1,-8}` and `{2:D3}` filled in."""

    def piece(found: re.Match[str]) -> str:
        match found.group(0):
            case "{{":
                return "{"
            case "}}":
                return "}"
            case "{" | "}":
                raise unable("format", f"the format string '{source[:80]}' is not valid")
        index = int(found["index"])
        if index >= len(values):
            raise unable("format", f"the format string has no argument for '{{{index}}}'")
        text = shaped(values[index], found["shape"]) if found["shape"] else text_of(values[index])
        width = int(found["width"] or 0)
        if abs(width) > HEAVIEST // 64:
            raise unable("format", "the alignment is too wide")
        return text.ljust(-width) if width < 0 else text.rjust(width)

    made: list[str] = []
    room, end = HEAVIEST, 0
    for found in PIECES.finditer(source):
        made += source[end : found.start()], piece(found)
        end, room = found.end(), room - len(made[-1])
        if room < 0:
            raise unable("format", "the result is too long")
    return "".join([*made, source[end:]])


def shaped(value: Json, shape: str) -> str:
    """Return a number in a .NET format; text ignores its format, as it does there."""
    if not is_int(value):
        return text_of(value)
    if found := STANDARD.fullmatch(shape):
        return standard(value, found["letter"], int(found["digits"]) if found["digits"] else None)
    if found := CUSTOM.fullmatch(shape):
        return custom(value, found["pattern"], found["places"] or "")
    raise unable("format", f"the format specifier '{shape[:40]}' is not modelled by the azserve emulator")


def standard(value: int, letter: str, digits: int | None) -> str:
    """Return an integer in one of the standard formats: D, X, N, F, G, P."""
    sign, size = "-" if value < 0 else "", abs(value)
    match letter:
        case "D" | "d":
            return sign + str(size).rjust(digits or 0, "0")
        case "X" | "x":
            raised = f"{value % 2**32 if -(2**31) <= value < 0 else value % 2**64:{letter}}"
            return raised.rjust(digits or 0, "0")
        case "N" | "n":
            return f"{value:,.{2 if digits is None else digits}f}"
        case "F" | "f":
            return f"{value:.{2 if digits is None else digits}f}"
        case "P" | "p":
            return f"{value * 100:,.{2 if digits is None else digits}f} %"
        case "G" | "g":
            return str(value)
    raise unable("format", f"the format specifier '{letter}' is not modelled by the azserve emulator")


def custom(value: int, pattern: str, places: str) -> str:
    """Return an integer in a pattern of `0`, `#` and `,`."""
    least = len(pattern.replace(",", "").lstrip("#"))
    size = str(abs(value)).rjust(least, "0")
    if value == 0 and least == 0:
        size = ""
    if "," in pattern:
        size = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", size)
    tail = "." + "0" * len(places) if places else ""
    return ("-" if value < 0 else "") + size + tail
