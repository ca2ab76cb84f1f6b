"""The operations of a deployment: where the reason is when the deployment's own error only says that it failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from azure.core.exceptions import HttpResponseError
from azure.mgmt.resource.deployments.operations import DeploymentOperationsOperations

from azserve.azure.failure import WRAPPERS, failure_of
from azserve.model.receipt import Failure
from azserve.model.resource_id import ResourceId

DEPTH: Final = 4
"""Deployments inside deployments that are followed; azserve's own are two deep."""


def innermost_failure(
    operations: DeploymentOperationsOperations, name: str, group: str | None, depth: int = DEPTH
) -> Failure | None:
    """Return the first failed operation's error, following nested deployments; None where nothing is told.

    Azure keeps the error of a nested deployment out of the outer one at times (a published body of 2023-07 says
    nothing but `DeploymentFailed`), and shows it only here. A list that cannot be read is no reason to fail twice.
    """
    try:
        listed = operations.list_at_subscription_scope(name) if group is None else operations.list(group, name)
        failed = [operation.as_dict() for operation in listed]
    except HttpResponseError:
        return None
    weaker: Failure | None = None
    for operation in failed:
        failure, target = _failure(operation)
        if failure is None:
            continue
        if failure.code.lower() in WRAPPERS and depth > 1 and target is not None and _is_deployment(target):
            failure = innermost_failure(operations, target.name, target.group, depth - 1) or failure
        if failure.code.lower() not in WRAPPERS:
            return failure
        weaker = weaker or failure
    return weaker


def _failure(operation: Mapping[str, Any]) -> tuple[Failure | None, ResourceId | None]:
    properties = operation.get("properties")
    if not isinstance(properties, Mapping) or str(properties.get("provisioningState")).lower() != "failed":
        return None, None
    target = properties.get("targetResource")
    identity = target.get("id") if isinstance(target, Mapping) else None
    message = properties.get("statusMessage")
    if not isinstance(message, Mapping | str):
        return None, None
    failure = failure_of(message)
    if failure.target is None and isinstance(identity, str):
        failure = Failure(failure.code, failure.message, failure.hint, identity, failure.raw)
    try:
        return failure, ResourceId.parse(identity) if isinstance(identity, str) else None
    except ValueError:
        return failure, None


def _is_deployment(target: ResourceId) -> bool:
    return target.type.lower() == "microsoft.resources/deployments"
