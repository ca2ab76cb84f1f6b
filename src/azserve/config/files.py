"""The one place that reads a configuration file."""

from __future__ import annotations

from pathlib import Path

from azserve.errors import ConfigurationError

MAX_BYTES = 8 * 1024 * 1024


def read_file(path: Path) -> bytes:
    """Return a file's bytes; raises ConfigurationError with the next step where there are none to read.

    Reads at most `MAX_BYTES`, so that a device or a log file given by mistake ends in a message.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"there is no file `{path}`",
            code="file-missing",
            hint="write a starter file with `azserve init`, or name yours with `-c FILE`",
            where=str(path),
        ) from error
    except IsADirectoryError as error:
        raise ConfigurationError(
            f"`{path}` is a folder",
            code="file-is-folder",
            hint=f"name the file in it: `-c {path / 'azserve.yaml'}`",
            where=str(path),
        ) from error
    except (OSError, ValueError) as error:
        # ValueError: a path with a NUL character in it.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigurationError(
            f"`{path}` cannot be read: {reason.lower()}",
            code="file-unreadable",
            hint="check its permissions, or name another file with `-c FILE`",
            where=str(path),
        ) from error
    if len(raw) > MAX_BYTES:
        raise ConfigurationError(
            f"`{path}` is larger than {MAX_BYTES // 1024 // 1024} MiB",
            code="file-too-large",
            hint="name a fleet's file with `-c FILE`; one fleet never needs that much",
            where=str(path),
        )
    return raw
