"""Reading what a picture says about itself: type and size, out of its first bytes."""

from __future__ import annotations

import base64
import binascii
import math
import re
from dataclasses import dataclass

from azserve.emulator.kernel.inferred import inferred

inferred(
    "inference.images.tokens",
    "A picture costs 85 tokens and 170 for each square of 512 pixels.",
    because="the OpenAI models count so; other vendors publish nothing",
)

_DATA_URL = re.compile(r"data:(?P<type>[\w.+/-]*)(?P<options>(?:;[\w=.+-]+)*),(?P<data>.*)", re.DOTALL)


class NotAnImage(Exception):
    """The data is no picture of a known kind; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture, as far as a scripted model looks at it."""

    kind: str
    """`PNG`, `JPEG`, `GIF` or `WebP`."""
    width: int
    height: int
    colour: str | None = None
    """The name of its only colour, for a PNG that says which in a palette of one."""

    @property
    def tokens(self) -> int:
        """What it costs in a prompt."""
        return 85 + 170 * math.ceil(self.width / 512) * math.ceil(self.height / 512)

    def __str__(self) -> str:
        return f"{self.kind} image of {self.width}×{self.height} pixels"


def from_data_url(url: str) -> Image:
    """Read `data:image/png;base64,…`; raise NotAnImage."""
    found = _DATA_URL.fullmatch(url)
    if found is None:
        raise NotAnImage("it is not a data URL")
    if "base64" not in found["options"].split(";"):
        raise NotAnImage("the data URL is not in base64")
    try:
        data = base64.b64decode(found["data"], validate=True)
    except binascii.Error:
        raise NotAnImage("the base64 data is broken") from None
    return read(data)


def read(data: bytes) -> Image:
    """Read a picture's type and size; raise NotAnImage."""
    try:
        image = _png(data) or _gif(data) or _webp(data) or _jpeg(data)
    except IndexError:
        raise NotAnImage("the picture is cut short") from None
    if image is None:
        raise NotAnImage("it is none of PNG, JPEG, GIF and WebP")
    if not image.width or not image.height:
        raise NotAnImage("the picture has no size")
    return image


def _number(data: bytes, at: int, length: int, order: str = "big") -> int:
    if len(data) < at + length:
        raise IndexError
    return int.from_bytes(data[at : at + length], "little" if order == "little" else "big")


def _png(data: bytes) -> Image | None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    if data[12:16] != b"IHDR":
        raise NotAnImage("the PNG does not begin with a header")
    return Image("PNG", _number(data, 16, 4), _number(data, 20, 4), _only_colour(data))


_COLOURS = {
    "red": (255, 0, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "black": (0, 0, 0),
    "white": (255, 255, 255),
}


def _only_colour(data: bytes) -> str | None:
    at = data.find(b"PLTE")
    if at < 4 or _number(data, at - 4, 4) != 3 or len(data) < at + 7:
        return None
    shown = data[at + 4 : at + 7]
    return min(_COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(shown, _COLOURS[name], strict=True)))


def _gif(data: bytes) -> Image | None:
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    return Image("GIF", _number(data, 6, 2, "little"), _number(data, 8, 2, "little"))


def _webp(data: bytes) -> Image | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    form = data[12:16]
    if form == b"VP8X":
        return Image("WebP", _number(data, 24, 3, "little") + 1, _number(data, 27, 3, "little") + 1)
    if form == b"VP8L":
        bits = _number(data, 21, 4, "little")
        return Image("WebP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if form == b"VP8 ":
        return Image("WebP", _number(data, 26, 2, "little") & 0x3FFF, _number(data, 28, 2, "little") & 0x3FFF)
    raise NotAnImage("the WebP holds no picture")


_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG that say its size; the three left out are tables and an extension."""
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length."""


def _jpeg(data: bytes) -> Image | None:
    if not data.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while True:
        if data[at] != 0xFF:
            raise NotAnImage("the JPEG is broken")
        marker = data[at + 1]
        if marker in _FRAMES:
            return Image("JPEG", _number(data, at + 7, 2), _number(data, at + 5, 2))
        if marker == 0xFF:
            at += 1
        elif marker in _BARE:
            at += 2
        else:
            at += 2 + max(2, _number(data, at + 2, 2))
