"""Errors in ARM's nesting."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from http import HTTPStatus

from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import ArmError, Json
from azserve.emulator.kernel.world import World

inferred(
    "arm.deployments.nesting",
    "before api-version 2022-09-01 an inner error is JSON text inside `message`, from then on an object in `details`",
    because="both are found in the wild: text with azd's 2021-04-01, objects with newer clients; where the change lies "
    "is not published",
)


class Nesting(StrEnum):
    """How an error sits in the error around it."""

    TEXT = "text"
    OBJECTS = "objects"


def nesting(world: World, api_version: str) -> Nesting:
    """Return how errors nest for a client; a scenario's `deployments.nesting` decides for all."""
    asked = world.scenario.get("deployments", {}).get("nesting")
    if asked is not None:
        return Nesting(asked)
    return Nesting.TEXT if api_version < "2022-09-01" else Nesting.OBJECTS


def write_refused(how: Nesting, error: ArmError) -> dict[str, Json]:
    """Return the detail for a resource whose provider refused the write."""
    if how is Nesting.OBJECTS:
        return error.error
    return {"code": reason(error.status), "message": as_text({"error": error.error})}


def write_failed(how: Nesting, address: Address | str, inner: dict[str, Json]) -> dict[str, Json]:
    """Return the detail for a resource whose write began and then failed, a nested deployment for one."""
    if how is Nesting.OBJECTS:
        return {
            "code": "ResourceDeploymentFailure",
            "target": str(address),
            "message": "The resource write operation failed to complete successfully, because it reached terminal "
            "provisioning state 'Failed'.",
            "details": [inner],
        }
    failure = {
        "code": "ResourceDeploymentFailure",
        "message": "The resource operation completed with terminal provisioning state 'Failed'.",
        "details": [inner],
    }
    return {"code": "Conflict", "message": as_text({"status": "Failed", "error": failure})}


def deployment_failed(how: Nesting, address: Address, details: Sequence[dict[str, Json]]) -> dict[str, Json]:
    """Return the error of a deployment in which something failed."""
    words = (
        "At least one resource deployment operation failed. Please list deployment operations for details. Please see"
    )
    if how is Nesting.TEXT:
        return {
            "code": "DeploymentFailed",
            "message": f"{words} https://aka.ms/DeployOperations for usage details.",
            "details": list(details),
        }
    return {
        "code": "DeploymentFailed",
        "target": str(address),
        "message": f"{words} https://aka.ms/arm-deployment-operations for usage details.",
        "details": list(details),
    }


def reason(status: int) -> str:
    """Return a status as ARM names it: `BadRequest`, `Conflict`."""
    return HTTPStatus(status).phrase.replace(" ", "").replace("-", "")


def as_text(value: Json) -> str:
    """Return JSON as .NET writes it indented."""
    return json.dumps(value, indent=2, ensure_ascii=False).replace("\n", "\r\n")


def not_valid(world: World, name: str, details: Sequence[dict[str, Json]]) -> ArmError:
    """The error of a deployment that preflight refuses."""
    return ArmError(
        400,
        "InvalidTemplateDeployment",
        f"The template deployment '{name}' is not valid according to the validation procedure. The tracking id is "
        f"'{world.ids.guid()}'. See inner errors for details.",
        details=details,
    )
