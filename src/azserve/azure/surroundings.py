"""What lies around a fleet, read into nouns: subscription, places, providers, permissions, deleted hosts, policy. Pure.

Shapes: subscriptions, locations and providers as in the specification of Microsoft.Resources (2024-07-01), capacities,
deleted accounts and subdomains as in that of Microsoft.CognitiveServices (2024-06-01-preview). Those of permissions,
deleted vaults and policy restrictions are from the published SDKs (2025) and have not been seen recorded. What is
missing reads as empty, never as an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from azserve.model.facts import (
    DeletedResource,
    Location,
    ModelVersion,
    NameAvailability,
    PermissionSet,
    PolicyFinding,
    ProviderRegistration,
    ResourceType,
    ServiceCapacity,
    SubscriptionState,
)
from azserve.model.json import JsonObject, JsonValue
from azserve.model.names import region as spelled
from azserve.model.resource_id import ResourceId

ACCOUNT = "Microsoft.CognitiveServices/accounts"


def subscription_state(body: JsonObject) -> SubscriptionState:
    """Read a subscription."""
    policies = _object(body.get("subscriptionPolicies"))
    return SubscriptionState(
        id=_text(body.get("subscriptionId")),
        name=_text(body.get("displayName")),
        state=_text(body.get("state")),
        tenant=_text(body.get("tenantId")) or None,
        quota_id=_text(policies.get("quotaId")) or None,
        spending_limit=_text(policies.get("spendingLimit")) or None,
    )


def location(item: JsonObject) -> Location:
    """Read one entry of a subscription's locations."""
    metadata = _object(item.get("metadata"))
    paired = next((_text(pair.get("name")) for pair in _objects(metadata.get("pairedRegion"))), "")
    name = spelled(_text(item.get("name")))
    return Location(
        name=name,
        display_name=_text(item.get("displayName")) or str(name),
        physical=_text(metadata.get("regionType")).lower() != "logical",
        geography=_text(metadata.get("geography")) or None,
        paired=spelled(paired) if paired else None,
    )


def provider_registration(body: JsonObject) -> ProviderRegistration:
    """Read a provider; it names places by their display names."""
    return ProviderRegistration(
        namespace=_text(body.get("namespace")),
        state=_text(body.get("registrationState")),
        types=tuple(
            ResourceType(
                name=_text(one.get("resourceType")),
                locations=tuple(spelled(_text(place)) for place in _list(one.get("locations")) if place),
                api_versions=tuple(_text(version) for version in _list(one.get("apiVersions"))),
            )
            for one in _objects(body.get("resourceTypes"))
        ),
    )


def permission_set(item: JsonObject) -> PermissionSet:
    """Read one entry of a permissions list."""
    return PermissionSet(
        actions=_texts(item.get("actions")),
        not_actions=_texts(item.get("notActions")),
        data_actions=_texts(item.get("dataActions")),
        not_data_actions=_texts(item.get("notDataActions")),
    )


def service_capacity(item: JsonObject) -> ServiceCapacity:
    """Read one entry of `modelCapacities`."""
    properties = _object(item.get("properties"))
    model, left = _object(properties.get("model")), properties.get("availableCapacity")
    return ServiceCapacity(
        model=ModelVersion(_text(model.get("format")), _text(model.get("name")), _text(model.get("version"))),
        region=spelled(_text(item.get("location"))),
        sku=_text(properties.get("skuName")) or _text(item.get("name")),
        available=float(left) if isinstance(left, int | float) else 0.0,
    )


def deleted_account(item: JsonObject) -> DeletedResource | None:
    """Read one entry of `deletedAccounts`; None where it does not say what it was.

    Its id is `…/locations/{l}/resourceGroups/{g}/deletedAccounts/{a}`; the published example has the account's own.
    """
    identity = _was_account(_text(item.get("id")))
    if identity is None:
        return None
    properties = _object(item.get("properties"))
    return DeletedResource(
        id=identity,
        region=spelled(_text(item.get("location")) or _named_in(_text(item.get("id"))).get("locations", "")),
        tags=_tags(item.get("tags")),
        deleted_at=_time(properties.get("deletionDate")),
        purged_at=_time(properties.get("scheduledPurgeDate")),
        kind=_text(item.get("kind")) or None,
    )


