"""Azure Policy in small: the scenario's `policies`, which deny a write or change it on its way in."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace

from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Provider, Put
from azserve.emulator.kernel.wire import ArmError, Call, Json, Reply
from azserve.emulator.kernel.world import World
from azserve.emulator.providers.scenario import short

inferred(
    "providers.policy.modify",
    "a `modify` policy sets its properties before the resource provider sees the body",
    because="documented order of effects; the tag-like add-or-replace operation is the only one modelled",
)
inferred(
    "providers.policy.restrictions",
    "checkPolicyRestrictions judges a resource by the same rules as a write of it, and tells what `modify` would set "
    "as Required fields",
    because="the shape of the answer is in the published SDKs; no recorded answer was found",
)
_SCOPE = "/providers/Microsoft.Authorization"


def refuse(world: World, put: Put) -> None:
    """Raise RequestDisallowedByPolicy where a policy of the scenario denies the write."""
    for policy in _matching(world, put, "deny"):
        if not _is_excused(put.body, policy):
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


def restrictions(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """POST checkPolicyRestrictions with {"resourceDetails": {"resourceContent": …}}: what the policies would say."""
    details = call.body.get("resourceDetails") if isinstance(call.body, dict) else None
    content = details.get("resourceContent") if isinstance(details, dict) else None
    if not isinstance(content, dict) or not isinstance(content.get("type"), str):
        raise ArmError(400, "InvalidCheckRestrictionsRequest", "The resource content must name a resource type.")
    denials = [one for one in _about(world, content["type"], content, "deny") if not _is_excused(content, one)]
    changes = list(_about(world, content["type"], content, "modify"))
    evaluations = [
        {
            "policyInfo": _assignment(one, names["subscription"]),
            "evaluationResult": "NonCompliant",
            "evaluationDetails": {
                "evaluatedExpressions": [_expression(path, content) for path in one.get("unless", {})]
            },
            "effectDetails": {"policyEffect": "Deny"},
        }
        for one in denials
    ]
    fields = [
        {
            "field": path,
            "restrictions": [
                {"result": "Required", "values": [value], "policy": _assignment(one, names["subscription"])}
            ],
        }
        for one in changes
        for path, value in one["set"].items()
    ]
    return Reply(200, {"fieldRestrictions": fields, "contentEvaluationResult": {"policyEvaluations": evaluations}})


INSIGHTS = Provider(
    namespace="Microsoft.PolicyInsights",
    kinds=(),
    routes={
        (
            "POST",
            "/subscriptions/{subscription}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions",
        ): restrictions,
    },
    route_api_versions=("2024-10-01", "2023-03-01", "2022-03-01", "2020-07-01"),
)
"""Asks what the policies would say."""


def _matching(world: World, put: Put, effect: str) -> Iterator[dict[str, Json]]:
    return _about(world, put.address.type, put.body, effect)


def _about(world: World, kind: str, body: Json, effect: str) -> Iterator[dict[str, Json]]:
    location = short(str(body.get("location", "")))
    for policy in world.scenario.get("policies", []):
        if policy["effect"] != effect or policy["type"].lower() != kind.lower():
            continue
        if not policy.get("locations") or location in policy["locations"]:
            yield policy


def _is_excused(body: Json, policy: dict[str, Json]) -> bool:
    wanted = policy.get("unless", {})
    return bool(wanted) and all(_at(body, path) == value for path, value in wanted.items())


def _expression(path: str, body: Json) -> dict[str, Json]:
    return {
        "result": "True",
        "expressionKind": "Field",
        "expression": path,
        "path": path,
        "expressionValue": _at(body, path),
        "operator": "NotEquals",
    }


def _at(body: Json, path: str) -> Json:
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body


def _denied(put: Put, policy: dict[str, Json]) -> ArmError:
    info = {**_assignment(policy, put.address.subscription), "policyDefinitionEffect": "deny"}
    shown = f'[{{"policyAssignment":{{"name":"{policy["displayName"]}","id":"{info["policyAssignmentId"]}"}}}}]'
    return ArmError(
        403,
        "RequestDisallowedByPolicy",
        f"Resource '{put.address.name}' was disallowed by policy. Policy identifiers: '{shown}'.",
        target=put.address.name,
        additional_info=[{"type": "PolicyViolation", "info": info}],
    )


def _assignment(policy: dict[str, Json], subscription: str) -> dict[str, Json]:
    name, within = policy["name"], f"/subscriptions/{subscription}{_SCOPE}"
    return {
        "policyDefinitionDisplayName": policy["displayName"],
        "policyDefinitionId": f"{within}/policyDefinitions/{name}",
        "policyDefinitionName": name,
        "policyAssignmentDisplayName": policy["displayName"],
        "policyAssignmentId": f"{within}/policyAssignments/{name}",
        "policyAssignmentName": name,
    }
