"""Plans and receipts on disk: written whole or not at all, and nothing else harmed by it."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path


def write_whole(file: Path, text: str) -> None:
    """Put `text` in the place of what the file held, making its folder; what a link points to is written, not the link.

    What is there and no file (a device, a pipe) takes the text as it comes: putting a file in its place would take it
    from everybody else. Raises OSError and leaves no trace where it cannot be done.
    """
    content = text.encode("utf-8", "replace")
    if _is_special(file):
        with file.open("wb") as sink:
            sink.write(content)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial(file)
    try:
        partial.write_bytes(content)
        partial.replace(file.resolve())
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise


def require_writable(file: Path) -> None:
    """Raise OSError where `write_whole` would, as far as that can be told before."""
    if _is_special(file):
        wrong = errno.EISDIR if file.is_dir() else 0 if os.access(file, os.W_OK) else errno.EACCES
        if wrong:
            raise OSError(wrong, os.strerror(wrong))
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial(file)
    partial.touch()
    partial.unlink()


def _is_special(file: Path) -> bool:
    return file.exists() and not file.is_file()


def _partial(file: Path) -> Path:
    # Beside the target, for a rename does not cross file systems; of this process, for two may write the same file.
    target = file.resolve()
    return target.with_name(f".{target.name[:100]}.{os.getpid()}.partial")
