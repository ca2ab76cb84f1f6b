"""`azserve init`: write a starter file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from azserve.config import starter_text
from azserve.errors import ConfigurationError
from azserve.model.results import InitResult


@dataclass(frozen=True, slots=True)
class InitRequest:
    """Where to write it."""

    file: Path
    force: bool = False


def init(request: InitRequest) -> InitResult:
    """Write a commented file that validates; raises ConfigurationError rather than overwrite one."""
    mode = "w" if request.force else "x"
    try:
        with request.file.open(mode, encoding="utf-8", newline="\n") as file:
            file.write(starter_text())
    except FileExistsError as error:
        raise ConfigurationError(
            f"`{request.file}` is already there and was left alone",
            code="file-exists",
            hint="pass `--force` to replace it, or name another file with `-c`",
        ) from error
    except OSError as error:
        raise ConfigurationError(
            f"`{request.file}` could not be written: {(error.strerror or str(error)).lower()}",
            code="file-unwritable",
            hint="name a place that can be written with `-c`",
        ) from error
    return InitResult(file=request.file)
