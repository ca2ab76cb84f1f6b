"""Plan files on disk."""

from __future__ import annotations

import json
from pathlib import Path

from azserve.cli.whole_file import write_whole
from azserve.errors import ConfigurationError
from azserve.model.json import JsonObject, JsonValue

MAX_BYTES = 64 * 1024 * 1024
AGAIN = "write it again with `azserve plan --out FILE`"


def write_plan(file: Path, document: JsonObject) -> None:
    """Write a plan whole or not at all."""
    try:
        write_whole(file, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    except OSError as error:
        raise ConfigurationError(
            f"the plan could not be written to `{file}`: {(error.strerror or str(error)).lower()}",
            code="plan-unwritable",
            hint="name a place that can be written with `--out`",
        ) from error


def read_plan(file: Path) -> JsonValue:
    """Read a plan's document; raises ConfigurationError where there is none to read."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ConfigurationError(f"`{file}` is too large for a plan", code="plan-file", hint=AGAIN)
        document: JsonValue = json.loads(file.read_bytes())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigurationError(f"the plan `{file}` cannot be read: {reason}", code="plan-file", hint=AGAIN) from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"the plan `{file}` is not JSON", code="plan-file", hint=AGAIN) from error
    return document
