"""Conversations on disk."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from azserve.chatting.transcript import document_of, transcript_of
from azserve.errors import ConfigurationError
from azserve.model.json import JsonValue
from azserve.model.talk import Transcript

MAX_BYTES = 256 * 1024 * 1024


def read_transcript(file: Path) -> Transcript | None:
    """Return what was saved, None where there is no file yet.

    Raises ConfigurationError for a file that holds no conversation, and where none could be written: told before a
    question is paid for.
    """
    _require_writable(file)
    try:
        if file.stat().st_size > MAX_BYTES:
            raise _unfit(file, "it is too large")
        document: JsonValue = json.loads(file.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unfit(file, _reason(error)) from error
    except (ValueError, RecursionError) as error:
        raise _unfit(file, "it is not JSON") from error
    return transcript_of(document, str(file))


def write_transcript(file: Path, transcript: Transcript) -> None:
    """Write a conversation whole or not at all, for its owner's eyes."""
    partial = _partial(file)
    text = json.dumps(document_of(transcript), indent=1, ensure_ascii=False) + "\n"
    try:
        with _opened(partial) as sink:
            sink.write(text.encode("utf-8", "replace"))
        os.replace(partial, file)  # noqa: PTH105  Path.replace is the same; the name says what is meant
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise _unwritable(file, error) from error


def _require_writable(file: Path) -> None:
    partial = _partial(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _opened(partial).close()
        partial.unlink()
    except OSError as error:
        raise _unwritable(file, error) from error


def _opened(partial: Path) -> BinaryIO:
    return os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _partial(file: Path) -> Path:
    return file.with_name(f".{file.name}.partial")


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
