"""What ARM itself says no with. Wording from recordings and issues where known; the rest is marked inferred."""

from __future__ import annotations

from collections.abc import Iterable

from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.wire import ArmError

inferred(
    "arm.refusals.wording",
    "the words of most of ARM's own refusals (codes are documented)",
    because="only NoRegisteredProviderFound and LocationNotAvailableForResourceType were seen with their bodies",
)


def missing_api_version() -> ArmError:
    """No `api-version` in the query."""
    return ArmError(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
    )


def invalid_api_version(version: str, accepted: Iterable[str]) -> ArmError:
    """An api-version that ARM's own routes do not have."""
    return ArmError(
        400,
        "InvalidApiVersionParameter",
        f"The api-version '{version}' is invalid. The supported versions are '{','.join(accepted)}'.",
    )


def no_registered_provider(
    *, resource_type: str, version: str, location: str, versions: Iterable[str], locations: Iterable[str]
) -> ArmError:
    """An api-version that a type does not have, in a request that names a location."""
    return ArmError(
        400,
        "NoRegisteredProviderFound",
        f"No registered resource provider found for location '{location}' and API version '{version}' for type "
        f"'{resource_type.partition('/')[2]}'. The supported api-versions are '{', '.join(versions)}'. "
        f"The supported locations are '{', '.join(locations)}'.",
    )


def type_lacks_version(*, resource_type: str, version: str, versions: Iterable[str]) -> ArmError:
    """An api-version that a type does not have, in a request without a location."""
    namespace, _, kind = resource_type.partition("/")
    return ArmError(
        404,
        "InvalidResourceType",
        f"The resource type '{kind}' could not be found in the namespace '{namespace}' for api version '{version}'. "
        f"The supported api-versions are '{','.join(versions)}'.",
    )


def unknown_namespace(namespace: str, *, modelled: Iterable[str]) -> ArmError:
    """Nobody has this namespace, or Azure has it and the emulator has not, which the second sentence is for."""
    return ArmError(
        404,
        "InvalidResourceNamespace",
        f"The resource namespace '{namespace}' is invalid. The azserve emulator models {', '.join(modelled)} only.",
    )


def unknown_type(resource_type: str, version: str, *, modelled: Iterable[str]) -> ArmError:
    """The namespace has no such type, or Azure's has and the emulator's has not."""
    namespace, _, kind = resource_type.partition("/")
    return ArmError(
        404,
        "InvalidResourceType",
        f"The resource type '{kind}' could not be found in the namespace '{namespace}' for api version '{version}'. "
        f"Of this namespace the azserve emulator models {', '.join(modelled)} only.",
    )


def unregistered(subscription: str, namespace: str) -> ArmError:
    """A write to a namespace that the subscription has not registered."""
    return ArmError(
        409,
        "MissingSubscriptionRegistration",
        f"The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how "
        "to register subscriptions.",
        details=[
            {
                "code": "MissingSubscriptionRegistration",
                "target": namespace,
                "message": f"The subscription is not registered to use namespace '{namespace}'. See "
                "https://aka.ms/rps-not-found for how to register subscriptions.",
            }
        ],
    )


