"""A deployment's outputs."""

from __future__ import annotations

from azserve.emulator.arm.deployments.blueprint import Blueprint
from azserve.emulator.arm.deployments.template.copies import count_of
from azserve.emulator.arm.deployments.template.evaluate import Frame, resolve
from azserve.emulator.arm.deployments.template.parameters import Declared, declared, fits
from azserve.emulator.arm.deployments.template.values import TemplateError, UnresolvedError, kind_of
from azserve.emulator.kernel.wire import ArmError, Json


def evaluate_outputs(drawn: Blueprint) -> dict[str, Json]:
    """Return the outputs as a deployment shows them; ArmError where one cannot be evaluated."""
    frame = drawn.expansion.frame
    made: dict[str, Json] = {}
    failed: list[dict[str, Json]] = []
    for name, source in drawn.template.outputs.items():
        try:
            one = shown(frame, declared(name, source))
        except (TemplateError, UnresolvedError, ArmError) as error:
            message = error.message if isinstance(error, TemplateError | ArmError) else str(error)
            failed.append({"code": "DeploymentOutputEvaluationFailed", "target": name, "message": message})
        else:
            if one is not None:
                made[camel(name)] = one
    if failed:
        names = ",".join(one["target"] for one in failed)
        raise ArmError(
            400,
            "DeploymentOutputEvaluationFailed",
            f"Unable to evaluate template outputs: '{names}'. Please see error details and deployment operations. "
            "Please see https://aka.ms/arm-common-errors for usage details.",
            details=failed,
        )
    return made


def shown(frame: Frame, one: Declared) -> dict[str, Json] | None:
    """Return one output, None where its condition is false; a secret has no value, and neither has null."""
    if resolve(frame, one.source.get("condition", True)) is False:
        return None
    if one.secure:
        return {"type": one.type}
    value = looped(frame, one) if isinstance(one.source.get("copy"), dict) else resolve(frame, one.source.get("value"))
    if value is None:
        return {"type": one.type}
    if not fits(one.type, value):
        raise TemplateError(
            f"The template output '{one.name}' is not valid: the value of type '{kind_of(value)}' does not match the "
            f"declared type '{one.type}'. Please see https://aka.ms/arm-syntax-outputs for usage details."
        )
    return {"type": one.type, "value": value}


def looped(frame: Frame, one: Declared) -> list[Json]:
    """Return the value of an output made by `copy`."""
    loop = one.source["copy"]
    if "input" not in loop:
        raise TemplateError(f"The template output '{one.name}' copy must have 'count' and 'input'.")
    return [resolve(frame.in_loop(one.name, turn), loop["input"]) for turn in range(count_of(frame, loop, one.name))]


def camel(name: str) -> str:
    """Return an output's name as the service spells it back: `STORAGE_ID` becomes `storagE_ID`; recorded 2026-04-09.

    Capitals at the start become small, except the last one before something else.
    """
    letters = list(name)
    for at, letter in enumerate(letters):
        following = letters[at + 1] if at + 1 < len(letters) else ""
        if not letter.isupper() or (at > 0 and following and not following.isupper()):
            break
        letters[at] = letter.lower()
    return "".join(letters)
