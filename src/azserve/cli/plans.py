"""Plan files on disk."""

from __future__ import annotations

import json
import os
from pathlib import Path

from azserve.errors import ConfigurationError
from azserve.model.json import JsonObject, JsonValue

MAX_BYTES = 64 * 1024 * 1024
AGAIN = "write it again with `azserve plan --out FILE`"


def write_plan(file: Path, document: JsonObject) -> None:
    """Write a plan whole or not at all."""
    partial = file.with_name(f".{file.name}.partial")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
        os.replace(partial, file)  # noqa: PTH105  Path.replace is the same; the name says what is meant
    except OSError as error:
        partial.unlink(missing_ok=True)
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
