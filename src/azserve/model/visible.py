"""Somebody else's text, made fit for a terminal."""

from __future__ import annotations

import re

UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
"""What moves the cursor, turns the line round or is not there to see; but for the line feed, the tab, and the two
joiners that emoji and some scripts are written with. Half characters are left to whoever encodes. Listed rather than
asked of `unicodedata`, whose answer changes with the Python that runs."""


def visible(text: str) -> str:
    """Return a text with what cannot be seen as `\\uXXXX`; carriage returns are dropped, so that lines only end."""
    return UNSEEN.sub(_spelled, text.replace("\r", ""))


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
