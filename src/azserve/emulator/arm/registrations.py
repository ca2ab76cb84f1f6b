"""Resource providers as a subscription sees them: registered or not, with their types, places and api-versions."""

from __future__ import annotations

from collections.abc import Mapping

from azserve.emulator.arm import refusals
from azserve.emulator.arm.places import locations
from azserve.emulator.kernel.inferred import inferred
from azserve.emulator.kernel.kinds import Kind
from azserve.emulator.kernel.wire import Call, Json, Reply
from azserve.emulator.kernel.world import World

_NOTE = "registrations"
_REGISTERING_S = 10.0
_ALWAYS = ("microsoft.resources", "microsoft.authorization")

inferred(
    "arm.registrations.time",
    f"registering a provider takes {_REGISTERING_S:g} s and answers Registering at once",
    because="that POST returns at once is in the specification; how long it takes is not",
)


def state_of(world: World, subscription: str, namespace: str) -> str:
    """Return `Registered`, `Registering`, `Unregistering` or `NotRegistered`.

    A scenario may say `registrations: {"Microsoft.Network": "NotRegistered"}`; all else starts registered.
    """
    if namespace.lower() in _ALWAYS:
        return "Registered"
    noted = world.notes.setdefault(_NOTE, {}).get((subscription.lower(), namespace.lower()))
    if noted is not None:
        return str(noted)
    at_first = {name.lower(): state for name, state in world.scenario.get("registrations", {}).items()}
    return str(at_first.get(namespace.lower(), "Registered"))


def list_providers(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer all providers."""
    found = [_show(world, names["subscription"], namespace) for namespace in world.registry.namespaces]
    return Reply(200, {"value": found})


def show_provider(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Answer one provider."""
    return Reply(200, _show(world, names["subscription"], _known(world, names["namespace"])))


def register(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Begin to register a provider; done a little later."""
    return _change(world, names, passing="Registering", end="Registered")


def unregister(world: World, call: Call, names: Mapping[str, str]) -> Reply:
    """Begin to unregister a provider; done a little later."""
    return _change(world, names, passing="Unregistering", end="NotRegistered")


def _change(world: World, names: Mapping[str, str], *, passing: str, end: str) -> Reply:
    namespace = _known(world, names["namespace"])
    subscription = names["subscription"].lower()
    if state_of(world, subscription, namespace) != end:
        key = (subscription, namespace.lower())
        noted = world.notes.setdefault(_NOTE, {})
        noted[key] = passing

        def finish() -> None:
            if noted.get(key) == passing:
                noted[key] = end

        world.after(_REGISTERING_S, finish)
    return Reply(200, _show(world, subscription, namespace))


def _known(world: World, namespace: str) -> str:
    found = world.registry.namespace(namespace)
    if found is None:
        raise refusals.unknown_namespace(namespace, modelled=world.registry.namespaces)
    return found


def _show(world: World, subscription: str, namespace: str) -> dict[str, Json]:
    names = {str(one["name"]): str(one["displayName"]) for one in locations(world)}
    kinds = [kind for provider in world.registry.in_namespace(namespace) for kind in provider.kinds]
    return {
        "id": f"/subscriptions/{subscription}/providers/{namespace}",
        "namespace": namespace,
        "registrationPolicy": "RegistrationRequired",
        "registrationState": state_of(world, subscription, namespace),
        "resourceTypes": [_type(kind, names) for kind in kinds],
    }


def _type(kind: Kind, names: Mapping[str, str]) -> dict[str, Json]:
    """One type; registrations say places by their display names."""
    return {
        "resourceType": kind.type.partition("/")[2],
        "locations": [names.get(one, one) for one in kind.locations],
        "apiVersions": list(kind.api_versions),
        "capabilities": "SupportsTags, SupportsLocation" if kind.locations else "None",
    }
