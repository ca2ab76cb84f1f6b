"""Functions that make resource ids."""

from __future__ import annotations

import re

from azserve.emulator.arm.deployments.template.evaluate import Frame, Function, Place, unable
from azserve.emulator.arm.deployments.template.functions.text import wanted_text
from azserve.emulator.kernel.wire import Json

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
GROUPS = "microsoft.resources/resourcegroups"
SUBSCRIPTIONS = "microsoft.resources/subscriptions"


def provider_path(name: str, resource_type: str, names: list[str]) -> str:
    """Return `/providers/{type and names in turn}`."""
    namespace, _, kinds = resource_type.partition("/")
    kind_names = kinds.split("/")
    if not namespace or not kinds or len(kind_names) != len(names):
        raise unable(
            name,
            f"the type '{resource_type}' requires '{len(kind_names)}' resource name argument(s), got '{len(names)}'",
        )
    return f"/providers/{namespace}" + "".join(f"/{kind}/{one}" for kind, one in zip(kind_names, names, strict=True))


def id_in(name: str, place: Place, resource_type: str, names: list[str]) -> str:
    """Return the id of a resource in a subscription or group; groups and subscriptions have ids of their own form."""
    if resource_type.lower() == GROUPS and len(names) == 1:
        return f"/subscriptions/{place.subscription}/resourceGroups/{names[0]}"
    if resource_type.lower() == SUBSCRIPTIONS and len(names) == 1:
        return f"/subscriptions/{names[0]}"
    return f"{place}{provider_path(name, resource_type, names)}"


def texts(name: str, values: list[Json]) -> list[str]:
    """Return the arguments, all of them texts.

    A type may end in a slash: Microsoft's own example for a group and what is in it writes
    `resourceId('Microsoft.Resources/resourceGroups/', …)` (documentation, 2025).
    """
    return [wanted_text(name, value).rstrip("/") for value in values]


def type_at(name: str, words: list[str], most: int) -> int:
    """Return where the resource type is: the first argument with a slash, after `most` arguments at most."""
    found = next((at for at, word in enumerate(words[: most + 1]) if "/" in word), None)
    if found is None:
        raise unable(
            name,
            "the resource type must be given as 'namespace/type', before it at most the subscription id and the name "
            "of the resource group",
        )
    return found


def resource_id(frame: Frame, values: list[Json]) -> Json:
    """`resourceId([subscription], [group], type, name…)`."""
    words = texts("resourceId", values)
    at = type_at("resourceId", words, 2)
    place = frame.place
    if at == 1:
        alone = words[0]
        place = Place(alone) if GUID.fullmatch(alone) else Place(place.subscription, alone)
    elif at:
        place = Place(words[0], words[1])
    return id_in("resourceId", place, words[at], words[at + 1 :])


def subscription_resource_id(frame: Frame, values: list[Json]) -> Json:
    """`subscriptionResourceId([subscription], type, name…)`."""
    words = texts("subscriptionResourceId", values)
    at = type_at("subscriptionResourceId", words, 1)
    place = Place(words[0] if at else frame.place.subscription)
    return id_in("subscriptionResourceId", place, words[at], words[at + 1 :])


def tenant_resource_id(_: Frame, values: list[Json]) -> Json:
    """`tenantResourceId(type, name…)`."""
    words = texts("tenantResourceId", values)
    return provider_path("tenantResourceId", words[0], words[1:])


def extension_resource_id(_: Frame, values: list[Json]) -> Json:
    """`extensionResourceId(id of what it is on, type, name…)`."""
    words = texts("extensionResourceId", values)
    return words[0].rstrip("/") + provider_path("extensionResourceId", words[1], words[2:])


FUNCTIONS = (
    Function("resourceId", resource_id, 2, None),
    Function("subscriptionResourceId", subscription_resource_id, 2, None),
    Function("tenantResourceId", tenant_resource_id, 2, None),
    Function("extensionResourceId", extension_resource_id, 3, None),
)