def no_subscription(subscription: str) -> ArmError:
    """No subscription of this id, or none this principal can see."""
    return ArmError(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")


def bad_subscription(subscription: str) -> ArmError:
    """Not a GUID."""
    return ArmError(
        400, "InvalidSubscriptionId", f"The provided subscription identifier '{subscription}' is malformed or invalid."
    )


def no_group(group: str) -> ArmError:
    """No group of this name."""
    return ArmError(404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found.")


def group_being_deleted(group: str) -> ArmError:
    """A write into a group on its way out."""
    return ArmError(
        409,
        "ResourceGroupBeingDeleted",
        f"The resource group '{group}' is in deprovisioning state and cannot perform this operation.",
    )


def no_resource(address: Address) -> ArmError:
    """No resource at an address whose parent exists."""
    kinds = address.type.split("/")[1:]
    path = "/".join(f"{kind}/{name}" for kind, name in zip(kinds, address.names, strict=True))
    under = f"under resource group '{address.group}' " if address.group else ""
    return ArmError(
        404,
        "ResourceNotFound",
        f"The Resource '{address.namespace}/{path}' {under}was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix",
    )


def no_parent(address: Address, parent: Address, doing: str) -> ArmError:
    """The enclosing resource, or the one an extension is on, does not exist; `doing` is `write`, `read`, `delete`."""
    return ArmError(
        404,
        "ParentResourceNotFound",
        f"Failed to perform '{doing}' on resource(s) of type '{address.type.partition('/')[2]}', because the parent "
        f"resource '{parent}' could not be found.",
    )


def location_required() -> ArmError:
    """A body without the location its type must have."""
    return ArmError(400, "LocationRequired", "The location property is required for this definition.")


def location_not_offered(*, location: str, resource_type: str, locations: Iterable[str]) -> ArmError:
    """A region that does not offer the type, or that there is none of."""
    return ArmError(
        400,
        "LocationNotAvailableForResourceType",
        f"The provided location '{location}' is not available for resource type '{resource_type}'. List of available "
        f"regions for the resource type is '{','.join(locations)}'.",
    )


def moved(address: Address, *, was: str, asked: str) -> ArmError:
    """A PUT with another location than the resource has."""
    return ArmError(
        409,
        "InvalidResourceLocation",
        f"The resource '{address.name}' already exists in location '{was}' in resource group '{address.group}'. A "
        f"resource with the same name cannot be created in location '{asked}'. Please select a new resource name.",
    )


def group_moved(group: str, *, was: str, asked: str) -> ArmError:
    """A PUT on a group with another location than it has."""
    return ArmError(
        409,
        "InvalidResourceGroupLocation",
        f"Invalid resource group location '{asked}'. The Resource group already exists in location '{was}'.",
    )


def bad_content(why: str) -> ArmError:
    """A body that cannot be read as what it should be."""
    return ArmError(
        400, "InvalidRequestContent", f"The request content was invalid and could not be deserialized: '{why}'."
    )


def bad_resource_name(name: str) -> ArmError:
    """A name that no resource may have."""
    return ArmError(
        400,
        "InvalidResourceName",
        f"Resource name '{name}' is invalid. The name can be up to 260 characters long and cannot contain the "
        "characters <>*%&:\\?+/ or control characters, or end in a dot or a space.",
    )


def bad_group_name(name: str) -> ArmError:
    """A name that no group may have."""
    return ArmError(
        400,
        "InvalidResourceGroup",
        f"The provided resource group name '{name[:100]}' has these invalid characters or is too long: it can only "
        "include letters, digits, '_', '-', '.', '(' and ')', up to 90 of them, and cannot end in a dot.",
    )


def forbidden(*, client: str, object_id: str, action: str, scope: str) -> ArmError:
    """Signed in, but without a role that holds the action."""
    return ArmError(
        403,
        "AuthorizationFailed",
        f"The client '{client}' with object id '{object_id}' does not have authorization to perform action '{action}' "
        f"over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your "
        "credentials.",
    )


def locked(address: Address, doing: str, scopes: Iterable[str]) -> ArmError:
    """A write or a deletion that a lock forbids."""
    listed = ",".join(scopes)
    return ArmError(
        409,
        "ScopeLocked",
        f"The scope '{address}' cannot perform {doing} operation because following scope(s) are locked: '{listed}'. "
        "Please remove the lock and try again.",
    )


def wrong_method(method: str, path: str) -> ArmError:
    """A method that an address does not take."""
    return ArmError(
        405, "HttpMethodNotSupported", f"The http method '{method}' is not supported for a resource at '{path}'."
    )


def no_operation(operation: str) -> ArmError:
    """No operation of this id, or one long forgotten."""
    return ArmError(404, "NotFound", f"The operation '{operation}' could not be found.")


def bad_skip_token(token: str) -> ArmError:
    """A continuation that the emulator did not hand out."""
    return ArmError(400, "InvalidSkipToken", f"The $skiptoken query parameter '{token[:80]}' is invalid.")


def bad_filter(text: str) -> ArmError:
    """A `$filter` outside the little language that lists of resources take."""
    return ArmError(400, "InvalidFilterInQueryString", f"Invalid $filter '{text[:200]}' specified in the query string.")


def precondition_failed(address: Address) -> ArmError:
    """`If-Match` or `If-None-Match` does not hold."""
    return ArmError(412, "PreconditionFailed", f"The condition on the state of '{address}' was not met.")


def no_action(kind: str, action: str, known: Iterable[str]) -> ArmError:
    """A POST that the type does not have."""
    listed = ", ".join(known)
    return ArmError(
        404,
        "InvalidResourceType",
        f"The action '{action}' is not known for the resource type '{kind}'. The known actions are '{listed}'.",
    )
