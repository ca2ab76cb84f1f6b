"""Templates that were compiled before: kept beside the packaged ones, as Python keeps its own in `__pycache__`.

Compiling takes a third of a render. What is kept is checked against the template's text, the Python and the Jinja
that made it, and is written only where the packaged templates are, so a user's folder stays as it was. A folder that
cannot be written, and `PYTHONDONTWRITEBYTECODE`, only cost the time.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

import jinja2
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

_SHAPE: Final = 2
"""Raised when the options of the environment change, because they are part of what compiled code does."""


class CompiledTemplates(BytecodeCache):
    """The compiled form of every template below `root`; of no other."""

    def __init__(self, root: Path) -> None:
        self._root = root
        made_by = Path(jinja2.__file__).stat().st_mtime_ns
        self._folder = root / "__pycache__" / f"{sys.implementation.cache_tag}-{made_by:x}-{_SHAPE}"

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """Return what is kept of a template; empty where nothing is, or where its text has changed."""
        if filename is None or not Path(filename).is_relative_to(self._root):
            return Bucket(environment, "", self.get_source_checksum(source))
        return super().get_bucket(environment, name, filename, source)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read what was compiled, where it is and still fits."""
        with suppress(OSError), (self._folder / bucket.key).open("rb") as kept:
            bucket.load_bytecode(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, in one step."""
        if not bucket.key or sys.dont_write_bytecode:
            return
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as draft:
                bucket.write_bytecode(draft)
            Path(draft.name).replace(self._folder / bucket.key)
