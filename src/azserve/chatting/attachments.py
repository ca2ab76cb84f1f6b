"""Files and images as parts of a question."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from azserve.errors import UsageError

TEXT_LIMIT = 4 * 1024 * 1024
"""Bytes: about a million tokens, which is more than any model here reads."""
IMAGE_LIMIT = 20 * 1024 * 1024
"""Bytes; the service's own limit (general knowledge of Azure OpenAI's vision guide)."""
KINDS = (
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n.{4}IHDR.{8}", re.DOTALL)),
    ("image/jpeg", re.compile(rb"\xff\xd8\xff[\xc0-\xfe].{2}", re.DOTALL)),
    ("image/gif", re.compile(rb"GIF8[79]a.{7}", re.DOTALL)),
    ("image/webp", re.compile(rb"RIFF.{4}WEBPVP8", re.DOTALL)),
)
"""What models take, told by how a file begins; its name proves nothing."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file to go with a question."""

    name: str
    text: str


def text_of(name: str, content: bytes) -> str:
    """Return bytes as text. Raises UsageError for what is too long, or no text in UTF-8."""
    if len(content) > TEXT_LIMIT:
        raise UsageError(
            f"`{name}` is longer than {TEXT_LIMIT // 2**20} MiB",
            code="file-too-long",
            hint="send the part that the question is about",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UsageError(
            f"`{name}` is not text in UTF-8", code="not-text", hint="an image goes with `--image`; convert other files"
        )
    return text


def image_url(name: str, content: bytes) -> str:
    """Return an image as a data URL. Raises UsageError for what is none, or too large."""
    if len(content) > IMAGE_LIMIT:
        raise UsageError(
            f"the image `{name}` is larger than {IMAGE_LIMIT // 2**20} MiB",
            code="image-too-large",
            hint="scale it down: models look at a few million pixels at most",
        )
    kind = next((kind for kind, begins in KINDS if begins.match(content)), None)
    if kind is None:
        raise UsageError(
            f"`{name}` is not an image that models take",
            code="not-an-image",
            hint="PNG, JPEG, GIF and WebP are; a text file goes with `--file`",
        )
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
