"""The tutorials that azserve began with, where they are at hand: their blocks, by place and digest.

They are not part of the repository. They are looked for beside the reference material, `../shared/seed.md` unless
`AZSERVE_REFERENCE` names another folder; tests that need them skip visibly where they are absent.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
Place = tuple[str, int]
"""A heading with its occurrence, `Stream content #2`, and the number of the block below it."""


@dataclass(frozen=True)
class Block:
    """A code block or a print-out."""

    language: str
    text: str

    @property
    def digest(self) -> str:
        """What tells the text from another, without being it."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]


def blocks_of(document: str) -> dict[Place, Block]:
    """Return the fenced blocks of a Markdown document, lines stripped."""
    found: dict[Place, Block] = {}
    seen: dict[str, int] = {}
    heading, number = "", 0
    inside: list[str] | None = None
    language = ""
    for line in document.splitlines():
        bare = line.strip()
        if bare.startswith("```"):
            if inside is None:
                inside, language, number = [], bare.removeprefix("```"), number + 1
            else:
                found[heading, number] = Block(language, "\n".join(inside))
                inside = None
        elif inside is not None:
            inside.append(bare)
        elif re.match("#{1,6} ", line):
            name = line.lstrip("#").strip()
            seen[name] = seen.get(name, 0) + 1
            heading, number = f"{name} #{seen[name]}", 0
    return found


def seed_blocks() -> dict[Place, Block]:
    """Return the blocks of the tutorials; skips the test where they are not at hand."""
    file = (REPOSITORY / os.environ.get("AZSERVE_REFERENCE", "../shared/azure")).resolve().parent / "seed.md"
    if not file.is_file():
        pytest.skip("the tutorials are not here")
    return blocks_of(file.read_text("utf-8"))
