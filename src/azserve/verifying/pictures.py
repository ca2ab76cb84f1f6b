"""Whether what a probe shows a model is an image at all. Pure: what lies behind a URL is the service's to fetch."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

DATA: Final = re.compile(r"data:(image/[a-z+.-]+);base64,(.*)", re.DOTALL)
BEGINNINGS: Final[Mapping[str, re.Pattern[bytes]]] = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}
"""How files of the kinds that models take begin (documentation, 2025-08-27); a name proves nothing."""


def require_image(item: object) -> None:
    """Raise ValueError where a part of a message is an image that is none; other parts are the service's to judge."""
    if not isinstance(item, Mapping) or item.get("type") != "image_url":
        return
    given = item.get("image_url")
    url = given.get("url") if isinstance(given, Mapping) else None
    if not isinstance(url, str):
        raise ValueError("`image_url` must hold a `url`")
    if url.startswith("data:"):
        _require_data(url)
    elif not _is_address(url):
        raise ValueError(f"`{url[:60]}` is no address of an image; write https://… or data:image/png;base64,…")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _require_data(url: str) -> None:
    found = DATA.fullmatch(url)
    if found is None or found[1] not in BEGINNINGS:
        raise ValueError(f"an image cannot be `{url[:40]}`; there are {', '.join(BEGINNINGS)}, as base64")
    try:
        content = base64.b64decode(found[2], validate=True)
    except binascii.Error as error:
        raise ValueError(f"the image is not base64: {error}") from error
    if not BEGINNINGS[found[1]].match(content):
        raise ValueError(f"what is called {found[1]} does not begin as one")
