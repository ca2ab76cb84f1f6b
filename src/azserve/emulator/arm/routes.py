"""From an authenticated request to the part of ARM that answers it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from azserve.emulator.arm import engine, operations, permissions, places, refusals, registrations, resources, tags
from azserve.emulator.arm.groups import GroupKind
from azserve.emulator.arm.permissions import check_route
from azserve.emulator.kernel.address import Address
from azserve.emulator.kernel.kinds import CollectionRoute, Provider
from azserve.emulator.kernel.routes import RouteTable, segments
from azserve.emulator.kernel.wire import Call, Reply, not_modelled
from azserve.emulator.kernel.world import World

_SUBSCRIPTION = "/subscriptions/{subscription}"
_LOCATION = f"{_SUBSCRIPTION}/providers/{{namespace}}/locations/{{location}}"

GROUPS = Provider(namespace="Microsoft.Resources", kinds=(GroupKind(),), routes={})
"""What ARM itself offers as a kind; every registry starts with it."""

_OWN: tuple[tuple[str, str, CollectionRoute], ...] = (
    ("GET", "/subscriptions", places.list_subscriptions),
    ("GET", "/tenants", places.list_tenants),
    ("GET", _SUBSCRIPTION, places.show_subscription),
    ("GET", f"{_SUBSCRIPTION}/locations", places.list_locations),
    ("GET", f"{_SUBSCRIPTION}/providers", registrations.list_providers),
    ("GET", f"{_SUBSCRIPTION}/providers/{{namespace}}", registrations.show_provider),
    ("POST", f"{_SUBSCRIPTION}/providers/{{namespace}}/register", registrations.register),
    ("POST", f"{_SUBSCRIPTION}/providers/{{namespace}}/unregister", registrations.unregister),
    ("GET", f"{_SUBSCRIPTION}/resourceGroups", resources.list_groups),
    ("GET", f"{_SUBSCRIPTION}/resources", resources.list_resources),
    ("GET", f"{_SUBSCRIPTION}/resourceGroups/{{group}}/resources", resources.list_resources),
)
_OPERATIONS: tuple[tuple[str, str, CollectionRoute], ...] = (
    ("GET", f"{_SUBSCRIPTION}/operationresults/{{operation}}", operations.show),
    ("GET", f"{_LOCATION}/operationStatuses/{{operation}}", operations.show),
    ("GET", f"{_LOCATION}/operationResults/{{operation}}", operations.show),
)
_PERMISSIONS: tuple[str, ...] = (
    f"{_SUBSCRIPTION}/providers/Microsoft.Authorization/permissions",
    f"{_SUBSCRIPTION}/resourceGroups/{{group}}/providers/Microsoft.Authorization/permissions",
)


@dataclass(frozen=True, slots=True)
class _Route:
    """What answers, and which api-versions it takes; none means that any will do."""

    serve: CollectionRoute
    path: str
    versions: Sequence[str] = ()


class Arm:
    """The routes of ARM and of its providers."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self._routes = RouteTable(
            [
                *((method, path, _Route(serve, path, places.RESOURCES_VERSIONS)) for method, path, serve in _OWN),
                *(
                    (method, path, _Route(serve, path, places.RESOURCES_VERSIONS))
                    for (method, path), serve in tags.routes().items()
                ),
                *((method, path, _Route(serve, path)) for method, path, serve in _OPERATIONS),
                *(("GET", path, _Route(permissions.list_own, path, permissions.VERSIONS)) for path in _PERMISSIONS),
                *(
                    (method, path, _Route(serve, path, provider.route_api_versions))
                    for provider in providers
                    for (method, path), serve in provider.routes.items()
                ),
            ]
        )

    def answer(self, world: World, call: Call) -> Reply:
        """Answer one request; ArmError where it is refused."""
        if not call.api_version:
            raise refusals.missing_api_version()
        parts = segments(call.path)
        if len(parts) >= 2 and parts[0].lower() == "subscriptions":
            engine.check_subscription(world, parts[1])
        found = self._routes.find(call.method, call.path)
        if found is not None:
            route, names = found
            _check_version(route, call.api_version)
            check_route(world, call.principal, call.method, route.path, names)
            return route.serve(world, call, names)
        return self._answer_resource(world, call, parts)

    def _answer_resource(self, world: World, call: Call, parts: list[str]) -> Reply:
        """Answer a request on a resource, an action on one, or a list of a type."""
        address = Address.parse(call.path)
        if address is not None and (address.names or address.group):
            return resources.answer(world, call, address)
        if self._routes.methods(call.path):
            raise refusals.wrong_method(call.method, call.path)
        resource = Address.parse("/".join(parts[:-1]))
        if call.method == "POST" and resource is not None and resource.names:
            return resources.act(world, call, resource, parts[-1])
        sample = Address.parse(call.path + "/-")
        if sample is not None and sample.names:
            if call.method not in {"GET", "HEAD"}:
                raise refusals.wrong_method(call.method, call.path)
            return resources.list_kind(world, call, sample)
        raise not_modelled(f"{call.method} {call.path}")


def _check_version(route: _Route, version: str) -> None:
    if route.versions and not any(version.lower() == known.lower() for known in route.versions):
        raise refusals.invalid_api_version(version, route.versions)
