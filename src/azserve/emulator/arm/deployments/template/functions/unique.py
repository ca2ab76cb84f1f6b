"""`uniqueString`: thirteen characters that look random and are the same for the same text."""

from __future__ import annotations

from azserve.emulator.kernel.inferred import inferred

inferred(
    "arm.template.uniqueString",
    "uniqueString() is a 64-bit Murmur hash, two lanes of 32 bits, in 13 characters of base 32",
    because="Microsoft documents length, alphabet and determinism, not the hash; the constants are those of public "
    "re-implementations (read 2026-11-22). Names may differ from Azure's: of a value that a public test says came from "
    "ARM, for a long resource id, the hash gives another",
)

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
MASK = 0xFFFFFFFF
C1, C2 = 0x239B961B, 0xAB0E9789


def rotated(value: int, by: int) -> int:
    """Rotate 32 bits to the left."""
    return ((value << by) | (value >> (32 - by))) & MASK


def mixed(value: int) -> int:
    """The last stirring of a lane."""
    value ^= value >> 16
    value = value * 0x85EBCA6B & MASK
    value ^= value >> 13
    value = value * 0xC2B2AE35 & MASK
    return value ^ (value >> 16)


def murmur_64(data: bytes) -> int:
    """Return a 64-bit hash, the second lane in the high half."""
    one = two = 0
    whole = len(data) - len(data) % 8
    for at in range(0, whole, 8):
        low = int.from_bytes(data[at : at + 4], "little")
        high = int.from_bytes(data[at + 4 : at + 8], "little")
        one ^= rotated(low * C1 & MASK, 15) * C2 & MASK
        one = (rotated(one, 19) + two) * 5 + 0x561CCD1B & MASK
        two ^= rotated(high * C2 & MASK, 17) * C1 & MASK
        two = (rotated(two, 13) + one) * 5 + 0x0BCAA747 & MASK
    rest = data[whole:]
    if len(rest) > 4:
        two ^= rotated(int.from_bytes(rest[4:], "little") * C2 & MASK, 17) * C1 & MASK
    if rest:
        one ^= rotated(int.from_bytes(rest[:4], "little") * C1 & MASK, 15) * C2 & MASK
    one ^= len(data)
    two ^= len(data)
    one = one + two & MASK
    two = two + one & MASK
    one, two = mixed(one), mixed(two)
    one = one + two & MASK
    two = two + one & MASK
    return two << 32 | one


def unique_string(source: str) -> str:
    """Return the thirteen characters for a text."""
    value, made = murmur_64(source.encode("utf-8", "surrogatepass")), ""
    for _ in range(13):
        made += ALPHABET[value >> 59]
        value = value << 5 & 0xFFFFFFFFFFFFFFFF
    return made
