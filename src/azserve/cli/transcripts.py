"""Conversations on disk."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from azserve.chatting.transcript import document_of, transcript_of
from azserve.errors import ConfigurationError, Problem, Severity
from azserve.model.json import JsonValue
from azserve.model.talk import Transcript

MAX_BYTES = 256 * 1024 * 1024


class TranscriptFile:
    """Where one conversation is kept, and what was there when this run last looked.

    Another run may keep its own in the same file meanwhile. Whoever comes second finds it changed and goes beside it,
    so that neither loses what was paid for.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.realpath(path)) if path.is_symlink() else path  # or the link would be replaced
        self._seen: str | None = None
        """Digest of what this run read or wrote there, None where there was nothing."""

    def read(self) -> Transcript | None:
        """Return what was saved, None where there is no file yet.

        Raises ConfigurationError for a file that holds no conversation, and where none could be written: told before a
        question is paid for.
        """
        _require_writable(self.path)
        try:
            content = _content(self.path)
            if content is None:
                return None
            document: JsonValue = json.loads(content)
        except OSError as error:
            raise _unfit(self.path, _reason(error)) from error
        except (ValueError, RecursionError) as error:
            raise _unfit(self.path, "it is not JSON") from error
        self._seen = _digest(content)
        return transcript_of(document, str(self.path))

    def write(self, transcript: Transcript) -> tuple[Problem, ...]:
        """Write a conversation whole or not at all, for its owner's eyes.

        Returns a warning where it went beside the file, because somebody else changed that. Raises ConfigurationError
        where it cannot be written.
        """
        content = (json.dumps(document_of(transcript), indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")
        try:
            told = self._step_aside()
            _put(self.path, content)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self._seen = _digest(content)
        return told

    def _step_aside(self) -> tuple[Problem, ...]:
        there = _content(self.path)
        if there is None or _digest(there) == self._seen:
            return ()
        taken, number = self.path, 2
        while self.path.exists():
            self.path = taken.with_name(f"{taken.stem}-{number}{taken.suffix}")
            number += 1
        message = f"`{taken}` was changed by somebody else meanwhile: this conversation is in `{self.path}`"
        return (Problem("transcript-moved", message, Severity.WARNING),)


def _content(file: Path) -> bytes | None:
    """Return what is in a file, None where there is none. Raises ConfigurationError for what could never be read."""
    if file.exists() and not file.is_file():
        raise _unfit(file, "it is not a file")
    with suppress(FileNotFoundError):
        if file.stat().st_size > MAX_BYTES:
            raise _unfit(file, "it is too large")
        return file.read_bytes()
    return None


def _put(file: Path, content: bytes) -> None:
    """Put a file in place in one step; the draft goes, whatever happens."""
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=".azserve-")
    try:
        with os.fdopen(handle, "wb") as sink:
            sink.write(content)
        Path(draft).replace(file)
    except BaseException:
        with suppress(OSError):
            Path(draft).unlink()
        raise


def _require_writable(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=file.parent):
            pass
    except OSError as error:
        raise _unwritable(file, error) from error


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _unwritable(file: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"the conversation could not be written to `{file}`: {_reason(error)}",
        code="transcript-unwritable",
        hint="name a place that can be written with `--save`",
    )


def _unfit(file: Path, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"`{file}` does not hold a conversation: {why}",
        code="transcript-unfit",
        hint="name another file with `--save`: this one was left as it is",
    )
