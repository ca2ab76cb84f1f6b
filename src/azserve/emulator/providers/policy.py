"""Azure Policy in small: the scenario's `policies`, which deny a write or change it on its way in."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace

from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Put
from azserve.emulator.kernel.wire import ArmError, Json
from azserve.emulator.kernel.world import World
from azserve.emulator.providers.scenario import short

inferred(
    "providers.policy.modify",
    "a `modify` policy sets its properties before the resource provider sees the body",
    because="documented order of effects; the tag-like add-or-replace operation is the only one modelled",
)
_SCOPE = "/providers/Microsoft.Authorization"


def refuse(world: World, put: Put) -> None:
    """Raise RequestDisallowedByPolicy where a policy of the scenario denies the write."""
    for policy in _matching(world, put, "deny"):
        wanted = policy.get("unless", {})
        if wanted and all(_at(put.body, path) == value for path, value in wanted.items()):
            continue
        raise _denied(put, policy)


def modified(world: World, put: Put) -> Put:
    """Return the write as the policies of the scenario change it."""
    changes = {path: value for policy in _matching(world, put, "modify") for path, value in policy["set"].items()}
    if not changes:
        return put
    body = copy.deepcopy(put.body)
    for path, value in changes.items():
        *outer, last = path.split(".")
        inner = body
        for name in outer:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return replace(put, body=body)


def _matching(world: World, put: Put, effect: str) -> Iterator[dict[str, Json]]:
    location = short(str(put.body.get("location", "")))
    for policy in world.scenario.get("policies", []):
        if policy["effect"] != effect or policy["type"].lower() != put.address.type.lower():
            continue
        if not policy.get("locations") or location in policy["locations"]:
            yield policy


def _at(body: Json, path: str) -> Json:
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body


def _denied(put: Put, policy: dict[str, Json]) -> ArmError:
    name = policy["name"]
    assignment = f"/subscriptions/{put.address.subscription}{_SCOPE}/policyAssignments/{name}"
    definition = f"/subscriptions/{put.address.subscription}{_SCOPE}/policyDefinitions/{name}"
    info = {
        "policyDefinitionDisplayName": policy["displayName"],
        "policyDefinitionId": definition,
        "policyDefinitionName": name,
        "policyDefinitionEffect": "deny",
        "policyAssignmentDisplayName": policy["displayName"],
        "policyAssignmentId": assignment,
        "policyAssignmentName": name,
    }
    shown = f'[{{"policyAssignment":{{"name":"{policy["displayName"]}","id":"{assignment}"}}}}]'
    return ArmError(
        403,
        "RequestDisallowedByPolicy",
        f"Resource '{put.address.name}' was disallowed by policy. Policy identifiers: '{shown}'.",
        target=put.address.name,
        additional_info=[{"type": "PolicyViolation", "info": info}],
    )
