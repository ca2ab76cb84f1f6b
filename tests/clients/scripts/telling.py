"""How a script says what it saw: a line of JSON per step."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


def tell(step: str, what: Any) -> None:
    """Say what a step gave."""
    print(json.dumps({"step": step, "told": what}, default=str), flush=True)


def tell_refusal(step: str, do: Callable[[], Any]) -> None:
    """Say how a step was refused: the exception's type, status and message; None where it was not."""
    try:
        do()
    except Exception as error:  # noqa: BLE001 - whatever the client makes of it is what we want to see
        status = getattr(error, "status_code", None)
        tell(step, {"type": type(error).__name__, "status": status, "message": str(error)})
    else:
        tell(step, None)