def deleted_vault(item: JsonObject) -> DeletedResource | None:
    """Read one entry of `deletedVaults`; None where it does not say what it was."""
    properties = _object(item.get("properties"))
    identity = _parsed(_text(properties.get("vaultId")))
    if identity is None:
        return None
    return DeletedResource(
        id=identity,
        region=spelled(_text(properties.get("location"))),
        tags=_tags(properties.get("tags")),
        deleted_at=_time(properties.get("deletionDate")),
        purged_at=_time(properties.get("scheduledPurgeDate")),
        purge_protected=properties.get("purgeProtectionEnabled") is True,
    )


def name_availability(name: str, body: JsonObject) -> NameAvailability:
    """Read the answer of `checkDomainAvailability`; what does not say that it is free is not."""
    free = body.get("isSubdomainAvailable") is True
    return NameAvailability(name, free, None if free else _text(body.get("reason")) or None)


def free_name(kind: str, name: str, body: JsonObject) -> NameAvailability:
    """Read the answer of `checkNameAvailability` of storage accounts and vaults."""
    free = body.get("nameAvailable") is True
    because = None if free else _text(body.get("message")) or _text(body.get("reason")) or None
    return NameAvailability(name, free, because, kind)


def policy_findings(body: JsonObject, *, about: str = "") -> Iterator[PolicyFinding]:
    """Read the answer of `checkPolicyRestrictions`: what the content breaks, and what fields are held to."""
    for one in _objects(_object(body.get("contentEvaluationResult")).get("policyEvaluations")):
        if _text(one.get("evaluationResult")).lower() != "noncompliant":
            continue
        effect = _text(_object(one.get("effectDetails")).get("policyEffect")) or "Deny"
        yield PolicyFinding(_policy(_object(one.get("policyInfo"))), effect, message=_first_path(one), about=about)
    for one in _objects(body.get("fieldRestrictions")):
        name = _text(one.get("field"))
        for each in _objects(one.get("restrictions")):
            # A field's own Deny speaks of values, of which the content's evaluation has spoken already.
            if _text(each.get("result")).lower() == "required":
                values = ", ".join(_texts(each.get("values"))) or _text(each.get("defaultValue"))
                yield PolicyFinding(_policy(_object(each.get("policy"))), "Modify", name, values, about)


def _policy(info: JsonObject) -> str:
    return _text(info.get("policyAssignmentDisplayName")) or _text(info.get("policyAssignmentId"))


def _first_path(evaluation: JsonObject) -> str:
    details = _object(evaluation.get("evaluationDetails"))
    for one in _objects(details.get("evaluatedExpressions")):
        path = _text(one.get("path")) or _text(one.get("expression"))
        if path and _text(one.get("expressionKind")).lower() != "type":
            return path
    return ""


def _was_account(identity: str) -> ResourceId | None:
    named = _named_in(identity)
    if "deletedaccounts" not in named:
        return _parsed(identity)
    if not {"subscriptions", "resourcegroups"} <= named.keys():
        return None
    return ResourceId(named["subscriptions"], named["resourcegroups"], ACCOUNT, (named["deletedaccounts"],))


def _named_in(identity: str) -> dict[str, str]:
    """Return what follows each word of an id, by the word in lower case."""
    return {key.lower(): value for key, value in pairwise(identity.split("/"))}


def _parsed(identity: str) -> ResourceId | None:
    try:
        return ResourceId.parse(identity)
    except ValueError:
        return None


def _time(value: JsonValue) -> datetime | None:
    try:
        return datetime.fromisoformat(_text(value))
    except ValueError:
        return None


def _tags(value: JsonValue) -> Mapping[str, str]:
    return {str(name): _text(tag) for name, tag in _object(value).items()}


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _texts(value: JsonValue) -> tuple[str, ...]:
    return tuple(_text(one) for one in _list(value))


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, Mapping) else {}


def _list(value: JsonValue) -> Sequence[JsonValue]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _objects(value: JsonValue) -> Sequence[JsonObject]:
    return [item for item in _list(value) if isinstance(item, Mapping)]
