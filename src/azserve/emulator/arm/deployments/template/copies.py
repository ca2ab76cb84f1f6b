"""`copy` loops inside values: properties and variables."""

from __future__ import annotations

from azserve.emulator.arm.deployments.template.evaluate import Frame, resolve
from azserve.emulator.arm.deployments.template.values import TemplateError, is_int, kind_of
from azserve.emulator.kernel.wire import Json

MOST_TURNS = 800
"""Turns a loop may have; Microsoft's template limits, 2025."""


def count_of(frame: Frame, loop: dict[str, Json], where: str) -> int:
    """Return how often a loop runs; `where` names it in messages."""
    count = resolve(frame, loop.get("count"))
    if not is_int(count):
        raise TemplateError(
            f"The template '{where}' copy count is not valid: expected a value of type 'Integer', got "
            f"'{kind_of(count)}'. Please see https://aka.ms/arm-resource-loops for usage details."
        )
    if not 0 <= count <= MOST_TURNS:
        raise TemplateError(
            f"The template '{where}' copy count '{count}' is not valid: it must be between '0' and '{MOST_TURNS}'. "
            "Please see https://aka.ms/arm-resource-loops for usage details."
        )
    return int(count)


def unrolled(frame: Frame, loops: list[Json], *, keep_unresolved: bool = False) -> dict[str, Json]:
    """Return the arrays that a `copy` member stands for, by property name."""
    made: dict[str, Json] = {}
    for loop in loops:
        if not isinstance(loop, dict) or not isinstance(loop.get("name"), str) or "input" not in loop:
            raise TemplateError(
                "The template 'copy' definition is not valid: it must have 'name', 'count' and 'input'. "
                "Please see https://aka.ms/arm-resource-loops for usage details."
            )
        name = str(resolve(frame, loop["name"]))
        made[name] = [
            resolve(frame.in_loop(name, turn), loop["input"], keep_unresolved=keep_unresolved)
            for turn in range(count_of(frame, loop, name))
        ]
    return made
